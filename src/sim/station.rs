//! The changing state of one station, one link, one server.
//!
//! Must not know requests beyond their index, nor what a component decides.

use std::collections::VecDeque;

use crate::model::quantity::Factor;

use super::time::SimTime;
use super::view::{CheckCode, Health};

/// A moment at which a component stops waiting for an answer. All deadlines of one station have the same delay, so they fall
/// due in the order in which they were set: a queue with one timer serves them all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deadline {
    pub(super) at: SimTime,
    pub(super) request: u32,
    pub(super) generation: u32,
    /// The level that waits.
    pub(super) level: u8,
    /// Which of the level's clocks this is.
    pub(super) clock: u8,
}

/// A station.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Station {
    /// Its process has ended.
    pub(super) crashed: bool,
    /// Whether it runs, given its process and its server.
    pub(super) health: Health,
    /// Requests that have come and whose answer has not left.
    pub(super) present: u32,
    /// Whether it is on the list of those whose seconds are counted.
    pub(super) rolls: bool,
    /// Requests, handshakes and answers that wanted a slot, since the start of the run.
    pub(super) visits: u64,
    pub(super) busy: u32,
    pub(super) queue: VecDeque<u32>,
    /// ∫ busy dt, in slot-nanoseconds; 18 years of a thousand busy slots fit.
    pub(super) busy_time: u64,
    /// ∫ waiting dt, in request-nanoseconds.
    queue_time: u64,
    last_change: SimTime,
    pub(super) served: u64,
    pub(super) dropped: u64,
    /// Requests since the process started: what an agent reads.
    pub(super) counter: u64,
    /// Requests since the start of the run.
    pub(super) arrivals: u64,
    pub(super) deadlines: VecDeque<Deadline>,
    pub(super) timer_armed: bool,
    /// Whose turn it is, for components that take turns.
    pub(super) turn: u32,
    /// How much longer than usual its work takes, while a fault makes it so.
    pub(super) slow: Option<Factor>,
    /// Connections that are taken and never given back.
    pub(super) leaked: u32,
    second_busy: u64,
    second_arrivals: u64,
    /// Slot-nanoseconds of the last whole second.
    pub(super) last_busy: u64,
    /// Arrivals of the last whole second.
    pub(super) last_arrivals: u64,
}

impl Station {
    pub(super) fn footprint(&self) -> usize {
        size_of::<Self>() + self.queue.len() * size_of::<u32>() + self.deadlines.len() * size_of::<Deadline>()
    }

    /// Brings the integrals up to `now`. To be called before `busy` or the line changes.
    pub(super) fn settle(&mut self, now: SimTime) {
        let elapsed = now - self.last_change;
        self.busy_time += u64::from(self.busy) * elapsed;
        self.queue_time += self.queue.len() as u64 * elapsed;
        self.last_change = now;
    }

    /// ∫ busy dt until `now`.
    pub(super) fn busy_time(&self, now: SimTime) -> u128 {
        u128::from(self.busy_time) + u128::from(self.busy) * u128::from(now - self.last_change)
    }

    /// ∫ waiting dt until `now`.
    pub(super) fn queue_time(&self, now: SimTime) -> u128 {
        u128::from(self.queue_time) + self.queue.len() as u128 * u128::from(now - self.last_change)
    }

    pub(super) fn occupy(&mut self, now: SimTime) {
        self.settle(now);
        self.busy += 1;
    }

    pub(super) fn release(&mut self, now: SimTime) {
        self.settle(now);
        self.busy = self.busy.saturating_sub(1);
    }

    /// The process ends: what it had in memory is gone.
    pub(super) fn clear(&mut self, now: SimTime) {
        self.settle(now);
        self.busy = 0;
        self.present = 0;
        self.queue.clear();
        self.counter = 0;
    }

    /// A whole second is over. Says whether the next one may hold anything but zeros.
    pub(super) fn roll_second(&mut self, now: SimTime) -> bool {
        self.settle(now);
        self.last_busy = self.busy_time - self.second_busy;
        self.last_arrivals = self.arrivals - self.second_arrivals;
        self.second_busy = self.busy_time;
        self.second_arrivals = self.arrivals;
        self.rolls = self.busy > 0 || self.last_busy > 0 || self.last_arrivals > 0;
        self.rolls
    }
}

/// A link.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that may be so by itself")]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Requests whose answer is still awaited on it.
    pub(super) active: u32,
    pub(super) cut: bool,
    /// For a balancer's link: what health checks say.
    pub(super) backend_up: bool,
    /// Checks in a row that contradict `backend_up`.
    pub(super) streak: u8,
    /// For a balancer's link: whether somebody said that it gets no new requests.
    pub(super) draining: bool,
    /// For a balancer's link: what it has earned towards its next turn, under smooth weighted round robin.
    pub(super) credit: i64,
    /// For a balancer's link: how the last health check failed, if it did.
    pub(super) check: Option<CheckCode>,
    /// How much longer than usual its latency is, while a fault makes it so.
    pub(super) slow: Option<Factor>,
    /// Whether somebody listens.
    pub(super) tapped: bool,
    /// Whether it is slow or tapped.
    pub(super) touched: bool,
}

impl Line {
    /// Whether a balancer gives new requests to the backend at its end.
    pub(super) fn takes_new(&self) -> bool {
        self.backend_up && !self.draining
    }
}

impl Default for Line {
    fn default() -> Self {
        Self {
            active: 0,
            cut: false,
            backend_up: true,
            streak: 0,
            draining: false,
            credit: 0,
            check: None,
            slow: None,
            tapped: false,
            touched: false,
        }
    }
}
