//! The learners of a group, compared.
//!
//! All figures are from the attempts, which are chained. What a file says about progress besides is not used.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use hoplight_curriculum::{Demand, Misconception};
use hoplight_exam::ExamStage;
use hoplight_exam::review::PASS_PERCENT;
use hoplight_lesson::{ActivityStanding, AttemptPart, AttemptRecord, Standing};

use super::super::clock::{date, day_of};
use super::super::result_file::{ResultFile, ResultFlaw};
use super::help::{self, HelpReason};

/// A file that was handed in.
#[derive(Debug)]
pub(super) struct Handed {
    /// The path, as shown.
    pub(super) file: String,
    pub(super) result: ResultFile,
    pub(super) flaws: Vec<ResultFlaw>,
}

/// The report on a group.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub(super) learners: Vec<Learner>,
    /// Misconceptions that learners hold, most common first.
    pub(super) misconceptions: Vec<HeldBelief>,
    /// Demands that learners missed last, most common first.
    pub(super) demands: Vec<MissedDemand>,
}

/// A learner, by one file.
#[derive(Debug, Serialize)]
pub(super) struct Learner {
    pub(super) name: String,
    pub(super) file: String,
    /// The day of the export.
    pub(super) exported: String,
    /// Whether a newer file of the same learner was handed in. This one does not count for the group.
    pub(super) superseded: bool,
    /// Number of lessons whose quiz was finished.
    pub(super) lessons: usize,
    /// Number of lessons with a good result.
    pub(super) mastered: usize,
    /// Number of missions passed.
    pub(super) missions: usize,
    /// Number of incident drills solved.
    pub(super) drills: usize,
    /// The best exams, by stage.
    pub(super) exams: Vec<ExamOfLearner>,
    /// Number of design reviews passed.
    pub(super) reviews: usize,
    /// Number of practice answers.
    pub(super) practice: usize,
    pub(super) attempts: usize,
    /// Number of days with attempts.
    pub(super) days: usize,
    /// The day of the latest attempt.
    pub(super) latest: Option<String>,
    /// Identifiers of the misconceptions that the learner holds.
    pub(super) misconceptions: Vec<String>,
    /// Identifiers of the demands that the learner missed last.
    #[serde(skip)]
    pub(super) missed: Vec<String>,
    /// Why the learner needs help.
    pub(super) help: Vec<HelpReason>,
    /// What was edited or cut.
    pub(super) flaws: Vec<FlawOfFile>,
    /// Files with attempts in common.
    pub(super) copied: Vec<CopiedPart>,
    /// Number of old attempts that are not in the file because it had reached its limit.
    pub(super) dropped: u64,
}

/// The best exam of a learner on a stage.
#[derive(Debug, Serialize)]
pub(super) struct ExamOfLearner {
    pub(super) stage: usize,
    pub(super) percent: u32,
}

/// A flaw of a file.
#[derive(Debug, Serialize)]
pub(super) struct FlawOfFile {
    flaw: &'static str,
    /// Number of the attempt, counted from 1.
    attempt: Option<usize>,
    pub(super) text: String,
}

/// What two files have in common.
#[derive(Debug, Serialize)]
pub(super) struct CopiedPart {
    /// The other learner.
    pub(super) name: String,
    pub(super) file: String,
    /// Number of attempts in common.
    pub(super) attempts: usize,
    /// The day of the latest attempt in common.
    pub(super) until: String,
    /// Whether the other file has the same name, and attempts that this one lacks: this one was rewritten, or is older.
    pub(super) same_name: bool,
}

/// A misconception with the learners who hold it.
#[derive(Debug, Serialize)]
pub(super) struct HeldBelief {
    pub(super) id: String,
    /// What is believed; the identifier if this version does not know it.
    pub(super) belief: String,
    /// What is right; `None` if it is the contrary.
    pub(super) correction: Option<&'static str>,
    pub(super) learners: Vec<String>,
}

/// A demand with the learners who missed it last.
#[derive(Debug, Serialize)]
pub(super) struct MissedDemand {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) learners: Vec<String>,
}

impl Group {
    pub(super) fn of(handed: &[Handed]) -> Self {
        let mut learners: Vec<Learner> = handed.iter().map(Learner::of).collect();
        for (at, this) in handed.iter().enumerate() {
            for (other_at, other) in handed.iter().enumerate().filter(|(other_at, _)| *other_at != at) {
                compare(&mut learners, (at, this), (other_at, other));
            }
        }
        let current = || learners.iter().filter(|learner| !learner.superseded);
        let sizes: Vec<usize> = current().map(Learner::done).collect();
        let median = help::median(sizes);
        for learner in learners.iter_mut().filter(|learner| !learner.superseded) {
            learner.help.extend(help::behind(learner.done(), median));
        }
        learners.sort_by(|a, b| (a.name.to_lowercase(), &a.file).cmp(&(b.name.to_lowercase(), &b.file)));
        let of = |ids: fn(&Learner) -> &[String]| {
            let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for learner in learners.iter().filter(|learner| !learner.superseded) {
                for id in ids(learner) {
                    holders.entry(id.clone()).or_default().push(learner.name.clone());
                }
            }
            let mut holders: Vec<(String, Vec<String>)> = holders.into_iter().collect();
            holders.sort_by_key(|(_, learners)| std::cmp::Reverse(learners.len()));
            holders
        };
        let belief = |(id, learners): (String, Vec<String>)| {
            let known = Misconception::named(&id);
            HeldBelief {
                belief: known.map_or_else(|| id.clone(), |known| known.belief().to_owned()),
                correction: known.and_then(Misconception::correction),
                id,
                learners,
            }
        };
        let demand = |(id, learners): (String, Vec<String>)| {
            let title = Demand::named(&id).map_or_else(|| id.clone(), |demand| demand.title().to_owned());
            MissedDemand { id, title, learners }
        };
        let misconceptions = of(|learner| &learner.misconceptions).into_iter().map(belief).collect();
        let demands = of(|learner| &learner.missed).into_iter().map(demand).collect();
        Self { learners, misconceptions, demands }
    }

