//! Generated practice: a small site with one to three flaws to find.

use hoplight_analysis::{DesignFinding, FindingRule, findings};
use hoplight_exam::{ExamScore, Puzzle, generate};
use hoplight_lesson::{ActivityAttempt, Score};
use hoplight_model::Infrastructure;

use crate::action::ExamAction;
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::task::choices::Choices;
use crate::tone::Tone;

/// Number of rules to choose from.
const RULES: usize = 6;

/// Number of puzzles solved in a row after which the next ones have one flaw more.
const MORE_FLAWS: u32 = 2;

/// The state of generated practice.
#[derive(Clone, Debug)]
pub struct PuzzleTask {
    seed: u64,
    puzzle: Puzzle,
    rules: Vec<FindingRule>,
    choices: Choices,
    score: Option<ExamScore>,
    /// Number of puzzles solved in a row.
    solved: u32,
}

impl PuzzleTask {
    /// Generates a puzzle for a learner who has solved this many in a row.
    pub(crate) fn new(seed: u64, solved: u32) -> Self {
        let flaws = usize::try_from(1 + solved / MORE_FLAWS).unwrap_or(usize::MAX);
        let puzzle = generate(seed, flaws);
        let rules = puzzle.choices(seed, RULES);
        let choices = Choices::new(rules.len());
        Self { seed, puzzle, rules, choices, score: None, solved }
    }

    /// Generates the next puzzle.
    pub(crate) fn next(&self) -> Self {
        Self::new(self.seed.wrapping_add(1), self.solved)
    }

    /// Returns the puzzle.
    pub const fn puzzle(&self) -> &Puzzle {
        &self.puzzle
    }

    /// Returns the rules to choose from.
    pub fn rules(&self) -> &[FindingRule] {
        &self.rules
    }

    /// Returns the score, once the answer has been handed in.
    pub const fn score(&self) -> Option<ExamScore> {
        self.score
    }

    /// Returns the number of puzzles solved in a row.
    pub const fn solved(&self) -> u32 {
        self.solved
    }

    /// Moves the cursor.
    pub(crate) fn step(&mut self, down: bool) {
        if self.score.is_none() {
            self.choices.step(down);
        }
    }

    /// Chooses a rule or, without a number, the one under the cursor. Returns whether rules can be chosen.
    pub(crate) fn toggle(&mut self, number: Option<usize>) -> bool {
        self.score.is_none() && self.choices.toggle(number.unwrap_or(self.choices.cursor))
    }

    /// Grades the answer. Returns whether all flaws were found, and nothing else.
    pub(crate) fn hand_in(&mut self) -> bool {
        let said: Vec<FindingRule> = self.choices.chosen.iter().filter_map(|number| self.rules.get(*number)).copied().collect();
        let score = self.puzzle.grade(&said);
        self.score = Some(score);
        self.solved = if score.is_full() { self.solved + 1 } else { 0 };
        score.is_full()
    }

    /// Returns the answer that has been handed in, as an attempt.
    pub(crate) fn attempt(&self, name: &str) -> Option<ActivityAttempt> {
        let score = self.score?;
        Some(ActivityAttempt::new(name, self.seed, Score { right: score.halves, of: score.of }))
    }

    pub(super) fn title(&self) -> (String, String) {
        let remark = if self.solved == 0 { String::new() } else { format!("{} solved in a row", self.solved) };
        ("Find the flaws".to_owned(), remark)
    }

    pub(super) fn lines(&self, infra: &Infrastructure, keymap: &Keymap, width: u16) -> Vec<Line> {
        let mut page = Page::new(width);
        let (toggle, confirm) = (keymap.label(ExamAction::Toggle), keymap.label(ExamAction::Confirm));
        let Some(score) = self.score else {
            let flaws = match self.puzzle.flaws.len() {
                1 => "one flaw".to_owned(),
                count => format!("{count} flaws"),
            };
            page.text(Tone::Name, &format!("This site has {flaws} and is otherwise sound. What would a review find?"));
            page.text(Tone::Dim, &format!("{toggle} chooses; {confirm} hands in; Tab selects an element and shows its settings"));
            for (number, rule) in self.rules.iter().enumerate() {
                self.choices.write(number, hoplight_text::rule(*rule).title, &mut page);
            }
            return page.lines();
        };
        let text = if score.is_full() { "Solved: all flaws, and nothing else." } else { "Not solved." };
        page.text(if score.is_full() { Tone::Good } else { Tone::Warn }, text);
        page.item(Tone::Accent, &format!("{confirm} "), Tone::Dim, "next site", Some(&ExamAction::Confirm.into()));
        let found = findings(infra, infra.traffic().rate.get());
        for (number, rule) in self.rules.iter().enumerate() {
            let is_chosen = self.choices.chosen.contains(&number);
            let of_rule: Vec<&DesignFinding> = found.iter().filter(|finding| finding.rule() == *rule).collect();
            let is_flaw = self.puzzle.flaws.iter().any(|flaw| flaw.rule == *rule);
            let text = hoplight_text::rule(*rule);
            if !is_flaw && !is_chosen {
                continue;
            }
            let why = if is_flaw {
                let messages: Vec<String> =
                    of_rule.iter().map(|finding| hoplight_text::finding(finding).message.to_string()).collect();
                format!("{} {} Fix: {}", messages.join(" "), text.why, text.fix)
            } else {
                "A review does not find this here.".to_owned()
            };
            Choices::write_result(&mut page, text.title, is_flaw, is_chosen, &why);
        }
        page.lines()
    }
}
