//! Text-mode design reviews: the write-up beside the diagram in words, the learner's marks, and what the analysis says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use hoplight_app::review_attempt;
use hoplight_exam::review::{DesignReview, JudgedMark, ReviewRun};
use hoplight_lesson::Progress;
use hoplight_model::Element;
use hoplight_sim::script;

use super::dialogue::{Dialogue, Input};
use super::{describe, hanging, paragraph};
use crate::cli::commands::quiet;
use crate::cli::store::Store;
use crate::shell::ProgressStore;

/// Prints a review, asks for the wrong sentences and the findings, and judges both.
pub(super) fn read(
    review: &Arc<DesignReview>,
    seed: u64,
    answers: bool,
    mut dialogue: Dialogue,
    store: (Store, Progress),
) -> anyhow::Result<ExitCode> {
    let done = ask(review, seed, answers, &mut dialogue, store).and_then(|()| dialogue.finish());
    quiet(done).map(|()| ExitCode::SUCCESS)
}

fn ask(
    review: &Arc<DesignReview>,
    seed: u64,
    answers: bool,
    dialogue: &mut Dialogue,
    (mut store, mut progress): (Store, Progress),
) -> io::Result<()> {
    let mut run = ReviewRun::new(Arc::clone(review), seed);
    let mut text = format!("{}\n", review.form().title);
    text += &describe::infrastructure(review.design());
    text += "The write-up:\n";
    for (place, sentence) in review.form().sentences.iter().enumerate() {
        text += &hanging(&format!("{}. ", place + 1), &sentence.says);
    }
    dialogue.say(&text)?;
    let sentences = review.form().sentences.len();
    let Some(wrong) =
        list(dialogue, "Numbers of the sentences that are wrong or do not fit the diagram (Enter for none):", sentences)?
    else {
        return printed(answers, &mut run, dialogue);
    };
    for place in wrong {
        run.toggle_sentence(place);
    }
    if !elements(&mut run, dialogue)? {
        return printed(answers, &mut run, dialogue);
    }
    let options = run.truth().options().to_vec();
    let mut text = String::from("Findings that a review could make:\n");
    for (place, option) in options.iter().enumerate() {
        text += &hanging(&format!("{}. ", place + 1), hoplight_text::rule(option.rule).title);
    }
    dialogue.say(&text)?;
    let Some(applies) = list(dialogue, "Numbers of those that apply to this design (Enter for none):", options.len())? else {
        return printed(answers, &mut run, dialogue);
    };
    for option in applies.into_iter().filter_map(|place| options.get(place)) {
        run.toggle_rule(option.rule);
    }
    let percent = run.submit().percent();
    dialogue.say(&judged(&run))?;
    dialogue.say(&format!("Result: {percent} %.\n"))?;
    let name = format!("review/{}", review.id());
    let is_better = progress.record_result(&name, percent);
    let recorded = store.record(vec![review_attempt(name, seed, &run, percent)]);
    let saved = if is_better { store.save(&progress) } else { Ok(()) };
    if let Err(why) = saved.and(recorded) {
        crate::cli::warn(&why);
    }
    Ok(())
}

/// Asks for elements of the diagram. Returns whether there was an answer.
fn elements(run: &mut ReviewRun, dialogue: &mut Dialogue) -> io::Result<bool> {
    let review = Arc::clone(run.review());
    dialogue.say(&paragraph(&review.form().elements.ask))?;
    loop {
        let line = match dialogue.ask("Names, separated by commas (Enter for none):")? {
            Input::Quit | Input::End => return Ok(false),
            Input::Empty => return Ok(true),
            Input::Line(line) => line.replace(" to ", " -> "),
        };
        let names = line.split(',').map(str::trim).filter(|name| !name.is_empty());
        let named: Result<BTreeSet<Element>, _> = names.map(|name| script::element(name, review.design())).collect();
        let refused = match named {
            Err(error) => super::questions::mistake(&error),
            Ok(named) => match named.iter().find(|element| !run.toggle_element(element)) {
                None => return Ok(true),
                Some(other) => {
                    let marked: Vec<Element> = run.elements().iter().cloned().collect();
                    for element in &marked {
                        run.toggle_element(element);
                    }
                    format!("{other} cannot be marked in this review.")
                }
            },
        };
        dialogue.say(&paragraph(&refused))?;
    }
}

/// Prints what is wrong, if it is wanted, without an answer to judge.
fn printed(answers: bool, run: &mut ReviewRun, dialogue: &mut Dialogue) -> io::Result<()> {
    if answers {
        run.submit();
        dialogue.say(&judged(run))?;
    }
    Ok(())
}

/// Asks for numbers from 1 to `most`, counted from 0; `None` at the end of the input.
fn list(dialogue: &mut Dialogue, prompt: &str, most: usize) -> io::Result<Option<Vec<usize>>> {
    loop {
        match dialogue.ask(prompt)? {
            Input::Quit | Input::End => return Ok(None),
            Input::Empty => return Ok(Some(Vec::new())),
            Input::Line(line) => match super::bank::numbers(&line, most) {
                Ok(numbers) => return Ok(Some(numbers)),
                Err(why) => dialogue.say(&paragraph(&why))?,
            },
        }
    }
}

/// What the analysis says about each sentence and finding.
fn judged(run: &ReviewRun) -> String {
    let Some(result) = run.result() else { return String::new() };
    let mut text = String::new();
    for judged in &result.sentences {
        let _ = write!(text, "{}", hanging(&format!("{}. {}: ", judged.item + 1, word(judged.mark)), &judged.why));
    }
    for judged in result.elements.iter().filter(|judged| judged.mark != JudgedMark::Rest) {
        let _ = write!(text, "{}", hanging(&format!("{} {}: ", judged.item, word(judged.mark)), &judged.why));
    }
    for judged in result.findings.iter().filter(|judged| judged.mark != JudgedMark::Rest) {
        let title = hoplight_text::rule(judged.item).title;
        let _ = write!(text, "{}", hanging(&format!("{}: ", word(judged.mark)), &format!("{title}. {}", judged.why)));
    }
    text
}

const fn word(mark: JudgedMark) -> &'static str {
    match mark {
        JudgedMark::Hit => "found",
        JudgedMark::Miss => "missed",
        JudgedMark::False => "wrongly marked",
        JudgedMark::Rest => "fine",
    }
}
