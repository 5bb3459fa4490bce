//! Conditions of goals and replies, evaluated against the simulation and the learner's actions.
//!
//! Evaluation has no side effects and keeps no state other than a step's [`Baseline`].

mod counted;
mod nature;

use serde::{Deserialize, Serialize};

use hoplight_model::firewall::{Direction, RuleAction};
use hoplight_model::quantity::{Fraction, Rate, Seconds};
use hoplight_model::{ComponentId, ComponentIx, Element, Infrastructure, Port80, RequestKind, ServerId, Text, Tier, TlsMode};
use hoplight_sim::{AgentView, AlertState, DatabaseView, Experience, Fault, Phase, Port, SimTime, Simulation, Totals};

use super::act::Pace;
pub use counted::Counted;
pub use nature::Nature;

/// Everything a condition can read.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// The current simulation.
    pub sim: &'a Simulation,
    /// The selected element.
    pub selected: Option<&'a Element>,
    /// The current pace.
    pub pace: Pace,
    /// Whether the simulation is paused.
    pub paused: bool,
    /// Total number of steps forward in this session; conditions compare it with the step's baseline.
    pub steps_forward: u32,
    /// Total number of steps back in this session.
    pub steps_back: u32,
    /// The wiretap, if one is placed.
    pub wiretap: Option<Wiretap<'a>>,
    /// The followed request, if any, by its number.
    pub followed: Option<u64>,
    /// Where the messages of the followed request have arrived, and when, in order.
    pub reached: &'a [Arrival],
}

/// The arrival of a message of the followed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub at: ComponentIx,
    /// The phase of the message.
    pub phase: Phase,
    /// When.
    pub time: SimTime,
}

/// A wiretap placed by the learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiretap<'a> {
    /// The two ends of the tapped hop.
    pub on: (&'a ComponentId, &'a ComponentId),
    /// When the last captured message that showed a password was sent; `None` if none was captured since the tap was
    /// placed.
    pub password_at: Option<SimTime>,
}

/// The reference point for conditions about counts since the step began and windows since the previous goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// When the previous goal was met, or when the step began. A window counts only if it starts at or after this
    /// instant: results from before the kill say nothing about the time after it.
    pub fresh: SimTime,
    /// Requests that had ended when the step began, per kind.
    pub totals: [Totals; 3],
    /// Steps forward when the step began.
    pub steps_forward: u32,
    /// Steps back when the step began.
    pub steps_back: u32,
    /// The element that has been selected since before the step began. It does not count as selected in this step.
    pub selected: Option<Element>,
    /// The request that has been followed since before the step began.
    pub followed: Option<u64>,
    /// Number of messages of that request that had arrived when the step began.
    pub reached: usize,
    /// Packets that each firewall had dropped or rejected when the step began.
    pub dropped: Vec<(ComponentIx, u64)>,
    /// When the step began, and the request counter of the monitored web server at that moment.
    pub counter: (SimTime, Option<u64>),
    /// What had been counted when the step began.
    pub counted: Counted,
}

impl From<&Observation<'_>> for Baseline {
    fn from(seen: &Observation<'_>) -> Self {
        Self {
            fresh: seen.sim.now(),
            totals: RequestKind::ALL.map(|kind| seen.sim.totals_of(kind)),
            steps_forward: seen.steps_forward,
            steps_back: seen.steps_back,
            selected: seen.selected.cloned(),
            followed: seen.followed,
            reached: seen.reached.len(),
            dropped: seen.sim.infrastructure().firewalls().map(|(ix, _)| (ix, dropped(seen.sim, ix))).collect(),
            counter: (seen.sim.now(), counter(seen.sim)),
            counted: Counted::of(seen.sim),
        }
    }
}

/// What a message of a request belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestPart {
    /// The DNS lookup.
    Lookup,
    /// The TCP handshake.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// The request and its response.
    Exchange,
}

impl RequestPart {
    /// Whether a phase belongs to this part.
    pub(super) fn contains(self, phase: Phase) -> bool {
        match self {
            Self::Lookup => phase == Phase::Lookup,
            Self::Connect => phase == Phase::Connect,
            Self::Handshake => phase.is_handshake(),
            Self::Exchange => phase == Phase::Exchange,
        }
    }
}

