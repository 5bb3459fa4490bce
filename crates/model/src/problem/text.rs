//! The sentences for problems. All English about them is here, so that another language needs one file.

use std::fmt;

use super::{AlertProblem, ClusterProblem, LinkEnds, Listed, PairProblem, Problem, ProblemKind, Ranged};
use crate::draft::EditError;
use crate::link::Protocol;

impl fmt::Display for Problem {
    /// The path, the sentence and a suggestion, as in `components[3].server: no server "srv"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.segments().is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", message(&self.kind))?;
        match self.kind.suggestion() {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

const fn word(list: Listed) -> &'static str {
    match list {
        Listed::Components => "components",
        Listed::Servers => "servers",
        Listed::Links => "links",
        Listed::Domains => "domains",
        Listed::Alerts => "alert rules",
    }
}

/// The sentence for a problem, without place and suggestion.
pub fn message(kind: &ProblemKind) -> String {
    match kind {
        ProblemKind::NewerFormat { found, newest } => {
            format!("this file has format {found}, this program reads up to {newest}: a newer hoplight is needed")
        }
        ProblemKind::TooMany { list, count, most } => format!("{count} {}, at most {most} are read", word(*list)),
        ProblemKind::UnknownComponent { name, is_server, .. } => {
            format!("no component `{name}`{}", if *is_server { ": that is a server" } else { "" })
        }
        ProblemKind::UnknownServer { name, is_component, .. } => {
            format!("no server `{name}`{}", if *is_component { ": that is a component" } else { "" })
        }
        ProblemKind::UnknownDomain { name, .. } => format!("no domain `{name}`"),
        ProblemKind::UnknownDomainLink { domain, from, to } => {
            format!("the domain `{domain}` names a link `{from}` → `{to}`, and there is none")
        }
        ProblemKind::DuplicateId { list, id } => format!("two {} are called `{id}`", word(*list)),
        ProblemKind::DuplicateLink { from, to } => format!("two links go from `{from}` to `{to}`"),
        ProblemKind::DomainInItself(id) => format!("the domain `{id}` is part of itself"),
        ProblemKind::OutOfRange { of, value, range: (least, most) } => match of {
            Ranged::Retries(id) => format!("`{id}` has {value} retries, at most {most} make sense"),
            Ranged::Priority(id) => {
                format!("the VRRP priority of `{id}` lies between {least} and {most}, found {value}")
            }
            Ranged::Weight(from, to) => {
                format!("the weight of `{from}` → `{to}` lies between {least} and {most}, found {value}")
            }
        },
        ProblemKind::NoSlot(id) => format!("`{id}` has no slot: it could never serve anybody"),
        ProblemKind::NoCheckToDecide(id) => {
            format!("`{id}` needs at least one check to change its mind: fall and rise are 1 or more")
        }
        ProblemKind::ServiceBounds { id, min_ms, max_ms } => {
            format!("the service time of `{id}` has min_ms {min_ms} above max_ms {max_ms}")
        }
        ProblemKind::NoProtocol { ends, is_reversed } => {
            let turned = if *is_reversed { "; a link points from the one who asks to the one who answers" } else { "" };
            format!("there is nothing to say on {}{turned}", described(ends))
        }
        ProblemKind::WrongProtocol { protocol, ends } => format!("{}; found {}", wanted(*protocol), described(ends)),
        ProblemKind::NotABackend { from, to } => {
            format!("weight and maxconn belong to a balancer's HTTP link, and `{from}` → `{to}` is none")
        }
        ProblemKind::Pair { id, peer, problem } => pair(id.as_str(), peer.as_str(), problem),
        ProblemKind::Cluster { id, problem } => cluster(id.as_str(), problem),
        ProblemKind::Alert { rule, problem } => alert(rule, problem),
        ProblemKind::Shares => "static_share and write_share together exceed 1".to_owned(),
        ProblemKind::Schedule { number, at_s, is_reversed } => {
            let what = if *is_reversed { "ends before it begins" } else { "begins before the one before it is over" };
            format!("change {number} of the schedule {what}: at {at_s} s")
        }
        ProblemKind::ScheduleOfClosed => "users who wait for outcomes have no rate that a schedule could change".to_owned(),
        ProblemKind::ThinkBounds { min_ms, max_ms } => {
            format!("the users' think has min_ms {min_ms} above max_ms {max_ms}")
        }
        ProblemKind::ThinkTooShort => "users think for at least a millisecond on average: otherwise one who is refused at once \
                                       would ask for ever in no time"
            .to_owned(),
        ProblemKind::NoEntry => {
            "users can come to nobody: there is no balancer, web server or application to which no other HTTP link leads"
                .to_owned()
        }
        ProblemKind::SeveralEntries { entries, more } => {
            let names: Vec<String> = entries.iter().map(|entry| format!("`{entry}`")).collect();
            format!(
                "no HTTP link leads to any of {}{}, so users could come to each: link what stands behind another, or say \
                 (from: \"browser\", to: …)",
                names.join(", "),
                if *more { " and more" } else { "" }
            )
        }
        ProblemKind::Browsers(found) => format!("a scenario has one browser, found {found}"),
        ProblemKind::BrowserLinks(found) => {
            format!("the browser has one HTTP link, or one to each balancer of a VRRP pair; found {found}")
        }
        ProblemKind::Cycle => "the HTTP and SQL links form a circle: a request would never end".to_owned(),
        ProblemKind::TooManyHops { hops, most } => format!("a request may take {hops} hops, at most {most} are simulated"),
        ProblemKind::TooManyFirewalls { count, hop, most } => {
            format!("{count} firewalls stand on {hop}, at most {most} are simulated")
        }
        ProblemKind::ProbeWithoutService => "a probe reports to a monitoring service, and there is none".to_owned(),
    }
}

fn described(ends: &LinkEnds) -> String {
    let ((from, from_kind), (to, to_kind)) = (&ends.from, &ends.to);
    format!("{} → {} (`{from}` → `{to}`)", from_kind.word(), to_kind.word())
}

/// Which ends a protocol has.
const fn wanted(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Dns => "a DNS link ends at a DNS resolver",
        Protocol::Http => "an HTTP link goes from a browser, balancer or web server to a balancer, web server or application",
        Protocol::Sql => "an SQL link goes from an application, or a web server that runs the code, to a database",
        Protocol::Replication => "a replication link goes from database to database",
        Protocol::Metrics => "a metrics link goes from an agent to the monitoring service",
        Protocol::Vrrp => "a VRRP link goes between two load balancers that name each other as `peer`",
    }
}

