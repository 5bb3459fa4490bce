//! The hops of an infrastructure and the behaviour of its components, derived once for all modules that follow requests.
//!
//! Both are pure functions of the model, but a large site has tens of thousands of each, and most modules need all of them.

use hoplight_model::behaviour::{Behaviour, behaviour};
use hoplight_model::{ComponentIx, Hop, Infrastructure, LinkIx, RequestKind};

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

impl Wiring {
    pub(crate) fn of(infra: &Infrastructure) -> Self {
        let behaviours: Vec<[Behaviour; 3]> =
            infra.components().map(|(ix, _)| RequestKind::ALL.map(|kind| behaviour(infra, ix, kind))).collect();
        let published = RequestKind::ALL.map(|kind| {
            let origin = infra.browser().and_then(|browser| behaviours[browser.index()][kind.index()].origin());
            origin.into_iter().flat_map(|origin| origin.published()).flat_map(|address| address.links.iter().copied()).collect()
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

    /// Links on which a visitor's browser resolves the site's name.
    pub(crate) fn lookups(&self, infra: &Infrastructure, kind: RequestKind) -> &[LinkIx] {
        let origin = infra.browser().and_then(|browser| self.behaviour(browser, kind).origin());
        origin.map_or(&[], |origin| &origin.lookups)
    }
}
