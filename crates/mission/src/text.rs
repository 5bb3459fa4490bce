//! Sentences about goals, figures and obstacles.

use hoplight_model::{RequestKind, Tier};
use hoplight_text::{Part, Phrase, phrase};

use super::case::CaseSubject;
use super::goal::{GoalCheck, MissionGoal, WireTap};
use super::mission::Mission;
use super::report::{GoalFigure, GoalReport, MissionObstacle};
use super::score::MissionScore;
use super::trial::{Trial, TrialAction, TrialScope, TrialTarget};

/// Renders a goal, as in "at most 1 % of reads fail after any application crashes, from 10 s on".
pub fn wanted(mission: &Mission, goal: &MissionGoal) -> Phrase {
    let trial = goal.check.trial().and_then(|name| mission.trial(name));
    let during = || trial.map(circumstances).unwrap_or_default();
    match &goal.check {
        GoalCheck::Failing { kinds, window, at_most, .. } => {
            let mut phrase = if at_most.get() > 0.0 {
                phrase!["at most ", Part::value(percent(at_most.get())), " of ", noun(kinds), " fail", during()]
            } else {
                phrase!["no ", noun(kinds), " fail", during()]
            };
            let after = trial.and_then(Trial::first_event_s).map(|event| window.0.get() - event);
            if let Some(after) = after.filter(|after| *after >= 1.0) {
                phrase.push(phrase![", from ", Part::value(seconds(after)), " on"]);
            }
            phrase
        }
        GoalCheck::Latency { kinds, below_ms, .. } => {
            phrase!["99 % of ", noun(kinds), " take less than ", Part::value(millis(below_ms.get())), during()]
        }
        GoalCheck::Recovery { kind, within_s, .. } => {
            phrase![noun(&[*kind]), " work again within ", Part::value(seconds(within_s.get())), during()]
        }
        GoalCheck::WritesKept { .. } => phrase!["no acknowledged write is lost", during()],
        GoalCheck::SamplesArrive { .. } => phrase!["the monitoring service has fresh samples of every server", during()],
        GoalCheck::Paged { within_s, .. } => {
            phrase!["somebody is paged within ", Part::value(seconds(within_s.get())), during()]
        }
        GoalCheck::Quiet { .. } => phrase!["nobody is paged", during()],
        GoalCheck::PasswordsHidden(WireTap::Internet) => phrase!["no password can be read between the users and the site"],
        GoalCheck::PasswordsHidden(WireTap::Everywhere) => phrase!["no password can be read on any hop of the network"],
        GoalCheck::Certified => phrase!["a certificate proves to browsers that they are at the right site"],
        GoalCheck::RoutesByUrl => phrase!["a balancer reads URLs, so that it can route by them"],
        GoalCheck::PortsClosed => phrase!["the Internet reaches only the ports that users need"],
        GoalCheck::NothingNeedless => {
            phrase!["firewalls protect every server and let through nothing that the design does not need"]
        }
        GoalCheck::LinksOpen => phrase!["no firewall blocks a link that the design needs"],
        GoalCheck::Budget(most) => phrase!["the design costs at most ", Part::value(units(*most))],
    }
}

/// Renders what was measured, as in "12.4 % when it is web-1". A goal that is met needs no worst case.
pub fn measured(report: &GoalReport) -> Phrase {
    let Some(value) = report.measured else { return phrase!["not measured"] };
    let mut phrase = match value {
        GoalFigure::Share(_) | GoalFigure::Latency(_) | GoalFigure::Time(_) | GoalFigure::Units(_) => {
            phrase![Part::value(figure(&value))]
        }
        GoalFigure::Never => phrase!["it does not happen"],
        GoalFigure::NoneServed => {
            report.kind.map_or_else(|| phrase!["none succeed"], |kind| phrase!["no ", one(kind), " succeeds"])
        }
        GoalFigure::Writes(0) | GoalFigure::Hops(0) => phrase!["none"],
        GoalFigure::Pages(0) => phrase!["no page"],
        GoalFigure::Writes(1) => phrase!["1 is lost"],
        GoalFigure::Writes(_) => phrase![Part::value(figure(&value)), " are lost"],
        GoalFigure::Pages(1) => phrase!["1 page"],
        GoalFigure::Pages(_) => phrase![Part::value(figure(&value)), " pages"],
        GoalFigure::Servers(..) => phrase!["samples of ", Part::value(figure(&value))],
        GoalFigure::Hops(1) => phrase!["1 hop"],
        GoalFigure::Hops(_) => phrase![Part::value(figure(&value)), " hops"],
        GoalFigure::Openings(0) => phrase!["nothing more"],
        GoalFigure::Openings(_) => phrase![Part::value(figure(&value)), " more than needed"],
        GoalFigure::Holds(true) => phrase!["it does"],
        GoalFigure::Holds(false) => phrase!["none does"],
    };
    if report.met {
        return phrase;
    }
    if let Some(kind) = report.kind.filter(|_| value != GoalFigure::NoneServed) {
        phrase.push(phrase![" of ", noun(&[kind])]);
    }
    match &report.worst {
        Some(CaseSubject::Element(element)) => phrase.push(phrase![" when it is ", element]),
        Some(CaseSubject::Version(software)) => phrase.push(phrase![" when it is ", Part::name(software)]),
        None => {}
    }
    phrase
}

