//! Sentences about drills: causes, harm, log lines, complaints, probes, verdicts and remedies.

use hoplight_model::{Element, RequestKind};
use hoplight_sim::{
    AlertState, CapturedMessage, CapturedPayload, Command, Failure, Fault, Heading, RecordState, SimTime, Status,
};
use hoplight_text::{Part, Phrase, phrase};

use crate::cause::{Cause, CauseKind};
use crate::evidence::{Complaint, LogEntry, LogLine, Sighting, Symptom, http_status};
use crate::harm::Harm;
use crate::probe::{Probe, ProbeAnswer, ProbeStage, ProbeTarget};
use crate::remedy::{Attempt, Effect};
use crate::run::Verdict;
use crate::view::{AgentRow, AlertRow, Dashboard, TapView};

impl CauseKind {
    /// What is wrong, after the element's name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Crashed => "has crashed",
            Self::PoweredOff => "is off",
            Self::LinkCut => "is cut",
            Self::Hung => "hangs",
            Self::Slow => "is slow",
            Self::BadConfiguration => "has a bad configuration",
            Self::SoftwareFlaw => "has crashed because of a flaw in its software",
            Self::CertificateExpired => "has an expired certificate",
            Self::RecordGone => "has no DNS record",
            Self::AuthorityUnreachable => "has an authoritative DNS server that does not answer",
            Self::DiskFull => "has a full disk",
            Self::ReplicationStopped => "no longer replicates",
            Self::ConnectionsLeaked => "has no free connections",
            Self::KeepalivedDead => "has lost its keepalived",
            Self::Blocked => "is blocked by a firewall",
            Self::ReadOnly => "is read-only",
            Self::SecondWriter => "accepts writes beside the primary",
            Self::Overload => "gets more requests than it can serve",
            Self::RetryStorm => "is overloaded by users' retries",
            Self::SynFlood => "is flooded with SYNs",
            Self::PasswordGuessing => "is busy because someone is guessing passwords",
            Self::BusyProcessor => "spends its processor time on another program",
            Self::NoForwardedProto => "no longer passes on X-Forwarded-Proto",
        }
    }
}

impl Cause {
    /// The cause as a statement.
    pub fn phrase(&self) -> Phrase {
        let subject = self.element.as_ref().map_or_else(|| phrase!["the site"], Phrase::from);
        phrase![subject, " ", self.kind.words()]
    }
}

impl Harm {
    /// The harm as a statement.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Errors => "users' requests fail",
            Self::Slow => "pages are slow",
            Self::Blind => "monitoring data is missing",
            Self::Redundancy => "a spare is lost",
            Self::Replication => "a replica cannot follow its primary",
            Self::TwoWriters => "two databases accept writes",
            Self::TwoMasters => "two balancers hold one address",
        }
    }
}

/// A moment of the run.
pub(crate) fn time(at: SimTime) -> Part {
    Part::value(format_args!("{:.1} s", at.as_secs_f64()))
}

fn ms(ms: f64) -> Part {
    if ms >= 1_000.0 { Part::value(format_args!("{:.1} s", ms / 1e3)) } else { Part::value(format_args!("{ms:.0} ms")) }
}

impl LogLine {
    /// The line, with its time.
    pub fn phrase(&self) -> Phrase {
        let mut line = phrase![time(self.at), " ", &self.component, ": "];
        match &self.entry {
            LogEntry::Requests { kind, status, count, backend, flag, slowest_ms } => {
                line.push(phrase![*count, " × ", Part::name(kind.request_line()), ", status ", *status]);
                if let Some(backend) = backend {
                    line.push(phrase![" from ", backend]);
                }
                if let Some(flag) = flag {
                    line.push(phrase![" ", Part::name(format_args!("{flag}--"))]);
                }
                line.push(phrase![", slowest ", ms(*slowest_ms)]);
            }
            LogEntry::Backend { backend, up, code } => {
                line.push(phrase!["server ", backend, if *up { " is UP" } else { " is DOWN" }]);
                if let Some(code) = code.filter(|_| !up) {
                    line.push(phrase![", reason: ", hoplight_text::check_code(code)]);
                }
            }
            LogEntry::Master { master: true } => line.push("entering MASTER state"),
            LogEntry::Master { master: false } => line.push("entering BACKUP state"),
        }
        line
    }
}

