//! Commands on the second design: those shared with the first, and those for the second only.
//!
//! The second design follows the log and the clock of the first. A command that one design refuses is applied to the other, and
//! the notice says so.

use std::time::Duration;

use hoplight_model::TopologyEdit;
use hoplight_sim::{Command, CommandError, SimTime, Timeline};
use hoplight_text::refusal;

use crate::comparison::Comparison;

/// Which designs accepted a command.
#[derive(Clone, Debug, PartialEq)]
pub enum ComparisonSide {
    /// Both, or the only design.
    Both,
    /// Only the first, with the second's error.
    First(CommandError),
    /// Only the second, with the first's error.
    Second(CommandError),
}

impl ComparisonSide {
    /// Returns the text to append to the notice; empty if both designs accepted the command.
    pub fn words(&self) -> String {
        match self {
            Self::Both => String::new(),
            Self::First(why) => format!(" In A only: in B, {}.", refusal(why)),
            Self::Second(why) => format!(" In B only: in A, {}.", refusal(why)),
        }
    }
}

/// A command that was applied to the second design.
#[derive(Clone, Debug)]
pub(super) struct RepeatedCommand {
    at: SimTime,
    command: Command,
    own: bool,
    refused: Option<CommandError>,
}

/// A command for the second design only.
#[derive(Clone, Debug)]
pub(super) struct OwnCommand {
    at: SimTime,
    command: Command,
    /// When the command was given. A new command before this time cancels it.
    asked: SimTime,
    /// Number of commands in the first design's log that precede it.
    after: usize,
}

/// Whether a command applies to both designs: true for every command except changes of the TLS and HTTP settings, of rate
/// limits and of sticky balancing.
pub(in super::super) const fn is_shared(command: &Command) -> bool {
    let Command::Edit(edit) = command else { return true };
    match edit {
        TopologyEdit::Block(..) | TopologyEdit::Unblock(..) => true,
        TopologyEdit::EdgeTls(_)
        | TopologyEdit::WebToAppTls(_)
        | TopologyEdit::AppToDbTls(_)
        | TopologyEdit::RateLimit(..)
        | TopologyEdit::Sticky(_)
        | TopologyEdit::Port80(_)
        | TopologyEdit::Hsts(_)
        | TopologyEdit::ForwardedProto(_) => false,
    }
}

impl Comparison {
    /// Synchronises the second design with the first design's log, time and edits.
    pub(in super::super) fn follow(&mut self, first: &Timeline) {
        self.repeat(first);
        let sim = first.simulation();
        let commands = self.done_at(sim.now(), self.shared(first.commands()).count());
        self.timeline.sample_at(first.sampled_at());
        if self.timeline.simulation().now() != sim.now() || self.timeline.commands().count() != commands {
            self.timeline.seek_with(sim.now(), commands);
        }
        self.renew(sim);
        let second = self.timeline.simulation();
        self.marks.observe(self.timeline.journal(), second.infrastructure(), second.now());
    }

    /// Filters the first design's commands down to those that also apply to the second.
    fn shared<'a>(&self, commands: impl Iterator<Item = (SimTime, &'a Command)>) -> impl Iterator<Item = (SimTime, &'a Command)> {
        let is_apart = |at: SimTime, command: &Command| self.apart.iter().any(|(when, apart)| *when == at && apart == command);
        commands.filter(move |(at, command)| is_shared(command) && !is_apart(*at, command))
    }

    /// Returns all commands for the second design, in order, each with a flag that is set if it is for the second only.
    fn wanted(&self, first: &Timeline) -> Vec<(SimTime, Command, bool)> {
        let mut wanted = Vec::new();
        let mut own = self.own.iter().peekable();
        for (number, (at, command)) in self.shared(first.log()).enumerate() {
            while let Some(own) = own.next_if(|own| own.at < at || (own.at == at && own.after <= number)) {
                wanted.push((own.at, own.command.clone(), true));
            }
            wanted.push((at, command.clone(), false));
        }
        wanted.extend(own.map(|own| (own.at, own.command.clone(), true)));
        wanted
    }

    /// Applies new commands to the second design. If an applied command is no longer wanted, replays from the start.
    fn repeat(&mut self, first: &Timeline) {
        let wanted = self.wanted(first);
        let is = |given: &RepeatedCommand, (at, command, own): &(SimTime, Command, bool)| {
            given.at == *at && given.own == *own && given.command == *command
        };
        let keeps = self.given.len() <= wanted.len() && self.given.iter().zip(&wanted).all(|(given, wanted)| is(given, wanted));
        if keeps && self.given.len() == wanted.len() {
            return;
        }
        if !keeps {
            self.timeline = Timeline::new(self.beginning.clone());
            self.timeline.sample_at(first.sampled_at());
            self.given.clear();
        }
        for (at, command, own) in wanted.into_iter().skip(self.given.len()) {
            self.timeline.seek(at);
            let refused = self.timeline.apply(command.clone()).err();
            self.given.push(RepeatedCommand { at, command, own, refused });
        }
        self.marks.cut(first.simulation().now());
    }

    /// Returns how many commands of the second design's log have been applied by `now`, after `shared` shared commands.
    fn done_at(&self, now: SimTime, shared: usize) -> usize {
        let mut left = shared;
        let is_done = |given: &&RepeatedCommand| {
            let is_next = given.own || left > 0;
            left = left.saturating_sub(usize::from(!given.own));
            given.at <= now && is_next
        };
        self.given.iter().take_while(is_done).filter(|given| given.refused.is_none()).count()
    }

    /// Returns the second design's error for the last shared command, or `None` if the command succeeded.
    pub(in super::super) fn last_refusal(&self, now: SimTime) -> Option<CommandError> {
        let last = self.given.iter().rev().find(|given| !given.own && given.at <= now);
        last.and_then(|given| given.refused.clone())
    }

    /// Applies a command to the second design only, now.
    ///
    /// # Errors
    /// If the second design refuses the command.
    pub(in super::super) fn execute_alone(&mut self, first: &Timeline, command: &Command) -> Result<(), CommandError> {
        self.timeline.simulation().clone().apply(command, &mut ())?;
        self.cut(first.simulation().now());
        self.plan(first, Duration::ZERO, command);
        self.follow(first);
        Ok(())
    }

    /// Schedules a command for the second design only.
    pub(in super::super) fn plan(&mut self, first: &Timeline, after: Duration, command: &Command) {
        let asked = first.simulation().now();
        let own = OwnCommand { at: asked + after, command: command.clone(), asked, after: self.shared(first.commands()).count() };
        let place = self.own.partition_point(|other| other.at <= own.at);
        self.own.insert(place, own);
    }

    /// Excludes a command on the first design from being replayed on the second.
    pub(in super::super) fn keep_apart(&mut self, at: SimTime, command: &Command) {
        self.apart.push((at, command.clone()));
    }

    /// Cancels commands that were given after `now`.
    pub(in super::super) fn cut(&mut self, now: SimTime) {
        self.own.retain(|own| own.asked <= now);
        self.marks.cut(now);
    }
}
