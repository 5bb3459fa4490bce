//! The state of one link.

use std::collections::VecDeque;

use hoplight_model::Protocol;
use hoplight_model::quantity::Factor;

use crate::connection::{Pool, When};
use crate::index::{StationIx, count};
use crate::plan::{HopPlan, Plan};
use crate::station::is_timed;
use crate::time::SimTime;
use crate::view::CheckCode;

/// How the network treats the first message of a new connection on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// The message arrives.
    Open,
    /// The message is refused immediately.
    Refused,
    /// The message is lost.
    Silent,
}

/// A kept connection, as its client finds it when it takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// Open at both ends.
    Open,
    /// Closed by the server, but the client does not know yet.
    Closing,
}

/// A link.
///
/// The first fields, up to `shared`, are the part of the plan that the engine needs for every message.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinkState {
    from: StationIx,
    to: StationIx,
    /// One-way latency in nanoseconds.
    latency: u64,
    /// Number of firewalls on the hop.
    firewalls: u8,
    /// Number of firewalls at the client's end.
    outward: u8,
    /// Whether the number of requests in progress is limited.
    limited: bool,
    /// How long the client waits for a response, in nanoseconds.
    timeout: u64,
    /// Whether the client must set a deadline or take a connection before it sends.
    prepares: bool,
    /// Whether any component opens connections, so that responses may belong to a handshake.
    opens: bool,
    /// Whether a message may find its connection closed: users' messages to one of two balancers that share an address, and
    /// those on connections that the server closes when idle.
    shared: bool,
    active: u32,
    cut: bool,
    backend_up: bool,
    /// Number of consecutive health checks that contradict `backend_up`.
    streak: u8,
    /// Whether the balancer has restarted and not checked the backend yet.
    unchecked: bool,
    draining: bool,
    /// Whether the last successful check of an SQL proxy found the database writable.
    seen_writable: bool,
    /// Credit of the backend in smooth weighted round robin.
    credit: i64,
    /// How the last health check failed.
    check: Option<CheckCode>,
    checks: u32,
    /// While a health check waits for a response: when it times out, and with which result.
    pending: Option<(SimTime, CheckCode)>,
    /// Whether the last health check got a response.
    answered: bool,
    /// Whether the balancer that sent the pending health check has stopped.
    void: bool,
    pub(crate) pool: Pool,
    /// When each idle connection was returned to the pool, in order; only where the server closes idle connections before
    /// the client does.
    idle_since: VecDeque<SimTime>,
    slow: Option<Factor>,
    tapped: bool,
    /// Whether the link is cut, slow or tapped.
    touched: bool,
    plain: bool,
}

impl LinkState {
    /// Takes the link's parameters from a new plan.
    pub(crate) fn adopt(&mut self, plan: &Plan, hop: &HopPlan) {
        (self.from, self.to, self.latency) = (hop.from, hop.to, hop.latency);
        self.firewalls = hop.behind;
        self.outward = u8::try_from(hop.outward).expect("a hop has at most 127 firewalls");
        self.limited = hop.maxconn.is_set();
        // The deadlines of lookups are kept at the cache.
        self.timeout = if hop.protocol == Protocol::Cache { 0 } else { plan.stations[hop.from].timeout };
        self.prepares = is_timed(self.timeout) || hop.connects.when != When::Never;
        self.opens = plan.connections.any_open;
        self.shared = hop.from == plan.browser && plan.router(hop.to).is_some() || hop.closes_after != u64::MAX;
        self.refresh();
    }

    /// Updates the derived flags.
    fn refresh(&mut self) {
        self.touched = self.cut || self.tapped || self.slow.is_some();
        self.plain = !(self.touched || self.opens || self.limited) && self.firewalls == 0 && self.latency == 0;
    }

    /// The client's station.
    #[inline]
    pub(crate) const fn from(&self) -> StationIx {
        self.from
    }

    /// The server's station.
    #[inline]
    pub(crate) const fn to(&self) -> StationIx {
        self.to
    }

    /// One-way latency in nanoseconds, without the effect of faults.
    #[inline]
    pub(crate) const fn latency(&self) -> u64 {
        self.latency
    }

    /// Number of firewalls on the hop.
    #[inline]
    pub(crate) const fn firewalls(&self) -> u8 {
        self.firewalls
    }

    /// Number of firewalls at the client's end.
    #[inline]
    pub(crate) const fn outward(&self) -> u8 {
        self.outward
    }

    /// Whether the number of requests in progress is limited.
    #[inline]
    pub(crate) const fn is_limited(&self) -> bool {
        self.limited
    }

