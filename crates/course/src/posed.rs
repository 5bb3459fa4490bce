//! A question as a learner sees it: with its options in an order, its numbers and its infrastructure.

use std::sync::Arc;

use hoplight_analysis::{Cause, Loss, Obstacle, Verdict, loss_of};
use hoplight_curriculum::{Misconception, Seeded};
use hoplight_lesson::{Choice, MarkTarget};
use hoplight_model::{Infrastructure, QuestionId, RequestKind};
use hoplight_text::obstacle;

use crate::bank::QuestionBank;
use crate::form::{BankAsk, BankLoss, BankQuestion, Statement};
use crate::number::NumberTask;

/// A question posed to a learner.
#[derive(Clone, Debug, PartialEq)]
pub struct PosedQuestion {
    /// The question of the bank.
    pub id: QuestionId,
    /// The text of the question.
    pub stem: String,
    /// The infrastructure that it is about, if it is about one.
    pub site: Option<Arc<Infrastructure>>,
    /// What the learner can answer.
    pub body: PosedBody,
}

/// What the learner can answer.
#[derive(Clone, Debug, PartialEq)]
pub enum PosedBody {
    /// One option is right.
    One(Vec<PosedOption>),
    /// Any number of options is right.
    Any(Vec<PosedOption>),
    /// Items to put in order.
    Order {
        /// The items, in the order shown first.
        items: Vec<String>,
        /// For each place of the right order, the number of its item in `items`.
        right: Vec<usize>,
        /// Why this order is right.
        why: String,
    },
    /// A number to compute.
    Number(NumberTask),
    /// Elements to mark on the diagram.
    Mark {
        /// The elements to mark.
        target: MarkTarget,
        /// Why the computed set is right.
        why: String,
    },
    /// Points that a good answer contains, shown after the learner has answered.
    Recall {
        /// The points.
        points: Vec<String>,
    },
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PosedOption {
    /// The text of the option.
    pub says: String,
    /// Why it is right or wrong.
    pub why: String,
    /// Whether choosing it is right.
    pub is_right: bool,
    /// The misconception behind it.
    pub belief: Option<Misconception>,
}

impl PosedQuestion {
    /// Poses a question. Equal seeds give equal questions.
    pub fn new(question: &BankQuestion, bank: &QuestionBank, seed: u64) -> Self {
        // Questions of one session share a seed, but not their order.
        let mut seeded = Seeded::new(question.id.as_str().bytes().fold(seed, |seed, byte| seed.rotate_left(7) ^ u64::from(byte)));
        let site = seeded.pick(question.sites()).and_then(|id| bank.site(id)).cloned();
        let (stem, body) = pose(&question.ask, site.as_deref(), &mut seeded);
        Self { id: question.id.clone(), stem, site, body }
    }

