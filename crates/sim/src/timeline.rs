//! Rewinding: checkpoints and a log of commands around a [`Simulation`].
//!
//! To go back, a [`Timeline`] restores the nearest earlier checkpoint and replays the recorded commands from there. The
//! resulting state is identical to that of an uninterrupted run.

mod joined;
mod observed;
mod records;
mod steps;
mod watching;

use std::sync::Arc;

use hoplight_model::Infrastructure;

use crate::command::{Command, CommandError};
use crate::index::count64;
use crate::journal::{Journal, JournalEvent, Observer};
use crate::journeys::Journeys;
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::watchers::{Stamp, Watchers};

use records::{Notes, Records, notes};

/// Minimum number of events between two checkpoints.
const SPACING: u64 = 2_000;
/// Maximum number of checkpoints. They are sparser further back: a long rewind needs a longer replay, but memory stays
/// bounded.
const MOST_CHECKPOINTS: usize = 48;
/// Approximate limit on the size of all checkpoints together, in bytes. A large site has fewer checkpoints, further
/// apart.
const CHECKPOINT_BUDGET: usize = 8 << 20;
/// Number of checkpoints to keep regardless of their size.
const FEWEST_CHECKPOINTS: usize = 4;
/// Bytes of checkpoint per dispatched event, so that copying stays a small part of the work.
const BYTES_PER_EVENT: u64 = 64;
/// How far a step forward or back searches for the next moment, in nanoseconds.
const STEP_HORIZON: u64 = 10_000_000_000;

/// A position in a run: the time and the number of events dispatched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    now: SimTime,
    processed: u64,
}

#[derive(Clone, Debug)]
struct Checkpoint {
    simulation: Simulation,
    records: Records,
    /// Number of commands applied before this position.
    commands: usize,
}

/// A change from outside.
#[derive(Clone, Debug)]
enum Change {
    Command(Command),
    Rebuild(Arc<Infrastructure>),
}

/// A command to be applied later.
#[derive(Clone, Debug)]
struct Scheduled {
    at: SimTime,
    command: Command,
    /// Number of applied commands in the log when the command was scheduled.
    given: usize,
    /// Index in the log, once the command has been applied.
    entry: Option<usize>,
    /// Where the command was refused, because the state had changed in the meantime.
    refused: Option<Place>,
}

/// A simulation that can be rewound.
#[derive(Clone, Debug)]
pub struct Timeline {
    simulation: Simulation,
    records: Records,
    log: Vec<(Place, Change)>,
    /// Indices into the log of the commands that are joined with their predecessor.
    joined: Vec<usize>,
    /// Number of applied commands in the log. The rest is the known future, left over by a rewind.
    done: usize,
    scheduled: Vec<Scheduled>,
    checkpoints: Vec<Checkpoint>,
    /// The followed request and the tapped link.
    watchers: Watchers,
    /// Number of dispatched events when the state's size was last measured.
    weighed: u64,
    /// Simulated seconds per second of wall time, which determine how many journeys are recorded.
    factor: f64,
}

impl Change {
    const fn command(&self) -> Option<&Command> {
        match self {
            Self::Command(command) => Some(command),
            Self::Rebuild(_) => None,
        }
    }
}

impl Timeline {
    /// Creates a timeline that starts with the state of `simulation`.
    pub fn new(simulation: Simulation) -> Self {
        let records = Records::new(simulation.infrastructure(), 1.0);
        let first = Checkpoint { simulation: simulation.clone(), records: records.clone(), commands: 0 };
        Self {
            simulation,
            records,
            log: Vec::new(),
            joined: Vec::new(),
            done: 0,
            scheduled: Vec::new(),
            checkpoints: vec![first],
            watchers: Watchers::default(),
            weighed: 0,
            factor: 1.0,
        }
    }

    /// The current state of the simulation.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The events up to now.
    pub fn journal(&self) -> &Journal {
        &self.records.journal
    }

    /// A sample of requests, with what happened to them.
    pub fn journeys(&self) -> &Journeys {
        &self.records.journeys
    }

    /// The speed for which journeys are recorded, in simulated seconds per second of wall time.
    pub const fn sampled_at(&self) -> f64 {
        self.factor
    }

    /// Records as many journeys from now on as the screen can show at `factor` simulated seconds per second of wall time.
    pub fn sample_at(&mut self, factor: f64) {
        if self.factor.total_cmp(&factor).is_ne() {
            self.factor = factor;
            self.records.journeys.set_factor(self.simulation.infrastructure(), factor);
        }
    }