    /// How long the client waits for a response, in nanoseconds.
    #[inline]
    pub(crate) const fn timeout(&self) -> u64 {
        self.timeout
    }

    /// Whether the client must set a deadline or take a connection before it sends.
    #[inline]
    pub(crate) const fn needs_preparation(&self) -> bool {
        self.prepares
    }

    /// Whether a response may belong to a handshake.
    #[inline]
    pub(crate) const fn may_open(&self) -> bool {
        self.opens
    }

    /// Whether a message may find its connection closed: users' messages to one of two balancers that share an address, and
    /// those on connections that the server closes when idle.
    #[inline]
    pub(crate) const fn is_shared(&self) -> bool {
        self.shared
    }

    /// Whether a response arrives immediately and unchanged: no firewall, latency, fault, connection or limit is
    /// involved.
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        self.plain
    }
}

/// Requests in progress.
impl LinkState {
    /// Number of requests that wait for a response.
    #[inline]
    pub(crate) const fn active(&self) -> u32 {
        self.active
    }

    #[inline]
    pub(crate) fn begin_call(&mut self) {
        self.active += 1;
    }

    #[inline]
    pub(crate) fn end_call(&mut self) {
        self.active = self.active.saturating_sub(1);
    }
}

/// Kept connections that the server closes after they have been idle for `closes_after` nanoseconds.
impl LinkState {
    /// Takes the connection that was used last. The server's idle time ends one latency before the client learns of it, and
    /// a request takes one latency to arrive: within a round trip before the client learns, it meets a closed connection.
    pub(crate) fn take_idle(&mut self, closes_after: u64, round_trip: u64, now: SimTime) -> Option<Idle> {
        let age = now - self.idle_since.pop_back()?;
        if age >= closes_after {
            // The others have been idle for longer.
            self.idle_since.clear();
            return None;
        }
        Some(if age + round_trip >= closes_after { Idle::Closing } else { Idle::Open })
    }

    /// Returns a connection to the pool, which keeps at most `most`, and drops those that the server has closed.
    pub(crate) fn put_back_idle(&mut self, most: u32, closes_after: u64, now: SimTime) {
        while self.idle_since.front().is_some_and(|since| now - *since >= closes_after) {
            self.idle_since.pop_front();
        }
        if count(self.idle_since.len()) < most {
            self.idle_since.push_back(now);
        }
    }

    pub(crate) fn clear_idle(&mut self) {
        self.idle_since.clear();
    }

    /// Number of open, idle connections.
    pub(crate) fn idle_connections(&self) -> u32 {
        self.pool.idle() + count(self.idle_since.len())
    }
}

/// Faults.
impl LinkState {
    /// Whether the link is cut, slow or tapped.
    #[inline]
    pub(crate) const fn is_touched(&self) -> bool {
        self.touched
    }

    #[inline]
    pub(crate) const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
        self.refresh();
    }

    pub(crate) const fn is_tapped(&self) -> bool {
        self.tapped
    }

    pub(crate) fn set_tapped(&mut self, tapped: bool) {
        self.tapped = tapped;
        self.refresh();
    }

    /// The factor by which a fault multiplies the latency.
    pub(crate) const fn slow(&self) -> Option<Factor> {
        self.slow
    }

    pub(crate) fn set_slow(&mut self, factor: Option<Factor>) {
        self.slow = factor;
        self.refresh();
    }

    /// Applies the fault's factor, if there is one, to a latency in nanoseconds.
    #[inline]
    pub(crate) fn stretch(&self, latency: u64) -> u64 {
        self.slow.map_or(latency, |factor| factor.of(latency))
    }
}

/// The backend at the end of a balancer's link.
impl LinkState {
    /// Whether the balancer gives new requests to the backend.
    #[inline]
    pub(crate) const fn takes_new(&self) -> bool {
        self.backend_up && !self.draining
    }

    /// Whether the health checks consider the backend up.
    pub(crate) const fn is_backend_up(&self) -> bool {
        self.backend_up
    }

    pub(crate) const fn is_draining(&self) -> bool {
        self.draining
    }

    /// Drains the backend or puts it back in service. Returns whether this is a change.
    pub(crate) fn set_draining(&mut self, draining: bool) -> bool {
        std::mem::replace(&mut self.draining, draining) != draining
    }

    /// Whether the last successful check of an SQL proxy found the database writable.
    pub(crate) const fn is_seen_writable(&self) -> bool {
        self.seen_writable
    }