impl Symptom {
    /// What a user says.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Slow => "it takes ages",
            Self::Fails(failure) => match failure {
                Failure::Dns => "the address of the site cannot be found",
                Failure::Refused => "the browser cannot connect: connection refused",
                Failure::Reset => "the connection was reset",
                Failure::Closed => "the connection was closed, and the page is empty",
                Failure::Certificate => "the browser warns that the connection is not private",
                Failure::TimedOut => "it loads and loads, and I gave up",
                Failure::TooManyRequests => "I get 429, too many requests",
                Failure::ServerError => "I get error 500",
                Failure::BadGateway => "I get 502, bad gateway",
                Failure::Unavailable => "I get 503, service unavailable",
                Failure::GatewayTimeout => "I get 504, gateway timeout",
                Failure::LoginRequired => "I have to log in again",
                Failure::TooManyRedirects => "the browser says: too many redirects",
            },
        }
    }
}

/// What a user wanted to do.
const fn intent(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "opening an image",
        RequestKind::Read => "opening a page",
        RequestKind::Write => "logging in",
    }
}

impl Complaint {
    /// The complaint, with its time.
    pub fn phrase(&self) -> Phrase {
        let count = self.count;
        let mut said = phrase![time(self.at), " ", count, if count == 1 { " user, " } else { " users, " }, intent(self.kind)];
        said.push(phrase![": \u{201c}", self.symptom.words(), "\u{201d}"]);
        if self.slowest_ms >= 1_000.0 {
            said.push(phrase![" (", ms(self.slowest_ms), ")"]);
        }
        said
    }
}

impl ProbeTarget {
    /// The command line of the probe.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Site(kind) => phrase!["curl the site: ", Part::name(kind.request_line())],
            Self::Hop(from, to) => phrase!["on ", from, ": connect to ", to],
        }
    }
}

impl ProbeStage {
    const fn words(self) -> &'static str {
        match self {
            Self::Lookup => "while resolving the name",
            Self::Connect => "while connecting",
            Self::Handshake => "in the TLS handshake",
            Self::Exchange => "after the request was sent",
        }
    }
}

impl ProbeAnswer {
    /// The result.
    pub fn phrase(self) -> Phrase {
        match self {
            Self::Site(Ok(()), _) => phrase!["200"],
            Self::Site(Err(failure), _) if failure.status().is_some() => phrase![hoplight_text::failure(failure)],
            Self::Site(Err(failure), stage) => phrase![hoplight_text::failure(failure), ", ", stage.words()],
            Self::Response(status) => response(status),
            Self::Connected => phrase!["connected; no request was seen on this hop"],
            Self::Refused => phrase!["connection refused"],
            Self::ConnectTimeout => phrase!["no response to the connection attempt"],
            Self::ReadTimeout => phrase!["connected, but no response"],
        }
    }
}

fn response(status: Status) -> Phrase {
    match status {
        Status::Ok => phrase!["success"],
        Status::Refused => phrase!["connection refused"],
        Status::Reset => phrase!["connection reset"],
        Status::Certificate => phrase!["TLS error: certificate expired"],
        Status::ReadOnly => phrase!["error 1290: the server is read-only"],
        Status::NotReady => phrase!["error 1047: the node is not ready"],
        Status::TooManyConnections => phrase!["error 1040: too many connections"],
        Status::Miss => phrase!["miss"],
        Status::Redirect => phrase!["301"],
        Status::Error(failure) => phrase![hoplight_text::failure(failure)],
    }
}

impl Probe {
    /// The probe and its result, with the time.
    pub fn phrase(&self) -> Phrase {
        let line = phrase![time(self.at), " ", self.target.phrase(), ": "];
        match self.answer {
            None => phrase![line, "…"],
            Some(answer) => phrase![line, answer.phrase(), " (", ms(self.took_ms), ")"],
        }
    }
}

