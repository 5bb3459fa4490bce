//! Who comes and when: open arrivals at a rate that may follow a schedule, or users who wait for each outcome.
//!
//! Open arrivals are sampled in *unit time*, in which one user comes per unit: exponential gaps, or equal ones. The integral
//! of the rate says when a unit of unit time is over, and is inverted exactly, so nothing is thinned out and no draw is
//! wasted. The users are the same whatever the rate; it only moves them. Faults and designs do not move them at all.
//!
//! Must not know what becomes of a request, but for one thing: that a user who waits for an outcome has it.

mod curve;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use hoplight_model::RequestKind;
use hoplight_model::arrivals::Arrivals as Process;
use hoplight_model::component::Traffic;
use hoplight_model::quantity::Rate;

use super::event::Kind;
use super::journal::Observer;
use super::random::{self, Sampler};
use super::simulation::Simulation;
use super::time::{SECOND, SimTime};
use crate::index::{count, length};

use curve::Curve;

/// Marks the random streams of users who wait for outcomes: the mark, 20 bits of user, 36 bits of cycle. The bits between
/// are left to the purposes of draws.
const WAITS: u64 = 1 << 62;
const CYCLE_BITS: u32 = 36;
const USER_BITS: u32 = 20;

/// What the draws about one user are for.
#[derive(Clone, Copy)]
enum Purpose {
    Kind = 1,
    NewVisitor = 2,
    Think = 3,
}

/// The state of the arrivals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrivals {
    source: Source,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Open(Open),
    Closed(Closed),
}

/// Users who come whatever happens to the others.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    /// Whether gaps are equal in unit time.
    regular: bool,
    draws: Xoshiro256PlusPlus,
    curve: Curve,
    /// Unit time from `since` to the next arrival.
    due: f64,
    since: SimTime,
    /// Part of a nanosecond by which the last arrival was early: events have whole ones.
    early: f64,
    /// How many have come.
    came: u64,
    /// The one event that brings the next user; others of its kind are stale.
    next: u64,
}

/// Users who wait for each outcome.
#[derive(Clone, Debug, PartialEq)]
struct Closed {
    think: Sampler,
    /// How often each user has asked.
    cycles: Vec<u32>,
    /// How many of them think now.
    thinking: u32,
}

