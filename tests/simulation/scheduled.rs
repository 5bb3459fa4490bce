//! Commands in the known future, and commands scheduled for a later moment.

use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::sim::{Command, SimTime, Simulation, Timeline};

use crate::{component, stage_2};

/// Stage 2 without arrivals, so that little happens between two samples.
fn quiet() -> Timeline {
    let mut timeline = Timeline::new(Simulation::new(stage_2(), 1));
    let zero = Rate::new(0.0).expect("a rate");
    timeline.apply(Command::Rate(zero)).expect("there is a rate to set");
    timeline
}

#[test]
fn a_seek_never_overshoots_to_a_nearby_known_command() {
    let at = |millis: u64| SimTime::from_nanos(millis * 1_000_000);
    let mut timeline = quiet();
    timeline.seek(at(5_700));
    timeline.apply(Command::Kill(component("db-1"))).expect("the element is up");
    for millis in [5_690, 5_699, 5_600, 5_200] {
        timeline.seek(at(1_000));
        timeline.seek(at(millis));
        assert_eq!((timeline.simulation().now(), timeline.commands().count()), (at(millis), 1));
    }
    timeline.seek(at(5_700));
    assert_eq!((timeline.simulation().now(), timeline.commands().count()), (at(5_700), 2));
}

#[test]
fn a_scheduled_command_runs_on_time_and_is_replayed_like_any_other() {
    let at = |millis: u64| SimTime::from_nanos(millis * 1_000_000);
    let kill = || Command::Kill(component("db-1"));
    let restore = || Command::Restore(component("db-1"));
    let up = |timeline: &Timeline| timeline.simulation().is_up(&component("db-1")) == Some(true);
    let mut timeline = quiet();
    timeline.seek(at(2_000));
    timeline.apply(kill()).expect("the element is up");
    timeline.schedule(Duration::from_millis(1_234), restore());
    for (millis, is_up) in
        [(3_233, false), (3_234, true), (9_000, true), (3_000, false), (1_000, true), (3_233, false), (4_000, true)]
    {
        timeline.seek(at(millis));
        assert_eq!((timeline.simulation().now(), up(&timeline)), (at(millis), is_up), "{millis}");
    }
    // The result equals a manual command at the same moment.
    let mut by_hand = quiet();
    by_hand.seek(at(2_000));
    by_hand.apply(kill()).expect("the element is up");
    by_hand.seek(at(3_234));
    by_hand.apply(restore()).expect("the element is down");
    by_hand.seek(at(4_000));
    assert_eq!(timeline.simulation().digest(), by_hand.simulation().digest());
    // A manual command in between may leave nothing to do; then the scheduled command is skipped.
    timeline.seek(at(2_500));
    timeline.apply(restore()).expect("the element is down");
    timeline.seek(at(4_000));
    assert_eq!((up(&timeline), timeline.commands().count()), (true, 3));
    // If time is rewound to before it was scheduled, the command never runs.
    timeline.seek(at(1_500));
    timeline.apply(kill()).expect("the element is up");
    timeline.seek(at(9_000));
    assert_eq!((up(&timeline), timeline.commands().count()), (false, 2));
}
