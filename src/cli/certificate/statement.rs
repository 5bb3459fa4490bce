//! What a certificate states: sections of lines, each with the figures and the day of an attempt.

use std::fmt::Write as _;

use hoplight_app::Catalogue;
use hoplight_exam::ExamStage;
use hoplight_exam::review::PASS_PERCENT;
use hoplight_lesson::{AttemptLog, AttemptPart, AttemptRecord, Library, Score, Standing};
use hoplight_model::text::{width, wrap};

use super::super::class::is_solved;
use super::super::clock::{date, day_of};
use super::super::format::counted;

/// Width of the text in columns.
const WIDTH: usize = 78;

/// A certificate.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The learner's name; empty if none is known.
    pub(super) name: String,
    pub(super) sections: Vec<CertifiedSection>,
    /// What the statements rest on.
    pub(super) basis: Vec<String>,
}

/// What was demonstrated in one way.
#[derive(Debug)]
pub(super) struct CertifiedSection {
    /// The verb, such as `Drawn`.
    pub(super) title: &'static str,
    /// What was done, and the result with its day. Empty if nothing was.
    pub(super) lines: Vec<CertifiedLine>,
    /// What is missing, if there are no lines.
    pub(super) missing: &'static str,
}

/// A statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CertifiedLine {
    pub(super) what: String,
    pub(super) result: String,
    /// The day of the attempt.
    pub(super) day: String,
}

impl CertifiedLine {
    fn new(what: impl Into<String>, result: impl Into<String>, at_s: u64) -> Self {
        Self { what: what.into(), result: result.into(), day: date(day_of(at_s)) }
    }
}

impl Certificate {
    pub(super) fn new(library: &Library, catalogue: &Catalogue, name: String, log: &AttemptLog, is_flawed: bool) -> Self {
        let standing = Standing::of(log);
        let section = |title, lines, missing| CertifiedSection { title, lines, missing };
        let exam = |part| exams(&standing, part);
        let mut explained = exam(AttemptPart::Explained);
        explained.extend(exam(AttemptPart::SelfGraded));
        let mut repaired = missions(catalogue, &standing);
        repaired.extend(drills(catalogue, &standing));
        let sections = vec![
            section("Drawn", exam(AttemptPart::Drawn), "no exam has been taken"),
            section("Explained", explained, "nothing has been explained in an exam"),
            section("Defended", exam(AttemptPart::Defended), "no drawing has been defended in an exam"),
            section("Repaired", repaired, "no mission has been passed, and no incident drill solved"),
            section("Reviewed", reviews(catalogue, &standing), "no design review has been passed"),
            section("Answered", answered(library, &standing), "no quiz and no practice question has been answered"),
        ];
        Self { name, sections, basis: basis(log, is_flawed) }
    }

    /// Whether nothing was demonstrated.
    pub(super) fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.lines.is_empty())
    }

    /// The certificate as plain text.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("What was demonstrated with hoplight\n");
        if !self.name.is_empty() {
            let _ = writeln!(text, "by {}", self.name);
        }
        if self.is_empty() {
            text += "\nNothing has been demonstrated yet: no attempt has been recorded.\n";
            return text;
        }
        for section in &self.sections {
            let _ = writeln!(text, "\n{}", section.title);
            if section.lines.is_empty() {
                let _ = writeln!(text, "  Nothing: {}.", section.missing);
            }
            for line in &section.lines {
                let right = format!("{}  {}", line.result, line.day);
                let room = WIDTH.saturating_sub(width(&right) + 4).max(20);
                let what = wrap(&line.what, room);
                for (number, part) in what.iter().enumerate() {
                    let gap = " ".repeat(room.saturating_sub(width(part)));
                    let end = if number + 1 == what.len() { format!("{gap}  {right}") } else { String::new() };
                    let _ = writeln!(text, "  {part}{end}");
                }
            }
        }
        text += "\n";
        for sentence in &self.basis {
            for line in wrap(sentence, WIDTH) {
                text += &line;
                text += "\n";
            }
        }
        text
    }
}

/// The best exam of each stage in which a part was done.
fn exams(standing: &Standing<'_>, part: AttemptPart) -> Vec<CertifiedLine> {
    let line = |stage: ExamStage| {
        let activity = standing.activity(&format!("exam/{}", stage.number()))?;
        let best = activity.best()?;
        let score = best.part(part).filter(|score| score.right > 0 && score.of > 0)?;
        let percent = percent(score);
        let result = match part {
            AttemptPart::Drawn => format!("{} of {} requirements", score.right, score.of),
            AttemptPart::Explained => format!("{percent} % of the points, graded by the program"),
            AttemptPart::SelfGraded => format!("{percent} % of the points, graded by the learner"),
            AttemptPart::Defended | AttemptPart::Diagnosed | AttemptPart::Repaired => format!("{percent} % of the points"),
        };
        Some(CertifiedLine::new(format!("Stage {}: {}", stage.number(), stage.title()), result, best.at_s))
    };
    ExamStage::ALL.into_iter().filter_map(line).collect()
}

