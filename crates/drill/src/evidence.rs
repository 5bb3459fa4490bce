//! Evidence: what the site's logs and its users report, collected while the drill runs.
//!
//! Only what an operator could read is kept. In particular, the reason why a component fails a request is dropped, except for
//! the termination state that HAProxy logs itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use hoplight_model::hop::terminates_tls;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, RequestKind, Tier};
use hoplight_sim::{CheckCode, EventKind, Failure, Heading, JournalEvent, Phase, SimTime, Status};

/// Length of the windows in which requests and complaints are counted, in seconds.
pub const WINDOW_S: u64 = 5;
/// Number of log lines, and of complaints, that are kept.
const KEPT: usize = 1_000;
/// Latency above which users complain, in milliseconds.
const PATIENCE_MS: f64 = 3_000.0;

/// A line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// When it was written; for requests, the start of the window in which they are counted.
    pub at: SimTime,
    /// The component whose log it is in.
    pub component: ComponentId,
    /// What it reports.
    pub entry: LogEntry,
}

/// What a line of a log reports.
#[derive(Clone, Debug, PartialEq)]
pub enum LogEntry {
    /// Requests of one kind with the same status within a window of five seconds.
    Requests {
        /// Kind of the requests: what the log says about their path.
        kind: RequestKind,
        /// HTTP status.
        status: u16,
        /// Number of responses.
        count: u64,
        /// The backend in a balancer's log.
        backend: Option<ComponentId>,
        /// The termination state in a balancer's log, such as `SC`.
        flag: Option<&'static str>,
        /// Longest time between the request and the response, in milliseconds.
        slowest_ms: f64,
    },
    /// A balancer's health checks mark a backend UP or DOWN.
    Backend {
        /// The backend.
        backend: ComponentId,
        /// Whether it is UP now.
        up: bool,
        /// How the last check failed.
        code: Option<CheckCode>,
    },
    /// keepalived takes or releases the shared address.
    Master {
        /// Whether it is master now.
        master: bool,
    },
}

/// What users complain about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symptom {
    /// A request has failed in this way.
    Fails(Failure),
    /// A page took more than three seconds.
    Slow,
}

/// Complaints of the same kind within a window of five seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// Start of the window.
    pub at: SimTime,
    /// What users tried to do.
    pub kind: RequestKind,
    /// What happened to them.
    pub symptom: Symptom,
    /// Number of affected requests.
    pub count: u64,
    /// Longest wait, in milliseconds.
    pub slowest_ms: f64,
}

/// Something that an operator or a user could have noticed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sighting {
    /// The first complaint of its kind.
    Complaint(RequestKind, Symptom),
    /// The first error with this status in a log.
    Status(ComponentId, u16),
    /// Health checks mark a backend UP or DOWN.
    Backend(ComponentId, bool),
    /// keepalived of a balancer takes or releases the shared address.
    Master(ComponentId, bool),
    /// An agent's data is missing.
    AgentSilent(ComponentId),
    /// The monitoring service does not answer.
    MonitoringDown,
}

/// A request inside a component that writes a log.
#[derive(Clone, Copy, Debug)]
struct Open {
    since: SimTime,
    backend: Option<ComponentIx>,
    flag: Option<&'static str>,
}

/// Collects evidence from the events of a run.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    infra: Arc<Infrastructure>,
    /// Components that write an access log.
    loggers: BTreeSet<ComponentIx>,
    open: BTreeMap<(u64, ComponentIx), Open>,
    /// Requests that the learner has sent: nobody complains about them.
    own: BTreeSet<u64>,
    pub(crate) log: VecDeque<LogLine>,
    pub(crate) complaints: VecDeque<Complaint>,
    /// When each sighting was first possible, since the injection.
    pub(crate) sightings: BTreeMap<Sighting, SimTime>,
    /// Failed requests of users since the start.
    pub(crate) failed: u64,
    /// Requests of users that have ended since the start.
    pub(crate) ended: u64,
}

