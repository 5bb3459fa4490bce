//! Problems of a scenario, as data: where in the scenario, and what is wrong.
//!
//! A scenario that was never written to a file has problems too, so nothing here knows lines and columns:
//! [`super::ron_text`] adds them for a file. The sentences are in [`text`].

mod path;
#[cfg(test)]
mod tests;
pub mod text;

use super::component::ComponentKind;
use super::database::DatabaseRole;
use super::element::Element;
use super::id::{ComponentId, DomainId, ServerId};
use super::link::Protocol;
use super::monitoring::Metric;
use super::text::Text;

pub use path::{ProblemPath, Segment};

/// One problem of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The field that is wrong.
    pub path: ProblemPath,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What the ids of a list name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Components.
    Components,
    /// Servers.
    Servers,
    /// Links.
    Links,
    /// Failure domains.
    Domains,
    /// Alert rules.
    Alerts,
}

/// A number with a range that depends on other fields.
#[derive(Clone, Debug, PartialEq)]
pub enum Ranged {
    /// A balancer's `retries`.
    Retries(ComponentId),
    /// A balancer's VRRP `priority`.
    Priority(ComponentId),
    /// A link's `weight`.
    Weight(ComponentId, ComponentId),
}

/// The two ends of a link with their kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkEnds {
    /// The component that asks.
    pub from: (ComponentId, ComponentKind),
    /// The component that answers.
    pub to: (ComponentId, ComponentKind),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The scenario has a later format than this program reads.
    NewerFormat {
        /// The scenario's format.
        found: u32,
        /// The latest format that this program reads.
        newest: u32,
    },
    /// A list is too long.
    TooMany {
        /// The list.
        list: Listed,
        /// Its length.
        count: usize,
        /// The greatest length accepted.
        most: usize,
    },
    /// No component has this name.
    UnknownComponent {
        /// The name.
        name: ComponentId,
        /// A component with a similar name.
        suggestion: Option<ComponentId>,
        /// Whether a server has this name.
        is_server: bool,
    },
    /// No server has this name.
    UnknownServer {
        /// The name.
        name: ServerId,
        /// A server with a similar name.
        suggestion: Option<ServerId>,
        /// Whether a component has this name.
        is_component: bool,
    },
    /// No failure domain has this name.
    UnknownDomain {
        /// The name.
        name: DomainId,
        /// A domain with a similar name.
        suggestion: Option<DomainId>,
    },
    /// A domain lists a link that does not exist.
    UnknownDomainLink {
        /// The domain.
        domain: DomainId,
        /// The end that asks.
        from: ComponentId,
        /// The end that answers.
        to: ComponentId,
    },
    /// A second record of a list has the same id.
    DuplicateId {
        /// The list.
        list: Listed,
        /// The id.
        id: String,
    },
    /// A second link joins the same two components in the same direction.
    DuplicateLink {
        /// The end that asks.
        from: ComponentId,
        /// The end that answers.
        to: ComponentId,
    },
    /// A domain contains itself, directly or through others.
    DomainInItself(DomainId),
    /// A number lies outside its range.
    OutOfRange {
        /// The number's field.
        of: Ranged,
        /// The number.
        value: u32,
        /// The least and the greatest value accepted.
        range: (u32, u32),
    },
    /// A station has no slot.
    NoSlot(ComponentId),
    /// A balancer's `fall` or `rise` is zero.
    NoCheckToDecide(ComponentId),
    /// The lower bound of a service time is above the upper one.
    ServiceBounds {
        /// The component.
        id: ComponentId,
        /// Lower bound.
        min_ms: f64,
        /// Upper bound.
        max_ms: f64,
    },
    /// Static and write requests together are more than all.
    Shares,
    /// A change of the rate ends before it begins, or begins before the previous one has ended.
    Schedule {
        /// Its number, from 1.
        number: usize,
        /// When it begins.
        at_s: f64,
        /// Whether it ends before it begins.
        is_reversed: bool,
    },
    /// A closed population has no rate to schedule.
    ScheduleOfClosed,
    /// The lower bound of the users' think time is above the upper one.
    ThinkBounds {
        /// Lower bound.
        min_ms: f64,
        /// Upper bound.
        max_ms: f64,
    },
    /// Users of a closed population do not think long enough.
    ThinkTooShort,
    /// No protocol is spoken between two kinds of component.
    NoProtocol {
        /// The link's ends.
        ends: Box<LinkEnds>,
        /// Whether there is one in the other direction.
        is_reversed: bool,
    },
    /// The two ends do not speak the link's protocol.
    WrongProtocol {
        /// The link's protocol.
        protocol: Protocol,
        /// The link's ends.
        ends: Box<LinkEnds>,
    },
    /// A link that is not a balancer's backend has `weight` or `maxconn`.
    NotABackend {
        /// The end that asks.
        from: ComponentId,
        /// The end that answers.
        to: ComponentId,
    },
    /// No component can be the entry of the site.
    NoEntry,
    /// Several components could be the entry of the site.
    SeveralEntries {
        /// The first few of them.
        entries: Vec<ComponentId>,
        /// Whether there are more.
        more: bool,
    },
    /// The number of browsers is not one.
    Browsers(usize),
    /// The browser's HTTP links are neither one nor one to each balancer of a pair.
    BrowserLinks(usize),
    /// The HTTP and SQL links form a cycle.
    Cycle,
    /// The longest path of a request has too many hops.
    TooManyHops {
        /// Hops.
        hops: usize,
        /// The greatest number accepted.
        most: usize,
    },
    /// A hop crosses too many firewalls.
    TooManyFirewalls {
        /// Firewalls.
        count: usize,
        /// The hop.
        hop: Element,
        /// The greatest number accepted.
        most: usize,
    },
    /// Two balancers are not a VRRP pair.
    Pair {
        /// The balancer.
        id: ComponentId,
        /// The peer that it names.
        peer: ComponentId,
        /// What is wrong.
        problem: PairProblem,
    },
    /// The databases of a cluster do not fit together.
    Cluster {
        /// The database.
        id: ComponentId,
        /// What is wrong.
        problem: ClusterProblem,
    },
    /// A probe has no monitoring service to report to.
    ProbeWithoutService,
    /// An alert rule cannot work.
    Alert {
        /// The rule's name.
        rule: Text,
        /// What is wrong.
        problem: AlertProblem,
    },
}

