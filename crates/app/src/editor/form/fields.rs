//! The table of settings.

use hoplight_model::balancer::BalancerSpec;
use hoplight_model::cache::CacheSpec;
use hoplight_model::component::{AgentSpec, ProxySpec, ResolverSpec, Server, Software};
use hoplight_model::database::{DatabaseSpec, Failover};
use hoplight_model::firewall::FirewallSpec;
use hoplight_model::link::LinkSpec;
use hoplight_model::monitoring::ProbeSpec;
use hoplight_model::quantity::Seconds;
use hoplight_model::ron_text::options;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Component, RequestKind, Text};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Subject;

/// A setting: which subjects have it, and how its value is read and written.
pub(super) struct FieldSpec {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    /// The possible values, if there are few.
    pub(super) choices: &'static [&'static str],
    /// The value; `None` if the subject has no such setting.
    pub(super) get: fn(&Subject) -> Option<String>,
    pub(super) set: fn(&mut Subject, &str) -> Result<(), String>,
}

fn show(value: &impl Serialize) -> String {
    // Where an enumeration is expected, its variant `None` needs no raw identifier.
    options().to_string(value).expect("settings can be written").replace("r#None", "None")
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    options().from_str(text).map_err(|error| error.code.to_string())
}

/// Shows a setting that may be left to its default.
fn show_optional(value: Option<&impl Serialize>) -> String {
    value.map_or_else(String::new, show)
}

fn parse_optional<T: DeserializeOwned>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn label(text: &str) -> Result<Option<Text>, String> {
    if text.is_empty() { Ok(None) } else { Text::new(text).map(Some) }
}

impl Subject {
    fn component(&self) -> Option<&Component> {
        if let Self::Component(component) = self { Some(component) } else { None }
    }

    fn component_mut(&mut self) -> Option<&mut Component> {
        if let Self::Component(component) = self { Some(component) } else { None }
    }

    fn server(&self) -> Option<&Server> {
        if let Self::Server(server) = self { Some(server) } else { None }
    }

    fn server_mut(&mut self) -> Option<&mut Server> {
        if let Self::Server(server) = self { Some(server) } else { None }
    }

    fn link(&self) -> Option<&LinkSpec> {
        if let Self::Link(link) = self { Some(link) } else { None }
    }

    fn link_mut(&mut self) -> Option<&mut LinkSpec> {
        if let Self::Link(link) = self { Some(link) } else { None }
    }

    fn site(&self) -> Option<&Scenario> {
        if let Self::Site(site) = self { Some(site) } else { None }
    }

    fn site_mut(&mut self) -> Option<&mut Scenario> {
        if let Self::Site(site) = self { Some(site) } else { None }
    }

    fn balancer(&self) -> Option<&BalancerSpec> {
        self.component()?.kind.as_balancer()
    }

    fn balancer_mut(&mut self) -> Option<&mut BalancerSpec> {
        self.component_mut()?.kind.as_balancer_mut()
    }

    fn proxy(&self) -> Option<&ProxySpec> {
        self.component()?.kind.as_proxy()
    }

    fn proxy_mut(&mut self) -> Option<&mut ProxySpec> {
        self.component_mut()?.kind.as_proxy_mut()
    }

    fn database(&self) -> Option<&DatabaseSpec> {
        self.component()?.kind.as_database()
    }

    fn database_mut(&mut self) -> Option<&mut DatabaseSpec> {
        self.component_mut()?.kind.as_database_mut()
    }

    fn store(&self) -> Option<&CacheSpec> {
        self.component()?.kind.as_store()
    }

    fn store_mut(&mut self) -> Option<&mut CacheSpec> {
        self.component_mut()?.kind.as_store_mut()
    }

    fn resolver(&self) -> Option<&ResolverSpec> {
        self.component()?.kind.as_resolver()
    }

    fn resolver_mut(&mut self) -> Option<&mut ResolverSpec> {
        self.component_mut()?.kind.as_resolver_mut()
    }

    fn agent(&self) -> Option<&AgentSpec> {
        self.component()?.kind.as_agent()
    }

    fn agent_mut(&mut self) -> Option<&mut AgentSpec> {
        self.component_mut()?.kind.as_agent_mut()
    }

