//! How things end: processes, servers, links, and somebody's patience.
//!
//! Must not decide what a failure means for a user; it only cuts connections and stops waiting.

use std::sync::Arc;

use hoplight_model::firewall::Direction;
use hoplight_model::{Element, TopologyEdit};

use super::command::{Command, CommandError};
use super::event::Kind;
use super::flow::{CROSSED, component_ix};
use super::journal::{EventKind, FailureReason, Observer};
use super::outcome::Failure;
use super::packet::Heading;
use super::plan::Role;
use super::request::{Lost, NO_FLOOR, NONE, State, Status};
use super::simulation::{Simulation, index};
use super::station::Deadline;
use super::view::Health;

/// Marks the random streams of requests that were sent by hand.
const SENT_BY_HAND: u64 = 1 << 63;

impl Simulation {
    /// Does a command now.
    ///
    /// # Errors
    /// Says why nothing happened. The simulation is then unchanged.
    pub fn apply<O: Observer>(&mut self, command: &Command, observer: &mut O) -> Result<(), CommandError> {
        let what = match command {
            Command::Kill(element) => {
                self.kill(element, observer)?;
                self.forget_boots(element);
                EventKind::Killed(element.clone())
            }
            Command::Restore(element) => {
                self.restore(element, observer)?;
                self.forget_boots(element);
                EventKind::Restored(element.clone())
            }
            Command::Edit(edit) => {
                if !self.edit(edit)? {
                    // It is so already: no news.
                    return Ok(());
                }
                EventKind::Edited(edit.clone())
            }
            Command::Rate(rate) => {
                self.set_rate(*rate)?;
                EventKind::RateSet(rate.get())
            }
            Command::Send(kind) => {
                self.sent += 1;
                self.user_asks(*kind, SENT_BY_HAND | self.sent, true, observer);
                return Ok(());
            }
            Command::Promote(database) => {
                self.promote_by_hand(database)?;
                EventKind::Promoting(database.clone())
            }
            Command::Demote(database) => {
                // The note is made where the role changes.
                return self.demote_by_hand(database, observer);
            }
            Command::Lag(database, lag) => {
                self.set_lag(database, *lag)?;
                EventKind::LagSet(database.clone(), lag.get())
            }
            Command::Drain(element) => {
                self.drain(element, true, observer)?;
                EventKind::Drained(element.clone())
            }
            Command::Ready(element) => {
                self.drain(element, false, observer)?;
                EventKind::Ready(element.clone())
            }
            // The notes are made where things happen.
            Command::Restart(element, after) => return self.restart(element, *after, observer),
            Command::Fault(fault) => return self.set_fault(fault, true, observer),
            Command::Heal(fault) => return self.set_fault(fault, false, observer),
            Command::Retries(retries) => {
                self.retries = *retries;
                EventKind::RetriesSet(*retries)
            }
            Command::SynCookies(on) => {
                self.faults.syn_cookies = *on;
                EventKind::SynCookies(*on)
            }
            Command::Scan => EventKind::Scanned { open: self.scan_ports() },
            Command::Balance(algorithm) => {
                self.algorithm = Some(*algorithm);
                EventKind::BalanceSet(*algorithm)
            }
            Command::Probe(interval) => {
                if !self.set_probe(*interval, observer)? {
                    return Ok(());
                }
                EventKind::ProbeSet(interval.map(hoplight_model::quantity::Seconds::get))
            }
        };
        self.note(observer, None, what);
        Ok(())
    }

    /// Changes the topology. Returns whether that made a difference.
    fn edit(&mut self, edit: &TopologyEdit) -> Result<bool, CommandError> {
        if let TopologyEdit::Block(from, to) | TopologyEdit::Unblock(from, to) = edit {
            let hop = Element::Hop(from.clone(), to.clone());
            let link = self.infra.link_between(from.as_str(), to.as_str()).ok_or_else(|| CommandError::Unknown(hop.clone()))?;
            if self.infra.hop(link).guards.is_empty() {
                return Err(CommandError::NoFirewall(hop));
            }
        }
        let edited = self.infra.edited(edit);
        if edited == *self.infra {
            return Ok(false);
        }
        let tls_changed = edited.tls() != self.infra.tls();
        self.infra = Arc::new(edited);
        self.replan();
        if tls_changed {
            self.close_connections(|_| true);
        }
        // A firewall that loads another list of rules counts from zero.
        for (firewall, spec) in self.infra.firewalls() {
            let Some(hits) = self.rule_hits[firewall.index()].as_deref_mut() else { continue };
            for (list, direction) in hits.iter_mut().zip([Direction::Inbound, Direction::Outbound]) {
                let length = spec.rules(direction).len() + 1;
                if list.len() != length {
                    *list = vec![0; length];
                }
            }
        }
        Ok(true)
    }

