//! Rate limits: the bucket of each client at each component that has a limit.
//!
//! A bucket is one time: when it will be empty again. A request adds the time that one request takes at the limit's rate,
//! unless more than a burst is in the bucket already (the generic cell rate algorithm, ITU-T I.371). nginx counts the same
//! way, in thousandths of a request.

use std::collections::BTreeMap;

use hoplight_model::rate_limit::RateLimit;
use hoplight_model::{ComponentIx, Infrastructure, RequestKind, behaviour};

use crate::index::{IndexVec, LinkIx, PerKind, StationIx};
use crate::outcome::Failure;
use crate::time::{SECOND, SimTime};

/// Number of buckets below which empty ones are not removed.
const FEW: usize = 1_024;

/// A component's limit on requests of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RateLimitPlan {
    /// Nanoseconds that a request takes at the limit's rate.
    each: u64,
    /// Nanoseconds by which a bucket may be filled when a request arrives.
    burst: u64,
    /// The response to a request above the limit.
    pub(crate) refusal: Failure,
}

impl RateLimitPlan {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10^12 ns")]
    fn new(limit: &RateLimit) -> Self {
        let each = (SECOND as f64 / limit.rate.get()) as u64;
        Self { each, burst: each.saturating_mul(limit.burst.into()), refusal: limit.error().into() }
    }

    /// The limits of a component.
    pub(crate) fn all(infra: &Infrastructure, ix: ComponentIx) -> PerKind<Option<Self>> {
        PerKind::of(|kind: RequestKind| behaviour::rate_limit(infra, ix, kind).map(Self::new))
    }
}

/// Whom a component takes for one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Client {
    /// The returning users who share an address.
    Users(u32),
    /// A new visitor, by the random stream of the first attempt.
    Visitor(u64),
    /// The user at the keyboard.
    Keyboard,
    /// The external probe.
    Probe,
    /// An address of an attacker.
    Attacker(u32),
    /// Everyone whose requests arrive on a link, because the component at its other end does not pass addresses on.
    Everyone(LinkIx),
}

/// What a component has refused.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Refused {
    /// Requests of users since the start.
    users: u64,
    /// Other requests since the start.
    others: u64,
    /// All requests in the current second.
    second: u64,
    /// All requests in the last whole second.
    last: u64,
}

/// The buckets of all clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RateLimits {
    /// When each bucket that is not empty will be.
    buckets: BTreeMap<(StationIx, Client), SimTime>,
    /// Number of buckets at which empty ones are removed next.
    most: usize,
    refused: IndexVec<StationIx, Refused>,
}

impl RateLimits {
    pub(crate) fn new(stations: usize) -> Self {
        Self { buckets: BTreeMap::new(), most: FEW, refused: IndexVec::of(Refused::default(), stations) }
    }

    /// Adds a request to the bucket of its client. Returns false if the bucket has no room for it.
    pub(crate) fn admits(&mut self, station: StationIx, client: Client, limit: &RateLimitPlan, now: SimTime) -> bool {
        if self.buckets.len() >= self.most {
            self.buckets.retain(|_, empty_at| *empty_at > now);
            self.most = (2 * self.buckets.len()).max(FEW);
        }
        let empty_at = self.buckets.entry((station, client)).or_insert(now);
        if *empty_at > now + limit.burst {
            return false;
        }
        *empty_at = (*empty_at).max(now) + limit.each;
        true
    }

    /// Counts a refused request.
    pub(crate) fn count_refused(&mut self, station: StationIx, is_users: bool) {
        let refused = &mut self.refused[station];
        let count = if is_users { &mut refused.users } else { &mut refused.others };
        *count += 1;
        refused.second += 1;
    }

    /// Completes a whole second.
    pub(crate) fn roll_second(&mut self) {
        for refused in &mut self.refused {
            refused.last = std::mem::take(&mut refused.second);
        }
    }

    /// Forgets the clients of a station whose process has ended.
    pub(crate) fn stop(&mut self, station: StationIx) {
        if !self.buckets.is_empty() {
            self.buckets.retain(|(of, _), _| *of != station);
        }
    }

    /// What a station has refused since the start: requests of users, and other requests; and in the last whole second.
    pub(crate) fn refused(&self, station: StationIx) -> (u64, u64, u64) {
        let refused = self.refused.get(station).copied().unwrap_or_default();
        (refused.users, refused.others, refused.last)
    }

    pub(crate) fn footprint(&self) -> usize {
        self.buckets.len() * size_of::<((StationIx, Client), SimTime)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_model::Refusal;
    use hoplight_model::quantity::Rate;

    fn limit(rate: f64, burst: u32) -> RateLimitPlan {
        RateLimitPlan::new(&RateLimit {
            rate: Rate::new(rate).expect("in range"),
            burst,
            kinds: None,
            refusal: Refusal::default(),
        })
    }

    /// Number of requests that a client gets through if it sends them at these times, in seconds.
    fn admitted(limits: &mut RateLimits, client: Client, limit: &RateLimitPlan, times: impl Iterator<Item = f64>) -> usize {
        let at = |seconds: f64| SimTime::ZERO + std::time::Duration::from_secs_f64(seconds);
        times.filter(|time| limits.admits(StationIx::from(0), client, limit, at(*time))).count()
    }

    #[test]
    fn a_burst_passes_at_once_and_the_rest_at_the_rate() {
        let (mut limits, ten) = (RateLimits::new(1), limit(10.0, 20));
        assert_eq!(admitted(&mut limits, Client::Users(1), &ten, std::iter::repeat_n(0.0, 100)), 21);
        // 200 requests a second for ten seconds.
        assert_eq!(admitted(&mut limits, Client::Users(1), &ten, (1..=2_000).map(|n| f64::from(n) / 200.0)), 100);
        assert_eq!(admitted(&mut limits, Client::Users(2), &ten, std::iter::repeat_n(10.0, 100)), 21, "another client");
        assert_eq!(admitted(&mut limits, Client::Users(1), &ten, std::iter::repeat_n(13.0, 100)), 21, "after a pause");
    }

    #[test]
    fn without_a_burst_requests_keep_their_distance() {
        let (mut limits, two) = (RateLimits::new(1), limit(2.0, 0));
        assert_eq!(admitted(&mut limits, Client::Keyboard, &two, [0.0, 0.49, 0.5, 0.99, 1.0].into_iter()), 3);
    }

    #[test]
    fn empty_buckets_are_removed() {
        let (mut limits, ten) = (RateLimits::new(1), limit(10.0, 0));
        for visitor in 0..100_000u32 {
            assert_eq!(admitted(&mut limits, Client::Visitor(visitor.into()), &ten, [f64::from(visitor) / 100.0].into_iter()), 1);
        }
        assert!(limits.buckets.len() <= 2 * FEW, "{}", limits.buckets.len());
    }
}
