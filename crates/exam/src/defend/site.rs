//! Questions about firewalls, databases and monitoring.

use hoplight_analysis::{Vantage, reach};
use hoplight_model::behaviour::starts_writable;
use hoplight_model::firewall::RuleAction;
use hoplight_model::{ComponentIx, DatabaseRole, Element, Hop, Infrastructure, Protocol};

use super::{Defence, DefendOption, DefendQuestion, DefendTopic};

/// Asks which firewalls no request of a user crosses.
pub(super) fn idle_firewall(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let hops: Vec<Hop> = infra.hops().filter(|hop| infra.link(hop.link).protocol.carries_requests()).collect();
    let active = infra.firewalls().map(|(ix, _)| ix).filter(|ix| !infra.is_standby(*ix));
    let option = |ix: ComponentIx| {
        let crossing = hops.iter().find(|hop| hop.guards.iter().any(|guard| guard.firewall == ix));
        let why = match crossing {
            Some(hop) => format!("{} crosses it.", infra.hop_element(hop.link)),
            None if guards_nothing(infra, ix) => "It protects nothing in the drawing.".to_owned(),
            None => "What it protects gets no request of a user through it.".to_owned(),
        };
        let element = defence.element(ix);
        DefendOption { says: element.to_string(), element: Some(element), is_right: crossing.is_none(), why }
    };
    let options: Vec<DefendOption> = active.map(option).collect();
    let prompt = "Which of these firewalls is on no path of the users' requests?".to_owned();
    defence.question_on(DefendTopic::IdleFirewall, prompt, "Every firewall is crossed by requests.", options)
}

fn guards_nothing(infra: &Infrastructure, firewall: ComponentIx) -> bool {
    infra.components().all(|(ix, _)| !infra.firewalls_before(ix).contains(&firewall))
}

/// Asks which databases are reachable from the Internet.
pub(super) fn reachable_databases(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let attempts = reach(infra, &Vantage::Internet);
    let databases = infra.components().filter(|(_, component)| component.kind.as_database().is_some());
    let option = |(ix, _): (ComponentIx, _)| {
        let element = defence.element(ix);
        let mut of_database = attempts.iter().filter(|attempt| attempt.target == element);
        let open = of_database.clone().find(|attempt| attempt.is_open());
        let closed = of_database.find_map(|attempt| attempt.decided_by());
        let why = match (open, closed) {
            (Some(attempt), _) if attempt.judged.is_empty() => format!("No firewall is before its port {}.", attempt.port),
            (Some(attempt), _) => format!("The firewalls before it allow port {} from anyone.", attempt.port),
            (None, Some(judged)) => format!("{} does not let a connection from the Internet through.", judged.firewall),
            (None, None) => "It does not listen on the network.".to_owned(),
        };
        DefendOption { says: element.to_string(), element: Some(element), is_right: open.is_some(), why }
    };
    let mut options: Vec<DefendOption> = databases.map(option).collect();
    // With one database the question is still a choice: it, or none.
    if let [only] = &mut options[..] {
        let reachable = only.is_right;
        let no = DefendOption {
            says: format!("No: {} cannot be reached", only.says),
            element: None,
            is_right: !reachable,
            why: only.why.clone(),
        };
        let yes = DefendOption { says: format!("Yes: {} can be reached", only.says), ..only.clone() };
        let prompt = "Can someone on the Internet open a connection to the database?".to_owned();
        let topic = DefendTopic::DatabaseReachable;
        return Some(DefendQuestion { topic, because: None, about: yes.element.clone(), prompt, options: vec![yes, no] });
    }
    let prompt = "To which of these databases can someone on the Internet open a connection?".to_owned();
    defence.question_on(DefendTopic::DatabaseReachable, prompt, "Firewalls close all of them.", options)
}

/// Asks which databases accept writes.
pub(super) fn writable_databases(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let option = |members: &[ComponentIx], ix: ComponentIx| {
        let element = defence.element(ix);
        let is_right = starts_writable(infra, members, ix);
        let role = infra.component(ix).kind.as_database().map(|spec| spec.role);
        let why = match (role, is_right) {
            (Some(DatabaseRole::MultiPrimary), _) => "Every member of a multi-primary cluster accepts writes.",
            (Some(DatabaseRole::Member), true) => "The members have elected it.",
            (Some(DatabaseRole::Member), false) => "Only the elected member accepts writes.",
            (_, true) => "It is a primary.",
            (_, false) => "It is a replica: it accepts no writes until it is promoted.",
        };
        DefendOption { says: element.to_string(), element: Some(element), is_right, why: why.to_owned() }
    };
    let clusters = infra.database_clusters();
    let members = clusters.iter().flat_map(|members| members.iter().map(move |ix| (members, *ix)));
    let options: Vec<DefendOption> = members.map(|(members, ix)| option(members, ix)).collect();
    if options.len() < 2 {
        return None;
    }
    let prompt = "Which of these databases accept writes right now?".to_owned();
    defence.question_on(DefendTopic::WritableDatabases, prompt, "None of them accepts writes.", options)
}

/// Asks which servers no monitoring client watches.
pub(super) fn unwatched_servers(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    infra.components().find(|(_, component)| component.kind.as_agent().is_some())?;
    let metrics: Vec<Hop> = infra.hops().filter(|hop| infra.link(hop.link).protocol == Protocol::Metrics).collect();
    let passes = |hop: &&Hop| hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow);
    let of_agent = |agent: ComponentIx| metrics.iter().filter(move |hop| hop.from == agent || hop.to == agent);
    let serves = |server: &&hoplight_model::Server| infra.on_server(&server.id).any(|(_, part)| part.kind.serves_requests());
    let option = |server: &hoplight_model::Server| {
        let agents: Vec<ComponentIx> =
            infra.on_server(&server.id).filter(|(_, part)| part.kind.as_agent().is_some()).map(|(ix, _)| ix).collect();
        let reporting = agents.iter().find(|agent| of_agent(**agent).any(|hop| passes(&hop)));
        let why = match (reporting, agents.first()) {
            (Some(agent), _) => format!("{} reports from it.", infra.component(*agent).id),
            (None, Some(agent)) => format!("The samples of {} reach no monitoring service.", infra.component(*agent).id),
            (None, None) => "No monitoring client runs on it.".to_owned(),
        };
        let element = Element::Server(server.id.clone());
        DefendOption { says: element.to_string(), element: Some(element), is_right: reporting.is_none(), why }
    };
    let options: Vec<DefendOption> = infra.servers().filter(serves).map(option).collect();
    let prompt = "Which of these servers could fail without a trace in the monitoring?".to_owned();
    defence.question_on(DefendTopic::UnwatchedServers, prompt, "A monitoring client reports from each of them.", options)
}
