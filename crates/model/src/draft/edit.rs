//! Edits of a draft.

mod rename;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::build::BROWSER;
use crate::component::{Component, ComponentKind, Server, Traffic};
use crate::domain::FailureDomain;
use crate::http::HttpConfig;
use crate::id::{ComponentId, ServerId};
use crate::link::LinkSpec;
use crate::monitoring::MonitoringSpec;
use crate::scenario::Scenario;
use crate::station::StationPatch;
use crate::tls::{Certificate, TlsConfig};

/// A change to a draft.
///
/// Removing a component or server also removes it from every *list* that names it: links, certificate holders, what a
/// firewall protects, failure domains. A *setting* that names it is kept, since only the author knows the replacement,
/// and becomes a problem of the draft: a component's server, a VRRP peer, the peer of a firewall rule, the scope of an
/// alert rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Adds a component.
    AddComponent(Component),
    /// Removes a component and its links.
    RemoveComponent(ComponentId),
    /// Replaces all settings of a component, such as label, software and position, but not its id.
    SetComponent(Component),
    /// Renames a component, including all references to it.
    RenameComponent(ComponentId, ComponentId),
    /// Replaces the kind of a component, including its settings.
    SetKind(ComponentId, ComponentKind),
    /// Moves a component to a server, or off its server.
    SetServer(ComponentId, Option<ServerId>),
    /// Replaces a component's changes to its default station.
    SetStation(ComponentId, StationPatch),
    /// Adds a link.
    AddLink(LinkSpec),
    /// Replaces the settings of the link with the same two ends.
    SetLink(LinkSpec),
    /// Removes a link, identified by its ends.
    RemoveLink(ComponentId, ComponentId),
    /// Adds a server.
    AddServer(Server),
    /// Removes a server. Its components are kept.
    RemoveServer(ServerId),
    /// Replaces all settings of a server, such as label and position, but not its id.
    SetServerSettings(Server),
    /// Renames a server, including all references to it.
    RenameServer(ServerId, ServerId),
    /// Replaces the TLS settings.
    SetTls(TlsConfig),
    /// Replaces how the site handles plaintext HTTP.
    SetHttp(HttpConfig),
    /// Replaces all certificates.
    SetCertificates(Vec<Certificate>),
    /// Replaces all failure domains.
    SetDomains(Vec<FailureDomain>),
    /// Replaces the alert rules and the external probe.
    SetMonitoring(MonitoringSpec),
    /// Replaces the traffic.
    SetTraffic(Traffic),
}

/// Why an edit was refused. `hoplight_text::edit_error` renders it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// No component has this name.
    UnknownComponent(ComponentId),
    /// No server has this name.
    UnknownServer(ServerId),
    /// There is no link from the first component to the second.
    UnknownLink(ComponentId, ComponentId),
    /// A component with this name already exists.
    DuplicateComponent(ComponentId),
    /// A server with this name already exists.
    DuplicateServer(ServerId),
    /// A link between these ends already exists.
    DuplicateLink(ComponentId, ComponentId),
    /// The edit would not change the draft.
    NoChange,
}

