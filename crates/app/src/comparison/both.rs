//! What is done to the second design: whatever is done to the first and makes it no other design, and what is done to the
//! second alone.
//!
//! The second keeps to the first's log and clock. What one of the two refuses is done to the other: then it says so. Must not
//! know why anything is done.

use std::time::Duration;

use hoplight_model::TopologyEdit;
use hoplight_sim::{Command, CommandError, SimTime, Timeline};

use crate::comparison::Comparison;

/// To which of two designs something was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// To both, or to the only one.
    Both,
    /// To the first: why the second refused it.
    First(CommandError),
    /// To the second: why the first refused it.
    Second(CommandError),
}

impl Side {
    /// What is said of it behind what happened; nothing if it happened to both.
    pub fn words(&self) -> String {
        match self {
            Self::Both => String::new(),
            Self::First(why) => format!(" In A only: in B, {why}."),
            Self::Second(why) => format!(" In B only: in A, {why}."),
        }
    }
}

/// What was done to the second.
#[derive(Clone, Debug)]
pub(super) struct Given {
    at: SimTime,
    command: Command,
    own: bool,
    refused: Option<CommandError>,
}

/// What is done to the second alone.
#[derive(Clone, Debug)]
pub(super) struct Own {
    at: SimTime,
    command: Command,
    /// When it was asked for: whoever goes back to before that and does something else takes it back.
    asked: SimTime,
    /// How many commands of the first's log come before it, at the same moment at the latest.
    after: usize,
}

/// Whether a command is done to both: whatever happens to a site, but for what makes it another design.
pub(in super::super) const fn is_shared(command: &Command) -> bool {
    !matches!(command, Command::Edit(TopologyEdit::EdgeTls(_) | TopologyEdit::WebToAppTls(_) | TopologyEdit::AppToDbTls(_)))
}

impl Comparison {
    /// Follows whatever has become of the first: its log, its time and its design.
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

    /// Those commands of the first that are done to the second as well.
    fn shared<'a>(&self, commands: impl Iterator<Item = (SimTime, &'a Command)>) -> impl Iterator<Item = (SimTime, &'a Command)> {
        let is_apart = |at: SimTime, command: &Command| self.apart.iter().any(|(when, apart)| *when == at && apart == command);
        commands.filter(move |(at, command)| is_shared(command) && !is_apart(*at, command))
    }

    /// All that is to be done to the second, in order, each with whether it is done to it alone.
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

    /// Does to the second what is new. Where something that was done is no longer to be done, begins anew.
    fn repeat(&mut self, first: &Timeline) {
        let wanted = self.wanted(first);
        let is = |given: &Given, (at, command, own): &(SimTime, Command, bool)| {
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
            self.given.push(Given { at, command, own, refused });
        }
        self.marks.cut(first.simulation().now());
    }

    /// How many commands of the second's log are done at a moment at which so many of the shared ones are.
    fn done_at(&self, now: SimTime, shared: usize) -> usize {
        let mut left = shared;
        let is_done = |given: &&Given| {
            let is_next = given.own || left > 0;
            left = left.saturating_sub(usize::from(!given.own));
            given.at <= now && is_next
        };
        self.given.iter().take_while(is_done).filter(|given| given.refused.is_none()).count()
    }

    /// Why the second refused the last thing that was done to both; `None` if it did not.
    pub(in super::super) fn last_refusal(&self, now: SimTime) -> Option<CommandError> {
        let last = self.given.iter().rev().find(|given| !given.own && given.at <= now);
        last.and_then(|given| given.refused.clone())
    }

    /// Does something to the second alone, now.
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

    /// Lets something be done to the second alone, after a time.
    pub(in super::super) fn plan(&mut self, first: &Timeline, after: Duration, command: &Command) {
        let asked = first.simulation().now();
        let own = Own { at: asked + after, command: command.clone(), asked, after: self.shared(first.commands()).count() };
        let place = self.own.partition_point(|other| other.at <= own.at);
        self.own.insert(place, own);
    }

    /// Something is done to the first that is not done to the second.
    pub(in super::super) fn keep_apart(&mut self, at: SimTime, command: &Command) {
        self.apart.push((at, command.clone()));
    }

    /// Something is done now: what had been asked for later is taken back.
    pub(in super::super) fn cut(&mut self, now: SimTime) {
        self.own.retain(|own| own.asked <= now);
        self.marks.cut(now);
    }
}
