//! What a new component is connected to when it is added.
//!
//! Whoever adds an application beside a web server wants the web server to forward to it. The links follow from the roles: which
//! kind of component usually sends requests to which. They are part of the act, so that one undo takes both back.

use super::connect::{pair, replicate};
use super::{ComposeError, Composer, browser, component, kind, on_server};
use crate::component::DatabaseRole;
use crate::draft::Edit;
use crate::element::Element;
use crate::id::ComponentId;
use crate::link::{LinkSpec, Protocol};
use crate::request::RequestKind;
use crate::scenario::Scenario;

use super::role::Role;

/// How a new component is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// This component sends requests to it.
    From(ComponentId),
    /// It sends requests to this component.
    To(ComponentId),
    /// It takes the users' requests to this component, and forwards them.
    Before(ComponentId),
    /// It does the same work as this component: it has the same clients.
    Beside(ComponentId),
    /// It shares the site's address with this balancer, and has the same backends.
    Pair(ComponentId),
    /// It replicates this database.
    Replica(ComponentId),
}

/// An end of a link: the user, or a component of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    User,
    Part(Role),
}

/// Whether requests usually go from one to the other.
const fn leads(from: End, to: Role) -> bool {
    match from {
        End::User => matches!(to, Role::Balancer | Role::FrontCache | Role::Web | Role::App),
        End::Part(Role::Balancer) => matches!(to, Role::Web | Role::App | Role::FrontCache),
        End::Part(Role::FrontCache) => matches!(to, Role::Web | Role::App | Role::Balancer),
        End::Part(Role::Web) => matches!(to, Role::App),
        End::Part(Role::App) => matches!(to, Role::Database | Role::SqlProxy | Role::Cache | Role::SessionStore),
        End::Part(Role::SqlProxy) => matches!(to, Role::Database),
        End::Part(
            Role::Database | Role::Firewall | Role::Agent | Role::Monitoring | Role::Resolver | Role::Cache | Role::SessionStore,
        ) => false,
    }
}

fn end(scenario: &Scenario, id: &ComponentId) -> Option<End> {
    let kind = kind(scenario, id)?;
    Some(Role::of(kind).map_or(End::User, End::Part))
}

fn role(scenario: &Scenario, id: &ComponentId) -> Option<Role> {
    kind(scenario, id).and_then(Role::of)
}

/// The components of a role to which a component sends requests.
fn servers_of(scenario: &Scenario, client: &ComponentId, wanted: Role) -> Vec<ComponentId> {
    let links = scenario.links.iter().filter(|link| link.from == *client);
    links.map(|link| link.to.clone()).filter(|to| role(scenario, to) == Some(wanted)).collect()
}

/// Whether users send requests to any component yet.
fn has_entry(scenario: &Scenario) -> bool {
    let user = browser(scenario);
    let mut links = scenario.links.iter().filter(|link| link.from == user);
    links.any(|link| kind(scenario, &link.to).is_some_and(|kind| kind.answers(Protocol::Http)))
}

/// How a component of a role is connected if it is added while `near` is selected; `None` if nothing suggests itself.
pub fn attachment(scenario: &Scenario, added: Role, near: Option<&Element>) -> Option<Attachment> {
    if !added.is_program() {
        return None;
    }
    let selected: Vec<ComponentId> = match near {
        Some(Element::Component(id)) => {
            let server = component(scenario, id).and_then(|component| component.server.clone());
            let others = server.into_iter().flat_map(|server| on_server(scenario, &server).map(|other| other.id.clone()));
            std::iter::once(id.clone()).chain(others.filter(|other| other != id)).collect()
        }
        Some(Element::Server(id)) => on_server(scenario, id).map(|component| component.id.clone()).collect(),
        Some(Element::Hop(..)) | None => Vec::new(),
    };
    selected.iter().find_map(|id| beside(scenario, added, id)).or_else(|| anywhere(scenario, added))
}

