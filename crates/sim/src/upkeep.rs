//! What happens without a user: samples and their delivery, the whole second.
//!
//! These messages are few and take no slot. Must not touch requests.

use super::checks::Passage;
use super::event::Kind;
use super::journal::{EventKind, Observer};
use super::monitoring::Sample;
use super::packet::{Heading, Motion, Packet, PacketContent};
use super::simulation::Simulation;
use super::time::{SECOND, SimTime};
use crate::index::{AgentIx, Ix, LinkIx, MessageIx};
use crate::slab::Slab;

/// A message that is no request.
#[derive(Clone, Debug, PartialEq)]
struct Message {
    link: LinkIx,
    departed: SimTime,
    arrives: SimTime,
    sample: Sample,
}

/// The messages on their way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Messages(Slab<MessageIx, Option<Message>>);

impl Messages {
    /// The messages as packets.
    pub(super) fn packets(&self, now: SimTime) -> impl Iterator<Item = Packet> + '_ {
        self.0.iter().flatten().map(move |message| Packet {
            cargo: PacketContent::Metrics,
            link: message.link,
            heading: Heading::Request,
            position: fraction(message.departed, message.arrives, now),
            motion: Motion::Moving,
        })
    }
}

/// How far a message is, from 0 to 1.
pub(super) fn fraction(departed: SimTime, arrives: SimTime, now: SimTime) -> f64 {
    let whole = arrives.nanos().saturating_sub(departed.nanos());
    if whole == 0 {
        return 1.0;
    }
    (now.nanos().saturating_sub(departed.nanos()) as f64 / whole as f64).clamp(0.0, 1.0)
}

impl Simulation {
    /// Schedules everything that comes again and again.
    pub(super) fn schedule_upkeep(&mut self) {
        self.schedule_checks();
        self.schedule_heartbeats();
        self.schedule_adverts();
        for agent in self.plan.agents.indices() {
            self.schedule(self.now, Kind::Sample, agent.raw());
        }
        self.schedule(self.now + SECOND, Kind::Second, 0);
    }

    fn dispatch(&mut self, message: Message) {
        let arrives = message.arrives;
        let place = self.messages.0.insert(Some(message));
        self.schedule(arrives, Kind::Message, place.raw());
    }

    /// An agent takes a sample and pushes it.
    pub(super) fn sample<O: Observer>(&mut self, agent: AgentIx, observer: &mut O) {
        let plan = std::sync::Arc::clone(&self.plan);
        let agent_plan = &plan.agents[agent];
        self.schedule(self.now + agent_plan.interval, Kind::Sample, agent.raw());
        if !self.health(agent_plan.station).is_up() {
            return;
        }
        let state = &mut self.agents[agent];
        let read = state.read(agent, agent_plan, &plan, (&mut self.stations, &self.gauges), self.now);
        let Some(mut sample) = read else { return };
        sample.rows.iter_mut().for_each(|row| self.ask_state(row));
        self.tell(observer, None, || EventKind::Sampled { agent: agent_plan.station, rows: sample.rows.as_slice().into() });
        let Some(link) = agent_plan.push else { return };
        let hop = &plan.hops[link];
        for guard in &hop.guards {
            self.count_rule(guard.firewall, guard.verdict);
            if guard.verdict.action != hoplight_model::firewall::RuleAction::Allow {
                self.note(observer, None, EventKind::Blocked { link: link, guard: *guard });
                return;
            }
        }
        if self.passage(link) == Passage::Open {
            self.dispatch(Message { link, departed: self.now, arrives: self.now + self.stretched(link, hop.latency), sample });
        } else {
            self.note(observer, None, EventKind::Vanished { link: link });
        }
    }

    /// A message that is no request arrives.
    pub(super) fn message_arrives<O: Observer>(&mut self, place: MessageIx, observer: &mut O) {
        let Some(message) = self.messages.0.take(place) else { return };
        let to = self.plan.hops[message.link].to;
        if !self.health(to).is_up() {
            return;
        }
        self.sample_arrives(message.sample, observer);
    }

    /// A whole second has passed.
    pub(super) fn second<O: Observer>(&mut self, observer: &mut O) {
        let (stations, now) = (&mut self.stations, self.now);
        self.rolling.retain(|station| stations[*station].roll_second(now));
        self.judge_silence(observer);
        self.schedule(self.now + SECOND, Kind::Second, 0);
    }
}
