//! A site with everything that can fail, run with and without a fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentIx, Infrastructure, Metric, RequestKind};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::script;
use hoplight::sim::{AlertState, CheckCode, EventKind, Failure, JournalEvent, SimTime, Simulation, Totals};

/// Time of the injection in seconds.
pub(crate) const BEGIN: f64 = 20.0;

/// Returns the site, with pieces of its text replaced.
pub(crate) fn site(changes: &[(&str, &str)]) -> Arc<Infrastructure> {
    let mut text = include_str!("../data/faults.ron").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Arc::new(Infrastructure::from_ron("faults.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// The users' experience in a time window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) offered: u64,
    pub(crate) good: u64,
    pub(crate) failures: BTreeMap<Failure, u64>,
    /// Requests offered, completed and failed in the window, by kind.
    pub(crate) kinds: [Totals; 3],
}

impl Seen {
    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    pub(crate) fn of(&self, failure: Failure) -> u64 {
        self.failures.get(&failure).copied().unwrap_or_default()
    }

    /// Whether there are failures, and all of them are of these kinds.
    pub(crate) fn only(&self, failures: &[Failure]) -> bool {
        self.failed() > 0 && self.failures.keys().all(|failure| failures.contains(failure))
    }

    pub(crate) fn kind(&self, kind: RequestKind) -> Totals {
        self.kinds[kind.index()]
    }
}

/// A running site and all its events.
pub(crate) struct Run {
    pub(crate) sim: Simulation,
    pub(crate) notes: Vec<JournalEvent>,
}

impl Run {
    pub(crate) fn new(infra: &Arc<Infrastructure>) -> Self {
        Self { sim: Simulation::new(Arc::clone(infra), 5), notes: Vec::new() }
    }

    pub(crate) fn to(&mut self, seconds: f64) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut |note: JournalEvent| notes.push(note));
        self
    }

    /// Executes a command in script syntax.
    pub(crate) fn act(&mut self, words: &str) -> &mut Self {
        let command = script::command(words, self.sim.infrastructure()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        let notes = &mut self.notes;
        self.sim.apply(&command, &mut |note: JournalEvent| notes.push(note)).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        self
    }

    /// Injects a row of the catalogue, and runs until its last command.
    pub(crate) fn inject(&mut self, row: CommonFault) -> &mut Self {
        let infra = Arc::clone(self.sim.infrastructure());
        let start = self.now();
        let commands = row.inject(&infra);
        assert!(!commands.is_empty(), "{} has no commands here", row.id());
        for (delay, command) in commands {
            self.to(start + delay);
            self.act(&script::text(&command, &infra));
        }
        self
    }

    pub(crate) fn fix(&mut self, row: CommonFault) -> &mut Self {
        let infra = Arc::clone(self.sim.infrastructure());
        for command in row.fix(&infra) {
            // A promotion takes 41 ms.
            let now = self.now();
            self.to(now + 0.1);
            self.act(&script::text(&command, &infra));
        }
        self
    }

    pub(crate) fn now(&self) -> f64 {
        self.sim.now().as_secs_f64()
    }

    /// Runs for `seconds`, and returns the users' experience.
    pub(crate) fn watch(&mut self, seconds: f64) -> Seen {
        let count = |sim: &Simulation| {
            let failures: BTreeMap<Failure, u64> = sim.failures().collect();
            (sim.totals(), failures, RequestKind::ALL.map(|kind| sim.totals_of(kind)))
        };
        let (totals, failures, kinds) = count(&self.sim);
        let end = self.now() + seconds;
        self.to(end);
        let (after, failures_after, kinds_after) = count(&self.sim);
        let difference = |a: Totals, b: Totals| Totals {
            offered: a.offered - b.offered,
            completed: a.completed - b.completed,
            failed: a.failed - b.failed,
        };
        let mut kinds_seen = kinds_after;
        kinds_seen.iter_mut().zip(kinds).for_each(|(after, before)| *after = difference(*after, before));
        Seen {
            offered: after.offered - totals.offered,
            good: after.completed - totals.completed,
            failures: failures_after
                .into_iter()
                .map(|(failure, count)| (failure, count - failures[&failure]))
                .filter(|(_, count)| *count > 0)
                .collect(),
            kinds: kinds_seen,
        }
    }

    pub(crate) fn find(&self, id: &str) -> ComponentIx {
        self.sim.infrastructure().find(id).unwrap_or_else(|| panic!("{id}"))
    }

    /// Returns the rule and subject of the alerts that fired after a time.
    pub(crate) fn fired(&self, after: f64) -> Vec<(String, String)> {
        let infra = self.sim.infrastructure();
        let name = |ix: Option<ComponentIx>| ix.map_or("site".to_owned(), |ix| infra.component(ix).id.to_string());
        let log = self.sim.alert_log().filter(|entry| entry.at.as_secs_f64() > after && entry.state == AlertState::Firing);
        log.map(|entry| (entry.rule.to_owned(), name(entry.subject))).collect()
    }

    /// Returns the mean of a metric over the samples delivered in the last `seconds`, or `None` without samples.
    pub(crate) fn mean(&self, id: &str, metric: Metric, seconds: f64) -> Option<f64> {
        let since = self.now() - seconds;
        let values: Vec<f64> = self
            .sim
            .series(self.find(id), metric)
            .into_iter()
            .filter(|(at, _)| at.as_secs_f64() > since)
            .map(|(_, value)| value)
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// Returns the check codes of the failed backends.
    pub(crate) fn codes(&self) -> Vec<CheckCode> {
        let code = |note: &JournalEvent| if let EventKind::Backend { up: false, code, .. } = note.what { code } else { None };
        self.notes.iter().filter_map(code).collect()
    }

    /// Returns the reasons for which components failed requests, with counts.
    pub(crate) fn whys(&self) -> BTreeMap<String, usize> {
        let mut whys = BTreeMap::new();
        for note in &self.notes {
            if let EventKind::Fails { why, .. } = note.what {
                *whys.entry(format!("{why:?}")).or_default() += 1;
            }
        }
        whys
    }

    /// Returns the outcomes of the external probes of the last `seconds`.
    pub(crate) fn probes(&self, seconds: f64) -> Vec<Result<(), Failure>> {
        let since = self.now() - seconds;
        let probe = self.sim.probe();
        probe.results.iter().filter(|result| result.at.as_secs_f64() > since).map(|result| result.outcome).collect()
    }
}