impl Evidence {
    pub(crate) fn new(infra: &Arc<Infrastructure>) -> Self {
        let writes = |ix: ComponentIx| match infra.component(ix).kind.tier() {
            Some(Tier::Web) => true,
            Some(_) => infra.component(ix).kind.as_balancer().is_some() && terminates_tls(infra, ix),
            None => false,
        };
        let mut loggers: BTreeSet<ComponentIx> = infra.components().map(|(ix, _)| ix).filter(|ix| writes(*ix)).collect();
        if loggers.is_empty() {
            // Users are connected to the applications themselves.
            let entries = infra.browser().map(|browser| infra.links_from(browser)).unwrap_or_default();
            let ends = entries.into_iter().map(|link| infra.ends(link).1);
            loggers = ends.filter(|ix| infra.component(*ix).kind.tier().is_some()).collect();
        }
        Self {
            infra: Arc::clone(infra),
            loggers,
            open: BTreeMap::new(),
            own: BTreeSet::new(),
            log: VecDeque::new(),
            complaints: VecDeque::new(),
            sightings: BTreeMap::new(),
            failed: 0,
            ended: 0,
        }
    }

    /// Excludes a request that the learner has sent from the users' requests.
    pub(crate) fn exclude(&mut self, number: u64) {
        self.own.insert(number);
    }

    /// Records when something could be noticed for the first time.
    pub(crate) fn sight(&mut self, at: SimTime, sighting: Sighting) {
        self.sightings.entry(sighting).or_insert(at);
    }

    pub(crate) fn note(&mut self, event: &JournalEvent) {
        match (&event.what, event.request) {
            (EventKind::Reached { component, heading: Heading::Request, phase }, Some((number, _)))
                if phase.is_exchange() && self.loggers.contains(component) =>
            {
                self.open.insert((number, *component), Open { since: event.at, backend: None, flag: None });
            }
            (EventKind::Chose { balancer, backend, .. } | EventKind::FollowsCookie { balancer, backend }, Some((number, _))) => {
                if let Some(open) = self.open.get_mut(&(number, *balancer)) {
                    open.backend = Some(*backend);
                }
            }
            (EventKind::Fails { component, failure, why }, Some((number, _))) => {
                if self.infra.component(*component).kind.as_balancer().is_some()
                    && let Some(open) = self.open.get_mut(&(number, *component))
                {
                    open.flag = why.log_flag(*failure);
                }
            }
            (EventKind::Departed { link, heading: Heading::Response, phase, status }, Some((number, kind)))
                if phase.is_exchange() =>
            {
                let component = self.infra.ends(*link).1;
                if let Some(open) = self.open.remove(&(number, component)) {
                    self.log_response(event.at, component, open, kind, *status);
                }
            }
            (EventKind::Ended { outcome, latency_ms }, Some((number, kind))) => {
                let all = (number, ComponentIx::new(0))..=(number, ComponentIx::end());
                let left: Vec<_> = self.open.range(all).map(|(key, _)| *key).collect();
                // A user who gives up leaves work behind, which is still logged when it ends.
                if outcome.is_ok() {
                    for key in left {
                        self.open.remove(&key);
                    }
                }
                if !self.own.remove(&number) {
                    self.user_ended(event.at, kind, *outcome, *latency_ms);
                }
            }
            (EventKind::Backend { backend, up, code }, _) => self.log_backend(event.at, *backend, *up, *code),
            (EventKind::Master { balancer, master }, _) => {
                self.push_log(event.at, *balancer, LogEntry::Master { master: *master });
                self.sight(event.at, Sighting::Master(self.infra.component(*balancer).id.clone(), *master));
            }
            _ => {}
        }
    }

    fn push_log(&mut self, at: SimTime, component: ComponentIx, entry: LogEntry) {
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(LogLine { at, component: self.infra.component(component).id.clone(), entry });
    }