    /// What a kill or restore is about, if it exists and may be killed.
    pub(super) fn target(&self, element: &Element) -> Result<u32, CommandError> {
        let unknown = || CommandError::Unknown(element.clone());
        match element {
            Element::Component(id) => {
                let ix = self.infra.find(id.as_str()).ok_or_else(unknown)?;
                if matches!(self.plan.stations[ix.index()].role, Role::Browser) {
                    return Err(CommandError::NotPart(element.clone()));
                }
                Ok(index(ix.index()))
            }
            Element::Server(id) => self.plan.servers.iter().position(|server| server == id).map(index).ok_or_else(unknown),
            Element::Hop(from, to) => {
                self.infra.link_between(from.as_str(), to.as_str()).map(|link| index(link.index())).ok_or_else(unknown)
            }
        }
    }

    pub(super) fn kill<O: Observer>(&mut self, element: &Element, observer: &mut O) -> Result<(), CommandError> {
        let target = self.target(element)?;
        let hangs = matches!(element, Element::Component(_)) && self.is_hung(target);
        if self.is_up(element) == Some(false) && !hangs {
            return Err(CommandError::AlreadyDown(element.clone()));
        }
        match element {
            Element::Component(_) => {
                self.stations[target as usize].crashed = true;
                self.refresh_health();
                self.stop(target, Status::Reset, observer);
            }
            Element::Server(_) => {
                let on_it: Vec<u32> = self.stations_on(target);
                let were_up: Vec<u32> = on_it.into_iter().filter(|station| self.health(*station).accepts()).collect();
                self.servers_off[target as usize] = true;
                self.refresh_health();
                for station in were_up {
                    self.stop(station, Status::Ok, observer);
                }
            }
            Element::Hop(..) => self.cut(target, true),
        }
        Ok(())
    }

    pub(super) fn stations_on(&self, server: u32) -> Vec<u32> {
        (0u32..).zip(&self.plan.stations).filter(|(_, plan)| plan.server == Some(server)).map(|(station, _)| station).collect()
    }

    pub(super) fn restore<O: Observer>(&mut self, element: &Element, observer: &mut O) -> Result<(), CommandError> {
        let target = self.target(element)?;
        if self.is_up(element) == Some(true) && !self.has_crashed_parts(element, target) {
            return Err(CommandError::AlreadyUp(element.clone()));
        }
        match element {
            Element::Component(_) => {
                if self.health(target) == Health::PoweredOff
                    && let Some(server) = self.plan.stations[target as usize].server
                {
                    let server = Element::Server(self.plan.servers[server as usize].clone());
                    return Err(CommandError::ServerOff { component: element.clone(), server });
                }
                if self.faults.stations[target as usize].misconfigured {
                    return Err(CommandError::BadConfiguration(element.clone()));
                }
                self.end_hang(target, observer);
                self.start(target);
            }
            Element::Server(_) => {
                // A server that boots starts all that is installed on it.
                let on_it = self.stations_on(target);
                let were_down: Vec<u32> = on_it.into_iter().filter(|station| !self.health(*station).is_up()).collect();
                self.servers_off[target as usize] = false;
                for station in were_down {
                    self.end_hang(station, observer);
                    if !self.faults.stations[station as usize].misconfigured {
                        self.start(station);
                    }
                }
            }
            Element::Hop(..) => self.cut(target, false),
        }
        self.refresh_health();
        Ok(())
    }

    /// A process that stands still is ended, if it does.
    fn end_hang<O: Observer>(&mut self, station: u32, observer: &mut O) {
        if self.is_hung(station) {
            self.stations[station as usize].crashed = true;
            self.refresh_health();
            self.stop(station, Status::Reset, observer);
        }
    }

    fn cut(&mut self, link: u32, cut: bool) {
        let line = &mut self.lines[link as usize];
        line.cut = cut;
        line.touch();
    }

    fn has_crashed_parts(&self, element: &Element, target: u32) -> bool {
        let is_down = |station: u32| self.stations[station as usize].crashed || self.is_hung(station);
        matches!(element, Element::Server(_)) && self.stations_on(target).into_iter().any(is_down)
    }

