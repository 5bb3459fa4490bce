//! Whether links fit their ends.
//!
//! Must not know the scenario as a whole: only one link and its two ends.

use super::Builder;
use crate::component::ComponentKind;
use crate::error::ContentError;
use crate::id::ComponentId;
use crate::link::{LinkSpec, Protocol};

/// The largest weight of a backend: HAProxy's.
const MAX_WEIGHT: u16 = 256;

impl Builder<'_> {
    /// What is spoken on a link, if its ends and its numbers fit.
    pub(super) fn check_link(
        &self,
        number: usize,
        spec: &LinkSpec,
        from: &ComponentKind,
        to: &ComponentKind,
    ) -> Result<Protocol, ContentError> {
        let ends = || format!("{} → {} (`{}` → `{}`)", from.word(), to.word(), spec.from, spec.to);
        let wrong = |message: String| Err(self.error_in(("links", number), spec.to.as_str(), message));
        let Some(protocol) = spec.protocol.or_else(|| Protocol::between(from, to)) else {
            let turned =
                Protocol::between(to, from).map_or("", |_| "; a link points from the one who asks to the one who answers");
            return wrong(format!("there is nothing to say on {}{turned}", ends()));
        };
        // Any component may be drawn as asking for names.
        let fits = (protocol == Protocol::Dns || from.asks(protocol)) && to.answers(protocol);
        let (fits, wanted) = match protocol {
            Protocol::Dns => (fits, "a DNS link ends at a DNS resolver"),
            Protocol::Http => {
                (fits, "an HTTP link goes from a browser, balancer or web server to a balancer, web server or application")
            }
            Protocol::Sql => (fits, "an SQL link goes from an application, or a web server that runs the code, to a database"),
            Protocol::Replication => (fits, "a replication link goes from database to database"),
            Protocol::Metrics => (fits, "a metrics link goes from an agent to the monitoring service"),
            Protocol::Vrrp => (
                fits && names(from, &spec.to) && names(to, &spec.from),
                "a VRRP link goes between two load balancers that name each other as `peer`",
            ),
        };
        if !fits {
            return wrong(format!("{wanted}; found {}", ends()));
        }
        self.check_backend(number, spec, protocol, from)?;
        Ok(protocol)
    }

    /// What a link says about a balancer's backend.
    fn check_backend(
        &self,
        number: usize,
        spec: &LinkSpec,
        protocol: Protocol,
        from: &ComponentKind,
    ) -> Result<(), ContentError> {
        let wrong = |message: String| Err(self.error_in(("links", number), spec.to.as_str(), message));
        let ends = format!("`{}` → `{}`", spec.from, spec.to);
        let is_backend = protocol == Protocol::Http && from.as_balancer().is_some();
        if !is_backend && (spec.weight != 1 || spec.maxconn != 0) {
            return wrong(format!("weight and maxconn belong to a balancer's HTTP link, and {ends} is none"));
        }
        if !(1..=MAX_WEIGHT).contains(&spec.weight) {
            return wrong(format!("the weight of {ends} lies between 1 and {MAX_WEIGHT}, found {}", spec.weight));
        }
        Ok(())
    }
}

/// Whether a component is a balancer that has this one as its VRRP peer.
fn names(kind: &ComponentKind, peer: &ComponentId) -> bool {
    kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()).is_some_and(|vrrp| vrrp.peer == *peer)
}