impl Arrivals {
    /// The arrivals of `traffic` at the start of a run.
    pub(super) fn new(traffic: &Traffic, seed: u64) -> Self {
        let open = |regular| {
            let draws = Xoshiro256PlusPlus::seed_from_u64(random::mix(seed));
            let curve = Curve::new(traffic.rate, &traffic.schedule);
            let mut open = Open { regular, draws, curve, due: 0.0, since: SimTime::ZERO, early: 0.0, came: 0, next: 0 };
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

    /// The sequence number of the one event that brings the next user of open arrivals, or 0.
    pub(super) fn next(&self) -> u64 {
        match &self.source {
            Source::Open(open) => open.next,
            Source::Closed(_) => 0,
        }
    }

    /// How many users there are, and how many of them think, where they wait for each outcome.
    pub(super) fn population(&self) -> Option<(u32, u32)> {
        match &self.source {
            Source::Open(_) => None,
            Source::Closed(closed) => Some((count(closed.cycles.len()), closed.thinking)),
        }
    }

    /// Names that event anew.
    pub(super) fn set_next(&mut self, next: u64) {
        if let Source::Open(open) = &mut self.source {
            open.next = next;
        }
    }
}

impl Open {
    fn draw(&mut self) {
        self.due = if self.regular { 1.0 } else { random::exponential(self.draws.next_u64()) };
    }

    /// When the next user comes, or `None` if nobody ever will.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the curve gives at most 2^61 ns")]
    fn next_at(&mut self) -> Option<SimTime> {
        let gap = self.curve.reach(self.since, self.due)? + self.early;
        let whole = gap as u64;
        self.early = gap - whole as f64;
        Some(self.since + whole)
    }
}

impl Closed {
    fn stream(&self, user: u32) -> u64 {
        WAITS | u64::from(user) << CYCLE_BITS | u64::from(self.cycles[length(user)])
    }
}

impl Simulation {
    /// The first users come, or begin to think.
    pub(super) fn start_arrivals(&mut self) {
        match &self.arrivals.source {
            Source::Open(_) => self.schedule_arrival(),
            Source::Closed(closed) => (0..count(closed.cycles.len())).for_each(|user| self.think(user)),
        }
    }

    /// Schedules the next user of open arrivals.
    fn schedule_arrival(&mut self) {
        let Source::Open(open) = &mut self.arrivals.source else { return };
        open.next = 0;
        let Some(at) = open.next_at() else { return };
        let next = self.schedule(at, Kind::Arrival, 0);
        if let Source::Open(open) = &mut self.arrivals.source {
            open.next = next;
        }
    }

    /// A user thinks, and will ask then.
    fn think(&mut self, user: u32) {
        let Source::Closed(closed) = &self.arrivals.source else { return };
        let think = closed.think.nanos(self.draw(closed.stream(user), Purpose::Think));
        self.schedule(self.now + think, Kind::Arrival, user);
    }

    /// A user comes: the next one, or `user` of those who wait for outcomes.
    #[inline(never)]
    pub(super) fn arrival<O: Observer>(&mut self, user: u32, sequence: u64, observer: &mut O) {
        let stream = match &mut self.arrivals.source {
            Source::Open(open) => {
                if sequence != open.next {
                    return;
                }
                open.came += 1;
                open.since = self.now;
                open.draw();
                open.came
            }
            Source::Closed(closed) => {
                closed.thinking -= 1;
                closed.stream(user)
            }
        };
        let kind = self.kind_of(stream);
        let new_visitor = self.is_new_visitor(stream);
        self.user_asks(kind, stream, new_visitor, observer);
        self.schedule_arrival();
    }

    /// Whether a user comes for the first time.
    pub(super) fn is_new_visitor(&self, stream: u64) -> bool {
        let share = self.plan.new_visitors;
        share > 0.0 && random::open_unit(self.draw(stream, Purpose::NewVisitor)) < share
    }

    /// What a user wants. Where there is no choice, nothing is drawn.
    fn kind_of(&self, stream: u64) -> RequestKind {
        let (statics, writes) = (self.plan.static_share, self.plan.write_share);
        if statics + writes <= 0.0 {
            return RequestKind::Read;
        }
        let share = random::open_unit(self.draw(stream, Purpose::Kind));
        if share < statics {
            RequestKind::Static
        } else if share < statics + writes {
            RequestKind::Write
        } else {
            RequestKind::Read
        }
    }

    /// The outcome of a request is there. If its user waited for it to go on, the user thinks again.
    pub(super) fn user_done(&mut self, stream: u64) {
        if stream >> 62 != WAITS >> 62 {
            return;
        }
        let Source::Closed(closed) = &mut self.arrivals.source else { return };
        #[expect(clippy::cast_possible_truncation, reason = "20 bits")]
        let user = (stream >> CYCLE_BITS) as u32 % (1 << USER_BITS);
        let Some(cycle) = closed.cycles.get_mut(length(user)) else { return };
        *cycle = cycle.wrapping_add(1);
        closed.thinking += 1;
        self.think(user);
    }

    /// Chance about one user: 64 bits that depend on the seed, the user and the purpose.
    fn draw(&self, stream: u64, purpose: Purpose) -> u64 {
        random::mix(self.seed ^ random::mix(stream ^ ((purpose as u64) << 56)))
    }

    /// Sets the arrival rate from now on; what is left of the schedule is over. The part of the gap to the next user that
    /// has passed stays passed.
    pub(super) fn set_rate(&mut self, rate: Rate) {
        let Source::Open(open) = &mut self.arrivals.source else {
            unreachable!("where users wait for outcomes, the command is refused")
        };
        open.due = (open.due - open.curve.integral(open.since, self.now)).max(0.0);
        open.since = self.now;
        open.early = 0.0;
        open.curve = Curve::new(rate, &[]);
        self.schedule_arrival();
    }

    /// The arrival rate now, all kinds together, in requests per second. Where users wait for outcomes: the number of those
    /// who think over the mean time that they do, which is the rate if that time is memoryless.
    pub fn rate(&self) -> f64 {
        match &self.arrivals.source {
            Source::Open(open) => open.curve.at(self.now),
            Source::Closed(closed) => f64::from(closed.thinking) * SECOND as f64 / closed.think.mean(),
        }
    }

    /// How many users there are, and how many of them think now, where users wait for each outcome; `None` where they come
    /// at a rate.
    pub fn population(&self) -> Option<(u32, u32)> {
        self.arrivals.population()
    }
}
