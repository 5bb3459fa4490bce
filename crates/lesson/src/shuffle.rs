//! The order in which the options of a question are shown: different for each learner and attempt, so that nobody learns
//! a position instead of an answer.

use hoplight_model::LessonId;

/// What an order depends on, besides the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shuffle {
    /// A number that differs between learners.
    pub(super) learner: u64,
    /// How often the learner has finished the quiz before.
    pub(super) attempt: u32,
}

impl Shuffle {
    /// Returns a permutation of `0..options` for a question, which `place` identifies in its lesson.
    pub(super) fn order(self, lesson: &LessonId, place: u64, options: usize) -> Vec<usize> {
        let mut state = self.learner;
        for part in lesson.as_str().bytes().map(u64::from).chain([place, u64::from(self.attempt)]) {
            state = mix(state ^ part);
        }
        // Fisher and Yates: position i gets any of the options that are left, with equal chances.
        let mut order: Vec<usize> = (0..options).collect();
        for last in (1..options).rev() {
            state = mix(state);
            let choices = u64::try_from(last + 1).unwrap_or(u64::MAX);
            let other = usize::try_from(state % choices).unwrap_or(last);
            order.swap(last, other);
        }
        order
    }
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014).
const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_attempts_every_option_comes_to_every_position() {
        let lesson: LessonId = "a-lesson".parse().unwrap();
        let mut counts = [[0; 4]; 4];
        for attempt in 0..400 {
            let order = Shuffle { learner: 1, attempt }.order(&lesson, 3, 4);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3], "a permutation");
            order.iter().enumerate().for_each(|(position, option)| counts[position][*option] += 1);
        }
        // 100 expected, with a standard deviation of 8.7.
        assert!(counts.iter().flatten().all(|count| (65..135).contains(count)), "{counts:?}");
        let shuffle = Shuffle { learner: 1, attempt: 0 };
        assert_eq!(shuffle.order(&lesson, 3, 4), shuffle.order(&lesson, 3, 4));
        let places: Vec<_> = (0..20).map(|place| shuffle.order(&lesson, place, 4)).collect();
        assert!(places.iter().any(|order| *order != places[0]), "questions of one attempt differ");
    }
}
