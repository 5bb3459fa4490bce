//! Problems in scenarios, and refused edits.

#[cfg(test)]
mod tests;

use hoplight_model::CachePlace;
use hoplight_model::draft::EditError;
use hoplight_model::problem::{
    AlertProblem, ClusterProblem, LinkEnds, Listed, PairProblem, Ranged, RateLimitProblem, SessionProblem, StandbyProblem,
};
use hoplight_model::rate_limit::LEAST_RATE;
use hoplight_model::text::sanitise;
use hoplight_model::{ComponentId, ContentError, Infrastructure, Problem, ProblemKind, Protocol, ReadError, ReadProblem};

/// Like [`Infrastructure::read`], with a sentence for each problem.
///
/// # Errors
/// Returns every problem that can be found in one pass.
pub fn read_scenario(file: &str, text: &str) -> Result<Infrastructure, Vec<ContentError>> {
    Infrastructure::read(file, text).map_err(|errors| errors.into_iter().map(read_error).collect())
}

/// Renders an error in a scenario file.
pub fn read_error(error: ReadError) -> ContentError {
    error.map(|problem| match problem {
        ReadProblem::Syntax(message) => message,
        ReadProblem::Scenario(kind) => sanitise(&problem_kind(&kind)),
    })
}

/// A problem's path, sentence and suggestion, as in ``components[3].server: no server `srv` ``.
pub fn problem(problem: &Problem) -> String {
    let path = &problem.path;
    let at = if path.segments().is_empty() { String::new() } else { format!("{path}: ") };
    let suggestion = problem.kind.suggestion().map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    format!("{at}{}{suggestion}", problem_kind(&problem.kind))
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

/// The sentence for a problem, without its path and suggestion.
#[expect(clippy::too_many_lines, reason = "one arm per kind")]
pub fn problem_kind(kind: &ProblemKind) -> String {
    match kind {
        ProblemKind::NewerFormat { found, newest } => {
            format!(
                "the file has format {found}, but this version of hoplight supports formats up to {newest}; use a newer version"
            )
        }
        ProblemKind::TooMany { list, count, most } => format!("{count} {}; at most {most} are allowed", word(*list)),
        ProblemKind::UnknownComponent { name, is_server, .. } => {
            format!("no component `{name}`{}", if *is_server { ": that is a server" } else { "" })
        }
        ProblemKind::UnknownServer { name, is_component, .. } => {
            format!("no server `{name}`{}", if *is_component { ": that is a component" } else { "" })
        }
        ProblemKind::UnknownDomain { name, .. } => format!("no domain `{name}`"),
        ProblemKind::UnknownDomainLink { domain, from, to } => {
            format!("domain `{domain}` lists a link `{from}` → `{to}`, which does not exist")
        }
        ProblemKind::DuplicateId { list, id } => format!("two {} have the id `{id}`", word(*list)),
        ProblemKind::DuplicateLink { from, to } => format!("two links go from `{from}` to `{to}`"),
        ProblemKind::DomainInItself(id) => format!("domain `{id}` contains itself"),
        ProblemKind::OutOfRange { of, value, range: (least, most) } => match of {
            Ranged::Retries(id) => format!("`{id}` has {value} retries; at most {most} are allowed"),
            Ranged::Priority(id) => {
                format!("the VRRP priority of `{id}` must be between {least} and {most}, found {value}")
            }
            Ranged::Objects(id) => format!("`objects` of `{id}` must be between {least} and {most}, found {value}"),
            Ranged::Capacity(id) => format!("`capacity` of `{id}` must be between {least} and {most}, found {value}"),
            Ranged::Weight(from, to) => {
                format!("the weight of `{from}` → `{to}` must be between {least} and {most}, found {value}")
            }
        },
        ProblemKind::RateLimit { id, problem } => rate_limit(id.as_str(), *problem),
        ProblemKind::NoSlot(id) => format!("`{id}` has no slots, so it could never serve a request; set `slots` to 1 or more"),
        ProblemKind::NoCheckToDecide(id) => {
            format!("`fall` and `rise` of `{id}` must be 1 or more")
        }
        ProblemKind::ServiceBounds { id, min_ms, max_ms } => {
            format!("the service time of `{id}` has min_ms {min_ms} greater than max_ms {max_ms}")
        }
        ProblemKind::NoProtocol { ends, is_reversed } => {
            let hint = if *is_reversed { "; a link points from client to server, so swap `from` and `to`" } else { "" };
            format!("no protocol fits a link {}{hint}", described(ends))
        }
        ProblemKind::WrongProtocol { protocol, ends } => {
            format!("{}; found a link {}", required_ends(*protocol), described(ends))
        }
        ProblemKind::NotABackend { from, to } => {
            format!("only HTTP links from a balancer have weight and maxconn, and `{from}` → `{to}` is not one")
        }
        ProblemKind::NotAnEntry { from, to } => {
            format!("only HTTP links from the browser have `standby`, and `{from}` → `{to}` is not one")
        }
        ProblemKind::KindsOfBrowser { from, to } => format!(
            "`{from}` → `{to}` has `kinds`, but a browser cannot choose an address or a resolver by the kind of request; \
             remove `kinds`, or set it on the links of a balancer"
        ),
        ProblemKind::OnlyStandby => {
            "all of the browser's HTTP links have `standby`, so the site's record would list no address".to_owned()
        }
        ProblemKind::StandbyWithoutResolver => "the site's record can be switched to the standby site only if the browser looks \
                                                it up; add a DNS resolver and a link from the browser to it"
            .to_owned(),
        ProblemKind::PortInUse { programs, port, server } => {
            let (one, other) = &**programs;
            format!("`{one}` and `{other}` both listen on port {port} of server `{server}`; give one of them another port")
        }
        ProblemKind::Pair { id, peer, problem } => pair(id.as_str(), peer.as_str(), problem),
        ProblemKind::LinkToFirewall { firewall, other, is_server } => {
            let (from, to) = if *is_server { (other, firewall) } else { (firewall, other) };
            format!(
                "a firewall has no links, so `{from}` → `{to}` cannot be drawn: name what `{firewall}` protects in its `servers` \
                 or `components`, and link the components on both sides of it directly"
            )
        }
        ProblemKind::Standby { id, of, problem } => standby(id.as_str(), of.as_str(), *problem),
        ProblemKind::Cluster { id, problem } => cluster(id.as_str(), problem),
        ProblemKind::Alert { rule, problem } => alert(rule, problem),
        ProblemKind::Shares => "static_share and write_share add up to more than 1".to_owned(),
        ProblemKind::ShortPreload { max_age_s, least_s } => format!(
            "the browsers' preload list accepts a site only with a max_age_s of at least {least_s}, a year; found {max_age_s}"
        ),
        ProblemKind::Schedule { number, at_s, is_reversed } => {
            let what = if *is_reversed { "ends before it starts" } else { "starts before the previous one has ended" };
            format!("change {number} of the schedule, at {at_s} s, {what}")
        }
        ProblemKind::ScheduleOfClosed => {
            "a closed population has no arrival rate, so the traffic cannot have a schedule".to_owned()
        }
        ProblemKind::ThinkBounds { min_ms, max_ms } => {
            format!("the think time has min_ms {min_ms} greater than max_ms {max_ms}")
        }
        ProblemKind::ThinkTooShort => "the mean think time must be at least 1 ms: otherwise, a user whose requests \
                                       are refused at once would send them endlessly at the same instant"
            .to_owned(),
        ProblemKind::NoEntry => {
            "the site has no entry for users: there is no balancer, HTTP cache, web server or application without an incoming HTTP link"
                .to_owned()
        }
        ProblemKind::SeveralEntries { entries, more } => several_entries(entries, *more),
        ProblemKind::Browsers(found) => format!("a scenario must have exactly one browser, found {found}"),
        ProblemKind::BrowserLinks { count, most } => {
            format!(
                "the browser must have an HTTP link to each entry of the site, at least one and at most {most}; found {count}"
            )
        }
        ProblemKind::Cycle => "the HTTP and SQL links form a cycle, so a request would never end".to_owned(),
        ProblemKind::TooManyHops { hops, most } => format!("a request may take {hops} hops; at most {most} are supported"),
        ProblemKind::TooManyFirewalls { count, hop, most } => {
            format!("{hop} crosses {count} firewalls; at most {most} are supported")
        }
        ProblemKind::SwitchWithoutService => "a dead man's switch watches the monitoring service, and there is none".to_owned(),
        ProblemKind::DeadMansSwitch { interval_s, timeout_s } => format!(
            "the dead man's switch would page between two heartbeats: its `timeout_s` ({timeout_s} s) must be longer than its \
             `interval_s` ({interval_s} s)"
        ),
        ProblemKind::PushedAndScraped { agent, service } => format!(
            "`{agent}` pushes its samples and is also scraped by `{service}`, so everything would be counted twice: remove one \
             of the two links"
        ),
        ProblemKind::ManyCaches { id, count, sessions } => {
            let what = if *sessions { "session stores" } else { "caches" };
            format!("`{id}` has links to {count} {what}, but an application can use only one")
        }
        ProblemKind::Sessions { id, problem } => sessions(id.as_str(), problem),
        ProblemKind::CacheSetting { id, field, place: CachePlace::Front } => {
            format!("`{id}` is before the site, but `{field}` is a setting of caches beside an application")
        }
        ProblemKind::CacheSetting { id, field, place: CachePlace::Beside } => {
            format!("`{id}` is beside an application, but `{field}` is a setting of caches before the site")
        }
        ProblemKind::CacheSetting { id, field, place: CachePlace::Sessions } => {
            format!("`{id}` is a session store, but `{field}` is a setting of caches")
        }
        ProblemKind::ProbeWithoutService => "a probe needs a monitoring service to report to, and there is none".to_owned(),
    }
}

/// Several components could be the entry of the site.
fn several_entries(entries: &[ComponentId], more: bool) -> String {
    let names: Vec<String> = entries.iter().map(|entry| format!("`{entry}`")).collect();
    format!(
        "no HTTP link leads to any of {}{}, so each could be the entry: add the missing links, or link each entry with \
         (from: \"browser\", to: …)",
        names.join(", "),
        if more { " and others" } else { "" }
    )
}

fn described(ends: &LinkEnds) -> String {
    let ((from, from_kind), (to, to_kind)) = (&ends.from, &ends.to);
    format!("from {} to {} (`{from}` → `{to}`)", from_kind.word(), to_kind.word())
}

/// The ends that a link of this protocol must have.
const fn required_ends(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Dns => "a DNS link ends at a DNS resolver",
        Protocol::Http => {
            "an HTTP link goes from a browser, balancer, HTTP cache or web server to a balancer, HTTP cache, web server or application"
        }
        Protocol::Cache => {
            "a cache link goes from an application, or a web server that runs the code, to a cache or a session store beside it"
        }
        Protocol::Sql => {
            "an SQL link goes from an application, a web server that runs the code, or an SQL proxy to an SQL proxy or a database"
        }
        Protocol::Replication => "a replication link goes from database to database",
        Protocol::Metrics => {
            "a metrics link goes from an agent to the monitoring service (push), or from the service to an agent (scrape)"
        }
        Protocol::Vrrp => "a VRRP link goes between two load balancers that name each other as `peer`",
    }
}

