//! Cases: a trial resolved on one design.

use std::collections::BTreeSet;
use std::time::Duration;

use hoplight_model::component::{DatabaseRole, Software};
use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentIx, Element, Infrastructure, Protocol, Tier};
use hoplight_sim::{Command, Fault, SimTime, script};

use super::trial::{Trial, TrialAction, TrialScope, TrialTarget};

/// Seconds between draining an application and restarting it, and until it gets requests again.
const DEPLOY_PAUSE_S: f64 = 5.0;

/// One run of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialCase {
    /// What is affected, if the trial has a run for each element of a role.
    pub subject: Option<CaseSubject>,
    /// The commands with their times. Refused commands have no effect.
    pub(crate) commands: Vec<(SimTime, Command)>,
}

/// What a run affects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseSubject {
    /// A server or a component.
    Element(Element),
    /// A software version.
    Version(Software),
}

/// The cases of a trial on a design; none if the design has no element of a role. At most one event has a case for each
/// element.
pub(crate) fn cases(trial: &Trial, infra: &Infrastructure) -> Vec<TrialCase> {
    let mut shared: Vec<(SimTime, Command)> = Vec::new();
    let mut each: Option<Vec<TrialCase>> = None;
    for event in &trial.events {
        let at = SimTime::ZERO + Duration::from_secs_f64(event.at_s.get());
        let subjects = subjects(&event.what, infra);
        if event.what.is_any() {
            let case = |(subject, command)| TrialCase { subject: Some(subject), commands: vec![(at, command)] };
            each = Some(subjects.into_iter().map(case).collect());
        } else if subjects.is_empty() && event.what.target().is_some() {
            return Vec::new();
        } else {
            shared.extend(subjects.into_iter().map(|(_, command)| (at, command)));
            shared.extend(site_wide(&event.what, infra, at));
        }
    }
    let mut cases = each.unwrap_or_else(|| vec![TrialCase { subject: None, commands: Vec::new() }]);
    for case in &mut cases {
        case.commands.extend(shared.iter().cloned());
        case.commands.sort_by_key(|(at, _)| *at);
    }
    cases
}

/// Whether a command of a trial names only elements of the design.
pub(crate) fn is_command(text: &str, infra: &Infrastructure) -> bool {
    script::command(text, infra).is_ok()
}

/// What an action affects, each with the command.
fn subjects(action: &TrialAction, infra: &Infrastructure) -> Vec<(CaseSubject, Command)> {
    let on_servers = |target: TrialTarget, command: &dyn Fn(Element) -> Option<Command>| {
        let elements = servers(scope_of(target), infra);
        with_commands(elements, command)
    };
    let on_components = |target: TrialTarget, command: &dyn Fn(Element) -> Option<Command>| {
        let ids = members(scope_of(target), infra).into_iter().map(|ix| Element::Component(infra.component(ix).id.clone()));
        with_commands(ids.collect(), command)
    };
    match action {
        TrialAction::PowerOff(target) => on_servers(*target, &|element| Some(Command::Kill(element))),
        TrialAction::Reboot(target) => on_servers(*target, &|element| Some(Command::Restart(element, None))),
        TrialAction::Hog(target, threads) => on_servers(*target, &|element| match element {
            Element::Server(id) => Some(Command::Fault(Fault::CpuHog(id, *threads))),
            Element::Component(_) | Element::Hop(..) => None,
        }),
        TrialAction::Crash(target) => on_components(*target, &|element| Some(Command::Kill(element))),
        TrialAction::Hang(target) => on_components(*target, &|element| Some(Command::Fault(Fault::Hang(element)))),
        TrialAction::Flaw => flaws(infra),
        TrialAction::Deploy(_) | TrialAction::CutReplication(_) | TrialAction::Command(_) => Vec::new(),
    }
}

fn with_commands(elements: Vec<Element>, command: &dyn Fn(Element) -> Option<Command>) -> Vec<(CaseSubject, Command)> {
    let pair = |element: Element| Some((CaseSubject::Element(element.clone()), command(element)?));
    elements.into_iter().filter_map(pair).collect()
}

/// Commands of an action without a target.
fn site_wide(action: &TrialAction, infra: &Infrastructure, at: SimTime) -> Vec<(SimTime, Command)> {
    match action {
        TrialAction::Deploy(interval) => deploy(infra, at, *interval),
        TrialAction::CutReplication(time) => cut_replication(infra, at, *time),
        TrialAction::Command(text) => script::command(text, infra).ok().map(|command| (at, command)).into_iter().collect(),
        TrialAction::PowerOff(_)
        | TrialAction::Crash(_)
        | TrialAction::Hang(_)
        | TrialAction::Reboot(_)
        | TrialAction::Hog(..)
        | TrialAction::Flaw => Vec::new(),
    }
}

