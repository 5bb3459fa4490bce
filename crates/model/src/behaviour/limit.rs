//! Rate limits: which requests a component counts, and whom it takes for one client.

use crate::component::ComponentKind;
use crate::hop::terminates_tls;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::rate_limit::{RateLimit, Refusal};
use crate::request::RequestKind;

use super::HttpError;

/// The rate limit that a component applies to requests of a kind, after its own work on them. `None` if it applies none.
///
/// A component that passes TLS through sees no requests, so it cannot count them.
pub fn rate_limit(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Option<&RateLimit> {
    let limit = infra.component(ix).kind.rate_limit().filter(|limit| limit.applies_to(kind))?;
    terminates_tls(infra, ix).then_some(limit)
}

/// Whether the component at the end of a link knows from which client a request on it comes. Otherwise it only knows the
/// component that forwarded the request, whose address stands for all clients.
///
/// Every component before it has to pass the address on: in a header, or with the PROXY protocol if it passes TLS through.
pub fn learns_address(infra: &Infrastructure, link: LinkIx) -> bool {
    let from = infra.ends(link).0;
    let kind = &infra.component(from).kind;
    // A request takes at most `MAX_HOPS` hops, and links that carry requests form no cycle.
    let into = || infra.links().map(|(link, _)| link).filter(|into| infra.ends(*into).1 == from && is_http(infra, *into));
    let passes_on = || {
        if terminates_tls(infra, from) { kind.forwards_address() } else { kind.as_balancer().is_some_and(|spec| spec.send_proxy) }
    };
    kind.is_browser() || passes_on() && into().all(|link| learns_address(infra, link))
}

fn is_http(infra: &Infrastructure, link: LinkIx) -> bool {
    infra.link(link).protocol == Protocol::Http
}

/// Whether a component of this kind can have a rate limit: it reads HTTP requests before the work on them begins.
pub const fn can_limit(kind: &ComponentKind) -> bool {
    match kind {
        ComponentKind::LoadBalancer(_) | ComponentKind::Web(_) => true,
        ComponentKind::Cache(spec) => !spec.is_beside(),
        ComponentKind::Browser
        | ComponentKind::DnsResolver(_)
        | ComponentKind::Firewall(_)
        | ComponentKind::App(_)
        | ComponentKind::SqlProxy(_)
        | ComponentKind::Database(_)
        | ComponentKind::Agent(_)
        | ComponentKind::MonitoringService => false,
    }
}

impl RateLimit {
    /// The response to a request above the limit.
    pub const fn error(&self) -> HttpError {
        match self.refusal {
            Refusal::TooManyRequests => HttpError::TooManyRequests,
            Refusal::Unavailable => HttpError::Unavailable,
        }
    }
}

impl ComponentKind {
    /// The component's rate limit, if it has one.
    pub const fn rate_limit(&self) -> Option<&RateLimit> {
        match self {
            Self::LoadBalancer(spec) => spec.rate_limit.as_ref(),
            Self::Web(spec) | Self::App(spec) => spec.rate_limit.as_ref(),
            Self::Cache(spec) => spec.rate_limit.as_ref(),
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::SqlProxy(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => None,
        }
    }

    /// Sets the component's rate limit.
    ///
    /// # Panics
    /// If it cannot have one.
    pub(crate) fn set_rate_limit(&mut self, limit: Option<RateLimit>) {
        match self {
            Self::LoadBalancer(spec) => spec.rate_limit = limit,
            Self::Web(spec) => spec.rate_limit = limit,
            Self::Cache(spec) => spec.rate_limit = limit,
            Self::Browser
            | Self::App(_)
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::SqlProxy(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => unreachable!("a {} has no rate limit", self.word()),
        }
    }

    /// Whether upstreams learn the client's address from the component, if it knows it. An HTTP cache always passes it on.
    pub const fn forwards_address(&self) -> bool {
        match self {
            Self::LoadBalancer(spec) => spec.forwarded_for,
            Self::Web(spec) | Self::App(spec) => spec.forwarded_for,
            Self::Browser
            | Self::DnsResolver(_)
            | Self::Firewall(_)
            | Self::Cache(_)
            | Self::SqlProxy(_)
            | Self::Database(_)
            | Self::Agent(_)
            | Self::MonitoringService => true,
        }
    }
}
