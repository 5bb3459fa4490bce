//! The result of an exam.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hoplight_analysis::{Structure, single_points_in};
use hoplight_curriculum::{Demand, Misconception};
use hoplight_model::{Element, Infrastructure, RequestKind};

use crate::content::ExplainSubject;
use crate::defend::{DefendQuestion, DefendTopic};
use crate::grade::{ExamScore, Explained};
use crate::requirement::RequirementReport;
use crate::stage::ExamStage;

/// Share of the points of a demand below which it should be revised.
const ENOUGH: f64 = 0.75;

/// A server or program whose loss alone stops kinds of request, with these kinds.
pub type SinglePart = (Element, Vec<RequestKind>);

/// The result of an exam. The diagram is drawn elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct ExamReport {
    /// The stage.
    pub stage: ExamStage,
    /// Time spent on drawing, explaining and defending.
    pub spent: [Duration; 3],
    /// The requirements of the task. Empty if no drawing was submitted.
    pub requirements: Vec<RequirementReport>,
    /// Whether the drawing is complete, so that it could be analysed and defended.
    pub is_complete: bool,
    /// Points per demand of the stage, in its order; a demand that was not reached has none.
    pub coverage: Vec<(Demand, ExamScore)>,
    /// Points for the elements of the drawing.
    pub elements: ExamScore,
    /// Number of items that were not reached.
    pub unanswered: usize,
    /// Points per question about the drawing.
    pub defended: Vec<(DefendTopic, ExamScore)>,
    /// The parts of the site whose loss alone stops kinds of request.
    pub single_points: Vec<SinglePart>,
    /// Points for the answers that the program graded, and for those that the learner graded.
    pub graded: [ExamScore; 2],
    /// The demands that were shown by answers that the program graded.
    pub shown: BTreeSet<Demand>,
    /// The demands that were explained or defended badly. Demands that were not reached are in neither set.
    pub missed: BTreeSet<Demand>,
    /// The misconceptions behind the wrong statements that were chosen.
    pub beliefs: BTreeSet<Misconception>,
    /// The demands that were explained or defended badly, or not at all, in the order of the course.
    pub revise: BTreeSet<Demand>,
}

impl ExamReport {
    pub(crate) fn new<'a>(
        stage: ExamStage,
        spent: [Duration; 3],
        requirements: &[RequirementReport],
        single_points: Option<&[SinglePart]>,
        explained: &[&Explained],
        unanswered: usize,
        defended: impl Iterator<Item = (&'a DefendQuestion, Option<&'a [usize]>)>,
    ) -> Self {
        let of_demand = |demand: Demand| {
            let scores = explained.iter().filter(|of| of.about == ExplainSubject::Demand(demand)).map(|of| of.score);
            (demand, scores.fold(ExamScore::default(), ExamScore::plus))
        };
        let coverage: Vec<(Demand, ExamScore)> = stage.demands().into_iter().map(of_demand).collect();
        let elements = explained.iter().filter(|of| matches!(of.about, ExplainSubject::Part(_))).map(|of| of.score);
        let defended: Vec<(DefendTopic, ExamScore)> =
            defended.map(|(question, chosen)| (question.topic, question.grade(chosen.unwrap_or_default()))).collect();
        let revise = revise(&coverage, &defended);
        let of_demand = |by_learner: bool| {
            explained.iter().filter(move |of| of.is_self_graded == by_learner).filter_map(|of| match of.about {
                ExplainSubject::Demand(demand) => Some((demand, of.score)),
                ExplainSubject::Part(_) => None,
            })
        };
        let of_topic = || defended.iter().map(|(topic, score)| (topic.demand(), *score));
        let is_weak = |(demand, score): (Demand, ExamScore)| (score.share() < ENOUGH).then_some(demand);
        let missed: BTreeSet<Demand> = of_demand(true).chain(of_demand(false)).chain(of_topic()).filter_map(is_weak).collect();
        let measured = of_demand(false).chain(of_topic()).map(|(demand, _)| demand);
        let shown = measured.filter(|demand| !missed.contains(demand)).collect();
        let graded = [false, true].map(|by_learner| {
            let scores = explained.iter().filter(|of| of.is_self_graded == by_learner).map(|of| of.score);
            scores.fold(ExamScore::default(), ExamScore::plus)
        });
        let beliefs = explained.iter().flat_map(|of| of.beliefs.iter().copied()).collect();
        Self {
            stage,
            spent,
            requirements: requirements.to_vec(),
            is_complete: single_points.is_some(),
            coverage,
            elements: elements.fold(ExamScore::default(), ExamScore::plus),
            unanswered,
            defended,
            single_points: single_points.unwrap_or_default().to_vec(),
            graded,
            shown,
            missed,
            beliefs,
            revise,
        }
    }

    /// The requirements that the drawing does not meet.
    pub fn open(&self) -> impl Iterator<Item = &RequirementReport> {
        self.requirements.iter().filter(|report| !report.met)
    }

    /// Result in per cent: the requirements that are met, the demands that were explained, and the questions that were answered,
    /// each with the same weight. What was not reached counts as missed.
    pub fn percent(&self) -> u32 {
        let met = self.requirements.iter().map(|report| f64::from(u8::from(report.met)));
        let explained = self.coverage.iter().map(|(_, score)| score.share());
        let defended = self.defended.iter().map(|(_, score)| score.share());
        let (sum, count) =
            met.chain(explained).chain(defended).fold((0.0, 0.0), |(sum, count), share| (sum + share, count + 1.0));
        let mean = if count > 0.0 { sum * 100.0 / count } else { 0.0 };
        (0..=100).rev().find(|percent| f64::from(*percent) - 0.5 <= mean).unwrap_or_default()
    }

    /// Points for the demands, the elements and the questions about the drawing together.
    pub fn score(&self) -> ExamScore {
        let demands = self.coverage.iter().map(|(_, score)| *score);
        demands.chain(self.defended.iter().map(|(_, score)| *score)).fold(self.elements, ExamScore::plus)
    }
}

/// The parts of the site that alone stop a kind of request, in the order of [`Element`].
pub(crate) fn single_points(infra: &Infrastructure, structure: &Structure) -> Vec<SinglePart> {
    let mut points: BTreeMap<Element, Vec<RequestKind>> = BTreeMap::new();
    for kind in RequestKind::ALL {
        let of_kind = single_points_in(infra, structure, kind).unwrap_or_default();
        for part in of_kind.into_iter().filter(|point| point.is_part_of_site(infra)).filter_map(|point| point.cause.element()) {
            points.entry(part).or_default().push(kind);
        }
    }
    points.into_iter().collect()
}

/// The demands that were explained or defended badly, or not at all.
fn revise(coverage: &[(Demand, ExamScore)], defended: &[(DefendTopic, ExamScore)]) -> BTreeSet<Demand> {
    let weak = |score: &ExamScore| score.share() < ENOUGH;
    let explained = coverage.iter().filter(|(_, score)| weak(score)).map(|(demand, _)| *demand);
    let missed = defended.iter().filter(|(_, score)| weak(score)).map(|(topic, _)| topic.demand());
    explained.chain(missed).collect()
}
