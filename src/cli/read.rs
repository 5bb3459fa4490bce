//! `hoplight read`: prints a lesson, a question or a review as plain text, for a screen reader or a pipe.
//!
//! For each step, prints the text, the diagram in words, the goals, the solution and its result; then asks the quiz. The solutions
//! are played on a simulation, so that the diagram is up to date at each step. Answers and marks are checked by the lesson
//! runner, as on the screen.

mod bank;
mod describe;
mod dialogue;
mod questions;
mod write_up;

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::Args;

use crate::shell::ProgressStore;
use hoplight_app::{Catalogue, Keymap};
use hoplight_course::with_earlier;
use hoplight_lesson::markup::filled;
use hoplight_lesson::{Lesson, LessonSites, Library, Place, Player, Step, StepGate};
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;
use hoplight_model::{Element, Infrastructure, QuestionId};

use super::Arguments;
use super::commands::quiet;
use super::config::Config;
use super::format;
use super::store::Store;
use dialogue::{Dialogue, Input};

/// Wraps text for a screen reader, with `to` for an arrow.
fn paragraph(words: &str) -> String {
    format::paragraph(&words.replace(" → ", " to "), 0)
}

/// Like [`paragraph`], but starts with a lead such as a number.
fn hanging(lead: &str, words: &str) -> String {
    format::hanging(lead, &words.replace(" → ", " to "), 2)
}

/// Arguments of `read`.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ReadArguments {
    /// Name of a lesson, a question or a design review, or `practice` for the questions of the day (see `hoplight list`)
    #[arg(value_name = "NAME")]
    name: String,

    /// Print the right answer after each question that was not answered correctly
    #[arg(long)]
    answers: bool,

    /// Print only the quiz, without the steps
    #[arg(long)]
    quiz: bool,
}

/// Name of the questions of the day.
const PRACTICE: &str = "practice";

/// Whether to continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Continue,
    Quit,
}

/// A lesson that is being read.
struct Reading<'a> {
    player: Player,
    dialogue: Dialogue,
    keymap: Keymap,
    /// The infrastructure as last described.
    described: Arc<Infrastructure>,
    answers: bool,
    /// Whether a question was printed after the end of the input.
    unanswered: bool,
    arguments: &'a Arguments,
    /// The progress store, opened at the first save.
    store: Option<(Store, hoplight_lesson::Progress)>,
}

/// Prints a lesson, a question or a review, and asks what it asks.
pub(super) fn read(
    library: &Library,
    catalogue: &Catalogue,
    asked: &ReadArguments,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    if let Some(lesson) = library.lesson(&asked.name) {
        let lesson = Arc::new(with_earlier(lesson, &catalogue.bank));
        return read_lesson(library, &lesson, asked, arguments);
    }
    let config = Config::load(arguments)?;
    let dialogue = Dialogue::new(arguments.ascii_only());
    let opened = || {
        let (store, progress, notice) = Store::open(arguments.progress.as_deref());
        if let Some(notice) = notice {
            super::warn(&notice);
        }
        (store, progress)
    };
    if let Some(review) = catalogue.reviews.find(&asked.name) {
        return write_up::read(review, config.seed(arguments), asked.answers, dialogue, opened());
    }
    let id = asked.name.parse::<QuestionId>().ok().filter(|id| catalogue.bank.question(id).is_some());
    if id.is_none() && asked.name != PRACTICE {
        let known = library.lessons().map(|lesson| lesson.id.as_str());
        let known = known.chain(catalogue.reviews.all().iter().map(|review| review.id().as_str()));
        let known = known.chain(catalogue.bank.questions().iter().map(|question| question.id.as_str()));
        let hint = nearest(&asked.name, known.chain([PRACTICE]));
        let hint = hint.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        bail!("no lesson, question or review named `{}`{hint}", sanitise(&asked.name));
    }
    let store = opened();
    // Other numbers, sites and orders each time, unless a seed is given.
    let seed = arguments.seed.unwrap_or_else(super::clock::drawn);
    let practice = bank::Practice { catalogue, dialogue, answers: asked.answers, seed, store };
    match id {
        Some(id) => practice.one(&id),
        None => practice.session(library),
    }
}

