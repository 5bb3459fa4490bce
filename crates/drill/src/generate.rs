//! Generated drills: a shipped design and a fault of the catalogue, drawn with a seed.
//!
//! Whether a fault does harm in a design, how loud it is, and whether its fix ends the harm is not known in advance: each
//! candidate is simulated, and rejected if it stays without effect, ends without a remedy, or outlasts it.

use std::sync::Arc;

use hoplight_model::{Infrastructure, Text};
use hoplight_sim::catalogue::{CommonFault, Timed};
use hoplight_sim::script::text;
use hoplight_sim::{Command, Simulation};
use hoplight_text::{Phrase, common_fault, phrase};

use crate::cause::Cause;
use crate::form::{Difficulty, Drill, FORMAT, Injection, Remedy};
use crate::harm::{harm, usual_p95};
use crate::plan::onset;
use crate::random::{Choices, mix};
use crate::remedy::is_allowed;

/// The earliest and the latest second of the injection.
const ONSET_S: (u32, u32) = (20, 60);
/// Seconds after the injection within which harm must begin.
const BEGINS_WITHIN_S: u64 = 75;
/// Seconds for which it must last without a remedy.
const LASTS_S: u64 = 45;
/// Seconds after the fix within which it must end.
const ENDS_WITHIN_S: u64 = 75;
/// Consecutive seconds without harm that count as its end.
const ENDED_S: u32 = 5;
/// Share of failed requests from which a drill is loud.
const LOUD: f64 = 0.5;

/// A generated drill.
#[derive(Clone, Debug)]
pub struct GeneratedDrill {
    /// The drill.
    pub drill: Arc<Drill>,
    /// Its design.
    pub infra: Arc<Infrastructure>,
    /// The seed for [`crate::DrillRun::new`].
    pub seed: u64,
}

/// Generates a drill from a seed: the same seed and designs give the same drill. Benchmark designs are not used. `None` if no
/// fault is of this difficulty in any of the designs.
pub fn generate(seed: u64, difficulty: Difficulty, designs: &[Arc<Infrastructure>]) -> Option<GeneratedDrill> {
    named(&format!("practice-{seed}"), "Practice", seed, difficulty, designs)
}

fn named(id: &str, title: &str, seed: u64, difficulty: Difficulty, designs: &[Arc<Infrastructure>]) -> Option<GeneratedDrill> {
    let mut candidates: Vec<Candidate> = designs.iter().filter(|infra| !infra.is_benchmark()).flat_map(candidates).collect();
    candidates.sort_by_key(|candidate| (candidate.infra.id().clone(), candidate.fault));
    Choices::new(seed).shuffle(&mut candidates);
    let found = candidates.into_iter().find(|candidate| candidate.loudness(seed) == Some(difficulty))?;
    Some(GeneratedDrill { drill: Arc::new(found.drill(id, title, difficulty)), infra: found.infra, seed })
}

/// The drill of a day, given in days since 1970-01-01: the same for everyone with the same designs.
pub fn daily(day: u32, designs: &[Arc<Infrastructure>]) -> Option<GeneratedDrill> {
    let seed = mix(u64::from(day) ^ 0x6461_696C_7900_0000);
    let [first, second, third] = Difficulty::ALL;
    let difficulty = match Choices::new(seed).below(3) {
        0 => first,
        1 => second,
        _ => third,
    };
    named(&format!("daily-{day}"), "Drill of the day", seed, difficulty, designs)
}

/// A fault in a design.
#[derive(Clone, Debug)]
struct Candidate {
    infra: Arc<Infrastructure>,
    fault: CommonFault,
    inject: Vec<Timed>,
    fix: Vec<Command>,
    causes: Vec<Cause>,
}

/// The faults that can occur in a design, have a cause that can be named, and that operators can fix.
fn candidates(infra: &Arc<Infrastructure>) -> Vec<Candidate> {
    let candidate = |fault: CommonFault| {
        let (inject, fix) = (fault.inject(infra), fix(fault, infra));
        let causes = Cause::remaining(&inject, infra);
        let is_usable = !causes.is_empty() && !fix.is_empty() && fix.iter().all(is_allowed);
        is_usable.then(|| Candidate { infra: Arc::clone(infra), fault, inject, fix, causes })
    };
    CommonFault::ALL.into_iter().filter_map(candidate).collect()
}

/// The commands with which operators fix a fault. Unlike the catalogue, they cannot stop an attacker.
fn fix(fault: CommonFault, infra: &Infrastructure) -> Vec<Command> {
    if fault == CommonFault::SynFlood { vec![Command::SynCookies(true)] } else { fault.fix(infra) }
}

