//! What a repair changes: figures that are computed by the analysis or measured in runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hoplight_analysis::findings::findings;
use hoplight_analysis::{DesignFinding, FindingRule, Structure, availability, single_parts};
use hoplight_model::{Element, Infrastructure, RequestKind};
use hoplight_sim::outcome::Outcome;
use hoplight_sim::{Command, JournalEvent, Observer, SimTime, Simulation};

/// When the element is lost, in seconds.
const LOSS_S: u64 = 10;
/// Requests sent until this time count, in seconds.
const COUNTED_S: u64 = 50;
/// End of a run in seconds: enough for every counted request to end.
const END_S: u64 = 80;

/// The figures of one design.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewFigures {
    /// Servers and components whose loss stops a kind of request.
    pub single_points: usize,
    /// Hops on which an eavesdropper on a network reads secrets or content. DNS lookups and VRRP advertisements have neither.
    pub readable_hops: usize,
    /// Fraction of time during which writes succeed.
    pub availability: f64,
    /// One run for each server, and for each component that serves requests on no server.
    pub losses: Vec<ServerLoss>,
}

/// A run in which one element is lost for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLoss {
    /// A server that loses power, or a component on no server whose process ends.
    pub lost: Element,
    /// Requests that users sent in the 40 s after the loss.
    pub sent: u64,
    /// How many of them failed.
    pub failed: u64,
}

impl ServerLoss {
    /// Share of the requests that failed.
    pub fn share(&self) -> f64 {
        if self.sent == 0 { 0.0 } else { self.failed as f64 / self.sent as f64 }
    }
}

impl ReviewFigures {
    /// Computes the figures that need no run.
    fn of(infra: &Infrastructure) -> Self {
        let parts = |kind| single_parts(infra, kind).unwrap_or_default();
        let single: BTreeSet<Element> = RequestKind::ALL.into_iter().flat_map(parts).collect();
        let is_readable =
            |finding: &&DesignFinding| matches!(finding.rule(), FindingRule::SecretsInTheClear | FindingRule::ContentInTheClear);
        Self {
            single_points: single.len(),
            readable_hops: findings(infra, infra.traffic().rate.get()).iter().filter(is_readable).count(),
            availability: availability(infra, &Structure::of(infra), RequestKind::Write).availability(),
            losses: Vec::new(),
        }
    }

    /// The loss after which most requests failed.
    pub fn worst(&self) -> Option<&ServerLoss> {
        // The first of several equal ones.
        self.losses.iter().rev().max_by(|a, b| a.share().total_cmp(&b.share()))
    }

    /// Mean share of failed requests over all losses.
    pub fn mean_share(&self) -> f64 {
        let sum: f64 = self.losses.iter().map(ServerLoss::share).sum();
        if self.losses.is_empty() { 0.0 } else { sum / self.losses.len() as f64 }
    }
}

/// The figures of both designs.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewDifference {
    /// Those of the design as written.
    pub before: ReviewFigures,
    /// Those of the repaired design.
    pub after: ReviewFigures,
}

/// Measures both designs.
pub fn difference(before: &Arc<Infrastructure>, after: &Arc<Infrastructure>, seed: u64) -> ReviewDifference {
    let mut measurement = ReviewMeasurement::new(before, after, seed);
    while measurement.step() {}
    measurement.difference()
}

/// A measurement in steps, so that a screen can show its progress. Each step is one run of 80 s of simulated time.
#[derive(Clone, Debug)]
pub struct ReviewMeasurement {
    seed: u64,
    before: Measured,
    after: Measured,
}

/// A design with its figures so far.
#[derive(Clone, Debug)]
struct Measured {
    infra: Arc<Infrastructure>,
    figures: ReviewFigures,
    /// What is lost in the runs that are left, last first.
    pending: Vec<Element>,
}

impl Measured {
    fn new(infra: &Arc<Infrastructure>) -> Self {
        let mut pending = losable(infra);
        pending.reverse();
        Self { infra: Arc::clone(infra), figures: ReviewFigures::of(infra), pending }
    }
}

impl ReviewMeasurement {
    /// Prepares the measurement of both designs.
    pub fn new(before: &Arc<Infrastructure>, after: &Arc<Infrastructure>, seed: u64) -> Self {
        Self { seed, before: Measured::new(before), after: Measured::new(after) }
    }

    /// Runs the next loss. Returns whether there is more to do.
    pub fn step(&mut self) -> bool {
        let Self { seed, before, after } = self;
        for measured in [&mut *before, &mut *after] {
            if let Some(lost) = measured.pending.pop() {
                measured.figures.losses.push(run(&measured.infra, lost, *seed));
                break;
            }
        }
        !(before.pending.is_empty() && after.pending.is_empty())
    }

    /// Number of runs done, and their total number.
    pub fn progress(&self) -> (usize, usize) {
        let both = [&self.before, &self.after];
        let done = both.iter().map(|measured| measured.figures.losses.len()).sum();
        (done, done + both.iter().map(|measured| measured.pending.len()).sum::<usize>())
    }

    /// The figures. Runs that have not been made are missing.
    pub fn difference(&self) -> ReviewDifference {
        ReviewDifference { before: self.before.figures.clone(), after: self.after.figures.clone() }
    }
}

/// What can be lost: servers with components that serve requests, and such components on no server.
pub(super) fn losable(infra: &Infrastructure) -> Vec<Element> {
    let serves =
        |server: &hoplight_model::Server| infra.on_server(&server.id).any(|(_, component)| component.kind.serves_requests());
    let servers = infra.servers().filter(|server| serves(server)).map(|server| Element::Server(server.id.clone()));
    let alone = infra.components().filter(|(_, component)| component.server.is_none() && component.kind.serves_requests());
    servers.chain(alone.map(|(_, component)| Element::Component(component.id.clone()))).collect()
}

fn run(infra: &Arc<Infrastructure>, lost: Element, seed: u64) -> ServerLoss {
    let mut tally = LossTally::default();
    let mut simulation = Simulation::new(Arc::clone(infra), seed);
    simulation.advance(seconds(LOSS_S), &mut tally);
    simulation.apply(&Command::Kill(lost.clone()), &mut tally).expect("it is part of the design, and up");
    simulation.advance(seconds(END_S), &mut tally);
    ServerLoss { lost, sent: tally.sent, failed: tally.failed }
}

const fn seconds(count: u64) -> SimTime {
    SimTime::from_secs(count)
}

/// Counts the requests that were sent after the loss.
#[derive(Default)]
struct LossTally {
    sent: u64,
    failed: u64,
}

impl LossTally {
    fn is_counted(at: SimTime) -> bool {
        (seconds(LOSS_S)..seconds(COUNTED_S)).contains(&at)
    }
}

impl Observer for LossTally {
    const NOTES: bool = false;

    fn note(&mut self, _: JournalEvent) {}

    fn arrived(&mut self, at: SimTime, _: RequestKind) {
        self.sent += u64::from(Self::is_counted(at));
    }

    fn ended(&mut self, at: SimTime, _: RequestKind, outcome: Outcome, latency_ns: u64) {
        let sent = SimTime::ZERO + Duration::from_nanos(at.nanos().saturating_sub(latency_ns));
        self.failed += u64::from(outcome.is_err() && Self::is_counted(sent));
    }
}