/// Renders a goal and what was measured, as in "At most 1 % of reads fail after any application crashes: 12.4 % when it is
/// app-1."
pub fn goal_sentence(mission: &Mission, goal: &MissionGoal, report: &GoalReport) -> Phrase {
    phrase![wanted(mission, goal), ": ", measured(report)].sentence()
}

/// Renders what a score is made of, as in "45 units, 5 more than the best known design; 12 moves, as few as known".
pub fn score(score: &MissionScore) -> Phrase {
    let compared = |own: u32, best: u32, less: &'static str| match own {
        own if own > best => phrase![own - best, " more than the best known design"],
        own if own < best => phrase![best - own, " fewer than the best known design"],
        _ => phrase![less],
    };
    let moves = if score.moves == 1 { " move, " } else { " moves, " };
    phrase![
        Part::value(units(score.cost)),
        ", ",
        compared(score.cost, score.best_cost, "as cheap as the best known design"),
        "; ",
        score.moves,
        moves,
        compared(score.moves, score.best_moves, "as few as known"),
    ]
}

/// Renders why a design was not judged.
pub fn obstacle(obstacle: &MissionObstacle) -> Phrase {
    match obstacle {
        MissionObstacle::CannotBuild(1) => phrase!["the design has a problem to solve before it can run"],
        MissionObstacle::CannotBuild(problems) => phrase!["the design has ", *problems, " problems to solve before it can run"],
        MissionObstacle::TooLarge(servers) => {
            phrase!["the design has ", *servers, " servers; a mission allows ", super::evaluate::MOST_SERVERS]
        }
        MissionObstacle::Missing(id) => phrase![id, " is missing: this mission needs it"],
        MissionObstacle::NothingWorks(kind) => phrase!["no ", one(*kind), " succeeds, even with everything up"],
    }
}

/// Renders a figure with its unit, as in "12.4 %" or "318 ms".
pub fn figure(value: &GoalFigure) -> String {
    match value {
        GoalFigure::Share(share) => percent(*share),
        GoalFigure::Latency(ms) => millis(*ms),
        GoalFigure::Time(s) => seconds(*s),
        GoalFigure::Never | GoalFigure::NoneServed => "never".to_owned(),
        GoalFigure::Writes(count) | GoalFigure::Pages(count) => count.to_string(),
        GoalFigure::Servers(some, all) => format!("{some} of {all}"),
        GoalFigure::Hops(count) | GoalFigure::Openings(count) => count.to_string(),
        GoalFigure::Holds(holds) => if *holds { "yes" } else { "no" }.to_owned(),
        GoalFigure::Units(count) => units(*count),
    }
}

/// Renders a goal's figure for an explanation; a share with what it is a share of, as in "12.4 % of reads".
pub(crate) fn explained(goal: &MissionGoal, report: &GoalReport) -> Option<String> {
    let value = report.measured?;
    let GoalCheck::Failing { kinds, .. } = &goal.check else { return Some(figure(&value)) };
    let of = report.kind.filter(|_| value != GoalFigure::Share(0.0)).map_or_else(|| noun(kinds), |kind| noun(&[kind]));
    Some(format!("{} of {of}", figure(&value)))
}

/// Renders when a trial's goals are measured, with a leading space, as in " after any server loses power".
fn circumstances(trial: &Trial) -> Phrase {
    let mut phrase = Phrase::default();
    if let Some(rate) = trial.rate {
        phrase.push(phrase![" at ", Part::value(hoplight_text::requests_per_second(rate.get()))]);
    }
    if let Some(when) = &trial.when {
        phrase.push(phrase![" ", Part::words(when.to_string())]);
        return phrase;
    }
    for (place, event) in trial.events.iter().enumerate() {
        phrase.push(if place == 0 { " " } else { " and " });
        phrase.push(happening(&event.what));
    }
    phrase
}

fn happening(action: &TrialAction) -> Phrase {
    match action {
        TrialAction::PowerOff(target) => phrase!["after ", machine(*target), verb(*target, " loses power", " lose power")],
        TrialAction::Reboot(target) => phrase!["while ", machine(*target), verb(*target, " reboots", " reboot")],
        TrialAction::Hog(target, _) => phrase!["while another program uses the processor of ", machine(*target)],
        TrialAction::Crash(target) => phrase!["after ", program(*target), verb(*target, " crashes", " crash")],
        TrialAction::Hang(target) => phrase!["after ", program(*target), verb(*target, " hangs", " hang")],
        TrialAction::Flaw => phrase!["after a flaw crashes every copy of any one software version"],
        TrialAction::Deploy(_) => phrase!["during a rolling deployment"],
        TrialAction::CutReplication(_) => phrase!["after the databases lose contact"],
        TrialAction::Command(text) => phrase!["after the command ", Part::name(text)],
    }
}

