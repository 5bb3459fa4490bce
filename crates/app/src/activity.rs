//! Activities beside lessons and exploration: lines of the course map that are neither.

use hoplight_course::SESSION;
use hoplight_drill::Difficulty;
use hoplight_exam::ExamStage;
use hoplight_exam::review::ReviewSet;
use hoplight_mission::Ladder;
use hoplight_model::{MissionId, Text};

use crate::catalogue::Catalogue;

/// An activity on the course map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What opens.
    pub kind: ActivityKind,
    /// The heading under which it is listed.
    pub unit: String,
    /// The title.
    pub title: String,
    /// What the learner does, in a few sentences.
    pub about: Vec<String>,
    /// The name in commands.
    pub id: String,
}

/// What an activity opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    /// An empty board in the topology editor.
    Board,
    /// A mission.
    Mission(MissionId),
    /// An authored incident drill, by name.
    Drill(String),
    /// The incident drill of a day, in days since 1970-01-01.
    DailyDrill(u32),
    /// A generated incident drill.
    AnotherDrill(Option<Difficulty>),
    /// A design review, by its id.
    Review(Text),
    /// A whiteboard exam on a stage; without one, it is drawn by lot.
    Exam(Option<ExamStage>),
    /// Generated practice: sites with flaws to find.
    Puzzle,
    /// Questions: what was shown weak, what is due, and what is new.
    Practice,
    /// A test on a unit, by its name.
    TestOut(String),
}

impl Activity {
    /// The name under which results are recorded; `None` if there are none.
    pub fn result_name(&self) -> Option<String> {
        match &self.kind {
            ActivityKind::Board | ActivityKind::AnotherDrill(_) | ActivityKind::Practice | ActivityKind::TestOut(_) => None,
            ActivityKind::Mission(id) => Some(format!("mission/{id}")),
            ActivityKind::Drill(id) => Some(format!("drill/{id}")),
            ActivityKind::DailyDrill(day) => Some(format!("drill/daily-{day}")),
            ActivityKind::Review(id) => Some(format!("review/{id}")),
            ActivityKind::Exam(stage) => stage.map(exam_result),
            ActivityKind::Puzzle => Some(PUZZLE_RESULT.to_owned()),
        }
    }

    /// A result on the course map: stars of a mission, points of a drill, the score of a review or an exam.
    pub fn result_words(&self, result: u32) -> String {
        match self.kind {
            ActivityKind::Drill(_) | ActivityKind::DailyDrill(_) => format!("{result} points"),
            ActivityKind::Practice | ActivityKind::TestOut(_) => String::new(),
            ActivityKind::Board | ActivityKind::Mission(_) | ActivityKind::AnotherDrill(_) => "★".repeat(result.min(3) as usize),
            ActivityKind::Review(_) | ActivityKind::Exam(_) => format!("{result} %"),
            ActivityKind::Puzzle => format!("{result} in a row"),
        }
    }
}

/// The activities, in the order of the course map.
pub(crate) fn all(catalogue: &Catalogue) -> Vec<Activity> {
    let about = "Draw an infrastructure, from a web server to a monitored site with a spare of everything. The drawing runs while \
                 you draw it, and a review names its weaknesses.";
    let mut all = vec![Activity {
        kind: ActivityKind::Board,
        unit: "Build".to_owned(),
        title: "An empty board".to_owned(),
        about: vec![about.to_owned(), "Opens any other infrastructure too: press E on it.".to_owned()],
        id: "edit".to_owned(),
    }];
    for ladder in Ladder::ALL {
        all.extend(catalogue.missions.ladder(ladder).map(|mission| {
            let form = mission.form();
            let mut about: Vec<String> = form.problem.iter().map(ToString::to_string).collect();
            about.push(form.task.to_string());
            Activity {
                kind: ActivityKind::Mission(form.id.clone()),
                unit: format!("Missions: {}", ladder.title().to_lowercase()),
                title: form.title.to_string(),
                about,
                id: form.id.to_string(),
            }
        }));
    }
    all.extend(drills(catalogue));
    all
}

/// The practice of the day; `None` if there are no questions.
pub(crate) fn practice(catalogue: &Catalogue) -> Option<Activity> {
    (!catalogue.bank.questions().is_empty()).then(|| Activity {
        kind: ActivityKind::Practice,
        unit: "Today".to_owned(),
        title: "Practice".to_owned(),
        about: vec![
            format!("Five minutes: up to {SESSION} questions, with other numbers, sites and orders each time."),
            "What an exam or a drill showed weak comes first, then what you are about to forget, then what the lessons have taught \
             since."
                .to_owned(),
        ],
        id: "practice".to_owned(),
    })
}