/// A predicate that a goal waits for, or that an author replies to.
///
/// [`Condition::nature`] says which ones are states and which are acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Condition {
    /// This element is selected.
    Selected(Element),
    /// The selected hop can be read on the network.
    SelectedExposed,
    /// The entry uses this TLS mode.
    Tls(TlsMode),
    /// This hop can be read on the network.
    Exposed(ComponentId, ComponentId),
    /// At most this many hops can be read on the network.
    ExposedAtMost(u32),
    /// The element is down.
    Down(Element),
    /// The element is up.
    Up(Element),
    /// The state of a backend according to its health checks.
    Backend {
        /// The backend.
        component: ComponentId,
        /// UP or DOWN.
        up: bool,
    },
    /// Users see failed requests.
    Failing {
        /// The kind of request; all kinds if omitted.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Minimum ratio of failed to ended requests. At least one request must fail, even if the ratio is 0.
        ratio: Fraction,
        /// Length of the window in seconds. The whole window must lie after the previous goal was met.
        window_s: Seconds,
    },
    /// Users are served: at least `completed` requests succeed and none fails. False if the site is completely down.
    Working {
        /// The kind of request; all kinds if omitted.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Length of the window in seconds. The whole window must lie after the previous goal was met.
        window_s: Seconds,
        /// Minimum number of completed requests.
        completed: u32,
    },
    /// At least this many requests have succeeded since the step began.
    Completed {
        /// The kind of request; all kinds if omitted.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Minimum number of requests.
        count: u32,
    },
    /// At least this many requests have failed since the step began.
    Failed {
        /// The kind of request; all kinds if omitted.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Minimum number of requests.
        count: u32,
    },
    /// At least this many requests are in flight.
    InFlight(u32),
    /// The agent's last sample is stale.
    Stale(ComponentId),
    /// The agent's last sample is recent.
    Fresh(ComponentId),
    /// The agent's gauge is not stale and is within these bounds.
    Gauge {
        /// The agent.
        agent: ComponentId,
        /// Lower bound in requests per second.
        at_least: Rate,
        /// Upper bound in requests per second.
        at_most: Rate,
    },
    /// Both gauges are current, and their ratio is within these bounds.
    Share {
        /// The agent in the numerator.
        agent: ComponentId,
        /// The agent in the denominator.
        of: ComponentId,
        /// Lower bound of the ratio.
        at_least: f64,
        /// Upper bound of the ratio.
        at_most: f64,
    },
    /// The screen runs at this pace.
    Pace(Pace),
    /// The simulation is paused.
    Paused,
    /// The learner has stepped at least this often since the step began.
    Stepped {
        /// Minimum number of steps forward.
        #[serde(default)]
        forward: u32,
        /// Minimum number of steps back.
        #[serde(default)]
        back: u32,
    },
    /// The wiretap is placed on this hop.
    Tapped(ComponentId, ComponentId),
    /// The wiretap, on any hop, has captured a password since the previous goal was met.
    PasswordRead,
    /// The learner follows a request, and began to follow it in this step.
    Follows,
    /// A message of the followed request has reached this component in this step, not before the previous goal was met.
    Reached {
        /// The component.
        component: ComponentId,
        /// What the message belongs to.
        part: RequestPart,
    },
    /// The firewall has dropped or rejected at least this many packets since the step began.
    Dropped {
        /// The firewall.
        firewall: ComponentId,
        /// Minimum number of packets.
        count: u32,
    },
    /// This fault is active.
    Faulty(Fault),
    /// The users' load is at least this many requests per second.
    Load(Rate),
    /// Users make at most this many attempts at a request.
    Attempts(u32),
    /// Half of the successful requests took longer than this.
    Slow {
        /// The kind of request; all kinds if omitted.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Length of the window in seconds. The whole window must lie after the previous goal was met.
        window_s: Seconds,
        /// The latency in seconds.
        over_s: Seconds,
    },
    /// At least this many requests wait in the component's queue; for a cache, for a fetch that another request has begun.
    Waiting {
        /// The component.
        component: ComponentId,
        /// Minimum length of the queue.
        count: u32,
    },
    /// The backend, or every backend on the server, is being drained.
    Draining(Element),
    /// The database accepts writes, or the balancer holds the shared address.
    Leads(ComponentId),
    /// Exactly this many databases accept writes.
    Writable(u32),
    /// At least this many acknowledged writes have been lost since the step began.
    LostWrites(u32),
    /// At least this many acknowledged writes are in the log of one database and missing in that of the current primary.
    Divergent(u32),
    /// At least this many reads since the step began returned a value older than the last committed write.
    StaleReads(u32),
    /// The share of lookups in the last ten seconds that found their object in this cache is within these bounds.
    HitRatio {
        /// The cache.
        cache: ComponentId,
        /// Lower bound.
        at_least: Fraction,
        /// Upper bound.
        at_most: Fraction,
    },
    /// The external probe is on, and its last report is a failure, or a success.
    Probe {
        /// Whether it is a failure.
        failing: bool,
    },
    /// An alert of this rule is firing.
    Alerting {
        /// The rule's name.
        rule: Text,
        /// The component or agent that the alert is about; any if omitted.
        #[serde(default)]
        on: Option<ComponentId>,
    },
    /// The dead man's switch has paged, and has received no heartbeat since.
    SwitchPaged,
    /// The last port scan found this port in this state. Results of a scan before the step count too: let the step begin a
    /// new run (`scenario`), which has none.
    Scanned {
        /// The server.
        server: ServerId,
        /// The port.
        port: u16,
        /// What the scan found.
        says: Port,
    },
    /// The entry does this on port 80.
    Port80(Port80),
    /// Responses have the `Strict-Transport-Security` header, or have none.
    Hsts(bool),
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// This has held at one moment of the step. It makes an act of a state, so that a later goal may undo it: "kill it"
    /// before "bring it back".
    Once(Box<Self>),
}

