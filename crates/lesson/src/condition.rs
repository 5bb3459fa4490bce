//! Conditions: what must be true for a goal to be met, measured from the simulation or seen in what the learner does.
//!
//! Must not change anything, and must not remember anything but where a step began.

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Fraction, Rate, Seconds};
use hoplight_model::{ComponentId, Element, Infrastructure, RequestKind, TlsMode};
use hoplight_sim::{AgentView, Experience, SimTime, Simulation, Totals};

use super::act::Pace;

/// All that a condition may look at.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// The simulation, as it is now.
    pub sim: &'a Simulation,
    /// What the learner has selected.
    pub selected: Option<&'a Element>,
    /// The pace.
    pub pace: Pace,
    /// Whether time stands still.
    pub paused: bool,
    /// How often the learner has stepped forward, ever; a step counts from where it began.
    pub steps_forward: u32,
    /// How often the learner has stepped back, ever.
    pub steps_back: u32,
    /// The wiretap, if one stands anywhere.
    pub wiretap: Option<Wiretap<'a>>,
}

/// A wiretap that the learner has placed: where it stands, and what was read there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiretap<'a> {
    /// The ends of the hop.
    pub on: (&'a ComponentId, &'a ComponentId),
    /// When the last message that showed a password set out; `None` if none was read since the tap stands.
    pub password_at: Option<SimTime>,
}

/// Where a step began, and where its last goal was met: what "since" and "within" mean in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// When the goal before was met, or the step began. A window counts only if it lies wholly behind this instant:
    /// what users experienced before the kill says nothing about the time after it.
    pub fresh: SimTime,
    /// What had ended until then, per kind of request.
    pub totals: [Totals; 3],
    /// Steps forward until then.
    pub steps_forward: u32,
    /// Steps back until then.
    pub steps_back: u32,
}

impl From<&Observation<'_>> for Baseline {
    fn from(seen: &Observation<'_>) -> Self {
        Self {
            fresh: seen.sim.now(),
            totals: RequestKind::ALL.map(|kind| seen.sim.totals_of(kind)),
            steps_forward: seen.steps_forward,
            steps_back: seen.steps_back,
        }
    }
}

/// Something that is true or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Condition {
    /// This is selected.
    Selected(Element),
    /// The selected hop is readable on the network.
    SelectedExposed,
    /// The entry does this with TLS.
    Tls(TlsMode),
    /// This hop is readable on the network.
    Exposed(ComponentId, ComponentId),
    /// At most this many hops are readable on the network.
    ExposedAtMost(u32),
    /// It does not run.
    Down(Element),
    /// It runs.
    Up(Element),
    /// What the health checks say of a backend.
    Backend {
        /// The backend.
        component: ComponentId,
        /// UP or DOWN.
        up: bool,
    },
    /// Users see failures.
    Failing {
        /// Of one kind of request, or of all together.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// At least this part of the requests that ended. Above zero, whatever is given here.
        ratio: Fraction,
        /// Within this many seconds, counted from when the previous goal was met.
        window_s: Seconds,
    },
    /// Users are served: enough requests ended well and none failed. A dead system never satisfies this.
    Working {
        /// Of one kind of request, or of all together.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// Within this many seconds, counted from when the previous goal was met.
        window_s: Seconds,
        /// At least this many.
        completed: u32,
    },
    /// This many requests have succeeded since the step began.
    Completed {
        /// Of one kind of request, or of all together.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// At least this many.
        count: u32,
    },
    /// This many requests have failed since the step began.
    Failed {
        /// Of one kind of request, or of all together.
        #[serde(default)]
        kind: Option<RequestKind>,
        /// At least this many.
        count: u32,
    },
    /// This many requests are in flight.
    InFlight(u32),
    /// The agent's last sample is too old to be believed.
    Stale(ComponentId),
    /// The agent's last sample is young.
    Fresh(ComponentId),
    /// The agent's gauge is fresh and within these bounds.
    Gauge {
        /// The agent.
        agent: ComponentId,
        /// Requests per second.
        at_least: Rate,
        /// Requests per second.
        at_most: Rate,
    },
    /// Both gauges are fresh, and one shows a part of the other within these bounds.
    Share {
        /// The agent whose part it is.
        agent: ComponentId,
        /// The agent that shows the whole.
        of: ComponentId,
        /// The part.
        at_least: f64,
        /// The part.
        at_most: f64,
    },
    /// The screen tells the story at this pace.
    Pace(Pace),
    /// Time stands still.
    Paused,
    /// The learner has stepped so often since the step began.
    Stepped {
        /// Hops forward.
        #[serde(default)]
        forward: u32,
        /// Hops back.
        #[serde(default)]
        back: u32,
    },
    /// A wiretap stands on this hop.
    Tapped(ComponentId, ComponentId),
    /// The learner has read a password on the wiretap, wherever it stands, after the goal before was met.
    PasswordRead,
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
}