/// The test on a unit; `None` if there are no questions.
pub(crate) fn test_out(catalogue: &Catalogue, unit: &str) -> Option<Activity> {
    (!catalogue.bank.questions().is_empty()).then(|| Activity {
        kind: ActivityKind::TestOut(unit.to_owned()),
        unit: unit.to_owned(),
        title: "Test on this unit".to_owned(),
        about: vec![
            "For those who know it already: up to twelve questions, one for each point that the unit teaches. With 80 % right, its \
             lessons count as done."
                .to_owned(),
        ],
        id: format!("test {unit}"),
    })
}

fn drills(catalogue: &Catalogue) -> Vec<Activity> {
    let activity = |kind: ActivityKind, title: &str, about: Vec<String>, id: &str| Activity {
        kind,
        unit: "Incident drills".to_owned(),
        title: title.to_owned(),
        about,
        id: id.to_owned(),
    };
    let mut all = Vec::new();
    if !catalogue.designs.is_empty() {
        let today = vec![
            "A hidden fault on one of the shipped designs. You see what an operator sees, name the cause, and end the harm."
                .to_owned(),
            "Everyone has the same drill today, and another one tomorrow.".to_owned(),
        ];
        all.push(activity(ActivityKind::DailyDrill(catalogue.today), "Drill of the day", today, "daily"));
        let another = "A new drill each time: another design, another fault, another moment.";
        all.push(activity(ActivityKind::AnotherDrill(None), "Another drill", vec![another.to_owned()], "random"));
    }
    all.extend(catalogue.drills.drills().map(|(drill, _)| {
        let mut about: Vec<String> = drill.briefing.iter().map(ToString::to_string).collect();
        about.push(format!("Difficulty: {}.", drill.difficulty.word()));
        activity(ActivityKind::Drill(drill.id.to_string()), &drill.title, about, &drill.id)
    }));
    for set in ReviewSet::ALL {
        all.extend(catalogue.reviews.set(set).map(|review| {
            let form = review.form();
            let about = "Read a write-up beside its diagram. Mark the sentences that are wrong or do not fit the diagram, mark \
                         elements, and choose the findings that apply.";
            let marks = "The analysis compares your marks with the design; then you see the repaired one, measured.";
            Activity {
                kind: ActivityKind::Review(form.id.clone()),
                unit: format!("Design reviews: {}", set.title().to_lowercase()),
                title: form.title.to_string(),
                about: vec![about.to_owned(), marks.to_owned()],
                id: form.id.to_string(),
            }
        }));
    }
    if ExamStage::ALL.iter().any(|stage| catalogue.exam.items(*stage).next().is_some()) {
        all.extend(exams());
    }
    all
}

/// The name under which the results of exams on a stage are recorded.
pub(crate) fn exam_result(stage: ExamStage) -> String {
    format!("exam/{}", stage.number())
}

/// The name under which attempts at practising the exam of a stage are recorded.
pub(crate) fn exam_practice(stage: ExamStage) -> String {
    format!("practice/exam-{}", stage.number())
}

/// The name under which the most puzzles solved in a row are recorded.
pub(crate) const PUZZLE_RESULT: &str = "practice/flaws";

/// The exam of each stage, and generated practice.
fn exams() -> Vec<Activity> {
    let how = "Thirty minutes at an empty board: draw, explain each element, and defend your drawing. No hints; practice, without a \
               time limit, is one key away.";
    let exam = |kind, title: String, task: &str, id: String| Activity {
        kind: ActivityKind::Exam(kind),
        unit: "Whiteboard exam".to_owned(),
        title,
        about: vec![task.to_owned(), how.to_owned()],
        id,
    };
    let by_lot = exam(None, "A stage drawn by lot".to_owned(), "Prepare for all stages: the lot decides.", "exam".to_owned());
    let of = |stage: ExamStage| {
        let title = format!("Stage {}: {}", stage.number(), stage.title());
        exam(Some(stage), title, stage.task(), format!("exam-{}", stage.number()))
    };
    let mut all: Vec<Activity> = ExamStage::ALL.into_iter().map(of).collect();
    all.push(by_lot);
    all.push(Activity {
        kind: ActivityKind::Puzzle,
        unit: "Practice".to_owned(),
        title: "Find the flaws".to_owned(),
        about: vec![
            "Small generated sites, each sound but for one to three flaws. Name them as a review would; every miss is explained."
                .to_owned(),
            "Solve two in a row, and the next sites have one flaw more.".to_owned(),
        ],
        id: "find-the-flaws".to_owned(),
    });
    all
}