fn missions(catalogue: &Catalogue, standing: &Standing<'_>) -> Vec<CertifiedLine> {
    let line = |(name, activity): (&str, &hoplight_lesson::ActivityStanding<'_>)| {
        let passed = activity.first_full(AttemptPart::Repaired)?;
        let title = catalogue.missions.find(name).map_or(name, |mission| mission.form().title.as_str());
        Some(CertifiedLine::new(format!("Mission: {title}"), format!("{} of {} goals", passed.right, passed.of), passed.at_s))
    };
    standing.of_kind("mission").filter_map(line).collect()
}

fn drills(catalogue: &Catalogue, standing: &Standing<'_>) -> Vec<CertifiedLine> {
    let line = |(name, activity): (&str, &hoplight_lesson::ActivityStanding<'_>)| {
        let solved = activity.attempts().iter().copied().filter(|attempt| is_solved(attempt));
        let best = solved.max_by_key(|attempt: &&AttemptRecord| attempt.right)?;
        let title = catalogue.drills.find(name).map_or_else(|| drill_title(name), |(drill, _)| drill.title.to_string());
        Some(CertifiedLine::new(format!("Incident: {title}"), format!("{} points", best.right), best.at_s))
    };
    standing.of_kind("drill").filter_map(line).collect()
}

/// The title of a drill that no author wrote.
fn drill_title(name: &str) -> String {
    let day = name.strip_prefix("daily-").and_then(|day| day.parse().ok());
    day.map_or_else(|| name.to_owned(), |day| format!("drill of {}", date(day)))
}

fn reviews(catalogue: &Catalogue, standing: &Standing<'_>) -> Vec<CertifiedLine> {
    let line = |(name, activity): (&str, &hoplight_lesson::ActivityStanding<'_>)| {
        let best = activity.best()?;
        let percent = best.percent().filter(|percent| *percent >= PASS_PERCENT)?;
        let title = catalogue.reviews.find(name).map_or(name, |review| review.form().title.as_str());
        Some(CertifiedLine::new(title, format!("{percent} %"), best.at_s))
    };
    standing.of_kind("review").filter_map(line).collect()
}

/// The quizzes of lessons, and practice.
fn answered(library: &Library, standing: &Standing<'_>) -> Vec<CertifiedLine> {
    let line = |(name, activity): (&str, &hoplight_lesson::ActivityStanding<'_>)| {
        let best = activity.best().filter(|best| best.of > 0 && best.right > 0)?;
        let title = library.lesson(name).map_or(name, |lesson| lesson.title.as_str());
        Some(CertifiedLine::new(format!("Quiz: {title}"), format!("{} of {} right", best.right, best.of), best.at_s))
    };
    let mut lines: Vec<CertifiedLine> = standing.of_kind("lesson").filter_map(line).collect();
    let answers: Vec<&AttemptRecord> =
        standing.of_kind("practice").flat_map(|(_, activity)| activity.attempts().iter().copied()).collect();
    if let Some(last) = answers.iter().map(|answer| answer.at_s).max() {
        let right = answers.iter().filter(|answer| answer.of > 0 && answer.right == answer.of).count();
        let all = answers.len();
        lines.push(CertifiedLine::new(counted(all, "practice answer"), format!("{right} right"), last));
    }
    lines
}

/// What the statements rest on, and what they do not show.
fn basis(log: &AttemptLog, is_flawed: bool) -> Vec<String> {
    let times = log.attempts().map(|attempt| attempt.at_s);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { return Vec::new() };
    let attempts = counted(log.attempts().count(), "recorded attempt");
    let (first, last) = (date(day_of(first)), date(day_of(last)));
    let hash = log.records().last().map(|record| record.hash.to_string()).unwrap_or_default();
    let seal = hash.get(..16).unwrap_or_default().to_owned();
    let mut basis = vec![format!("From {attempts}, {first} to {last}; the chain ends with {seal}.")];
    basis.push(if is_flawed {
        "The chain is broken: attempts were edited, cut or damaged, so these statements are not reliable.".to_owned()
    } else {
        "The chain is unbroken. It does not show who answered.".to_owned()
    });
    basis
}

fn percent(score: Score) -> u32 {
    let share = u64::from(score.right).saturating_mul(100).checked_div(score.of.into()).unwrap_or(0);
    u32::try_from(share).unwrap_or(0)
}
