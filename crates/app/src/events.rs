//! Event classes of the log, and the marks of the timeline.

use hoplight_layout::Area;
use hoplight_model::{ComponentIx, Element, Infrastructure};
use hoplight_sim::{AlertState, Command, EventKind, Journal, JournalEvent, SimTime, probe_number};
use hoplight_text::Phrase;

use crate::action::TimeAction;

/// The class of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventClass {
    /// A change of TLS, a firewall rule or the load.
    Command,
    /// An element went down, or a fault was injected.
    Fault,
    /// A repair or a resolved alert.
    Restore,
    /// A firing alert.
    Alert,
    /// A reaction of the infrastructure: a backend changed state, a balancer became master, a database was promoted.
    Reaction,
    /// Failed requests.
    Failure,
    /// A refused command.
    Refused,
}

impl EventClass {
    /// All classes.
    pub const ALL: [Self; 7] =
        [Self::Command, Self::Fault, Self::Restore, Self::Alert, Self::Reaction, Self::Failure, Self::Refused];

    /// Returns the class of an event.
    pub fn of(note: &JournalEvent) -> Self {
        match &note.what {
            _ if note.request.is_some() => Self::Failure,
            EventKind::Alert { state: AlertState::Firing, .. } | EventKind::DeadMansSwitch { paged: true } => Self::Alert,
            EventKind::Alert { .. }
            | EventKind::DeadMansSwitch { paged: false }
            | EventKind::Booted(_)
            | EventKind::Commanded(Command::Restore(_) | Command::Clear(_)) => Self::Restore,
            EventKind::Commanded(
                Command::Kill(_) | Command::Restart(..) | Command::Fault(_) | Command::Flush(_) | Command::ExpirePopular(_),
            )
            | EventKind::Scanned { .. } => Self::Fault,
            EventKind::Backend { .. }
            | EventKind::RoleSeen { .. }
            | EventKind::Master { .. }
            | EventKind::Promoted { .. }
            | EventKind::Demoted { .. }
            | EventKind::SessionsLost { .. }
            | EventKind::Target { .. }
            | EventKind::FirewallTakeover { .. }
            | EventKind::GroupMember { .. }
            | EventKind::SemiSync { .. } => Self::Reaction,
            EventKind::Commanded(
                Command::Edit(_)
                | Command::Rate(_)
                | Command::Send(_)
                | Command::Drain(_)
                | Command::Ready(_)
                | Command::Balance(_)
                | Command::Promote(_)
                | Command::Demote(_)
                | Command::Lag(..)
                | Command::SwitchRecord(_)
                | Command::Retries(_)
                | Command::SynCookies(_)
                | Command::Scan
                | Command::Probe(_),
            )
            | EventKind::Rebuilt(_) => Self::Command,
            // These concern requests or samples. Without a request, none of them is a headline.
            EventKind::Arrived
            | EventKind::Departed { .. }
            | EventKind::Reached { .. }
            | EventKind::Passed { .. }
            | EventKind::Blocked { .. }
            | EventKind::Waits { .. }
            | EventKind::SynDropped { .. }
            | EventKind::TurnedAway { .. }
            | EventKind::Chose { .. }
            | EventKind::LookedUp { .. }
            | EventKind::LookedUpSession { .. }
            | EventKind::FollowsCookie { .. }
            | EventKind::NoBackend { .. }
            | EventKind::Answers { .. }
            | EventKind::Unresolved { .. }
            | EventKind::Fails { .. }
            | EventKind::Redirects { .. }
            | EventKind::Refuses { .. }
            | EventKind::Vanished { .. }
            | EventKind::Retries { .. }
            | EventKind::TriesNext { .. }
            | EventKind::GivesUp { .. }
            | EventKind::Ended { .. }
            | EventKind::Sampled { .. }
            | EventKind::Delivered { .. }
            | EventKind::Replicated { .. }
            | EventKind::Probes
            | EventKind::Probed { .. } => Self::Failure,
        }
    }