    fn firewall(&self) -> Option<&FirewallSpec> {
        self.component()?.kind.as_firewall()
    }

    fn firewall_mut(&mut self) -> Option<&mut FirewallSpec> {
        self.component_mut()?.kind.as_firewall_mut()
    }
}

const BOOL: &[&str] = &["false", "true"];

/// A field that is written as in a scenario file.
macro_rules! setting {
    ($name:literal, $help:literal, $choices:expr, $get:ident / $get_mut:ident, $($path:ident).+) => {
        FieldSpec {
            name: $name,
            help: $help,
            choices: $choices,
            get: |subject| subject.$get().map(|spec| show(&spec.$($path).+)),
            set: |subject, text| {
                if let Some(spec) = subject.$get_mut() {
                    spec.$($path).+ = parse(text)?;
                }
                Ok(())
            },
        }
    };
}

/// A field that may be empty.
macro_rules! optional {
    ($name:literal, $help:literal, $get:ident / $get_mut:ident, $($path:ident).+) => {
        FieldSpec {
            name: $name,
            help: $help,
            choices: &[],
            get: |subject| subject.$get().map(|spec| show_optional(spec.$($path).+.as_ref())),
            set: |subject, text| {
                if let Some(spec) = subject.$get_mut() {
                    spec.$($path).+ = parse_optional(text)?;
                }
                Ok(())
            },
        }
    };
}