/// Why two balancers are not a VRRP pair.
#[derive(Clone, Debug, PartialEq)]
pub enum PairProblem {
    /// The peer has no VRRP settings.
    PeerWithoutVrrp,
    /// The peer names another balancer.
    PeerNames(ComponentId),
    /// Their `advert_s` differ.
    Adverts,
    /// Not exactly one VRRP link joins them.
    NoLink,
    /// The browser does not have an HTTP link to each of them.
    NoEntry,
}

/// Why the databases of a cluster do not fit together.
#[derive(Clone, Debug, PartialEq)]
pub enum ClusterProblem {
    /// A setting of a primary at another role.
    SettingOfPrimary {
        /// The database's role.
        role: DatabaseRole,
        /// The setting.
        field: &'static str,
    },
    /// `expel_s` at a database that is not a member.
    SettingOfMember(DatabaseRole),
    /// A setting that needs a replica, in a cluster without one.
    NoReplica(&'static str),
    /// Automatic failover with a second primary in the cluster.
    SecondPrimary(ComponentId),
    /// A member of a quorum cluster is joined with a database of another role.
    Mixed {
        /// The member.
        member: ComponentId,
        /// The other's role.
        role: DatabaseRole,
    },
    /// Too few or too many members.
    Members {
        /// Members.
        count: usize,
        /// The least and the greatest number accepted.
        range: (usize, usize),
    },
    /// No replication link to another member.
    NoLinkFrom(ComponentId),
}

/// Why an alert rule cannot work.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertProblem {
    /// The mean of a metric that cannot be averaged.
    NotAverageable(Metric),
    /// Absence after no interval at all.
    NoInterval,
    /// A probe alert after no failure at all.
    NoFailure,
    /// The short window is longer than the long one.
    Windows {
        /// The short window.
        short_s: f64,
        /// The long window.
        long_s: f64,
    },
    /// The rule does not fit the kind of its component.
    WrongComponent(ComponentId, Box<ComponentKind>),
    /// A rule about the site has a scope.
    SiteScope,
    /// A rule about several components has a scope.
    GroupScope,
    /// The rule looks further back than samples are kept.
    Reach {
        /// How far back it looks.
        reach_s: f64,
        /// The agent.
        agent: ComponentId,
        /// Samples that are kept of it.
        samples: usize,
        /// For how long they are kept.
        kept_s: f64,
    },
}

impl ProblemKind {
    /// The name that was probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownComponent { suggestion, .. } => suggestion.as_ref().map(ComponentId::as_str),
            Self::UnknownServer { suggestion, .. } => suggestion.as_ref().map(ServerId::as_str),
            Self::UnknownDomain { suggestion, .. } => suggestion.as_ref().map(DomainId::as_str),
            _ => None,
        }
    }

    /// Whether the problem concerns a record as a whole, so that a report points at its name instead of the field.
    pub(super) const fn concerns_record(&self) -> bool {
        matches!(
            self,
            Self::OutOfRange { .. }
                | Self::NoSlot(_)
                | Self::NoCheckToDecide(_)
                | Self::ServiceBounds { .. }
                | Self::NotABackend { .. }
                | Self::Pair { .. }
                | Self::Cluster { .. }
        ) || matches!(self, Self::Alert { problem, .. } if !matches!(problem, AlertProblem::WrongComponent(..)))
    }

    /// Whether the problem is about the file as a whole.
    pub(super) const fn concerns_file(&self) -> bool {
        matches!(self, Self::NewerFormat { .. }) || matches!(self, Self::TooMany { list, .. } if !matches!(list, Listed::Alerts))
    }
}
