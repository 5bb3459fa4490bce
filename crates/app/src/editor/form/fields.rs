//! The table of settings.

use hoplight_model::balancer::BalancerSpec;
use hoplight_model::cache::CacheSpec;
use hoplight_model::component::{AgentSpec, ProxySpec, ResolverSpec, Server, Software};
use hoplight_model::database::{DatabaseSpec, Failover};
use hoplight_model::firewall::FirewallSpec;
use hoplight_model::link::LinkSpec;
use hoplight_model::monitoring::ProbeSpec;
use hoplight_model::quantity::Seconds;
use hoplight_model::reliability::Reliability;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Component, Text};

use super::Subject;
use super::values::{
    BOOL, Choice, parse, parse_choice, parse_kinds, parse_limit, parse_optional, show_choice, show_kinds, show_limit,
    show_optional,
};

/// A setting: which subjects have it, and how its value is read and written.
pub(super) struct FieldSpec {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    /// The possible values, if there are few.
    pub(super) choices: &'static [Choice],
    /// The value; `None` if the subject has no such setting.
    pub(super) get: fn(&Subject) -> Option<String>,
    pub(super) set: fn(&mut Subject, &str) -> Result<(), String>,
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

/// A field that is written as in a scenario file.
macro_rules! setting {
    ($name:literal, $help:literal, $choices:expr, $get:ident / $get_mut:ident, $($path:ident).+) => {
        FieldSpec {
            name: $name,
            help: $help,
            choices: $choices,
            get: |subject| subject.$get().map(|spec| show_choice($choices, &spec.$($path).+)),
            set: |subject, text| {
                if let Some(spec) = subject.$get_mut() {
                    spec.$($path).+ = parse_choice($choices, text)?;
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

/// The limit on the requests of each client.
macro_rules! limit {
    ($get:ident / $get_mut:ident) => {
        FieldSpec {
            name: "rate limit",
            help: "Limit per client, as in 2 per second, burst 5, writes; empty for none.",
            choices: &[],
            get: |subject| subject.$get().map(|spec| show_limit(spec.rate_limit.as_ref())),
            set: |subject, text| {
                if let Some(spec) = subject.$get_mut() {
                    spec.rate_limit = parse_limit(text, spec.rate_limit.as_ref())?;
                }
                Ok(())
            },
        }
    };
}

/// How often something fails, and how long its repair takes.
macro_rules! reliability {
    ($get:ident / $get_mut:ident) => {
        FieldSpec {
            name: "fails every",
            help: "Hours between two failures and hours until it is repaired, as in 8760 / 4; empty for the usual ones.",
            choices: &[],
            get: |subject| {
                let known = subject.$get()?.reliability;
                Some(known.map_or_else(String::new, |known| format!("{} / {}", known.mtbf_h.get(), known.mttr_h.get())))
            },
            set: |subject, text| {
                let reliability = match text.split_once('/') {
                    None if text.is_empty() => None,
                    None => return Err("write the hours between failures, a slash, and the hours of a repair".to_owned()),
                    Some((mtbf, mttr)) => Some(Reliability { mtbf_h: parse(mtbf.trim())?, mttr_h: parse(mttr.trim())? }),
                };
                if let Some(spec) = subject.$get_mut() {
                    spec.reliability = reliability;
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
        &[
            ("round robin", "RoundRobin"),
            ("least connections", "LeastConnections"),
            ("weighted round robin", "WeightedRoundRobin"),
            ("source address", "SourceHash"),
            ("first with a free slot", "First"),
            ("the better of two at random", "RandomTwo"),
        ],
        balancer / balancer_mut,
        algorithm
    ),
    setting!(
        "health check",
        "What a health check tests: a connection, the web server, its application, or the database.",
        &[
            ("TCP connection", "Tcp"),
            ("HTTP, as far as the server", "Http"),
            ("HTTP, through to the application", "HttpApp"),
            ("HTTP, through to the database", "HttpDatabase"),
        ],
        balancer / balancer_mut,
        check
    ),
    setting!("check interval", "Seconds between two health checks.", &[], balancer / balancer_mut, check_interval_s),
    setting!(
        "fall",
        "Failed checks in a row after which a server is DOWN.",
        &[("1", "1"), ("2", "2"), ("3", "3"), ("5", "5")],
        balancer / balancer_mut,
        fall
    ),
    setting!(
        "rise",
        "Successful checks in a row after which it is UP again.",
        &[("1", "1"), ("2", "2"), ("3", "3"), ("5", "5")],
        balancer / balancer_mut,
        rise
    ),
    setting!(
        "retries",
        "Attempts to connect after the first one has failed.",
        &[("0", "0"), ("1", "1"), ("2", "2"), ("3", "3")],
        balancer / balancer_mut,
        retries
    ),
    setting!("redispatch", "Whether the last attempt goes to another server.", BOOL, balancer / balancer_mut, redispatch),
    FieldSpec {
        name: "VRRP priority",
        help: "The balancer of the pair with the higher priority, from 1 to 254, holds the address while both run.",
        choices: &[],
        get: |subject| Some(subject.balancer()?.vrrp.as_ref()?.priority.to_string()),
        set: |subject, text| {
            let priority = parse(text)?;
            if let Some(vrrp) = subject.balancer_mut().and_then(|spec| spec.vrrp.as_mut()) {
                vrrp.priority = priority;
            }
            Ok(())
        },
    },
    FieldSpec {
        name: "VRRP tracks the process",
        help: "Whether keepalived gives the address up when the balancer's process ends. Otherwise it notices only a dead machine.",
        choices: BOOL,
        get: |subject| {
            let is_tracked = subject.balancer()?.vrrp.as_ref()?.track.is_some();
            Some(if is_tracked { "yes" } else { "no" }.to_owned())
        },
        set: |subject, text| {
            let wanted: bool = parse_choice(BOOL, text)?;
            if let Some(vrrp) = subject.balancer_mut().and_then(|spec| spec.vrrp.as_mut()) {
                vrrp.track = wanted.then(|| vrrp.track.unwrap_or_default());
            }
            Ok(())
        },
    },
    setting!("sticky", "Whether a cookie keeps each user on one server.", BOOL, balancer / balancer_mut, sticky),
    limit!(balancer / balancer_mut),
    limit!(proxy / proxy_mut),
    optional!("timeout", "Seconds to wait for an upstream's response.", proxy / proxy_mut, timeout_s),
    setting!(
        "max fails",
        "Failed attempts after which an upstream gets no requests for a while; 0 for never.",
        &[("0", "0"), ("1", "1"), ("3", "3")],
        proxy / proxy_mut,
        max_fails
    ),
    setting!(
        "sessions",
        "Where the code keeps the sessions of logged-in users, if it has no session store.",
        &[("in the cookie", "Cookie"), ("in memory", "Memory")],
        proxy / proxy_mut,
        sessions
    ),
    setting!(
        "role",
        "Primary takes writes; Replica follows it; members of a cluster elect a writer or all take writes.",
        &[("primary", "Primary"), ("replica", "Replica"), ("cluster member", "Member"), ("multi-primary member", "MultiPrimary"),],
        database / database_mut,
        role
    ),
    setting!("lag", "Seconds by which a replica is behind.", &[], database / database_mut, lag_s),
    FieldSpec {
        name: "failover",
        help: "Whether an orchestrator promotes a replica, and after how many seconds without the primary.",
        choices: &[("manual", ""), ("5", ""), ("10", ""), ("30", "")],
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
        &[("drop", "Drop"), ("reject", "Reject"), ("allow", "Allow")],
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
    reliability!(component / component_mut),
    reliability!(server / server_mut),
    optional!("cores", "Processor cores that its programs share; empty if they never compete.", server / server_mut, cores),
    optional!("port", "Port of the server end; empty for the usual one.", link / link_mut, port),
    optional!("latency", "Milliseconds one way; empty for the usual one.", link / link_mut, latency_ms),
    FieldSpec {
        name: "requests",
        help: "Which kinds of request use this link.",
        choices: &[("all", ""), ("reads", ""), ("writes", ""), ("static pages", ""), ("reads and writes", "")],
        get: |subject| {
            let link = subject.link()?;
            Some(show_kinds(link.kinds.as_deref()))
        },
        set: |subject, text| {
            if let Some(link) = subject.link_mut() {
                link.kinds = parse_kinds(text)?;
            }
            Ok(())
        },
    },
    reliability!(link / link_mut),
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
        &[("none", "None"), ("terminate", "Terminate"), ("re-encrypt", "Reencrypt"), ("passthrough", "Passthrough"),],
        site / site_mut,
        tls.edge
    ),
    setting!("TLS web to app", "Whether web servers encrypt requests to applications.", BOOL, site / site_mut, tls.web_to_app),
    setting!("TLS to databases", "Whether queries and replication are encrypted.", BOOL, site / site_mut, tls.app_to_db),
    setting!(
        "port 80",
        "What the entry does with plaintext HTTP.",
        &[("closed", "Closed"), ("open", "Open"), ("redirect", "Redirect")],
        site / site_mut,
        http.port_80
    ),
    FieldSpec {
        name: "external probe",
        help: "Seconds between two requests that the monitoring service sends like a user; empty for none.",
        choices: &[("", ""), ("10", ""), ("60", "")],
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
];