impl Dashboard {
    /// The dashboard, one phrase per row.
    pub fn phrases(&self) -> Vec<Phrase> {
        let mut lines: Vec<Phrase> = self.agents.iter().flat_map(AgentRow::phrases).collect();
        lines.extend(self.alerts.iter().map(AlertRow::phrase));
        lines.extend(self.alert_log.iter().map(|entry| phrase!["log: ", entry.phrase()]));
        lines.extend(self.external_probe.iter().map(|result| {
            let outcome = match result.outcome {
                Ok(()) => "success",
                Err(failure) => hoplight_text::failure(failure),
            };
            phrase![time(result.at), " external probe: ", outcome, ", ", ms(result.latency_ms)]
        }));
        lines
    }
}

impl AgentRow {
    /// The agent, and a row for each component.
    pub fn phrases(&self) -> Vec<Phrase> {
        let mut head = phrase![&self.agent];
        match self.age_s {
            Some(age) => head.push(phrase![": latest sample ", Part::value(format_args!("{age:.0} s")), " old"]),
            None => head.push(": no sample"),
        }
        if self.stale {
            head.push(", no data");
        }
        let rows = self.rows.iter().map(|(component, sample)| {
            let mut row = phrase![component, ": ", Part::value(format_args!("{:.1} rps", sample.qps))];
            if let Some(ratio) = sample.error_ratio() {
                row.push(phrase![", errors ", Part::value(format_args!("{:.1} %", ratio * 100.0))]);
            }
            if let Some(latency) = sample.latency {
                row.push(phrase![", p99 ", ms(latency.p99_ms)]);
            }
            if let Some(cpu) = sample.cpu {
                row.push(phrase![", processor ", Part::value(format_args!("{:.0} %", cpu * 100.0))]);
            }
            if sample.waiting > 0 {
                row.push(phrase![", queue ", sample.waiting]);
            }
            if let Some(connections) = sample.connections {
                row.push(phrase![", connections ", Part::value(format_args!("{:.0} %", connections * 100.0))]);
            }
            match sample.lag_s {
                Some(lag) if lag.is_finite() => row.push(phrase![", lag ", Part::value(format_args!("{lag:.1} s"))]),
                Some(_) => row.push(", lag unknown"),
                None => {}
            }
            match sample.leads {
                Some(true) => row.push(", leads"),
                Some(false) => row.push(", stands by"),
                None => {}
            }
            if sample.failed_handshakes > 0.0 {
                row.push(phrase![", failed handshakes ", Part::value(format_args!("{:.1}/s", sample.failed_handshakes))]);
            }
            row
        });
        std::iter::once(head).chain(rows).collect()
    }
}

impl AlertRow {
    /// The alert, with its time.
    pub fn phrase(&self) -> Phrase {
        let state = match self.state {
            AlertState::Ok => "ok",
            AlertState::Pending => "pending",
            AlertState::Firing => "firing",
            AlertState::Resolved => "resolved",
        };
        let line = phrase![time(self.at), " alert \u{201c}", Part::name(&self.rule), "\u{201d} ", state];
        let subject = self.subject.as_ref().map_or_else(|| phrase![" for the site"], |subject| phrase![" on ", subject]);
        phrase![line, subject]
    }
}

impl TapView {
    /// The messages, with their times.
    pub fn phrases(&self) -> Vec<Phrase> {
        let hop = Element::Hop(self.from.clone(), self.to.clone());
        self.messages.iter().map(|message| phrase![time(message.at), " ", &hop, ": ", captured(message)]).collect()
    }
}

/// A captured message, as far as an eavesdropper can read it.
pub fn captured(message: &CapturedMessage) -> Phrase {
    let direction = |heading: Heading| match heading {
        Heading::Request => "request",
        Heading::Response => "response",
    };
    match &message.payload {
        CapturedPayload::Request { heading, .. } if !message.is_plain => phrase!["encrypted ", direction(*heading)],
        CapturedPayload::Request { kind, heading: Heading::Request, phase, .. } if phase.is_exchange() => {
            phrase![Part::name(kind.request_line())]
        }
        CapturedPayload::Request { heading, phase, status, .. } => {
            let line = phrase![hoplight_text::phase(*phase), " ", direction(*heading)];
            match (heading, http_status(*status)) {
                (Heading::Request, _) => line,
                (Heading::Response, Some(status)) if phase.is_exchange() => phrase![line, ", ", status],
                (Heading::Response, _) => phrase![line, ", ", response(*status)],
            }
        }
        CapturedPayload::Change => phrase!["a replicated change"],
        CapturedPayload::Sample { .. } => phrase!["a sample"],
        CapturedPayload::Check { answer: None, .. } => phrase!["a health check"],
        CapturedPayload::Check { answer: Some(Ok(())), .. } => phrase!["a health check passes"],
        CapturedPayload::Check { answer: Some(Err(code)), .. } => {
            phrase!["a health check fails: ", hoplight_text::check_code(*code)]
        }
        CapturedPayload::Advertisement(priority) => phrase!["a VRRP advertisement with priority ", *priority],
    }
}