    /// Returns the word in the log. As a filter, it selects the lines of this class.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Fault => "fault",
            Self::Restore => "restore",
            Self::Alert => "alert",
            Self::Reaction => "reaction",
            Self::Failure => "failure",
            Self::Refused => "refused",
        }
    }
}

/// Returns the action that jumps to an event: to its time, and to its request or element.
pub fn recall(note: &JournalEvent, infra: &Infrastructure) -> TimeAction {
    let request = note.request.map(|(number, _)| number).filter(|number| probe_number(*number).is_none());
    TimeAction::Recall { at: note.at, request, about: subject(&note.what, infra) }
}

/// Returns the element that an event concerns; `None` means the whole site.
pub fn subject(what: &EventKind, infra: &Infrastructure) -> Option<Element> {
    let component = |ix: ComponentIx| Some(Element::Component(infra.component(ix).id.clone()));
    match what {
        EventKind::Departed { link, .. }
        | EventKind::Passed { link, .. }
        | EventKind::Blocked { link, .. }
        | EventKind::Vanished { link } => Some(infra.hop_element(*link)),
        EventKind::Reached { component: ix, .. }
        | EventKind::Waits { component: ix, .. }
        | EventKind::SynDropped { component: ix }
        | EventKind::TurnedAway { component: ix }
        | EventKind::Answers { component: ix }
        | EventKind::Fails { component: ix, .. }
        | EventKind::Redirects { component: ix }
        | EventKind::Refuses { component: ix }
        | EventKind::Retries { component: ix, .. }
        | EventKind::TriesNext { component: ix, .. }
        | EventKind::GivesUp { component: ix }
        | EventKind::Chose { backend: ix, .. }
        | EventKind::NoBackend { balancer: ix }
        | EventKind::LookedUp { cache: ix, .. }
        | EventKind::LookedUpSession { holder: ix, .. }
        | EventKind::FollowsCookie { backend: ix, .. }
        | EventKind::SessionsLost { holder: ix, .. }
        | EventKind::Unresolved { resolver: ix, .. }
        | EventKind::RoleSeen { database: ix, .. }
        | EventKind::Backend { backend: ix, .. }
        | EventKind::Master { balancer: ix, .. }
        | EventKind::Sampled { agent: ix, .. }
        | EventKind::Delivered { agent: ix }
        | EventKind::Target { agent: ix, .. }
        | EventKind::FirewallTakeover { firewall: ix, .. }
        | EventKind::Replicated { replica: ix }
        | EventKind::Promoted { database: ix, .. }
        | EventKind::Demoted { database: ix }
        | EventKind::GroupMember { database: ix, .. }
        | EventKind::SemiSync { database: ix, .. } => component(*ix),
        EventKind::Alert { subject, .. } => subject.and_then(component),
        EventKind::Commanded(command) => command.element(),
        EventKind::Booted(element) => Some(element.clone()),
        EventKind::Arrived
        | EventKind::Ended { .. }
        | EventKind::Probes
        | EventKind::Probed { .. }
        | EventKind::DeadMansSwitch { .. }
        | EventKind::Scanned { .. }
        | EventKind::Rebuilt(_) => None,
    }
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineMark {
    /// Time of the event.
    pub at: SimTime,
    /// Class of the event.
    pub sort: EventClass,
    /// Description of the event.
    pub text: Phrase,
    /// Element that the event concerns.
    pub about: Option<Element>,
}

impl TimelineMark {
    /// Returns the action that jumps to the mark.
    pub fn recall(&self) -> TimeAction {
        TimeAction::Recall { at: self.at, request: None, about: self.about.clone() }
    }
}

/// The marks of a run. After a rewind, they include the marks of the known future.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineMarks {
    all: Vec<TimelineMark>,
    /// The time in nanoseconds up to which the journal has been read.
    read: u64,
    /// The latest time that the run has reached.
    furthest: SimTime,
}

/// Maximum number of marks.
const KEPT: usize = 400;