impl Candidate {
    /// How loud the fault is; `None` if it makes no drill.
    fn loudness(&self, seed: u64) -> Option<Difficulty> {
        let mut simulation = Simulation::new(Arc::clone(&self.infra), mix(seed));
        // This is the run that the drill will be, so nobody will complain before the injection either.
        let onset = onset(ONSET_S, seed);
        simulation.advance(onset, &mut ());
        let usual = usual_p95(&simulation);
        let is_quiet = simulation.totals().failed == 0 && simulation.alert_log().len() == 0;
        if !is_quiet || !harm(&simulation, usual).is_empty() {
            return None;
        }
        let mut pending = self.inject.clone();
        pending.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let mut pending = pending.into_iter().peekable();
        let mut began = None;
        let mut is_felt = false;
        let mut worst: f64 = 0.0;
        loop {
            while let Some((_, command)) =
                pending.next_if(|(after, _)| onset + std::time::Duration::from_secs_f64(*after) <= simulation.now())
            {
                simulation.apply(&command, &mut ()).ok()?;
            }
            simulation.advance(simulation.now() + std::time::Duration::from_secs(1), &mut ());
            let found = harm(&simulation, usual);
            is_felt |= found.iter().any(|harm| harm.is_felt());
            let window = std::time::Duration::from_secs(10);
            worst = worst.max(simulation.experience(window, None).error_ratio().unwrap_or(0.0));
            let now = simulation.now().since(onset).as_secs();
            match began {
                None if !found.is_empty() => began = Some(now),
                None if now >= BEGINS_WITHIN_S => return None,
                Some(_) if found.is_empty() => return None,
                Some(began) if now >= began + LASTS_S => break,
                None | Some(_) => {}
            }
        }
        self.is_fixed(simulation, usual).then_some(match (is_felt, worst >= LOUD) {
            (false, _) => Difficulty::Quiet,
            (true, false) => Difficulty::Moderate,
            (true, true) => Difficulty::Loud,
        })
    }

    /// Whether the fix ends the harm.
    fn is_fixed(&self, mut simulation: Simulation, usual: Option<f64>) -> bool {
        for command in &self.fix {
            if simulation.apply(command, &mut ()).is_err() {
                return false;
            }
        }
        let mut calm = 0;
        for _ in 0..ENDS_WITHIN_S {
            simulation.advance(simulation.now() + std::time::Duration::from_secs(1), &mut ());
            calm = if harm(&simulation, usual).is_empty() { calm + 1 } else { 0 };
            if calm == ENDED_S {
                return true;
            }
        }
        false
    }

    fn drill(&self, id: &str, title: &str, difficulty: Difficulty) -> Drill {
        let about = common_fault(self.fault);
        let sentence = |words: &'static str| plain(&Phrase::from(words).to_sentence());
        let about_users = plain(&phrase!["users: ", about.users].to_sentence());
        let about_agents = plain(&phrase!["agents, checks and counters: ", about.agents].to_sentence());
        let about_alert = plain(&phrase!["alerts: ", about.alert].to_sentence());
        let cause = self.causes.first().cloned().expect("a candidate has a cause");
        let is_monitored = self.infra.components().any(|(_, component)| component.kind.is_monitoring_service());
        Drill {
            format: FORMAT,
            id: plain(id),
            order: u32::MAX,
            title: plain(title),
            scenario: self.infra.id().clone(),
            difficulty,
            setup: Vec::new(),
            fault: Injection::Catalogue(plain(self.fault.id())),
            onset_s: ONSET_S,
            limit_s: 300,
            briefing: vec![
                plain("You are on call for this site, and the day has been quiet so far."),
                plain(if is_monitored {
                    "Watch monitoring, logs and complaints, find out what goes wrong, and end it."
                } else {
                    "Nothing monitors it. Watch logs and complaints, find out what goes wrong, and end it."
                }),
            ],
            // What fires is vaguer than what users see, and that is vaguer than what the counters name.
            hints: vec![about_alert.clone(), about_users.clone(), about_agents.clone()],
            look_at: vec![about_users, about_agents, about_alert],
            explanation: vec![sentence(about.title), plain(&phrase!["the usual remedy: ", about.remedy].to_sentence())],
            remedy: Remedy { cause, commands: self.fix.iter().map(|command| plain(&text(command, &self.infra))).collect() },
            wrong: Vec::new(),
        }
    }
}

/// Text of the program itself.
fn plain(text: &str) -> Text {
    Text::new(text).expect("printable and short")
}