/// A page of the dead man's switch, or its end.
pub fn page(at: SimTime, paged: bool) -> Phrase {
    let what = if paged { "no heartbeat from the monitoring service" } else { "heartbeats have returned" };
    phrase![time(at), " dead man's switch: ", what]
}

impl Sighting {
    /// What could be noticed.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Complaint(kind, symptom) => {
                phrase!["first complaint, ", intent(*kind), ": \u{201c}", symptom.words(), "\u{201d}"]
            }
            Self::Status(component, status) => phrase!["first ", *status, " in the log of ", component],
            Self::Backend(backend, true) => phrase!["the balancer's log: ", backend, " is UP"],
            Self::Backend(backend, false) => phrase!["the balancer's log: ", backend, " is DOWN"],
            Self::Master(balancer, true) => phrase!["keepalived's log: ", balancer, " becomes master"],
            Self::Master(balancer, false) => phrase!["keepalived's log: ", balancer, " becomes backup"],
            Self::AgentSilent(agent) => phrase!["no data from ", agent],
            Self::MonitoringDown => phrase!["the monitoring service does not answer"],
        }
    }
}

impl Verdict {
    /// The verdict on a diagnosis.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Right => "right: this is the cause",
            Self::RightElement => "the right element, but something else is wrong with it",
            Self::RightKind => "this has happened, but to another element",
            Self::Wrong => "wrong: this is not the cause",
        }
    }
}

impl Effect {
    /// What a remedy has changed.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Pending => phrase!["not yet known"],
            Self::Helped => phrase!["it helped"],
            Self::Nothing => phrase!["it changed nothing"],
            Self::Hurt => phrase!["it made things worse"],
            Self::Refused(error) => hoplight_text::refusal(error),
            Self::NotAvailable => phrase!["operators cannot do this"],
        }
    }
}

/// A remedy as an instruction: what an operator does, rather than which fault of the simulation it ends.
pub fn order(command: &Command) -> Phrase {
    let Command::Clear(fault) = command else { return hoplight_text::instruction(command) };
    match fault {
        Fault::Hang(element) => phrase!["wake up the hung ", element],
        Fault::Slow(element, _) => phrase!["remove what slows ", element, " down"],
        Fault::Misconfigured(element) => phrase!["roll back the configuration of ", element],
        Fault::Flaw(id) => phrase!["patch the software of ", id, " wherever it runs"],
        Fault::Expired(id) => phrase!["renew the certificate on ", id],
        Fault::Record(RecordState::Unreachable) => phrase!["repair the authoritative DNS server"],
        Fault::Record(RecordState::Present | RecordState::Gone) => phrase!["restore the site's DNS record"],
        Fault::DiskFull(id) => phrase!["free disk space on ", id],
        Fault::ReplicationStopped(id) => phrase!["start replication on ", id, " again"],
        Fault::Leak { to, .. } => phrase!["release the leaked connections of ", to],
        Fault::VrrpKilled(id) | Fault::VrrpStopped(id) => phrase!["start keepalived on ", id],
        Fault::CpuHog(server, _) => phrase!["end the other program on ", server],
        Fault::Compromised(_) | Fault::Sniffer(..) | Fault::Flood(_) | Fault::Abuse(..) => hoplight_text::instruction(command),
    }
}

impl Attempt {
    /// The remedy, with its time and effect.
    pub fn phrase(&self) -> Phrase {
        phrase![time(self.at), " ", order(&self.command), ": ", self.effect.phrase()]
    }
}
