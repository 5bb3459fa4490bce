//! An attacker who guesses passwords: sending the requests.

use hoplight_model::quantity::Rate;

use crate::abuse::KIND;
use crate::journal::Observer;
use crate::packet::Phase;
use crate::request::Request;
use crate::simulation::Simulation;
use crate::timers::TimerEvent;
use crate::view::AbuseView;

impl Simulation {
    /// Starts an attack now, or changes its rate.
    pub(super) fn start_abuse(&mut self, rate: Rate, addresses: u32) {
        let attack = self.faults.abuse.start(rate, addresses);
        self.set_timer(self.clock.now(), TimerEvent::Abuse { attack });
    }

    /// Sends the next request of an attack, on a connection that the attacker keeps open.
    pub(super) fn abuse_due<O: Observer>(&mut self, attack: u32, observer: &mut O) {
        let Some(gap) = self.faults.abuse.gap(attack) else { return };
        self.set_timer(self.clock.now() + gap, TimerEvent::Abuse { attack });
        if self.cannot_begin().is_some() {
            return;
        }
        let (number, stream) = self.faults.abuse.send();
        let key = self.clock.draws_of(stream);
        let request = Request::new(number, stream, key, self.clock.now(), KIND, Phase::Exchange);
        let request = self.requests.insert(Request { kept: true, ..request });
        if !self.plan.addresses.is_single() {
            self.recall_addresses(request);
        }
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// The attack in progress, and how the logins of this and earlier ones ended. `None` before the first attack.
    pub fn abuse(&self) -> Option<AbuseView> {
        self.faults.abuse.view()
    }
}
