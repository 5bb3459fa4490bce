//! TCP's opening (RFC 9293), an agent's push, and VRRP (RFC 5798). Must not know requests.

use hoplight_model::{Cipher, HealthCheck};

use super::{Mark, MessageDirection, Part, Reply, Writing};

impl Writing<'_> {
    /// The opening of a connection, or the end of one. It carries no bytes.
    pub(super) fn connect(&self, parts: &mut Vec<Part>) -> usize {
        self.opening(self.letter.turn, parts)
    }

    fn opening(&self, turn: MessageDirection, parts: &mut Vec<Part>) -> usize {
        let (theirs, own) = (self.noise.shared(2), self.noise.shared(3));
        match turn {
            MessageDirection::Ask => parts.push(Part::new(Mark::Head, format!("SYN, seq {own}, window 64240, MSS 1460"))),
            MessageDirection::Answer(Reply::Refused) => {
                parts.push(Part::new(Mark::Head, format!("RST, ACK, ack {}: nothing listens here", own.wrapping_add(1))));
            }
            MessageDirection::Answer(Reply::Good) => {
                parts.push(Part::new(Mark::Head, format!("SYN, ACK, seq {theirs}, ack {}", own.wrapping_add(1))));
                parts.push(Part::new(Mark::Remark, "The third segment, ACK, goes out with the first data."));
            }
            MessageDirection::Answer(_) => parts.push(Part::new(Mark::Head, format!("RST, seq {theirs}: the connection is cut"))),
        }
        0
    }

    /// How far the balancer's health checks go.
    fn health_check(&self) -> HealthCheck {
        let (from, _) = self.infra.ends(self.link);
        self.infra.component(from).kind.as_balancer().map_or_else(HealthCheck::default, |spec| spec.check)
    }

    /// Whether a health check ends before anything is said.
    pub(super) fn check_is_short(&self) -> bool {
        self.health_check() == HealthCheck::Tcp || self.letter.turn == MessageDirection::Answer(Reply::Expired)
    }

    /// A health check that only opens a connection, and a TLS session where there is one.
    pub(super) fn short_check(&self, parts: &mut Vec<Part>) -> usize {
        let sealed = self.infra.hop(self.link).cipher == Cipher::Tls;
        let words = match (self.letter.turn, sealed) {
            (MessageDirection::Ask, false) => "A health check: the connection is opened, and closed again.",
            (MessageDirection::Ask, true) => "A health check: connection and TLS session are opened, and closed again.",
            (MessageDirection::Answer(Reply::Expired), _) => "Its certificate has expired: the balancer ends the handshake.",
            _ => "",
        };
        let turn = if self.letter.turn == MessageDirection::Ask || self.letter.turn == MessageDirection::Answer(Reply::Refused) {
            self.letter.turn
        } else {
            MessageDirection::Answer(Reply::Good)
        };
        let bytes = self.opening(turn, parts);
        if !words.is_empty() {
            parts.push(Part::new(Mark::Remark, words));
        }
        bytes
    }

    /// A health check that asks for a page.
    pub(super) fn check(&self, turn: MessageDirection) -> Vec<Part> {
        let head = |text: String| Part::new(Mark::Head, text);
        match turn {
            MessageDirection::Ask => {
                let remark = format!("A health check: {}.", self.health_check().words());
                vec![
                    head("GET /health HTTP/1.1".into()),
                    head(format!("Host: {}", self.infra.domain())),
                    Part::new(Mark::Remark, remark),
                ]
            }
            MessageDirection::Answer(Reply::Good) => vec![head("HTTP/1.1 200 OK".into()), head("Content-Length: 0".into())],
            MessageDirection::Answer(_) => {
                vec![head("HTTP/1.1 503 Service Unavailable".into()), head("Content-Length: 0".into())]
            }
        }
    }

    /// An agent's push: HTTP, which most firewalls let out.
    pub(super) fn samples(&self, json: &str, turn: MessageDirection) -> Vec<Part> {
        if turn != MessageDirection::Ask {
            return vec![Part::new(Mark::Head, "HTTP/1.1 200 OK"), Part::new(Mark::Head, "Content-Length: 0")];
        }
        let (_, to) = self.infra.ends(self.link);
        vec![
            Part::new(Mark::Head, "POST /receiver/v1/http HTTP/1.1"),
            Part::new(Mark::Head, format!("Host: {}", self.infra.component(to).id)),
            Part::new(Mark::Head, "Content-Type: application/json"),
            Part::new(Mark::Head, format!("Content-Length: {}", json.len())),
            Part::new(Mark::Head, ""),
            Part::new(Mark::Body, json),
        ]
    }

    /// The periodic advertisement of a VRRP master.
    pub(super) fn advertisement(&self, priority: u8) -> Vec<Part> {
        let (from, to) = self.infra.ends(self.link);
        let spec = [from, to].into_iter().find_map(|ix| self.infra.component(ix).kind.as_balancer()?.vrrp.as_ref());
        let interval = spec.map_or(1.0, |spec| spec.advert_s.get());
        vec![
            Part::new(Mark::Head, "VRRP version 3, ADVERTISEMENT (1), virtual router 51"),
            Part::new(Mark::Body, format!("priority {priority}, interval {interval} s")),
            Part::new(Mark::Remark, "Neither encrypted nor signed: whoever is on this network can say the same."),
        ]
    }
}