/// All settings, in the order of the form.
pub(super) const FIELDS: &[FieldSpec] = &[
    FieldSpec {
        name: "label",
        help: "What the diagram shows under the name; by default the program.",
        choices: &[],
        get: |subject| match subject {
            Subject::Component(component) => Some(component.label.as_deref().unwrap_or_default().to_owned()),
            Subject::Server(server) => Some(server.label.as_deref().unwrap_or_default().to_owned()),
            Subject::Link(_) | Subject::Site(_) => None,
        },
        set: |subject, text| {
            let label = label(text)?;
            match subject {
                Subject::Component(component) => component.label = label,
                Subject::Server(server) => server.label = label,
                Subject::Link(_) | Subject::Site(_) => {}
            }
            Ok(())
        },
    },
    FieldSpec {
        name: "software",
        help: "Program and version, as in Nginx 1.22.1. Components with the same version share its flaws.",
        choices: &[],
        get: |subject| {
            let component = subject.component().filter(|component| !component.kind.is_browser())?;
            Some(component.software.as_ref().map_or_else(String::new, ToString::to_string))
        },
        set: |subject, text| {
            let software = match text.rsplit_once(' ') {
                None if text.is_empty() => None,
                None => return Err("write a program and its version, as in Nginx 1.22.1".to_owned()),
                Some((name, version)) => Some(Software { name: Text::new(name.trim())?, version: Text::new(version)? }),
            };
            if let Some(component) = subject.component_mut() {
                component.software = software;
            }
            Ok(())
        },
    },
    setting!(
        "algorithm",
        "How the balancer chooses a server for each request.",
        &["RoundRobin", "LeastConnections", "WeightedRoundRobin", "SourceHash", "First", "RandomTwo"],
        balancer / balancer_mut,
        algorithm
    ),
    setting!(
        "health check",
        "What a health check tests: a connection, the web server, its application, or the database.",
        &["Tcp", "Http", "HttpApp", "HttpDatabase"],
        balancer / balancer_mut,
        check
    ),
    setting!("check interval", "Seconds between two health checks.", &[], balancer / balancer_mut, check_interval_s),
    setting!(
        "fall",
        "Failed checks in a row after which a server is DOWN.",
        &["1", "2", "3", "5"],
        balancer / balancer_mut,
        fall
    ),
    setting!(
        "rise",
        "Successful checks in a row after which it is UP again.",
        &["1", "2", "3", "5"],
        balancer / balancer_mut,
        rise
    ),
    setting!(
        "retries",
        "Attempts to connect after the first one has failed.",
        &["0", "1", "2", "3"],
        balancer / balancer_mut,
        retries
    ),
    setting!("redispatch", "Whether the last attempt goes to another server.", BOOL, balancer / balancer_mut, redispatch),
    setting!("sticky", "Whether a cookie keeps each user on one server.", BOOL, balancer / balancer_mut, sticky),
    optional!(
        "rate limit",
        "Limit per client, as in (rate: 2.0, burst: 5, kinds: [Write]), in requests per second; empty for none.",
        balancer / balancer_mut,
        rate_limit
    ),
    optional!(
        "rate limit",
        "Limit per client, as in (rate: 2.0, burst: 5, kinds: [Write]), in requests per second; empty for none.",
        proxy / proxy_mut,
        rate_limit
    ),
    optional!("timeout", "Seconds to wait for an upstream's response.", proxy / proxy_mut, timeout_s),
    setting!(
        "max fails",
        "Failed attempts after which an upstream gets no requests for a while; 0 for never.",
        &["0", "1", "3"],
        proxy / proxy_mut,
        max_fails
    ),
    setting!(
        "sessions",
        "Where the code keeps the sessions of logged-in users, if it has no session store.",
        &["Cookie", "Memory"],
        proxy / proxy_mut,
        sessions
    ),
    setting!(
        "role",
        "Primary takes writes; Replica follows it; members of a cluster elect a writer or all take writes.",
        &["Primary", "Replica", "Member", "MultiPrimary"],
        database / database_mut,
        role
    ),
    setting!("lag", "Seconds by which a replica is behind.", &[], database / database_mut, lag_s),
    FieldSpec {
        name: "failover",
        help: "Whether an orchestrator promotes a replica, and after how many seconds without the primary.",
        choices: &["manual", "5", "10", "30"],
        get: |subject| {
            subject.database().map(|spec| match spec.failover {
                Failover::Manual => "manual".to_owned(),
                Failover::Automatic { after_s } => after_s.get().to_string(),
            })
        },
        set: |subject, text| {
            let failover = match text {
                "manual" => Failover::Manual,
                seconds => Failover::Automatic { after_s: parse::<Seconds>(seconds)? },
            };
            if let Some(spec) = subject.database_mut() {
                spec.failover = failover;
            }
            Ok(())
        },
    },
    setting!(
        "fence",
        "Whether the orchestrator makes sure that the old primary takes no more writes.",
        BOOL,
        database / database_mut,
        fence
    ),
    setting!(
        "semi-sync",
        "Whether a write is confirmed only when a replica has received it.",
        BOOL,
        database / database_mut,
        semi_sync
    ),
    setting!("capacity", "Number of objects that fit.", &[], store / store_mut, capacity),
    optional!("TTL", "Seconds after which an entry expires.", store / store_mut, ttl_s),
    setting!("invalidate", "Whether a write removes the entry that it changes.", BOOL, store / store_mut, invalidate),
    setting!("collapse", "Whether requests for the same missing entry wait for one fetch.", BOOL, store / store_mut, collapse),
    setting!("TTL", "Seconds for which resolvers keep the site's address.", &[], resolver / resolver_mut, ttl_s),
    setting!("interval", "Seconds between two samples.", &[], agent / agent_mut, interval_s),
    setting!(
        "other traffic",
        "What happens to connections that no rule allows: dropped in silence, or rejected with an error.",
        &["Drop", "Reject", "Allow"],
        firewall / firewall_mut,
        default
    ),
    FieldSpec {
        name: "workers",
        help: "Requests that it processes at the same time; empty for the default.",
        choices: &[],
        get: |subject| {
            let component = subject.component().filter(|component| component.kind.serves_requests())?;
            Some(show_optional(component.station.slots.as_ref()))
        },
        set: |subject, text| {
            if let Some(component) = subject.component_mut() {
                component.station.slots = parse_optional(text)?;
            }
            Ok(())
        },
    },
    FieldSpec {
        name: "connections",
        help: "Most open connections, users' idle ones included (maxconn, worker_connections); empty for the default.",
        choices: &[],
        get: |subject| {
            let component = subject.component().filter(|component| component.kind.default_station().connections.is_some())?;
            Some(show_optional(component.station.connections.as_ref()))
        },
        set: |subject, text| {
            if let Some(component) = subject.component_mut() {
                component.station.connections = parse_optional(text)?;
            }
            Ok(())
        },
    },
    optional!("cores", "Processor cores that its programs share; empty if they never compete.", server / server_mut, cores),
    optional!("port", "Port of the server end; empty for the usual one.", link / link_mut, port),
    optional!("latency", "Milliseconds one way; empty for the usual one.", link / link_mut, latency_ms),
    FieldSpec {
        name: "requests",
        help: "Which kinds of request use this link.",
        choices: &["all", "reads", "writes", "static pages", "reads and writes"],
        get: |subject| {
            let link = subject.link()?;
            let Some(kinds) = &link.kinds else { return Some("all".to_owned()) };
            let known = REQUESTS.iter().find(|(_, known)| *known == kinds.as_slice());
            Some(known.map_or_else(|| show(kinds), |(word, _)| (*word).to_owned()))
        },
        set: |subject, text| {
            if let Some(link) = subject.link_mut() {
                let known = REQUESTS.iter().find(|(word, _)| *word == text);
                link.kinds = match (text, known) {
                    ("all", _) => None,
                    (_, Some((_, kinds))) => Some(kinds.to_vec()),
                    (_, None) => parse_optional(text)?,
                };
            }
            Ok(())
        },
    },
    setting!("weight", "Share of a weighted algorithm, from 1 to 256; only behind a balancer.", &[], link / link_mut, weight),
    setting!("standby", "Whether it leads to a standby site, which DNS does not list.", BOOL, link / link_mut, standby),
    setting!("requests per second", "The users' requests of all kinds together.", &[], site / site_mut, traffic.rate),
    setting!(
        "new visitors",
        "Share of requests that need a DNS lookup and a connection first.",
        &[],
        site / site_mut,
        traffic.new_visitors
    ),
    setting!("static share", "Share of requests for static pages.", &[], site / site_mut, traffic.static_share),
    setting!("write share", "Share of logins.", &[], site / site_mut, traffic.write_share),
    setting!(
        "TLS",
        "Users' connections: none, ends at the entry, encrypted again behind it, or passed through to the web servers.",
        &["None", "Terminate", "Reencrypt", "Passthrough"],
        site / site_mut,
        tls.edge
    ),
    setting!("TLS web to app", "Whether web servers encrypt requests to applications.", BOOL, site / site_mut, tls.web_to_app),
    setting!("TLS to databases", "Whether queries and replication are encrypted.", BOOL, site / site_mut, tls.app_to_db),
    setting!(
        "port 80",
        "What the entry does with plaintext HTTP.",
        &["Closed", "Open", "Redirect"],
        site / site_mut,
        http.port_80
    ),
    FieldSpec {
        name: "external probe",
        help: "Seconds between two requests that the monitoring service sends like a user; empty for none.",
        choices: &["", "10", "60"],
        get: |subject| {
            let probe = subject.site()?.monitoring.probe;
            Some(probe.map_or_else(String::new, |probe| probe.interval_s.get().to_string()))
        },
        set: |subject, text| {
            if let Some(site) = subject.site_mut() {
                let interval: Option<Seconds> = parse_optional(text)?;
                let known = site.monitoring.probe.unwrap_or_default();
                site.monitoring.probe = interval.map(|interval_s| ProbeSpec { interval_s, ..known });
            }
            Ok(())
        },
    },
    FieldSpec {
        name: "certificate",
        help: "Days until the first certificate expires.",
        choices: &[],
        get: |subject| subject.site()?.certificates.first().map(|certificate| certificate.days_left.to_string()),
        set: |subject, text| {
            let days = text.parse().map_err(|_| "write a number of days".to_owned())?;
            if let Some(certificate) = subject.site_mut().and_then(|site| site.certificates.first_mut()) {
                certificate.days_left = days;
            }
            Ok(())
        },
    },
];

/// The usual sets of kinds.
const REQUESTS: [(&str, &[RequestKind]); 4] = [
    ("reads", &[RequestKind::Read]),
    ("writes", &[RequestKind::Write]),
    ("static pages", &[RequestKind::Static]),
    ("reads and writes", &[RequestKind::Read, RequestKind::Write]),
];
