//! Who comes and when: open arrivals at a rate that may follow a schedule, or users who wait for each outcome.
//!
//! Open arrivals are sampled in *unit time*, in which one user comes per unit: exponential gaps, or equal ones. The integral
//! of the rate says when a unit of unit time is over, and is inverted exactly, so nothing is thinned out and no draw is
//! wasted. The users are the same whatever the rate; it only moves them. Faults and designs do not move them at all.
//!
//! Must not know what becomes of a request, but for one thing: that a user who waits for an outcome has it.

pub(crate) mod curve;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use hoplight_model::arrivals::Arrivals as Process;
use hoplight_model::component::Traffic;

use crate::index::{count, length};
use crate::random::{self, Sampler};
use crate::time::SimTime;

use curve::Curve;

/// Marks the random streams of users who wait for outcomes: the mark, 20 bits of user, 36 bits of cycle. The bits between
/// are left to the purposes of draws.
pub(crate) const WAITS: u64 = 1 << 62;
pub(crate) const CYCLE_BITS: u32 = 36;
pub(crate) const USER_BITS: u32 = 20;

/// What the draws about one user are for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Kind = 1,
    NewVisitor = 2,
    Think = 3,
}

/// The state of the arrivals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrivals {
    pub(crate) source: Source,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Open(Open),
    Closed(Closed),
}

/// Users who come whatever happens to the others.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Open {
    /// Whether gaps are equal in unit time.
    pub(crate) regular: bool,
    pub(crate) draws: Xoshiro256PlusPlus,
    pub(crate) curve: Curve,
    /// Unit time from `since` to the next arrival.
    pub(crate) due: f64,
    pub(crate) since: SimTime,
    /// Part of a nanosecond by which the last arrival was early: events have whole ones.
    pub(crate) early: f64,
    /// How many have come.
    pub(crate) came: u64,
    /// The one event that brings the next user; others of its kind are stale.
    pub(crate) next: u64,
}

/// Users who wait for each outcome.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Closed {
    pub(crate) think: Sampler,
    /// How often each user has asked.
    pub(crate) cycles: Vec<u32>,
    /// How many of them think now.
    pub(crate) thinking: u32,
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
    pub(crate) fn draw(&mut self) {
        self.due = if self.regular { 1.0 } else { random::exponential(self.draws.next_u64()) };
    }

    /// When the next user comes, or `None` if nobody ever will.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the curve gives at most 2^61 ns")]
    pub(crate) fn next_at(&mut self) -> Option<SimTime> {
        let gap = self.curve.reach(self.since, self.due)? + self.early;
        let whole = gap as u64;
        self.early = gap - whole as f64;
        Some(self.since + whole)
    }
}

impl Closed {
    pub(crate) fn stream(&self, user: u32) -> u64 {
        WAITS | u64::from(user) << CYCLE_BITS | u64::from(self.cycles[length(user)])
    }
}