impl fmt::Display for EditError {
    /// The data of the error, for developers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for EditError {}

impl Edit {
    /// Applies the edit to a scenario. After an error, the scenario may be partly changed.
    pub(crate) fn apply_to(self, scenario: &mut Scenario) -> Result<(), EditError> {
        match self {
            Self::AddComponent(component) => {
                if component_mut(scenario, &component.id).is_ok() {
                    return Err(EditError::DuplicateComponent(component.id));
                }
                known_server(scenario, component.server.as_ref())?;
                scenario.components.push(component);
            }
            Self::RemoveComponent(id) => remove_component(scenario, &id)?,
            Self::SetKind(id, kind) => component_mut(scenario, &id)?.kind = kind,
            Self::SetServer(id, server) => {
                known_server(scenario, server.as_ref())?;
                component_mut(scenario, &id)?.server = server;
            }
            Self::SetStation(id, station) => component_mut(scenario, &id)?.station = station,
            Self::AddLink(link) => {
                known_end(scenario, &link.from)?;
                known_end(scenario, &link.to)?;
                if link_mut(scenario, &link.from, &link.to).is_ok() {
                    return Err(EditError::DuplicateLink(link.from, link.to));
                }
                scenario.links.push(link);
            }
            Self::SetLink(link) => {
                let known = link_mut(scenario, &link.from, &link.to)?;
                *known = link;
            }
            Self::RemoveLink(from, to) => {
                link_mut(scenario, &from, &to)?;
                scenario.links.retain(|link| (&link.from, &link.to) != (&from, &to));
                for domain in &mut scenario.domains {
                    domain.links.retain(|ends| (&ends.0, &ends.1) != (&from, &to));
                }
            }
            Self::AddServer(server) => {
                if scenario.servers.iter().any(|known| known.id == server.id) {
                    return Err(EditError::DuplicateServer(server.id));
                }
                scenario.servers.push(server);
            }
            Self::RemoveServer(id) => remove_server(scenario, &id)?,
            Self::SetComponent(component) => {
                known_server(scenario, component.server.as_ref())?;
                let known = component_mut(scenario, &component.id)?;
                *known = component;
            }
            Self::RenameComponent(from, to) => rename::component(scenario, &from, to)?,
            Self::SetServerSettings(server) => {
                let known = scenario.servers.iter_mut().find(|known| known.id == server.id);
                let Some(known) = known else { return Err(EditError::UnknownServer(server.id)) };
                *known = server;
            }
            Self::RenameServer(from, to) => rename::server(scenario, &from, to)?,
            Self::SetCertificates(certificates) => scenario.certificates = certificates,
            Self::SetDomains(domains) => scenario.domains = domains,
            Self::SetMonitoring(monitoring) => scenario.monitoring = monitoring,
            Self::SetTls(tls) => scenario.tls = tls,
            Self::SetHttp(http) => scenario.http = http,
            Self::SetTraffic(traffic) => scenario.traffic = traffic,
        }
        Ok(())
    }
}

fn component_mut<'a>(scenario: &'a mut Scenario, id: &ComponentId) -> Result<&'a mut Component, EditError> {
    let found = scenario.components.iter_mut().find(|component| component.id == *id);
    found.ok_or_else(|| EditError::UnknownComponent(id.clone()))
}

fn link_mut<'a>(scenario: &'a mut Scenario, from: &ComponentId, to: &ComponentId) -> Result<&'a mut LinkSpec, EditError> {
    let found = scenario.links.iter_mut().find(|link| (&link.from, &link.to) == (from, to));
    found.ok_or_else(|| EditError::UnknownLink(from.clone(), to.clone()))
}

/// Checks that a link may end at `id`: a component, or the browser that a scenario without one implies.
fn known_end(scenario: &Scenario, id: &ComponentId) -> Result<(), EditError> {
    let is_implied = id.as_str() == BROWSER && !scenario.components.iter().any(|component| component.kind.is_browser());
    if is_implied || scenario.components.iter().any(|component| component.id == *id) {
        Ok(())
    } else {
        Err(EditError::UnknownComponent(id.clone()))
    }
}

fn known_server(scenario: &Scenario, id: Option<&ServerId>) -> Result<(), EditError> {
    match id {
        Some(id) if !scenario.servers.iter().any(|server| server.id == *id) => Err(EditError::UnknownServer(id.clone())),
        _ => Ok(()),
    }
}

fn remove_component(scenario: &mut Scenario, id: &ComponentId) -> Result<(), EditError> {
    component_mut(scenario, id)?;
    scenario.components.retain(|component| component.id != *id);
    scenario.links.retain(|link| link.from != *id && link.to != *id);
    for certificate in &mut scenario.certificates {
        certificate.on.retain(|holder| holder != id);
    }
    for domain in &mut scenario.domains {
        domain.components.retain(|component| component != id);
        domain.links.retain(|(from, to)| from != id && to != id);
    }
    for firewall in scenario.components.iter_mut().filter_map(|component| component.kind.as_firewall_mut()) {
        firewall.components.retain(|component| component != id);
    }
    Ok(())
}

fn remove_server(scenario: &mut Scenario, id: &ServerId) -> Result<(), EditError> {
    known_server(scenario, Some(id))?;
    scenario.servers.retain(|server| server.id != *id);
    for domain in &mut scenario.domains {
        domain.servers.retain(|server| server != id);
    }
    for firewall in scenario.components.iter_mut().filter_map(|component| component.kind.as_firewall_mut()) {
        firewall.servers.retain(|server| server != id);
    }
    Ok(())
}
