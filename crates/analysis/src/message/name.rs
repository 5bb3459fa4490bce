//! DNS messages: header, question and resource records (RFC 1035).

use hoplight_model::component::ResolverSpec;

use super::{MessageDirection, MessagePart, PartRole, ResponseStatus, SITE_ADDRESS, Writing};

impl Writing<'_> {
    /// The query for the site's address, or the response.
    pub(super) fn name(&self, direction: MessageDirection) -> Vec<MessagePart> {
        let head = |text: String| MessagePart::new(PartRole::Header, text);
        let id = self.noise.shared(1) & 0xffff;
        let domain = self.infra.domain();
        let question = MessagePart::new(PartRole::Body, format!("question: {domain}. IN A"));
        let MessageDirection::Response(reply) = direction else {
            return vec![
                head(format!("id 0x{id:04x}, flags 0x0100: query, recursion desired")),
                head("QDCOUNT 1, ANCOUNT 0".into()),
                question,
            ];
        };
        // QR, RD and RA are set; the last four bits are the response code.
        let (flags, code) = match reply {
            ResponseStatus::Success => ("0x8180", "NOERROR"),
            ResponseStatus::NoSuchName => ("0x8183", "NXDOMAIN"),
            _ => ("0x8182", "SERVFAIL"),
        };
        let count = u8::from(reply == ResponseStatus::Success);
        let mut parts = vec![
            head(format!("id 0x{id:04x}, flags {flags}: response, {code}")),
            head(format!("QDCOUNT 1, ANCOUNT {count}")),
            question,
        ];
        match (reply, self.resolver()) {
            (ResponseStatus::Success, Some(spec)) => {
                parts.push(MessagePart::new(
                    PartRole::Body,
                    format!("answer: {domain}. {} IN A {SITE_ADDRESS}", spec.ttl_s.get()),
                ));
            }
            (ResponseStatus::NoSuchName, Some(spec)) => {
                let seconds = spec.negative_ttl_s.get();
                parts
                    .push(MessagePart::new(PartRole::Body, format!("authority: {} SOA, negative TTL {seconds} s", zone(domain))));
            }
            _ => {}
        }
        parts
    }

    fn resolver(&self) -> Option<&ResolverSpec> {
        let (_, to) = self.infra.ends(self.link);
        self.infra.component(to).kind.as_resolver()
    }
}

/// Zone of a name: the name without its first label. A name of two labels is its own zone, since its parent is a
/// top-level domain.
fn zone(domain: &str) -> &str {
    domain.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.')).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_of_a_name_is_its_registered_parent() {
        let cases = [("www.foobar.com", "foobar.com"), ("foobar.com", "foobar.com"), ("a.b.example", "b.example")];
        for (name, of) in cases.into_iter().chain([("localhost", "localhost")]) {
            assert_eq!(zone(name), of);
        }
    }
}
