//! What comes later by itself: a process or server that boots, a user who tries again.
//!
//! Must not be used for anything that happens often: each of them is looked up by its place.

use hoplight_model::quantity::Seconds;
use hoplight_model::{Element, RequestKind};

use super::command::CommandError;
use super::event::Kind;
use super::journal::{EventKind, Observer};
use super::simulation::{Simulation, index};
use super::time::SimTime;

/// How long a process takes to start, and a server to boot, where nobody says how long: teaching choices.
const PROCESS_STARTS: Seconds = Seconds::literal(1.0);
const SERVER_BOOTS: Seconds = Seconds::literal(20.0);

/// Something that comes later.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TimerEvent {
    /// Something is up again.
    Boot(Element),
    /// A user tries again; the stream tells which attempt it is.
    Comeback { kind: RequestKind, stream: u64 },
}

/// All that comes later; a place may be used again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    slots: Vec<Option<TimerEvent>>,
    free: Vec<u32>,
    /// How many users will try again.
    pub(super) users: u64,
}

impl Timers {
    pub(super) fn footprint(&self) -> usize {
        self.slots.len() * size_of::<Option<TimerEvent>>() + self.free.len() * size_of::<u32>()
    }
}

impl Simulation {
    /// Lets something come at its time.
    pub(super) fn comes_later(&mut self, at: SimTime, later: TimerEvent) {
        self.coming.users += u64::from(matches!(later, TimerEvent::Comeback { .. }));
        let place = if let Some(place) = self.coming.free.pop() {
            self.coming.slots[place as usize] = Some(later);
            place
        } else {
            self.coming.slots.push(Some(later));
            index(self.coming.slots.len() - 1)
        };
        self.schedule(at, Kind::TimerEvent, place);
    }

    /// It comes.
    pub(super) fn later_due<O: Observer>(&mut self, place: u32, observer: &mut O) {
        let Some(later) = self.coming.slots.get_mut(place as usize).and_then(Option::take) else { return };
        self.coming.free.push(place);
        match later {
            TimerEvent::Boot(element) => self.boots(&element, observer),
            TimerEvent::Comeback { kind, stream } => {
                self.coming.users -= 1;
                self.comes_back(kind, stream, observer);
            }
        }
    }

    /// Ends an element if it runs, and starts it again after a time.
    pub(super) fn restart<O: Observer>(
        &mut self,
        element: &Element,
        after: Option<Seconds>,
        observer: &mut O,
    ) -> Result<(), CommandError> {
        let usual = match element {
            Element::Component(_) => PROCESS_STARTS,
            Element::Server(_) => SERVER_BOOTS,
            Element::Hop(..) => return Err(CommandError::NoProcess(element.clone())),
        };
        let at = self.now + after.unwrap_or(usual).nanos();
        self.target(element)?;
        self.note(observer, None, EventKind::Restarts(element.clone()));
        match self.kill(element, observer) {
            Ok(()) | Err(CommandError::AlreadyDown(_)) => {}
            Err(error) => return Err(error),
        }
        self.faults.boots.push((element.clone(), at));
        self.comes_later(at, TimerEvent::Boot(element.clone()));
        Ok(())
    }

    /// A boot is over, unless somebody ended or started the element meanwhile.
    fn boots<O: Observer>(&mut self, element: &Element, observer: &mut O) {
        let now = self.now;
        let Some(place) = self.faults.boots.iter().position(|boot| *boot == (element.clone(), now)) else { return };
        self.faults.boots.remove(place);
        if self.restore(element, observer).is_ok() {
            self.note(observer, None, EventKind::Restored(element.clone()));
        }
    }

    /// Somebody ends or starts an element: what was booting of it is not any more.
    pub(super) fn forget_boots(&mut self, element: &Element) {
        self.faults.boots.retain(|(booting, _)| booting != element);
    }
}
