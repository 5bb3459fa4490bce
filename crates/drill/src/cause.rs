//! Causes of incidents: what an operator names in a diagnosis.

use std::sync::Arc;

use hoplight_model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight_model::{ComponentIx, Element, Infrastructure, Retries, TopologyEdit};
use hoplight_sim::catalogue::{CommonFault, Timed};
use hoplight_sim::{Command, Fault, RecordState, Simulation};
use serde::{Deserialize, Serialize};

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CauseKind {
    /// A process has ended.
    Crashed,
    /// A server is off.
    PoweredOff,
    /// Nothing crosses a hop: the cable, the switch or the route is broken.
    LinkCut,
    /// A process accepts connections and answers nothing.
    Hung,
    /// A component or a hop takes much longer than usual.
    Slow,
    /// A process cannot start with its configuration.
    BadConfiguration,
    /// A flaw crashes all components with the same software and version.
    SoftwareFlaw,
    /// A certificate has expired.
    CertificateExpired,
    /// The DNS record of the site is missing.
    RecordGone,
    /// The authoritative DNS server does not answer.
    AuthorityUnreachable,
    /// A database's disk is full.
    DiskFull,
    /// A replica no longer replicates.
    ReplicationStopped,
    /// All connections of a component are in use by a client that leaks them.
    ConnectionsLeaked,
    /// The keepalived of a balancer is dead.
    KeepalivedDead,
    /// A firewall blocks a hop.
    Blocked,
    /// A database accepts no writes although it should.
    ReadOnly,
    /// A replica accepts writes beside the primary.
    SecondWriter,
    /// Users send more requests than the site can serve.
    Overload,
    /// Users' retries keep the site overloaded after the original failure is over.
    RetryStorm,
    /// SYNs from addresses that never respond fill the entry's backlog.
    SynFlood,
    /// Somebody guesses passwords.
    PasswordGuessing,
    /// A program that is not part of the site uses the processor of a server.
    BusyProcessor,
    /// The component at which TLS ends no longer says that users came by https.
    NoForwardedProto,
}

/// A cause: an element, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The element; `None` for the site as a whole: its DNS record, or its users.
    #[serde(default)]
    pub element: Option<Element>,
    /// What is wrong.
    pub kind: CauseKind,
}

impl Cause {
    /// The cause that a command injects; `None` for commands that inject none or only a passing disturbance.
    pub fn of(command: &Command) -> Option<Self> {
        let kind = match command {
            Command::Kill(Element::Component(_)) => CauseKind::Crashed,
            Command::Kill(Element::Server(_)) => CauseKind::PoweredOff,
            Command::Kill(Element::Hop(..)) => CauseKind::LinkCut,
            Command::Edit(TopologyEdit::Block(..)) => CauseKind::Blocked,
            Command::Edit(TopologyEdit::ForwardedProto(false)) => CauseKind::NoForwardedProto,
            Command::Rate(_) => CauseKind::Overload,
            Command::Retries(_) => CauseKind::RetryStorm,
            Command::Promote(_) => CauseKind::SecondWriter,
            Command::Demote(_) => CauseKind::ReadOnly,
            Command::Fault(fault) => Self::kind_of(fault)?,
            Command::Restore(_)
            | Command::Edit(_)
            | Command::Send(_)
            | Command::Drain(_)
            | Command::Ready(_)
            | Command::Balance(_)
            | Command::Flush(_)
            | Command::ExpirePopular(_)
            | Command::Lag(..)
            | Command::Restart(..)
            | Command::Clear(_)
            | Command::SwitchRecord(_)
            | Command::SynCookies(_)
            | Command::Scan
            | Command::Probe(_) => return None,
        };
        Some(Self { element: command.element(), kind })
    }

    fn kind_of(fault: &Fault) -> Option<CauseKind> {
        Some(match fault {
            Fault::Hang(_) => CauseKind::Hung,
            Fault::Slow(..) => CauseKind::Slow,
            Fault::Misconfigured(_) => CauseKind::BadConfiguration,
            Fault::Flaw(_) => CauseKind::SoftwareFlaw,
            Fault::Expired(_) => CauseKind::CertificateExpired,
            Fault::Record(RecordState::Gone) => CauseKind::RecordGone,
            Fault::Record(RecordState::Unreachable) => CauseKind::AuthorityUnreachable,
            Fault::DiskFull(_) => CauseKind::DiskFull,
            Fault::ReplicationStopped(_) => CauseKind::ReplicationStopped,
            Fault::Leak { .. } => CauseKind::ConnectionsLeaked,
            Fault::VrrpKilled(_) | Fault::VrrpStopped(_) => CauseKind::KeepalivedDead,
            Fault::Flood(_) => CauseKind::SynFlood,
            Fault::Abuse(..) => CauseKind::PasswordGuessing,
            Fault::CpuHog(..) => CauseKind::BusyProcessor,
            // Neither has an effect that users, agents or logs could show.
            Fault::Compromised(_) | Fault::Sniffer(..) | Fault::Record(RecordState::Present) => return None,
        })
    }

