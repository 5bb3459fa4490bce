//! Shows what the learner has done, as a table or as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use hoplight_app::Catalogue;
use hoplight_course::{Mastery, UnitMastery};
use hoplight_curriculum::Demand;
use hoplight_exam::ExamStage;
use hoplight_lesson::{Library, Progress, Score, Standing};

use super::super::clock::{date, today};
use super::super::commands::print;
use super::super::format::{Align, aligned, counted, hanging};
use super::super::result_file::ResultFlaw;
use super::super::{Arguments, Format};
use super::Stored;

/// Prints the progress.
pub(super) fn show(library: &Library, catalogue: &Catalogue, format: Format, arguments: &Arguments) -> anyhow::Result<()> {
    let Stored { progress, attempts, .. } = Stored::open(arguments)?;
    let standing = Standing::of(&attempts.log);
    let mut report = ProgressReport::new(library, catalogue, &progress, &standing, today());
    report.attempts.count = attempts.log.attempts().count();
    report.attempts.flaws = attempts.log.problems().into_iter().map(|problem| ResultFlaw::Chain(problem).to_string()).collect();
    match format {
        Format::Table => print(&report.table()),
        Format::Json => print(&(serde_json::to_string(&report)? + "\n")),
    }
}

/// All that is shown.
#[derive(Debug, Serialize)]
struct ProgressReport<'a> {
    lessons: Vec<LessonShown<'a>>,
    missions: Vec<MissionShown<'a>>,
    drills: Vec<DrillShown>,
    exams: Vec<ExamShown>,
    reviews: Vec<ReviewShown<'a>>,
    /// What the units teach, and how well the learner knows it.
    units: Vec<UnitShown>,
    practice: PracticeShown,
    attempts: AttemptsShown,
}

/// A lesson, in the order of the course map.
#[derive(Debug, Serialize)]
struct LessonShown<'a> {
    id: &'a str,
    title: &'a str,
    steps: usize,
    /// The furthest step reached, counted from 1; 0 if the lesson has not been started.
    step: usize,
    finished: bool,
    mastered: bool,
    /// The best result of the quiz.
    quiz: Option<Score>,
    /// How often the quiz was finished.
    tries: u32,
}

/// A mission, in the order of the course map.
#[derive(Debug, Serialize)]
struct MissionShown<'a> {
    id: &'a str,
    title: &'a str,
    /// Best number of stars; 0 if the mission has not been passed.
    stars: u32,
}

/// A drill that was solved.
#[derive(Debug, Serialize)]
struct DrillShown {
    id: String,
    title: String,
    points: u32,
}

/// The exam of a stage.
#[derive(Debug, Serialize)]
struct ExamShown {
    stage: usize,
    title: &'static str,
    /// The best result; absent if the exam has not been taken.
    percent: Option<u32>,
}

/// A design review.
#[derive(Debug, Serialize)]
struct ReviewShown<'a> {
    id: &'a str,
    title: &'a str,
    percent: Option<u32>,
}

/// A unit of the course.
#[derive(Debug, Serialize)]
struct UnitShown {
    unit: String,
    lessons: usize,
    lessons_mastered: usize,
    /// Number of demands that the learner knows.
    known: usize,
    demands: Vec<DemandShown>,
}

/// A demand of a unit.
#[derive(Debug, Serialize)]
struct DemandShown {
    id: &'static str,
    title: &'static str,
    /// `untouched`, `learning`, `known` or `mastered`.
    mastery: &'static str,
}

impl UnitShown {
    fn of(unit: &UnitMastery) -> Self {
        let demand = |(demand, mastery): &(Demand, Mastery)| DemandShown {
            id: demand.name(),
            title: demand.title(),
            mastery: match mastery {
                Mastery::Untouched => "untouched",
                Mastery::Learning => "learning",
                Mastery::Known => "known",
                Mastery::Mastered => "mastered",
            },
        };
        Self {
            unit: unit.unit.clone(),
            lessons: unit.lessons,
            lessons_mastered: unit.lessons_mastered,
            known: unit.known(),
            demands: unit.demands.iter().map(demand).collect(),
        }
    }
}