    /// The commands applied so far, with their times, except those undone by a rewind.
    pub fn commands(&self) -> impl Iterator<Item = (SimTime, &Command)> {
        self.log.iter().take(self.done).filter_map(|(place, change)| Some((place.now, change.command()?)))
    }

    /// Number of commands and rebuilds so far, excluding those that a rewind has undone.
    pub const fn changes(&self) -> usize {
        self.done
    }

    /// When the next command of the known future is due, if a rewind has left one.
    pub fn known_command(&self) -> Option<SimTime> {
        self.log.get(self.done).map(|(place, _)| place.now)
    }

    /// All known commands with their times, in order: those applied so far, then the known future that a rewind has
    /// left. Scheduled commands appear once they are applied.
    pub fn log(&self) -> impl Iterator<Item = (SimTime, &Command)> {
        self.log.iter().filter_map(|(place, change)| Some((place.now, change.command()?)))
    }

    /// The state at the start of the timeline.
    pub fn beginning(&self) -> &Simulation {
        self.checkpoints.first().map_or(&self.simulation, |checkpoint| &checkpoint.simulation)
    }

    /// The earliest time that the timeline can go back to.
    pub fn earliest(&self) -> SimTime {
        self.checkpoints.first().map_or(SimTime::ZERO, |checkpoint| checkpoint.simulation.now())
    }

    /// Applies a command now. After a rewind, this discards the known future.
    ///
    /// # Errors
    /// The reason why the command is refused. The known future is then kept.
    pub fn apply(&mut self, command: Command) -> Result<(), CommandError> {
        let mut notes = notes(&mut self.records, &mut self.watchers, &self.simulation, self.done + 1);
        self.simulation.apply(&command, &mut notes)?;
        self.record(Change::Command(command));
        Ok(())
    }

    /// Continues the run with an edited infrastructure from now on; see [`Simulation::rebuild`]. After a rewind, this
    /// discards the known future. Returns the commands for conditions that could not be carried over.
    pub fn rebuild(&mut self, infra: Arc<Infrastructure>) -> Vec<Command> {
        let mut notes = notes(&mut self.records, &mut self.watchers, &self.simulation, self.done + 1);
        let dropped = self.simulation.rebuild(Arc::clone(&infra), &mut notes);
        self.record(Change::Rebuild(infra));
        dropped
    }

    /// Records a change that has just been made.
    fn record(&mut self, change: Change) {
        let place = self.place();
        self.watchers.update(Stamp { events: place.processed, commands: self.done + 1 }, &self.simulation);
        self.cut(place);
        self.log.push((place, change));
        self.done += 1;
        self.checkpoints.retain(|checkpoint| Place::of(&checkpoint.simulation) <= place && checkpoint.commands < self.done);
    }

    /// Schedules a command to be applied after a delay. It belongs to the last command applied so far: when that
    /// command is undone, the scheduled one is cancelled. If the scheduled command is refused when it is due, nothing
    /// happens.
    pub fn schedule(&mut self, after: std::time::Duration, command: Command) {
        let at = self.simulation.now() + after;
        self.scheduled.push(Scheduled { at, command, given: self.done, entry: None, refused: None });
    }

    /// Discards the known future. Commands scheduled before `place` become pending again.
    fn cut(&mut self, place: Place) {
        let done = self.done;
        self.watchers.cut(Stamp { events: place.processed, commands: done });
        self.log.truncate(done);
        self.joined.retain(|at| *at < done);
        self.scheduled.retain(|scheduled| scheduled.given <= done);
        for scheduled in &mut self.scheduled {
            scheduled.entry = scheduled.entry.filter(|entry| *entry < done);
            scheduled.refused = scheduled.refused.filter(|refused| *refused <= place);
        }
    }

    /// The next pending scheduled command; `None` while there is a known future, which contains the scheduled commands
    /// that were already applied.
    fn pending(&self) -> Option<usize> {
        let open = |scheduled: &Scheduled| scheduled.entry.is_none() && scheduled.refused.is_none();
        let open = self.scheduled.iter().enumerate().filter(|(_, scheduled)| self.done == self.log.len() && open(scheduled));
        open.min_by_key(|(_, scheduled)| scheduled.at).map(|(at, _)| at)
    }

    /// When the next command is due, from the known future or the schedule.
    fn next_command(&self) -> Option<SimTime> {
        self.known_command().or_else(|| self.pending().and_then(|at| self.scheduled.get(at)).map(|scheduled| scheduled.at))
    }

