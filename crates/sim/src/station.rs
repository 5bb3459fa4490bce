//! The changing state of one station, one link, one server.

use std::collections::VecDeque;

use hoplight_model::RequestKind;
use hoplight_model::behaviour::{Behaviour, UpstreamChoice};
use hoplight_model::quantity::Factor;
use hoplight_model::station::Hold;

use crate::connection::{Pool, When};
use crate::index::{DatabaseIx, LinkIx, PerKind, RequestIx, StationIx};
use crate::limit::Limit;
use crate::outcome::Failure;
use crate::plan::{HopPlan, Plan, Role, StationPlan};
use crate::random::Sampler;
use crate::time::{SECOND, SimTime};
use crate::view::{CheckCode, Health};

/// Whether a timeout needs a clock: a day or more never ends, and zero is no timeout.
pub(super) const fn is_timed(timeout: u64) -> bool {
    timeout != 0 && timeout < 86_400 * SECOND
}

/// A moment at which a component stops waiting for an answer. All deadlines of one station have the same delay, so they fall
/// due in the order in which they were set: a queue with one timer serves them all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deadline {
    pub(super) at: SimTime,
    pub(super) request: RequestIx,
    pub(super) generation: u32,
    /// The level that waits.
    pub(super) level: u8,
    /// Which of the level's clocks this is.
    pub(super) clock: u8,
}

/// What a station does with a request after its own work, unless that is a handshake.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Routing {
    /// It responds, and there is nothing to tell about it.
    Respond,
    /// It has the answer.
    Serve,
    /// It asks on this link.
    Ask(LinkIx),
    /// It asks on the next of its links.
    TakeTurns,
    /// It asks the database that took the last write, as far as it knows.
    AskWriter,
    /// It gives it to a backend.
    Balance,
    /// It lets it pass, or not.
    Judge,
    /// It is this database.
    Query(DatabaseIx),
    /// It resolves a name.
    Resolve,
    /// It has no upstream.
    Fail(Failure),
}

impl Routing {
    /// What the station at this place does with requests of one kind.
    fn of(plan: &Plan, station: StationIx, kind: RequestKind) -> Self {
        let plan = &plan.stations[station];
        match &plan.behaviour[kind] {
            Behaviour::Originate(_) | Behaviour::Ignore => Self::Respond,
            Behaviour::Respond => Self::Serve,
            Behaviour::Query(_) => match plan.role {
                Role::Database(node) => Self::Query(node),
                _ => unreachable!("only databases execute queries"),
            },
            Behaviour::Forward(forwarding) => match forwarding.choice {
                UpstreamChoice::Balanced(_) => Self::Balance,
                UpstreamChoice::RoundRobin => Self::TakeTurns,
                UpstreamChoice::Writer => Self::AskWriter,
                UpstreamChoice::First => Self::Ask(forwarding.links[0]),
            },
            Behaviour::Resolve(_) => Self::Resolve,
            Behaviour::Filter => Self::Judge,
            Behaviour::Fail(error) => Self::Fail((*error).into()),
        }
    }
}

/// What the plan says of a station, where the engine needs it at every visit: beside the state that it is needed with, in
/// the same stretch of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent flags, read separately on the critical path")]
pub(super) struct StationParams {
    pub(super) slots: u32,
    /// Most requests that may wait.
    pub(super) limit: Limit,
    /// Most requests that may be present.
    pub(super) connections: Limit,
    pub(super) is_firewall: bool,
    /// Whether a slot is held until the answer from downstream is back. Firewalls hold none.
    pub(super) holds: bool,
    /// Whether there is work on answers.
    pub(super) works_on_responses: bool,
    pub(super) watched: bool,
    /// Whether a good answer to each kind of request is handed on as it is, and nothing is learnt from it.
    pub(super) relays: PerKind<bool>,
    pub(super) key: u64,
    /// How long it works on each kind of request, and on an answer, if it does.
    pub(super) work: [Sampler; 4],
    /// What it does with each kind of request.
    pub(super) routing: PerKind<Routing>,
}

impl Default for StationParams {
    fn default() -> Self {
        Self {
            slots: 0,
            limit: Limit::NONE,
            connections: Limit::NONE,
            is_firewall: false,
            holds: false,
            works_on_responses: false,
            watched: false,
            relays: PerKind::default(),
            key: 0,
            work: [Sampler::Constant(0); 4],
            routing: [Routing::Respond; 3].into(),
        }
    }
}

impl StationParams {
    /// The place of the work on answers among all work.
    pub(super) const RESPONSES: usize = 3;

    /// What `whole` says of the station at this place.
    pub(super) fn of(whole: &Plan, station: StationIx) -> Self {
        let plan: &StationPlan = &whole.stations[station];
        let [statics, reads, writes] = plan.service;
        Self {
            slots: plan.slots,
            limit: plan.limit,
            connections: plan.connections,
            is_firewall: matches!(plan.role, Role::Firewall),
            holds: plan.hold == Hold::UntilAnswered && !matches!(plan.role, Role::Firewall),
            works_on_responses: plan.answer.is_some(),
            watched: plan.watched,
            relays: PerKind::of(|kind| plan.forwarding(kind).is_some_and(|forwarding| !forwarding.learns_writer)),
            key: plan.key,
            work: [statics, reads, writes, plan.answer.unwrap_or(Sampler::Constant(0))],
            routing: PerKind::of(|kind| Routing::of(whole, station, kind)),
        }
    }
}

