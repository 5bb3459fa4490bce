//! Text-mode practice: questions of the bank, one by name or those of the day.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use hoplight_app::{Catalogue, practice_attempt};
use hoplight_course::{BankAnswer, Grade, PosedBody, PosedOption, PosedQuestion, next_questions, review};
use hoplight_lesson::{Library, Progress, Review};
use hoplight_model::{Element, QuestionId};
use hoplight_sim::script;

use super::dialogue::{Dialogue, Input};
use super::{Flow, describe, hanging, paragraph};
use crate::cli::commands::quiet;
use crate::cli::store::Store;
use crate::shell::ProgressStore;

/// What practice needs.
pub(super) struct Practice<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) dialogue: Dialogue,
    /// Whether to print the right answer where the learner did not give one.
    pub(super) answers: bool,
    pub(super) seed: u64,
    pub(super) store: (Store, Progress),
}

impl Practice<'_> {
    /// Asks the questions of the day.
    pub(super) fn session(mut self, library: &Library) -> anyhow::Result<ExitCode> {
        let lessons = library.lessons().map(Arc::as_ref);
        let bank = &self.catalogue.bank;
        let items = next_questions(bank, lessons, &self.store.1, self.catalogue.today, self.seed);
        let ids: Vec<QuestionId> = items.into_iter().map(|item| item.question).collect();
        quiet(self.ask_all(&ids)).map(|()| ExitCode::SUCCESS)
    }

    /// Asks one question.
    pub(super) fn one(mut self, id: &QuestionId) -> anyhow::Result<ExitCode> {
        quiet(self.ask_all(std::slice::from_ref(id))).map(|()| ExitCode::SUCCESS)
    }

    fn ask_all(&mut self, ids: &[QuestionId]) -> io::Result<()> {
        if ids.is_empty() {
            self.dialogue.say("Nothing is due today.\n")?;
        }
        let (mut right, mut answered) = (0, 0);
        for (place, id) in ids.iter().enumerate() {
            let bank = Arc::clone(&self.catalogue.bank);
            let Some(question) = bank.question(id) else { continue };
            if ids.len() > 1 {
                self.dialogue.say(&format!("\nQuestion {} of {}\n", place + 1, ids.len()))?;
            }
            // Each question is posed with a seed of its own, as on the screen.
            let seed = self.seed.wrapping_add(u64::try_from(place).unwrap_or_default());
            let posed = PosedQuestion::new(question, &bank, seed);
            match self.ask(&posed)? {
                (Flow::Quit, _) => break,
                (Flow::Continue, None) => {}
                (Flow::Continue, Some(grade)) => {
                    answered += 1;
                    right += usize::from(grade.is_right);
                    self.remember(id, seed, &grade);
                }
            }
        }
        if ids.len() > 1 && answered > 0 {
            self.dialogue.say(&format!("\n{right} of {answered} right.\n"))?;
        }
        self.dialogue.finish()
    }

    fn remember(&mut self, id: &QuestionId, seed: u64, grade: &Grade) {
        let (store, progress) = &mut self.store;
        let memory = review(progress.memory(id), grade, self.catalogue.today);
        progress.remember(id.clone(), memory);
        let question = self.catalogue.bank.question(id);
        let about = question.map(|question| question.about.clone()).unwrap_or_default();
        let is_self_graded = question.is_some_and(|question| question.kind() == "recall");
        if grade.is_right {
            for demand in &about {
                progress.set_weak(*demand, false);
            }
        }
        let recorded = store.record(vec![practice_attempt(id, seed, grade, &about, is_self_graded)]);
        if let Err(why) = store.save(progress).and(recorded) {
            crate::cli::warn(&why);
        }
    }

    /// Prints a question and asks until an answer can be graded. Returns no grade at the end of the input.
    fn ask(&mut self, posed: &PosedQuestion) -> io::Result<(Flow, Option<Grade>)> {
        let mut text = String::new();
        if let Some(site) = &posed.site {
            text += &describe::infrastructure(site);
        }
        text += &paragraph(&posed.stem);
        let listed = |texts: Vec<&str>| -> String {
            texts.iter().enumerate().map(|(place, text)| hanging(&format!("{}. ", place + 1), text)).collect()
        };
        let prompt = match &posed.body {
            PosedBody::One(options) => {
                text += &listed(options.iter().map(|option| option.says.as_str()).collect());
                "Number of your answer (Enter to skip):"
            }
            PosedBody::Any(options) => {
                text += &listed(options.iter().map(|option| option.says.as_str()).collect());
                "Numbers of all right answers, separated by commas (Enter to skip):"
            }
            PosedBody::Order { items, .. } => {
                text += &listed(items.iter().map(String::as_str).collect());
                "Numbers in the right order, separated by commas (Enter to skip):"
            }
            PosedBody::Number(_) => "Your number (Enter to skip):",
            PosedBody::Mark { target, .. } => {
                let hops = if target.noun() == "hops" { "; write a hop as FROM > TO" } else { "" };
                text += &paragraph(&format!("Type the names of the {}, separated by commas{hops}.", target.noun()));
                "Names (Enter to skip):"
            }
            PosedBody::Recall { .. } => "Say it aloud, then press Enter to see the key points.",
        };
        self.dialogue.say(&text)?;
        loop {
            let line = match self.dialogue.ask(prompt)? {
                Input::Quit => return Ok((Flow::Quit, None)),
                Input::End => {
                    if self.answers {
                        self.dialogue.say(&solution(posed))?;
                    }
                    return Ok((Flow::Continue, None));
                }
                Input::Empty | Input::Line(_) if matches!(posed.body, PosedBody::Recall { .. }) => {
                    return self.recall(posed);
                }
                Input::Empty => {
                    self.dialogue.say(&solution(posed))?;
                    return Ok((Flow::Continue, Some(Grade { of: 1, ..Grade::default() })));
                }
                Input::Line(line) => line,
            };
            match read_answer(posed, &line) {
                Ok(answer) => {
                    let grade = posed.grade(&answer);
                    self.dialogue.say(&verdict(posed, &answer, &grade))?;
                    return Ok((Flow::Continue, Some(grade)));
                }
                Err(why) => self.dialogue.say(&paragraph(&why))?,
            }
        }
    }

    /// Shows the key points, and asks which of them the learner has named.
    fn recall(&mut self, posed: &PosedQuestion) -> io::Result<(Flow, Option<Grade>)> {
        self.dialogue.say(&solution(posed))?;
        let PosedBody::Recall { points } = &posed.body else { return Ok((Flow::Continue, None)) };
        loop {
            let named = match self.dialogue.ask("Numbers of the points that you named, separated by commas (Enter for none):")? {
                Input::Quit => return Ok((Flow::Quit, None)),
                Input::End => return Ok((Flow::Continue, None)),
                Input::Empty => BTreeSet::new(),
                Input::Line(line) => match numbers(&line, points.len()) {
                    Ok(numbers) => numbers.into_iter().collect(),
                    Err(why) => {
                        self.dialogue.say(&paragraph(&why))?;
                        continue;
                    }
                },
            };
            let grade = posed.grade(&BankAnswer::Recalled(named));
            let text = if grade.is_right { "That counts as right." } else { "It will come back." };
            self.dialogue.say(&paragraph(&format!("{} of {} points. {text}", grade.hits, grade.of)))?;
            return Ok((Flow::Continue, Some(grade)));
        }
    }
}

