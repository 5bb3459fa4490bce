//! Messages that are not requests: agents' samples in transit to the monitoring service.

use crate::index::{AgentIx, LinkIx, MessageIx};
use crate::packet::{Heading, Motion, Packet, PacketContent};
use crate::slab::Slab;
use crate::time::SimTime;
use crate::view::ComponentSample;

/// A set of measurements in transit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) agent: AgentIx,
    pub(crate) taken: SimTime,
    pub(crate) rows: Vec<ComponentSample>,
}

/// A message that is not a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) link: LinkIx,
    pub(crate) departed: SimTime,
    pub(crate) arrives: SimTime,
    pub(crate) sample: Sample,
}

/// All messages in transit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Messages(Slab<MessageIx, Option<Message>>);

impl Messages {
    pub(crate) fn insert(&mut self, message: Message) -> MessageIx {
        self.0.insert(Some(message))
    }

    pub(crate) fn take(&mut self, index: MessageIx) -> Message {
        self.0.take(index).expect("a message arrives once")
    }

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

/// Fraction of the way that a message has travelled, from 0 to 1.
pub(super) fn fraction(departed: SimTime, arrives: SimTime, now: SimTime) -> f64 {
    let whole = arrives.nanos().saturating_sub(departed.nanos());
    if whole == 0 {
        return 1.0;
    }
    (now.nanos().saturating_sub(departed.nanos()) as f64 / whole as f64).clamp(0.0, 1.0)
}
