//! Database clusters: the role of one database as a change of all of them.
//!
//! Each single step from a primary with its replica to a cluster of members would leave a drawing that cannot run, so the
//! role of every database, the links between them and those of their clients change in one act.

use super::attach::serves_reads;
use super::{ComposeError, Composed, Composer, Placement, Role, add_near, component, kind};
use crate::component::ComponentKind;
use crate::database::{DatabaseRole, Failover};
use crate::draft::Edit;
use crate::element::Element;
use crate::id::ComponentId;
use crate::link::LinkSpec;
use crate::request::RequestKind;
use crate::scenario::Scenario;

/// The smallest cluster of a role.
const fn least(role: DatabaseRole) -> usize {
    match role {
        DatabaseRole::Primary => 1,
        DatabaseRole::Replica | DatabaseRole::MultiPrimary => 2,
        DatabaseRole::Member => 3,
    }
}

fn is_database(scenario: &Scenario, id: &ComponentId) -> bool {
    kind(scenario, id).is_some_and(|kind| kind.as_database().is_some())
}

/// A database and all that it replicates with, in authored order.
fn cluster(scenario: &Scenario, id: &ComponentId) -> Vec<ComponentId> {
    let mut found = vec![id.clone()];
    let mut next = 0;
    while let Some(known) = found.get(next).cloned() {
        next += 1;
        for link in &scenario.links {
            let other = match (link.from == known, link.to == known) {
                (true, _) => &link.to,
                (_, true) => &link.from,
                (false, false) => continue,
            };
            if is_database(scenario, other) && !found.contains(other) {
                found.push(other.clone());
            }
        }
    }
    let authored = scenario.components.iter().map(|component| component.id.clone());
    authored.filter(|id| found.contains(id)).collect()
}

/// Gives a database a role, and the other databases of its cluster the roles that go with it.
///
/// A primary has replicas; a replica has a primary, which is the first of the others; all members of a cluster have the same
/// role, replicate with each other and get queries of every kind.
///
/// # Errors
/// If there is no such database, or its cluster has too few for the role.
pub fn set_database_role(scenario: &Scenario, id: &ComponentId, role: DatabaseRole) -> Result<Composed, ComposeError> {
    component(scenario, id).ok_or_else(|| super::unknown(id))?;
    if !is_database(scenario, id) {
        return Err(ComposeError::NotADatabase);
    }
    let members = cluster(scenario, id);
    if members.len() < least(role) {
        return Err(ComposeError::TooFewDatabases { role, least: least(role) });
    }
    let mut composer = Composer::new(scenario);
    match role {
        DatabaseRole::Primary => lead(&mut composer, &members, id)?,
        DatabaseRole::Replica => {
            let of = |id: &&ComponentId| kind(scenario, id).and_then(ComponentKind::as_database).map(|spec| spec.role);
            let others = || members.iter().filter(|member| *member != id);
            let primary = others().find(|other| of(other) == Some(DatabaseRole::Primary)).or_else(|| others().next());
            lead(&mut composer, &members, primary.unwrap_or(id))?;
        }
        DatabaseRole::Member | DatabaseRole::MultiPrimary => join(&mut composer, &members, role)?,
    }
    Ok(composer.done(Some(Element::Component(id.clone()))))
}

/// Adds databases until there is a cluster of a role: beside the selected one or, without one, on new servers.
///
/// # Errors
/// If the cluster is complete.
pub fn add_cluster(scenario: &Scenario, role: DatabaseRole, near: Option<&Element>) -> Result<Composed, ComposeError> {
    let selected = match near {
        Some(Element::Component(id)) if is_database(scenario, id) => Some(id.clone()),
        _ => None,
    };
    let mut composer = Composer::new(scenario);
    let extend = |composer: &mut Composer, near: Option<&Element>| -> Result<Option<Element>, ComposeError> {
        let (added, _) = add_near(&composer.scenario, Role::Database, &Placement::NewServer, near)?;
        added.edits.into_iter().try_for_each(|edit| composer.edit(edit))?;
        Ok(added.subject)
    };
    let first = match selected {
        Some(id) => id,
        None => match extend(&mut composer, near)? {
            Some(Element::Component(id)) => id,
            Some(Element::Server(_) | Element::Hop(..)) | None => return Err(ComposeError::NotADatabase),
        },
    };
    let start = Element::Component(first.clone());
    let mut members = cluster(&composer.scenario, &first);
    while members.len() < least(role) {
        // A new database replicates from a primary. Beside a member of a cluster it has no link yet.
        match extend(&mut composer, Some(&start))? {
            Some(Element::Component(id)) => members.push(id),
            Some(Element::Server(_) | Element::Hop(..)) | None => return Err(ComposeError::NotADatabase),
        }
    }
    join(&mut composer, &members, role)?;
    if composer.edits.is_empty() {
        return Err(ComposeError::ClusterComplete);
    }
    Ok(composer.done(Some(start)))
}

