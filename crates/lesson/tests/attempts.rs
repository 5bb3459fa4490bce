//! The chain of attempts shows edits and cuts, and merges without loss.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_curriculum::{Demand, Misconception};
use hoplight_lesson::{
    ActivityAttempt, AttemptHash, AttemptLog, AttemptPart, AttemptRecord, ChainFault, ChainProblem, Score, Standing,
};

fn attempt(right: u32) -> ActivityAttempt {
    ActivityAttempt::new("mission/budget", 7, Score { right, of: 5 })
}

fn log(salt: u64, results: impl IntoIterator<Item = u32>) -> AttemptLog {
    let mut log = AttemptLog::default();
    for (at_s, right) in (1_000..).zip(results) {
        log.append(&attempt(right), at_s, salt);
    }
    log
}

fn with(records: Vec<AttemptRecord>) -> AttemptLog {
    AttemptLog::new(records, 0, BTreeSet::new())
}

fn faults(log: &AttemptLog) -> Vec<(usize, ChainFault)> {
    log.problems().into_iter().map(|ChainProblem { number, fault }| (number, fault)).collect()
}

#[test]
fn the_hash_is_that_of_the_documented_text() {
    let mut attempt = attempt(2);
    attempt.parts = BTreeMap::from([(AttemptPart::Repaired, Score { right: 0, of: 1 })]);
    attempt.judge(&[Demand::Spof, Demand::Qps], true);
    attempt.judge(&[Demand::Spof], false);
    attempt.judge(&[Demand::Spof], true);
    attempt.beliefs.insert(Misconception::NoDataIsZero);
    let mut log = AttemptLog::default();
    log.append(&attempt, 1_000, 5);
    let record = &log.records()[0];
    let text = "{\"at_s\":1000,\"activity\":\"mission/budget\",\"seed\":\"7\",\"right\":2,\"of\":5,\
                \"parts\":{\"repaired\":[0,1]},\"shown\":[\"Qps\"],\"missed\":[\"Spof\"],\"beliefs\":[\"NoDataIsZero\"],\
                \"salt\":\"5\",\"after\":[]}";
    assert_eq!(record.canonical(), text);
    // printf '%s' "$text" | sha256sum
    assert_eq!(record.hash, AttemptHash::of(text));
    assert_eq!(AttemptHash::of("abc").to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(record.to_json(), format!("{},\"hash\":\"{}\"}}", text.strip_suffix('}').expect("an object"), record.hash));
}

#[test]
fn an_untouched_log_is_intact() {
    assert_eq!(faults(&log(1, 0..6)), []);
    assert_eq!(faults(&AttemptLog::default()), []);
}

#[test]
fn an_edit_shows_at_its_record() {
    let edits: [fn(&mut AttemptRecord); 8] = [
        |record| record.right = 5,
        |record| record.of = 6,
        |record| record.at_s += 1,
        |record| record.seed += 1,
        |record| record.activity = "mission/other".parse().unwrap(),
        |record| record.salt = 1,
        |record| record.beliefs.extend(["Spof".parse().unwrap()]),
        |record| record.parts.extend([("repaired".parse().unwrap(), (1, 1))]),
    ];
    for edit in edits {
        let mut records = log(1, 0..6).records().to_vec();
        edit(&mut records[3]);
        assert_eq!(faults(&with(records)), [(4, ChainFault::Edited)]);
    }
}

#[test]
fn an_edit_with_a_new_hash_shows_at_the_next_record() {
    let mut records = log(1, 0..6).records().to_vec();
    let after = records[3].after.clone();
    records[3] = AttemptRecord::new(&attempt(5), records[3].at_s, 0, after);
    // The forged record is genuine by itself, but what followed the original one does not follow it.
    assert_eq!(faults(&with(records)), [(4, ChainFault::Loose), (5, ChainFault::Cut)]);
}

#[test]
fn a_cut_shows_unless_it_is_at_the_end() {
    let records = log(1, 0..6).records().to_vec();
    for at in 0..6 {
        let mut cut = records.clone();
        cut.remove(at);
        let found = faults(&with(cut));
        if at == 5 {
            assert_eq!(found, [], "only the seal of the file shows this");
        } else {
            assert!(found.contains(&(at + 1, ChainFault::Cut)), "{at}: {found:?}");
        }
    }
    let mut moved = records.clone();
    moved.swap(2, 3);
    assert!(faults(&with(moved)).contains(&(3, ChainFault::Cut)));
    let mut doubled = records.clone();
    doubled.push(records[2].clone());
    assert!(faults(&with(doubled)).contains(&(7, ChainFault::Twice)));
}

#[test]
fn parts_of_two_logs_put_together_show() {
    let mut records = log(1, 0..3).records().to_vec();
    records.extend(log(2, 3..6).records().to_vec());
    assert_eq!(faults(&with(records)), [(3, ChainFault::Loose)]);
}

#[test]
fn merging_keeps_everything_and_order_does_not_matter() {
    let (one, other) = (log(1, 0..3), log(2, 10..12));
    for (mut ours, theirs, added) in [(one.clone(), &other, 2), (other.clone(), &one, 3)] {
        assert_eq!(ours.join(theirs, 9), added);
        assert_eq!(faults(&ours), []);
        let results: BTreeSet<u32> = ours.attempts().map(|record| record.right).collect();
        assert_eq!(results, BTreeSet::from([0, 1, 2, 10, 11]));
        assert_eq!(ours.ends().len(), 1, "one record seals both");
        let before = ours.clone();
        assert_eq!((ours.join(theirs, 10), &ours), (0, &before), "again changes nothing");
    }
    // A log that another one continues is replaced by it, without a record that joins them.
    let mut behind = one.clone();
    let mut ahead = one.clone();
    ahead.append(&attempt(3), 2_000, 0);
    assert_eq!(behind.join(&ahead, 9), 1);
    assert_eq!(behind, ahead);
}

#[test]
fn a_shortened_log_is_intact_and_says_how_much_is_gone() {
    let mut log = log(1, 0..10);
    log.shorten(4);
    assert_eq!((faults(&log), log.dropped(), log.records().len()), (vec![], 6, 4));
    log.append(&attempt(4), 3_000, 1);
    log.shorten(4);
    assert_eq!((faults(&log), log.dropped()), (vec![], 7));
    // Without the statement, the beginning is a cut.
    assert_eq!(faults(&with(log.records().to_vec())), [(1, ChainFault::Cut)]);
}

#[test]
fn logs_of_two_learners_share_nothing() {
    let (ada, eve) = (log(1, 0..4), log(2, 0..4));
    assert_eq!(ada.shared(&eve).count(), 0, "equal attempts at equal times");
    let mut copied = with(ada.records()[..2].to_vec());
    copied.append(&attempt(4), 5_000, 3);
    assert_eq!((faults(&copied), ada.shared(&copied).count()), (vec![], 2));
}

#[test]
fn words_of_records_need_no_escaping() {
    let hostile = ActivityAttempt::new("lesson/\"},{\u{1b}[2J", 1, Score { right: 1, of: 1 });
    let mut log = AttemptLog::default();
    log.append(&hostile, 1, 1);
    assert_eq!(log.records()[0].activity.as_str(), "lesson/------2J");
    assert!("a b".parse::<hoplight_lesson::RecordWord>().is_err());
    for bad in ["", "00", &"g".repeat(64), &"A".repeat(64)] {
        assert!(bad.parse::<AttemptHash>().is_err(), "{bad}");
    }
}

/// A log with attempts at activities: day, name, right of 10, misconception.
fn days(attempts: &[(u64, &str, u32, Option<Misconception>)]) -> AttemptLog {
    let mut log = AttemptLog::default();
    for (day, name, right, belief) in attempts {
        let mut attempt = ActivityAttempt::new(*name, 1, Score { right: *right, of: 10 });
        attempt.beliefs.extend(*belief);
        attempt.judge(&[Demand::Spof], *right == 10);
        log.append(&attempt, day * 86_400 + 3_600, 1);
    }
    log
}

#[test]
fn the_best_result_counts_and_several_tries_without_a_good_one_are_stuck() {
    let log = days(&[(1, "lesson/a", 5, None), (1, "lesson/a", 9, None), (2, "lesson/a", 7, None), (2, "drill/b", 1, None)]);
    let standing = Standing::of(&log);
    let lesson = standing.activity("lesson/a").unwrap();
    assert_eq!((lesson.percent(), lesson.attempts().len(), lesson.is_stuck()), (Some(90), 3, false));
    assert_eq!(lesson.best().unwrap().at_s, 86_400 + 3_600);
    assert_eq!(standing.of_kind("lesson").map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
    for (results, is_stuck) in [(&[5, 6, 7][..], true), (&[5, 6], false), (&[5, 6, 8], false)] {
        let tries: Vec<_> = results.iter().map(|right| (1, "lesson/a", *right, None)).collect();
        assert_eq!(Standing::of(&days(&tries)).activity("lesson/a").unwrap().is_stuck(), is_stuck, "{results:?}");
    }
}

#[test]
fn a_streak_counts_days_in_a_row_until_today_or_yesterday() {
    let log = days(&[(3, "drill/b", 1, None), (5, "drill/b", 1, None), (6, "drill/b", 1, None), (6, "drill/b", 1, None)]);
    let standing = Standing::of(&log);
    assert_eq!([4, 5, 6, 7, 8].map(|today| standing.streak(today)), [1, 1, 2, 2, 0]);
    assert_eq!(Standing::default().streak(0), 0);
}

#[test]
fn a_misconception_is_held_until_a_later_attempt_at_the_same_activity_is_without_it() {
    let belief = Some(Misconception::NoDataIsZero);
    let names = |log: &AttemptLog| Standing::of(log).beliefs().into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(&days(&[(1, "lesson/a", 9, belief)])), ["NoDataIsZero"]);
    assert_eq!(names(&days(&[(1, "lesson/a", 9, belief), (2, "lesson/b", 10, None)])), ["NoDataIsZero"]);
    assert!(names(&days(&[(1, "lesson/a", 9, belief), (2, "lesson/a", 10, None)])).is_empty());
    let log = days(&[(1, "lesson/a", 10, None), (2, "lesson/a", 9, None)]);
    assert_eq!(Standing::of(&log).demands().get("Spof"), Some(&false));
}