/// The practice queue.
#[derive(Debug, Serialize)]
struct PracticeShown {
    /// Number of questions that were practised.
    questions: usize,
    /// Number of them that are due.
    due: usize,
    /// Demands that an exam or a drill showed weak.
    weak: Vec<&'static str>,
}

/// The attempts.
#[derive(Debug, Serialize)]
struct AttemptsShown {
    count: usize,
    /// Number of days with attempts.
    days: usize,
    /// Number of days in a row with attempts, until today or yesterday.
    streak: u32,
    /// The day of the latest attempt.
    latest: Option<String>,
    /// What is wrong with the chain, and where.
    flaws: Vec<String>,
}

impl<'a> ProgressReport<'a> {
    fn new(library: &'a Library, catalogue: &'a Catalogue, progress: &Progress, standing: &Standing<'_>, today: u32) -> Self {
        let result = |kind: &str, id: &str| progress.result(&format!("{kind}/{id}"));
        let lesson = |lesson: &'a std::sync::Arc<hoplight_lesson::Lesson>| {
            let done = progress.of(&lesson.id);
            let is_started = progress.lessons().any(|(id, _)| *id == lesson.id);
            let furthest = usize::try_from(done.furthest).unwrap_or(usize::MAX);
            LessonShown {
                id: lesson.id.as_str(),
                title: lesson.title.as_str(),
                steps: lesson.steps.len(),
                step: if is_started { furthest.saturating_add(1).min(lesson.steps.len()) } else { 0 },
                finished: done.finished,
                mastered: done.is_mastered(),
                quiz: done.quiz,
                tries: done.attempts,
            }
        };
        let mission = |mission: &'a std::sync::Arc<hoplight_mission::Mission>| {
            let form = mission.form();
            let stars = result("mission", form.id.as_str()).unwrap_or(0);
            MissionShown { id: form.id.as_str(), title: form.title.as_str(), stars }
        };
        let drill = |(name, points): (&str, u32)| {
            let id = name.strip_prefix("drill/")?.to_owned();
            let day = id.strip_prefix("daily-").and_then(|day| day.parse().ok());
            let authored = catalogue.drills.find(&id).map(|(drill, _)| drill.title.to_string());
            let title = day.map(|day| format!("Drill of {}", date(day))).or(authored).unwrap_or_else(|| id.clone());
            Some(DrillShown { id, title, points })
        };
        let exam = |stage: &ExamStage| {
            let number = stage.number();
            ExamShown { stage: number, title: stage.title(), percent: result("exam", &number.to_string()) }
        };
        let review = |review: &'a std::sync::Arc<hoplight_exam::review::DesignReview>| {
            let form = review.form();
            ReviewShown { id: form.id.as_str(), title: form.title.as_str(), percent: result("review", form.id.as_str()) }
        };
        Self {
            lessons: library.lessons().map(lesson).collect(),
            missions: catalogue.missions.all().iter().map(mission).collect(),
            drills: progress.results().filter_map(drill).collect(),
            exams: ExamStage::ALL.iter().map(exam).collect(),
            reviews: catalogue.reviews.all().iter().map(review).collect(),
            units: UnitMastery::all(library.lessons().map(std::sync::Arc::as_ref), &catalogue.bank, progress)
                .iter()
                .map(UnitShown::of)
                .collect(),
            practice: PracticeShown {
                questions: progress.memories().count(),
                due: progress.memories().filter(|(_, memory)| memory.due_day <= today).count(),
                weak: progress.weak().iter().map(|demand| demand.title()).collect(),
            },
            attempts: AttemptsShown {
                count: 0,
                days: standing.days().len(),
                streak: standing.streak(today),
                latest: standing.days().last().map(|day| date(*day)),
                flaws: Vec::new(),
            },
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        let finished = self.lessons.iter().filter(|lesson| lesson.finished).count();
        let _ = writeln!(text, "Lessons: {finished} of {} finished", self.lessons.len());
        let lessons = self.lessons.iter().filter(|lesson| lesson.step > 0);
        text += &rows(lessons.map(|lesson| [lesson.id, lesson.title].map(str::to_owned).into_iter().chain([lesson.state()])));
        let passed = self.missions.iter().filter(|mission| mission.stars > 0).count();
        let _ = writeln!(text, "Missions: {passed} of {} passed", self.missions.len());
        let missions = self.missions.iter().filter(|mission| mission.stars > 0);
        text += &rows(missions.map(|mission| {
            let stars = format!("{} of 3 stars", mission.stars);
            [mission.id, mission.title].map(str::to_owned).into_iter().chain([stars])
        }));
        let _ = writeln!(text, "Incident drills: {} solved", self.drills.len());
        text +=
            &rows(self.drills.iter().map(|drill| [drill.id.clone(), drill.title.clone(), format!("{} points", drill.points)]));
        let taken = self.exams.iter().filter(|exam| exam.percent.is_some()).count();
        let _ = writeln!(text, "Exams: {taken} of {} taken", self.exams.len());
        text +=
            &rows(self.exams.iter().filter_map(|exam| {
                Some([format!("exam {}", exam.stage), exam.title.to_owned(), format!("{} %", exam.percent?)])
            }));
        let done = self.reviews.iter().filter(|review| review.percent.is_some()).count();
        let _ = writeln!(text, "Design reviews: {done} of {} done", self.reviews.len());
        text += &rows(
            self.reviews
                .iter()
                .filter_map(|review| Some([review.id.to_owned(), review.title.to_owned(), format!("{} %", review.percent?)])),
        );
        // Several units may be about the same demand.
        let demands: BTreeMap<_, _> =
            self.units.iter().flat_map(|unit| &unit.demands).map(|demand| (demand.id, demand.mastery)).collect();
        let known = demands.values().filter(|mastery| matches!(**mastery, "known" | "mastered")).count();
        let _ = writeln!(text, "Mastery: {known} of {} points of the course known", demands.len());
        let units = self.units.iter().filter(|unit| unit.demands.iter().any(|demand| demand.mastery != "untouched"));
        text += &rows(
            units.map(|unit| [unit.unit.clone(), format!("{} of {} known", unit.known, unit.demands.len()), String::new()]),
        );
        let practice = &self.practice;
        let _ = writeln!(text, "Practice: {} practised, {} due", counted(practice.questions, "question"), practice.due);
        if !practice.weak.is_empty() {
            text += &hanging("Weak in the last exam: ", &practice.weak.join("; "), 2);
        }
        let attempts = &self.attempts;
        let days = counted(attempts.days, "day");
        let _ = write!(text, "Attempts: {} on {days}", counted(attempts.count, "attempt"));
        if let Some(latest) = &attempts.latest {
            let _ = write!(text, ", the latest on {latest}");
        }
        if attempts.streak > 1 {
            let _ = write!(text, "; {} days in a row", attempts.streak);
        }
        text += "\n";
        if !attempts.flaws.is_empty() {
            text += "The chain of attempts is broken: its file was edited or damaged.\n";
        }
        for flaw in &attempts.flaws {
            text += &hanging("- ", &format!("{flaw}."), 2);
        }
        text
    }
}

impl LessonShown<'_> {
    /// The state in a few words.
    fn state(&self) -> String {
        if !self.finished {
            return format!("step {} of {}", self.step, self.steps);
        }
        match self.quiz {
            Some(Score { right, of }) if of > 0 => format!("finished, {right} of {of} right"),
            Some(_) | None => "finished".to_owned(),
        }
    }
}

/// A table of name, title and result.
fn rows<R: IntoIterator<Item = String>>(rows: impl Iterator<Item = R>) -> String {
    let rows: Vec<Vec<String>> = rows.map(|row| row.into_iter().collect()).collect();
    aligned(&rows, &[Align::Left, Align::Left, Align::Left])
}