    /// Writes a change of a backend into the log of every balancer that has it.
    fn log_backend(&mut self, at: SimTime, backend: ComponentIx, up: bool, code: Option<CheckCode>) {
        let infra = Arc::clone(&self.infra);
        let balancers = infra.balancers().map(|(ix, _)| ix);
        let id = &infra.component(backend).id;
        self.sight(at, Sighting::Backend(id.clone(), up));
        for balancer in balancers.filter(|ix| infra.link_between(infra.component(*ix).id.as_str(), id.as_str()).is_some()) {
            let entry = LogEntry::Backend { backend: id.clone(), up, code };
            let is_known = self
                .log
                .iter()
                .rev()
                .take_while(|line| line.at == at)
                .any(|line| line.entry == entry && line.component == infra.component(balancer).id);
            if !is_known {
                self.push_log(at, balancer, entry);
            }
        }
    }

    fn log_response(&mut self, at: SimTime, component: ComponentIx, open: Open, kind: RequestKind, status: Status) {
        let Some(status) = http_status(status) else { return };
        let took = at.since(open.since).as_secs_f64() * 1e3;
        let id = self.infra.component(component).id.clone();
        let backend = open.backend.map(|ix| self.infra.component(ix).id.clone());
        if status >= 400 {
            self.sight(at, Sighting::Status(id.clone(), status));
        }
        let start = window(at);
        let recent = self.log.iter_mut().rev().take_while(|line| line.at >= start);
        for line in recent {
            if let LogEntry::Requests { kind: of, status: known, count, backend: to, flag, slowest_ms } = &mut line.entry
                && (line.at, &line.component, *of, *known, &*to, *flag) == (start, &id, kind, status, &backend, open.flag)
            {
                *count += 1;
                *slowest_ms = slowest_ms.max(took);
                return;
            }
        }
        self.push_log(
            start,
            component,
            LogEntry::Requests { kind, status, count: 1, backend, flag: open.flag, slowest_ms: took },
        );
    }

    fn user_ended(&mut self, at: SimTime, kind: RequestKind, outcome: hoplight_sim::Outcome, latency_ms: f64) {
        self.ended += 1;
        self.failed += u64::from(outcome.is_err());
        let symptom = match outcome {
            Err(failure) => Symptom::Fails(failure),
            Ok(()) if latency_ms > PATIENCE_MS => Symptom::Slow,
            Ok(()) => return,
        };
        self.sight(at, Sighting::Complaint(kind, symptom));
        let start = window(at);
        let recent = self.complaints.iter_mut().rev().take_while(|complaint| complaint.at == start);
        for complaint in recent {
            if (complaint.kind, complaint.symptom) == (kind, symptom) {
                complaint.count += 1;
                complaint.slowest_ms = complaint.slowest_ms.max(latency_ms);
                return;
            }
        }
        if self.complaints.len() == KEPT {
            self.complaints.pop_front();
        }
        self.complaints.push_back(Complaint { at: start, kind, symptom, count: 1, slowest_ms: latency_ms });
    }
}

/// Start of the window that contains an instant.
fn window(at: SimTime) -> SimTime {
    let length = SimTime::from_secs(WINDOW_S).nanos();
    SimTime::from_nanos(at.nanos() / length * length)
}

/// The status that an access log shows; `None` if the connection ended without a response.
pub(crate) const fn http_status(status: Status) -> Option<u16> {
    match status {
        Status::Ok => Some(200),
        Status::Redirect => Some(301),
        Status::Error(failure) => failure.status(),
        Status::Refused
        | Status::Reset
        | Status::Certificate
        | Status::ReadOnly
        | Status::NotReady
        | Status::TooManyConnections
        | Status::Miss => None,
    }
}

/// Whether a phase belongs to a user's request on its way to the site, in the order in which `curl -v` reports it.
pub(crate) const fn stage(phase: Phase) -> u8 {
    match phase {
        Phase::Lookup => 0,
        Phase::Connect | Phase::PlainConnect => 1,
        Phase::Handshake | Phase::Hello | Phase::Finish | Phase::Resume => 2,
        Phase::Exchange | Phase::PlainExchange | Phase::Check => 3,
    }
}