    /// Records what a check of an SQL proxy has found. Returns whether it differs from what the proxy knew.
    pub(crate) fn see_writable(&mut self, writable: bool) -> bool {
        std::mem::replace(&mut self.seen_writable, writable) != writable
    }

    /// Adds the backend's weight to its credit in smooth weighted round robin. Returns the credit.
    pub(crate) fn earn(&mut self, weight: i64) -> i64 {
        self.credit += weight;
        self.credit
    }

    /// Subtracts the weights of all backends from the credit of the chosen one.
    pub(crate) fn pay(&mut self, weights: i64) {
        self.credit -= weights;
    }

    pub(crate) fn reset_credit(&mut self) {
        self.credit = 0;
    }

    /// Carries over the results of health checks from the same link before a rebuild.
    pub(crate) fn carry_checks(&mut self, old: &Self) {
        (self.backend_up, self.streak, self.unchecked) = (old.backend_up, old.streak, old.unchecked);
        (self.check, self.checks, self.answered) = (old.check, old.checks, old.answered);
        self.seen_writable = old.seen_writable;
    }

    /// Discards the results of health checks when the balancer stops: after a restart, it considers every backend up until
    /// the first check fails.
    pub(crate) fn reset_backend(&mut self) {
        self.backend_up = true;
        self.streak = 0;
        self.unchecked = true;
        self.credit = 0;
        self.check = None;
        self.void = self.pending.is_some();
    }

    /// Counts a health check that is sent. Returns its number.
    pub(crate) fn begin_check(&mut self) -> u32 {
        self.checks = self.checks.wrapping_add(1);
        self.answered = false;
        self.void = false;
        self.checks
    }

    /// Starts the wait for the response to the last health check.
    pub(crate) fn await_check(&mut self, until: SimTime, code: CheckCode) {
        self.pending = Some((until, code));
    }

    /// Whether the health check with this number waits for a response.
    pub(crate) fn awaits_check(&self, number: u64) -> bool {
        self.pending.is_some() && u64::from(self.checks) == number
    }

    /// The result of the pending health check if it times out now.
    pub(crate) fn check_timeout(&self, now: SimTime) -> Option<CheckCode> {
        self.pending.filter(|(until, _)| *until == now).map(|(_, code)| code)
    }

    /// Records the result of a health check: `None` if it passed. Returns whether the balancer that sent it still runs.
    pub(crate) fn record_check(&mut self, code: Option<CheckCode>) -> bool {
        self.pending = None;
        let counts = !std::mem::take(&mut self.void);
        if counts {
            self.check = code;
        }
        counts
    }

    /// Records that the last health check got a response.
    pub(crate) fn answer_check(&mut self) {
        self.answered = true;
    }

    /// Evaluates the last health check: `fall` consecutive failures take the backend out of service, `rise` consecutive
    /// successes put it back. After a restart of the balancer, one failure is enough. Returns the new state if it changes.
    pub(crate) fn end_check(&mut self, fall: u8, rise: u8) -> Option<bool> {
        let passed = self.check.is_none();
        let fall = if std::mem::take(&mut self.unchecked) { 1 } else { fall };
        if self.backend_up == passed {
            self.streak = 0;
            return None;
        }
        self.streak += 1;
        if self.streak < if passed { rise } else { fall } {
            return None;
        }
        self.streak = 0;
        self.backend_up = passed;
        Some(passed)
    }

    /// How the last health check failed; `None` if it passed or there was none.
    pub(crate) const fn check_code(&self) -> Option<CheckCode> {
        self.check
    }

    /// The response to the last health check, if there was one.
    pub(crate) fn check_response(&self) -> Option<Result<(), CheckCode>> {
        self.answered.then(|| self.check.map_or(Ok(()), Err))
    }

    /// Twice the number of health checks sent, plus one once the last one has a response.
    pub(crate) fn check_mark(&self) -> u64 {
        2 * u64::from(self.checks) + u64::from(self.answered)
    }
}

impl Default for LinkState {
    fn default() -> Self {
        Self {
            from: StationIx::default(),
            to: StationIx::default(),
            latency: 0,
            firewalls: 0,
            outward: 0,
            limited: false,
            timeout: 0,
            prepares: false,
            opens: false,
            shared: false,
            active: 0,
            cut: false,
            backend_up: true,
            streak: 0,
            unchecked: false,
            draining: false,
            seen_writable: false,
            credit: 0,
            check: None,
            checks: 0,
            pending: None,
            answered: false,
            void: false,
            pool: Pool::default(),
            idle_since: VecDeque::new(),
            slow: None,
            tapped: false,
            touched: false,
            plain: false,
        }
    }
}