/// How a new component is connected to a selected one.
fn beside(scenario: &Scenario, added: Role, id: &ComponentId) -> Option<Attachment> {
    let of_selected = end(scenario, id)?;
    if leads(of_selected, added) {
        // A second database of the same client holds the same data.
        let known = (added == Role::Database).then(|| servers_of(scenario, id, Role::Database)).into_iter().flatten();
        return Some(replicable(scenario, known).map_or_else(|| Attachment::From(id.clone()), Attachment::Replica));
    }
    let End::Part(part) = of_selected else { return None };
    let user = browser(scenario);
    let is_entry = scenario.links.iter().any(|link| link.from == user && link.to == *id);
    if part == added {
        let is_single = kind(scenario, id).and_then(|kind| kind.as_balancer()).is_some_and(|spec| spec.vrrp.is_none());
        return match added {
            Role::Balancer => (is_entry && is_single).then(|| Attachment::Pair(id.clone())),
            Role::Database => replicable(scenario, [id.clone()]).map(Attachment::Replica),
            Role::Web | Role::App => scenario
                .links
                .iter()
                .any(|link| link.to == *id && link.from != user && role(scenario, &link.from).is_some())
                .then(|| Attachment::Beside(id.clone())),
            Role::Firewall
            | Role::Agent
            | Role::Monitoring
            | Role::Resolver
            | Role::Cache
            | Role::FrontCache
            | Role::SessionStore
            | Role::SqlProxy => None,
        };
    }
    if leads(End::Part(added), part) {
        let goes_before = is_entry && matches!(added, Role::Balancer | Role::FrontCache);
        return Some(if goes_before { Attachment::Before(id.clone()) } else { Attachment::To(id.clone()) });
    }
    None
}

/// The database of a plain cluster that a new one can replicate: the first that is a primary.
fn replicable(scenario: &Scenario, known: impl IntoIterator<Item = ComponentId>) -> Option<ComponentId> {
    let primary = |id: &ComponentId| {
        kind(scenario, id).and_then(|kind| kind.as_database()).is_some_and(|spec| spec.role == DatabaseRole::Primary)
    };
    known.into_iter().find_map(|id| {
        if primary(&id) {
            return Some(id);
        }
        let source = scenario.links.iter().find(|link| link.to == id && primary(&link.from));
        source.map(|link| link.from.clone())
    })
}

/// How a new component is connected if nothing that is selected suggests it: to the only component that lacks it.
fn anywhere(scenario: &Scenario, added: Role) -> Option<Attachment> {
    let clients = scenario.components.iter().map(|component| &component.id);
    let clients: Vec<&ComponentId> = clients.filter(|id| end(scenario, id).is_some_and(|end| leads(end, added))).collect();
    let lacks = |id: &&&ComponentId| match end(scenario, id) {
        Some(End::User) => !has_entry(scenario),
        Some(End::Part(_)) => stands_for(added).iter().all(|role| servers_of(scenario, id, *role).is_empty()),
        None => false,
    };
    let lacking: Vec<&ComponentId> = clients.iter().filter(lacks).copied().collect();
    let balancers =
        || -> Vec<&ComponentId> { clients.iter().copied().filter(|id| role(scenario, id) == Some(Role::Balancer)).collect() };
    // What distributes requests can always use one more.
    let only = if lacking.is_empty() && added == Role::Web { balancers() } else { lacking };
    match &only[..] {
        [client] => Some(Attachment::From((*client).clone())),
        _ => None,
    }
}

/// The roles that a client uses for the same purpose: one that has any of them lacks none.
const fn stands_for(role: Role) -> &'static [Role] {
    match role {
        Role::Web | Role::App | Role::Balancer | Role::FrontCache => &[Role::Web, Role::App, Role::Balancer, Role::FrontCache],
        Role::Database | Role::SqlProxy => &[Role::Database, Role::SqlProxy],
        Role::Cache => &[Role::Cache],
        Role::SessionStore => &[Role::SessionStore],
        Role::Firewall | Role::Agent | Role::Monitoring | Role::Resolver => &[],
    }
}

