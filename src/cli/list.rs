//! `hoplight list`: lists lessons, scenarios, faults, rules, questions and glossary terms as a table or as JSON.
//!
//! Each list has its own row type. A new list needs a field in [`Listing`] and a variant of [`ListKind`](super::ListKind).

mod course;

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use hoplight_analysis::FindingRule;
use hoplight_app::Catalogue;
use hoplight_course::Coverage;
use hoplight_drill::Drill;
use hoplight_exam::review::ReviewForm;
use hoplight_exam::{EXAM_LIMIT, ExamContent, ExamStage};
use hoplight_lesson::{Lesson, Library, Term};
use hoplight_mission::MissionForm;
use hoplight_model::text::width;
use hoplight_model::{Infrastructure, Text};
use hoplight_sim::catalogue::CommonFault;
use hoplight_sim::script;
use hoplight_text::{CommonFaultText, RuleText, common_fault};

use super::commands::print;
use super::format::{hanging, paragraph};
use super::{Format, ListKind};
use course::{DemandRow, MisconceptionRow, QuestionRow};

/// Scenario for which the list of faults shows commands.
const SHOWN: &str = "stage-2-secured";

/// Prints one list; without `what`, lessons and scenarios.
pub(super) fn list(library: &Library, catalogue: &Catalogue, what: Option<ListKind>, format: Format) -> anyhow::Result<()> {
    let listing = Listing::new(library, catalogue, what);
    match format {
        Format::Table => print(&listing.table()),
        Format::Json => print(&(serde_json::to_string(&listing)? + "\n")),
    }
}

/// The requested lists.
#[derive(Debug, Serialize)]
struct Listing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    lessons: Option<Vec<LessonRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenarios: Option<Vec<ScenarioRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missions: Option<Vec<MissionRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drills: Option<Vec<DrillRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reviews: Option<Vec<ReviewRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exams: Option<Vec<ExamRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<FaultRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<RuleRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<&'a [Term]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    questions: Option<Vec<QuestionRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demands: Option<Vec<DemandRow>>,
    /// Listed with the demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    misconceptions: Option<Vec<MisconceptionRow>>,
}

/// A lesson. Lessons are in the order of the course map.
#[derive(Debug, Serialize)]
struct LessonRow<'a> {
    id: &'a str,
    title: &'a str,
    unit: &'a str,
    summary: &'a str,
    minutes: u32,
    scenario: &'a str,
    steps: usize,
    questions: usize,
}

/// A scenario. Scenarios are in the order of the course map, benchmarks last.
#[derive(Debug, Serialize)]
struct ScenarioRow<'a> {
    id: &'a str,
    title: &'a str,
    summary: &'a str,
    notes: Vec<&'a str>,
    benchmark: bool,
    servers: usize,
    components: usize,
    links: usize,
    rate_per_s: f64,
    tls: &'static str,
}

/// A mission. Missions are in the order of the course map.
#[derive(Debug, Serialize)]
struct MissionRow<'a> {
    id: &'a str,
    title: &'a str,
    ladder: &'static str,
    task: &'a str,
    minutes: u32,
    goals: usize,
}

/// An incident drill, in the order of the course map.
#[derive(Debug, Serialize)]
struct DrillRow<'a> {
    id: String,
    title: &'a str,
    scenario: &'a str,
    difficulty: &'static str,
}

/// A design review, in the order of the course map.
#[derive(Debug, Serialize)]
struct ReviewRow<'a> {
    id: &'a str,
    title: &'a str,
    set: &'static str,
    minutes: u32,
    sentences: usize,
}

/// A whiteboard exam, in the order of the stages.
#[derive(Debug, Serialize)]
struct ExamRow {
    stage: usize,
    task: &'static str,
    /// Number of lines in the list of what the drawing must use.
    requirements: usize,
    /// Number of items to explain about a drawing.
    items: usize,
    minutes: u64,
}

/// A fault of the catalogue.
#[derive(Debug, Serialize)]
struct FaultRow {
    id: &'static str,
    title: &'static str,
    users: &'static str,
    agents: &'static str,
    alert: &'static str,
    remedy: &'static str,
    /// Commands that inject it into [`SHOWN`]; empty if it does not apply there.
    commands: Vec<Timed>,
}

/// A rule of `analyze`.
#[derive(Debug, Serialize)]
struct RuleRow {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
}

/// A command and its delay after the start of the fault.
#[derive(Debug, Serialize)]
struct Timed {
    after_s: f64,
    command: String,
}