    /// Number of learners.
    pub(super) fn len(&self) -> usize {
        self.learners.iter().filter(|learner| !learner.superseded).count()
    }
}

/// Notes what a file has in common with another one.
fn compare(learners: &mut [Learner], (at, this): (usize, &Handed), (other_at, other): (usize, &Handed)) {
    let shared: Vec<&AttemptRecord> = this.result.log.shared(&other.result.log).collect();
    let Some(last) = shared.iter().map(|record| record.at_s).max() else { return };
    let name = |at: usize| learners[at].name.to_lowercase();
    let same_name = name(at) == name(other_at);
    let (ours, theirs) = (this.result.log.records().len(), other.result.log.records().len());
    if same_name {
        // A file with a flaw never takes the place of an intact one.
        let rank = |handed: &Handed, records: usize, at: usize| (handed.flaws.is_empty(), records, handed.result.exported_s, at);
        let is_older = rank(this, ours, at) < rank(other, theirs, other_at);
        learners[at].superseded |= is_older;
        // An older export is contained in the newer one.
        if shared.len() == ours || !is_older && shared.len() == theirs {
            return;
        }
    }
    let copied = CopiedPart {
        name: learners[other_at].name.clone(),
        file: other.file.clone(),
        attempts: shared.len(),
        until: date(day_of(last)),
        same_name,
    };
    learners[at].copied.push(copied);
}

impl Learner {
    fn of(handed: &Handed) -> Self {
        let Handed { file, result, flaws } = handed;
        let standing = Standing::of(&result.log);
        let count = |kind: &str, is_done: &dyn Fn(&ActivityStanding<'_>) -> bool| {
            standing.of_kind(kind).filter(|(_, activity)| is_done(activity)).count()
        };
        let exam = |stage: ExamStage| {
            let percent = standing.activity(&format!("exam/{}", stage.number()))?.percent()?;
            Some(ExamOfLearner { stage: stage.number(), percent })
        };
        let flaw = |flaw: &ResultFlaw| FlawOfFile { flaw: flaw.id(), attempt: flaw.place(), text: flaw.to_string() };
        let missed = standing.demands().iter().filter(|(_, shown)| !**shown).map(|(demand, _)| (*demand).to_owned());
        Self {
            name: if result.name.is_empty() { stem(file) } else { result.name.clone() },
            file: file.clone(),
            exported: date(day_of(result.exported_s)),
            superseded: false,
            lessons: count("lesson", &|_| true),
            mastered: count("lesson", &|lesson| lesson.is_good()),
            missions: count("mission", &|mission| mission.first_full(AttemptPart::Repaired).is_some()),
            drills: count("drill", &|drill| drill.attempts().iter().any(|attempt| is_solved(attempt))),
            exams: ExamStage::ALL.into_iter().filter_map(exam).collect(),
            reviews: count("review", &|review| review.percent().is_some_and(|percent| percent >= PASS_PERCENT)),
            practice: standing.of_kind("practice").map(|(_, practice)| practice.attempts().len()).sum(),
            attempts: result.log.attempts().count(),
            days: standing.days().len(),
            latest: standing.days().last().map(|day| date(*day)),
            misconceptions: standing.beliefs().into_iter().map(str::to_owned).collect(),
            missed: missed.collect(),
            help: help::reasons(result, &standing),
            flaws: flaws.iter().map(flaw).collect(),
            copied: Vec::new(),
            dropped: result.log.dropped(),
        }
    }

    /// Number of activities done well.
    fn done(&self) -> usize {
        self.mastered + self.missions + self.drills + self.exams.len() + self.reviews
    }
}

/// Whether the cause of an incident was named, and its harm ended.
pub(in crate::cli) fn is_solved(attempt: &AttemptRecord) -> bool {
    let parts = [AttemptPart::Diagnosed, AttemptPart::Repaired];
    parts.into_iter().all(|part| attempt.part(part).is_some_and(|score| score.of > 0 && score.right == score.of))
}

/// The name of a file without folder and extension.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".json").unwrap_or(name).to_owned()
}

/// Names without repetition, in order.
pub(super) fn distinct(names: &[String]) -> BTreeSet<&str> {
    names.iter().map(String::as_str).collect()
}
