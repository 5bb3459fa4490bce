//! What can be added to the drawing: on the selected server, on a new one, or outside.

use hoplight_model::compose::{self, Attachment, Placement, Role};
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, DatabaseRole, Element, ServerId};

use crate::action::{Action, DesignAction};
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
    let draft = stage.session.draft();
    let row = |role, placement, place: &str| row(role, placement, &connected(role, place, draft.scenario(), stage));
    if let Some(server) = selected_server(stage) {
        // What is behind a balancer is usually on another server than the balancer: these places come last.
        let is_shared = stage.infra().on_server(&server).any(|(_, component)| component.kind.as_balancer().is_some());
        let here = |role: Role| match role {
            _ if is_shared && role.is_program() => None,
            // A balancer is usually on a server of its own: it comes last here.
            Role::Monitoring | Role::Resolver | Role::Balancer => None,
            Role::Firewall => Some(format!("before {server}")),
            Role::Agent => Some(format!("on {server}")),
            role => role.is_program().then(|| format!("on {server}")),
        };
        for role in Role::ALL {
            rows.extend(here(role).map(|place| row(role, Placement::On(server.clone()), &place)));
            rows.extend(everywhere(role, stage));
        }
    }
    for role in Role::ALL {
        if selected_server(stage).is_none() {
            rows.extend(everywhere(role, stage));
        }
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
    if let Some(server) = selected_server(stage) {
        let is_listed = |role: &Role| rows.iter().any(|known| known.line.action == Some(added_on(*role, &server)));
        let last: Vec<Role> = Role::ALL.into_iter().filter(|role| role.is_program() && !is_listed(role)).collect();
        rows.extend(last.into_iter().map(|role| row(role, Placement::On(server.clone()), &format!("on {server}"))));
    }
    rows.extend([DatabaseRole::Member, DatabaseRole::MultiPrimary].map(|role| cluster(role, stage)));
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

/// A database cluster, of the selected database and as many others as it needs.
fn cluster(role: DatabaseRole, stage: &Stage) -> WindowRow {
    let is_database = |id: &ComponentId| {
        let component = stage.infra().find(id.as_str()).map(|ix| stage.infra().component(ix));
        component.is_some_and(|component| component.kind.as_database().is_some())
    };
    let place = match &stage.session.selected {
        Some(Element::Component(id)) if is_database(id) => format!("of {id} and others"),
        _ => "on new servers".to_owned(),
    };
    let (name, about) = match role {
        DatabaseRole::MultiPrimary => (
            "multi-primary cluster",
            "Two databases or more that all take writes; each confirms a write only when the others have certified it.",
        ),
        DatabaseRole::Primary | DatabaseRole::Replica | DatabaseRole::Member => (
            "database cluster",
            "Three databases or more that elect the one that takes writes; the others take over without an operator.",
        ),
    };
    WindowRow {
        line: Line::new(Tone::Text, name).doing(DesignAction::AddPart(AddedPart::Cluster(role))),
        right: place,
        about: about.to_owned(),
        found_by: "members quorum Galera replication".to_owned(),
    }
}

/// An agent or a firewall for every server that has none, if there are servers.
fn everywhere(role: Role, stage: &Stage) -> Option<WindowRow> {
    let place = match role {
        Role::Agent => "on every server",
        Role::Firewall => "before every server",
        Role::Balancer
        | Role::Web
        | Role::App
        | Role::Database
        | Role::Monitoring
        | Role::Resolver
        | Role::Cache
        | Role::FrontCache
        | Role::SessionStore
        | Role::SqlProxy => return None,
    };
    let has_servers = stage.infra().servers().len() > 0;
    has_servers.then(|| named(role, AddedPart::Everywhere(role), place))
}

/// The action that adds a component on a server.
fn added_on(role: Role, server: &ServerId) -> Action {
    DesignAction::AddPart(AddedPart::Component(role, Placement::On(server.clone()))).into()
}

/// The place of a new component, and what it is connected to along with it.
fn connected(role: Role, place: &str, drawing: &Scenario, stage: &Stage) -> String {
    match compose::attachment(drawing, role, stage.session.selected.as_ref()) {
        Some(Attachment::From(id)) => format!("{place}, {id} → it"),
        Some(Attachment::To(id)) => format!("{place}, it → {id}"),
        Some(Attachment::Before(id)) => format!("{place}, before {id}"),
        Some(Attachment::Beside(id)) => format!("{place}, beside {id}"),
        Some(Attachment::Pair(id)) => format!("{place}, pair with {id}"),
        Some(Attachment::Replica(id)) => format!("{place}, replica of {id}"),
        None => place.to_owned(),
    }
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
    named(role, AddedPart::Component(role, placement), place)
}

fn named(role: Role, part: AddedPart, place: &str) -> WindowRow {
    let (name, about) = hoplight_text::role(role);
    WindowRow {
        line: Line::new(Tone::Text, name).doing(DesignAction::AddPart(part)),
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