fn pair(id: &str, peer: &str, problem: &PairProblem) -> String {
    match problem {
        PairProblem::PeerWithoutVrrp => format!("`{id}` names `{peer}` as its VRRP peer, which has no `vrrp` of its own"),
        PairProblem::PeerNames(other) => format!("`{id}` names `{peer}` as its VRRP peer, which names `{other}`"),
        PairProblem::Adverts => {
            format!("`{id}` and `{peer}` have different `advert_s`: they would not agree who is silent")
        }
        PairProblem::NoLink => format!("`{id}` and `{peer}` need one VRRP link between them"),
        PairProblem::NoEntry => {
            format!("`{id}` shares the site's address: the browser needs an HTTP link to it and to `{peer}`")
        }
    }
}

fn cluster(id: &str, problem: &ClusterProblem) -> String {
    match problem {
        ClusterProblem::SettingOfPrimary { role, field } => {
            format!("`{id}` is a {} and has `{field}`, which a primary has", role.word())
        }
        ClusterProblem::SettingOfMember(role) => {
            format!("`{id}` is a {} and has `expel_s`, which a member has", role.word())
        }
        ClusterProblem::NoReplica(field) => format!("`{id}` has `{field}`, but no replication link leads to a replica"),
        ClusterProblem::SecondPrimary(other) => {
            format!("`{id}` has `failover`, but `{other}` of its cluster is a primary too")
        }
        ClusterProblem::Mixed { member, role } => {
            format!("a replication link joins the member `{member}` with the {} `{id}`", role.word())
        }
        ClusterProblem::Members { count, range: (least, most) } => {
            format!("the quorum cluster of `{id}` has {count} members, {least} to {most} make sense")
        }
        ClusterProblem::NoLinkFrom(other) => {
            format!("the members `{other}` and `{id}` need a replication link between them")
        }
    }
}

fn alert(rule: &str, problem: &AlertProblem) -> String {
    match problem {
        AlertProblem::NotAverageable(metric) => {
            format!("`{rule}` asks for the mean of {}: percentiles and ratios cannot be averaged", metric.word())
        }
        AlertProblem::NoInterval => format!("`{rule}` needs at least one missed interval"),
        AlertProblem::NoFailure => format!("`{rule}` needs at least one failure"),
        AlertProblem::Windows { short_s, long_s } => {
            format!("`{rule}` has a short window of {short_s} s above its long one of {long_s} s")
        }
        AlertProblem::WrongComponent(id, kind) => {
            let wanted = if kind.as_agent().is_some() {
                "watch components, not agents"
            } else {
                "watch what agents sample; absence is of an agent"
            };
            format!("`{rule}` is on {} `{id}`: rules {wanted}", kind.word())
        }
        AlertProblem::SiteScope => format!("`{rule}` is about the site as the probe sees it: it is on no component"),
        AlertProblem::GroupScope => format!("`{rule}` is about several components together: it is on no single one"),
        AlertProblem::Reach { reach_s, agent, samples, kept_s } => {
            format!("`{rule}` looks {reach_s} s back, but the service keeps {samples} samples of `{agent}`: {kept_s} s")
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownComponent(id) => write!(f, "no component `{id}`"),
            Self::UnknownServer(id) => write!(f, "no server `{id}`"),
            Self::UnknownLink(from, to) => write!(f, "no link goes from `{from}` to `{to}`"),
            Self::DuplicateComponent(id) => write!(f, "a component is called `{id}` already"),
            Self::DuplicateServer(id) => write!(f, "a server is called `{id}` already"),
            Self::DuplicateLink(from, to) => write!(f, "a link goes from `{from}` to `{to}` already"),
            Self::NoChange => f.write_str("the design is like that already"),
        }
    }
}
