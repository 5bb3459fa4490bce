//! The fault menu: the catalogue, the faults of the selected element, and repairs.

use hoplight::app::Tone;
use hoplight::app::action::{SelectAction, SiteAction, TimeAction};
use hoplight::app::fault_menu::{FaultAction, FaultGroup, fault_actions};
use hoplight::app::window;
use hoplight::app::window::kind::WindowKind;
use hoplight::model::{ComponentKind, Element};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{Command, Fault, SimTime};

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

fn of(learner: &Learner, group: FaultGroup) -> Vec<FaultAction> {
    fault_actions(learner.stage()).into_iter().filter(|action| action.group == group).collect()
}

/// Opens the menu and runs the first row that matches a filter.
fn inject(learner: &mut Learner, filter: &str) {
    learner.press("X").press(filter);
    assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Faults));
    learner.press("<Enter>");
    assert!(learner.app.window.is_none(), "no row matches {filter}");
}

#[test]
fn every_row_of_the_catalogue_that_is_possible_here_is_listed() {
    let learner = Learner::exploring(SMALL);
    let site = of(&learner, FaultGroup::Site);
    for row in CommonFault::ALL {
        let said = hoplight::text::common_fault(row);
        let commands = row.inject(learner.stage().infra());
        let Some(action) = site.iter().find(|action| action.title == said.title.into()) else {
            assert!(commands.is_empty(), "{row:?} is missing");
            continue;
        };
        assert_eq!(action.commands, commands);
        assert!(action.about.contains(said.users) && action.about.contains(said.remedy));
        let refusal = action.refusal(learner.stage());
        assert!(refusal.is_none(), "{row:?}: {refusal:?}");
    }
}

#[test]
fn every_row_for_a_selected_element_has_an_effect_or_reports_why_not() {
    let fresh = Learner::exploring(LARGE);
    for element in fresh.stage().viewport.layout.order().to_vec() {
        let mut learner = Learner::exploring(LARGE);
        learner.app.act(SelectAction::Element(element.clone()));
        let offered = of(&learner, FaultGroup::Selected);
        let is_user = matches!(&element, Element::Component(id) if {
            let ix = learner.stage().infra().find(id.as_str()).expect("it exists");
            learner.stage().infra().component(ix).kind == ComponentKind::Browser
        });
        assert_eq!(offered.is_empty(), is_user, "{element}");
        for action in offered {
            assert!(!action.about.is_empty() && !action.commands.is_empty(), "{action:?}");
            let place = fault_actions(learner.stage()).iter().position(|other| *other == action).expect("it is in the list");
            let mut other = Learner::exploring(LARGE);
            other.app.act(SelectAction::Element(element.clone()));
            let refusal = action.refusal(other.stage());
            other.app.act(SiteAction::Fault(place));
            assert_ne!(other.notice(), "", "{}", action.title);
            assert_eq!(
                refusal.is_none(),
                other.stage().session.timeline.commands().count() == 1,
                "{}: {refusal:?}",
                action.title
            );
            assert_eq!(refusal.is_some(), other.tone() == Some(Tone::Warn), "{}: {}", action.title, other.notice());
        }
    }
}

#[test]
fn the_menu_offers_a_repair_for_every_fault() {
    for (element, filter) in [
        (component("lb-1"), "here kill"),
        (component("web-1"), "here hang"),
        (component("web-1"), "here slow"),
        (component("app-1"), "here bad configuration"),
        (component("db-1"), "here fill disk"),
        (component("db-2"), "here stop replication"),
        (component("db-2"), "here leak"),
        (component("lb-1"), "here certificate"),
        (component("agent-2"), "here cut path"),
        (component("agent-2"), "here block samples"),
        (server("server-2"), "here power off"),
        (server("server-3"), "here drain"),
        (hop("lb-1", "web-1"), "here eavesdropper"),
        (hop("lb-1", "web-1"), "here latency"),
        (hop("lb-1", "web-1"), "here firewall"),
        (component("dns"), "site authoritative"),
        (component("dns"), "site second database"),
        (component("dns"), "site read-only database"),
        (component("dns"), "site flood"),
    ] {
        let mut learner = Learner::exploring(LARGE);
        learner.app.act(SelectAction::Element(element.clone()));
        assert!(of(&learner, FaultGroup::Repair).is_empty(), "no repair is offered");
        inject(&mut learner, filter);
        assert!(learner.stage().session.timeline.commands().count() > 0, "{element}, {filter}: {}", learner.notice());
        learner.wait(10);
        assert!(!of(&learner, FaultGroup::Repair).is_empty(), "{element}, {filter}: nothing is offered");
        for _ in 0..4 {
            if !of(&learner, FaultGroup::Repair).is_empty() {
                inject(&mut learner, "");
                learner.wait(10);
            }
        }
        assert_eq!(of(&learner, FaultGroup::Repair), [], "{element}, {filter}");
    }
}