/// Numbers from 1 to `most`, counted from 0.
pub(super) fn numbers(line: &str, most: usize) -> Result<Vec<usize>, String> {
    let parts = line.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
    let numbers: Option<Vec<usize>> = parts
        .map(|part| {
            part.trim_end_matches('.')
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1))
                .filter(|number| *number < most)
        })
        .collect();
    numbers.filter(|numbers| !numbers.is_empty()).ok_or_else(|| format!("Type numbers from 1 to {most}."))
}

fn read_answer(posed: &PosedQuestion, line: &str) -> Result<BankAnswer, String> {
    match &posed.body {
        PosedBody::One(options) => match numbers(line, options.len())?.as_slice() {
            [only] => Ok(BankAnswer::Chosen([*only].into())),
            _ => Err("Only one answer is right: type its number.".to_owned()),
        },
        PosedBody::Any(options) => Ok(BankAnswer::Chosen(numbers(line, options.len())?.into_iter().collect())),
        PosedBody::Order { items, .. } => {
            let order = numbers(line, items.len())?;
            let distinct: BTreeSet<&usize> = order.iter().collect();
            if order.len() == items.len() && distinct.len() == items.len() {
                Ok(BankAnswer::Ordered(order))
            } else {
                Err(format!("Type each number from 1 to {} once, in the right order.", items.len()))
            }
        }
        PosedBody::Number(_) => {
            let number = line.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(BankAnswer::Number).ok_or_else(|| "Type a number, such as 12.5.".to_owned())
        }
        PosedBody::Mark { target, .. } => {
            let Some(infra) = &posed.site else { return Err("This question has no diagram.".to_owned()) };
            // Also accepts the notation in which this program prints hops.
            let line = line.replace(" to ", " -> ");
            let names = line.split(',').map(str::trim).filter(|name| !name.is_empty());
            let marked: Result<BTreeSet<Element>, _> = names.map(|name| script::element(name, infra)).collect();
            let marked = marked.map_err(|error| super::questions::mistake(&error))?;
            match marked.iter().find(|element| !target.admits(infra, element)) {
                Some(other) => Err(format!("{other} is not among the {}.", target.noun())),
                None => Ok(BankAnswer::Marked(marked)),
            }
        }
        PosedBody::Recall { .. } => Err("Press Enter to see the key points.".to_owned()),
    }
}

