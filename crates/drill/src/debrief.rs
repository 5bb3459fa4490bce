//! The debriefing: the score, and a timeline of the truth beside what was visible and what the learner did.

use hoplight_model::{ComponentId, Text};
use hoplight_sim::{AlertState, Command, SimTime};
use hoplight_text::{Part, Phrase, phrase};

use crate::cause::Cause;
use crate::evidence::Sighting;
use crate::harm::Harm;
use crate::remedy::Effect;
use crate::run::{DrillRun, Verdict};
use crate::wording::{order, time};

/// Most points.
pub const MOST_POINTS: u32 = 100;

/// The score of a drill. All times count from the injection, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillScore {
    /// When the learner first stated that there is an incident, sent a probe, named the cause or tried a remedy.
    pub detected_s: Option<f64>,
    /// When the cause was named.
    pub diagnosed_s: Option<f64>,
    /// When the harm ended, if it stayed away for 15 s after a remedy.
    pub mitigated_s: Option<f64>,
    /// Users' requests that ended between the injection and the mitigation or the end of the drill.
    pub ended: u64,
    /// How many of them failed.
    pub lost: u64,
    /// False alarms, wrong diagnoses, and remedies that were refused, changed nothing or made things worse.
    pub wrong_moves: u32,
    /// Hints that were read.
    pub hints: u32,
    /// Points from 0 to 100: 40 for the mitigation and 30 for the cause, up to 15 each for detecting and mitigating quickly,
    /// minus 5 for each wrong move and each hint.
    pub points: u32,
}

/// Whose knowledge an entry of the timeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What happened, hidden during the drill.
    Truth,
    /// What an operator could see.
    Visible,
    /// What the learner did.
    Yours,
}

/// An event of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum DebriefEvent {
    /// A command of the fault.
    Injected(Command),
    /// A kind of harm begins, or ends.
    Harm(Harm, bool),
    /// The harm has ended for good.
    Mitigated,
    /// An alert fires or is resolved.
    Alert {
        /// Name of the rule.
        rule: String,
        /// The component or agent; `None` for the site as seen by the external probe.
        subject: Option<ComponentId>,
        /// Whether it fires.
        fires: bool,
    },
    /// Something could be noticed for the first time.
    Seen(Sighting),
    /// The dead man's switch pages, or stops.
    Paged(bool),
    /// The learner notices the incident.
    Detected,
    /// A false alarm.
    FalseAlarm,
    /// A diagnosis.
    Diagnosed(Cause, Verdict),
    /// A remedy.
    Remedied(Command, Effect),
}

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct DebriefEntry {
    /// When it happened.
    pub at: SimTime,
    /// What happened.
    pub event: DebriefEvent,
}

/// The debriefing of a drill.
#[derive(Clone, Debug, PartialEq)]
pub struct Debrief {
    /// When the fault was injected.
    pub onset: SimTime,
    /// The score.
    pub score: DrillScore,
    /// The causes, each of which is a right diagnosis.
    pub causes: Vec<Cause>,
    /// Everything that happened, in chronological order.
    pub timeline: Vec<DebriefEntry>,
    /// What happened and why it looked the way it did.
    pub explanation: Vec<Text>,
    /// What to look at to find the cause, in this order.
    pub look_at: Vec<Text>,
    /// The stored solution.
    pub solution: Vec<Command>,
}

impl DebriefEvent {
    /// Whose knowledge it is.
    pub const fn side(&self) -> Side {
        match self {
            Self::Injected(_) | Self::Harm(..) | Self::Mitigated => Side::Truth,
            Self::Alert { .. } | Self::Seen(_) | Self::Paged(_) => Side::Visible,
            Self::Detected | Self::FalseAlarm | Self::Diagnosed(..) | Self::Remedied(..) => Side::Yours,
        }
    }

    /// The event as a statement.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Injected(command) => hoplight_text::instruction(command),
            Self::Harm(harm, true) => phrase![harm.words()],
            Self::Harm(harm, false) => phrase!["no longer: ", harm.words()],
            Self::Mitigated => phrase!["the harm is over"],
            Self::Alert { rule, subject, fires } => {
                let state = if *fires { " fires" } else { " is resolved" };
                let line = phrase!["alert \u{201c}", Part::name(rule), "\u{201d}", state];
                subject.as_ref().map_or_else(|| line.clone(), |subject| phrase![line.clone(), " on ", subject])
            }
            Self::Seen(sighting) => sighting.phrase(),
            Self::Paged(true) => phrase!["the dead man's switch pages"],
            Self::Paged(false) => phrase!["the dead man's switch is quiet again"],
            Self::Detected => phrase!["you notice the incident"],
            Self::FalseAlarm => phrase!["you report an incident before there is one"],
            Self::Diagnosed(cause, verdict) => phrase!["you say: ", cause.phrase(), "; ", verdict.words()],
            Self::Remedied(command, effect) => phrase!["you: ", order(command), ": ", effect.phrase()],
        }
    }
}

