//! What still works without an element: the one question that computed marks ask beyond encryption.
//!
//! Must not know marks. It knows no load, no DNS and no time: whether *some* request of a kind can still be answered.

use crate::model::{ComponentIx, ComponentKind, DatabaseRole, Element, Infrastructure, RequestKind};

/// Whether every request of a kind fails without `element`, though it works with it.
pub(super) fn fails_without(infra: &Infrastructure, kind: RequestKind, element: &Element) -> bool {
    let Some((browser, _)) = infra.components().find(|(_, c)| matches!(c.kind, ComponentKind::Browser)) else {
        return false;
    };
    let whole = |_| true;
    let without = |ix: ComponentIx| match element {
        Element::Component(id) => infra.component(ix).id != *id,
        Element::Server(id) => infra.component(ix).server.as_ref() != Some(id),
        Element::Hop(..) => true,
    };
    answers(infra, browser, kind, &whole) && !answers(infra, browser, kind, &without)
}

/// Whether a request of `kind` that is at `ix` can be answered by those that are up.
fn answers(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind, up: &dyn Fn(ComponentIx) -> bool) -> bool {
    if !up(ix) {
        return false;
    }
    match &infra.component(ix).kind {
        ComponentKind::Database(spec) => return !kind.is_write() || spec.role == DatabaseRole::Primary,
        ComponentKind::Web(_) if kind.is_static() => return true,
        _ => {}
    }
    infra.links_from(ix).into_iter().any(|link| {
        let weight = infra.link(link);
        weight.protocol.carries_requests() && weight.serves(kind) && answers(infra, infra.ends(link).1, kind, up)
    })
}
