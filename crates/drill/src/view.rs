//! What an operator sees: monitoring, logs, complaints, probes and the wiretap. Nothing in it comes from the diagram's truth.

use hoplight_model::monitoring::AlertPriority;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure};
use hoplight_sim::{AlertState, CapturedMessage, ComponentSample, ProbeResult, SimTime, Simulation};
use hoplight_text::{Phrase, phrase};

use crate::evidence::{Complaint, LogLine};
use crate::probe::Probe;
use crate::remedy::Attempt;
use crate::run::DrillRun;

/// Number of messages of the wiretap that are listed.
const MOST_MESSAGES: usize = 40;

/// What an operator sees at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillView {
    /// The time.
    pub now: SimTime,
    /// The monitoring service.
    pub monitoring: Monitoring,
    /// Times at which the dead man's switch paged because the monitoring service was silent, and when that ended.
    pub pages: Vec<(SimTime, bool)>,
    /// The logs of the balancers and web servers, oldest first.
    pub log: Vec<LogLine>,
    /// Users' complaints, oldest first.
    pub complaints: Vec<Complaint>,
    /// The learner's probes, oldest first.
    pub probes: Vec<Probe>,
    /// The latest messages on the tapped hop, oldest first.
    pub tap: Option<TapView>,
    /// The remedies that the learner has tried.
    pub attempts: Vec<Attempt>,
}

/// What the monitoring service shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Monitoring {
    /// The design has no monitoring service.
    None,
    /// It does not answer.
    Down,
    /// It answers.
    Up(Dashboard),
}

/// The pages of the monitoring service.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    /// The agents, in authored order.
    pub agents: Vec<AgentRow>,
    /// Alerts that are pending, firing or resolved.
    pub alerts: Vec<AlertRow>,
    /// Alerts that have fired or were resolved, oldest first.
    pub alert_log: Vec<AlertRow>,
    /// Results of the external probe, oldest first; empty if it is off.
    pub external_probe: Vec<ProbeResult>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentRow {
    /// The agent.
    pub agent: ComponentId,
    /// Age of its latest sample, in seconds; `None` if there is none.
    pub age_s: Option<f64>,
    /// Whether samples are missing.
    pub stale: bool,
    /// Requests per second of the component that it stands for, smoothed.
    pub qps: Option<f64>,
    /// The latest sample: one row for each component.
    pub rows: Vec<(ComponentId, ComponentSample)>,
}

/// An alert, or an entry of the alert log.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// Since when, or when.
    pub at: SimTime,
    /// Name of the rule.
    pub rule: String,
    /// The component or agent; `None` for the site as seen by the external probe.
    pub subject: Option<ComponentId>,
    /// How urgent it is.
    pub priority: AlertPriority,
    /// The state.
    pub state: AlertState,
}

/// The wiretap.
#[derive(Clone, Debug, PartialEq)]
pub struct TapView {
    /// The client end of the hop.
    pub from: ComponentId,
    /// The server end.
    pub to: ComponentId,
    /// Latest messages, oldest first.
    pub messages: Vec<CapturedMessage>,
}

impl DrillRun {
    /// What the operator sees now.
    pub fn view(&self) -> DrillView {
        DrillView::of(self)
    }

    /// A copy of the simulation for a monitoring screen, which may read only what agents and the external probe have delivered.
    /// `None` if there is no monitoring service, or it does not answer.
    pub fn monitored(&self) -> Option<Simulation> {
        let simulation = self.simulation();
        (self.has_service() && simulation.is_monitored()).then(|| simulation.clone())
    }
}

impl DrillView {
    fn of(run: &DrillRun) -> Self {
        let simulation = run.simulation();
        let infra = run.infrastructure();
        let id = |ix: ComponentIx| infra.component(ix).id.clone();
        let monitoring = match (run.has_service(), simulation.is_monitored()) {
            (false, _) => Monitoring::None,
            (true, false) => Monitoring::Down,
            (true, true) => Monitoring::Up(Dashboard::of(simulation, infra)),
        };
        let tap = run.tapped().map(|link| {
            let (from, to) = infra.ends(link);
            let mut messages: Vec<CapturedMessage> = run.captured().rev().take(MOST_MESSAGES).cloned().collect();
            messages.reverse();
            TapView { from: id(from), to: id(to), messages }
        });
        let switch = simulation.dead_mans_switch().map(|switch| switch.log).unwrap_or_default();
        Self {
            now: run.now(),
            monitoring,
            pages: switch.into_iter().map(|entry| (entry.at, entry.paged)).collect(),
            log: run.evidence.log.iter().cloned().collect(),
            complaints: run.evidence.complaints.iter().cloned().collect(),
            probes: run.probes.clone(),
            tap,
            attempts: run.attempts.clone(),
        }
    }

    /// The view as sentences, section by section.
    pub fn sentences(&self) -> Vec<Phrase> {
        let mut lines = Vec::new();
        match &self.monitoring {
            Monitoring::None => lines.push(phrase!["there is no monitoring service"]),
            Monitoring::Down => lines.push(phrase!["the monitoring service does not answer"]),
            Monitoring::Up(dashboard) => lines.extend(dashboard.phrases()),
        }
        lines.extend(self.pages.iter().map(|(at, paged)| crate::wording::page(*at, *paged)));
        lines.extend(self.log.iter().map(LogLine::phrase));
        lines.extend(self.complaints.iter().map(Complaint::phrase));
        lines.extend(self.probes.iter().map(Probe::phrase));
        lines.extend(self.tap.iter().flat_map(TapView::phrases));
        lines.extend(self.attempts.iter().map(Attempt::phrase));
        lines
    }
}

impl Dashboard {
    fn of(simulation: &Simulation, infra: &Infrastructure) -> Self {
        let id = |ix: ComponentIx| infra.component(ix).id.clone();
        let agents = simulation.agents().into_iter().map(|agent| AgentRow {
            agent: id(agent.agent),
            age_s: agent.age_s,
            stale: agent.stale,
            qps: agent.qps,
            rows: agent.components.iter().map(|sample| (id(sample.component), *sample)).collect(),
        });
        let alerts = simulation.alerts().into_iter().filter(|alert| alert.state != AlertState::Ok).map(|alert| AlertRow {
            at: alert.since,
            rule: alert.rule.to_owned(),
            subject: alert.subject.map(id),
            priority: alert.priority,
            state: alert.state,
        });
        let log = simulation.alert_log().map(|entry| AlertRow {
            at: entry.at,
            rule: entry.rule.to_owned(),
            subject: entry.subject.map(id),
            priority: entry.priority,
            state: entry.state,
        });
        Self {
            agents: agents.collect(),
            alerts: alerts.collect(),
            alert_log: log.collect(),
            external_probe: simulation.probe().results.iter().copied().collect(),
        }
    }
}
