//! Problems of a scenario as data: the path of the invalid field, and what is wrong with it.
//!
//! A scenario can have problems without ever being written to a file, so they have no line and column;
//! [`super::ron_text`] adds the position in a file. `hoplight_text::problem` renders them.

mod alert;
mod cluster;
mod pair;
mod path;
mod sessions;

use super::cache::CachePlace;
use super::component::ComponentKind;
use super::element::Element;
use super::id::{ComponentId, DomainId, ServerId};
use super::link::Protocol;
use super::text::Text;

pub use super::rate_limit::RateLimitProblem;
pub use alert::AlertProblem;
pub use cluster::ClusterProblem;
pub use pair::{PairProblem, StandbyProblem};
pub use path::{ProblemPath, Segment};
pub use sessions::SessionProblem;

/// A problem of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Path of the invalid field.
    pub path: ProblemPath,
    /// What is wrong with the field.
    pub kind: ProblemKind,
}

/// A list of a scenario, named after its records.
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

/// A number that is checked against a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Ranged {
    /// A balancer's `retries`.
    Retries(ComponentId),
    /// A balancer's VRRP `priority`.
    Priority(ComponentId),
    /// A cache's `objects`.
    Objects(ComponentId),
    /// A cache's `capacity`.
    Capacity(ComponentId),
    /// A link's `weight`.
    Weight(ComponentId, ComponentId),
}

/// The two ends of a link and their kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkEnds {
    /// The client end.
    pub from: (ComponentId, ComponentKind),
    /// The server end.
    pub to: (ComponentId, ComponentKind),
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum ProblemKind {
    /// The scenario's format is newer than this program supports.
    NewerFormat {
        /// The scenario's format.
        found: u32,
        /// The newest supported format.
        newest: u32,
    },
    /// A list is too long.
    TooMany {
        /// The list.
        list: Listed,
        /// Length of the list.
        count: usize,
        /// Maximum length.
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
        /// The client end.
        from: ComponentId,
        /// The server end.
        to: ComponentId,
    },
    /// Two records of a list have the same id.
    DuplicateId {
        /// The list.
        list: Listed,
        /// The id.
        id: String,
    },
    /// Two links join the same components in the same direction.
    DuplicateLink {
        /// The client end.
        from: ComponentId,
        /// The server end.
        to: ComponentId,
    },
    /// A domain contains itself, directly or indirectly.
    DomainInItself(DomainId),
    /// A number is out of range.
    OutOfRange {
        /// The field.
        of: Ranged,
        /// The number.
        value: u32,
        /// Minimum and maximum.
        range: (u32, u32),
    },
    /// A station has no slot.
    NoSlot(ComponentId),
    /// A rate limit cannot work.
    RateLimit {
        /// The component.
        id: ComponentId,
        /// What is wrong.
        problem: RateLimitProblem,
    },
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
    /// The shares of static and write requests add up to more than one.
    Shares,
    /// A site on the browsers' preload list has a `max-age` that the list does not accept.
    ShortPreload {
        /// The `max-age`, in seconds.
        max_age_s: u32,
        /// The minimum, in seconds.
        least_s: u32,
    },
    /// A rate change ends before it starts, or starts before the previous one has ended.
    Schedule {
        /// Number of the change, from 1.
        number: usize,
        /// Start of the change.
        at_s: f64,
        /// Whether the change ends before it starts.
        is_reversed: bool,
    },
    /// A closed population has a rate schedule.
    ScheduleOfClosed,
    /// The lower bound of the users' think time is above the upper one.
    ThinkBounds {
        /// Lower bound.
        min_ms: f64,
        /// Upper bound.
        max_ms: f64,
    },
    /// The mean think time of a closed population is too short.
    ThinkTooShort,
    /// A link joins two kinds of component that have no protocol in common.
    NoProtocol {
        /// The link's ends.
        ends: Box<LinkEnds>,
        /// Whether there is a protocol in the other direction.
        is_reversed: bool,
    },
    /// The link's protocol does not suit its two ends.
    WrongProtocol {
        /// The link's protocol.
        protocol: Protocol,
        /// The link's ends.
        ends: Box<LinkEnds>,
    },
    /// A link that does not lead to a balancer's backend has `weight` or `maxconn`.
    NotABackend {
        /// The client end.
        from: ComponentId,
        /// The server end.
        to: ComponentId,
    },
    /// A link that does not lead from the browser to the site has `standby`.
    NotAnEntry {
        /// The client end.
        from: ComponentId,
        /// The server end.
        to: ComponentId,
    },
    /// A link of the browser has `kinds`.
    KindsOfBrowser {
        /// The browser.
        from: ComponentId,
        /// The server end.
        to: ComponentId,
    },
    /// All links from the browser to the site have `standby`.
    OnlyStandby,
    /// There is a standby site, but the browser has no link to a resolver whose record could be switched.
    StandbyWithoutResolver,
    /// Two programs on one server listen on the same port.
    PortInUse {
        /// The programs.
        programs: Box<(ComponentId, ComponentId)>,
        /// The port.
        port: u16,
        /// The server.
        server: ServerId,
    },
    /// No component can be the entry of the site.
    NoEntry,
    /// Several components could be the entry of the site.
    SeveralEntries {
        /// The first few.
        entries: Vec<ComponentId>,
        /// Whether there are more.
        more: bool,
    },
    /// The number of browsers is not one.
    Browsers(usize),
    /// The browser has no HTTP link, or too many.
    BrowserLinks {
        /// Number of links.
        count: usize,
        /// Maximum number.
        most: usize,
    },
    /// The HTTP and SQL links form a cycle.
    Cycle,
    /// The longest path of a request has too many hops.
    TooManyHops {
        /// Number of hops.
        hops: usize,
        /// Maximum number.
        most: usize,
    },
    /// A hop crosses too many firewalls.
    TooManyFirewalls {
        /// Number of firewalls.
        count: usize,
        /// The hop.
        hop: Element,
        /// Maximum number.
        most: usize,
    },
    /// Two balancers are not a VRRP pair.
    Pair {
        /// The balancer.
        id: ComponentId,
        /// Configured peer of the balancer.
        peer: ComponentId,
        /// What is wrong.
        problem: PairProblem,
    },
    /// The databases of a cluster are inconsistent.
    Cluster {
        /// The database.
        id: ComponentId,
        /// What is wrong.
        problem: ClusterProblem,
    },
    /// A link starts or ends at a firewall, which has none.
    LinkToFirewall {
        /// The firewall.
        firewall: ComponentId,
        /// The other end of the link.
        other: ComponentId,
        /// Whether the firewall is the server end.
        is_server: bool,
    },
    /// A firewall is not the standby of another one.
    Standby {
        /// The standby.
        id: ComponentId,
        /// The firewall that it names.
        of: ComponentId,
        /// What is wrong.
        problem: StandbyProblem,
    },
    /// An application has links to several caches or session stores.
    ManyCaches {
        /// The application.
        id: ComponentId,
        /// Number of caches or session stores.
        count: usize,
        /// Whether they are session stores.
        sessions: bool,
    },
    /// The settings about sessions contradict each other.
    Sessions {
        /// The component with the setting.
        id: ComponentId,
        /// What is wrong.
        problem: SessionProblem,
    },
    /// A cache has a setting that has no effect at its place.
    CacheSetting {
        /// The cache.
        id: ComponentId,
        /// The setting.
        field: &'static str,
        /// The place of the cache.
        place: CachePlace,
    },
    /// A probe has no monitoring service to report to.
    ProbeWithoutService,
    /// A dead man's switch has no monitoring service to watch.
    SwitchWithoutService,
    /// A dead man's switch pages before the next heartbeat can arrive.
    DeadMansSwitch {
        /// Interval between heartbeats.
        interval_s: f64,
        /// Time without a heartbeat after which it pages.
        timeout_s: f64,
    },
    /// An agent pushes samples to a service and is scraped.
    PushedAndScraped {
        /// The agent.
        agent: ComponentId,
        /// The service that scrapes it.
        service: ComponentId,
    },
    /// An alert rule cannot work.
    Alert {
        /// The rule's name.
        rule: Text,
        /// What is wrong.
        problem: AlertProblem,
    },
}

