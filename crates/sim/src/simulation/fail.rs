//! How things end: processes, servers, links, and an asker's patience.

use hoplight_model::Element;
use hoplight_model::behaviour::Reaction;
use hoplight_model::quantity::Seconds;

use crate::command::CommandError;
use crate::event::Kind;
use crate::index::{Ix, LinkIx, RequestIx, ServerIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::packet::Heading;
use crate::plan::Role;
use crate::request::CROSSED;
use crate::request::{Lost, NO_FLOOR, State, Status};
use crate::simulation::Simulation;
use crate::simulation::apply::Target;
use crate::station::Deadline;
use crate::timers::TimerEvent;
use crate::view::Health;

/// How long a process takes to start, and a server to boot, unless the command says otherwise: teaching choices.
const PROCESS_STARTS: Seconds = Seconds::literal(1.0);
const SERVER_BOOTS: Seconds = Seconds::literal(20.0);

impl Simulation {
    /// What a command to kill an element ends.
    pub(super) fn killable(&self, element: &Element) -> Result<Target, CommandError> {
        let target = self.target(element)?;
        if self.can_end(target) { Ok(target) } else { Err(CommandError::AlreadyDown(element.clone())) }
    }

    /// Whether there is something to end: a hung process counts.
    fn can_end(&self, target: Target) -> bool {
        match target {
            Target::Station(station) => self.health(station).accepts(),
            Target::Server(server) => !self.stations.is_off(server),
            Target::Link(link) => !self.links[link].cut,
        }
    }

    /// Ends a process, switches a server off, or cuts a link.
    pub(super) fn kill<O: Observer>(&mut self, target: Target, observer: &mut O) {
        match target {
            Target::Station(station) => {
                self.stations[station].crashed = true;
                self.refresh_health();
                self.stop(station, Status::Reset, observer);
            }
            Target::Server(server) => {
                let on_it = self.stations_on(server);
                let were_up: Vec<StationIx> = on_it.into_iter().filter(|station| self.health(*station).accepts()).collect();
                self.stations.set_off(server, true);
                self.refresh_health();
                for station in were_up {
                    self.stop(station, Status::Ok, observer);
                }
            }
            Target::Link(link) => self.cut(link, true),
        }
    }

    /// What a command to restore an element starts.
    pub(super) fn restorable(&self, element: &Element) -> Result<Target, CommandError> {
        let target = self.target(element)?;
        let is_whole = match target {
            Target::Station(station) => self.health(station).is_up(),
            Target::Server(server) => !self.stations.is_off(server) && !self.has_stopped_parts(server),
            Target::Link(link) => !self.links[link].cut,
        };
        if is_whole {
            return Err(CommandError::AlreadyUp(element.clone()));
        }
        if let Target::Station(station) = target {
            if self.health(station) == Health::PoweredOff {
                let server = self.plan.stations[station].server.expect("only what runs on a server is powered off");
                let server = Element::Server(self.plan.servers[server].clone());
                return Err(CommandError::ServerOff { component: element.clone(), server });
            }
            if self.faults.stations[station].misconfigured {
                return Err(CommandError::BadConfiguration(element.clone()));
            }
        }
        Ok(target)
    }

    /// Starts a process, switches a server on, or mends a link.
    pub(super) fn restore<O: Observer>(&mut self, target: Target, observer: &mut O) {
        match target {
            Target::Station(station) => {
                self.end_hang(station, observer);
                self.start(station);
            }
            Target::Server(server) => {
                // A server that boots starts all that is installed on it.
                let on_it = self.stations_on(server);
                let were_down: Vec<StationIx> = on_it.into_iter().filter(|station| !self.health(*station).is_up()).collect();
                self.stations.set_off(server, false);
                for station in were_down {
                    self.end_hang(station, observer);
                    if !self.faults.stations[station].misconfigured {
                        self.start(station);
                    }
                }
            }
            Target::Link(link) => self.cut(link, false),
        }
        self.refresh_health();
    }

    /// Finds what a command to restart an element ends and starts, and how long that usually takes.
    pub(super) fn restartable(&self, element: &Element) -> Result<(Target, Seconds), CommandError> {
        let usual = match element {
            Element::Component(_) => PROCESS_STARTS,
            Element::Server(_) => SERVER_BOOTS,
            Element::Hop(..) => return Err(CommandError::NoProcess(element.clone())),
        };
        Ok((self.target(element)?, usual))
    }

    /// Ends an element if it runs, and starts it again after a time.
    pub(super) fn restart<O: Observer>(&mut self, element: &Element, target: Target, after: u64, observer: &mut O) {
        let at = self.clock.now() + after;
        self.note(observer, None, EventKind::Restarts(element.clone()));
        if self.can_end(target) {
            self.kill(target, observer);
        }
        self.faults.boots.push((element.clone(), at));
        self.set_timer(at, TimerEvent::Boot(element.clone()));
    }

    /// A boot is over, unless the element was killed or restored in the meantime.
    pub(super) fn boot_due<O: Observer>(&mut self, element: &Element, observer: &mut O) {
        let now = self.clock.now();
        let Some(place) = self.faults.boots.iter().position(|boot| *boot == (element.clone(), now)) else { return };
        self.faults.boots.remove(place);
        if let Ok(target) = self.restorable(element) {
            self.restore(target, observer);
            self.note(observer, None, EventKind::Restored(element.clone()));
        }
    }

    /// Cancels the pending boots of an element that is killed or restored.
    pub(super) fn forget_boots(&mut self, element: &Element) {
        self.faults.boots.retain(|(booting, _)| booting != element);
    }

    /// Ends a process if it hangs.
    fn end_hang<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        if self.is_hung(station) {
            self.stations[station].crashed = true;
            self.refresh_health();
            self.stop(station, Status::Reset, observer);
        }
    }

    fn cut(&mut self, link: LinkIx, cut: bool) {
        let line = &mut self.links[link];
        line.cut = cut;
        line.touch();
    }

    fn has_stopped_parts(&self, server: ServerIx) -> bool {
        let is_down = |station: StationIx| self.stations[station].crashed || self.is_hung(station);
        self.stations_on(server).into_iter().any(is_down)
    }

    /// A station stops: whatever it had is gone. `Reset` tells the askers at once; anything else leaves them in the dark.
    pub(super) fn stop<O: Observer>(&mut self, station: StationIx, notice: Status, observer: &mut O) {
        let now = self.clock.now();
        self.faults.stations[station].hung = None;
        self.database_stops(station);
        for place in 0..self.stations[station].queue.len() {
            let since = self.requests[self.stations[station].queue[place]].departed;
            self.stations[station].waited(now - since);
        }
        self.resolver_stops(station);
        self.close_connections(|hop| hop.from == station || hop.to == station);
        self.stations[station].clear(now);
        self.monitoring.stop(station, &self.plan);
        if let Role::Balancer(balancer) = &self.plan.stations[station].role {
            self.balancers.clear(balancer.number);
            self.address.stop(station, &self.plan);
        }
        // A balancer that starts again takes every backend for UP, until its checks know better.
        for (hop, line) in self.plan.hops.iter().zip(&mut self.links) {
            if hop.from == station {
                line.backend_up = true;
                line.streak = 0;
                line.credit = 0;
                line.check = None;
            }
        }
        for request in self.requests.indices() {
            let Some(record) = self.requests.get(request).copied() else { continue };
            if record.state == State::Zombie {
                continue;
            }
            let at_firewall =
                matches!(record.state, State::Queued | State::InService | State::Committing) && record.station == station;
            let levels = if record.floor == NO_FLOOR { 1 } else { record.floor + 1 }..=record.depth;
            let level = levels.into_iter().find(|level| self.plan.hops[record.path[usize::from(*level) - 1]].to == station);
            match level {
                Some(level) if level < record.depth => {
                    // It waited for a response; the work downstream goes on as an orphan.
                    let request = self.abandon(request, level);
                    self.die(request, notice, observer);
                }
                Some(_)
                    if at_firewall
                        || matches!(record.state, State::Pausing | State::Backlogged | State::Lost(Lost::Unanswered)) =>
                {
                    self.die(request, notice, observer);
                }
                Some(_) if record.state == State::Admitted => {
                    self.release(record.path[usize::from(record.depth)]);
                    self.die(request, notice, observer);
                }
                None if at_firewall => {
                    let place = if record.heading == Heading::Response { (record.leg & !CROSSED) - 1 } else { record.leg };
                    self.lose(request, Lost::DeadFirewall(place), observer);
                }
                // A message on the wire finds out when it arrives.
                _ => {}
            }
        }
    }

    /// A request dies with the station at its level.
    fn die<O: Observer>(&mut self, request: RequestIx, notice: Status, observer: &mut O) {
        let record = &mut self.requests[request];
        // The slot and the connection are gone with the process.
        record.holds &= !(1 << record.depth);
        record.inside &= !(1 << record.depth);
        record.heading = Heading::Response;
        if notice == Status::Reset {
            self.respond(request, Status::Reset, observer);
        } else {
            self.lose(request, Lost::Silent, observer);
        }
    }

    /// The component at `level` stops waiting. Returns the record that goes on for the user from that level; work that is
    /// still under way below keeps the old one.
    pub(super) fn abandon(&mut self, request: RequestIx, level: u8) -> RequestIx {
        let record = self.requests[request];
        if record.depth == level {
            return request;
        }
        let below = u32::MAX << (level + 1);
        if record.depth == level + 1 && matches!(record.state, State::Lost(_)) && (record.holds | record.inside) & below == 0 {
            self.close_call(request);
            self.requests[request].pending = 0;
            return request;
        }
        let link = record.path[usize::from(level)];
        self.release(link);
        self.place_freed(link);
        let mut heir = record;
        heir.depth = level;
        heir.holds &= !below;
        heir.inside &= !below;
        heir.pooled &= !below;
        heir.phase = heir.carries.take().unwrap_or(heir.phase);
        heir.pending = 0;
        heir.predecessor = Some(request);
        let heir = self.requests.insert(heir);
        let worker = &mut self.requests[request];
        worker.floor = level;
        worker.holds &= below;
        worker.inside &= below;
        worker.pooled &= below;
        worker.successor = Some(heir);
        let after = self.requests[heir].successor;
        if let Some(after) = after {
            self.requests[after].predecessor = Some(heir);
        }
        heir
    }

    /// The oldest deadlines of a station are due.
    pub(super) fn deadline_due<O: Observer>(&mut self, station: StationIx, observer: &mut O) {
        if self.is_hung(station) {
            // It looks at its clock when it goes on.
            self.stations[station].timer_armed = false;
            return;
        }
        while let Some(deadline) = self.stations[station].deadlines.front().copied() {
            let waiting = self.waiting_record(&deadline);
            if waiting.is_some() && deadline.at > self.clock.now() {
                self.clock.schedule(deadline.at, Kind::Deadline, station.raw());
                return;
            }
            self.stations[station].deadlines.pop_front();
            if let Some(request) = waiting {
                self.give_up(request, station, deadline.level, observer);
            }
        }
        self.stations[station].timer_armed = false;
    }

    /// The record of the request that still waits for a deadline, if one does.
    pub(super) fn waiting_record(&self, deadline: &Deadline) -> Option<RequestIx> {
        let request = self.resolve(deadline.request, deadline.generation, deadline.level)?;
        let record = &self.requests[request];
        let at_level = record.depth > deadline.level || (deadline.level == 0 && record.state != State::Zombie);
        (at_level && record.clocks[usize::from(deadline.level)] == deadline.clock).then_some(request)
    }

    /// Finds the record that stands for a request at `level`, from one that a timer named.
    fn resolve(&self, request: RequestIx, generation: u32, level: u8) -> Option<RequestIx> {
        if self.requests.generation(request) != generation {
            return None;
        }
        let mut request = request;
        loop {
            let record = self.requests.get(request)?;
            if record.floor == NO_FLOOR || level > record.floor {
                return (record.state != State::Zombie).then_some(request);
            }
            // Without a successor, the user has been served already.
            request = record.successor?;
        }
    }

    /// The component at `level` has waited long enough.
    fn give_up<O: Observer>(&mut self, request: RequestIx, station: StationIx, level: u8, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.note(observer, Some(tag), EventKind::GivesUp { component: station });
        if level == 0 {
            self.end(request, Err(Failure::TimedOut), observer);
            let record = &mut self.requests[request];
            if record.depth == 1 && matches!(record.state, State::Lost(_)) {
                self.close_call(request);
                self.discard(request);
            } else {
                // The work goes on as an orphan.
                record.floor = 0;
                let link = record.path[0];
                let line = &mut self.links[link];
                line.active = line.active.saturating_sub(1);
            }
            return;
        }
        let (kind, link) = (self.requests[request].kind, self.requests[request].path[usize::from(level)]);
        if self.asks_database(station, kind) {
            self.driver_learns(station, kind, link, false);
        }
        let policy = self.plan.stations[station].policy(kind, self.plan.hops[link].protocol);
        let Reaction::Report(error) = policy.timed_out else { unreachable!("who stops waiting reports an error") };
        let request = self.abandon(request, level);
        self.fail(request, station, error.into(), FailureReason::Timeout, observer);
    }
}