impl Condition {
    /// Whether the condition holds now, relative to a step's baseline.
    pub fn holds(&self, seen: &Observation<'_>, began: &Baseline) -> bool {
        let (sim, infra) = (seen.sim, seen.sim.infrastructure());
        match self {
            Self::Selected(element) => chosen(seen, began) == Some(element),
            Self::SelectedExposed => match chosen(seen, began) {
                Some(Element::Hop(from, to)) => exposed(infra, from, to),
                Some(Element::Component(_) | Element::Server(_)) | None => false,
            },
            Self::Tls(mode) => infra.tls().edge == *mode,
            Self::Exposed(from, to) => exposed(infra, from, to),
            Self::ExposedAtMost(most) => infra.hops().filter(hoplight_model::Hop::is_exposed).count() <= *most as usize,
            Self::Down(element) => sim.is_up(element) == Some(false),
            Self::Up(element) => sim.is_up(element) == Some(true),
            Self::Backend { component, up } => backend_state(sim, component) == Some(*up),
            Self::Failing { kind, ratio, window_s } => {
                let Some(users) = within(seen, began, *window_s, *kind) else { return false };
                users.failed > 0 && users.error_ratio().is_some_and(|seen| seen >= ratio.get())
            }
            Self::Working { kind, window_s, completed } => {
                let Some(users) = within(seen, began, *window_s, *kind) else { return false };
                users.failed == 0 && users.completed >= (*completed).max(1)
            }
            Self::Completed { kind, count } => since(seen, began, *kind, |totals| totals.completed) >= u64::from(*count),
            Self::Failed { kind, count } => since(seen, began, *kind, |totals| totals.failed) >= u64::from(*count),
            Self::InFlight(count) => sim.in_flight() >= u64::from(*count),
            Self::Stale(agent) => with_agent(sim, agent, |view| view.stale),
            Self::Fresh(agent) => with_agent(sim, agent, |view| view.taken.is_some() && !view.stale),
            Self::Gauge { agent, at_least, at_most } => {
                gauge(sim, agent).is_some_and(|qps| (at_least.get()..=at_most.get()).contains(&qps))
            }
            Self::Share { agent, of, at_least, at_most } => match (gauge(sim, agent), gauge(sim, of)) {
                (Some(part), Some(whole)) if whole > 0.0 => (*at_least..=*at_most).contains(&(part / whole)),
                _ => false,
            },
            Self::Pace(pace) => seen.pace == *pace,
            Self::Paused => seen.paused,
            Self::Stepped { forward, back } => {
                seen.steps_forward.saturating_sub(began.steps_forward) >= *forward
                    && seen.steps_back.saturating_sub(began.steps_back) >= *back
            }
            Self::Tapped(from, to) => seen.wiretap.is_some_and(|wiretap| wiretap.on == (from, to)),
            Self::PasswordRead => {
                let read = seen.wiretap.and_then(|wiretap| wiretap.password_at);
                read.is_some_and(|at| at >= began.fresh)
            }
            Self::Follows => seen.followed.is_some() && seen.followed != began.followed,
            Self::Reached { component, part } => {
                let ix = infra.find(component.as_str());
                let before = if seen.followed == began.followed { began.reached } else { 0 };
                let is_there = |arrival: &Arrival| Some(arrival.at) == ix && part.contains(arrival.phase);
                seen.reached.iter().skip(before).any(|arrival| is_there(arrival) && arrival.time >= began.fresh)
            }
            Self::Dropped { firewall, count } => infra.find(firewall.as_str()).is_some_and(|ix| {
                let before = began.dropped.iter().find(|(firewall, _)| *firewall == ix).map_or(0, |(_, before)| *before);
                dropped(sim, ix).saturating_sub(before) >= u64::from(*count)
            }),
            Self::Faulty(fault) => sim.faults().contains(fault),
            Self::Load(rate) => sim.rate() >= rate.get(),
            Self::Attempts(most) => u32::from(sim.retries().attempts.get()) <= *most,
            Self::Slow { kind, window_s, over_s } => {
                let Some(users) = within(seen, began, *window_s, *kind) else { return false };
                users.p50_ms.is_some_and(|ms| ms > over_s.get() * 1e3)
            }
            Self::Waiting { component, count } => infra.find(component.as_str()).is_some_and(|ix| {
                let waiting = sim.cache(ix).map_or_else(|| sim.station(ix).waiting, |cache| cache.waiting);
                waiting >= *count
            }),
            Self::Draining(element) => sim.is_draining(element) == Some(true),
            Self::Leads(id) => infra.find(id.as_str()).is_some_and(|ix| leads(sim, ix)),
            Self::Writable(count) => databases(sim).filter(|view| view.writable).count() == *count as usize,
            Self::LostWrites(count) => Counted::of(sim).lost_writes_since(&began.counted) >= u64::from(*count),
            Self::Divergent(count) => databases(sim).map(|view| view.divergent_writes).sum::<u64>() >= u64::from(*count),
            Self::StaleReads(count) => Counted::of(sim).stale_reads_since(&began.counted) >= u64::from(*count),
            Self::HitRatio { cache, at_least, at_most } => {
                let view = infra.find(cache.as_str()).and_then(|ix| sim.cache(ix));
                let ratio = view.and_then(|view| view.recent_hit_ratio);
                ratio.is_some_and(|ratio| (at_least.get()..=at_most.get()).contains(&ratio))
            }
            Self::Probe { failing } => {
                let probe = sim.probe();
                probe.interval_s.is_some() && !probe.results.is_empty() && (probe.failures > 0) == *failing
            }
            Self::Alerting { rule, on } => sim.alerts().iter().any(|alert| {
                let is_about = |id: &ComponentId| alert.subject.is_some() && alert.subject == infra.find(id.as_str());
                alert.state == AlertState::Firing && alert.rule == rule.as_str() && on.as_ref().is_none_or(is_about)
            }),
            Self::SwitchPaged => sim.dead_mans_switch().is_some_and(|switch| switch.has_paged),
            Self::Scanned { server, port, says } => {
                sim.findings().iter().any(|found| found.server == *server && found.port == *port && found.says == *says)
            }
            Self::Port80(wanted) => infra.http().port_80 == *wanted,
            Self::Hsts(is_on) => infra.http().hsts.is_some() == *is_on,
            Self::All(parts) => parts.iter().all(|part| part.holds(seen, began)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(seen, began)),
            Self::Not(part) => !part.holds(seen, began),
            Self::Once(part) => part.holds(seen, began),
        }
    }