/// Connects a component that has just been added.
pub(super) fn attach(composer: &mut Composer, id: &ComponentId, how: &Attachment) -> Result<(), ComposeError> {
    match how {
        Attachment::From(client) => link(composer, client, id),
        Attachment::To(server) => {
            link(composer, id, server)?;
            enter(composer, id)
        }
        Attachment::Before(server) => {
            let user = browser(&composer.scenario);
            composer.edit(Edit::RemoveLink(user.clone(), server.clone()))?;
            link(composer, id, server)?;
            link(composer, &user, id)?;
            // Users connect to the new one, so it has to prove who it is.
            let domain = composer.scenario.domain.clone();
            let mut certificates = composer.scenario.certificates.clone();
            for certificate in certificates.iter_mut().filter(|certificate| certificate.covers(&domain)) {
                for holder in certificate.on.iter_mut().filter(|holder| **holder == *server) {
                    *holder = id.clone();
                }
            }
            if certificates == composer.scenario.certificates {
                Ok(())
            } else {
                composer.edit(Edit::SetCertificates(certificates))
            }
        }
        Attachment::Beside(twin) => {
            let user = browser(&composer.scenario);
            let links: Vec<LinkSpec> = composer.scenario.links.clone();
            let is_of_site =
                |other: &ComponentId| *other != user && role(&composer.scenario, other).is_some_and(Role::is_program);
            let clients = links.iter().filter(|known| known.to == *twin && is_of_site(&known.from));
            let of_twin = component(&composer.scenario, twin).and_then(|component| component.server.clone());
            // What is on the server of the twin belongs to the twin, but for the data.
            let is_shared = |other: &ComponentId| {
                let server = component(&composer.scenario, other).and_then(|component| component.server.clone());
                server.is_none() || server != of_twin || role(&composer.scenario, other) == Some(Role::Database)
            };
            let servers = links.iter().filter(|known| known.from == *twin && is_shared(&known.to) && is_of_site(&known.to));
            let added: Vec<LinkSpec> = clients
                .map(|known| LinkSpec { to: id.clone(), ..known.clone() })
                .chain(servers.map(|known| LinkSpec { from: id.clone(), ..known.clone() }))
                .collect();
            added.into_iter().try_for_each(|link| composer.edit(Edit::AddLink(link)))
        }
        Attachment::Pair(first) => {
            // Whichever of the two has the address, requests are distributed and checked in the same way.
            let known = kind(&composer.scenario, first).and_then(|kind| kind.as_balancer()).cloned();
            composer.change(id, |component| {
                if let (Some(spec), Some(known)) = (component.kind.as_balancer_mut(), known) {
                    *spec = known;
                }
            })?;
            pair(composer, first, id)?;
            let scenario = &composer.scenario;
            let backends = scenario.links.iter().filter(|known| known.from == *first && known.protocol != Some(Protocol::Vrrp));
            let backends: Vec<LinkSpec> = backends.map(|known| LinkSpec { from: id.clone(), ..known.clone() }).collect();
            backends.into_iter().filter(|link| link.to != *id).try_for_each(|link| composer.edit(Edit::AddLink(link)))
        }
        Attachment::Replica(primary) => {
            let scenario = &composer.scenario;
            let is_client = |link: &&LinkSpec| {
                link.to == *primary && kind(scenario, &link.from).is_some_and(|kind| kind.as_database().is_none())
            };
            let clients = scenario.links.iter().filter(is_client).filter(|link| serves_reads(link));
            let reads: Vec<LinkSpec> =
                clients.map(|link| LinkSpec { to: id.clone(), kinds: Some(vec![RequestKind::Read]), ..link.clone() }).collect();
            replicate(composer, primary, id)?;
            reads.into_iter().try_for_each(|link| composer.edit(Edit::AddLink(link)))
        }
    }
}

pub(super) fn serves_reads(link: &LinkSpec) -> bool {
    link.kinds.as_ref().is_none_or(|kinds| kinds.contains(&RequestKind::Read))
}

fn link(composer: &mut Composer, from: &ComponentId, to: &ComponentId) -> Result<(), ComposeError> {
    let is_replica =
        kind(&composer.scenario, to).and_then(|kind| kind.as_database()).is_some_and(|spec| spec.role == DatabaseRole::Replica);
    let kinds = is_replica.then(|| vec![RequestKind::Read]);
    composer.edit(Edit::AddLink(LinkSpec { kinds, ..LinkSpec::new(from.clone(), to.clone()) }))
}

/// Lets users in, if they reach nothing yet and the component can serve them.
fn enter(composer: &mut Composer, id: &ComponentId) -> Result<(), ComposeError> {
    let suits = role(&composer.scenario, id).is_some_and(|role| leads(End::User, role));
    if !suits || has_entry(&composer.scenario) {
        return Ok(());
    }
    let user = browser(&composer.scenario);
    link(composer, &user, id)
}