fn verb(target: TrialTarget, one: &'static str, many: &'static str) -> &'static str {
    match target {
        TrialTarget::Any(_) | TrialTarget::All(TrialScope::Primary) => one,
        TrialTarget::All(TrialScope::Site | TrialScope::Entry | TrialScope::Of(_)) => many,
    }
}

fn machine(target: TrialTarget) -> Phrase {
    let with = |amount: &'static str, scope: TrialScope| match scope {
        TrialScope::Site => phrase![amount],
        TrialScope::Entry => phrase![amount, " that users connect to"],
        TrialScope::Primary => phrase![amount, " with the primary database"],
        TrialScope::Of(tier) => phrase![amount, " with ", article(tier)],
    };
    match target {
        TrialTarget::All(TrialScope::Primary) => phrase!["the server of the primary database"],
        TrialTarget::Any(scope) => with("any server", scope),
        TrialTarget::All(scope) => with("all servers", scope),
    }
}

fn program(target: TrialTarget) -> Phrase {
    match target {
        TrialTarget::All(TrialScope::Primary) | TrialTarget::Any(TrialScope::Primary) => phrase!["the primary database"],
        TrialTarget::Any(TrialScope::Site) => phrase!["any program"],
        TrialTarget::All(TrialScope::Site) => phrase!["all programs"],
        TrialTarget::Any(TrialScope::Entry) => phrase!["any program that users connect to"],
        TrialTarget::All(TrialScope::Entry) => phrase!["all programs that users connect to"],
        TrialTarget::Any(TrialScope::Of(tier)) => phrase!["any ", tier_names(tier).0],
        TrialTarget::All(TrialScope::Of(tier)) => phrase!["all ", tier_names(tier).1],
    }
}

const fn tier_names(tier: Tier) -> (&'static str, &'static str) {
    match tier {
        Tier::Balancer => ("balancer", "balancers"),
        Tier::Web => ("web server", "web servers"),
        Tier::Application => ("application", "applications"),
        Tier::Cache => ("cache", "caches"),
        Tier::SqlProxy => ("SQL proxy", "SQL proxies"),
        Tier::Database => ("database", "databases"),
    }
}

const fn article(tier: Tier) -> &'static str {
    match tier {
        Tier::Balancer => "a balancer",
        Tier::Web => "a web server",
        Tier::Application => "an application",
        Tier::Cache => "a cache",
        Tier::SqlProxy => "an SQL proxy",
        Tier::Database => "a database",
    }
}

/// Noun for several kinds of request.
fn noun(kinds: &[RequestKind]) -> Phrase {
    match kinds {
        [] => phrase!["requests"],
        some => hoplight_text::list(some.iter().map(|kind| match kind {
            RequestKind::Static => "static pages",
            RequestKind::Read => "reads",
            RequestKind::Write => "writes",
        })),
    }
}

const fn one(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static page",
        RequestKind::Read => "read",
        RequestKind::Write => "write",
    }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        0.0 => "0 %".to_owned(),
        p if p < 0.05 => "less than 0.1 %".to_owned(),
        p if p < 9.95 => format!("{p:.1} %").replace(".0 %", " %"),
        p => format!("{p:.0} %"),
    }
}

fn millis(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0).replace(".0 s", " s") }
}

fn seconds(s: f64) -> String {
    format!("{s:.0} s")
}

fn units(count: u32) -> String {
    format!("{count} {}", if count == 1 { "unit" } else { "units" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_model::{ComponentId, Element, Text};

    #[test]
    fn figures_have_units() {
        let shown = [0.0, 0.000_4, 0.001, 0.02, 0.0951, 0.124, 1.0].map(percent);
        assert_eq!(shown, ["0 %", "less than 0.1 %", "0.1 %", "2 %", "9.5 %", "12 %", "100 %"]);
        assert_eq!([52.4, 999.0, 1_000.0, 1_249.0].map(millis), ["52 ms", "999 ms", "1 s", "1.2 s"]);
        assert_eq!([1, 30].map(units), ["1 unit", "30 units"]);
    }

    #[test]
    fn a_missed_goal_names_the_worst_case() {
        let report = |measured, kind, met| GoalReport {
            name: Text::new("reads").unwrap(),
            met,
            measured: Some(measured),
            worst: Some(CaseSubject::Element(Element::Component(ComponentId::new("web-1")))),
            kind,
        };
        let told = |measured, kind, met| super::measured(&report(measured, kind, met)).to_string();
        assert_eq!(told(GoalFigure::Share(0.5), Some(RequestKind::Read), false), "50 % of reads when it is web-1");
        assert_eq!(told(GoalFigure::Share(0.0), Some(RequestKind::Read), true), "0 %");
        assert_eq!(told(GoalFigure::NoneServed, Some(RequestKind::Write), false), "no write succeeds when it is web-1");
        assert_eq!(told(GoalFigure::Never, None, false), "it does not happen when it is web-1");
    }

    #[test]
    fn a_score_is_compared_with_the_best_known_design() {
        let known = MissionScore { stars: 3, cost: 40, best_cost: 40, moves: 12, best_moves: 10 };
        let shown = score(&known).to_string();
        assert_eq!(shown, "40 units, as cheap as the best known design; 12 moves, 2 more than the best known design");
    }
}
