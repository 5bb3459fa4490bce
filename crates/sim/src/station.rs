//! The state of one station. Its parameters are in `params`, and the state of a link is in `link`.

mod kept;
mod link;
mod params;

use std::collections::VecDeque;

use hoplight_model::quantity::Factor;

pub(super) use kept::KeptConnection;
pub(super) use link::{Idle, LinkState, Passage};
pub(super) use params::{Routing, StationParams};

use crate::index::{PerKind, RequestIx, StationIx, count, length};
use crate::plan::Plan;
use crate::time::{SECOND, SimTime};
use crate::view::Health;

/// Whether a timeout needs a timer: zero means no timeout, and a timeout of a day or more never expires in a run.
pub(super) const fn is_timed(timeout: u64) -> bool {
    timeout != 0 && timeout < 86_400 * SECOND
}

/// The time at which a component stops waiting for a response. All deadlines of a station have the same delay, so they
/// expire in the order they were set, and one timer per station is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deadline {
    pub(super) at: SimTime,
    pub(super) request: RequestIx,
    pub(super) generation: u32,
    /// Level of the request's path that waits.
    pub(super) level: u8,
    /// Number of the deadline within its level.
    pub(super) clock: u8,
}

/// A station.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(64))]
pub(super) struct Station {
    params: StationParams,
    /// Whether the station's process has ended.
    crashed: bool,
    /// Derived from the process, its server, and faults.
    health: Health,
    /// Number of requests that have arrived and have not been answered.
    present: u32,
    /// Whether the station is in the list of stations whose per-second counters may be nonzero.
    rolls: bool,
    visits: u64,
    busy: u32,
    queue: VecDeque<RequestIx>,
    /// Connections that the kernel holds while the program is at its limit of connections, oldest first.
    unaccepted: VecDeque<RequestIx>,
    /// Number of users' idle connections.
    idle: u32,
    /// Places of idle connections, by their last use; some are stale.
    kept: VecDeque<KeptConnection>,
    /// Whether a timer is set for the next idle connection that expires.
    idle_timer: bool,
    /// ∫ busy dt up to `last_change`, in slot-nanoseconds.
    busy_time: u128,
    /// Total waiting time of requests that have left the queue, in nanoseconds.
    queue_time: u128,
    last_change: SimTime,
    served: u64,
    dropped: u64,
    /// Number of requests since the process started, as an agent reads it.
    counter: u64,
    /// Number of requests since the start of the run.
    arrivals: u64,
    deadlines: VecDeque<Deadline>,
    timer_armed: bool,
    /// Number of requests forwarded in turn.
    turn: u32,
    /// Whether an upstream has failed recently, so that it may be ejected.
    failing_upstreams: bool,
    slow: Option<Factor>,
    /// Whether the duration of its work depends on more than a draw: on a fault, or on the cores of its server.
    is_varied: bool,
    leaked: u32,
    second_busy: u128,
    second_arrivals: u64,
    /// ∫ busy dt over the last whole second, in slot-nanoseconds.
    last_busy: u128,
    /// Number of requests in the last whole second.
    last_arrivals: u64,
}

impl Station {
    /// Takes the station's parameters from a new plan.
    pub(super) fn adopt(&mut self, params: StationParams) {
        self.params = params;
        self.vary();
        if !params.counts_idle {
            self.clear_kept();
        }
        if self.failing_upstreams {
            // A successful response may end an ejection.
            self.params.relays = PerKind::default();
        }
    }

    /// Whether an upstream has failed recently, so that it may be ejected.
    #[inline]
    pub(super) const fn has_failing_upstreams(&self) -> bool {
        self.failing_upstreams
    }

    /// Records whether an upstream has failed recently; `station` is this station.
    pub(super) fn set_failing_upstreams(&mut self, failing: bool, plan: &Plan, station: StationIx) {
        self.failing_upstreams = failing;
        self.adopt(StationParams::of(plan, station));
    }

    #[inline]
    pub(super) const fn params(&self) -> &StationParams {
        &self.params
    }

    /// Approximate size in bytes.
    pub(super) fn footprint(&self) -> usize {
        size_of::<Self>()
            + (self.queue.len() + self.unaccepted.len()) * size_of::<RequestIx>()
            + self.deadlines.len() * size_of::<Deadline>()
            + self.kept.len() * size_of::<KeptConnection>()
    }
}

/// Health and faults.
impl Station {
    #[inline]
    pub(super) const fn health(&self) -> Health {
        self.health
    }

    pub(super) const fn is_crashed(&self) -> bool {
        self.crashed
    }

    /// Records that the process has ended or started. [`Self::refresh_health`] must follow.
    pub(super) fn set_crashed(&mut self, crashed: bool) {
        self.crashed = crashed;
    }

