//! Messages in transit as packets, for the screen to draw.

use hoplight_model::{LinkIx, Protocol};

use crate::index::RequestIx;
use crate::messages::fraction;
use crate::packet::{Activity, Heading, Motion, Packet, PacketContent, Present};
use crate::request::{CROSSED, HOME, Lost, Request, State};
use crate::simulation::Simulation;
use crate::time::SimTime;

impl Simulation {
    /// All messages in transit, and lost messages whose senders are still waiting.
    pub fn packets(&self) -> impl Iterator<Item = Packet> + '_ {
        let requests = self.requests.iter().filter(|request| !request.is_check()).filter_map(|request| self.packet(request));
        requests
            .chain(self.monitoring.packets(self.clock.now()))
            .chain(self.databases.packets(&self.plan.databases, self.clock.now()))
    }

    /// The current activity of a request whose user is still waiting.
    pub fn present(&self, number: u64) -> Option<Present> {
        self.present_at(&mut RequestIx::default(), number)
    }

    /// Like `present`, for repeated queries: `hint` is the last known position of the request's record and is updated.
    pub(crate) fn present_at(&self, hint: &mut RequestIx, number: u64) -> Option<Present> {
        let is_it = |request: &Request| request.number == number && request.is_awaited();
        let request = if let Some(request) = self.requests.get(*hint).filter(|request| is_it(request)) {
            request
        } else {
            let (place, request) = self.requests.enumerate().find(|(_, request)| is_it(request))?;
            *hint = place;
            request
        };
        let doing = match request.state {
            State::OnWire => Activity::Travels(request.link(), request.heading),
            State::InService | State::Committing => Activity::Served(request.station),
            State::Queued => Activity::Waits(request.station),
            State::Lost(_) => Activity::Lost(request.link()),
            State::Pausing => Activity::Pauses(self.plan.hops[request.path[usize::from(request.depth)]].from),
            State::Collapsed | State::Released => Activity::Waits(self.plan.hops[request.link()].to),
            State::Backlogged | State::Admitted => Activity::Waits(self.plan.hops[request.path[usize::from(request.depth)]].from),
            State::Zombie | State::Free => return None,
        };
        let until = (request.pending != 0).then_some(request.arrives);
        Some(Present { kind: request.kind, phase: request.phase, doing, since: request.departed, until })
    }

    /// When a request that is in flight was sent.
    pub fn born(&self, number: u64) -> Option<SimTime> {
        let is_it = |request: &&Request| request.number == number && request.is_awaited();
        self.requests.iter().find(is_it).map(|request| request.born)
    }

    /// A number that changes whenever a message other than a request is sent on a link.
    pub(crate) fn traffic_mark(&self, link: LinkIx, protocol: Protocol) -> u64 {
        match protocol {
            Protocol::Replication => {
                let mut streams = self.plan.databases.streams.iter().filter(|stream| stream.link == link);
                streams.next().map_or(0, |stream| self.databases.sent_position(stream.to))
            }
            Protocol::Vrrp => self.address.adverts(link, &self.plan),
            Protocol::Http => self.links[link].check_mark(),
            _ => 0,
        }
    }

    fn packet(&self, request: &Request) -> Option<Packet> {
        if request.depth == 0 {
            return None;
        }
        let link = request.link();
        let hop = &self.plan.hops[link];
        let back = request.heading == Heading::Response;
        if back && request.leg == HOME {
            return None;
        }
        // The firewall that the message is at or reaches next.
        let place = if back { (request.leg & !CROSSED).saturating_sub(1) } else { request.leg };
        let leg = usize::from(place);
        // Outbound firewalls are next to the sender, inbound ones next to the receiver.
        let beside = |place: usize| if place < hop.outward { 0.0 } else { 1.0 };
        let guard = |leg: u8| hop.guards.get(usize::from(leg)).map(|guard| hop.judged(*guard, leg, request.phase));
        let (position, motion) = match request.state {
            State::OnWire if back => (1.0 - fraction(request.departed, request.arrives, self.clock.now()), Motion::Moving),
            State::OnWire => (fraction(request.departed, request.arrives, self.clock.now()), Motion::Moving),
            State::Queued | State::InService | State::Committing => {
                let guard = guard(place).filter(|guard| guard.members().any(|firewall| firewall == request.station))?;
                (beside(leg), Motion::AtFirewall(guard))
            }
            State::Lost(Lost::Dropped(place)) => (beside(usize::from(place)), Motion::Blocked(guard(place)?)),
            State::Lost(Lost::Cut) => (0.5, Motion::Lost),
            State::Lost(Lost::Silent | Lost::Unanswered | Lost::Syn) => (1.0, Motion::Lost),
            State::Lost(Lost::Unread) => (0.0, Motion::Lost),
            State::Lost(Lost::DeadFirewall(place)) => (beside(usize::from(place)), Motion::Lost),
            State::Pausing
            | State::Backlogged
            | State::Collapsed
            | State::Released
            | State::Admitted
            | State::Zombie
            | State::Free => return None,
        };
        Some(Packet {
            cargo: PacketContent::Request {
                number: request.number,
                kind: request.kind,
                phase: request.phase,
                ok: request.heading == Heading::Request || !request.status.is_failure(),
                orphan: !request.is_awaited(),
            },
            link,
            heading: request.heading,
            position,
            motion,
        })
    }
}