/// Whether the answer is right, and why.
fn verdict(posed: &PosedQuestion, answer: &BankAnswer, grade: &Grade) -> String {
    let mut text = if grade.is_right { "Right. ".to_owned() } else { "Not right. ".to_owned() };
    if let BankAnswer::Chosen(chosen) = answer {
        let of = |place: &usize| posed.options().get(*place);
        let whys: Vec<&str> = chosen.iter().filter_map(of).map(|option: &PosedOption| option.why.as_str()).collect();
        text += &whys.join(" ");
    }
    if let (BankAnswer::Marked(marks), PosedBody::Mark { target, .. }, Some(infra)) = (answer, &posed.body, &posed.site) {
        let review = Review::of(marks, &target.right(infra));
        for (word, elements) in [("Missing", &review.missing), ("Too many", &review.surplus)] {
            if !elements.is_empty() {
                let names: Vec<String> = elements.iter().map(Element::to_string).collect();
                let _ = write!(text, "{word}: {}. ", describe::listed(&names));
            }
        }
    }
    if let Some(slip) = &grade.slip {
        text += slip;
    }
    let mut text = paragraph(text.trim());
    if !grade.is_right || posed.options().is_empty() {
        text += &solution(posed);
    }
    text
}

/// The right answer, with its reason.
fn solution(posed: &PosedQuestion) -> String {
    let text = match &posed.body {
        PosedBody::One(options) | PosedBody::Any(options) => {
            let right = options.iter().enumerate().filter(|(_, option)| option.is_right);
            let parts: Vec<String> =
                right.map(|(place, option)| format!("{}. {}. {}", place + 1, option.says, option.why)).collect();
            parts.join(" ")
        }
        PosedBody::Order { right, why, .. } => {
            let order: Vec<String> = right.iter().map(|place| (place + 1).to_string()).collect();
            format!("{}. {why}", order.join(", "))
        }
        PosedBody::Number(task) => format!("{} {}. {}", rounded(task.right), task.unit, task.why),
        PosedBody::Mark { target, why } => {
            let right = posed.site.as_ref().map(|infra| target.right(infra)).unwrap_or_default();
            let names: Vec<String> = right.iter().map(Element::to_string).collect();
            format!("{}. {why}", describe::listed(&names))
        }
        PosedBody::Recall { points } => {
            let listed: String =
                points.iter().enumerate().map(|(place, point)| hanging(&format!("{}. ", place + 1), point)).collect();
            return format!("Key points:\n{listed}");
        }
    };
    paragraph(&format!("Answer: {text}"))
}

/// A number with at most two decimals.
fn rounded(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
