//! DNS: header, question and resource records (RFC 1035). Must not know caches.

use hoplight_model::component::ResolverSpec;

use super::{Mark, MessageDirection, Part, Reply, SITE_ADDRESS, Writing};

impl Writing<'_> {
    /// The question for the site's address, or its answer.
    pub(super) fn name(&self, turn: MessageDirection) -> Vec<Part> {
        let head = |text: String| Part::new(Mark::Head, text);
        let id = self.noise.shared(1) & 0xffff;
        let domain = self.infra.domain();
        let question = Part::new(Mark::Body, format!("question: {domain}. IN A"));
        let MessageDirection::Answer(reply) = turn else {
            return vec![
                head(format!("id 0x{id:04x}, flags 0x0100: query, recursion desired")),
                head("QDCOUNT 1, ANCOUNT 0".into()),
                question,
            ];
        };
        // Response, recursion desired and available; the last four bits are the code.
        let (flags, code) = match reply {
            Reply::Good => ("0x8180", "NOERROR"),
            Reply::NoSuchName => ("0x8183", "NXDOMAIN"),
            _ => ("0x8182", "SERVFAIL"),
        };
        let count = u8::from(reply == Reply::Good);
        let mut parts = vec![
            head(format!("id 0x{id:04x}, flags {flags}: response, {code}")),
            head(format!("QDCOUNT 1, ANCOUNT {count}")),
            question,
        ];
        match (reply, self.resolver()) {
            (Reply::Good, Some(spec)) => {
                parts.push(Part::new(Mark::Body, format!("answer: {domain}. {} IN A {SITE_ADDRESS}", spec.ttl_s.get())));
            }
            (Reply::NoSuchName, Some(spec)) => {
                let seconds = spec.negative_ttl_s.get();
                parts.push(Part::new(Mark::Body, format!("authority: {} SOA: the no may be kept for {seconds} s", zone(domain))));
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

/// The zone of a name: what is left without the host's label. A name of two labels is a zone of its own, since its parent is a
/// top-level domain.
fn zone(domain: &str) -> &str {
    domain.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.')).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_zone_of_whoever_registered_it() {
        let cases = [("www.foobar.com", "foobar.com"), ("foobar.com", "foobar.com"), ("a.b.example", "b.example")];
        for (name, of) in cases.into_iter().chain([("localhost", "localhost")]) {
            assert_eq!(zone(name), of);
        }
    }
}
