//! `hoplight read`: a lesson as plain text, for a screen reader or a pipe.
//!
//! Step by step: the text, the picture in words, what is to be done and how, what comes of it; then the quiz, line by line.
//! The solutions are played on a simulation of their own, so that the picture in words is the one of each step.
//! Must not judge anything itself: answers and marks are judged by the lesson's runner, as on the screen.

mod describe;
mod dialogue;
mod questions;

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::Args;

use crate::shell::ProgressStore;
use hoplight_app::Keymap;
use hoplight_lesson::markup::with_keys;
use hoplight_lesson::{Gate, Library, Place, Player, Step};
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;
use hoplight_model::{Element, Infrastructure, LessonId};

use super::Arguments;
use super::commands::quiet;
use super::config::Config;
use super::format;
use super::store::Store;
use dialogue::{Dialogue, Input};

/// Text in lines, made for ears: an arrow between names is a word.
fn paragraph(words: &str) -> String {
    format::paragraph(&words.replace(" → ", " to "), 0)
}

/// The same behind a lead, such as a number.
fn hanging(lead: &str, words: &str) -> String {
    format::hanging(lead, &words.replace(" → ", " to "), 2)
}

/// What `read` is asked for.
#[derive(Clone, Debug, PartialEq, Args)]
pub struct ReadArguments {
    /// A lesson's name, as `hoplight list lessons` shows it
    #[arg(value_name = "LESSON")]
    lesson: String,

    /// Print the right answer behind each question that is still open
    #[arg(long)]
    answers: bool,

    /// Leave out the steps: only the quiz
    #[arg(long)]
    quiz: bool,
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    Ended,
}

/// A lesson that is being read.
struct Reading<'a> {
    player: Player,
    talk: Dialogue,
    keymap: Keymap,
    /// The picture as it was described last.
    described: Arc<Infrastructure>,
    answers: bool,
    /// Whether a question went by to which nobody said anything.
    unasked: bool,
    arguments: &'a Arguments,
    /// Where the progress is kept, from the first time that there is any.
    store: Option<(Store, hoplight_lesson::Progress)>,
}

