//! Adding components, servers and certificates.

use super::attach::{Attachment, attach};
use super::rules::fitted;
use super::{ComposeError, Composed, Composer, browser, component, kind, label, names, on_server, plain};
use crate::component::{ComponentKind, Server, Software};
use crate::draft::Edit;
use crate::element::Element;
use crate::id::{ComponentId, ServerId};
use crate::link::{LinkSpec, Protocol};
use crate::scenario::Scenario;
use crate::text::Text;
use crate::tls::{Certificate, TlsConfig, TlsMode};

use super::role::Role;

/// Where a component is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// On a server that is added along with it.
    NewServer,
    /// On this server; for a firewall, before it.
    On(ServerId),
    /// Outside any server: a service that others run or, for a firewall, before nothing yet.
    Outside,
}

/// Adds a component of a role, and connects it as [`super::attachment`] suggests while `near` is selected. Returns how it is
/// connected, too.
///
/// # Errors
/// As for [`add`].
pub fn add_near(
    scenario: &Scenario,
    role: Role,
    placement: &Placement,
    near: Option<&Element>,
) -> Result<(Composed, Option<Attachment>), ComposeError> {
    let alone = add(scenario, role, placement)?;
    let (Some(how), Some(Element::Component(id))) = (super::attachment(scenario, role, near), &alone.subject) else {
        return Ok((alone, None));
    };
    let mut composer = Composer::new(scenario);
    for edit in alone.edits.clone() {
        composer.edit(edit)?;
    }
    // A suggestion that the drawing cannot run with, such as one that closes a circle, is none.
    if attach(&mut composer, id, &how).is_err() || composer.scenario.build_board().is_err() {
        return Ok((alone, None));
    }
    let subject = alone.subject.clone();
    Ok((composer.done(subject), Some(how)))
}

/// Adds an agent to every server that has none, or a firewall before every server that none protects.
///
/// Agents need a service to report to, so the first ones bring it along.
///
/// # Errors
/// If there is no such server.
pub fn add_everywhere(scenario: &Scenario, role: Role) -> Result<Composed, ComposeError> {
    let has_one = |server: &ServerId| match role {
        Role::Firewall => scenario
            .components
            .iter()
            .any(|component| component.kind.as_firewall().is_some_and(|spec| spec.servers.contains(server))),
        _ => on_server(scenario, server).any(|component| Role::of(&component.kind) == Some(role)),
    };
    let bare: Vec<ServerId> = scenario.servers.iter().map(|server| server.id.clone()).filter(|id| !has_one(id)).collect();
    if bare.is_empty() {
        return Err(ComposeError::NoServerLeft);
    }
    let mut composer = Composer::new(scenario);
    let mut append = |role, placement: &Placement| -> Result<(), ComposeError> {
        let added = add(&composer.scenario, role, placement)?;
        added.edits.into_iter().try_for_each(|edit| composer.edit(edit))
    };
    if role == Role::Agent && services(scenario).is_empty() {
        append(Role::Monitoring, &Placement::Outside)?;
    }
    bare.into_iter().try_for_each(|server| append(role, &Placement::On(server)))?;
    Ok(composer.done(None))
}

/// Adds a component of a role.
///
/// An agent reports to the monitoring service if there is exactly one, and the browser asks a new resolver. A firewall
/// lets in and out what the drawing shows.
///
/// # Errors
/// If the role does not suit the place.
pub fn add(scenario: &Scenario, role: Role, placement: &Placement) -> Result<Composed, ComposeError> {
    let mut composer = Composer::new(scenario);
    let id = names::component_name(scenario, role.prefix());
    let mut added = plain(id.clone(), role.kind());
    added.software = role
        .software()
        .and_then(|(name, version)| Some(Software { name: Text::new(name).ok()?, version: Text::new(version).ok()? }));
    added.label = default_label(role, &id);
    added.server = match (placement, role) {
        (Placement::On(server), _) => Some(known(scenario, server)?),
        (Placement::NewServer, Role::Monitoring | Role::Resolver | Role::Firewall) | (Placement::Outside, _) => None,
        (Placement::NewServer, _) => {
            let server = names::server_name(scenario);
            composer.edit(Edit::AddServer(new_server(server.clone(), role)))?;
            Some(server)
        }
    };
    if (role == Role::Agent || role.is_program()) && added.server.is_none() {
        return Err(ComposeError::NeedsServer);
    }
    if let (Some(server), Some(firewall)) = (&added.server, added.kind.as_firewall_mut()) {
        firewall.servers.push(server.clone());
    }
    composer.edit(Edit::AddComponent(added))?;
    match role {
        Role::Agent => report(&mut composer, &id)?,
        Role::Resolver => {
            let user = browser(scenario);
            composer.edit(Edit::AddLink(LinkSpec { protocol: Some(Protocol::Dns), ..LinkSpec::new(user, id.clone()) }))?;
        }
        Role::Firewall => {
            let rules = fitted(&composer.scenario, &id)?;
            composer.change(&id, |component| {
                if let Some(firewall) = component.kind.as_firewall_mut() {
                    (firewall.inbound, firewall.outbound) = rules;
                }
            })?;
        }
        Role::Monitoring => {
            // Agents that report to nobody report to the first service.
            let silent: Vec<ComponentId> = silent_agents(&composer.scenario);
            for agent in silent {
                report(&mut composer, &agent)?;
            }
        }
        Role::Balancer
        | Role::Web
        | Role::App
        | Role::Database
        | Role::Cache
        | Role::FrontCache
        | Role::SessionStore
        | Role::SqlProxy => {}
    }
    Ok(composer.done(Some(Element::Component(id))))
}