    /// Derives the health from the process, the server's power, and whether the process is hung.
    pub(super) fn refresh_health(&mut self, powered_off: bool, hung: bool) {
        self.health = match (powered_off, self.crashed) {
            (true, _) => Health::PoweredOff,
            (false, true) => Health::Crashed,
            (false, false) if hung => Health::Hung,
            (false, false) => Health::Up,
        };
    }

    /// The factor by which a fault multiplies service times.
    #[inline]
    pub(super) const fn slow(&self) -> Option<Factor> {
        self.slow
    }

    pub(super) fn set_slow(&mut self, factor: Option<Factor>) {
        self.slow = factor;
        self.vary();
    }

    /// Whether the duration of its work depends on more than a draw: on a fault, or on the cores of its server.
    #[inline]
    pub(super) const fn is_varied(&self) -> bool {
        self.is_varied
    }

    fn vary(&mut self) {
        self.is_varied = self.slow.is_some() || self.params.shares_cores;
    }

    /// Number of connections that have leaked.
    pub(super) const fn leaked(&self) -> u32 {
        self.leaked
    }

    pub(super) fn set_leaked(&mut self, leaked: u32) {
        self.leaked = leaked;
    }
}

/// Slots, the queue and connections.
impl Station {
    /// Number of occupied slots.
    #[inline]
    pub(super) const fn busy(&self) -> u32 {
        self.busy
    }

    #[inline]
    pub(super) const fn has_free_slot(&self) -> bool {
        self.busy < self.params.slots
    }

    /// Number of queued requests.
    #[inline]
    pub(super) fn waiting(&self) -> u32 {
        count(self.queue.len() + self.unaccepted.len())
    }

    #[inline]
    pub(super) fn has_queue_space(&self) -> bool {
        self.params.limit.admits(count(self.queue.len()))
    }

    /// Whether a new connection finds no room: not in a slot, not in the queue, and at the limit of connections not in the
    /// kernel's accept queue either. `HAProxy`'s default for the length of that queue is the limit (`maxconn`). A program that
    /// closes connections above its limit accepts them first.
    pub(super) fn is_full(&self) -> bool {
        if !self.accepts_connection() && !self.params.closes_idle {
            return !self.params.connections.admits(count(self.unaccepted.len()));
        }
        (self.health == Health::Hung || !self.has_free_slot()) && !self.has_queue_space()
    }

    /// The queued requests, oldest first.
    pub(super) fn queue(&self) -> impl Iterator<Item = RequestIx> + '_ {
        self.unaccepted.iter().chain(&self.queue).copied()
    }

    /// Appends a connection to those that the program has not accepted. Returns the number of waiting requests.
    pub(super) fn hold_back(&mut self, request: RequestIx) -> u32 {
        self.unaccepted.push_back(request);
        self.waiting()
    }

    /// Removes the oldest connection that the program has not accepted, if it may accept one.
    pub(super) fn accept(&mut self) -> Option<RequestIx> {
        if self.accepts_connection() { self.unaccepted.pop_front() } else { None }
    }

    /// Appends a request to the queue. Returns the new length.
    #[inline]
    pub(super) fn enqueue(&mut self, request: RequestIx) -> u32 {
        self.queue.push_back(request);
        self.waiting()
    }

    /// Removes a request from the queue after it has waited for `waited` nanoseconds.
    pub(super) fn leave_queue(&mut self, request: RequestIx, waited: u64) {
        self.queue.retain(|queued| *queued != request);
        self.unaccepted.retain(|queued| *queued != request);
        self.waited(waited);
    }

    /// Number of requests that have arrived and have not been answered.
    #[inline]
    pub(super) const fn present(&self) -> u32 {
        self.present
    }

    /// Number of open connections, including leaked and idle ones.
    #[inline]
    pub(super) const fn connections(&self) -> u32 {
        self.present.saturating_add(self.leaked).saturating_add(self.idle)
    }

    #[inline]
    pub(super) fn accepts_connection(&self) -> bool {
        self.params.connections.admits(self.connections())
    }

    /// Records that a request is present.
    #[inline]
    pub(super) fn admit(&mut self) {
        self.present += 1;
    }

    /// Records that a request has been answered. Returns whether connections wait for the program to accept them.
    #[inline]
    pub(super) fn dismiss(&mut self) -> bool {
        self.present = self.present.saturating_sub(1);
        !self.unaccepted.is_empty()
    }

    #[inline]
    pub(super) fn occupy(&mut self, now: SimTime) {
        self.settle(now);
        self.busy += 1;
    }

    #[inline]
    fn release(&mut self, now: SimTime) {
        self.settle(now);
        self.busy = self.busy.saturating_sub(1);
    }

    /// Frees a slot or, unless the process is hung, passes it to the next queued request. Returns that request.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn hand_over_slot(&mut self, now: SimTime) -> Option<RequestIx> {
        if self.health == Health::Hung {
            self.release(now);
            return None;
        }
        let Some(next) = self.queue.pop_front() else {
            self.release(now);
            return None;
        };
        // The number of busy slots stays the same.
        if self.busy == 0 {
            self.occupy(now);
        }
        Some(next)
    }

    /// Gives a free slot to the next queued request. Returns that request.
    pub(super) fn fill_slot(&mut self, now: SimTime) -> Option<RequestIx> {
        if !self.has_free_slot() {
            return None;
        }
        let next = self.queue.pop_front()?;
        self.occupy(now);
        Some(next)
    }

    /// Position of the next link in a list of `links`, for stations that use their links in turn.
    #[inline]
    pub(super) fn take_turn(&mut self, links: usize) -> usize {
        let place = length(self.turn) % links;
        self.turn = self.turn.wrapping_add(1);
        place
    }

    /// Discards the state of a process that ends.
    pub(super) fn clear(&mut self, now: SimTime) {
        self.settle(now);
        self.busy = 0;
        self.present = 0;
        self.queue.clear();
        self.unaccepted.clear();
        self.clear_kept();
        self.counter = 0;
    }
}

