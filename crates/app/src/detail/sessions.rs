//! Where the sessions of logged-in users are, in the detail panel of a component that holds or needs them.

use hoplight_model::behaviour::session_use;
use hoplight_model::{ComponentIx, RequestKind};

use crate::line::Page;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes where sessions are, how many, and how many requests did not find theirs.
pub(super) fn write(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let Some(now) = sim.sessions(ix) else { return };
    let store = session_use(infra, ix, RequestKind::Read).filter(|session| session.store.is_some());
    match (now.held, store) {
        (Some(held), _) if infra.component(ix).kind.as_session_store().is_some() => {
            page.text(Tone::Text, &format!("sessions of {held} users, lost if its process ends"));
        }
        (Some(held), _) => {
            page.text(Tone::Text, &format!("sessions of {held} users in its memory, lost if its process ends"));
        }
        (None, Some(session)) => {
            page.text(Tone::Text, &format!("sessions are in {}", infra.component(session.holder).id));
        }
        (None, None) => {}
    }
    if now.turned_away > 0 {
        page.text(Tone::Warn, &format!("sent to log in again, session not found: {}", now.turned_away));
    }
}
