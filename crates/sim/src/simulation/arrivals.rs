//! Who comes and when: open arrivals at a rate that may follow a schedule, or users who wait for each outcome.
//!
//! Open arrivals are sampled in *unit time*, in which one user comes per unit: exponential gaps, or equal ones. The integral
//! of the rate says when a unit of unit time is over, and is inverted exactly, so nothing is thinned out and no draw is
//! wasted. The users are the same whatever the rate; it only moves them. Faults and designs do not move them at all.
//!
//! Must not know what becomes of a request, but for one thing: that a user who waits for an outcome has it.

use crate::arrivals::curve::Curve;
use crate::arrivals::{CYCLE_BITS, Purpose, Source, USER_BITS, WAITS};
use crate::event::Kind;
use crate::index::{count, length};
use crate::journal::Observer;
use crate::random::{self};
use crate::simulation::Simulation;
use crate::time::SECOND;
use hoplight_model::RequestKind;
use hoplight_model::quantity::Rate;

impl Simulation {
    /// The first users come, or begin to think.
    pub(super) fn start_arrivals(&mut self) {
        match &self.arrivals.source {
            Source::Open(_) => self.schedule_arrival(),
            Source::Closed(closed) => (0..count(closed.cycles.len())).for_each(|user| self.start_thinking(user)),
        }
    }

    /// Schedules the next user of open arrivals.
    fn schedule_arrival(&mut self) {
        let Source::Open(open) = &mut self.arrivals.source else { return };
        open.next = 0;
        let Some(at) = open.next_at() else { return };
        let next = self.clock.schedule(at, Kind::Arrival, 0);
        if let Source::Open(open) = &mut self.arrivals.source {
            open.next = next;
        }
    }

    /// A user thinks, and will ask then.
    fn start_thinking(&mut self, user: u32) {
        let Source::Closed(closed) = &self.arrivals.source else { return };
        let think = closed.think.nanos(self.draw(closed.stream(user), Purpose::Think));
        self.clock.schedule(self.clock.now() + think, Kind::Arrival, user);
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
                open.since = self.clock.now();
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
        self.start_request(kind, stream, new_visitor, observer);
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
    pub(super) fn resume_user(&mut self, stream: u64) {
        if stream >> 62 != WAITS >> 62 {
            return;
        }
        let Source::Closed(closed) = &mut self.arrivals.source else { return };
        let user = u32::try_from((stream >> CYCLE_BITS) % (1 << USER_BITS)).expect("a user's number has 20 bits");
        let Some(cycle) = closed.cycles.get_mut(length(user)) else { return };
        *cycle = cycle.wrapping_add(1);
        closed.thinking += 1;
        self.start_thinking(user);
    }

    /// Chance about one user: 64 bits that depend on the seed, the user and the purpose.
    fn draw(&self, stream: u64, purpose: Purpose) -> u64 {
        random::mix(self.clock.seed() ^ random::mix(stream ^ ((purpose as u64) << 56)))
    }

    /// Sets the arrival rate from now on; what is left of the schedule is over. The part of the gap to the next user that
    /// has passed stays passed.
    pub(super) fn set_rate(&mut self, rate: Rate) {
        let Source::Open(open) = &mut self.arrivals.source else {
            unreachable!("where users wait for outcomes, the command is refused")
        };
        open.due = (open.due - open.curve.integral(open.since, self.clock.now())).max(0.0);
        open.since = self.clock.now();
        open.early = 0.0;
        open.curve = Curve::new(rate, &[]);
        self.schedule_arrival();
    }

    /// The arrival rate now, all kinds together, in requests per second. Where users wait for outcomes: the number of those
    /// who think over the mean time that they do, which is the rate if that time is memoryless.
    pub fn rate(&self) -> f64 {
        match &self.arrivals.source {
            Source::Open(open) => open.curve.at(self.clock.now()),
            Source::Closed(closed) => f64::from(closed.thinking) * SECOND as f64 / closed.think.mean(),
        }
    }

    /// How many users there are, and how many of them think now, where users wait for each outcome; `None` where they come
    /// at a rate.
    pub fn population(&self) -> Option<(u32, u32)> {
        self.arrivals.population()
    }
}