impl<'a> Listing<'a> {
    fn new(library: &'a Library, catalogue: &'a Catalogue, what: Option<ListKind>) -> Self {
        let defaults = [ListKind::Lessons, ListKind::Scenarios];
        let asked = |listed| what.map_or(defaults.contains(&listed), |what| what == listed);
        let bank = &catalogue.bank;
        let coverage = asked(ListKind::Demands).then(|| Coverage::of(library.lessons().map(Arc::as_ref), bank));
        let shown = library.scenario(SHOWN).map(|infra| &**infra);
        Self {
            lessons: asked(ListKind::Lessons).then(|| library.lessons().map(|lesson| LessonRow::of(lesson)).collect()),
            scenarios: asked(ListKind::Scenarios)
                .then(|| library.scenarios_in_course_order().into_iter().map(|infra| ScenarioRow::of(infra)).collect()),
            missions: asked(ListKind::Missions)
                .then(|| catalogue.missions.all().iter().map(|mission| MissionRow::of(mission.form())).collect()),
            drills: asked(ListKind::Drills).then(|| catalogue.drills.drills().map(|(drill, _)| DrillRow::of(drill)).collect()),
            reviews: asked(ListKind::Reviews)
                .then(|| catalogue.reviews.all().iter().map(|review| ReviewRow::of(review.form())).collect()),
            exams: asked(ListKind::Exams)
                .then(|| ExamStage::ALL.into_iter().map(|stage| ExamRow::of(stage, &catalogue.exam)).collect()),
            faults: asked(ListKind::Faults).then(|| CommonFault::ALL.map(|fault| FaultRow::of(fault, shown)).into()),
            rules: asked(ListKind::Rules).then(|| FindingRule::ALL.map(RuleRow::of).into()),
            terms: asked(ListKind::Terms).then(|| library.glossary().terms()),
            questions: asked(ListKind::Questions)
                .then(|| bank.questions().iter().map(|question| QuestionRow::of(question, bank)).collect()),
            demands: coverage.as_ref().map(DemandRow::all),
            misconceptions: coverage.as_ref().map(MisconceptionRow::all),
        }
    }

    fn table(&self) -> String {
        let (lessons, scenarios) = (self.lessons.iter().flatten(), self.scenarios.iter().flatten());
        let ids = lessons.clone().map(|row| row.id).chain(scenarios.clone().map(|row| row.id));
        let wide = ids.map(width).max().unwrap_or(0);
        let titles = lessons.clone().map(|row| width(row.title)).max().unwrap_or(0);
        let mut parts = Vec::new();
        if self.lessons.is_some() {
            let mut text = String::from("Lessons\n");
            for LessonRow { id, title, minutes, .. } in lessons {
                let _ = writeln!(text, "  {id}{}  {title}{}  {minutes:>3} min", gap(id, wide), gap(title, titles));
            }
            parts.push(text);
        }
        if self.scenarios.is_some() {
            let mut text = String::from("Scenarios\n");
            for ScenarioRow { id, title, .. } in scenarios {
                let _ = writeln!(text, "  {id}{}  {title}", gap(id, wide));
            }
            parts.push(text);
        }
        if let Some(missions) = &self.missions {
            let wide = missions.iter().map(|row| width(row.id)).max().unwrap_or(0);
            let mut text = String::from("Missions\n");
            for MissionRow { id, title, .. } in missions {
                let _ = writeln!(text, "  {id}{}  {title}", gap(id, wide));
            }
            parts.push(text);
        }
        if let Some(drills) = &self.drills {
            let wide = drills.iter().map(|row| width(&row.id)).max().unwrap_or(0);
            let mut text = String::from("Incident drills\n");
            for DrillRow { id, title, .. } in drills {
                let _ = writeln!(text, "  {id}{}  {title}", gap(id, wide));
            }
            parts.push(text);
        }
        if let Some(reviews) = &self.reviews {
            let wide = reviews.iter().map(|row| width(row.id)).max().unwrap_or(0);
            let mut text = String::from("Design reviews\n");
            for ReviewRow { id, title, .. } in reviews {
                let _ = writeln!(text, "  {id}{}  {title}", gap(id, wide));
            }
            parts.push(text);
        }
        if let Some(exams) = &self.exams {
            let mut text = String::from("Whiteboard exams\n");
            for ExamRow { stage, task, .. } in exams {
                let _ = writeln!(text, "  {stage}  {task}");
            }
            parts.push(text);
        }
        parts.extend(self.faults.as_ref().map(|rows| faults(rows)));
        parts.extend(self.rules.as_ref().map(|rows| rules(rows)));
        parts.extend(self.terms.map(terms));
        parts.extend(self.questions.as_ref().map(|rows| course::questions(rows)));
        parts.extend(self.demands.as_ref().map(|rows| course::demands(rows)));
        parts.join("\n")
    }
}

