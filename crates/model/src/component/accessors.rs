//! Accessors for the settings of one kind of component: what code asks instead of testing for a kind.

use super::{AgentSpec, ComponentKind, ProxySpec, ResolverSpec};
use crate::balancer::BalancerSpec;
use crate::cache::CacheSpec;
use crate::database::DatabaseSpec;
use crate::firewall::FirewallSpec;
use crate::sql_proxy::SqlProxySpec;

impl ComponentKind {
    /// Whether this is the users' browser.
    pub const fn is_browser(&self) -> bool {
        matches!(self, Self::Browser)
    }

    /// Whether this is the service that agents push to.
    pub const fn is_monitoring_service(&self) -> bool {
        matches!(self, Self::MonitoringService)
    }

    /// The settings of a resolver.
    pub const fn as_resolver(&self) -> Option<&ResolverSpec> {
        if let Self::DnsResolver(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a firewall.
    pub const fn as_firewall(&self) -> Option<&FirewallSpec> {
        if let Self::Firewall(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a firewall, to change them.
    pub const fn as_firewall_mut(&mut self) -> Option<&mut FirewallSpec> {
        if let Self::Firewall(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a balancer.
    pub const fn as_balancer(&self) -> Option<&BalancerSpec> {
        if let Self::LoadBalancer(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a balancer, to change them.
    pub const fn as_balancer_mut(&mut self) -> Option<&mut BalancerSpec> {
        if let Self::LoadBalancer(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a web or application server.
    pub const fn as_proxy(&self) -> Option<&ProxySpec> {
        if let Self::Web(spec) | Self::App(spec) = self { Some(spec) } else { None }
    }

    /// Whether the component accepts only https, and redirects everything else.
    pub const fn accepts_only_https(&self) -> bool {
        matches!(self.as_proxy(), Some(spec) if spec.https_only)
    }

    /// The settings of a cache or a session store.
    pub const fn as_store(&self) -> Option<&CacheSpec> {
        if let Self::Cache(spec) = self { Some(spec) } else { None }
    }

    /// The settings of an SQL proxy.
    pub const fn as_sql_proxy(&self) -> Option<&SqlProxySpec> {
        if let Self::SqlProxy(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a database.
    pub const fn as_database(&self) -> Option<&DatabaseSpec> {
        if let Self::Database(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a monitoring agent.
    pub const fn as_agent(&self) -> Option<&AgentSpec> {
        if let Self::Agent(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a web or application server, to change them.
    pub const fn as_proxy_mut(&mut self) -> Option<&mut ProxySpec> {
        if let Self::Web(spec) | Self::App(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a cache or a session store, to change them.
    pub const fn as_store_mut(&mut self) -> Option<&mut CacheSpec> {
        if let Self::Cache(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a database, to change them.
    pub const fn as_database_mut(&mut self) -> Option<&mut DatabaseSpec> {
        if let Self::Database(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a monitoring agent, to change them.
    pub const fn as_agent_mut(&mut self) -> Option<&mut AgentSpec> {
        if let Self::Agent(spec) = self { Some(spec) } else { None }
    }

    /// The settings of a resolver, to change them.
    pub const fn as_resolver_mut(&mut self) -> Option<&mut ResolverSpec> {
        if let Self::DnsResolver(spec) = self { Some(spec) } else { None }
    }
}