impl TimelineMarks {
    /// Adds marks for new events in the journal.
    pub(super) fn observe(&mut self, journal: &Journal, infra: &Infrastructure, now: SimTime) {
        self.furthest = self.furthest.max(now);
        if now.nanos() < self.read {
            return;
        }
        let news = journal.headlines().rev().take_while(|headline| headline.first.at.nanos() >= self.read);
        let mut news: Vec<TimelineMark> = news
            .map(|headline| (headline, EventClass::of(&headline.first)))
            .filter(|(_, sort)| *sort != EventClass::Failure)
            .map(|(headline, sort)| TimelineMark {
                at: headline.first.at,
                sort,
                text: hoplight_text::headline(headline, infra),
                about: subject(&headline.first.what, infra),
            })
            .collect();
        news.reverse();
        self.all.extend(news);
        let surplus = self.all.len().saturating_sub(KEPT);
        self.all.drain(..surplus);
        self.read = now.nanos() + 1;
    }

    /// Removes the marks from `now` on, because a command has changed the future. Events at `now` are read again.
    pub(super) fn cut(&mut self, now: SimTime) {
        if now.nanos() < self.read {
            self.all.retain(|mark| mark.at < now);
            self.read = now.nanos();
        }
        self.furthest = now;
    }

    /// Returns all marks, oldest first.
    pub fn all(&self) -> &[TimelineMark] {
        &self.all
    }

    /// Returns the latest time that the run has reached.
    pub fn furthest(&self) -> SimTime {
        self.furthest
    }

    /// Returns the first mark after a time.
    pub fn after(&self, now: SimTime) -> Option<&TimelineMark> {
        self.all.iter().find(|mark| mark.at > now)
    }
}

/// Merges the events of two designs by time. An event of only one design is paired with that design's letter.
pub fn of_both<T>(
    first: Vec<T>,
    mut second: Vec<T>,
    at: impl Fn(&T) -> SimTime,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(Option<char>, T)> {
    let mut both: Vec<(Option<char>, T)> = Vec::with_capacity(first.len());
    for event in first {
        let there = second.iter().position(|other| at(other) == at(&event) && same(other, &event));
        both.push((there.is_none().then_some('A'), event));
        there.map(|there| second.remove(there));
    }
    both.extend(second.into_iter().map(|event| (Some('B'), event)));
    both.sort_by_key(|(_, event)| at(event));
    both
}

/// Columns of the times at the two ends of the timeline.
const ENDS: (u16, u16) = (8, 9);

/// Returns the area of the timeline between the times at its ends.
pub fn strip(row: Area) -> Area {
    let (left, right) = ENDS;
    Area { x: row.x + left, width: row.width.saturating_sub(left + right), ..row }
}

/// Returns the column of the time `at` in a strip of `width` columns that spans `from` to `to`.
pub fn column(at: SimTime, (from, to): (SimTime, SimTime), width: u16) -> u16 {
    let span = to.since(from).as_secs_f64();
    let part = if span > 0.0 { at.since(from).as_secs_f64() / span } else { 1.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column of the strip")]
    let column = (part.clamp(0.0, 1.0) * f64::from(width.saturating_sub(1))).round() as u16;
    column
}

/// Returns the time of a column: the inverse of [`column()`].
pub fn moment(column: u16, (from, to): (SimTime, SimTime), width: u16) -> SimTime {
    let last = width.saturating_sub(1).max(1);
    from + to.since(from).mul_f64(f64::from(column.min(last)) / f64::from(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_and_moment_are_inverse() {
        let span = (SimTime::from_secs(10), SimTime::from_secs(70));
        for width in [2, 40, 117] {
            for at in 0..width {
                assert_eq!(column(moment(at, span, width), span, width), at);
            }
        }
        let now = SimTime::from_secs(0);
        assert_eq!(column(now, (now, now), 40), 39, "at the start, now is at the right end");
        assert_eq!(moment(5, (now, now), 40), now);
    }
}
