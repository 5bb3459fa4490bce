//! Periodic work that users do not cause: taking and delivering samples, and once-a-second updates.
//!
//! These messages are few and occupy no slots.

use crate::database::schedule_heartbeats;
use crate::event::Kind;
use crate::index::{AgentIx, Ix, MessageIx};
use crate::journal::{EventKind, Observer};
use crate::messages::Message;
use crate::simulation::Simulation;
use crate::station::Passage;
use crate::time::{SECOND, SimTime};

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

    /// Takes an agent's sample and pushes it.
    pub(super) fn sample<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = std::sync::Arc::clone(&self.plan);
        let agent_plan = &plan.agents[agent];
        self.clock.schedule(self.clock.now() + agent_plan.interval, Kind::Sample, agent.raw());
        if !self.health(agent_plan.station).is_up() {
            return;
        }
        let read = self.monitoring.read(agent, &plan, &mut self.stations, self.clock.now());
        let Some(mut sample) = read else { return };
        sample.rows.iter_mut().for_each(|row| self.add_state(row));
        self.tell(observer, None, || EventKind::Sampled { agent: agent_plan.station, rows: sample.rows.as_slice().into() });
        let Some(link) = agent_plan.push else { return };
        let hop = &plan.hops[link];
        for guard in &hop.guards {
            self.firewalls.count(guard.firewall, guard.verdict);
            if guard.verdict.action != hoplight_model::firewall::RuleAction::Allow {
                self.note(observer, None, EventKind::Blocked { link, guard: *guard });
                return;
            }
        }
        if self.passage(link) == Passage::Open {
            self.post(Message {
                link,
                departed: self.clock.now(),
                arrives: self.clock.now() + self.links[link].stretch(hop.latency),
                sample,
            });
        } else {
            self.note(observer, None, EventKind::Vanished { link });
        }
    }

    /// Delivers a message that is not a request.
    pub(super) fn message_arrives<O: Observer>(&mut self, place: MessageIx, observer: &mut O) {
        let message = self.monitoring.take_message(place);
        let to = self.plan.hops[message.link].to;
        if !self.health(to).is_up() {
            return;
        }
        self.monitoring.receive(message.sample, &self.plan, self.clock.now(), observer);
    }

    /// Performs the once-a-second updates.
    pub(super) fn second<O: Observer>(&mut self, observer: &mut O) {
        self.stations.roll_second(self.clock.now());
        self.adapt_population();
        if self.is_monitored() {
            self.monitoring.evaluate_silence(&self.plan, self.clock.now(), observer);
        } else {
            self.monitoring.stop_listening(self.clock.now());
        }
        if !self.plan.pair.is_empty() {
            self.refresh_arp(observer);
        }
        self.clock.schedule(self.clock.now() + SECOND, Kind::Second, 0);
    }
}
