//! First-run tips: one at a time, gone once followed or read, and never shown twice.

use hoplight::app::{Effect, Tip};
use hoplight::lesson::Progress;

use crate::learner::{Learner, SMALL, component, library};

/// A learner who explores an infrastructure with this progress.
fn newcomer(progress: Progress) -> Learner {
    let mut learner = Learner::with(library(), progress, SMALL);
    learner.app.settings.tips = true;
    let infra = learner.app.library.scenario("stage-2-secured").expect("shipped").clone();
    learner.app.open_scenario(infra);
    learner
}

fn shown(learner: &Learner) -> Option<Tip> {
    assert_eq!(learner.app.tip().is_some(), learner.app.tips.shown().is_some());
    learner.app.tips.shown()
}

#[test]
fn a_tip_disappears_once_followed_and_the_next_one_appears_later() {
    let mut learner = newcomer(Progress::default());
    assert_eq!(shown(&learner), None, "no tip at first");
    learner.wait(60);
    assert_eq!(shown(&learner), Some(Tip::Select));
    learner.effects.clear();
    learner.press("<Tab>");
    assert_eq!(shown(&learner), None);
    assert!(learner.effects.contains(&Effect::Save) && learner.app.progress.is_tipped("select"));
    // The readable hops are shown until the next key.
    learner.press("t<Tab>");
    learner.wait(150);
    assert_eq!(shown(&learner), Some(Tip::Pause));
    // An action that the learner has used already needs no tip.
    assert!(learner.app.progress.is_tipped("tls"));
    learner.press(" ").press(" ");
    learner.select(&component("web-1")).wait(150);
    assert_eq!(shown(&learner), Some(Tip::Kill), "the selected element can be killed");
}

#[test]
fn a_tip_disappears_after_a_while_and_does_not_return() {
    let mut learner = newcomer(Progress::default());
    learner.wait(60);
    assert_eq!(shown(&learner), Some(Tip::Select));
    learner.wait(200);
    assert!(learner.app.progress.is_tipped("select") && learner.app.take_unsaved());
    learner.wait(60);
    assert_eq!(shown(&learner), Some(Tip::Pause));
    let kept = Progress::from_ron("p.ron", &learner.app.progress.to_ron()).expect("valid content");
    let mut again = newcomer(kept);
    again.wait(60);
    assert_eq!(shown(&again), Some(Tip::Pause));
}

#[test]
fn tips_run_out_and_can_be_turned_off() {
    let mut learner = newcomer(Progress::default());
    for _ in 0..400 {
        learner.wait(10);
        if let Some(line) = learner.app.tip() {
            assert!(line.width() <= 79 && !line.text().contains('?'), "{}", line.text());
        }
    }
    let open: Vec<Tip> = Tip::ALL.into_iter().filter(|tip| !learner.app.progress.is_tipped(tip.name())).collect();
    assert_eq!((open, shown(&learner)), (vec![Tip::Kill], None), "nothing is selected");
    let mut without = newcomer(Progress::default());
    without.app.settings.tips = false;
    without.wait(200).press("t<Tab>");
    assert!(without.app.tip().is_none() && Tip::ALL.iter().all(|tip| !without.app.progress.is_tipped(tip.name())));
}
