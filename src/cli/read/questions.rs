//! Text-mode questions, answered with a number or comma-separated names.
//!
//! The lesson runner checks the answers; this module knows the right one only to print it on request.

use std::collections::BTreeSet;
use std::io;

use hoplight_lesson::{Answered, Ask, Choice, Question, Refusal, Submitted, Toggled};
use hoplight_model::Element;
use hoplight_sim::script::{self, ScriptError};
use hoplight_text::script_error;

use super::dialogue::Input;
use super::{Flow, Reading, describe, hanging, paragraph};

/// The purpose of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A step's question: repeated until the answer is right.
    Ask,
    /// A prediction: any answer counts.
    Predict,
    /// The quiz: the first answer counts.
    Quiz,
}

/// Whether an answer leaves the question open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Over,
    Again,
}

impl Reading<'_> {
    pub(super) fn quiz(&mut self, number: usize) -> io::Result<Flow> {
        let lesson = std::sync::Arc::clone(self.player.run().lesson());
        let Some(question) = lesson.quiz.get(number) else { return Ok(Flow::Continue) };
        let mut text = String::from("\n");
        text += &paragraph(&format!("Question {} of {}", number + 1, lesson.quiz.len()));
        // Marks are checked against the current infrastructure.
        text += &self.picture();
        self.say(&text)?;
        self.question(question, Mode::Quiz)
    }

    /// Asks until the question is settled or skipped.
    pub(super) fn question(&mut self, question: &Question, mode: Mode) -> io::Result<Flow> {
        let lead = if mode == Mode::Predict { "Predict: " } else { "" };
        let mut text = paragraph(&format!("{lead}{}", self.prose(&question.stem)));
        for (position, option) in self.player.run().option_order().into_iter().enumerate() {
            let words = question.choices().get(option).map_or("", |choice| choice.text.as_str());
            text += &hanging(&format!("{}. ", position + 1), &self.prose(words));
        }
        self.say(&text)?;
        let prompt = match &question.ask {
            Ask::Choice(_) => "Number of your answer (Enter to skip):",
            Ask::Mark { target, .. } => {
                let how = format!(
                    "Type the names of the {}, separated by commas{}.",
                    target.noun(),
                    if target.noun() == "hops" { "; write a hop as FROM > TO" } else { "" }
                );
                self.say(&paragraph(&how))?;
                "Names (Enter to skip):"
            }
        };
        loop {
            let next = match self.dialogue.ask(prompt)? {
                Input::Quit => return Ok(Flow::Quit),
                Input::End => {
                    self.unanswered = true;
                    Next::Over
                }
                Input::Empty => {
                    // Skipping shows the answer; a prediction is answered by the experiment.
                    return self.answer(question, mode != Mode::Predict).map(|()| Flow::Continue);
                }
                Input::Line(line) => match &question.ask {
                    Ask::Choice(choices) => self.chosen(choices, &line, mode)?,
                    Ask::Mark { why, .. } => self.named(question, why, &line, mode)?,
                },
            };
            if next == Next::Over {
                return self.answer(question, self.answers).map(|()| Flow::Continue);
            }
        }
    }

    /// Prints the right answer if it is wanted and the question is not solved.
    fn answer(&mut self, question: &Question, is_wanted: bool) -> io::Result<()> {
        if !is_wanted || self.player.run().is_solved() {
            return Ok(());
        }
        let text = match &question.ask {
            Ask::Choice(choices) => {
                let order = self.player.run().option_order().into_iter();
                let shown = order.filter_map(|option| choices.get(option)).enumerate();
                let right = shown.into_iter().find(|(_, choice)| choice.right);
                right.map_or_else(String::new, |(position, choice)| {
                    format!("Answer: {}. {}. {}", position + 1, self.prose(&choice.text), self.prose(&choice.why))
                })
            }
            Ask::Mark { why, .. } => format!("Answer: {}. {}", self.right_names(question), self.prose(why)),
        };
        self.say(&paragraph(&text))
    }

    fn right_names(&self, question: &Question) -> String {
        let right = question.target().map(|target| target.right(self.player.infrastructure())).unwrap_or_default();
        let names: Vec<String> = right.iter().map(Element::to_string).collect();
        if names.is_empty() { "none".to_owned() } else { describe::listed(&names) }
    }

    fn chosen(&mut self, choices: &[Choice], line: &str, mode: Mode) -> io::Result<Next> {
        let number = line.trim_end_matches('.').parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let Some(position) = number else {
            self.say(&paragraph(&format!("Type the number of an option, from 1 to {}.", choices.len())))?;
            return Ok(Next::Again);
        };
        let option = self.player.run().option_order().get(position).copied().unwrap_or(position);
        let (text, next) = match self.player.run_mut().answer(option) {
            Answered::Right(why) => (format!("Right. {}", self.prose(&why)), Next::Over),
            Answered::Wrong(why) if mode == Mode::Quiz => {
                (format!("Not quite. {} Try again; only the first answer counts.", self.prose(&why)), Next::Again)
            }
            Answered::Wrong(why) => (format!("Not quite. {} Try again.", self.prose(&why)), Next::Again),
            Answered::Predicted => ("Your prediction is saved.".to_owned(), Next::Over),
            Answered::Refused(refusal @ Refusal::AlreadyAnswered) => (refusal.phrase().to_sentence(), Next::Over),
            Answered::Refused(refusal) => (refusal.phrase().to_sentence(), Next::Again),
        };
        self.say(&paragraph(&text))?;
        Ok(next)
    }

    /// Marks exactly the named elements and submits them.
    fn named(&mut self, question: &Question, why: &str, line: &str, mode: Mode) -> io::Result<Next> {
        let infra = std::sync::Arc::clone(self.player.infrastructure());
        // Also accepts the notation in which this program prints hops.
        let line = line.replace(" to ", " -> ");
        let names = line.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "none");
        let named: Result<BTreeSet<Element>, _> = names.map(|name| script::element(name, &infra)).collect();
        let named = match named {
            Ok(named) => named,
            Err(error) => {
                self.say(&paragraph(&mistake(&error)))?;
                return Ok(Next::Again);
            }
        };
        let before: Vec<Element> = self.player.run().marks().cloned().collect();
        for element in before.into_iter().chain(named) {
            if let Toggled::Refused(refusal) = self.player.run_mut().toggle_mark(&infra, element) {
                self.say(&paragraph(&refusal.phrase().to_sentence()))?;
                return Ok(Next::Again);
            }
        }
        let (text, next) = match self.player.run_mut().submit_marks(&infra) {
            Submitted::Right(why) => (format!("Right. {}", self.prose(&why)), Next::Over),
            Submitted::Predicted => ("Your prediction is saved.".to_owned(), Next::Over),
            // As on the screen, the first try counts; the right set is shown afterwards.
            Submitted::Wrong { .. } if mode == Mode::Quiz => {
                (format!("Not quite. The right ones are: {}. {}", self.right_names(question), self.prose(why)), Next::Over)
            }
            Submitted::Wrong { missing, extra } => {
                let part = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
                let parts: Vec<String> = [part(missing, "missing"), part(extra, "too many")].into_iter().flatten().collect();
                (format!("Not yet: {}. Try again.", parts.join(", ")), Next::Again)
            }
            Submitted::Refused(refusal) => (refusal.phrase().to_sentence(), Next::Again),
        };
        self.say(&paragraph(&text))?;
        Ok(next)
    }
}

/// The error message for an unknown name.
pub(super) fn mistake(error: &ScriptError) -> String {
    let phrase = script_error(error);
    if error.suggestion.is_some() { phrase.capitalised().to_string() } else { phrase.to_sentence() }
}