    /// The causes that remain after a sequence of commands: without those that a later command of the sequence undoes.
    pub(crate) fn remaining(commands: &[Timed], infra: &Infrastructure) -> Vec<Self> {
        let mut causes: Vec<Self> = Vec::new();
        for (at, (_, command)) in commands.iter().enumerate() {
            let later = commands.get(at + 1..).unwrap_or_default();
            if later.iter().any(|(_, later)| undoes(later, command)) {
                continue;
            }
            if let Some(cause) = Self::of(command) {
                causes.extend(cause.shared(infra));
                causes.push(cause);
            }
        }
        causes.sort();
        causes.dedup();
        causes
    }
}

impl Cause {
    /// The same cause at the other components that have it: the holders of one certificate, the components with one flaw, the
    /// databases that accept writes beside each other.
    fn shared(&self, infra: &Infrastructure) -> Vec<Self> {
        let Some(Element::Component(id)) = &self.element else { return Vec::new() };
        let Some(ix) = infra.find(id.as_str()) else { return Vec::new() };
        let others: Vec<ComponentIx> = if self.kind == CauseKind::SoftwareFlaw {
            let software = infra.component(ix).software.as_ref();
            infra.components().filter(|(_, twin)| twin.software.as_ref() == software).map(|(twin, _)| twin).collect()
        } else if self.kind == CauseKind::CertificateExpired {
            let held = infra.certificates_at(ix).into_iter().filter_map(|place| infra.certificates().get(place));
            held.flat_map(|certificate| infra.holders(certificate)).collect()
        } else if self.kind == CauseKind::SecondWriter {
            infra.database_clusters().into_iter().filter(|cluster| cluster.contains(&ix)).flatten().collect()
        } else {
            Vec::new()
        };
        let element = |ix: ComponentIx| Some(Element::Component(infra.component(ix).id.clone()));
        others.into_iter().map(|ix| Self { element: element(ix), kind: self.kind }).collect()
    }
}

/// Whether a command ends what another one has begun.
fn undoes(later: &Command, command: &Command) -> bool {
    match (later, command) {
        (Command::Clear(cleared), Command::Fault(fault)) => cleared == fault,
        (Command::Restore(restored), Command::Kill(killed)) => restored == killed,
        _ => false,
    }
}

/// Every cause that could occur in an infrastructure, sorted. It depends on the design alone, so it says nothing about the fault
/// of a drill.
pub fn suspects(infra: &Arc<Infrastructure>) -> Vec<Cause> {
    let healthy = Simulation::new(Arc::clone(infra), 0);
    let mut commands: Vec<Command> = site_wide(infra);
    for (_, component) in infra.components() {
        let (id, element) = (&component.id, Element::Component(component.id.clone()));
        commands.push(Command::Kill(element.clone()));
        commands.extend([Command::Promote(id.clone()), Command::Demote(id.clone())]);
        let count = component.station().connections.unwrap_or(1);
        let faults = [
            Fault::Hang(element.clone()),
            Fault::Slow(element.clone(), Factor::literal(20.0)),
            Fault::Misconfigured(element),
            Fault::Flaw(id.clone()),
            Fault::Expired(id.clone()),
            Fault::DiskFull(id.clone()),
            Fault::ReplicationStopped(id.clone()),
            Fault::Leak { from: None, to: id.clone(), count },
            Fault::VrrpKilled(id.clone()),
        ];
        commands.extend(faults.map(Command::Fault));
    }
    for server in infra.servers() {
        commands.push(Command::Kill(Element::Server(server.id.clone())));
        commands.push(Command::Fault(Fault::CpuHog(server.id.clone(), 4)));
    }
    for (link, _) in infra.links() {
        let (from, to) = infra.ends(link);
        let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
        commands.push(Command::Edit(TopologyEdit::Block(from.clone(), to.clone())));
        commands.push(Command::Kill(Element::Hop(from, to)));
    }
    let possible = commands.iter().filter(|command| healthy.check(command).is_ok());
    let mut causes: Vec<Cause> = possible.filter_map(Cause::of).collect();
    causes.sort();
    causes.dedup();
    causes
}

/// What can be wrong with the site as a whole.
fn site_wide(infra: &Infrastructure) -> Vec<Command> {
    let retries = Retries { attempts: Attempts::literal(3), backoff_s: Seconds::literal(0.1), jitter: Fraction::literal(1.0) };
    let mut commands = vec![
        Command::Rate(Rate::literal(1_000.0)),
        Command::Retries(retries),
        Command::Fault(Fault::Flood(Rate::literal(50_000.0))),
        Command::Fault(Fault::Abuse(Rate::literal(10.0), 1)),
    ];
    let of_the_design = [CommonFault::DnsGone, CommonFault::NoForwardedProto];
    commands.extend(of_the_design.iter().flat_map(|fault| fault.inject(infra)).map(|(_, command)| command));
    if !CommonFault::DnsGone.inject(infra).is_empty() {
        commands.push(Command::Fault(Fault::Record(RecordState::Unreachable)));
    }
    commands
}