/// Counters.
impl Station {
    /// Counts a message that needs a slot. Returns whether the station must be added to the list of stations with
    /// per-second counters.
    #[inline]
    pub(super) fn visit(&mut self) -> bool {
        self.visits += 1;
        !std::mem::replace(&mut self.rolls, true)
    }

    /// Number of requests, handshakes and responses that needed a slot since the start of the run.
    pub(super) const fn visits(&self) -> u64 {
        self.visits
    }

    /// Counts a request.
    #[inline]
    pub(super) fn count_arrival(&mut self) {
        self.arrivals += 1;
        self.counter += 1;
    }

    /// Number of requests since the start of the run.
    pub(super) const fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Number of requests since the process started, as an agent reads it.
    pub(super) const fn counter(&self) -> u64 {
        self.counter
    }

    /// Counts a completed service.
    #[inline]
    pub(super) fn count_served(&mut self) {
        self.served += 1;
    }

    /// Number of completed services.
    pub(super) const fn served(&self) -> u64 {
        self.served
    }

    /// Counts a request that is turned away.
    #[inline]
    pub(super) fn count_dropped(&mut self) {
        self.dropped += 1;
    }

    /// Number of requests turned away.
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Updates `busy_time` to `now`. Must be called before `busy` changes.
    #[inline]
    pub(super) fn settle(&mut self, now: SimTime) {
        self.busy_time = self.busy_time(now);
        self.last_change = now;
    }

    /// ∫ busy dt up to `now`, in slot-nanoseconds.
    #[inline]
    pub(super) fn busy_time(&self, now: SimTime) -> u128 {
        self.busy_time + u128::from(self.busy) * u128::from(now - self.last_change)
    }

    /// Total waiting time of requests that have left the queue, in nanoseconds.
    pub(super) const fn queue_time(&self) -> u128 {
        self.queue_time
    }

    /// Records how long a request waited in the queue, in nanoseconds.
    #[inline]
    pub(super) fn waited(&mut self, nanos: u64) {
        self.queue_time += u128::from(nanos);
    }

    /// Completes a whole second. Returns whether the counters of the next one may be nonzero.
    pub(super) fn roll_second(&mut self, now: SimTime) -> bool {
        self.settle(now);
        self.last_busy = self.busy_time - self.second_busy;
        self.last_arrivals = self.arrivals - self.second_arrivals;
        self.second_busy = self.busy_time;
        self.second_arrivals = self.arrivals;
        self.rolls = self.busy > 0 || self.last_busy > 0 || self.last_arrivals > 0;
        self.rolls
    }

    /// ∫ busy dt over the last whole second, in slot-nanoseconds.
    pub(super) const fn last_busy(&self) -> u128 {
        self.last_busy
    }

    /// Number of requests in the last whole second.
    pub(super) const fn last_arrivals(&self) -> u64 {
        self.last_arrivals
    }
}

/// Deadlines.
impl Station {
    #[inline]
    pub(super) fn oldest_deadline(&self) -> Option<&Deadline> {
        self.deadlines.front()
    }

    pub(super) fn drop_oldest_deadline(&mut self) {
        self.deadlines.pop_front();
    }

    /// Appends a deadline. Returns whether the caller must schedule the timer.
    #[inline]
    pub(super) fn push_deadline(&mut self, deadline: Deadline) -> bool {
        self.deadlines.push_back(deadline);
        !std::mem::replace(&mut self.timer_armed, true)
    }

    /// Arms the timer again after a hang. Returns when it expires, unless it is armed or there is no deadline.
    pub(super) fn rearm_timer(&mut self) -> Option<SimTime> {
        let oldest = self.deadlines.front().filter(|_| !self.timer_armed)?;
        self.timer_armed = true;
        Some(oldest.at)
    }

    pub(super) fn disarm_timer(&mut self) {
        self.timer_armed = false;
    }
}