fn rate_limit(id: &str, problem: RateLimitProblem) -> String {
    match problem {
        RateLimitProblem::Rate => {
            format!("the rate limit of `{id}` would refuse everything: its `rate` must be at least {LEAST_RATE} per second")
        }
        RateLimitProblem::NoKind => {
            format!("the rate limit of `{id}` applies to no kind of request: name some in `kinds`, or leave `kinds` out")
        }
        RateLimitProblem::OfApplication => format!(
            "`{id}` is an application, whose workers a rate limit should protect: set `rate_limit` at the web server or balancer \
             before it"
        ),
        RateLimitProblem::OfCacheBeside => {
            format!("`{id}` is beside an application and sees no clients; only a cache before the site can have a rate limit")
        }
    }
}

fn sessions(id: &str, problem: &SessionProblem) -> String {
    match problem {
        SessionProblem::TwoPlaces(store) => {
            format!("`{id}` keeps sessions in its memory and has a link to the session store `{store}`: remove one of the two")
        }
        SessionProblem::NoCode => format!(
            "`{id}` does not run the site's code, so it has no sessions to keep: the setting belongs to the application, or to a web \
             server that queries the database itself"
        ),
    }
}

fn pair(id: &str, peer: &str, problem: &PairProblem) -> String {
    match problem {
        PairProblem::PeerWithoutVrrp => format!("the VRRP peer of `{id}` is `{peer}`, which has no `vrrp` settings"),
        PairProblem::PeerNames(other) => format!("the VRRP peer of `{id}` is `{peer}`, whose own peer is `{other}`"),
        PairProblem::Adverts => {
            format!("`{id}` and `{peer}` must have the same `advert_s`")
        }
        PairProblem::OneAddress => {
            format!(
                "`{id}` has a `backup_priority` for the address of `{peer}`, but `{peer}` has none: with crossed priorities, both need one"
            )
        }
        PairProblem::BackupFirst => {
            format!("the `backup_priority` of `{id}` must be below the `priority` of `{peer}`, whose address it is for")
        }
        PairProblem::NoLink => format!("`{id}` and `{peer}` need one VRRP link between them"),
        PairProblem::NoEntry => {
            format!("`{id}` shares the site's address: the browser needs an HTTP link to it and to `{peer}`")
        }
        PairProblem::Standby => {
            format!("`{id}` and `{peer}` share an address, so both of the browser's links to them have `standby`, or neither")
        }
    }
}