    /// The options; empty if the question is not answered by choosing.
    pub fn options(&self) -> &[PosedOption] {
        match &self.body {
            PosedBody::One(options) | PosedBody::Any(options) => options,
            PosedBody::Order { .. } | PosedBody::Number(_) | PosedBody::Mark { .. } | PosedBody::Recall { .. } => &[],
        }
    }
}

fn pose(ask: &BankAsk, site: Option<&Infrastructure>, seeded: &mut Seeded) -> (String, PosedBody) {
    match ask {
        BankAsk::Choice { stem, choices } => (stem.to_string(), PosedBody::One(shuffled(choices.iter().map(option), seeded))),
        BankAsk::Several { stem, choices } => (stem.to_string(), PosedBody::Any(shuffled(choices.iter().map(option), seeded))),
        BankAsk::FalseSentence { stem, sentences } => {
            // Who takes a true sentence for the false one has believed the false one.
            let belief = sentences.iter().find_map(|sentence| sentence.belief);
            (stem.to_string(), PosedBody::One(shuffled(sentences.iter().map(|of| sentence(of, belief)), seeded)))
        }
        BankAsk::Order { stem, items, why } => {
            let mut order: Vec<usize> = (0..items.len()).collect();
            // The right order is no puzzle.
            while order.is_sorted() && order.len() > 1 {
                seeded.shuffle(&mut order);
            }
            let shown = order.iter().filter_map(|place| items.get(*place)).map(ToString::to_string).collect();
            let place_of = |item: usize| order.iter().position(|shown| *shown == item);
            let right = (0..items.len()).filter_map(place_of).collect();
            (stem.to_string(), PosedBody::Order { items: shown, right, why: why.to_string() })
        }
        BankAsk::Number(family) => {
            let task = family.task(seeded);
            (task.stem.clone(), PosedBody::Number(task))
        }
        BankAsk::Mark { stem, target, why, .. } => (stem.to_string(), PosedBody::Mark { target: *target, why: why.to_string() }),
        BankAsk::Predict { lose, kind, why, .. } => (prediction(lose, *kind), PosedBody::One(outcomes(lose, *kind, why, site))),
        BankAsk::Recall { stem, points } => {
            (stem.to_string(), PosedBody::Recall { points: points.iter().map(ToString::to_string).collect() })
        }
    }
}

fn option(choice: &Choice) -> PosedOption {
    PosedOption { says: choice.text.to_string(), why: choice.why.to_string(), is_right: choice.right, belief: choice.belief }
}

/// A sentence as an option: the false one is to be chosen.
fn sentence(statement: &Statement, belief: Option<Misconception>) -> PosedOption {
    let says = statement.says.to_string();
    match &statement.correction {
        Some(correction) => PosedOption { says, why: correction.to_string(), is_right: true, belief: None },
        None => PosedOption { says, why: "This sentence is true.".to_owned(), is_right: false, belief },
    }
}

fn shuffled(options: impl Iterator<Item = PosedOption>, seeded: &mut Seeded) -> Vec<PosedOption> {
    let mut options: Vec<PosedOption> = options.collect();
    seeded.shuffle(&mut options);
    options
}

const fn requests(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }
}

fn prediction(lose: &BankLoss, kind: RequestKind) -> String {
    let event = match lose {
        BankLoss::Server(id) => format!("{id} loses power"),
        BankLoss::Component(id) => format!("{id} fails"),
        BankLoss::Link(from, to) => format!("The link {from} → {to} is cut"),
    };
    format!("{event}. What happens to {}, once health checks, timeouts and caches have settled?", requests(kind))
}

/// The outcomes of a loss, in the order from harmless to fatal, of which the computed one is right.
fn outcomes(lose: &BankLoss, kind: RequestKind, why: &str, site: Option<&Infrastructure>) -> Vec<PosedOption> {
    let Some(infra) = site else { return Vec::new() };
    let cause = match lose {
        BankLoss::Server(id) => Cause::Server(id.clone()),
        BankLoss::Component(id) => Cause::Component(id.clone()),
        BankLoss::Link(from, to) => Cause::Hop(from.clone(), to.clone()),
    };
    let forecast = loss_of(infra, Loss::Of(cause));
    let right = forecast.eventual_verdict(kind);
    let percent = forecast.eventual[kind.index()] * 100.0;
    let reason = forecast.eventual_why[kind.index()]
        .filter(|_| right != Verdict::Works)
        .map(|why| obstacle(&Obstacle::of_loss(infra, why)));
    let because = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let measured = format!("{percent:.0} % of them fail{because}.");
    [(Verdict::Works, "they go on working"), (Verdict::Degraded, "a share of them fails"), (Verdict::Stops, "they all fail")]
        .into_iter()
        .map(|(verdict, says)| {
            let is_right = verdict == right;
            let why = if is_right { format!("{measured} {why}") } else { measured.clone() };
            PosedOption { says: says.to_owned(), why, is_right, belief: None }
        })
        .collect()
}