fn assign(composer: &mut Composer, id: &ComponentId, role: DatabaseRole) -> Result<(), ComposeError> {
    composer.change(id, |component| {
        let Some(spec) = component.kind.as_database_mut() else { return };
        if spec.role == role {
            return;
        }
        spec.role = role;
        // Each setting belongs to some roles only.
        (spec.failover, spec.fence, spec.semi_sync) = (Failover::Manual, false, false);
        (spec.expel_s, spec.hot_rows) = (None, None);
    })
}

/// Replaces the links between databases.
fn relink(composer: &mut Composer, members: &[ComponentId], wanted: &[(ComponentId, ComponentId)]) -> Result<(), ComposeError> {
    let is_inside = |link: &&LinkSpec| members.contains(&link.from) && members.contains(&link.to);
    let links: Vec<LinkSpec> = composer.scenario.links.iter().filter(is_inside).cloned().collect();
    let is_wanted = |link: &LinkSpec| wanted.iter().any(|(from, to)| (from, to) == (&link.from, &link.to));
    for link in links.iter().filter(|link| !is_wanted(link)) {
        composer.edit(Edit::RemoveLink(link.from.clone(), link.to.clone()))?;
    }
    for (from, to) in wanted.iter().filter(|(from, to)| !links.iter().any(|link| (from, to) == (&link.from, &link.to))) {
        composer.edit(Edit::AddLink(LinkSpec::new(from.clone(), to.clone())))?;
    }
    Ok(())
}

/// The components other than databases that query any of these.
fn clients(scenario: &Scenario, members: &[ComponentId]) -> Vec<ComponentId> {
    let mut found: Vec<ComponentId> = Vec::new();
    for link in scenario.links.iter().filter(|link| members.contains(&link.to) && !members.contains(&link.from)) {
        if !found.contains(&link.from) {
            found.push(link.from.clone());
        }
    }
    found
}

/// Lets a client send these kinds of requests to a database, or all.
fn query(
    composer: &mut Composer,
    client: &ComponentId,
    database: &ComponentId,
    kinds: Option<Vec<RequestKind>>,
) -> Result<(), ComposeError> {
    let known = composer.scenario.links.iter().find(|link| (&link.from, &link.to) == (client, database)).cloned();
    match known {
        Some(link) if link.kinds == kinds => Ok(()),
        Some(link) => composer.edit(Edit::SetLink(LinkSpec { kinds, ..link })),
        None => composer.edit(Edit::AddLink(LinkSpec { kinds, ..LinkSpec::new(client.clone(), database.clone()) })),
    }
}

/// Makes one database the primary, and the others its replicas, which serve reads only.
fn lead(composer: &mut Composer, members: &[ComponentId], primary: &ComponentId) -> Result<(), ComposeError> {
    let replicas: Vec<&ComponentId> = members.iter().filter(|member| *member != primary).collect();
    relink(composer, members, &replicas.iter().map(|replica| (primary.clone(), (*replica).clone())).collect::<Vec<_>>())?;
    for replica in &replicas {
        assign(composer, replica, DatabaseRole::Replica)?;
    }
    assign(composer, primary, DatabaseRole::Primary)?;
    for client in clients(&composer.scenario, members) {
        query(composer, &client, primary, None)?;
        let is_proxy = kind(&composer.scenario, &client).is_some_and(|kind| kind.as_sql_proxy().is_some());
        for replica in replicas.iter().filter(|_| !is_proxy) {
            let known = composer.scenario.links.iter().find(|link| link.from == client && link.to == **replica);
            if known.is_some_and(serves_reads) {
                query(composer, &client, replica, Some(vec![RequestKind::Read]))?;
            }
        }
    }
    Ok(())
}

/// Gives all databases the same role, and links each with each other and with every client.
fn join(composer: &mut Composer, members: &[ComponentId], role: DatabaseRole) -> Result<(), ComposeError> {
    let pairs: Vec<(ComponentId, ComponentId)> = members
        .iter()
        .enumerate()
        .flat_map(|(place, from)| members.iter().skip(place + 1).map(|to| (from.clone(), to.clone())))
        .collect();
    relink(composer, members, &pairs)?;
    for member in members {
        assign(composer, member, role)?;
    }
    for client in clients(&composer.scenario, members) {
        members.iter().try_for_each(|member| query(composer, &client, member, None))?;
    }
    Ok(())
}