fn standby(id: &str, of: &str, problem: StandbyProblem) -> String {
    match problem {
        StandbyProblem::NotAFirewall => format!("`{id}` is the standby of `{of}`, which is not a firewall"),
        StandbyProblem::Itself => format!("`{id}` is its own standby; name the other firewall of the pair"),
        StandbyProblem::OfStandby => format!("`{id}` is the standby of `{of}`, which is itself a standby"),
        StandbyProblem::SecondStandby => format!("`{of}` already has a standby; `{id}` cannot be a second one"),
        StandbyProblem::Differs => format!(
            "`{id}` is the standby of `{of}`, but protects something else or has other rules: leave them out, and it takes those \
             of `{of}`"
        ),
        StandbyProblem::SameServer => {
            format!("`{id}` and `{of}` run on the same server, so they would fail together; use two servers")
        }
    }
}

fn cluster(id: &str, problem: &ClusterProblem) -> String {
    match problem {
        ClusterProblem::SettingOfPrimary { role, field } => {
            format!("`{id}` is a {}, but `{field}` is a setting of primaries", role.word())
        }
        ClusterProblem::SettingOfMember { role, field: "hot_rows" } => {
            format!("`{id}` is a {}, but `hot_rows` is a setting of multi-primary members", role.word())
        }
        ClusterProblem::SettingOfMember { role, field } => {
            format!("`{id}` is a {}, but `{field}` is a setting of members", role.word())
        }
        ClusterProblem::NoRows => format!("`hot_rows` of `{id}` must be 1 or more"),
        ClusterProblem::NoReplica(field) => format!("`{id}` has `{field}`, but no replication link leads to a replica"),
        ClusterProblem::SecondPrimary(other) => {
            format!("`{id}` has `failover`, but its cluster has a second primary, `{other}`")
        }
        ClusterProblem::Mixed { member, role } => {
            format!("a replication link joins the member `{member}` with the {} `{id}`", role.word())
        }
        ClusterProblem::Members { count, range: (least, most) } => {
            format!("the cluster of `{id}` has {count} members; it needs {least} to {most}")
        }
        ClusterProblem::NoLinkFrom(other) => {
            format!("the members `{other}` and `{id}` need a replication link between them")
        }
    }
}

