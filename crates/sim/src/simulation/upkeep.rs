//! Periodic work that users do not cause: taking and delivering samples, and once-a-second updates.
//!
//! These messages are few and occupy no slots.

use crate::database::schedule_heartbeats;
use crate::event::Kind;
use crate::index::{AgentIx, Ix, LinkIx, MessageIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::messages::{Message, MessageContent, Sample, Scrape};
use crate::plan::{HopPlan, Reporting};
use crate::simulation::Simulation;
use crate::station::Passage;
use crate::time::{SECOND, SimTime};
use crate::view::Health;
use hoplight_model::firewall::RuleAction;
use hoplight_model::hop::Guard;

impl Simulation {
    /// Schedules all periodic events. `second` is the end of the current second.
    pub(super) fn schedule_upkeep(&mut self, second: SimTime) {
        self.schedule_checks();
        schedule_heartbeats(&self.plan.databases, &mut self.clock);
        self.address.start(&self.plan, &mut self.clock);
        for agent in self.plan.agents.indices() {
            self.clock.schedule(self.clock.now(), Kind::Sample, agent.raw());
        }
        self.clock.schedule(second, Kind::Second, 0);
    }

    fn post(&mut self, message: Message) {
        let arrives = message.arrives;
        let place = self.monitoring.send(message);
        self.clock.schedule(arrives, Kind::Message, place.raw());
    }

    /// Starts an agent's next report: the agent takes a sample and pushes it, or the service scrapes the agent.
    pub(super) fn sample<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = &self.plan.agents[agent];
        let (station, reporting) = (plan.station, plan.reporting);
        self.clock.schedule(self.clock.now() + plan.interval, Kind::Sample, agent.raw());
        match reporting {
            Reporting::Scrape(link) => self.scrape(Scrape { agent, sent: self.clock.now() }, link, observer),
            Reporting::None => _ = self.read_counters(agent, station, observer),
            Reporting::Push(link) => {
                if let Some(sample) = self.read_counters(agent, station, observer) {
                    self.push(sample, link, observer);
                }
            }
        }
    }

    /// Takes a sample, if the agent runs.
    fn read_counters<O: Observer>(&mut self, agent: AgentIx, station: StationIx, observer: &mut O) -> Option<Sample> {
        if !self.health(station).is_up() {
            return None;
        }
        let plan = std::sync::Arc::clone(&self.plan);
        let mut sample = self.monitoring.read(agent, &plan, &mut self.stations, self.clock.now())?;
        sample.rows.iter_mut().for_each(|row| self.add_state(row));
        self.tell(observer, None, || EventKind::Sampled { agent: station, rows: sample.rows.as_slice().into() });
        Some(sample)
    }

    /// Pushes a sample.
    fn push<O: Observer>(&mut self, sample: Sample, link: LinkIx, observer: &mut O) {
        if self.blocked_by(link, observer).is_some() {
            return;
        }
        if self.passage(link) == Passage::Open {
            self.send_metrics(link, MessageContent::Push(sample));
        } else {
            self.note(observer, None, EventKind::Vanished { link });
        }
    }

    /// The verdict of the firewall that blocks a new connection on a link, if there is one. Counts the verdicts.
    fn blocked_by<O: Observer>(&mut self, link: LinkIx, observer: &mut O) -> Option<RuleAction> {
        let plan = std::sync::Arc::clone(&self.plan);
        for guard in &plan.hops[link].guards {
            let guard = Guard { firewall: self.acting(guard).unwrap_or(guard.firewall), ..*guard };
            self.firewalls.count(guard.firewall, guard.verdict);
            if guard.verdict.action != RuleAction::Allow {
                self.note(observer, None, EventKind::Blocked { link, port: self.infra.port(link), guard });
                return Some(guard.verdict.action);
            }
        }
        None
    }

    /// Sends a message across a link.
    fn send_metrics(&mut self, link: LinkIx, content: MessageContent) {
        let latency = self.links[link].stretch(self.plan.hops[link].latency);
        let departed = self.clock.now();
        self.post(Message { link, departed, arrives: departed + latency, content });
    }

    /// Ends a scrape at its timeout.
    fn time_out(&mut self, scrape: Scrape, link: LinkIx) {
        let arrives = scrape.sent + self.plan.alerts.scrape_timeout;
        self.post(Message { link, departed: self.clock.now(), arrives, content: MessageContent::Timeout(scrape) });
    }

    /// Sends the next message of a scrape, if it arrives before the timeout.
    fn send_scrape(&mut self, scrape: Scrape, link: LinkIx, content: MessageContent) {
        let arrives = self.clock.now() + self.links[link].stretch(self.plan.hops[link].latency);
        if arrives < scrape.sent + self.plan.alerts.scrape_timeout {
            self.send_metrics(link, content);
        } else {
            self.time_out(scrape, link);
        }
    }

    /// Scrapes an agent, if the service runs. The service opens the connection.
    fn scrape<O: Observer>(&mut self, scrape: Scrape, link: LinkIx, observer: &mut O) {
        if !self.health(self.plan.hops[link].from).is_up() {
            return;
        }
        match self.blocked_by(link, observer) {
            Some(RuleAction::Reject | RuleAction::Reset) => self.send_scrape(scrape, link, MessageContent::Refused(scrape)),
            Some(RuleAction::Drop | RuleAction::Allow) => self.time_out(scrape, link),
            None if self.way(link) == Passage::Open => self.send_scrape(scrape, link, MessageContent::Scrape(scrape)),
            None => {
                self.note(observer, None, EventKind::Vanished { link });
                self.time_out(scrape, link);
            }
        }
    }

    /// Handles a scrape at the agent's host.
    fn answer_scrape<O: Observer>(&mut self, scrape: Scrape, link: LinkIx, observer: &mut O) {
        let station = self.plan.agents[scrape.agent].station;
        match self.health(station) {
            Health::Up => {
                let sample = self.read_counters(scrape.agent, station, observer);
                self.send_scrape(scrape, link, MessageContent::Scraped(scrape, sample));
            }
            Health::Crashed => self.send_scrape(scrape, link, MessageContent::Refused(scrape)),
            Health::Hung | Health::PoweredOff => self.time_out(scrape, link),
        }
    }

    /// Delivers a message that is not a request.
    pub(super) fn message_arrives<O: Observer>(&mut self, place: MessageIx, observer: &mut O) {
        let message = self.monitoring.take_message(place);
        let (now, plan) = (self.clock.now(), std::sync::Arc::clone(&self.plan));
        let HopPlan { from, to, .. } = plan.hops[message.link];
        let result = match message.content {
            MessageContent::Push(sample) => {
                if self.health(to).is_up() {
                    self.monitoring.receive(sample, &plan, now, observer);
                }
                return;
            }
            MessageContent::Cancelled => return,
            MessageContent::Scrape(scrape) => return self.answer_scrape(scrape, message.link, observer),
            MessageContent::Scraped(scrape, sample) => (scrape, true, sample),
            MessageContent::Refused(scrape) | MessageContent::Timeout(scrape) => (scrape, false, None),
        };
        let (scrape, up, sample) = result;
        if self.health(from).is_up() {
            self.monitoring.receive_scrape((scrape, up), sample, &plan, now, observer);
        }
    }

    /// Performs the once-a-second updates.
    pub(super) fn second<O: Observer>(&mut self, observer: &mut O) {
        self.stations.roll_second(self.clock.now());
        self.cores.roll_second(self.clock.now());
        self.adapt_population();
        self.caches.roll_second();
        self.roll_idle();
        if self.plan.limits_rates {
            self.rate_limits.roll_second();
        }
        let (now, is_monitored) = (self.clock.now(), self.is_monitored());
        if !self.plan.alerts.services.is_empty() {
            self.monitoring.note_service(is_monitored, now);
        }
        if is_monitored {
            self.monitoring.evaluate_silence(&self.plan, self.clock.now(), observer);
        } else {
            self.monitoring.stop_listening(self.clock.now());
        }
        if !self.plan.pair.is_empty() {
            self.refresh_arp(observer);
        }
        if let Some(watchdog) = &self.plan.alerts.watchdog
            && let Some(entry) = self.monitoring.watchdog.second(watchdog, is_monitored, now)
        {
            self.note(observer, None, EventKind::DeadMansSwitch { paged: entry.paged });
        }
        self.clock.schedule(self.clock.now() + SECOND, Kind::Second, 0);
    }
}