/// Prints a lesson and asks its questions.
pub(super) fn read(library: &Library, asked: &ReadArguments, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some(lesson) = library.lesson(&asked.lesson) else {
        let known: Vec<LessonId> = library.lessons().map(|lesson| lesson.id.clone()).collect();
        let hint = nearest(&asked.lesson, known.iter().map(LessonId::as_str));
        let hint = hint.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        bail!("there is no lesson `{}`{hint}", sanitise(&asked.lesson));
    };
    let Some(infra) = library.scenario(lesson.scenario.as_str()) else {
        bail!("the infrastructure `{}` of this lesson is missing", lesson.scenario);
    };
    let config = Config::load(arguments)?;
    let from = if asked.quiz { lesson.steps.len() } else { 0 };
    let (player, _) = Player::begin(lesson, infra, config.seed(arguments), from)
        .map_err(|error| anyhow!("{}", hoplight_text::refusal(&error)).context("the lesson cannot begin"))?;
    let described = Arc::clone(player.infrastructure());
    let talk = Dialogue::new(arguments.ascii_only());
    let keymap = config.keymap;
    let mut reading = Reading { player, talk, keymap, described, answers: asked.answers, unasked: false, arguments, store: None };
    let done = reading.lesson().and_then(|_| reading.talk.finish());
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
        if self.pause()? == Flow::Ended {
            return Ok(Flow::Ended);
        }
        loop {
            self.record();
            let flow = match self.player.run().place() {
                Place::Step(number) => self.step(number)?,
                Place::Quiz(number) => self.quiz(number)?,
                Place::Finished => return self.end(),
            };
            if flow == Flow::Ended {
                return Ok(Flow::Ended);
            }
            if let Err(error) = self.player.skip() {
                self.say(&paragraph(&format!("This step could not be set up: {}.", hoplight_text::refusal(&error))))?;
            }
        }
    }

    fn step(&mut self, number: usize) -> io::Result<Flow> {
        let lesson = Arc::clone(self.player.run().lesson());
        let Some(step) = lesson.steps.get(number) else { return Ok(Flow::On) };
        let mut text = String::from("\n");
        text += &paragraph(&format!("Step {} of {}: {}", number + 1, lesson.steps.len(), step.title));
        for part in &step.text {
            text += &paragraph(&self.prose(part));
        }
        text += &self.picture();
        if !step.focus.is_empty() {
            let names: Vec<String> = step.focus.iter().map(Element::to_string).collect();
            text += &paragraph(&format!("In the picture, look at {}.", describe::listed(&names)));
        }
        self.say(&text)?;
        let flow = match &step.gate {
            Gate::Continue => Flow::On,
            Gate::Goals(_) => self.goals(step)?,
            Gate::Ask(question) => self.question(question, questions::Mode::Ask)?,
            Gate::Predict(question) => self.question(question, questions::Mode::Predict)?,
        };
        if flow == Flow::Ended {
            return Ok(flow);
        }
        self.reveal(step)?;
        self.pause()
    }

    /// What is to be done, how, and what became of it.
    fn goals(&mut self, step: &Step) -> io::Result<Flow> {
        let mut text = String::from("To do:\n");
        for (number, goal) in step.goals().iter().enumerate() {
            text += &hanging(&format!("{}. ", number + 1), &self.prose(&goal.label));
        }
        self.say(&text)?;
        if self.talk.attended && !step.hints.is_empty() {
            match self.talk.ask("Think how; Enter tells.")? {
                Input::Quit => return Ok(Flow::Ended),
                Input::Silence | Input::Nothing | Input::Line(_) => {}
            }
        }
        let acts: Vec<String> = step.solution.iter().map(ToString::to_string).collect();
        let mut text = paragraph(&format!("How: {}.", acts.join(", then ")));
        for act in &step.solution {
            if let Err(why) = self.player.act(act) {
                text += &paragraph(&format!("“{act}” could not be done: {why}."));
            }
        }
        for (label, met) in self.player.run().goals() {
            let word = if met { "Met" } else { "Not met" };
            text += &hanging(&format!("{word}: "), &self.prose(label));
        }
        text += &self.picture();
        self.say(&text)?;
        Ok(Flow::On)
    }

    /// What a step reveals, whether or not its goals were met: it is part of the lesson's text.
    fn reveal(&mut self, step: &Step) -> io::Result<()> {
        let mut text = String::new();
        if let Some((right, why)) = self.player.run().reveal().and_then(|reveal| reveal.prediction) {
            let verdict = if right { "You predicted right." } else { "You predicted otherwise." };
            text += &paragraph(&format!("{verdict} {}", self.prose(why)));
        }
        if let Some(reveal) = &step.reveal {
            text += &paragraph(&self.prose(reveal));
        }
        self.say(&text)
    }

    /// What is different in the picture since it was described last.
    fn picture(&mut self) -> String {
        let now = Arc::clone(self.player.infrastructure());
        if Arc::ptr_eq(&now, &self.described) {
            return String::new();
        }
        let changes = describe::changes(&self.described, &now);
        self.described = now;
        if changes.is_empty() { changes } else { format!("New in the picture:\n{changes}") }
    }

    fn end(&mut self) -> io::Result<Flow> {
        let (title, score) = (self.player.run().lesson().title.clone(), self.player.run().score());
        let mut text = format!("\nThis is the end of “{title}”.\n");
        if !self.unasked {
            let _ = writeln!(text, "Quiz: {} of {} right at the first try.", score.right, score.of);
        }
        self.say(&text)?;
        Ok(Flow::Ended)
    }

    /// Waits until a reader at a terminal wants to go on.
    fn pause(&mut self) -> io::Result<Flow> {
        if !self.talk.attended {
            return Ok(Flow::On);
        }
        Ok(if self.talk.ask("Enter goes on, q ends.")? == Input::Quit { Flow::Ended } else { Flow::On })
    }

    /// Prose, with the keys that it names.
    fn prose(&self, text: &str) -> String {
        with_keys(text, |name| self.keymap.named(name))
    }

    /// Writes text.
    fn say(&mut self, text: &str) -> io::Result<()> {
        self.talk.say(text)
    }

    /// Keeps how far the reader has come, if there is one who answers: what only went through a pipe is not done.
    fn record(&mut self) {
        if !self.talk.is_heard() || self.unasked {
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
        if progress.record(self.player.run())
            && let Err(why) = store.save(progress)
        {
            super::warn(&why);
        }
    }
}
