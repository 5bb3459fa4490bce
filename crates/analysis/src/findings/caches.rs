//! Findings about caches.

use std::collections::BTreeSet;

use super::{DesignFinding, FindingContext, FindingKind};
use crate::capacity::{Capacity, Utilisation};
use crate::losses::hit_ratios;
use crate::outage::Outage;
use hoplight_model::behaviour::{CacheUse, behaviour, upstreams};
use hoplight_model::{Component, ComponentId, ComponentIx, Element, RequestKind, Tier};

/// Number of simultaneous fetches of one object from which a cache should collapse them.
const STAMPEDE: f64 = 5.0;

pub(super) fn find(context: &FindingContext<'_>, load: f64) -> Vec<DesignFinding> {
    let infra = context.infra;
    let mut found = Vec::new();
    let caches: Vec<_> = infra.components().filter_map(|(ix, it)| Some((ix, &it.id, it.kind.as_cache()?))).collect();
    if caches.is_empty() {
        return found;
    }
    let capacity = Capacity::of(infra, &Outage::none());
    let hits = hit_ratios(infra);
    for (ix, id, spec) in caches {
        if spec.is_beside() {
            found.extend(hides(context, id, &capacity, load).map(|without| {
                let hit_ratio = hits[ix.index()][RequestKind::Read.index()];
                DesignFinding::of_component(id, FindingKind::CacheHidesDatabase { load, hit_ratio, without })
            }));
        }
        if spec.ttl_s.is_none() {
            found.push(DesignFinding::of_component(id, FindingKind::CacheWithoutExpiry { invalidates: spec.invalidate }));
        }
        if !spec.collapse {
            let fetches = simultaneous_fetches(context, ix, load);
            if fetches >= STAMPEDE {
                found.push(DesignFinding::of_component(id, FindingKind::CacheWithoutCollapse { fetches }));
            }
        }
        if spec.stores_reads() && !spec.invalidate {
            found.push(DesignFinding::of_component(
                id,
                FindingKind::CacheServesOldValues { ttl_s: spec.ttl_s.map(hoplight_model::quantity::Seconds::get) },
            ));
        }
    }
    found
}

/// The database resource that is overloaded without the cache, although not with it.
fn hides(context: &FindingContext<'_>, cache: &ComponentId, with: &Capacity, load: f64) -> Option<Utilisation> {
    let infra = context.infra;
    let lost = Outage::of(Element::Component(cache.clone()));
    let busy: BTreeSet<Element> =
        with.utilisation(load).into_iter().filter(|of| of.part() > 1.0).map(|of| of.resource.element()).collect();
    let is_database = |component: &Component| component.kind.tier() == Some(Tier::Database);
    let has_database = |element: &Element| match element {
        Element::Component(id) => infra.find(id.as_str()).is_some_and(|ix| is_database(infra.component(ix))),
        Element::Server(id) => infra.on_server(id).any(|(_, component)| is_database(component)),
        Element::Hop(..) => false,
    };
    let without = Capacity::of(infra, &lost).utilisation(load);
    without.into_iter().find(|of| {
        let element = of.resource.element();
        of.part() > 1.0 && has_database(&element) && !busy.contains(&element)
    })
}

/// Number of requests for the most popular object that miss while it is fetched once.
fn simultaneous_fetches(context: &FindingContext<'_>, cache: ComponentIx, load: f64) -> f64 {
    let infra = context.infra;
    let Some(spec) = infra.component(cache).kind.as_cache() else { return 0.0 };
    let traffic = infra.traffic();
    let share = |kind: RequestKind| match kind {
        RequestKind::Static => traffic.static_share.get(),
        RequestKind::Read => (1.0 - traffic.static_share.get() - traffic.write_share.get()).max(0.0),
        RequestKind::Write => 0.0,
    };
    let weight = |rank: u32| libm::pow(f64::from(rank), -spec.exponent.get());
    let top = 1.0 / (1..=spec.objects).map(weight).sum::<f64>();
    let fetch_s = |kind: RequestKind| -> f64 {
        let users = infra.components().map(|(ix, _)| ix).filter(|ix| looks_up(context, *ix, kind, cache));
        let fetches = users.flat_map(|ix| upstreams(infra, ix, kind)).map(|link| infra.ends(link).1);
        fetches.map(|to| response_s(context, to, kind)).fold(0.0, f64::max)
    };
    let kinds = [RequestKind::Static, RequestKind::Read];
    kinds.into_iter().map(|kind| load * share(kind) * top * fetch_s(kind)).fold(0.0, f64::max)
}

/// Mean time of a response without queueing, in seconds. Request paths have no cycles.
fn response_s(context: &FindingContext<'_>, ix: ComponentIx, kind: RequestKind) -> f64 {
    let infra = context.infra;
    let further = upstreams(infra, ix, kind)
        .into_iter()
        .map(|link| 2.0 * infra.link(link).latency.get() / 1e3 + response_s(context, infra.ends(link).1, kind));
    infra.component(ix).station().mean_ms(kind) / 1e3 + further.fold(0.0, f64::max)
}

/// Whether a component looks up a kind in a cache.
fn looks_up(context: &FindingContext<'_>, ix: ComponentIx, kind: RequestKind, cache: ComponentIx) -> bool {
    let caching = behaviour(context.infra, ix, kind).forwarding().and_then(|forwarding| forwarding.cache);
    caching.is_some_and(|caching| caching.use_of == CacheUse::LookUp && caching.cache == cache)
}