fn read_lesson(
    library: &Library,
    lesson: &Arc<Lesson>,
    asked: &ReadArguments,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    let sites =
        LessonSites::find(library, lesson).map_err(|missing| anyhow!("the scenario `{missing}` of this lesson is missing"))?;
    let config = Config::load(arguments)?;
    let from = if asked.quiz { lesson.steps.len() } else { 0 };
    let seed = config.seed(arguments);
    let (mut player, _) = Player::begin(lesson, &sites, seed, from)
        .map_err(|error| anyhow!("{}", hoplight_text::refusal(&error)).context("cannot start the lesson"))?;
    player.shuffle(seed, 0);
    let described = Arc::clone(player.infrastructure());
    let dialogue = Dialogue::new(arguments.ascii_only());
    let keymap = config.keymap;
    let mut reading =
        Reading { player, dialogue, keymap, described, answers: asked.answers, unanswered: false, arguments, store: None };
    let done = reading.lesson().and_then(|_| reading.dialogue.finish());
    let renamed = reading.store.iter().flat_map(|(store, _)| store.renamed());
    renamed.for_each(|message| super::warn(message));
    quiet(done).map(|()| ExitCode::SUCCESS)
}

impl Reading<'_> {
    fn lesson(&mut self) -> io::Result<Flow> {
        let lesson = Arc::clone(self.player.run().lesson());
        let mut text = format!("{}: {}\n", lesson.unit, lesson.title);
        text += &paragraph(&lesson.summary);
        text += "\n";
        text += &describe::infrastructure(&self.described);
        self.say(&text)?;
        if self.pause()? == Flow::Quit {
            return Ok(Flow::Quit);
        }
        loop {
            self.record();
            let flow = match self.player.run().place() {
                Place::Step(number) => self.step(number)?,
                Place::Quiz(number) => self.quiz(number)?,
                Place::Finished => return self.end(),
            };
            if flow == Flow::Quit {
                return Ok(Flow::Quit);
            }
            if let Err(error) = self.player.skip() {
                self.say(&paragraph(&format!("The step could not be set up: {}.", hoplight_text::refusal(&error))))?;
            }
        }
    }

    fn step(&mut self, number: usize) -> io::Result<Flow> {
        let lesson = Arc::clone(self.player.run().lesson());
        let Some(step) = lesson.steps.get(number) else { return Ok(Flow::Continue) };
        let mut text = String::from("\n");
        text += &paragraph(&format!("Step {} of {}: {}", number + 1, lesson.steps.len(), step.title));
        for part in &step.text {
            text += &paragraph(&self.prose(part));
        }
        text += &self.picture();
        if !step.focus.is_empty() {
            let names: Vec<String> = step.focus.iter().map(Element::to_string).collect();
            text += &paragraph(&format!("In the diagram, look at {}.", describe::listed(&names)));
        }
        self.say(&text)?;
        let flow = match &step.gate {
            StepGate::Continue => Flow::Continue,
            StepGate::Goals(_) => self.goals(step)?,
            StepGate::Ask(question) => self.question(question, questions::Mode::Ask)?,
            StepGate::Predict(question) => self.question(question, questions::Mode::Predict)?,
        };
        if flow == Flow::Quit {
            return Ok(flow);
        }
        self.reveal(step)?;
        self.pause()
    }

    /// Prints the goals and the solution, plays the solution and prints the result.
    fn goals(&mut self, step: &Step) -> io::Result<Flow> {
        let mut text = String::from("Goals:\n");
        for (number, goal) in step.goals().iter().enumerate() {
            text += &hanging(&format!("{}. ", number + 1), &self.prose(&goal.label));
        }
        self.say(&text)?;
        if self.dialogue.interactive && !step.hints.is_empty() {
            match self.dialogue.ask("Press Enter to see the solution.")? {
                Input::Quit => return Ok(Flow::Quit),
                Input::End | Input::Empty | Input::Line(_) => {}
            }
        }
        let acts: Vec<String> = step.solution.iter().map(ToString::to_string).collect();
        let mut text = paragraph(&format!("Solution: {}.", acts.join(", then ")));
        for act in &step.solution {
            if let Err(why) = self.player.act(act) {
                text += &paragraph(&format!("“{act}” failed: {why}."));
            }
        }
        for (label, met) in self.player.run().goals() {
            let word = if met { "Met" } else { "Not met" };
            text += &hanging(&format!("{word}: "), &self.prose(label));
        }
        text += &self.picture();
        self.say(&text)?;
        Ok(Flow::Continue)
    }

    /// Prints what a step reveals, even if its goals were not met, because it is part of the lesson's text.
    fn reveal(&mut self, step: &Step) -> io::Result<()> {
        let mut text = String::new();
        if let Some((right, why)) = self.player.run().reveal().and_then(|reveal| reveal.prediction) {
            let verdict = if right { "Your prediction was right." } else { "Your prediction was wrong." };
            text += &paragraph(&format!("{verdict} {}", self.prose(why)));
        }
        if let Some(reveal) = &step.reveal {
            text += &paragraph(&self.prose(reveal));
        }
        self.say(&text)
    }

    /// Describes the changes in the diagram since the last description.
    fn picture(&mut self) -> String {
        let now = Arc::clone(self.player.infrastructure());
        if Arc::ptr_eq(&now, &self.described) {
            return String::new();
        }
        if now.id() != self.described.id() {
            self.described = now;
            return format!("The diagram is now another one:\n{}", describe::infrastructure(&self.described));
        }
        let changes = describe::changes(&self.described, &now);
        self.described = now;
        if changes.is_empty() { changes } else { format!("Changes in the diagram:\n{changes}") }
    }

    fn end(&mut self) -> io::Result<Flow> {
        let (title, score) = (self.player.run().lesson().title.clone(), self.player.run().score());
        let mut text = format!("\nEnd of “{title}”.\n");
        if !self.unanswered {
            let _ = writeln!(text, "Quiz: {} of {} right on the first try.", score.right, score.of);
        }
        let lesson = Arc::clone(self.player.run().lesson());
        if !lesson.recap.is_empty() {
            text += "Say it aloud:\n";
        }
        for sentence in &lesson.recap {
            text += &hanging("- ", &self.prose(sentence));
        }
        self.say(&text)?;
        Ok(Flow::Quit)
    }

    /// Waits for Enter, if input and output are a terminal.
    fn pause(&mut self) -> io::Result<Flow> {
        if !self.dialogue.interactive {
            return Ok(Flow::Continue);
        }
        Ok(if self.dialogue.ask("Press Enter to continue, q to quit.")? == Input::Quit { Flow::Quit } else { Flow::Continue })
    }

    /// Fills the bound keys and the measured figures into prose.
    fn prose(&self, text: &str) -> String {
        let figure = |figure| self.player.session().figure(figure).unwrap_or_else(|| "not measured".to_owned());
        filled(text, |name| self.keymap.named(name), figure)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.dialogue.say(text)
    }

    /// Saves the progress if questions are being answered. A lesson that is only printed does not count as done.
    fn record(&mut self) {
        if !self.dialogue.can_answer() || self.unanswered {
            return;
        }
        let (store, progress) = match &mut self.store {
            Some(opened) => opened,
            empty => {
                let (store, progress, notice) = Store::open(self.arguments.progress.as_deref());
                if let Some(notice) = notice {
                    super::warn(&notice);
                }
                empty.insert((store, progress))
            }
        };
        let run = self.player.run();
        // This is called once at the end.
        let attempt = (run.place() == Place::Finished).then(|| run.finished_attempt());
        let recorded = attempt.map_or(Ok(()), |attempt| store.record(vec![attempt]));
        let saved = if progress.record(run) { store.save(progress) } else { Ok(()) };
        if let Err(why) = recorded.and(saved) {
            super::warn(&why);
        }
    }
}
