//! Whether two infrastructures have the same layout, so that a change of a setting needs no new one.

use hoplight_model::{Component, ComponentIx, Infrastructure};

/// Whether everything that a layout is computed from is the same: names, places, shapes and what is linked with what.
///
/// It compares more than the layout reads at present, never less: a layout that is computed again without need costs time, an
/// obsolete one shows something else than what runs.
pub(super) fn are_alike(a: &Infrastructure, b: &Infrastructure) -> bool {
    a.domain() == b.domain()
        && a.len() == b.len()
        && a.components().zip(b.components()).all(|((ix, of_a), (_, of_b))| is_same_box(of_a, of_b) && is_same_place(a, b, ix))
        && a.servers().eq(b.servers())
        && links(a).eq(links(b))
}

fn is_same_box(a: &Component, b: &Component) -> bool {
    let walls = |component: &Component| {
        let spec = component.kind.as_firewall();
        spec.map(|spec| (spec.servers.clone(), spec.components.clone(), spec.standby.clone()))
    };
    (&a.id, &a.server, a.label(), a.at) == (&b.id, &b.server, b.label(), b.at)
        && a.kind.facts() == b.kind.facts()
        && a.software == b.software
        && walls(a) == walls(b)
}

fn is_same_place(a: &Infrastructure, b: &Infrastructure, ix: ComponentIx) -> bool {
    a.zone(ix) == b.zone(ix) && a.firewalls_before(ix) == b.firewalls_before(ix)
}

fn links(infra: &Infrastructure) -> impl Iterator<Item = (ComponentIx, ComponentIx, hoplight_model::Protocol)> + '_ {
    infra.links().map(|(ix, link)| {
        let (from, to) = infra.ends(ix);
        (from, to, link.protocol)
    })
}