impl DebriefEntry {
    /// The entry with its time.
    pub fn phrase(&self) -> Phrase {
        phrase![time(self.at), " ", self.event.phrase()]
    }
}

impl DrillRun {
    /// The score so far.
    pub fn score(&self) -> DrillScore {
        let since = |at: SimTime| at.since(self.onset).as_secs_f64();
        let right = self.diagnoses.iter().find(|(_, _, verdict)| *verdict == Verdict::Right);
        let wrong_diagnoses = self.diagnoses.iter().filter(|(_, _, verdict)| *verdict != Verdict::Right).count();
        let wrong_remedies = self.attempts.iter().filter(|attempt| attempt.effect.is_wrong()).count();
        let wrong_moves = count(self.false_alarms.len() + wrong_diagnoses + wrong_remedies);
        let (ended, lost) = self.losses();
        let mut score = DrillScore {
            detected_s: self.detected.map(since),
            diagnosed_s: right.map(|(at, ..)| since(*at)),
            mitigated_s: self.mitigated.map(since),
            ended,
            lost,
            wrong_moves,
            hints: count(self.hints),
            points: 0,
        };
        score.points = score.points(f64::from(self.drill.limit_s));
        score
    }

    /// The debriefing; `None` until the drill is over.
    pub fn debrief(&self) -> Option<Debrief> {
        self.is_over().then(|| Debrief {
            onset: self.onset,
            score: self.score(),
            causes: self.causes().to_vec(),
            timeline: self.entries(),
            explanation: self.drill.explanation.clone(),
            look_at: self.drill.look_at.clone(),
            solution: self.solution().to_vec(),
        })
    }

    fn entries(&self) -> Vec<DebriefEntry> {
        let mut entries: Vec<DebriefEntry> = Vec::new();
        let mut add = |at: SimTime, event: DebriefEvent| entries.push(DebriefEntry { at, event });
        self.injected.iter().for_each(|(at, command)| add(*at, DebriefEvent::Injected(command.clone())));
        self.harm_changes.iter().for_each(|(at, harm, begins)| add(*at, DebriefEvent::Harm(*harm, *begins)));
        let simulation = self.simulation();
        for alert in simulation.alert_log().filter(|alert| alert.at >= self.onset) {
            let subject = alert.subject.map(|ix| self.infra.component(ix).id.clone());
            let fires = alert.state == AlertState::Firing;
            add(alert.at, DebriefEvent::Alert { rule: alert.rule.to_owned(), subject, fires });
        }
        for (sighting, at) in &self.evidence.sightings {
            if *at >= self.onset {
                add(*at, DebriefEvent::Seen(sighting.clone()));
            }
        }
        for page in simulation.dead_mans_switch().map(|switch| switch.log).unwrap_or_default() {
            add(page.at, DebriefEvent::Paged(page.paged));
        }
        self.detected.iter().for_each(|at| add(*at, DebriefEvent::Detected));
        self.false_alarms.iter().for_each(|at| add(*at, DebriefEvent::FalseAlarm));
        for (at, cause, verdict) in &self.diagnoses {
            add(*at, DebriefEvent::Diagnosed(cause.clone(), *verdict));
        }
        for attempt in &self.attempts {
            add(attempt.at, DebriefEvent::Remedied(attempt.command.clone(), attempt.effect.clone()));
        }
        self.mitigated.iter().for_each(|at| add(*at, DebriefEvent::Mitigated));
        entries.sort_by_key(|entry| (entry.at, entry.event.side()));
        entries
    }
}

impl DrillScore {
    fn points(&self, limit_s: f64) -> u32 {
        // All of the points at once, none after this many seconds.
        let quick = |at: Option<f64>, none_after: f64| at.map_or(0.0, |at| 15.0 * (1.0 - at / none_after).max(0.0));
        let solved = f64::from(u32::from(self.mitigated_s.is_some()) * 40 + u32::from(self.diagnosed_s.is_some()) * 30);
        let speed = quick(self.detected_s, limit_s / 2.0) + quick(self.mitigated_s, limit_s);
        let lost = f64::from(self.wrong_moves.saturating_add(self.hints)) * 5.0;
        let points = (solved + speed - lost).clamp(0.0, f64::from(MOST_POINTS));
        (0..=MOST_POINTS).rev().find(|whole| f64::from(*whole) <= points).unwrap_or(0)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
