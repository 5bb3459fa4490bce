//! What can be added to the drawing: on the selected server, on a new one, or outside.

use hoplight_model::compose::{Placement, Role};
use hoplight_model::{Element, ServerId};

use crate::action::DesignAction;
use crate::app::App;
use crate::editor::part::AddedPart;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;
use crate::window::{WindowRow, search};

/// Returns the parts that match a filter.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    let Some(stage) = app.stage() else { return Vec::new() };
    let mut rows = Vec::new();
    if let Some(server) = selected_server(stage) {
        let here = |role: Role| match role {
            // A balancer is usually on a server of its own: it comes last here.
            Role::Monitoring | Role::Resolver | Role::Balancer => None,
            Role::Firewall => Some(format!("before {server}")),
            Role::Agent => Some(format!("on {server}")),
            role => role.is_program().then(|| format!("on {server}")),
        };
        for role in Role::ALL {
            rows.extend(here(role).map(|place| row(role, Placement::On(server.clone()), &place)));
        }
    }
    for role in Role::ALL {
        let (placement, place) = match role {
            Role::Monitoring | Role::Resolver => (Placement::Outside, "outside the site"),
            Role::Firewall => (Placement::Outside, "not placed yet"),
            // Without a server, the refusal says what to select.
            Role::Agent if selected_server(stage).is_none() => (Placement::Outside, "on a server: select it first"),
            Role::Agent => continue,
            _ => (Placement::NewServer, "on a new server"),
        };
        rows.push(row(role, placement, place));
    }
    rows.extend(selected_server(stage).map(|server| row(Role::Balancer, Placement::On(server.clone()), &format!("on {server}"))));
    rows.push(WindowRow {
        line: Line::new(Tone::Text, "certificate").doing(DesignAction::AddPart(AddedPart::Certificate)),
        right: "where users connect".to_owned(),
        about: "Proves to browsers that the site is the right one. Users then connect with HTTPS, encrypted up to there."
            .to_owned(),
        found_by: "TLS SSL HTTPS".to_owned(),
    });
    rows.extend(inner_certificate(stage));
    search::ranked(rows, filter)
}

/// A certificate for the selected component, if it serves requests.
fn inner_certificate(stage: &Stage) -> Option<WindowRow> {
    let Some(Element::Component(id)) = &stage.session.selected else { return None };
    let component = stage.infra().component(stage.infra().find(id.as_str())?);
    component.kind.serves_requests().then(|| WindowRow {
        line: Line::new(Tone::Text, "certificate").doing(DesignAction::AddPart(AddedPart::InnerCertificate(id.clone()))),
        right: format!("for {id} itself"),
        about: "Proves to other servers of the site that this is the right one, where connections inside the site are encrypted."
            .to_owned(),
        found_by: "TLS SSL HTTPS".to_owned(),
    })
}

fn row(role: Role, placement: Placement, place: &str) -> WindowRow {
    let (name, about) = hoplight_text::role(role);
    WindowRow {
        line: Line::new(Tone::Text, name).doing(DesignAction::AddPart(AddedPart::Component(role, placement))),
        right: place.to_owned(),
        about: about.to_owned(),
        found_by: place.to_owned(),
    }
}

/// The server that is selected, or on which the selected component runs.
fn selected_server(stage: &Stage) -> Option<ServerId> {
    match stage.session.selected.as_ref()? {
        Element::Server(id) => Some(id.clone()),
        Element::Component(id) => {
            let ix = stage.infra().find(id.as_str())?;
            stage.infra().component(ix).server.clone()
        }
        Element::Hop(..) => None,
    }
}
