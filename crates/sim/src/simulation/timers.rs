//! Timers for rare events: the ends of boots, takeovers of firewall pairs, retries by users, and the requests of attackers.

use crate::event::Kind;
use crate::index::{Ix, TimerIx};
use crate::journal::Observer;
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::timers::TimerEvent;

impl Simulation {
    /// Schedules a timer.
    pub(super) fn set_timer(&mut self, at: SimTime, event: TimerEvent) {
        let timer = self.timers.insert(event);
        self.clock.schedule(at, Kind::TimerEvent, timer.raw());
    }

    pub(super) fn timer_due<O: Observer>(&mut self, timer: TimerIx, observer: &mut O) {
        match self.timers.take(timer) {
            TimerEvent::Boot(element) => self.boot_due(&element, observer),
            TimerEvent::Comeback { kind, stream } => self.retry_request(kind, stream, observer),
            TimerEvent::LookupDue => self.lookup_due(observer),
            TimerEvent::Abuse { attack } => self.abuse_due(attack, observer),
            TimerEvent::IdleExpiry { station } => self.idle_due(station),
            TimerEvent::FirewallTakeover { pair, timer } => self.firewall_takes_over(pair, timer, observer),
        }
    }
}
