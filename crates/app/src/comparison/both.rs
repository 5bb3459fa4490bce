//! Commands on the second design: those on the first that do not change its design, and those for the second alone.
//!
//! The second follows the first's log and clock. A command that one design refuses is done to the other, and the notice says
//! so.

use std::time::Duration;

use hoplight_model::TopologyEdit;
use hoplight_sim::{Command, CommandError, SimTime, Timeline};
use hoplight_text::refusal;

use crate::comparison::Comparison;

/// Which of two designs accepted a command.
#[derive(Clone, Debug, PartialEq)]
pub enum ComparisonSide {
    /// Both, or the only one.
    Both,
    /// The first only: why the second refused.
    First(CommandError),
    /// The second only: why the first refused.
    Second(CommandError),
}

impl ComparisonSide {
    /// The end of the notice; empty if both accepted the command.
    pub fn words(&self) -> String {
        match self {
            Self::Both => String::new(),
            Self::First(why) => format!(" In A only: in B, {}.", refusal(why)),
            Self::Second(why) => format!(" In B only: in A, {}.", refusal(why)),
        }
    }
}

/// A command that was done to the second design.
#[derive(Clone, Debug)]
pub(super) struct RepeatedCommand {
    at: SimTime,
    command: Command,
    own: bool,
    refused: Option<CommandError>,
}

/// A command for the second design alone.
#[derive(Clone, Debug)]
pub(super) struct OwnCommand {
    at: SimTime,
    command: Command,
    /// When it was given. A command before this moment takes it back.
    asked: SimTime,
    /// How many commands of the first's log come before it.
    after: usize,
}

/// Whether a command is done to both designs: every command except those that change the TLS settings.
pub(in super::super) const fn is_shared(command: &Command) -> bool {
    !matches!(command, Command::Edit(TopologyEdit::EdgeTls(_) | TopologyEdit::WebToAppTls(_) | TopologyEdit::AppToDbTls(_)))
}

impl Comparison {
    /// Follows the first design's log, time and edits.
    pub(in super::super) fn follow(&mut self, first: &Timeline) {
        self.repeat(first);
        let sim = first.simulation();
        let commands = self.done_at(sim.now(), self.shared(first.commands()).count());
        if self.timeline.simulation().now() != sim.now() || self.timeline.commands().count() != commands {
            self.timeline.seek_with(sim.now(), commands);
        }
        self.renew(sim);
        let second = self.timeline.simulation();
        self.marks.observe(self.timeline.journal(), second.infrastructure(), second.now());
    }

    /// The commands on the first that are also done to the second.
    fn shared<'a>(&self, commands: impl Iterator<Item = (SimTime, &'a Command)>) -> impl Iterator<Item = (SimTime, &'a Command)> {
        let is_apart = |at: SimTime, command: &Command| self.apart.iter().any(|(when, apart)| *when == at && apart == command);
        commands.filter(move |(at, command)| is_shared(command) && !is_apart(*at, command))
    }

    /// All commands for the second, in order, each with whether it is for the second alone.
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

    /// Does new commands to the second. If a command that was done is no longer wanted, starts over from the beginning.
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
            self.given.clear();
        }
        for (at, command, own) in wanted.into_iter().skip(self.given.len()) {
            self.timeline.seek(at);
            let refused = self.timeline.act(command.clone()).err();
            self.given.push(RepeatedCommand { at, command, own, refused });
        }
        self.marks.cut(first.simulation().now());
    }

    /// How many commands of the second's log are done when `shared` of the shared ones are.
    fn done_at(&self, now: SimTime, shared: usize) -> usize {
        let mut left = shared;
        let is_done = |given: &&RepeatedCommand| {
            let is_next = given.own || left > 0;
            left = left.saturating_sub(usize::from(!given.own));
            given.at <= now && is_next
        };
        self.given.iter().take_while(is_done).filter(|given| given.refused.is_none()).count()
    }

    /// Why the second refused the last shared command; `None` if it accepted it.
    pub(in super::super) fn last_refusal(&self, now: SimTime) -> Option<CommandError> {
        let last = self.given.iter().rev().find(|given| !given.own && given.at <= now);
        last.and_then(|given| given.refused.clone())
    }

    /// Does a command to the second alone, now.
    ///
    /// # Errors
    /// Says why nothing happened.
    pub(in super::super) fn act_alone(&mut self, first: &Timeline, command: &Command) -> Result<(), CommandError> {
        self.timeline.simulation().clone().apply(command, &mut ())?;
        self.cut(first.simulation().now());
        self.plan(first, Duration::ZERO, command);
        self.follow(first);
        Ok(())
    }

    /// Schedules a command for the second alone.
    pub(in super::super) fn plan(&mut self, first: &Timeline, after: Duration, command: &Command) {
        let asked = first.simulation().now();
        let own = OwnCommand { at: asked + after, command: command.clone(), asked, after: self.shared(first.commands()).count() };
        let place = self.own.partition_point(|other| other.at <= own.at);
        self.own.insert(place, own);
    }

    /// Keeps a command on the first from being repeated on the second.
    pub(in super::super) fn keep_apart(&mut self, at: SimTime, command: &Command) {
        self.apart.push((at, command.clone()));
    }

    /// Takes back commands that were given later than `now`.
    pub(in super::super) fn cut(&mut self, now: SimTime) {
        self.own.retain(|own| own.asked <= now);
        self.marks.cut(now);
    }
}
