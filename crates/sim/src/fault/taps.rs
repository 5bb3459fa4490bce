//! Wiretaps: counters of the messages that cross a hop, and of those that an eavesdropper can read.

use hoplight_model::{Cipher, Infrastructure, LinkIx, Protocol, RequestKind};

use crate::packet::{Heading, Phase};
use crate::request::Request;

/// What was captured on one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Link of the hop.
    pub link: LinkIx,
    /// Number of captured messages of users' requests.
    pub messages: u64,
    /// Number of captured messages in plaintext.
    pub readable: u64,
    /// Number of readable requests that contain a secret: a cookie, a form, or a session in a statement.
    pub secrets: u64,
    /// Whether the hop is currently in plaintext.
    plaintext: bool,
    /// Whether static pages are requested with a session.
    sessions: bool,
    /// Whether each kind of request shows a secret on port 80.
    on_port_80: [bool; 3],
}

/// The tapped hops.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taps(Vec<Tap>);

impl Taps {
    /// Starts capturing on a hop.
    pub(crate) fn insert(&mut self, link: LinkIx, infra: &Infrastructure) {
        self.0.push(Tap {
            link,
            messages: 0,
            readable: 0,
            secrets: 0,
            plaintext: is_plaintext(link, infra),
            sessions: has_sessions(infra),
            on_port_80: secrets_on_port_80(infra),
        });
    }

    /// Stops capturing on a hop.
    pub(crate) fn remove(&mut self, link: LinkIx) {
        self.0.retain(|tap| tap.link != link);
    }

    /// Updates which hops are in plaintext after an edit of the topology.
    pub(crate) fn refresh(&mut self, infra: &Infrastructure) {
        for tap in &mut self.0 {
            tap.plaintext = is_plaintext(tap.link, infra);
            tap.sessions = has_sessions(infra);
            tap.on_port_80 = secrets_on_port_80(infra);
        }
    }

    /// Captures a message on a tapped hop of this protocol.
    pub(crate) fn capture(&mut self, link: LinkIx, message: &Request, protocol: Protocol) {
        let is_query = message.heading == Heading::Request && message.phase.is_exchange();
        // A handshake has no content.
        let has_content = message.phase.is_exchange() || message.phase == Phase::Lookup;
        let tap = self.0.iter_mut().find(|tap| tap.link == link).expect("a tapped link has a tap");
        let is_on_port_80 = message.phase.is_plaintext() && message.depth == 1;
        let is_secret = match protocol {
            Protocol::Http if is_on_port_80 => tap.on_port_80[message.kind.index()],
            // A request carries the cookie or the login form.
            Protocol::Http => tap.sessions || !message.kind.is_static(),
            // A statement or a key names the session.
            Protocol::Sql | Protocol::Cache => true,
            Protocol::Dns | Protocol::Replication | Protocol::Metrics | Protocol::Vrrp => false,
        };
        tap.messages += 1;
        let is_plaintext = tap.plaintext || is_on_port_80;
        tap.readable += u64::from(is_plaintext && has_content);
        tap.secrets += u64::from(is_plaintext && is_query && is_secret);
    }

    /// Carries over the counts of a tapped hop from before a rebuild.
    pub(crate) fn carry(&mut self, link: LinkIx, old: Option<Tap>) {
        let Some(old) = old else { return };
        for tap in self.0.iter_mut().filter(|tap| tap.link == link) {
            *tap = Tap { link, plaintext: tap.plaintext, sessions: tap.sessions, on_port_80: tap.on_port_80, ..old };
        }
    }

    /// What was captured on a hop; `None` if it is not tapped.
    pub(crate) fn get(&self, link: LinkIx) -> Option<Tap> {
        self.0.iter().find(|tap| tap.link == link).copied()
    }

    /// Links of the tapped hops, in the order in which they were tapped.
    pub(crate) fn links(&self) -> impl Iterator<Item = LinkIx> + '_ {
        self.0.iter().map(|tap| tap.link)
    }
}

fn has_sessions(infra: &Infrastructure) -> bool {
    !infra.secrets(RequestKind::Static).is_empty()
}

fn secrets_on_port_80(infra: &Infrastructure) -> [bool; 3] {
    RequestKind::ALL.map(|kind| !infra.secrets_on_port_80(kind).is_empty())
}

fn is_plaintext(link: LinkIx, infra: &Infrastructure) -> bool {
    infra.hop(link).cipher == Cipher::Plaintext
}
