//! Checks of the settings about sessions: a component that keeps them runs the code and has no session store.

use crate::behaviour::{keeps_sessions, session_link, session_use};
use crate::infrastructure::{ComponentIx, Infrastructure};
use crate::problem::{Problem, ProblemKind, ProblemPath, SessionProblem};
use crate::request::RequestKind;

/// Reports the first setting about sessions that has no effect or contradicts another one.
pub(super) fn check(infra: &Infrastructure) -> Result<(), Problem> {
    for (ix, component) in infra.components() {
        if let Some(problem) = problem(infra, ix) {
            let path = ProblemPath::record("components", ix.index()).field("kind").field("sessions");
            return Err(Problem { path, kind: ProblemKind::Sessions { id: component.id.clone(), problem } });
        }
    }
    Ok(())
}

fn problem(infra: &Infrastructure, ix: ComponentIx) -> Option<SessionProblem> {
    let link = session_link(infra, ix);
    if let Some(link) = link.filter(|_| keeps_sessions(infra, ix)) {
        let store = infra.component(infra.ends(link).1).id.clone();
        return Some(SessionProblem::TwoPlaces(store));
    }
    let uses = RequestKind::ALL.into_iter().any(|kind| session_use(infra, ix, kind).is_some());
    ((link.is_some() || keeps_sessions(infra, ix)) && !uses).then_some(SessionProblem::NoCode)
}