    /// A station stops: whatever it had is gone. `Reset` tells the askers at once; anything else leaves them in the dark.
    pub(super) fn stop<O: Observer>(&mut self, station: u32, notice: Status, observer: &mut O) {
        let now = self.now;
        self.faults.stations[station as usize].hung = None;
        self.database_stops(station);
        for place in 0..self.stations[station as usize].queue.len() {
            let since = self.requests[self.stations[station as usize].queue[place]].departed;
            self.stations[station as usize].waited(now - since);
        }
        self.resolver_stops(station);
        self.close_connections(|hop| hop.from == station || hop.to == station);
        self.stations[station as usize].clear(now);
        self.gauges[station as usize].restart();
        if let Role::Balancer(balancer) = &self.plan.stations[station as usize].role {
            self.rotas[balancer.number as usize].clear();
            self.router_stops(station);
        }
        // A balancer that starts again takes every backend for UP, until its checks know better.
        for (hop, line) in self.plan.hops.iter().zip(&mut self.lines) {
            if hop.from == station {
                line.backend_up = true;
                line.streak = 0;
                line.credit = 0;
                line.check = None;
            }
        }
        for (agent, plan) in self.plan.agents.iter().enumerate() {
            if plan.station == station {
                self.agents[agent].forget();
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
            let level =
                levels.into_iter().find(|level| self.plan.hops[record.path[usize::from(*level) - 1] as usize].to == station);
            match level {
                Some(level) if level < record.depth => {
                    // It waited for somebody downstream, who goes on working for nobody.
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
    fn die<O: Observer>(&mut self, request: u32, notice: Status, observer: &mut O) {
        let record = &mut self.requests[request];
        // The slot and the connection are gone with the process.
        record.holds &= !(1 << record.depth);
        record.inside &= !(1 << record.depth);
        record.heading = Heading::Response;
        if notice == Status::Reset {
            self.answer(request, Status::Reset, observer);
        } else {
            self.lose(request, Lost::Silent, observer);
        }
    }

    /// The component at `level` stops waiting. Returns the record that goes on for the user from that level; work that is
    /// still under way below keeps the old one.
    pub(super) fn abandon(&mut self, request: u32, level: u8) -> u32 {
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
        heir.predecessor = request;
        let heir = self.requests.insert(heir);
        let worker = &mut self.requests[request];
        worker.floor = level;
        worker.holds &= below;
        worker.inside &= below;
        worker.pooled &= below;
        worker.successor = heir;
        let after = self.requests[heir].successor;
        if after != NONE {
            self.requests[after].predecessor = heir;
        }
        heir
    }

    /// The oldest deadlines of a station are due.
    pub(super) fn deadline_due<O: Observer>(&mut self, station: u32, observer: &mut O) {
        if self.is_hung(station) {
            // It looks at its clock when it goes on.
            self.stations[station as usize].timer_armed = false;
            return;
        }
        while let Some(deadline) = self.stations[station as usize].deadlines.front().copied() {
            let waiting = self.who_waits(&deadline);
            if waiting.is_some() && deadline.at > self.now {
                self.schedule(deadline.at, Kind::Deadline, station);
                return;
            }
            self.stations[station as usize].deadlines.pop_front();
            if let Some(request) = waiting {
                self.give_up(request, station, deadline.level, observer);
            }
        }
        self.stations[station as usize].timer_armed = false;
    }

    /// The record of the request that still waits for a deadline, if one does.
    pub(super) fn who_waits(&self, deadline: &Deadline) -> Option<u32> {
        let request = self.resolve(deadline.request, deadline.generation, deadline.level)?;
        let record = &self.requests[request];
        let at_level = record.depth > deadline.level || (deadline.level == 0 && record.state != State::Zombie);
        (at_level && record.clocks[usize::from(deadline.level)] == deadline.clock).then_some(request)
    }

    /// Finds the record that stands for a request at `level`, from one that a timer named.
    fn resolve(&self, request: u32, generation: u32, level: u8) -> Option<u32> {
        if self.requests.generation(request) != generation {
            return None;
        }
        let mut request = request;
        loop {
            let record = self.requests.get(request)?;
            if record.floor == NO_FLOOR || level > record.floor {
                return (record.state != State::Zombie).then_some(request);
            }
            request = record.successor;
        }
    }

    /// The component at `level` has waited long enough.
    fn give_up<O: Observer>(&mut self, request: u32, station: u32, level: u8, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.note(observer, Some(tag), EventKind::GivesUp { component: component_ix(station) });
        if level == 0 {
            self.end(request, Err(Failure::TimedOut), observer);
            let record = &mut self.requests[request];
            if record.depth == 1 && matches!(record.state, State::Lost(_)) {
                self.close_call(request);
                self.discard(request);
            } else {
                // The work goes on for nobody.
                record.floor = 0;
                let link = record.path[0];
                let line = &mut self.lines[link as usize];
                line.active = line.active.saturating_sub(1);
            }
            return;
        }
        let (kind, link) = (self.requests[request].kind, self.requests[request].path[usize::from(level)]);
        if self.asks_database(station, kind) {
            self.driver_learns(station, kind, link, false);
        }
        let failure = match self.plan.stations[station as usize].role {
            Role::App => Failure::ServerError,
            _ => Failure::GatewayTimeout,
        };
        let request = self.abandon(request, level);
        self.fail(request, station, failure, FailureReason::Timeout, observer);
    }
}
