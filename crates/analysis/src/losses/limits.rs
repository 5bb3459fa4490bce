//! Rate limits: the share of requests that a component refuses in the long run.
//!
//! A bucket that drains at a constant rate is a queue whose server takes the same time for each request, and that has room
//! for the request in service and for a burst. With Poisson arrivals, it is the M/D/1/K queue.

use hoplight_model::behaviour::{UpstreamChoice, learns_address, rate_limit};
use hoplight_model::{Algorithm, ComponentIx, Infrastructure, LinkIx, RateLimit, RequestKind};

/// Room of the largest bucket that is computed. Larger ones refuse hardly anything below the rate, and the excess above it, and
/// differ from this one by less than a percent where the two meet.
const MOST_ROOM: usize = 256;
/// Load above which a bucket is practically never empty.
const ALWAYS_BUSY: f64 = 20.0;

/// The limits of a component.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Requests per second that a client may send.
    rate: f64,
    /// Requests that fit into a bucket.
    room: usize,
    /// Whether requests of each kind are limited.
    limited: [bool; 3],
    /// For each link to the component, whether it tells the clients' addresses.
    links: Vec<(LinkIx, bool)>,
}

/// The users behind requests on a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clients {
    /// Share of the requests that are from returning users. New visitors have an address each.
    pub(super) returning: f64,
    /// Number of addresses of returning users.
    pub(super) count: f64,
}

impl Limits {
    /// The limits of a component that has some.
    pub(super) fn of(infra: &Infrastructure, ix: ComponentIx, into: &[LinkIx]) -> Option<Self> {
        let limit: &RateLimit = RequestKind::ALL.into_iter().find_map(|kind| rate_limit(infra, ix, kind))?;
        Some(Self {
            rate: limit.rate.get(),
            room: usize::try_from(limit.burst).map_or(MOST_ROOM, |burst| burst.saturating_add(1).min(MOST_ROOM)),
            limited: RequestKind::ALL.map(|kind| limit.applies_to(kind)),
            links: into.iter().map(|link| (*link, learns_address(infra, *link))).collect(),
        })
    }

    /// The share of requests of each kind that are refused. `arriving` gives the rates of each kind on a link, and
    /// `clients` the users who send them.
    pub(super) fn refused(&self, arriving: impl Fn(LinkIx) -> [f64; 3], clients: impl Fn(LinkIx) -> Clients) -> [f64; 3] {
        let (mut refused, mut whole) = ([0.0; 3], [0.0; 3]);
        for (link, tells) in &self.links {
            let rates = arriving(*link);
            let counted: f64 = rates.iter().zip(self.limited).map(|(rate, limited)| if limited { *rate } else { 0.0 }).sum();
            let share = if *tells {
                let Clients { returning, count } = clients(*link);
                returning * overflow(counted * returning / count.max(1.0) / self.rate, self.room)
            } else {
                overflow(counted / self.rate, self.room)
            };
            for kind in 0..3 {
                whole[kind] += rates[kind];
                refused[kind] += if self.limited[kind] { rates[kind] * share } else { 0.0 };
            }
        }
        [0, 1, 2].map(|kind| if whole[kind] > 0.0 { refused[kind] / whole[kind] } else { 0.0 })
    }
}

/// Whether a balancer that chooses in this way sends all requests of a user to the same backend.
pub(super) fn keeps_users_apart(choice: UpstreamChoice) -> bool {
    matches!(choice, UpstreamChoice::Balanced(Algorithm::SourceHash))
}

/// Share of arrivals that find an M/D/1/K queue full, at a load in arrivals per service time and with room for `room`
/// requests.
///
/// From the distribution that departures leave behind: as often as it rises above a length, it falls back to it (Gross and
/// Harris, "Fundamentals of queueing theory", on M/G/1/K). The sums have positive terms only.
fn overflow(load: f64, room: usize) -> f64 {
    if load <= 0.0 {
        return 0.0;
    }
    if load >= ALWAYS_BUSY {
        return 1.0 - 1.0 / load;
    }
    // The probability of more than n arrivals in one service time.
    let mut more = Vec::with_capacity(room);
    let none = libm::exp(-load);
    let (mut term, mut left) = (none, 1.0 - none);
    for number in 1..=room {
        more.push(left.max(0.0));
        term *= load / number as f64;
        left -= term;
    }
    // Lengths that departures leave, relative to an empty queue. Where they grow without limit, only the last ones count.
    let mut lengths: Vec<f64> = vec![1.0];
    for length in 0..room.saturating_sub(1) {
        let rises: f64 =
            lengths[0] * more[length] + (1..=length).map(|from| lengths[from] * more[length + 1 - from]).sum::<f64>();
        let next = rises / none;
        if next > 1e200 {
            return (1.0 - 1.0 / load).max(0.0);
        }
        lengths.push(next);
    }
    let empty = 1.0 / lengths.iter().sum::<f64>();
    1.0 - 1.0 / (empty + load)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_without_burst_is_erlangs_formula_with_one_server() {
        for load in [0.1, 0.5, 1.0, 3.0] {
            assert!((overflow(load, 1) - load / (1.0 + load)).abs() < 1e-12, "{load}");
        }
    }

    #[test]
    fn large_buckets_refuse_the_excess_and_nothing_else() {
        assert!(overflow(0.8, 50) < 1e-6);
        assert!((overflow(2.0, 50) - 0.5).abs() < 1e-6);
        assert!((overflow(40.0, 2) - 0.975).abs() < 1e-9);
        let around: Vec<f64> = [0.99, 1.0, 1.01].map(|load| overflow(load, MOST_ROOM)).into();
        assert!(around.windows(2).all(|pair| pair[0] < pair[1]) && around[2] < 0.015, "{around:?}");
    }

    /// A simulation of the bucket with random arrivals.
    #[test]
    fn the_share_is_that_of_random_arrivals() {
        let mut seed = 1u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        for (load, room) in [(0.5, 1), (0.7, 2), (0.9, 3), (1.2, 6), (3.0, 4)] {
            let (mut now, mut empty_at, mut refused) = (0.0f64, 0.0f64, 0u32);
            for _ in 0..400_000 {
                now -= libm::log(random()) / load;
                if empty_at > now + (room - 1) as f64 {
                    refused += 1;
                } else {
                    empty_at = empty_at.max(now) + 1.0;
                }
            }
            let (measured, computed) = (f64::from(refused) / 400_000.0, overflow(load, room));
            assert!((measured - computed).abs() < 0.004, "{load} {room}: {measured}, computed {computed}");
        }
    }
}
