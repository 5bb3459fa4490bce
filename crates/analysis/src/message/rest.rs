//! TCP connection setup (RFC 9293), health checks, agents' samples, and VRRP (RFC 5798).

use hoplight_model::{Cipher, HealthCheck, Protocol};

use super::{MessageDirection, MessagePart, PartRole, Remark, ResponseStatus, Writing, database};

impl Writing<'_> {
    /// The opening, refusal or reset of a connection. Carries no payload.
    pub(super) fn connect(&self, parts: &mut Vec<MessagePart>) -> usize {
        self.opening(self.spec.direction, parts)
    }

    fn opening(&self, direction: MessageDirection, parts: &mut Vec<MessagePart>) -> usize {
        let (theirs, own) = (self.noise.shared(2), self.noise.shared(3));
        match direction {
            MessageDirection::Request => {
                parts.push(MessagePart::new(PartRole::Header, format!("SYN, seq {own}, window 64240, MSS 1460")));
            }
            MessageDirection::Response(ResponseStatus::Refused) => {
                parts.push(MessagePart::new(
                    PartRole::Header,
                    format!("RST, ACK, ack {}: connection refused", own.wrapping_add(1)),
                ));
            }
            MessageDirection::Response(ResponseStatus::Success) => {
                parts.push(MessagePart::new(PartRole::Header, format!("SYN, ACK, seq {theirs}, ack {}", own.wrapping_add(1))));
                parts.push(MessagePart::remark(Remark::AckWithData));
            }
            MessageDirection::Response(_) => {
                parts.push(MessagePart::new(PartRole::Header, format!("RST, seq {theirs}: connection reset")));
            }
        }
        0
    }

    /// Depth of the balancer's health checks.
    fn health_check(&self) -> HealthCheck {
        let (from, _) = self.infra.ends(self.link);
        if self.protocol() == Protocol::Sql {
            return HealthCheck::HttpDatabase;
        }
        self.infra.component(from).kind.as_balancer().map_or_else(HealthCheck::default, |spec| spec.check)
    }

    /// Whether a health check ends before it sends a request.
    pub(super) fn check_is_short(&self) -> bool {
        self.health_check() == HealthCheck::Tcp || self.spec.direction == MessageDirection::Response(ResponseStatus::Expired)
    }

    /// A health check that only opens a connection, with a TLS handshake if the hop is encrypted.
    pub(super) fn short_check(&self, parts: &mut Vec<MessagePart>) -> usize {
        let tls = self.infra.hop(self.link).cipher == Cipher::Tls;
        let remark = match self.spec.direction {
            MessageDirection::Request => Some(Remark::CheckConnects { tls }),
            MessageDirection::Response(ResponseStatus::Expired) => Some(Remark::CheckRejectsCertificate),
            MessageDirection::Response(_) => None,
        };
        let direction = if self.spec.direction == MessageDirection::Request
            || self.spec.direction == MessageDirection::Response(ResponseStatus::Refused)
        {
            self.spec.direction
        } else {
            MessageDirection::Response(ResponseStatus::Success)
        };
        let bytes = self.opening(direction, parts);
        parts.extend(remark.map(MessagePart::remark));
        bytes
    }

    /// A health check that requests a page.
    pub(super) fn check(&self, direction: MessageDirection) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        match direction {
            _ if self.protocol() == Protocol::Sql => database::role_check(direction),
            MessageDirection::Request => {
                vec![
                    head("GET /health HTTP/1.1".into()),
                    head(format!("Host: {}", self.infra.domain())),
                    MessagePart::remark(Remark::CheckRequests(self.health_check())),
                ]
            }
            MessageDirection::Response(ResponseStatus::Success) => {
                vec![head("HTTP/1.1 200 OK".into()), head("Content-Length: 0".into())]
            }
            MessageDirection::Response(_) => {
                vec![head("HTTP/1.1 503 Service Unavailable".into()), head("Content-Length: 0".into())]
            }
        }
    }

    /// An agent's push over HTTP, which most firewalls allow outbound, or a scrape of the agent.
    pub(super) fn samples(&self, body: &str, direction: MessageDirection) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        let (_, to) = self.infra.ends(self.link);
        if !self.infra.component(to).kind.is_monitoring_service() {
            let address = format!("Host: {}:{}", self.infra.component(to).id, self.infra.port(self.link));
            return match direction {
                MessageDirection::Request => vec![head("GET /metrics HTTP/1.1".into()), head(address)],
                MessageDirection::Response(_) => vec![
                    head("HTTP/1.1 200 OK".into()),
                    head("Content-Type: text/plain; version=0.0.4".into()),
                    head(format!("Content-Length: {}", body.len())),
                    head(String::new()),
                    MessagePart::new(PartRole::Body, body),
                ],
            };
        }
        if direction != MessageDirection::Request {
            return vec![
                MessagePart::new(PartRole::Header, "HTTP/1.1 200 OK"),
                MessagePart::new(PartRole::Header, "Content-Length: 0"),
            ];
        }
        vec![
            MessagePart::new(PartRole::Header, "POST /receiver/v1/http HTTP/1.1"),
            MessagePart::new(PartRole::Header, format!("Host: {}", self.infra.component(to).id)),
            MessagePart::new(PartRole::Header, "Content-Type: application/json"),
            MessagePart::new(PartRole::Header, format!("Content-Length: {}", body.len())),
            MessagePart::new(PartRole::Header, ""),
            MessagePart::new(PartRole::Body, body),
        ]
    }

    /// Periodic advertisement of the VRRP master.
    pub(super) fn advertisement(&self, priority: u8) -> Vec<MessagePart> {
        let (from, to) = self.infra.ends(self.link);
        let spec = [from, to].into_iter().find_map(|ix| self.infra.component(ix).kind.as_balancer()?.vrrp.as_ref());
        let interval = spec.map_or(1.0, |spec| spec.advert_s.get());
        vec![
            MessagePart::new(PartRole::Header, "VRRP version 3, ADVERTISEMENT (1), virtual router 51"),
            MessagePart::new(PartRole::Body, format!("priority {priority}, interval {interval} s")),
            MessagePart::remark(Remark::Unauthenticated),
        ]
    }
}