impl ProblemKind {
    /// The name that the author probably meant.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownComponent { suggestion, .. } => suggestion.as_ref().map(ComponentId::as_str),
            Self::UnknownServer { suggestion, .. } => suggestion.as_ref().map(ServerId::as_str),
            Self::UnknownDomain { suggestion, .. } => suggestion.as_ref().map(DomainId::as_str),
            _ => None,
        }
    }

    /// Whether the problem concerns a record as a whole, so that a report points to its name instead of the field.
    pub(super) const fn concerns_record(&self) -> bool {
        matches!(
            self,
            Self::OutOfRange { .. }
                | Self::NoSlot(_)
                | Self::RateLimit { .. }
                | Self::NoCheckToDecide(_)
                | Self::ServiceBounds { .. }
                | Self::NotABackend { .. }
                | Self::ManyCaches { .. }
                | Self::CacheSetting { .. }
                | Self::NotAnEntry { .. }
                | Self::KindsOfBrowser { .. }
                | Self::Pair { .. }
                | Self::Cluster { .. }
                | Self::Standby { .. }
        ) || matches!(self, Self::Alert { problem, .. } if !matches!(problem, AlertProblem::WrongComponent(..)))
    }

    /// Whether the problem concerns the file as a whole.
    pub(super) const fn concerns_file(&self) -> bool {
        matches!(self, Self::NewerFormat { .. }) || matches!(self, Self::TooMany { list, .. } if !matches!(list, Listed::Alerts))
    }
}
