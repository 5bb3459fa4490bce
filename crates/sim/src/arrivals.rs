//! Request arrivals: open arrivals at a rate that may follow a schedule, or closed-loop users, who wait for each
//! outcome and think before the next request.
//!
//! Open arrivals are sampled in *unit time*, in which the mean rate is one user per unit: gaps are exponential, or all
//! equal to 1. A gap in unit time becomes simulated time by exact inversion of the integral of the rate, so unlike with
//! thinning, no draw is rejected. A different rate therefore shifts the same users in time; faults and designs do not
//! affect them at all.

mod carry;
mod curve;

use hoplight_model::RequestKind;
use hoplight_model::arrivals::Arrivals as Process;
use hoplight_model::component::Traffic;
use hoplight_model::quantity::Rate;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use crate::clock::Clock;
use crate::event::Kind;
use crate::index::{count, length};
use crate::plan::Plan;
use crate::random::{self, Sampler};
use crate::time::{SECOND, SimTime};
use curve::Curve;

/// Marks the random streams of closed-loop users. A stream is this mark, 20 bits of user number and 36 bits of cycle.
/// The bits in between are free for [`Purpose`].
const WAITS: u64 = 1 << 62;
const CYCLE_BITS: u32 = 36;
const USER_BITS: u32 = 20;

/// The purpose of a draw about a user.
#[derive(Clone, Copy)]
enum Purpose {
    Kind = 1,
    NewVisitor = 2,
    Think = 3,
}

/// The state of the arrivals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrivals {
    source: Source,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Open(Open),
    Closed(Closed),
}

/// Open arrivals: users who arrive independently of each other.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    /// Whether all gaps in unit time are equal, rather than exponential.
    regular: bool,
    draws: Xoshiro256PlusPlus,
    curve: Curve,
    /// Unit time between `since` and the next arrival.
    due: f64,
    since: SimTime,
    /// Fraction of a nanosecond by which the last arrival was early, because event times are whole nanoseconds.
    early: f64,
    /// Number of users who have arrived.
    arrived: u64,
    /// Sequence number of the pending arrival event of the next user; other events of its kind are stale.
    next: u64,
}

/// Closed-loop users, who wait for each outcome.
#[derive(Clone, Debug, PartialEq)]
struct Closed {
    think: Sampler,
    /// Number of requests each user has completed.
    cycles: Vec<u32>,
    /// Number of users who are thinking.
    thinking: u32,
}

impl Arrivals {
    /// Returns the arrivals of `traffic` at the start of a run.
    pub(crate) fn new(traffic: &Traffic, seed: u64) -> Self {
        let open = |regular| {
            let draws = Xoshiro256PlusPlus::seed_from_u64(random::mix(seed));
            let curve = Curve::new(traffic.rate, &traffic.schedule);
            let mut open = Open { regular, draws, curve, due: 0.0, since: SimTime::ZERO, early: 0.0, arrived: 0, next: 0 };
            open.draw();
            Source::Open(open)
        };
        let source = match traffic.arrivals {
            Process::Poisson => open(false),
            Process::Constant => open(true),
            Process::Closed { users, think } => {
                Source::Closed(Closed { think: think.into(), cycles: vec![0; length(users.get())], thinking: users.get() })
            }
        };
        Self { source }
    }

    /// Sequence number of the pending arrival event of the next user, or 0 if there are no open arrivals.
    pub(crate) fn next(&self) -> u64 {
        match &self.source {
            Source::Open(open) => open.next,
            Source::Closed(_) => 0,
        }
    }

    /// Number of closed-loop users and how many of them are thinking, or `None` for open arrivals.
    pub(crate) fn population(&self) -> Option<(u32, u32)> {
        match &self.source {
            Source::Open(_) => None,
            Source::Closed(closed) => Some((count(closed.cycles.len()), closed.thinking)),
        }
    }

    /// Schedules the first user of open arrivals, or starts the first think time of every closed-loop user.
    pub(crate) fn start(&mut self, clock: &mut Clock) {
        match &self.source {
            Source::Open(_) => self.schedule_next(clock),
            Source::Closed(closed) => (0..count(closed.cycles.len())).for_each(|user| closed.start_thinking(user, clock)),
        }
    }

    /// Schedules the next user of open arrivals.
    pub(crate) fn schedule_next(&mut self, clock: &mut Clock) {
        let Source::Open(open) = &mut self.source else { return };
        open.next = open.next_at().map_or(0, |at| clock.schedule(at, Kind::Arrival, 0));
    }

