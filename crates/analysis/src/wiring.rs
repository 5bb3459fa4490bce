//! The hops of an infrastructure and the behaviour of its components, derived once for all modules that follow requests.
//!
//! Both are pure functions of the model, but a large site has tens of thousands of each, and most modules need all of them.

use hoplight_model::behaviour::{Address, Behaviour, NextAttempt, Origin, UpstreamChoice, WantedRole, behaviour};
use hoplight_model::{ComponentIx, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

/// The hops and behaviours of one infrastructure.
#[derive(Clone, Debug)]
pub(crate) struct Wiring {
    /// All hops, by position.
    pub(crate) hops: Vec<Hop>,
    /// What each component does with each kind of request, by position.
    behaviours: Vec<[Behaviour; 3]>,
    /// The browser's links to the published addresses. In a VRRP pair, the balancer that holds the address comes first.
    published: [Vec<LinkIx>; 3],
}

/// Two balancers that share an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharedAddress {
    /// The one that holds the address if it can.
    pub(crate) preferred: PairMember,
    pub(crate) other: PairMember,
    /// The link on which they hear each other.
    pub(crate) vrrp: LinkIx,
}

/// A balancer of a pair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PairMember {
    /// The browser's link to it.
    pub(crate) entry: LinkIx,
    pub(crate) balancer: ComponentIx,
    /// Whether keepalived gives up the address when the balancer's process ends. It always does with the machine.
    pub(crate) is_tracked: bool,
    /// Whether each of its advertisements announces the address.
    pub(crate) has_vmac: bool,
}

impl Wiring {
    pub(crate) fn of(infra: &Infrastructure) -> Self {
        let behaviours: Vec<[Behaviour; 3]> =
            infra.components().map(|(ix, _)| RequestKind::ALL.map(|kind| behaviour(infra, ix, kind))).collect();
        let published = RequestKind::ALL.map(|kind| {
            let origin = infra.browser().and_then(|browser| behaviours[browser.index()][kind.index()].origin());
            origin.into_iter().flat_map(Origin::published).flat_map(|address| address.links.iter().copied()).collect()
        });
        Self { hops: infra.hops().collect(), behaviours, published }
    }

    pub(crate) fn hop(&self, link: LinkIx) -> &Hop {
        &self.hops[link.index()]
    }

    /// What a component does with requests of a kind.
    pub(crate) fn behaviour(&self, ix: ComponentIx, kind: RequestKind) -> &Behaviour {
        &self.behaviours[ix.index()][kind.index()]
    }

    /// The behaviours of a component, in the order of [`RequestKind::ALL`].
    pub(crate) fn behaviours(&self, ix: ComponentIx) -> &[Behaviour; 3] {
        &self.behaviours[ix.index()]
    }

    /// Links on which a component forwards a request of this kind, in authored order.
    pub(crate) fn onward(&self, at: ComponentIx, kind: RequestKind) -> &[LinkIx] {
        match self.behaviour(at, kind) {
            Behaviour::Forward(forwarding) => &forwarding.links,
            Behaviour::Originate(_) => &self.published[kind.index()],
            Behaviour::Respond
            | Behaviour::LookUp
            | Behaviour::Query(_)
            | Behaviour::Resolve(_)
            | Behaviour::Redirect
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => &[],
        }
    }

    /// The browser's links to all addresses, also of standby sites.
    pub(crate) fn entries(&self, browser: ComponentIx, kind: RequestKind) -> &[LinkIx] {
        self.behaviour(browser, kind).origin().map_or(&[], |origin| &origin.entries)
    }

    /// The addresses that users try for requests of this kind.
    pub(crate) fn addresses(&self, infra: &Infrastructure, kind: RequestKind) -> impl Iterator<Item = &Address> {
        let origin = infra.browser().and_then(|browser| self.behaviour(browser, kind).origin());
        origin.into_iter().flat_map(Origin::published)
    }

    /// The VRRP pair that shares an address; `None` if the address belongs to one component.
    pub(crate) fn pair(&self, infra: &Infrastructure, address: &Address) -> Option<SharedAddress> {
        let [preferred, other] = address.links[..] else { return None };
        let [a, b] = [preferred, other].map(|link| self.hop(link).to);
        let vrrp = infra.link_from_to(a, b).or_else(|| infra.link_from_to(b, a))?;
        let spec = |ix| infra.component(ix).kind.as_balancer().and_then(|spec| spec.vrrp.as_ref());
        let member = |entry, ix| {
            spec(ix).map(|vrrp| PairMember { entry, balancer: ix, is_tracked: vrrp.track.is_some(), has_vmac: vrrp.vmac })
        };
        Some(SharedAddress { preferred: member(preferred, a)?, other: member(other, b)?, vrrp })
    }

    /// Whether a component sends requests of this kind only to databases that accept writes: an SQL proxy sends writes to the
    /// writable database, and reads too unless it splits them.
    pub(crate) fn wants_writable(&self, at: ComponentIx, kind: RequestKind) -> bool {
        let choice = self.behaviour(at, kind).forwarding().map(|forwarding| forwarding.choice);
        choice == Some(UpstreamChoice::Role(WantedRole::Writable))
    }

    /// Whether a component that has got a connection on a link uses no other link: a driver that does not look for the writer
    /// tries the next database only if one does not accept its connection, whatever the database then responds.
    pub(crate) fn stays_at(&self, infra: &Infrastructure, link: LinkIx, kind: RequestKind) -> bool {
        let protocol = infra.link(link).protocol;
        let forwarding = self.behaviour(self.hop(link).from, kind).forwarding();
        protocol == Protocol::Sql
            && forwarding.is_some_and(|forwarding| {
                forwarding.choice == UpstreamChoice::First && forwarding.sql.retry.next == NextAttempt::Following
            })
    }

    /// Links on which a visitor's browser resolves the site's name.
    pub(crate) fn lookups(&self, infra: &Infrastructure, kind: RequestKind) -> &[LinkIx] {
        let origin = infra.browser().and_then(|browser| self.behaviour(browser, kind).origin());
        origin.map_or(&[], |origin| &origin.lookups)
    }
}
