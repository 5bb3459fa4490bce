//! When a question is asked again.
//!
//! The schedule is FSRS (Free Spaced Repetition Scheduler), version 5, by the crate `rs-fsrs`, with days as its only unit:
//! the question comes back when the chance to answer it falls to 90 %.

use chrono::{DateTime, TimeDelta, Utc};
use rs_fsrs::{Card, FSRS, Parameters, Rating, State};

use hoplight_lesson::Memory;

use crate::grade::Grade;

/// The longest interval, in days: exams are nearer than years.
const LONGEST_DAYS: i32 = 180;

/// Returns what is remembered of a question after an answer. `today` is in days since 1970-01-01.
pub fn review(before: Option<Memory>, grade: &Grade, today: u32) -> Memory {
    let now = date(today);
    let card = before.map_or_else(Card::default, card_of);
    let rating = if grade.is_right { Rating::Good } else { Rating::Again };
    let parameters = Parameters { enable_short_term: false, maximum_interval: LONGEST_DAYS, ..Parameters::default() };
    let next = FSRS::new(parameters).next(card, now, rating).card;
    let is_first_today = before.is_none_or(|before| before.last_day < today || !before.was_right);
    let right_days = before.map_or(0, |before| before.right_days);
    let lapses = before.map_or(0, |before| before.lapses);
    Memory {
        stability: thousandths(next.stability),
        difficulty: thousandths(next.difficulty),
        last_day: today,
        due_day: today.saturating_add(u32::try_from(next.scheduled_days).unwrap_or(0).max(1)),
        reviews: before.map_or(0, |before| before.reviews).saturating_add(1),
        lapses: lapses.saturating_add(u32::from(!grade.is_right && before.is_some_and(|before| before.was_right))),
        was_right: grade.is_right,
        right_days: right_days.saturating_add(u32::from(grade.is_right && is_first_today)),
    }
}

fn card_of(memory: Memory) -> Card {
    Card {
        due: date(memory.due_day),
        stability: f64::from(memory.stability) / 1000.0,
        difficulty: f64::from(memory.difficulty) / 1000.0,
        elapsed_days: 0,
        scheduled_days: i64::from(memory.due_day.saturating_sub(memory.last_day)),
        reps: i32::try_from(memory.reviews).unwrap_or(i32::MAX),
        lapses: i32::try_from(memory.lapses).unwrap_or(i32::MAX),
        state: State::Review,
        last_review: date(memory.last_day),
    }
}

fn date(day: u32) -> DateTime<Utc> {
    // A day of 2^32 is within the range of dates only up to the year 262,000.
    DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::days(i64::from(day))).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Rounds to thousandths, within what a memory stores.
fn thousandths(value: f64) -> u32 {
    let rounded = (value * 1000.0).round().clamp(1.0, f64::from(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u32")]
    let stored = rounded as u32;
    stored
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grade(is_right: bool) -> Grade {
        Grade { is_right, hits: usize::from(is_right), of: 1, ..Grade::default() }
    }

    #[test]
    fn intervals_grow_with_right_answers_and_collapse_after_a_wrong_one() {
        let mut today = 20_000;
        let mut memory = review(None, &grade(true), today);
        let mut intervals = vec![memory.due_day - today];
        for _ in 0..4 {
            today = memory.due_day;
            memory = review(Some(memory), &grade(true), today);
            intervals.push(memory.due_day - today);
        }
        assert!(intervals.is_sorted_by(|a, b| a < b || (*a == 180 && *b == 180)), "{intervals:?}");
        assert_eq!((memory.reviews, memory.right_days, memory.lapses), (5, 5, 0));
        today = memory.due_day;
        let lapsed = review(Some(memory), &grade(false), today);
        assert!(lapsed.due_day - today < intervals[3], "{lapsed:?}");
        assert_eq!((lapsed.lapses, lapsed.was_right, lapsed.right_days), (1, false, 5));
    }

    #[test]
    fn a_wrong_answer_comes_back_the_next_day() {
        let memory = review(None, &grade(false), 100);
        assert_eq!(memory.due_day, 101);
        assert!(!memory.was_right && memory.lapses == 0, "it was never known");
    }

    #[test]
    fn several_right_answers_on_one_day_count_as_one_day() {
        let once = review(None, &grade(true), 100);
        let twice = review(Some(once), &grade(true), 100);
        assert_eq!(twice.right_days, 1);
        assert_eq!(review(Some(twice), &grade(true), 101).right_days, 2);
    }

    #[test]
    fn a_clock_that_was_set_back_does_no_harm() {
        let memory = review(None, &grade(true), 20_000);
        let again = review(Some(memory), &grade(true), 10_000);
        assert!(again.due_day > 10_000 && again.due_day <= 10_180, "{again:?}");
    }
}