#[test]
fn an_element_that_is_down_can_be_restored_despite_other_faults() {
    let fresh = Learner::exploring(LARGE);
    let mut tried = 0;
    for element in [component("web-1"), component("db-1"), component("db-2"), hop("lb-1", "web-1"), server("server-2")] {
        let selected = |element: &Element| {
            let mut learner = Learner::exploring(LARGE);
            learner.app.act(SelectAction::Element(element.clone()));
            learner
        };
        let breaks = of(&selected(&element), FaultGroup::Selected);
        let kill = breaks.iter().position(|action| action.commands == [(0.0, Command::Kill(element.clone()))]).expect("a kill");
        let faults = breaks.iter().filter(|action| matches!(action.commands[..], [(_, Command::Fault(_))]));
        for fault in faults.filter(|action| action.refusal(fresh.stage()).is_none()) {
            let mut learner = selected(&element);
            for action in [fault, &breaks[kill]] {
                if let Some(place) = fault_actions(learner.stage()).iter().position(|other| other == action) {
                    learner.app.act(SiteAction::Fault(place));
                }
            }
            learner.wait(10);
            let what = format!("{element}, {}", fault.title);
            assert!(!learner.is_up(&element), "{what}");
            let returns = |action: &FaultAction| {
                let mut trial = learner.stage().sim().clone();
                action.commands.iter().any(|(_, command)| trial.apply(command, &mut ()).is_ok())
                    && trial.is_up(&element) == Some(true)
            };
            assert!(of(&learner, FaultGroup::Repair).iter().any(returns), "{what}: no repair is offered");
            for _ in 0..6 {
                if !of(&learner, FaultGroup::Repair).is_empty() {
                    inject(&mut learner, "");
                    learner.wait(10);
                }
            }
            assert_eq!(of(&learner, FaultGroup::Repair), [], "{what}");
            assert!(learner.is_up(&element), "{what}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_row_without_an_effect_says_why_when_it_is_selected() {
    let mut learner = Learner::exploring(SMALL);
    learner.select(&component("web-1")).press("x").press("X").press("here kill web-1");
    let window = learner.app.window.clone().expect("open");
    let rows = window::rows(&learner.app, window.kind, window.filter());
    let about: String = window::about(&learner.app, window.kind, rows.first(), 76).iter().map(|line| line.text() + " ").collect();
    assert!(about.contains("Not now: web-1 is already down."), "{about}");
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "web-1 is already down.");
    assert_eq!(
        learner.stage().session.refused().last().map(|(_, why)| why.to_string()).as_deref(),
        Some("web-1 is already down")
    );
}

#[test]
fn scheduled_commands_run_regardless_of_other_commands() {
    let hung = |learner: &Learner| learner.stage().sim().faults().iter().any(|fault| matches!(fault, Fault::Hang(_)));
    let mut learner = Learner::exploring(SMALL);
    learner.wait(20);
    inject(&mut learner, "three attempts");
    assert!(learner.notice().contains("the last step follows in 10 s. Users: "), "{}", learner.notice());
    assert!(hung(&learner));
    learner.press("t").wait(50).press("e").wait(45);
    assert!(hung(&learner), "9.5 s");
    learner.wait(10);
    assert!(!hung(&learner), "10.5 s");
    // After a rewind and another command, the scheduled end of the pause is still pending, at the same time.
    let at = |seconds| SimTime::from_secs(seconds);
    learner.app.act(TimeAction::Seek(at(8)));
    assert!(hung(&learner));
    learner.press("t");
    learner.app.act(TimeAction::Seek(at(11)));
    assert!(hung(&learner));
    learner.app.act(TimeAction::Seek(at(13)));
    assert!(!hung(&learner));
    // After a rewind to before the action, another command discards it.
    learner.app.act(TimeAction::Seek(at(1)));
    learner.press("t");
    learner.app.act(TimeAction::Seek(at(20)));
    assert!(!hung(&learner));
    assert_eq!(learner.stage().session.timeline.commands().count(), 1);
    let last = learner.stage().session.timeline.commands().last().map(|(_, command)| command.clone());
    assert!(matches!(last, Some(Command::Edit(_))));
}

#[test]
fn a_panel_starts_with_the_active_faults_until_they_are_cleared() {
    for (filter, element, said) in [
        ("twenty", component("db-1"), "✗ db-1 is 20 × slower."),
        ("twenty", component("db-1"), "mean service ms: static 76.7, read 76.7"),
        ("leak", component("db-1"), "connections from app-1 to db-1 have leaked."),
        ("syn flood", component("lb-1"), "SYNs per second hits the entry."),
        ("record is gone", component("dns"), "www.foobar.com has no A record any more"),
        ("certificate expires", component("lb-1"), "certificate for www.foobar.com: expired"),
        ("certificate expires", component("browser"), "no padlock: the certificate has expired"),
    ] {
        let mut learner = Learner::exploring(LARGE);
        learner.select(&element);
        assert!(!learner.panel().contains(said) && !learner.panel().contains('✗'), "{said}: {}", learner.panel());
        inject(&mut learner, filter);
        learner.wait(5).select(&element);
        assert!(learner.panel().contains(said), "{said}: {}", learner.panel());
        for _ in 0..4 {
            if !of(&learner, FaultGroup::Repair).is_empty() {
                inject(&mut learner, "");
            }
        }
        learner.select(&element);
        assert!(!learner.panel().contains(said), "{said}: {}", learner.panel());
    }
}

#[test]
fn every_description_fits_on_the_smallest_screen() {
    let mut learner = Learner::exploring(SMALL);
    for element in [component("db-1"), server("server-2"), hop("lb-1", "web-1")] {
        learner.select(&element).press("X");
        let room = hoplight::app::window::area(&learner.app).expect("open").about;
        for row in window::rows(&learner.app, WindowKind::Faults, "") {
            let about = window::about(&learner.app, WindowKind::Faults, Some(&row), room.width);
            assert!(about.len() <= usize::from(room.height), "{element} {}: {} lines", row.line.text(), about.len());
        }
        learner.press("<Esc>");
    }
}