    /// Returns all elements that the condition names, for the content check.
    pub fn elements(&self) -> Vec<Element> {
        let component = |id: &ComponentId| vec![Element::Component(id.clone())];
        match self {
            Self::Selected(element) | Self::Down(element) | Self::Up(element) | Self::Draining(element) => vec![element.clone()],
            Self::Exposed(from, to) | Self::Tapped(from, to) => vec![Element::Hop(from.clone(), to.clone())],
            Self::Backend { component: id, .. }
            | Self::Stale(id)
            | Self::Fresh(id)
            | Self::Gauge { agent: id, .. }
            | Self::Reached { component: id, .. }
            | Self::Dropped { firewall: id, .. }
            | Self::Waiting { component: id, .. }
            | Self::Leads(id)
            | Self::HitRatio { cache: id, .. }
            | Self::Alerting { on: Some(id), .. } => component(id),
            Self::Share { agent, of, .. } => [component(agent), component(of)].concat(),
            Self::Faulty(fault) => fault.element().into_iter().collect(),
            Self::Scanned { server, .. } => vec![Element::Server(server.clone())],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::elements).collect(),
            Self::Not(part) | Self::Once(part) => part.elements(),
            Self::SelectedExposed
            | Self::Tls(..)
            | Self::ExposedAtMost(..)
            | Self::Failing { .. }
            | Self::Working { .. }
            | Self::Completed { .. }
            | Self::Failed { .. }
            | Self::InFlight(..)
            | Self::Pace(..)
            | Self::Paused
            | Self::Stepped { .. }
            | Self::PasswordRead
            | Self::Follows
            | Self::Load(..)
            | Self::Attempts(..)
            | Self::Slow { .. }
            | Self::Writable(..)
            | Self::LostWrites(..)
            | Self::Divergent(..)
            | Self::StaleReads(..)
            | Self::Probe { .. }
            | Self::Alerting { on: None, .. }
            | Self::SwitchPaged
            | Self::Port80(..)
            | Self::Hsts(..) => Vec::new(),
        }
    }
}

