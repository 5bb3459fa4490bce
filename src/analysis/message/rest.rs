//! TCP's opening (RFC 9293), an agent's push, and VRRP (RFC 5798). Must not know requests.

use crate::model::ComponentKind;

use super::{Mark, Part, Reply, Turn, Writing};

impl Writing<'_> {
    /// The opening of a connection, or the end of one. It carries no bytes.
    pub(super) fn connect(&self, parts: &mut Vec<Part>) -> usize {
        let (theirs, own) = (self.noise.shared(2), self.noise.shared(3));
        match self.letter.turn {
            Turn::Ask => parts.push(Part::new(Mark::Head, format!("SYN, seq {own}, window 64240, MSS 1460"))),
            Turn::Answer(Reply::Refused) => {
                parts.push(Part::new(Mark::Head, format!("RST, ACK, ack {}: nothing listens here", own.wrapping_add(1))));
            }
            Turn::Answer(Reply::Good) => {
                parts.push(Part::new(Mark::Head, format!("SYN, ACK, seq {theirs}, ack {}", own.wrapping_add(1))));
                parts.push(Part::new(Mark::Remark, "The third segment, ACK, goes out with the first data."));
            }
            Turn::Answer(_) => parts.push(Part::new(Mark::Head, format!("RST, seq {theirs}: the connection is cut"))),
        }
        0
    }

    /// What an agent pushes: HTTP, like everything that has to get through other people's firewalls.
    pub(super) fn samples(&self, json: &str, turn: Turn) -> Vec<Part> {
        if turn != Turn::Ask {
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

    /// What the master of a pair of balancers says again and again.
    pub(super) fn advertisement(&self, priority: u8) -> Vec<Part> {
        let (from, to) = self.infra.ends(self.link);
        let spec = [from, to].into_iter().find_map(|ix| match &self.infra.component(ix).kind {
            ComponentKind::LoadBalancer(spec) => spec.vrrp.as_ref(),
            _ => None,
        });
        let interval = spec.map_or(1.0, |spec| spec.advert_s.get());
        vec![
            Part::new(Mark::Head, "VRRP version 3, ADVERTISEMENT (1), virtual router 51"),
            Part::new(Mark::Body, format!("priority {priority}, interval {interval} s")),
            Part::new(Mark::Remark, "Neither encrypted nor signed: whoever is on this network can say the same."),
        ]
    }
}
