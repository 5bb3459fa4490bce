//! What must hold of a scenario as a whole: one browser, one entry, no circle, no way that is too long.
//!
//! Must not look at single records: they are right by now.

use petgraph::algo::toposort;

use super::{Builder, databases};
use crate::error::ContentError;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;

/// Most firewalls on one hop.
const MAX_GUARDS: usize = 100;
/// The largest VRRP priority that can be set; 255 is for routers that own the address.
const MAX_PRIORITY: u8 = 254;
/// Most hops from the user to the last component: a request remembers its way.
pub const MAX_HOPS: usize = 7;

impl Builder<'_> {
    /// Whether users come to a pair of balancers that share an address.
    fn check_pair(&self, infra: &Infrastructure, entries: &[ComponentIx]) -> Result<bool, ContentError> {
        let mut found = false;
        for (ix, component) in infra.components() {
            let Some(vrrp) = component.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()) else { continue };
            let (id, peer) = (component.id.as_str(), vrrp.peer.as_str());
            let other = self.known_component(&vrrp.peer, ("components", ix.index(), "peer"))?;
            let wrong = |message: String| Err(self.error(id, message));
            let Some(others) = infra.component(other).kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()) else {
                return wrong(format!("`{id}` names `{peer}` as its VRRP peer, which has no `vrrp` of its own"));
            };
            if others.peer.as_str() != id || other == ix {
                return wrong(format!("`{id}` names `{peer}` as its VRRP peer, which names `{}`", others.peer));
            }
            if !(1..=MAX_PRIORITY).contains(&vrrp.priority) {
                return wrong(format!("the VRRP priority of `{id}` lies between 1 and {MAX_PRIORITY}, found {}", vrrp.priority));
            }
            if others.advert_s != vrrp.advert_s {
                return wrong(format!("`{id}` and `{peer}` have different `advert_s`: they would not agree who is silent"));
            }
            let speaks = |from, to| infra.link_between(from, to).is_some_and(|link| infra.link(link).protocol == Protocol::Vrrp);
            if speaks(id, peer) == speaks(peer, id) {
                return wrong(format!("`{id}` and `{peer}` need one VRRP link between them"));
            }
            if entries.len() != 2 || !entries.contains(&ix) {
                return wrong(format!("`{id}` shares the site's address: the browser needs an HTTP link to it and to `{peer}`"));
            }
            found = true;
        }
        Ok(found)
    }

    /// What no single record can say.
    pub(super) fn check_whole(&self, infra: &Infrastructure) -> Result<(), ContentError> {
        let whole = |list: &str, message: String| Err(ContentError::in_list(self.file, self.text, list, message));
        let browsers: Vec<_> = infra.components().filter(|(_, c)| c.kind.is_browser()).collect();
        let [(browser, _)] = browsers[..] else {
            return whole("components", format!("a scenario has one browser, found {}", browsers.len()));
        };
        let http = |link: &&LinkIx| infra.link(**link).protocol == Protocol::Http;
        let entries: Vec<_> = infra.links_from(browser).iter().filter(http).map(|link| infra.ends(*link).1).collect();
        let pair = self.check_pair(infra, &entries)?;
        if entries.len() != 1 && !pair {
            let message = "the browser has one HTTP link, or one to each balancer of a VRRP pair";
            return whole("links", format!("{message}; found {}", entries.len()));
        }
        if let Some((ix, message)) = databases::mistake(infra) {
            return Err(self.error(infra.component(ix).id.as_str(), message));
        }
        let requests = infra.graph.filter_map(|_, _| Some(()), |_, link| link.protocol.carries_requests().then_some(()));
        let Ok(order) = toposort(&requests, None) else {
            return whole("links", "the HTTP and SQL links form a circle: a request would never end".into());
        };
        let mut depth = vec![0usize; infra.len()];
        for node in order {
            for next in requests.neighbors(node) {
                depth[next.index()] = depth[next.index()].max(depth[node.index()] + 1);
            }
        }
        if let Some(hop) = infra.hops().find(|hop| hop.guards.len() > MAX_GUARDS) {
            let (count, hop) = (hop.guards.len(), infra.hop_element(hop.link));
            return whole("components", format!("{count} firewalls stand on {hop}, at most {MAX_GUARDS} are simulated"));
        }
        match depth.iter().max() {
            Some(deepest) if *deepest > MAX_HOPS => {
                whole("links", format!("a request may take {deepest} hops, at most {MAX_HOPS} are simulated"))
            }
            _ => Ok(()),
        }
    }
}