const fn scope_of(target: TrialTarget) -> TrialScope {
    match target {
        TrialTarget::Any(scope) | TrialTarget::All(scope) => scope,
    }
}

/// The components of a role, in authored order.
fn members(scope: TrialScope, infra: &Infrastructure) -> Vec<ComponentIx> {
    let all = infra.components().map(|(ix, _)| ix);
    match scope {
        TrialScope::Site => all.filter(|ix| infra.component(*ix).kind.serves_requests()).collect(),
        TrialScope::Entry => {
            let entries: BTreeSet<ComponentIx> = infra
                .hops()
                .filter(|hop| infra.component(hop.from).kind.is_browser() && infra.link(hop.link).protocol == Protocol::Http)
                .map(|hop| hop.to)
                .collect();
            entries.into_iter().collect()
        }
        TrialScope::Primary => {
            let writes = |role: DatabaseRole| match role {
                DatabaseRole::Primary | DatabaseRole::MultiPrimary => true,
                DatabaseRole::Replica | DatabaseRole::Member => false,
            };
            let first = |cluster: &Vec<ComponentIx>| cluster.first().copied();
            let is_member = |ix: &ComponentIx| {
                infra.component(*ix).kind.as_database().is_some_and(|database| database.role == DatabaseRole::Member)
            };
            let elected: Vec<ComponentIx> = infra.database_clusters().iter().filter_map(first).filter(is_member).collect();
            let is_writer =
                |ix: &ComponentIx| infra.component(*ix).kind.as_database().is_some_and(|database| writes(database.role));
            all.filter(|ix| is_writer(ix) || elected.contains(ix)).collect()
        }
        TrialScope::Of(tier) => tier.members(infra),
    }
}

/// The servers of a role's components, without duplicates.
fn servers(scope: TrialScope, infra: &Infrastructure) -> Vec<Element> {
    let mut found = Vec::new();
    for server in members(scope, infra).into_iter().filter_map(|ix| infra.component(ix).server.clone()) {
        let element = Element::Server(server);
        if !found.contains(&element) {
            found.push(element);
        }
    }
    found
}

/// The software versions of the site, each with the fault of its first component.
fn flaws(infra: &Infrastructure) -> Vec<(CaseSubject, Command)> {
    let mut known = BTreeSet::new();
    let serving = infra.components().filter(|(_, component)| component.kind.serves_requests());
    let versions = serving.filter_map(|(_, component)| Some((component.software.clone()?, component.id.clone())));
    versions
        .filter(|(software, _)| known.insert(software.clone()))
        .map(|(software, id)| (CaseSubject::Version(software), Command::Fault(Fault::Flaw(id))))
        .collect()
}

/// Cuts the links between databases, and repairs them.
fn cut_replication(infra: &Infrastructure, at: SimTime, time: Seconds) -> Vec<(SimTime, Command)> {
    let repaired = at + Duration::from_secs_f64(time.get());
    let links = infra.links().filter(|(_, link)| link.protocol == Protocol::Replication);
    let hops = links.map(|(link, _)| infra.hop_element(link));
    hops.flat_map(|hop| [(at, Command::Kill(hop.clone())), (repaired, Command::Restore(hop))]).collect()
}

/// A rolling deployment. Draining is refused, and without effect, where no balancer is in front.
fn deploy(infra: &Infrastructure, start: SimTime, interval: Seconds) -> Vec<(SimTime, Command)> {
    let mut commands = Vec::new();
    for (place, server) in (0u32..).zip(servers(TrialScope::Of(Tier::Application), infra)) {
        let begin = start + Duration::from_secs_f64(interval.get() * f64::from(place));
        let restart = begin + Duration::from_secs_f64(DEPLOY_PAUSE_S);
        let ready = restart + Duration::from_secs_f64(DEPLOY_PAUSE_S);
        commands.push((begin, Command::Drain(server.clone())));
        let applications = Tier::Application.members(infra);
        let here = applications
            .into_iter()
            .map(|ix| infra.component(ix))
            .filter(|component| matches!(&server, Element::Server(id) if component.server.as_ref() == Some(id)));
        commands.extend(here.map(|component| (restart, Command::Restart(Element::Component(component.id.clone()), None))));
        commands.push((ready, Command::Ready(server)));
    }
    commands
}
