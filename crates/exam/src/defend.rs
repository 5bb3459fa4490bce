//! Questions about the learner's own drawing, with answers that the analysis computes.
//!
//! ```text
//!  Infrastructure ─┬▶ structure, findings ─▶ which questions matter for this design
//!                  └▶ losses, exposure, firewalls ─▶ the options, which of them are right, and why
//! ```
//!
//! A question is only asked if its answer is determined: nothing that degrades a share of the requests is an option of a
//! question about what works.

mod listening;
mod loss;
mod site;
mod topic;

use hoplight_analysis::findings::findings_in;
use hoplight_analysis::{FindingRule, Structure};
use hoplight_model::{ComponentIx, Element, Infrastructure, RequestKind};

use crate::grade::ExamScore;
use hoplight_curriculum::Seeded;

pub use topic::DefendTopic;

/// Maximum number of questions.
const MAX_QUESTIONS: usize = 8;
/// Maximum number of right options, and of others, of a question about elements.
const MAX_RIGHT: usize = 4;
const MAX_OTHERS: usize = 4;

/// A question about a drawing. Any number of options can be right.
#[derive(Clone, Debug, PartialEq)]
pub struct DefendQuestion {
    /// What it asks about.
    pub topic: DefendTopic,
    /// The finding that makes it matter for this design, if there is one.
    pub because: Option<FindingRule>,
    /// The element that the question names, if it names one.
    pub about: Option<Element>,
    /// The question.
    pub prompt: String,
    /// The options, in drawing order.
    pub options: Vec<DefendOption>,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefendOption {
    /// Text of the option.
    pub says: String,
    /// The element that it stands for, if it stands for one.
    pub element: Option<Element>,
    /// Whether it is right.
    pub is_right: bool,
    /// Why it is right or wrong, in one sentence.
    pub why: String,
}

impl DefendQuestion {
    /// The places of the right options.
    pub fn right(&self) -> Vec<usize> {
        self.options.iter().enumerate().filter(|(_, option)| option.is_right).map(|(place, _)| place).collect()
    }

    /// Grades the places of the chosen options. A wrong choice cancels a right one.
    pub fn grade(&self, chosen: &[usize]) -> ExamScore {
        let is_chosen = |place: &usize| chosen.contains(place);
        let right = self.right();
        let hits = right.iter().filter(|place| is_chosen(place)).count();
        let misses = (0..self.options.len()).filter(|place| is_chosen(place) && !right.contains(place)).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 4);
        ExamScore { halves: 2 * count(hits.saturating_sub(misses)), of: 2 * count(right.len()) }
    }
}

/// Questions about an infrastructure, at most eight: first those that follow from findings. Equal seeds give equal questions.
///
/// Predicts every single loss: meant for drawings, not for sites with thousands of components.
pub fn defend(infra: &Infrastructure, seed: u64) -> Vec<DefendQuestion> {
    defend_in(infra, &Structure::of(infra), seed)
}

/// Like [`defend`], for a structure that is already built.
pub(crate) fn defend_in(infra: &Infrastructure, structure: &Structure, seed: u64) -> Vec<DefendQuestion> {
    let mut seeded = Seeded::new(seed);
    let mut defence = Defence { infra, structure, seeded: &mut seeded };
    let mut asked = defence.candidates();
    let found: Vec<FindingRule> =
        findings_in(infra, structure, infra.traffic().rate.get()).iter().map(hoplight_analysis::DesignFinding::rule).collect();
    for question in &mut asked {
        question.because = question.topic.rules().iter().copied().find(|rule| found.contains(rule));
    }
    seeded.shuffle(&mut asked);
    asked.sort_by_key(|question| question.because.is_none());
    asked.truncate(MAX_QUESTIONS);
    asked
}

/// What the questions are made from.
struct Defence<'a> {
    infra: &'a Infrastructure,
    structure: &'a Structure,
    seeded: &'a mut Seeded,
}

impl Defence<'_> {
    /// All questions whose answers are determined, at most one per topic.
    fn candidates(&mut self) -> Vec<DefendQuestion> {
        let ask = |defence: &mut Self, topic: DefendTopic| match topic {
            DefendTopic::PasswordHops => listening::password_hops(defence),
            DefendTopic::TlsEnds => listening::tls_ends(defence),
            DefendTopic::CertificateExpires => loss::certificate(defence),
            DefendTopic::ServerLost => loss::server(defence),
            DefendTopic::ComponentLost => loss::component(defence),
            DefendTopic::VersionLost => loss::version(defence),
            DefendTopic::StopsPages => loss::stops(defence, topic, RequestKind::Static),
            DefendTopic::StopsReads => loss::stops(defence, topic, RequestKind::Read),
            DefendTopic::StopsWrites => loss::stops(defence, topic, RequestKind::Write),
            DefendTopic::IdleFirewall => site::idle_firewall(defence),
            DefendTopic::DatabaseReachable => site::reachable_databases(defence),
            DefendTopic::WritableDatabases => site::writable_databases(defence),
            DefendTopic::UnwatchedServers => site::unwatched_servers(defence),
        };
        // Static pages and reads usually depend on the same parts; one of the two questions is enough.
        let other = if self.seeded.one_in(2) { DefendTopic::StopsPages } else { DefendTopic::StopsReads };
        DefendTopic::ALL.into_iter().filter(|topic| *topic != other).filter_map(|topic| ask(self, topic)).collect()
    }

    /// The kinds of request that users send.
    fn sent(&self) -> Vec<RequestKind> {
        let traffic = self.infra.traffic();
        let (pages, writes) = (traffic.static_share.get(), traffic.write_share.get());
        let share = |kind: &RequestKind| match kind {
            RequestKind::Static => pages,
            RequestKind::Read => 1.0 - pages - writes,
            RequestKind::Write => writes,
        };
        RequestKind::ALL.into_iter().filter(|kind| share(kind) > 1e-9).collect()
    }

    /// A component as an element.
    fn element(&self, ix: ComponentIx) -> Element {
        Element::Component(self.infra.component(ix).id.clone())
    }

    /// A question about elements: a few right ones, a few others, and "none of them", which is right if no element is. `None`
    /// if there is nothing to tell apart.
    fn question_on(
        &mut self,
        topic: DefendTopic,
        prompt: String,
        none: &str,
        options: Vec<DefendOption>,
    ) -> Option<DefendQuestion> {
        let (right, others): (Vec<usize>, Vec<usize>) = (0..options.len()).partition(|place| options[*place].is_right);
        if options.is_empty() || (others.is_empty() && right.len() == 1) {
            return None;
        }
        let mut kept = self.some(right, MAX_RIGHT);
        let is_none_right = kept.is_empty();
        kept.extend(self.some(others, MAX_OTHERS));
        let all = options.into_iter().enumerate();
        let mut options: Vec<DefendOption> = all.filter(|(place, _)| kept.contains(place)).map(|(_, option)| option).collect();
        let why = if is_none_right { none.to_owned() } else { "At least one of the others is.".to_owned() };
        options.push(DefendOption { says: "none of these".to_owned(), element: None, is_right: is_none_right, why });
        Some(DefendQuestion { topic, because: None, about: None, prompt, options })
    }

    /// Some of the places, at most `most`.
    fn some(&mut self, mut places: Vec<usize>, most: usize) -> Vec<usize> {
        self.seeded.shuffle(&mut places);
        places.truncate(most);
        places
    }
}

/// The plural of a kind of request, as the subject of a sentence.
const fn requests(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    }
}

/// The first letter in upper case.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