    /// Goes forward or back to `time`. The state is that of an uninterrupted run at that time.
    pub fn seek(&mut self, time: SimTime) {
        self.seek_with(time, usize::MAX);
    }

    /// Goes forward or back to `time`, but with at most `commands` commands applied: the state is then the one before
    /// the next command.
    pub fn seek_with(&mut self, time: SimTime, commands: usize) {
        if time < self.simulation.now() || commands < self.done {
            let is_before = |checkpoint: &Checkpoint| checkpoint.simulation.now() <= time && checkpoint.commands <= commands;
            self.restore(self.checkpoints.iter().rposition(is_before).unwrap_or(0));
        }
        self.run_to(time, commands);
        self.watchers.settle(self.stamp());
    }

    /// Copies the current state, to return to it later.
    fn snapshot(&self) -> Checkpoint {
        Checkpoint { simulation: self.simulation.clone(), records: self.records.clone(), commands: self.done }
    }

    fn return_to(&mut self, (there, watchers): (Checkpoint, Watchers)) {
        self.watchers = watchers;
        self.simulation = there.simulation;
        self.records = there.records;
        self.records.journeys.set_factor(self.simulation.infrastructure(), self.factor);
        self.done = there.commands;
    }

    fn stamp(&self) -> Stamp {
        Stamp { events: self.simulation.processed(), commands: self.done }
    }

    fn place(&self) -> Place {
        Place::of(&self.simulation)
    }

    fn checkpoint_before(&self, place: Place) -> Option<usize> {
        self.checkpoints.iter().rposition(|checkpoint| Place::of(&checkpoint.simulation) < place)
    }

    fn restore(&mut self, index: usize) {
        // Restore an early enough checkpoint to recapture messages that are no longer kept.
        let wanted = self.checkpoints[index].stamp();
        let is_enough = |checkpoint: &Checkpoint| !self.watchers.has_too_few_from(checkpoint.stamp(), wanted);
        let enough = self.checkpoints[..=index].iter().rposition(is_enough).unwrap_or(0);
        let checkpoint = &self.checkpoints[enough];
        self.watchers.rewind(checkpoint.stamp(), &checkpoint.simulation);
        self.simulation = checkpoint.simulation.clone();
        self.weighed = self.simulation.processed();
        self.records = checkpoint.records.clone();
        self.records.journeys.set_factor(self.simulation.infrastructure(), self.factor);
        self.done = checkpoint.commands;
    }

    fn run_to_place(&mut self, place: Place) {
        self.run_to_state(place, usize::MAX);
    }

    /// Runs to a position, with at most `commands` commands applied in total.
    fn run_to_state(&mut self, place: Place, commands: usize) {
        while self.simulation.processed() < place.processed {
            self.replay_due(commands, place.now);
            self.one_event(&mut |_: &JournalEvent| {});
        }
        self.replay_due(commands, place.now);
        self.simulation.advance_clock(place.now);
    }

    fn run_to(&mut self, time: SimTime, commands: usize) {
        self.run_batched_to(time);
        loop {
            self.replay_due(commands, time);
            let next = self.next_command().filter(|_| self.done < commands);
            match (self.simulation.next_event(), next) {
                // A command may be due before the next event.
                (Some(event), Some(at)) if at < event && at <= time => self.simulation.advance_clock(at),
                (None, Some(at)) if at <= time => self.simulation.advance_clock(at),
                (Some(event), _) if event <= time => self.one_event(&mut |_: &JournalEvent| {}),
                _ => break,
            }
        }
        self.simulation.advance_clock(time);
    }

    /// Runs many events at a time towards `time`, if nothing is watched and no command is due before then.
    fn run_batched_to(&mut self, time: SimTime) {
        if self.watchers.is_idle() && self.next_command().is_none_or(|at| at > time) {
            const AT_ONCE: u64 = SPACING / 8;
            while self.simulation.advance_events(time, AT_ONCE, &mut self.records) == AT_ONCE {
                self.take_checkpoint_if_due();
            }
        }
    }

    /// Whether `at` comes before the next event and not after `until`.
    fn is_due(&self, at: SimTime, until: SimTime) -> bool {
        at <= self.simulation.now() || (at <= until && self.simulation.next_event().is_none_or(|event| event > at))
    }

