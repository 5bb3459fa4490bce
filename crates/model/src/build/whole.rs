//! Checks of a scenario as a whole: one browser, valid addresses, no cycle, no overlong path. Runs after all records are
//! known to be valid.

use petgraph::algo::toposort;

use super::{Builder, Completeness, databases, sessions};
use crate::id::ComponentId;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::problem::{PairProblem, Problem, ProblemKind, ProblemPath, Ranged};

/// Maximum number of firewalls on one hop.
const MAX_GUARDS: usize = 100;
/// Maximum VRRP priority that can be configured; 255 is reserved for the router that owns the address.
const MAX_PRIORITY: u8 = 254;
/// Maximum number of hops from the user to the last component. A request record has room for a path of this length.
pub const MAX_HOPS: usize = 7;
/// Maximum number of links from the browser to the site. A DNS response of 512 bytes has room for about 28 addresses.
const MAX_ENTRIES: usize = 28;

impl Builder {
    /// Checks all VRRP pairs.
    fn check_pairs(&self, infra: &Infrastructure, entries: &[(ComponentIx, bool)]) -> Result<(), Problem> {
        for (ix, component) in infra.components() {
            let Some(vrrp) = component.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()) else { continue };
            let (id, peer) = (&component.id, &vrrp.peer);
            let at = || ProblemPath::record("components", ix.index()).field("kind").field("vrrp");
            let other = self.known_component(peer, || at().field("peer"))?;
            let wrong = |problem| {
                let kind = ProblemKind::Pair { id: id.clone(), peer: peer.clone(), problem };
                Err(Problem { path: at(), kind })
            };
            let Some(others) = infra.component(other).kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()) else {
                return wrong(PairProblem::PeerWithoutVrrp);
            };
            if others.peer != *id || other == ix {
                return wrong(PairProblem::PeerNames(others.peer.clone()));
            }
            if !(1..=MAX_PRIORITY).contains(&vrrp.priority) {
                let (value, range) = (u32::from(vrrp.priority), (1, u32::from(MAX_PRIORITY)));
                let kind = ProblemKind::OutOfRange { of: Ranged::Priority(id.clone()), value, range };
                return Err(Problem { path: at().field("priority"), kind });
            }
            if let Some(backup) = vrrp.backup_priority.filter(|backup| !(1..=MAX_PRIORITY).contains(backup)) {
                let (value, range) = (u32::from(backup), (1, u32::from(MAX_PRIORITY)));
                let kind = ProblemKind::OutOfRange { of: Ranged::Priority(id.clone()), value, range };
                return Err(Problem { path: at().field("backup_priority"), kind });
            }
            match (vrrp.backup_priority, others.backup_priority) {
                (Some(backup), Some(_)) if backup >= others.priority => return wrong(PairProblem::BackupFirst),
                (Some(_), None) => return wrong(PairProblem::OneAddress),
                (Some(_), Some(_)) | (None, _) => {}
            }
            if others.advert_s != vrrp.advert_s {
                return wrong(PairProblem::Adverts);
            }
            let speaks = |from: &ComponentId, to: &ComponentId| {
                let link = infra.link_between(from.as_str(), to.as_str());
                link.is_some_and(|link| infra.link(link).protocol == Protocol::Vrrp)
            };
            if speaks(id, peer) == speaks(peer, id) {
                return wrong(PairProblem::NoLink);
            }
            let entry = |ix: ComponentIx| entries.iter().find(|(entry, _)| *entry == ix).map(|(_, standby)| *standby);
            match (entry(ix), entry(other)) {
                (Some(one), Some(two)) if one == two => {}
                (Some(_), Some(_)) => return wrong(PairProblem::Standby),
                _ => return wrong(PairProblem::NoEntry),
            }
        }
        Ok(())
    }

    /// Checks the addresses of the site and the pairs that share them.
    fn check_addresses(&self, infra: &Infrastructure, browser: ComponentIx, completeness: Completeness) -> Result<(), Problem> {
        let whole = |kind| Err(Problem { path: ProblemPath::root().field("links"), kind });
        let links = infra.links_from(browser);
        let entry = |link: &LinkIx| {
            let spec = infra.link(*link);
            (spec.protocol == Protocol::Http).then(|| (infra.ends(*link).1, spec.standby))
        };
        let entries: Vec<_> = links.iter().filter_map(entry).collect();
        self.check_pairs(infra, &entries)?;
        if entries.is_empty() && completeness == Completeness::Board {
            return Ok(());
        }
        if !(1..=MAX_ENTRIES).contains(&entries.len()) {
            return whole(ProblemKind::BrowserLinks { count: entries.len(), most: MAX_ENTRIES });
        }
        if entries.iter().all(|(_, standby)| *standby) {
            return whole(ProblemKind::OnlyStandby);
        }
        let has_resolver = links.iter().any(|link| infra.link(*link).protocol == Protocol::Dns);
        if entries.iter().any(|(_, standby)| *standby) && !has_resolver {
            return whole(ProblemKind::StandbyWithoutResolver);
        }
        Ok(())
    }

    /// Checks the scenario as a whole.
    pub(super) fn check_whole(&self, infra: &Infrastructure, completeness: Completeness) -> Result<(), Problem> {
        let whole = |list: &'static str, kind| Err(Problem { path: ProblemPath::root().field(list), kind });
        let browsers: Vec<_> = infra.components().filter(|(_, c)| c.kind.is_browser()).collect();
        let [(browser, _)] = browsers[..] else {
            return whole("components", ProblemKind::Browsers(browsers.len()));
        };
        self.check_addresses(infra, browser, completeness)?;
        if let Some((ix, problem)) = databases::problem(infra) {
            let path = ProblemPath::record("components", ix.index()).field("kind");
            return Err(Problem { path, kind: ProblemKind::Cluster { id: infra.component(ix).id.clone(), problem } });
        }
        for (ix, component) in infra.components() {
            let links = infra.links_from(ix);
            let beside = links.iter().filter(|link| infra.link(**link).protocol == Protocol::Cache);
            let (stores, caches): (Vec<&LinkIx>, Vec<_>) =
                beside.partition(|link| infra.component(infra.ends(**link).1).kind.as_session_store().is_some());
            for (count, sessions) in [(caches.len(), false), (stores.len(), true)] {
                if count > 1 {
                    let path = ProblemPath::record("components", ix.index());
                    return Err(Problem { path, kind: ProblemKind::ManyCaches { id: component.id.clone(), count, sessions } });
                }
            }
        }
        sessions::check(infra)?;
        let requests = infra.graph.filter_map(|_, _| Some(()), |_, link| link.protocol.carries_requests().then_some(()));
        let Ok(order) = toposort(&requests, None) else {
            return whole("links", ProblemKind::Cycle);
        };
        let mut depth = vec![0usize; infra.len()];
        for node in order {
            for next in requests.neighbors(node) {
                depth[next.index()] = depth[next.index()].max(depth[node.index()] + 1);
            }
        }
        if let Some(hop) = infra.hops().find(|hop| hop.guards.len() > MAX_GUARDS) {
            let (count, hop) = (hop.guards.len(), infra.hop_element(hop.link));
            return whole("components", ProblemKind::TooManyFirewalls { count, hop, most: MAX_GUARDS });
        }
        match depth.iter().max() {
            Some(hops) if *hops > MAX_HOPS => whole("links", ProblemKind::TooManyHops { hops: *hops, most: MAX_HOPS }),
            _ => Ok(()),
        }
    }
}
