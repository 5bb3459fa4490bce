//! Findings about sessions: where they live, and whether requests find them.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use crate::losses::{WORKS_BELOW, known_sessions};
use hoplight_model::behaviour::session_use;
use hoplight_model::{ComponentId, ComponentIx, RequestKind};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let uses = |ix: ComponentIx| session_use(infra, ix, RequestKind::Read);
    let memory: Vec<ComponentIx> =
        infra.components().map(|(ix, _)| ix).filter(|ix| uses(*ix).is_some_and(|session| session.store.is_none())).collect();
    let ids = |list: &[ComponentIx]| list.iter().map(|ix| context.id(*ix).clone()).collect::<Vec<ComponentId>>();
    let mut found = Vec::new();
    if !memory.is_empty() {
        let known = known_sessions(infra);
        let scattered: Vec<ComponentIx> = memory.iter().copied().filter(|ix| 1.0 - known[ix.index()] >= WORKS_BELOW).collect();
        let kind = if scattered.is_empty() {
            FindingKind::SessionsInMemory { applications: ids(&memory) }
        } else {
            let lost = scattered.iter().map(|ix| 1.0 - known[ix.index()]).sum::<f64>() / scattered.len() as f64;
            FindingKind::ScatteredSessions { applications: ids(&scattered), lost }
        };
        found.push(DesignFinding::of_design(kind));
    }
    for (_, store) in infra.components().filter(|(_, component)| component.kind.as_session_store().is_some()) {
        let cause = Cause::Component(store.id.clone());
        let (stops, degrades) = (context.stops(&cause), context.degrades(&cause));
        if !stops.is_empty() || !degrades.is_empty() {
            found.push(DesignFinding::new(cause, FindingKind::SessionStoreAlone { stops, degrades }));
        }
    }
    found
}
