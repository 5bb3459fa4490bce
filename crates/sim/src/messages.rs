//! Messages that are not requests: agents' samples in transit to the monitoring service, and scrapes.

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

/// A scrape of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scrape {
    pub(crate) agent: AgentIx,
    /// When the service sent the request.
    pub(crate) sent: SimTime,
}

/// Content of a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MessageContent {
    /// An agent pushes a sample.
    Push(Sample),
    /// The service asks an agent for its samples.
    Scrape(Scrape),
    /// The agent's response. The first reading after a start has no sample.
    Scraped(Scrape, Option<Sample>),
    /// The agent's host refuses the connection.
    Refused(Scrape),
    /// Nothing: the service stops waiting for the agent.
    Timeout(Scrape),
    /// Nothing: the service that waited for it has ended.
    Cancelled,
}

/// A message that is not a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) link: LinkIx,
    pub(crate) departed: SimTime,
    pub(crate) arrives: SimTime,
    pub(crate) content: MessageContent,
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

    /// Cancels the scrapes on a link, because the service has ended.
    pub(crate) fn cancel(&mut self, link: LinkIx) {
        self.0.for_each_slot(|slot| {
            if let Some(message) = slot.as_mut().filter(|message| message.link == link) {
                message.content = MessageContent::Cancelled;
            }
        });
    }

    /// The messages as packets.
    pub(super) fn packets(&self, now: SimTime) -> impl Iterator<Item = Packet> + '_ {
        self.0.iter().flatten().filter_map(move |message| {
            let travelled = fraction(message.departed, message.arrives, now);
            let (heading, position) = match message.content {
                MessageContent::Push(_) | MessageContent::Scrape(_) => (Heading::Request, travelled),
                MessageContent::Scraped(..) | MessageContent::Refused(_) => (Heading::Response, 1.0 - travelled),
                MessageContent::Timeout(_) | MessageContent::Cancelled => return None,
            };
            Some(Packet { cargo: PacketContent::Metrics, link: message.link, heading, position, motion: Motion::Moving })
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