impl Condition {
    /// Whether it is true now, in a step that began at `began`.
    pub fn holds(&self, seen: &Observation<'_>, began: &Baseline) -> bool {
        let (sim, infra) = (seen.sim, seen.sim.infrastructure());
        match self {
            Self::Selected(element) => seen.selected == Some(element),
            Self::SelectedExposed => match seen.selected {
                Some(Element::Hop(from, to)) => exposed(infra, from, to),
                _ => false,
            },
            Self::Tls(mode) => infra.tls().edge == *mode,
            Self::Exposed(from, to) => exposed(infra, from, to),
            Self::ExposedAtMost(most) => infra.hops().filter(hoplight_model::Hop::is_exposed).count() <= *most as usize,
            Self::Down(element) => sim.is_up(element) == Some(false),
            Self::Up(element) => sim.is_up(element) == Some(true),
            Self::Backend { component, up } => says(sim, component) == Some(*up),
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
            Self::All(parts) => parts.iter().all(|part| part.holds(seen, began)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(seen, began)),
            Self::Not(part) => !part.holds(seen, began),
        }
    }

    /// All that it names, for the content check.
    pub fn elements(&self) -> Vec<Element> {
        let component = |id: &ComponentId| vec![Element::Component(id.clone())];
        match self {
            Self::Selected(element) | Self::Down(element) | Self::Up(element) => vec![element.clone()],
            Self::Exposed(from, to) | Self::Tapped(from, to) => vec![Element::Hop(from.clone(), to.clone())],
            Self::Backend { component: id, .. } | Self::Stale(id) | Self::Fresh(id) | Self::Gauge { agent: id, .. } => {
                component(id)
            }
            Self::Share { agent, of, .. } => [component(agent), component(of)].concat(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::elements).collect(),
            Self::Not(part) => part.elements(),
            _ => Vec::new(),
        }
    }
}

fn exposed(infra: &Infrastructure, from: &ComponentId, to: &ComponentId) -> bool {
    infra.link_between(from.as_str(), to.as_str()).is_some_and(|link| infra.hop(link).is_exposed())
}

/// What health checks say of a backend, whichever balancer asks.
fn says(sim: &Simulation, backend: &ComponentId) -> Option<bool> {
    let infra = sim.infrastructure();
    let to = infra.find(backend.as_str())?;
    infra.links().filter(|(link, _)| infra.ends(*link).1 == to).find_map(|(link, _)| sim.backend_up(link))
}

/// What users experienced in a window; `None` if it reaches back beyond the goal before.
fn within(seen: &Observation<'_>, began: &Baseline, window: Seconds, kind: Option<RequestKind>) -> Option<Experience> {
    let window = window.duration();
    (seen.sim.now().since(began.fresh) >= window).then(|| seen.sim.experience(window, kind))
}

/// What has ended since the step began; nothing if time was turned back beyond that.
fn since(seen: &Observation<'_>, began: &Baseline, kind: Option<RequestKind>, count: impl Fn(&Totals) -> u64) -> u64 {
    let kinds = RequestKind::ALL.into_iter().filter(|one| kind.is_none_or(|kind| kind == *one));
    kinds.map(|kind| count(&seen.sim.totals_of(kind)).saturating_sub(count(&began.totals[kind.index()]))).sum()
}

fn with_agent(sim: &Simulation, agent: &ComponentId, test: impl Fn(&AgentView<'_>) -> bool) -> bool {
    let ix = sim.infrastructure().find(agent.as_str());
    sim.agents().iter().any(|view| Some(view.agent) == ix && test(view))
}

/// What a gauge shows, unless it is stale.
fn gauge(sim: &Simulation, agent: &ComponentId) -> Option<f64> {
    let ix = sim.infrastructure().find(agent.as_str())?;
    sim.agents().iter().find(|view| view.agent == ix && !view.stale).and_then(|view| view.qps)
}