/// The label of a new component whose role says more than the name of its program.
fn default_label(role: Role, id: &ComponentId) -> Option<Text> {
    match role {
        Role::App => label("App"),
        Role::Resolver => label("DNS"),
        Role::Firewall => label(&id.as_str().replace("fw-", "firewall ")),
        Role::Agent => label(&id.as_str().replace('-', " ")),
        Role::Monitoring => label("Sumo Logic"),
        Role::Balancer | Role::Web | Role::Database | Role::Cache | Role::FrontCache | Role::SessionStore | Role::SqlProxy => {
            None
        }
    }
}

fn new_server(id: ServerId, role: Role) -> Server {
    let purpose = match role {
        Role::Balancer => "balancer",
        Role::Web => "web",
        Role::App => "application",
        Role::Database => "database",
        Role::Cache | Role::FrontCache => "cache",
        Role::SessionStore => "sessions",
        Role::SqlProxy => "SQL proxy",
        Role::Firewall | Role::Agent | Role::Monitoring | Role::Resolver => "",
    };
    Server { id, label: if purpose.is_empty() { None } else { label(purpose) }, cores: None, reliability: None, at: None }
}

fn known(scenario: &Scenario, server: &ServerId) -> Result<ServerId, ComposeError> {
    let is_known = scenario.servers.iter().any(|known| known.id == *server);
    if is_known { Ok(server.clone()) } else { Err(ComposeError::Unknown(Element::Server(server.clone()))) }
}

fn services(scenario: &Scenario) -> Vec<ComponentId> {
    let is_service = |kind: &ComponentKind| kind.is_monitoring_service();
    scenario.components.iter().filter(|component| is_service(&component.kind)).map(|component| component.id.clone()).collect()
}

fn silent_agents(scenario: &Scenario) -> Vec<ComponentId> {
    let is_linked = |id: &ComponentId| scenario.links.iter().any(|link| link.from == *id || link.to == *id);
    let agents = scenario.components.iter().filter(|component| component.kind.as_agent().is_some());
    agents.filter(|component| !is_linked(&component.id)).map(|component| component.id.clone()).collect()
}

/// Lets an agent push to the monitoring service, if there is exactly one.
fn report(composer: &mut Composer, agent: &ComponentId) -> Result<(), ComposeError> {
    if let [service] = &services(&composer.scenario)[..] {
        composer.edit(Edit::AddLink(LinkSpec::new(agent.clone(), service.clone())))?;
    }
    Ok(())
}

/// Adds a certificate for a component's own name to it, such as `web-1.foobar.com`, for TLS inside the site.
///
/// # Errors
/// If there is no such component, or it has a certificate.
pub fn add_inner_certificate(scenario: &Scenario, id: &ComponentId) -> Result<Composed, ComposeError> {
    component(scenario, id).ok_or_else(|| super::unknown(id))?;
    if scenario.certificates.iter().any(|certificate| certificate.on.contains(id)) {
        return Err(ComposeError::HasCertificate);
    }
    let parent = scenario.domain.strip_prefix("www.").unwrap_or(&scenario.domain);
    let name = Text::new(&format!("{id}.{parent}")).map_err(ComposeError::BadName)?;
    let mut composer = Composer::new(scenario);
    // A site that lists no certificate is assumed to have one for its name. Once it lists any, it has to list that one too.
    if scenario.certificates.is_empty() && scenario.tls.edge != TlsMode::None {
        for edit in add_certificate(scenario)?.edits {
            composer.edit(edit)?;
        }
    }
    let mut certificates = composer.scenario.certificates.clone();
    certificates.push(Certificate::new(vec![name], vec![id.clone()]));
    composer.edit(Edit::SetCertificates(certificates))?;
    Ok(composer.done(Some(Element::Component(id.clone()))))
}

/// Adds a certificate for the site's name to everything that the browser connects to. On a site without TLS, connections
/// from users are then encrypted up to there.
///
/// # Errors
/// If the browser connects to nothing, or the certificate exists.
pub fn add_certificate(scenario: &Scenario) -> Result<Composed, ComposeError> {
    let user = browser(scenario);
    let speaks_http = |id: &ComponentId| kind(scenario, id).is_some_and(|kind| kind.answers(Protocol::Http));
    let led_to = scenario.links.iter().filter(|link| link.from == user && speaks_http(&link.to));
    let entries: Vec<ComponentId> = led_to.map(|link| link.to.clone()).collect();
    let first = entries.first().cloned().ok_or(ComposeError::NoEntry)?;
    let mut certificates = scenario.certificates.clone();
    let covers = |certificate: &Certificate, entry: &ComponentId| {
        let names_site = certificate.names.is_empty() || certificate.covers(&scenario.domain);
        names_site && certificate.on.contains(entry)
    };
    let bare: Vec<ComponentId> =
        entries.into_iter().filter(|entry| !certificates.iter().any(|certificate| covers(certificate, entry))).collect();
    let mut composer = Composer::new(scenario);
    if !bare.is_empty() {
        certificates.push(Certificate::new(vec![scenario.domain.clone()], bare));
        composer.edit(Edit::SetCertificates(certificates))?;
    }
    if scenario.tls.edge == TlsMode::None {
        composer.edit(Edit::SetTls(TlsConfig { edge: TlsMode::Terminate, ..scenario.tls }))?;
    }
    if composer.edits.is_empty() {
        return Err(ComposeError::HasCertificate);
    }
    component(scenario, &first).ok_or_else(|| ComposeError::Unknown(Element::Component(first.clone())))?;
    Ok(composer.done(Some(Element::Component(first))))
}