    /// Handles the arrival of the next user of open arrivals, or of closed-loop user `user`. Returns the user's random
    /// stream, or `None` if the event is stale.
    pub(crate) fn arrive(&mut self, user: u32, sequence: u64, now: SimTime) -> Option<u64> {
        match &mut self.source {
            Source::Open(open) => {
                if sequence != open.next {
                    return None;
                }
                open.arrived += 1;
                open.since = now;
                open.draw();
                Some(open.arrived)
            }
            Source::Closed(closed) => {
                closed.thinking -= 1;
                Some(closed.stream(user))
            }
        }
    }

    /// Starts the next think time if the request that has just ended belongs to a closed-loop user.
    pub(crate) fn resume(&mut self, stream: u64, clock: &mut Clock) {
        let Some(user) = closed_user(stream) else { return };
        let Source::Closed(closed) = &mut self.source else { return };
        // A rebuild may have removed the user while the request was in flight.
        if length(user) >= closed.cycles.len() || closed.stream(user) != stream {
            return;
        }
        let cycle = &mut closed.cycles[length(user)];
        *cycle = cycle.wrapping_add(1);
        closed.thinking += 1;
        closed.start_thinking(user, clock);
    }

    /// Sets the arrival rate from now on and discards the rest of the schedule. The elapsed part of the gap to the next
    /// user is kept.
    ///
    /// # Panics
    /// If the arrivals are closed-loop: they have no rate.
    pub(crate) fn set_rate(&mut self, rate: Rate, clock: &mut Clock) {
        let Source::Open(open) = &mut self.source else { unreachable!("the command is refused for closed-loop arrivals") };
        open.due = (open.due - open.curve.integral(open.since, clock.now())).max(0.0);
        open.since = clock.now();
        open.early = 0.0;
        open.curve = Curve::new(rate, &[]);
        self.schedule_next(clock);
    }

    /// The current arrival rate in requests per second.
    pub(crate) fn rate(&self, now: SimTime) -> f64 {
        match &self.source {
            Source::Open(open) => open.curve.at(now),
            Source::Closed(closed) => f64::from(closed.thinking) * SECOND as f64 / closed.think.mean(),
        }
    }

    /// Updates the sequence number after a renumbering.
    pub(crate) fn set_next(&mut self, next: u64) {
        if let Source::Open(open) = &mut self.source {
            open.next = next;
        }
    }
}

impl Open {
    fn draw(&mut self) {
        self.due = if self.regular { 1.0 } else { random::exponential(self.draws.next_u64()) };
    }

    /// When the next user arrives, or `None` if none ever will.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the curve gives at most 2^61 ns")]
    fn next_at(&mut self) -> Option<SimTime> {
        let gap = self.curve.reach(self.since, self.due)? + self.early;
        let whole = gap as u64;
        self.early = gap - whole as f64;
        Some(self.since + whole)
    }
}

impl Closed {
    /// Schedules the user's next request after a think time.
    fn start_thinking(&self, user: u32, clock: &mut Clock) {
        let think = self.think.nanos(draw(clock, self.stream(user), Purpose::Think));
        clock.schedule(clock.now() + think, Kind::Arrival, user);
    }

    fn stream(&self, user: u32) -> u64 {
        WAITS | u64::from(user) << CYCLE_BITS | u64::from(self.cycles[length(user)])
    }
}

/// The closed-loop user of a random stream; `None` for open arrivals.
pub(crate) fn closed_user(stream: u64) -> Option<u32> {
    let number = || u32::try_from((stream >> CYCLE_BITS) % (1 << USER_BITS)).expect("a user's number has 20 bits");
    (stream >> 62 == WAITS >> 62).then(number)
}

/// Whether the user of a random stream is a first-time visitor.
pub(crate) fn is_new_visitor(plan: &Plan, clock: &Clock, stream: u64) -> bool {
    let share = plan.new_visitors;
    share > 0.0 && random::open_unit(draw(clock, stream, Purpose::NewVisitor)) < share
}

/// The kind of request that the user of a random stream makes. Draws nothing if all requests are reads.
pub(crate) fn kind_of(plan: &Plan, clock: &Clock, stream: u64) -> RequestKind {
    let (statics, writes) = (plan.static_share, plan.write_share);
    if statics + writes <= 0.0 {
        return RequestKind::Read;
    }
    let share = random::open_unit(draw(clock, stream, Purpose::Kind));
    if share < statics {
        RequestKind::Static
    } else if share < statics + writes {
        RequestKind::Write
    } else {
        RequestKind::Read
    }
}

/// Returns 64 random bits that depend on the seed, the user's stream and the purpose.
fn draw(clock: &Clock, stream: u64, purpose: Purpose) -> u64 {
    clock.draws_of(stream ^ ((purpose as u64) << 56))
}
