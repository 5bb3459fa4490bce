//! What a designer can add.

use crate::cache::CachePlace;
use crate::component::ComponentKind;
use crate::ron_text;

/// A part that a designer adds, by its role in the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A load balancer.
    Balancer,
    /// A web server.
    Web,
    /// An application server with its code.
    App,
    /// A database.
    Database,
    /// A firewall.
    Firewall,
    /// A monitoring agent.
    Agent,
    /// The service that the agents report to.
    Monitoring,
    /// A DNS resolver.
    Resolver,
    /// A cache beside the applications.
    Cache,
    /// An HTTP cache before the site.
    FrontCache,
    /// A session store.
    SessionStore,
    /// An SQL proxy.
    SqlProxy,
}

impl Role {
    /// All roles, in the order of a menu.
    pub const ALL: [Self; 12] = [
        Self::Balancer,
        Self::Web,
        Self::App,
        Self::Database,
        Self::Firewall,
        Self::Agent,
        Self::Monitoring,
        Self::Resolver,
        Self::Cache,
        Self::FrontCache,
        Self::SessionStore,
        Self::SqlProxy,
    ];

    /// A component of this role with default settings.
    pub fn kind(self) -> ComponentKind {
        let cache = |place| {
            let mut kind: ComponentKind = parse("Cache()");
            if let Some(spec) = kind.as_store_mut() {
                spec.place = place;
            }
            kind
        };
        match self {
            Self::Balancer => parse("LoadBalancer()"),
            Self::Web => parse("Web()"),
            Self::App => parse("App()"),
            Self::Database => parse("Database()"),
            Self::Firewall => parse("Firewall()"),
            Self::Agent => parse("Agent()"),
            Self::Monitoring => ComponentKind::MonitoringService,
            Self::Resolver => parse("DnsResolver()"),
            Self::Cache => cache(CachePlace::Beside),
            Self::FrontCache => cache(CachePlace::Front),
            Self::SessionStore => cache(CachePlace::Sessions),
            Self::SqlProxy => parse("SqlProxy()"),
        }
    }

    /// The role of a kind of component; `None` for the browser, which is the user.
    pub const fn of(kind: &ComponentKind) -> Option<Self> {
        Some(match kind {
            ComponentKind::Browser => return None,
            ComponentKind::DnsResolver(_) => Self::Resolver,
            ComponentKind::Firewall(_) => Self::Firewall,
            ComponentKind::LoadBalancer(_) => Self::Balancer,
            ComponentKind::Web(_) => Self::Web,
            ComponentKind::App(_) => Self::App,
            ComponentKind::Cache(spec) => match spec.place {
                CachePlace::Beside => Self::Cache,
                CachePlace::Front => Self::FrontCache,
                CachePlace::Sessions => Self::SessionStore,
            },
            ComponentKind::SqlProxy(_) => Self::SqlProxy,
            ComponentKind::Database(_) => Self::Database,
            ComponentKind::Agent(_) => Self::Agent,
            ComponentKind::MonitoringService => Self::Monitoring,
        })
    }

    /// Start of the names of components of this role.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Balancer => "lb",
            Self::Web => "web",
            Self::App => "app",
            Self::Database => "db",
            Self::Firewall => "fw",
            Self::Agent => "agent",
            Self::Monitoring => "monitor",
            Self::Resolver => "dns",
            Self::Cache | Self::FrontCache => "cache",
            Self::SessionStore => "sessions",
            Self::SqlProxy => "proxy",
        }
    }

    /// Name and version of the usual program, so that equal programs share their flaws; `None` for what the site does not run.
    pub(super) const fn software(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Balancer => Some(("HAProxy", "2.6.12")),
            Self::Web => Some(("Nginx", "1.22.1")),
            Self::App => Some(("Gunicorn", "23.0.0")),
            Self::Database => Some(("MySQL", "8.0.36")),
            Self::Cache | Self::SessionStore => Some(("Redis", "7.0.15")),
            Self::FrontCache => Some(("Varnish", "7.1.1")),
            Self::SqlProxy => Some(("ProxySQL", "2.5.5")),
            Self::Firewall | Self::Agent | Self::Monitoring | Self::Resolver => None,
        }
    }

    /// Whether it is a program that runs on a server of the site.
    pub const fn is_program(self) -> bool {
        match self {
            Self::Balancer
            | Self::Web
            | Self::App
            | Self::Database
            | Self::Cache
            | Self::FrontCache
            | Self::SessionStore
            | Self::SqlProxy => true,
            Self::Firewall | Self::Agent | Self::Monitoring | Self::Resolver => false,
        }
    }
}

fn parse(kind: &str) -> ComponentKind {
    ron_text::options().from_str(kind).expect("a kind with default settings")
}
