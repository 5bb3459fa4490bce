//! Processes, servers and links: killing, restoring and restarting them.

use std::sync::Arc;

use hoplight_model::Element;
use hoplight_model::quantity::Seconds;

use crate::command::CommandError;
use crate::index::{ServerIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::request::Status;
use crate::simulation::Simulation;
use crate::simulation::apply::Target;
use crate::timers::TimerEvent;
use crate::view::Health;

/// Default start time of a process and default boot time of a server, chosen for teaching.
const PROCESS_STARTS: Seconds = Seconds::literal(1.0);
const SERVER_BOOTS: Seconds = Seconds::literal(20.0);

impl Simulation {
    /// The target of a kill command.
    pub(super) fn killable(&self, element: &Element) -> Result<Target, CommandError> {
        let target = self.target(element)?;
        if self.can_end(target) { Ok(target) } else { Err(CommandError::AlreadyDown(element.clone())) }
    }

    /// Whether the target can be ended. A hung process can.
    fn can_end(&self, target: Target) -> bool {
        match target {
            Target::Station(station) => self.health(station).accepts(),
            Target::Server(server) => !self.stations.is_off(server),
            Target::Link(link) => !self.links[link].is_cut(),
        }
    }

    /// Ends a process, powers off a server, or cuts a link.
    pub(super) fn kill<O: Observer>(&mut self, target: Target, observer: &mut O) {
        match target {
            Target::Station(station) => {
                self.stations[station].set_crashed(true);
                self.refresh_health();
                self.stop(station, Status::Reset, observer);
            }
            Target::Server(server) => {
                let on_it = self.stations_on(server);
                let were_up: Vec<StationIx> = on_it.into_iter().filter(|station| self.health(*station).accepts()).collect();
                self.stations.set_off(server, true);
                self.cores.set_on(server, false, &mut self.clock);
                self.refresh_health();
                for station in self.stations_on(server) {
                    self.address.power_off(station, &self.plan);
                }
                for station in were_up {
                    self.stop(station, Status::Ok, observer);
                }
            }
            Target::Link(link) => self.links[link].set_cut(true),
        }
    }

    /// The target of a restore command.
    pub(super) fn restorable(&self, element: &Element) -> Result<Target, CommandError> {
        let target = self.target(element)?;
        let is_whole = match target {
            Target::Station(station) => self.health(station).is_up(),
            Target::Server(server) => !self.stations.is_off(server) && !self.has_stopped_parts(server),
            Target::Link(link) => !self.links[link].is_cut(),
        };
        if is_whole {
            return Err(CommandError::AlreadyUp(element.clone()));
        }
        if let Target::Station(station) = target {
            if self.health(station) == Health::PoweredOff {
                let server = self.plan.stations[station].server.expect("only components on a server are powered off");
                let server = Element::Server(self.plan.servers[server].clone());
                return Err(CommandError::ServerOff { component: element.clone(), server });
            }
            if self.faults.is_misconfigured(station) {
                return Err(CommandError::BadConfiguration(element.clone()));
            }
        }
        Ok(target)
    }

    /// Starts a process, powers on a server, or repairs a link.
    pub(super) fn restore<O: Observer>(&mut self, target: Target, observer: &mut O) {
        match target {
            Target::Station(station) => {
                self.end_hang(station, observer);
                self.start(station);
            }
            Target::Server(server) => {
                // A booting server starts everything that is installed on it.
                let on_it = self.stations_on(server);
                let were_down: Vec<StationIx> = on_it.into_iter().filter(|station| !self.health(*station).is_up()).collect();
                self.stations.set_off(server, false);
                self.cores.set_on(server, true, &mut self.clock);
                // The new kernel resets connections that it does not know, and browsers open new ones.
                let plan = Arc::clone(&self.plan);
                self.close_users_connections(|hop| plan.stations[hop.to].server == Some(server));
                for station in were_down {
                    self.end_hang(station, observer);
                    if !self.faults.is_misconfigured(station) {
                        self.start(station);
                    }
                }
                self.refresh_health();
                self.boot_keepalived(server);
            }
            Target::Link(link) => self.links[link].set_cut(false),
        }
        self.refresh_health();
    }

    /// The target of a restart command, and its default duration.
    pub(super) fn restartable(&self, element: &Element) -> Result<(Target, Seconds), CommandError> {
        let usual = match element {
            Element::Component(_) => PROCESS_STARTS,
            Element::Server(_) => SERVER_BOOTS,
            Element::Hop(..) => return Err(CommandError::NoProcess(element.clone())),
        };
        Ok((self.target(element)?, usual))
    }

    /// Ends an element if it is running, and starts it again after a delay.
    pub(super) fn restart<O: Observer>(&mut self, element: &Element, target: Target, after: u64, observer: &mut O) {
        let at = self.clock.now() + after;
        if self.can_end(target) {
            self.kill(target, observer);
        }
        self.faults.begin_boot(element, at);
        self.set_timer(at, TimerEvent::Boot(element.clone()));
    }

    /// Handles the end of a boot, unless the element was killed or restored in the meantime.
    pub(super) fn boot_due<O: Observer>(&mut self, element: &Element, observer: &mut O) {
        if !self.faults.complete_boot(element, self.clock.now()) {
            return;
        }
        if let Ok(target) = self.restorable(element) {
            self.restore(target, observer);
            self.note(observer, None, EventKind::Booted(element.clone()));
        }
    }

    /// Ends a process if it hangs.
    fn end_hang<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        if self.is_hung(station) {
            self.stations[station].set_crashed(true);
            self.refresh_health();
            self.stop(station, Status::Reset, observer);
        }
    }

    fn has_stopped_parts(&self, server: ServerIx) -> bool {
        let is_down = |station: StationIx| self.stations[station].is_crashed() || self.is_hung(station);
        self.stations_on(server).into_iter().any(is_down)
    }
}
