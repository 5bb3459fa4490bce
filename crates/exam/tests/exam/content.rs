//! The shipped content covers the demands of every stage and every published misconception.

use std::collections::BTreeSet;

use hoplight_curriculum::{Demand, Misconception};
use hoplight_exam::{DrawnPart, ExamContent, ExamStage, ExplainAnswer, ExplainSubject, PointGrade, drawn_parts, stages_of};

use crate::designs::{ASSETS, asset, variants};

/// The shipped content files.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("elements.ron", include_str!("../../../../lessons/exam/elements.ron")),
    ("stage-0.ron", include_str!("../../../../lessons/exam/stage-0.ron")),
    ("stage-1.ron", include_str!("../../../../lessons/exam/stage-1.ron")),
    ("stage-2.ron", include_str!("../../../../lessons/exam/stage-2.ron")),
    ("stage-3.ron", include_str!("../../../../lessons/exam/stage-3.ron")),
];

/// The shipped content.
pub(crate) fn content() -> ExamContent {
    ExamContent::new(&FILES).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

#[test]
fn every_demand_of_a_stage_has_an_item() {
    let content = content();
    for stage in ExamStage::ALL {
        assert!(!stage.demands().is_empty());
        for demand in stage.demands() {
            let is_asked = |follow_up| {
                content.items(stage).any(|item| item.about == ExplainSubject::Demand(demand) && item.follow_up == follow_up)
            };
            assert!(is_asked(false), "{stage:?}: {demand:?}");
        }
        for item in content.items(stage) {
            if let ExplainSubject::Demand(demand) = item.about {
                assert!(stages_of(demand).contains(&stage), "{stage:?}: {}", item.id);
            }
        }
    }
    let all: BTreeSet<Demand> = ExamStage::ALL.into_iter().flat_map(ExamStage::demands).collect();
    assert_eq!(all.len(), Demand::ASKED.len());
}

#[test]
fn every_misconception_is_a_distractor() {
    let content = content();
    let used: BTreeSet<Misconception> = ExamStage::ALL
        .into_iter()
        .flat_map(|stage| content.items(stage).collect::<Vec<_>>())
        .flat_map(|item| &item.wrong)
        .filter_map(|wrong| wrong.belief)
        .collect();
    assert_eq!(Misconception::ALL.len(), 43);
    let missing: Vec<&Misconception> = Misconception::ALL.iter().filter(|known| !used.contains(known)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_element_of_a_drawing_is_asked_about() {
    let content = content();
    for stage in ExamStage::ALL {
        let asked: BTreeSet<DrawnPart> = content
            .items(stage)
            .filter_map(|item| if let ExplainSubject::Part(part) = item.about { Some(part) } else { None })
            .collect();
        assert_eq!(asked.len(), DrawnPart::ALL.len());
        let drawings = variants(stage).into_iter().chain(ASSETS.map(|(name, _)| (name.to_owned(), asset(name))));
        for (name, scenario) in drawings {
            let questions = content.explain(stage, &scenario);
            let elements = questions.iter().flat_map(|question| &question.elements).count();
            let drawn: usize = drawn_parts(&scenario).values().map(Vec::len).sum();
            assert_eq!(elements, drawn, "{stage:?}, {name}");
            assert!(questions.iter().all(|question| !question.item.prompt.is_empty()));
        }
    }
}

#[test]
fn texts_can_be_spoken() {
    let content = content();
    for item in ExamStage::ALL.into_iter().flat_map(|stage| content.items(stage).collect::<Vec<_>>()) {
        let wrong = item.wrong.iter().flat_map(|wrong| [&wrong.says, &wrong.correction]);
        for text in item.points.iter().chain(&item.right).chain(wrong) {
            assert!(text.ends_with('.'), "{}: {text}", item.id);
            assert!(text.len() <= 125, "{}: {} characters: {text}", item.id, text.len());
        }
        assert!(item.prompt.ends_with('?'), "{}", item.prompt);
    }
}

#[test]
fn choosing_everything_or_nothing_earns_little() {
    let content = content();
    for item in content.items(ExamStage::Secured) {
        let all = item.right.len() + item.wrong.len();
        let share = |chosen: std::ops::Range<usize>| item.grade(&ExplainAnswer::Chosen(chosen.collect())).share();
        assert!((share(0..item.right.len()) - 1.0).abs() < 1e-9, "{}", item.id);
        assert!(share(0..0).abs() < 1e-9 && share(item.right.len()..all).abs() < 1e-9, "{}", item.id);
        assert!(share(0..all) <= 0.5, "{}", item.id);
        let graded = |grade| item.grade(&ExplainAnswer::SelfGraded(vec![grade; item.points.len()])).share();
        assert!((graded(PointGrade::Yes) - 1.0).abs() < 1e-9 && (graded(PointGrade::Partly) - 0.5).abs() < 1e-9);
        assert!(item.grade(&ExplainAnswer::Skipped).share().abs() < 1e-9);
        let order: BTreeSet<usize> = item.statements(3).iter().map(|statement| statement.place).collect();
        assert_eq!(order, (0..all).collect());
    }
}

#[test]
fn mistakes_in_a_file_are_located() {
    let item = |points: &str, right: &str| {
        format!(
            "(format: 1, exam: [Simple], items: [\n  (id: \"lone\", about: Demand(Lamp), prompt: \"What?\", points: [{points}], \
             right: [{right}], wrong: [(says: \"No.\", correction: \"Yes.\")]),\n])"
        )
    };
    let error = |text: &str| ExamContent::new(&[("x.ron", text)]).unwrap_err()[0].to_string();
    let good = item("\"a.\", \"b.\", \"c.\"", "\"True.\"");
    assert!(ExamContent::new(&[("x.ron", &good)]).is_ok());
    assert!(error(&item("\"a.\"", "\"True.\"")).starts_with("x.ron:2:8: item `lone` has 1 key points"));
    assert!(error(&item("\"a.\", \"b.\", \"c.\"", "")).contains("0 true and 1 wrong"));
    assert!(error(&item("\"\", \"b.\", \"c.\"", "\"True.\"")).contains("empty text"));
    assert!(error(&good.replace("format: 1", "format: 2")).contains("a newer hoplight is needed"));
    assert!(error(&good.replace("[Simple]", "[]")).contains("no stage"));
    assert!(error(&good.replace("Lamp", "Lump")).starts_with("x.ron:2:"));
    let twice = ExamContent::new(&[("x.ron", &good), ("y.ron", &good)]).unwrap_err();
    assert_eq!(twice.len(), 1);
    assert!(twice[0].to_string().starts_with("y.ron:2:8: two items have the id `lone`"));
}