/// A station.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(align(64))]
pub(super) struct Station {
    pub(super) params: StationParams,
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
    pub(super) queue: VecDeque<RequestIx>,
    /// ∫ busy dt, in slot-nanoseconds.
    pub(super) busy_time: u128,
    /// How long requests that have left the queue waited in it, in nanoseconds.
    queue_time: u128,
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
    second_busy: u128,
    second_arrivals: u64,
    /// Slot-nanoseconds of the last whole second.
    pub(super) last_busy: u128,
    /// Arrivals of the last whole second.
    pub(super) last_arrivals: u64,
}

impl Station {
    pub(super) fn footprint(&self) -> usize {
        size_of::<Self>() + self.queue.len() * size_of::<RequestIx>() + self.deadlines.len() * size_of::<Deadline>()
    }

    /// Brings ∫ busy dt up to `now`. To be called before `busy` changes.
    #[inline]
    pub(super) fn settle(&mut self, now: SimTime) {
        self.busy_time += u128::from(self.busy) * u128::from(now - self.last_change);
        self.last_change = now;
    }

    /// ∫ busy dt until `now`.
    pub(super) fn busy_time(&self, now: SimTime) -> u128 {
        self.busy_time + u128::from(self.busy) * u128::from(now - self.last_change)
    }

    /// ∫ waiting dt of those who wait no more: the sum of their waits, which is the same.
    pub(super) fn queue_time(&self) -> u128 {
        self.queue_time
    }

    /// A request has left the queue after this many nanoseconds.
    #[inline]
    pub(super) fn waited(&mut self, nanos: u64) {
        self.queue_time += u128::from(nanos);
    }

    #[inline]
    pub(super) fn occupy(&mut self, now: SimTime) {
        self.settle(now);
        self.busy += 1;
    }

    #[inline]
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

/// What the first message of a new connection on a link would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It gets through.
    Open,
    /// It is refused at once.
    Refused,
    /// It vanishes.
    Silent,
}

/// A link.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LinkState {
    /// From the plan, as for [`StationParams`]: who asks, who answers, nanoseconds one way, firewalls on the way and those of them
    /// that stand at the asker's side, whether requests in progress are limited.
    pub(super) from: StationIx,
    pub(super) to: StationIx,
    pub(super) latency: u64,
    pub(super) behind: u8,
    pub(super) outward: u8,
    pub(super) limited: bool,
    /// How long the asker waits for an answer.
    pub(super) timeout: u64,
    /// Whether there is something to do before a message goes down: a clock to start, a connection to open.
    pub(super) prepares: bool,
    /// Whether any component opens connections, so that answers have to be looked at.
    pub(super) opens: bool,
    /// Whether it leads users to one of a pair that share an address.
    pub(super) shared: bool,
    /// Requests whose answer is still awaited on it.
    pub(super) active: u32,
    pub(super) cut: bool,
    /// For a balancer's link: what health checks say.
    pub(super) backend_up: bool,
    /// Checks in a row that contradict `backend_up`.
    pub(super) streak: u8,
    /// For a balancer's link: whether it is being drained.
    pub(super) draining: bool,
    /// For a balancer's link: what it has earned towards its next turn, under smooth weighted round robin.
    pub(super) credit: i64,
    /// For a balancer's link: how the last health check failed, if it did.
    pub(super) check: Option<CheckCode>,
    /// How many health checks have been sent on it, and whether the last one was answered at once.
    pub(super) checks: u32,
    pub(super) answered: bool,
    /// The connections that are kept, where they are pooled.
    pub(super) pool: Pool,
    /// How much longer than usual its latency is, while a fault makes it so.
    pub(super) slow: Option<Factor>,
    /// Whether it is tapped.
    pub(super) tapped: bool,
    /// Whether it is cut, slow or tapped.
    pub(super) touched: bool,
    /// Whether an answer is across at once, and there is nothing to do on its way: no firewall, no time, no connection to
    /// give back, no request that waits for room.
    pub(super) plain: bool,
}

impl LinkState {
    /// Takes what the engine needs of the plan at every message.
    pub(super) fn adopt(&mut self, plan: &Plan, hop: &HopPlan) {
        (self.from, self.to, self.latency) = (hop.from, hop.to, hop.latency);
        self.behind = hop.behind;
        self.outward = u8::try_from(hop.outward).unwrap_or(u8::MAX);
        self.limited = hop.maxconn.is_set();
        self.timeout = plan.stations[hop.from].timeout;
        self.prepares = is_timed(self.timeout) || hop.connects.when != When::Never;
        self.opens = plan.connections.any_open;
        self.shared = hop.from == plan.browser && !plan.pair.is_empty();
        self.touch();
    }

    /// To be called when it is cut or whole, slow or tapped.
    pub(super) fn touch(&mut self) {
        self.touched = self.cut || self.tapped || self.slow.is_some();
        self.plain = !(self.touched || self.opens || self.limited) && self.behind == 0 && self.latency == 0;
    }

    /// Takes over what health checks know from the same link before a rebuild.
    pub(super) fn carry_checks(&mut self, old: &Self) {
        (self.backend_up, self.streak) = (old.backend_up, old.streak);
        (self.check, self.checks, self.answered) = (old.check, old.checks, old.answered);
    }

    /// Whether a balancer gives new requests to the backend at its end.
    pub(super) fn takes_new(&self) -> bool {
        self.backend_up && !self.draining
    }
}

impl Default for LinkState {
    fn default() -> Self {
        Self {
            from: StationIx::default(),
            to: StationIx::default(),
            latency: 0,
            behind: 0,
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
            draining: false,
            credit: 0,
            check: None,
            checks: 0,
            answered: false,
            pool: Pool::default(),
            slow: None,
            tapped: false,
            touched: false,
            plain: false,
        }
    }
}