fn alert(rule: &str, problem: &AlertProblem) -> String {
    match problem {
        AlertProblem::NotAverageable(metric) => {
            format!("`{rule}` averages {}, but percentiles and ratios cannot be averaged", metric.word())
        }
        AlertProblem::NoInterval => format!("`{rule}` needs at least one missed interval"),
        AlertProblem::NoFailure => format!("`{rule}` needs at least one failure"),
        AlertProblem::Windows { short_s, long_s } => {
            format!("the short window of `{rule}` ({short_s} s) is longer than its long window ({long_s} s)")
        }
        AlertProblem::WrongComponent(id, kind) => {
            format!(
                "`{rule}` cannot watch {} `{id}`: absence and target-down rules watch agents, and other rules watch components that serve requests",
                kind.word()
            )
        }
        AlertProblem::SiteScope => format!("`{rule}` watches the whole site through the probe; remove `on`"),
        AlertProblem::GroupScope => format!("`{rule}` watches several components together; remove `on`"),
        AlertProblem::Reach { reach_s, agent, samples, kept_s } => {
            format!("`{rule}` looks back {reach_s} s, but only {samples} samples of `{agent}` are kept, which cover {kept_s} s")
        }
    }
}

/// Why an edit of a draft was refused.
pub fn edit_error(error: &EditError) -> String {
    match error {
        EditError::UnknownComponent(id) => format!("no component `{id}`"),
        EditError::UnknownServer(id) => format!("no server `{id}`"),
        EditError::UnknownLink(from, to) => format!("no link from `{from}` to `{to}`"),
        EditError::DuplicateComponent(id) => format!("there is already a component `{id}`"),
        EditError::DuplicateServer(id) => format!("there is already a server `{id}`"),
        EditError::DuplicateLink(from, to) => format!("there is already a link from `{from}` to `{to}`"),
        EditError::NoChange => "the edit changes nothing".to_owned(),
    }
}
