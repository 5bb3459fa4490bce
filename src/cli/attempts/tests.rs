//! Attempts are appended without loss, whatever the last program left behind, and no other file is damaged.

use std::os::unix::fs::symlink;

use hoplight_lesson::Score;
use tempfile::TempDir;

use super::*;

struct Place {
    folder: TempDir,
    file: AttemptFile,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = AttemptFile::beside(&folder.path().join("progress.ron"));
        Self { folder, file }
    }

    fn with(count: u32) -> Self {
        let place = Self::new();
        for number in 0..count {
            place.file.append(&[(u64::from(number), attempt(number))], 77).unwrap();
        }
        place
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.file.path).unwrap()
    }

    /// The results of all attempts, after a check of the chain.
    fn results(&self) -> Vec<u32> {
        let stored = self.file.read().unwrap();
        assert_eq!((stored.log.problems(), stored.damaged), (vec![], vec![]));
        stored.log.records().iter().map(|record| record.right).collect()
    }
}

fn attempt(right: u32) -> ActivityAttempt {
    ActivityAttempt::new("lesson/small", 9, Score { right, of: 100 })
}

#[test]
fn attempts_make_one_chain_across_programs() {
    let place = Place::with(2);
    let other = place.file.clone();
    other.append(&[(5, attempt(2)), (6, attempt(3))], 78).unwrap();
    place.file.append(&[(7, attempt(4))], 79).unwrap();
    assert_eq!(place.results(), [0, 1, 2, 3, 4]);
    let log = place.file.read().unwrap().log;
    assert_eq!(log.records()[0].salt, 77, "the first record");
    assert!(log.records()[1..].iter().all(|record| record.salt == 0 && record.after.len() == 1));
}

#[test]
fn what_a_crash_left_incomplete_is_removed_and_the_rest_kept() {
    let whole = Place::with(3).bytes();
    let lines: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    for length in lines[0]..=whole.len() {
        let place = Place::new();
        fs::write(&place.file.path, &whole[..length]).unwrap();
        place.file.append(&[(9, attempt(9))], 5).unwrap();
        // A line is complete even without its line break.
        let kept = u32::try_from(lines[1..].iter().filter(|end| **end <= length + 1).count()).unwrap();
        let expected: Vec<u32> = (0..kept).chain([9]).collect();
        assert_eq!(place.results(), expected, "{length}");
    }
}

#[test]
fn other_files_are_left_alone() {
    for foreign in
        ["", "Buy milk.\n", "{}\n", "{\"hoplight\":\"result\",\"format\":1}\n", "{\"hoplight\":\"attempts\",\"format\":2}\n"]
    {
        let place = Place::new();
        fs::write(&place.file.path, foreign).unwrap();
        let error = place.file.append(&[(1, attempt(1))], 1).unwrap_err();
        assert!(error.contains("left alone"), "{foreign}: {error}");
        assert!(place.file.read().is_err() && place.file.join(&Place::with(1).file.read().unwrap().log, 1).is_err());
        assert_eq!(place.bytes(), foreign.as_bytes());
    }
    let place = Place::new();
    fs::create_dir(&place.file.path).unwrap();
    assert!(place.file.append(&[(1, attempt(1))], 1).unwrap_err().contains("a folder"));
}

#[test]
fn a_link_to_the_file_stays() {
    let place = Place::new();
    let target = place.folder.path().join("elsewhere");
    symlink(&target, &place.file.path).unwrap();
    for number in 0..3 {
        place.file.append(&[(1, attempt(number))], 1).unwrap();
    }
    assert_eq!(place.results(), [0, 1, 2]);
    assert!(fs::symlink_metadata(&place.file.path).unwrap().is_symlink() && target.is_file());
}

#[test]
fn the_oldest_attempts_are_dropped_at_the_limit() {
    let mut place = Place::new();
    place.file.limit = Limit { bytes: 3_000, records: 4 };
    for number in 0..20 {
        place.file.append(&[(number.into(), attempt(number))], 3).unwrap();
    }
    let results = place.results();
    assert!(place.bytes().len() <= 3_000 && results.len() >= 4, "{results:?}");
    let log = place.file.read().unwrap().log;
    assert_eq!(log.dropped() + log.records().len() as u64, 20);
    assert_eq!(results.last(), Some(&19));
}

#[test]
fn a_damaged_line_is_reported_and_the_others_are_kept() {
    let place = Place::with(3);
    let text = String::from_utf8(place.bytes()).unwrap();
    let damaged: Vec<String> =
        (1..).zip(text.lines()).map(|(n, line)| if n == 3 { "?".into() } else { line.to_owned() }).collect();
    fs::write(&place.file.path, damaged.join("\n") + "\n").unwrap();
    place.file.append(&[(9, attempt(9))], 5).unwrap();
    let stored = place.file.read().unwrap();
    assert_eq!(stored.damaged.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    assert_eq!(stored.log.records().len(), 3);
    assert!(!stored.log.problems().is_empty(), "the chain shows the gap");
    // A merge would lose the damaged line, so it is refused.
    assert!(place.file.join(&Place::with(1).file.read().unwrap().log, 1).unwrap_err().contains("line 3 is damaged"));
}

#[test]
fn merging_with_another_machine_keeps_all_attempts() {
    let (laptop, desktop) = (Place::with(3), Place::new());
    for number in 10..12 {
        desktop.file.append(&[(number.into(), attempt(number))], 12).unwrap();
    }
    let theirs = desktop.file.read().unwrap().log;
    assert_eq!(laptop.file.join(&theirs, 50), Ok(2));
    assert_eq!(laptop.file.join(&theirs, 51), Ok(0), "twice is once");
    laptop.file.append(&[(60, attempt(99))], 1).unwrap();
    let log = laptop.file.read().unwrap().log;
    assert_eq!(log.problems(), []);
    let results: Vec<u32> = log.attempts().map(|record| record.right).collect();
    assert_eq!(results, [0, 1, 2, 10, 11, 99]);
    // The other machine has less, so it takes this one's records as they are.
    assert_eq!(desktop.file.join(&log, 70), Ok(4));
    let both = desktop.file.read().unwrap().log;
    assert_eq!(both.problems(), []);
    assert_eq!(both.records().len(), log.records().len(), "nothing needed to be joined again");
    // What this program writes is what serde writes.
    for record in both.records() {
        assert_eq!(serde_json::to_string(record).unwrap(), record.to_json());
    }
}
