//! Who reads what, and what TLS costs.

use hoplight_analysis::exposure::{Authentication, Exposure, Listener};
use hoplight_analysis::tls_price::{Feature, TlsPrice};
use hoplight_model::{Cipher, Element, Medium, RequestKind};

use crate::figure::count;
use crate::phrase;
use crate::phrase::{Part, Passage, Phrase, list};

/// A listener who could read the traffic.
pub fn listener(listener: &Listener) -> Phrase {
    match listener {
        Listener::Network(from, to) => phrase!["anyone on the network between ", from, " and ", to],
        Listener::Program(id) => phrase!["anyone who controls ", id],
        Listener::Machine(id) => phrase!["anyone who controls ", id],
    }
}

/// Who could read what travels on a hop.
pub fn exposure(exposure: &Exposure) -> Passage {
    let Exposure { from, to, cipher, medium, authentication, readers, .. } = exposure;
    let hop = Element::Hop(from.clone(), to.clone());
    let encrypted = || phrase![hop.clone(), " is encrypted: ", from, " and ", to, " read it, an eavesdropper does not"];
    match (cipher, medium) {
        (Cipher::Plaintext, Medium::Wire) => {
            let shown = readers.first().map(|reader| reader.texts().join("; ")).unwrap_or_default();
            phrase![hop, " is not encrypted: an eavesdropper between them reads ", Part::name(shown)].into()
        }
        (Cipher::Plaintext, Medium::Loopback) => {
            phrase![hop, " is not encrypted, but stays inside one server: only programs on that server can read it"].into()
        }
        (Cipher::TlsThrough, _) => {
            phrase![hop, " carries the browser's own TLS: a balancer on the way forwards it and cannot read it"].into()
        }
        (Cipher::Tls, _) if *authentication == Authentication::Unchecked => Passage::from_iter([
            encrypted(),
            phrase![from, " does not verify the far end: an impostor in the place of ", to, " reads everything"],
        ]),
        (Cipher::Tls, _) => encrypted().into(),
    }
}

/// A feature that needs a balancer able to read the traffic that it forwards.
pub const fn feature(feature: Feature) -> &'static str {
    match feature {
        Feature::PathRouting => "routing by path",
        Feature::ForwardedHeaders => "X-Forwarded headers",
        Feature::CookieStickiness => "stickiness by cookie",
        Feature::Caching => "a cache at the balancer",
        Feature::RequestLog => "URL and status in the balancer's log",
        Feature::SharedConnections => "connections shared by many users",
    }
}

/// A TLS setting, in a few words.
pub fn tls_setting(price: &TlsPrice) -> String {
    let inside = [(price.web_to_app, " + TLS web → application"), (price.app_to_db, " + TLS application → database")];
    let inside = inside.into_iter().filter(|(on, _)| *on).map(|(_, words)| words);
    std::iter::once(price.mode.word()).chain(inside).collect()
}

/// What a TLS setting costs: work, keys, what the balancer loses, what stays readable.
pub fn tls_price(price: &TlsPrice) -> Passage {
    let ends: Vec<_> = price.of_first_visit(RequestKind::Write).map(|handshake| &handshake.at).collect();
    let ms = Part::value(format_args!("{} ms", price.first_visit_ms(RequestKind::Write)));
    let mut passage = Passage::from(if ends.is_empty() {
        phrase!["no handshake"]
    } else {
        phrase!["a new visitor's login takes ", count(ends.len(), "handshake"), " and ", ms, " of work, at ", list(ends)]
    });
    let keys: Vec<_> = price.keys.iter().map(|key| &key.at).collect();
    passage.push(if keys.is_empty() {
        phrase!["no key to keep"]
    } else {
        phrase![count(keys.len(), "key"), " to keep and renew: at ", list(keys)]
    });
    if !price.lost.is_empty() {
        passage.push(phrase!["the balancer loses ", list(price.lost.iter().map(|lost| feature(*lost)))]);
    }
    let exposed = price.exposed.iter().map(|hop| Element::Hop(hop.from.clone(), hop.to.clone()));
    passage.push(if price.exposed.is_empty() {
        phrase!["nothing is readable on the network"]
    } else {
        phrase!["readable on the network: ", list(exposed)]
    });
    passage
}