/// The element selected in this step.
fn chosen<'a>(seen: &Observation<'a>, began: &Baseline) -> Option<&'a Element> {
    seen.selected.filter(|element| began.selected.as_ref() != Some(*element))
}

/// Whether a database accepts writes, or a balancer holds the shared address.
fn leads(sim: &Simulation, ix: ComponentIx) -> bool {
    sim.database(ix).is_some_and(|view| view.writable) || sim.masters().any(|master| master == ix)
}

/// The databases' states.
pub(super) fn databases(sim: &Simulation) -> impl Iterator<Item = DatabaseView> + '_ {
    sim.infrastructure().components().filter_map(|(ix, _)| sim.database(ix))
}

/// Packets from outside that a firewall has dropped or rejected.
fn dropped(sim: &Simulation, firewall: ComponentIx) -> u64 {
    let Some(spec) = sim.infrastructure().component(firewall).kind.as_firewall() else { return 0 };
    let actions = spec.inbound.iter().map(|rule| rule.action).chain([spec.default]);
    let hits = sim.rule_hits(firewall, Direction::Inbound);
    actions.zip(hits).filter(|(action, _)| *action != RuleAction::Allow).map(|(_, hits)| hits).sum()
}

fn exposed(infra: &Infrastructure, from: &ComponentId, to: &ComponentId) -> bool {
    infra.link_between(from.as_str(), to.as_str()).is_some_and(|link| infra.hop(link).is_exposed())
}

/// The request counter of the first web server that an agent represents; `None` if there is none.
pub(super) fn counter(sim: &Simulation) -> Option<u64> {
    let is_web = |ix: &ComponentIx| sim.infrastructure().component(*ix).kind.tier() == Some(Tier::Web);
    let web = sim.agents().iter().filter_map(|agent| agent.subject).find(is_web)?;
    Some(sim.station(web).served)
}

/// Whether a backend is UP according to the first balancer that checks it; `None` if no balancer does.
fn backend_state(sim: &Simulation, backend: &ComponentId) -> Option<bool> {
    let infra = sim.infrastructure();
    let to = infra.find(backend.as_str())?;
    infra.links().filter(|(link, _)| infra.ends(*link).1 == to).find_map(|(link, _)| sim.backend_up(link))
}

/// Returns what users experienced in a window; `None` if the window starts before the previous goal was met.
fn within(seen: &Observation<'_>, began: &Baseline, window: Seconds, kind: Option<RequestKind>) -> Option<Experience> {
    let window = window.duration();
    (seen.sim.now().since(began.fresh) >= window).then(|| seen.sim.experience(window, kind))
}

/// Counts ended requests since the step began; zero after a rewind to an earlier time.
fn since(seen: &Observation<'_>, began: &Baseline, kind: Option<RequestKind>, count: impl Fn(&Totals) -> u64) -> u64 {
    let kinds = RequestKind::ALL.into_iter().filter(|one| kind.is_none_or(|kind| kind == *one));
    kinds.map(|kind| count(&seen.sim.totals_of(kind)).saturating_sub(count(&began.totals[kind.index()]))).sum()
}

fn with_agent(sim: &Simulation, agent: &ComponentId, test: impl Fn(&AgentView<'_>) -> bool) -> bool {
    let ix = sim.infrastructure().find(agent.as_str());
    sim.agents().iter().any(|view| Some(view.agent) == ix && test(view))
}

/// The gauge's value, unless it is stale.
fn gauge(sim: &Simulation, agent: &ComponentId) -> Option<f64> {
    let ix = sim.infrastructure().find(agent.as_str())?;
    sim.agents().iter().find(|view| view.agent == ix && !view.stale).and_then(|view| view.qps)
}
