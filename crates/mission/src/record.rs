//! What a run of a case leaves behind: every request with its outcome, and the state at the end.
//!
//! Rates and lengths of trials are bounded, and with them the number of requests.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::monitoring::AlertPriority;
use hoplight_model::quantity::Rate;
use hoplight_model::{ComponentIx, Infrastructure, RequestKind, ServerId};
use hoplight_sim::outcome::Outcome;
use hoplight_sim::{AlertState, Command, JournalEvent, Observer, SimTime, Simulation};

use super::case::TrialCase;

/// The measurements of one run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CaseRecord {
    /// When users sent their requests, in order, by kind.
    sent: [Vec<SimTime>; 3],
    /// The requests that succeeded, by kind: when they were sent, and their latency in nanoseconds.
    served: [Vec<(SimTime, u64)>; 3],
    /// Acknowledged writes that are lost, or that only a replaced database has.
    pub(crate) lost_writes: u64,
    /// Servers that serve requests and are up, and those of them that the monitoring service has fresh samples of.
    pub(crate) servers_up: usize,
    pub(crate) servers_watched: usize,
    /// When alerts of high priority fired.
    pub(crate) pages: Vec<SimTime>,
}

/// A case with the record of its run.
pub(crate) type TrialRecord = (TrialCase, CaseRecord);

#[derive(Default)]
struct Tally {
    sent: [Vec<SimTime>; 3],
    served: [Vec<(SimTime, u64)>; 3],
}

impl Observer for Tally {
    const NOTES: bool = false;

    fn note(&mut self, _: JournalEvent) {}

    fn arrived(&mut self, at: SimTime, kind: RequestKind) {
        self.sent[kind.index()].push(at);
    }

    fn ended(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency_ns: u64) {
        if outcome.is_ok() {
            let sent = SimTime::from_nanos(at.nanos().saturating_sub(latency_ns));
            self.served[kind.index()].push((sent, latency_ns));
        }
    }
}

impl CaseRecord {
    /// Runs a case. `rate` is in requests per second.
    pub(crate) fn of(infra: &Arc<Infrastructure>, case: &TrialCase, rate: Option<Rate>, lasts_s: f64, seed: u64) -> Self {
        let mut tally = Tally::default();
        let mut simulation = Simulation::new(Arc::clone(infra), seed);
        if let Some(rate) = rate {
            // Refused only for a closed population, which the check of missions excludes.
            let _ = simulation.apply(&Command::Rate(rate), &mut tally);
        }
        for (at, command) in &case.commands {
            simulation.advance(*at, &mut tally);
            // A refused command changes nothing, such as draining what is no backend.
            let _ = simulation.apply(command, &mut tally);
        }
        simulation.advance(SimTime::ZERO + Duration::from_secs_f64(lasts_s), &mut tally);
        let (servers_up, servers_watched) = watched(&simulation);
        let fired =
            |entry: &hoplight_sim::AlertEntry<'_>| entry.priority == AlertPriority::High && entry.state == AlertState::Firing;
        let mut pages: Vec<SimTime> = simulation.alert_log().filter(fired).map(|entry| entry.at).collect();
        let watchdog = simulation.dead_mans_switch().map(|view| view.log).unwrap_or_default();
        pages.extend(watchdog.into_iter().filter(|entry| entry.paged).map(|entry| entry.at));
        pages.sort_unstable();
        Self { sent: tally.sent, served: tally.served, lost_writes: lost_writes(&simulation), servers_up, servers_watched, pages }
    }

    /// The requests of a kind sent from `from` to `to`, in seconds, and how many of them succeeded.
    pub(crate) fn served(&self, kind: RequestKind, from: f64, to: f64) -> (usize, usize) {
        let is_within = |at: SimTime| (from..to).contains(&at.as_secs_f64());
        let sent = self.sent[kind.index()].iter().filter(|at| is_within(**at)).count();
        let served = self.served[kind.index()].iter().filter(|(at, _)| is_within(*at)).count();
        (sent, served.min(sent))
    }

    /// The share of the requests of a kind sent in a window that did not succeed; `None` if none was sent.
    pub(crate) fn failing(&self, kind: RequestKind, from: f64, to: f64) -> Option<f64> {
        let (sent, served) = self.served(kind, from, to);
        (sent > 0).then(|| (sent - served) as f64 / sent as f64)
    }

    /// When the last request of a kind was sent, in seconds.
    pub(crate) fn last_sent_s(&self, kind: RequestKind) -> Option<f64> {
        self.sent[kind.index()].last().map(|at| at.as_secs_f64())
    }

    /// The 99th percentile (nearest rank) of the latency of successful requests of a kind sent in a window, in milliseconds;
    /// `None` if none succeeded.
    pub(crate) fn p99_ms(&self, kind: RequestKind, from: f64, to: f64) -> Option<f64> {
        let within = self.served[kind.index()].iter().filter(|(at, _)| (from..to).contains(&at.as_secs_f64()));
        let mut latencies: Vec<u64> = within.map(|(_, latency)| *latency).collect();
        latencies.sort_unstable();
        let rank = (latencies.len() * 99).div_ceil(100);
        latencies.get(rank.checked_sub(1)?).map(|latency| *latency as f64 / 1e6)
    }
}

fn lost_writes(simulation: &Simulation) -> u64 {
    let databases = simulation.infrastructure().components().filter_map(|(ix, _)| simulation.database(ix));
    databases.map(|view| view.lost_writes + view.divergent_writes).sum()
}

/// The number of servers that serve requests and are up, and of those with fresh samples.
fn watched(simulation: &Simulation) -> (usize, usize) {
    let infra = simulation.infrastructure();
    let server_of = |ix: ComponentIx| infra.component(ix).server.as_ref();
    let agents = simulation.agents();
    let is_up = |server: &ServerId| simulation.is_up(&hoplight_model::Element::Server(server.clone())) == Some(true);
    let serves = |server: &ServerId| infra.on_server(server).any(|(_, component)| component.kind.serves_requests());
    let is_watched = |server: &ServerId| {
        agents.iter().any(|agent| !agent.stale && agent.taken.is_some() && server_of(agent.agent) == Some(server))
    };
    let up: Vec<&ServerId> = infra.servers().map(|server| &server.id).filter(|id| serves(id) && is_up(id)).collect();
    (up.len(), up.into_iter().filter(|id| is_watched(id)).count())
}