impl ExamRow {
    fn of(stage: ExamStage, content: &ExamContent) -> Self {
        Self {
            stage: stage.number(),
            task: stage.task(),
            requirements: stage.requirements().len(),
            items: content.items(stage).count(),
            minutes: EXAM_LIMIT.as_secs() / 60,
        }
    }
}

impl<'a> MissionRow<'a> {
    fn of(form: &'a MissionForm) -> Self {
        Self {
            id: form.id.as_str(),
            title: &form.title,
            ladder: form.ladder.title(),
            task: &form.task,
            minutes: form.minutes,
            goals: form.goals.len(),
        }
    }
}

impl<'a> ReviewRow<'a> {
    fn of(form: &'a ReviewForm) -> Self {
        Self {
            id: form.id.as_str(),
            title: &form.title,
            set: form.set.title(),
            minutes: form.minutes,
            sentences: form.sentences.len(),
        }
    }
}

impl<'a> DrillRow<'a> {
    fn of(drill: &'a Drill) -> Self {
        Self {
            id: drill.id.to_string(),
            title: &drill.title,
            scenario: drill.scenario.as_str(),
            difficulty: drill.difficulty.word(),
        }
    }
}

impl<'a> LessonRow<'a> {
    fn of(lesson: &'a Lesson) -> Self {
        Self {
            id: lesson.id.as_str(),
            title: &lesson.title,
            unit: &lesson.unit,
            summary: &lesson.summary,
            minutes: lesson.minutes,
            scenario: lesson.scenario.as_str(),
            steps: lesson.steps.len(),
            questions: lesson.quiz.len(),
        }
    }
}

impl<'a> ScenarioRow<'a> {
    fn of(infra: &'a Infrastructure) -> Self {
        Self {
            id: infra.id().as_str(),
            title: infra.title(),
            summary: infra.summary(),
            notes: infra.notes().iter().map(Text::as_str).collect(),
            benchmark: infra.is_benchmark(),
            servers: infra.servers().len(),
            components: infra.len(),
            links: infra.links().count(),
            rate_per_s: infra.traffic().rate.get(),
            tls: infra.tls().edge.word(),
        }
    }
}

impl FaultRow {
    fn of(fault: CommonFault, shown: Option<&Infrastructure>) -> Self {
        let timed = shown.into_iter().flat_map(|infra| {
            let command = |(after_s, command)| Timed { after_s, command: script::text(&command, infra) };
            fault.inject(infra).into_iter().map(command)
        });
        let CommonFaultText { title, users, agents, alert, remedy } = common_fault(fault);
        Self { id: fault.id(), title, users, agents, alert, remedy, commands: timed.collect() }
    }
}

impl RuleRow {
    fn of(rule: FindingRule) -> Self {
        let RuleText { title, why, fix } = hoplight_text::rule(rule);
        Self { id: rule.id(), severity: rule.severity().word(), title, why, fix }
    }
}

/// Spaces that pad `text` to a column. `width` counts terminal columns; the padding of `format!` would count characters.
fn gap(text: &str, to: usize) -> String {
    " ".repeat(to.saturating_sub(width(text)))
}

fn faults(rows: &[FaultRow]) -> String {
    let mut text = format!("Faults (to try one: hoplight simulate {SHOWN} --at '20s fault NAME' --at '40s fix NAME')\n");
    for row in rows {
        let _ = writeln!(text, "\n{}: {}", row.id, row.title);
        for (what, says) in [("users", row.users), ("agents", row.agents), ("alert", row.alert), ("remedy", row.remedy)] {
            let _ = writeln!(text, "  {what:<7} {says}");
        }
        for Timed { after_s, command } in &row.commands {
            let after = if *after_s > 0.0 { format!("  ({after_s} s later)") } else { String::new() };
            let _ = writeln!(text, "  {:<7} {command}{after}", "inject");
        }
    }
    text
}

fn terms(rows: &[Term]) -> String {
    let one = |term: &Term| {
        let names: Vec<&str> = term.distinct_names().map(Text::as_str).collect();
        paragraph(&names.join(", "), 0) + &paragraph(&term.about(), 2)
    };
    let all: Vec<String> = rows.iter().map(one).collect();
    format!("Glossary\n\n{}", all.join("\n"))
}

fn rules(rows: &[RuleRow]) -> String {
    let about =
        "Rules of `hoplight analyze`. --fail-on note, warning or error makes it fail on findings of that severity or above.";
    let mut text = paragraph(about, 0);
    for RuleRow { id, severity, title, why, fix } in rows {
        text += "\n";
        text += &hanging(&format!("{severity}  "), &format!("{id}: {title}"), 0);
        text += &paragraph(why, 2);
        text += &hanging("Fix: ", fix, 2);
    }
    text
}
