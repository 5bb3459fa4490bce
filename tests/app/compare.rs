//! Two designs side by side: the same users, the same commands, the same time.

use hoplight::app::View;
use hoplight::app::comparison::Comparison;
use hoplight::model::{Element, TlsMode};
use hoplight::sim::{Simulation, Timeline};

use crate::learner::{LARGE, Learner, SMALL, component, server};

/// Stage 2 beside what the filter finds first.
fn comparing(size: (u16, u16), filter: &str) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(20).press("C").press(filter).press("<Enter>");
    assert_eq!(learner.stage().view, View::Compare);
    learner
}

fn second(learner: &Learner) -> &Comparison {
    learner.stage().comparison.as_ref().expect("it is there")
}

fn sims(learner: &Learner) -> [&Simulation; 2] {
    [learner.stage().sim(), second(learner).timeline.simulation()]
}

fn table(learner: &Learner) -> Vec<String> {
    second(learner).lines(learner.stage().sim()).iter().map(hoplight::app::Line::text).collect()
}

#[test]
fn both_get_the_same_users_at_the_same_time() {
    let mut learner = comparing(LARGE, "re-encrypt");
    learner.wait(50);
    let [a, b] = sims(&learner);
    assert_eq!((a.now(), a.totals().offered), (b.now(), b.totals().offered));
    assert_eq!([a, b].map(|sim| sim.infrastructure().tls().edge), [TlsMode::Terminate, TlsMode::Reencrypt]);
    let mut alone = Timeline::new(Simulation::new(b.infrastructure().clone(), a.seed()));
    alone.seek(b.now());
    assert_eq!(alone.simulation().digest(), b.digest(), "the second runs as it would alone");
}

#[test]
fn another_design_gets_the_users_of_the_first() {
    let mut learner = comparing(LARGE, "Simple");
    learner.wait(50);
    let [a, b] = sims(&learner);
    assert_eq!(b.infrastructure().id().as_str(), "stage-0-simple");
    assert_eq!(a.totals().offered, b.totals().offered);
}

#[test]
fn failures_and_users_come_to_both_and_tls_changes_in_the_first_only() {
    let mut learner = comparing(LARGE, "re-encrypt");
    learner.select(&component("web-1")).press("x>");
    let [a, b] = sims(&learner);
    let web = Element::Component("web-1".parse().expect("a name"));
    assert_eq!([a.is_up(&web), b.is_up(&web)], [Some(false); 2]);
    assert!((a.rate() - b.rate()).abs() < 1e-9);
    learner.press("t");
    assert_eq!(sims(&learner).map(|sim| sim.infrastructure().tls().edge), [TlsMode::Reencrypt; 2]);
    let text = table(&learner).join("\n");
    assert_eq!(text.matches("\nnothing").count(), 2, "now they are the same: {text}");
}

#[test]
fn what_was_done_before_is_done_to_the_second_as_well() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&server("server-3")).press("x").wait(30).press("Cre-enc<Enter>");
    let [a, b] = sims(&learner);
    assert_eq!(b.is_up(&server("server-3")), Some(false));
    assert_eq!(a.now(), b.now());
}

#[test]
fn both_go_back_together() {
    let mut learner = comparing(LARGE, "re-encrypt");
    let state = |learner: &Learner| sims(learner).map(|sim| (sim.now(), sim.digest()));
    learner.wait(20).press(" ,");
    let there = state(&learner);
    assert_eq!(there[0].0, there[1].0);
    learner.press("...");
    assert!(state(&learner)[1].0 > there[1].0);
    learner.press(",,,");
    assert_eq!(state(&learner), there, "as it was, in both");
}

#[test]
fn differences_are_called_out_with_a_sign_and_not_by_colour_alone() {
    let mut learner = comparing(SMALL, "re-encrypt");
    learner.wait(20);
    let lines = table(&learner);
    let readable = lines.iter().find(|line| line.starts_with("hops readable")).expect("a row");
    assert!(readable.contains("−2 ✓"), "{readable}");
    let only = lines.iter().position(|line| line == "found only in A").expect("a heading");
    assert!(lines[only + 1].contains("Passwords"), "{lines:?}");
}

#[test]
fn it_ends_with_the_same_key_with_escape_and_with_the_monitor() {
    for key in ["C", "<Esc>", "m"] {
        let mut learner = comparing(SMALL, "re-encrypt");
        learner.press(key);
        assert!(learner.stage().comparison.is_none() && learner.stage().view != View::Compare, "{key}");
    }
}

#[test]
fn a_click_selects_in_either_picture() {
    let mut learner = comparing(LARGE, "re-encrypt");
    for at in 0..2 {
        let comparison = second(&learner);
        let (picture, cell) = (comparison.places.pictures[at], comparison.layouts[at].anchor(&component("lb-1")));
        let cell = cell.expect("placed");
        learner.app.click(picture.x + cell.x, picture.y + cell.y);
        assert_eq!(learner.stage().selected, Some(component("lb-1")), "picture {at}");
        learner.app.click(picture.x, picture.y + picture.height - 1);
        assert_eq!(learner.stage().selected, None);
    }
}
