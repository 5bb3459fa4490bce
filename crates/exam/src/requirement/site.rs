//! Requirements on names, servers, balancers and tiers.

use std::collections::BTreeSet;

use hoplight_model::link::Protocol;
use hoplight_model::{ComponentId, RequestKind, ServerId, Tier};

use super::Check;
use crate::drawing::Drawing;

/// The name of the exercise.
pub(super) const SITE: &str = "www.foobar.com";
/// The tiers of the exercise behind the balancer.
const STACK: [Tier; 3] = [Tier::Web, Tier::Application, Tier::Database];

pub(super) fn name(drawing: &Drawing<'_>) -> Check {
    let is_resolver = |id: &&ComponentId| drawing.component(id).is_some_and(|component| component.kind.as_resolver().is_some());
    let resolvers: Vec<&ComponentId> = drawing.resolvers().into_iter().filter(is_resolver).collect();
    Check::of(drawing.scenario.domain.as_str() == SITE && !resolvers.is_empty(), resolvers)
}

pub(super) fn one_server(drawing: &Drawing<'_>) -> Check {
    let machines = drawing.machines();
    let placed: usize = machines.values().map(Vec::len).sum();
    let all = drawing.components().filter(|component| component.kind.serves_requests()).count();
    Check::of_servers(machines.len() == 1 && placed == all, machines.into_keys())
}

pub(super) fn servers(drawing: &Drawing<'_>, least: usize) -> Check {
    let machines = drawing.machines();
    Check::of_servers(machines.len() >= least, machines.into_keys())
}

pub(super) fn web_server(drawing: &Drawing<'_>) -> Check {
    let webs: Vec<&ComponentId> = drawing.reached().into_iter().filter(|id| drawing.has_tier(id, Tier::Web)).collect();
    Check::of(!webs.is_empty(), webs)
}

pub(super) fn application(drawing: &Drawing<'_>) -> Check {
    let apps: Vec<&ComponentId> = drawing.reached().into_iter().filter(|id| drawing.has_tier(id, Tier::Application)).collect();
    let dynamic = dynamic(drawing);
    let leads_to_code = |web: &&ComponentId| {
        let is_web = drawing.has_tier(web, Tier::Web) && dynamic.contains(*web);
        !is_web || drawing.reach(&[*web], |_| false).into_iter().any(|id| drawing.has_tier(id, Tier::Application))
    };
    Check::of(!apps.is_empty() && drawing.reached().iter().all(leads_to_code), apps)
}

/// The components that requests for pages reach. A web server behind content switching may get static pages only.
fn dynamic<'a>(drawing: &Drawing<'a>) -> BTreeSet<&'a ComponentId> {
    let mut seen: BTreeSet<&ComponentId> = BTreeSet::new();
    let mut open: Vec<&ComponentId> = drawing.entries();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            let links = drawing.links_from(id, Protocol::Http);
            open.extend(links.filter(|link| link.carries(RequestKind::Read) || link.carries(RequestKind::Write)).map(|l| l.to));
        }
    }
    seen
}

pub(super) fn balancer(drawing: &Drawing<'_>) -> Check {
    let before = drawing.reach(&drawing.entries(), |component| component.kind.as_balancer().is_some());
    let goes_round = before.iter().any(|id| drawing.has_tier(id, Tier::Web) || drawing.has_tier(id, Tier::Application));
    let balancers = drawing.first_balancers();
    Check::of(!balancers.is_empty() && !goes_round, balancers)
}

pub(super) fn backends(drawing: &Drawing<'_>) -> Check {
    let balancers = drawing.first_balancers();
    let starts: Vec<Vec<&ComponentId>> =
        if balancers.is_empty() { vec![drawing.entries()] } else { balancers.into_iter().map(|id| vec![id]).collect() };
    let webs = |start: Vec<&ComponentId>| -> BTreeSet<ComponentId> {
        let reached = drawing.reach(&start, |_| false);
        reached.into_iter().filter(|id| drawing.has_tier(id, Tier::Web)).cloned().collect()
    };
    let best = starts.into_iter().map(webs).max_by_key(|webs| machines_of(drawing, webs).len()).unwrap_or_default();
    Check::of(machines_of(drawing, &best).len() >= 2, &best)
}

fn machines_of<'a>(drawing: &Drawing<'a>, components: &BTreeSet<ComponentId>) -> BTreeSet<&'a ServerId> {
    components.iter().filter_map(|id| drawing.server(id)).collect()
}

pub(super) fn cluster(drawing: &Drawing<'_>) -> Check {
    let first = drawing.first_balancers();
    let has_vrrp = |id: &ComponentId| {
        drawing.component(id).and_then(|component| component.kind.as_balancer()).is_some_and(|spec| spec.vrrp.is_some())
    };
    let are_joined = |one: &ComponentId, other: &ComponentId| {
        let is_between = |from: &ComponentId, to: &ComponentId| (from, to) == (one, other) || (to, from) == (one, other);
        let names = drawing.component(one).zip(drawing.component(other)).is_some_and(|(a, b)| Drawing::is_pair(a, b));
        names && drawing.links().any(|link| link.protocol == Protocol::Vrrp && is_between(link.from, link.to))
    };
    // Without a shared address, each balancer has its own, and the name has an A record for each.
    let are_cluster = |one, other| are_joined(one, other) || (!has_vrrp(one) && !has_vrrp(other));
    let met = first.iter().enumerate().any(|(place, one)| first.iter().skip(place + 1).any(|other| are_cluster(*one, *other)));
    Check::of(met, first)
}

pub(super) fn separate_balancers(drawing: &Drawing<'_>) -> Check {
    let balancers: Vec<&ComponentId> =
        drawing.components().map(|component| &component.id).filter(|id| drawing.has_tier(id, Tier::Balancer)).collect();
    let machines: BTreeSet<&ServerId> = balancers.iter().filter_map(|id| drawing.server(id)).collect();
    Check::of(!balancers.is_empty() && machines.len() == balancers.len(), balancers)
}

pub(super) fn shared_backends(drawing: &Drawing<'_>) -> Check {
    let behind = |id: &ComponentId| -> BTreeSet<&ComponentId> {
        let targets: Vec<&ComponentId> = drawing.links_from(id, Protocol::Http).map(|link| link.to).collect();
        drawing.reach(&targets, |_| false).into_iter().filter(|id| !drawing.has_tier(id, Tier::Balancer)).collect()
    };
    let sets: Vec<BTreeSet<&ComponentId>> = drawing.first_balancers().into_iter().map(behind).collect();
    let are_equal = sets.windows(2).all(|pair| pair[0] == pair[1]);
    let is_empty = sets.first().is_none_or(BTreeSet::is_empty);
    Check::of(are_equal && !is_empty, sets.into_iter().flatten())
}

pub(super) fn split_tiers(drawing: &Drawing<'_>) -> Check {
    let tiers = |id: &ComponentId| STACK.into_iter().filter(|tier| drawing.has_tier(id, *tier)).collect::<Vec<Tier>>();
    let stack: Vec<&ComponentId> = drawing.components().map(|c| &c.id).filter(|id| !tiers(id).is_empty()).collect();
    let is_placed = !stack.is_empty() && stack.iter().all(|id| drawing.server(id).is_some());
    let is_split = drawing.machines().into_values().all(|on| {
        let here: BTreeSet<Tier> = on.iter().flat_map(|component| tiers(&component.id)).collect();
        here.len() < 2
    });
    Check::of(is_placed && is_split, stack)
}