    /// Applies the due commands of the known future, and then the due scheduled ones, up to `until` and with at most
    /// `most` commands applied in total.
    fn replay_due(&mut self, most: usize, until: SimTime) {
        while let Some((place, change)) = self.log.get(self.done).filter(|(place, _)| self.done < most && place.now <= until) {
            if place.processed != self.simulation.processed() || !self.is_due(place.now, until) {
                return;
            }
            self.simulation.advance_clock(place.now);
            self.done += 1;
            let mut notes = notes(&mut self.records, &mut self.watchers, &self.simulation, self.done);
            match change {
                Change::Command(command) => {
                    let repeated = self.simulation.apply(command, &mut notes);
                    // The same state has accepted the command before.
                    debug_assert!(repeated.is_ok(), "a replayed command fails: {repeated:?}");
                }
                Change::Rebuild(infra) => drop(self.simulation.rebuild(Arc::clone(infra), &mut notes)),
            }
            self.watchers.update(self.stamp(), &self.simulation);
        }
        while let Some(at) = self.pending().filter(|_| self.done < most) {
            let Scheduled { at: due, command, .. } = self.scheduled[at].clone();
            if !self.is_due(due, until) {
                return;
            }
            self.simulation.advance_clock(due);
            let place = self.place();
            let stamp = Stamp { events: place.processed, commands: self.done + 1 };
            let mut notes = Notes { records: &mut self.records, watchers: &mut self.watchers, stamp };
            match self.simulation.apply(&command, &mut notes) {
                Ok(()) => {
                    self.watchers.update(stamp, &self.simulation);
                    self.scheduled[at].entry = Some(self.log.len());
                    self.log.push((place, Change::Command(command)));
                    self.done += 1;
                }
                Err(_) => self.scheduled[at].refused = Some(place),
            }
        }
    }

    fn one_event(&mut self, watch: &mut impl FnMut(&JournalEvent)) {
        let stamp = Stamp { events: self.simulation.processed() + 1, commands: self.done };
        let mut notes = Notes { records: &mut self.records, watchers: &mut self.watchers, stamp };
        self.simulation.step(&mut |note: JournalEvent| {
            watch(&note);
            notes.note(note);
        });
        self.watchers.update(stamp, &self.simulation);
        self.take_checkpoint_if_due();
        // Keep the tap's tally at each checkpoint, including those from before a rewind.
        let is_here = |checkpoint: &Checkpoint| checkpoint.simulation.processed().cmp(&stamp.events);
        if !self.watchers.is_idle() && self.checkpoints.binary_search_by(is_here).is_ok() {
            self.watchers.keep_tally(stamp);
        }
    }

    fn take_checkpoint_if_due(&mut self) {
        let newest = self.checkpoints.last().map_or(0, |checkpoint| checkpoint.simulation.processed());
        // Measuring the footprint traverses the state, so don't do it for every event.
        let events = self.simulation.processed().saturating_sub(newest);
        let may_be_due = events >= SPACING && self.simulation.processed() >= self.weighed + SPACING / 8;
        if may_be_due {
            self.weighed = self.simulation.processed();
        }
        if may_be_due && events >= count64(self.simulation.footprint()) / BYTES_PER_EVENT {
            self.take_checkpoint();
        }
    }

    fn take_checkpoint(&mut self) {
        self.checkpoints.push(self.snapshot());
        let mut total: usize = self.checkpoints.iter().map(Checkpoint::footprint).sum();
        let fewest = FEWEST_CHECKPOINTS;
        while self.checkpoints.len() > MOST_CHECKPOINTS || (total > CHECKPOINT_BUDGET && self.checkpoints.len() > fewest) {
            let removed = self.checkpoints.remove(self.least_useful());
            total -= removed.footprint();
            self.watchers.drop_tally(removed.stamp());
        }
    }
}

impl Checkpoint {
    fn footprint(&self) -> usize {
        self.simulation.footprint() + self.records.footprint()
    }

    fn stamp(&self) -> Stamp {
        Stamp { events: self.simulation.processed(), commands: self.commands }
    }
}

impl Timeline {
    /// The checkpoint whose removal leaves the smallest gap relative to its age. Never the first or the last.
    fn least_useful(&self) -> usize {
        let at = |index: usize| self.checkpoints[index].simulation.processed() as f64;
        let last = self.checkpoints.len() - 1;
        let gap = |index: &usize| (at(index + 1) - at(index - 1)) / (at(last) - at(index - 1));
        (1..last).min_by(|a, b| gap(a).total_cmp(&gap(b))).unwrap_or(last)
    }
}

impl Place {
    fn of(simulation: &Simulation) -> Self {
        Self { now: simulation.now(), processed: simulation.processed() }
    }
}
