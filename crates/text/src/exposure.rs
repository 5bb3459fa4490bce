//! Who can read which traffic, and the cost of TLS.

use hoplight_analysis::exposure::{Authentication, Exposure, Listener};
use hoplight_analysis::tls_price::{Feature, TlsPrice};
use hoplight_model::{Cipher, Element, Medium, RequestKind};

use crate::figure::count;
use crate::phrase;
use crate::phrase::{Part, Passage, Phrase, list};

/// Someone who could read the traffic.
pub fn listener(listener: &Listener) -> Phrase {
    match listener {
        Listener::Network(from, to) => phrase!["anyone on the network between ", from, " and ", to],
        Listener::Program(id) => phrase!["anyone who controls ", id],
        Listener::Machine(id) => phrase!["anyone who controls ", id],
    }
}

/// Who can read the traffic on a hop.
pub fn exposure(exposure: &Exposure) -> Passage {
    let Exposure { from, to, cipher, medium, authentication, readers, .. } = exposure;
    let hop = Element::Hop(from.clone(), to.clone());
    let encrypted = || phrase![hop.clone(), " is encrypted: only ", from, " and ", to, " can read it"];
    match (cipher, medium) {
        (Cipher::Plaintext, Medium::Wire) => {
            let shown = readers.first().map(|reader| reader.texts().join("; ")).unwrap_or_default();
            phrase![hop, " is not encrypted: an eavesdropper can read ", Part::name(shown)].into()
        }
        (Cipher::Plaintext, Medium::Loopback) => {
            phrase![hop, " is not encrypted, but stays within one server: only programs on that server can read it"].into()
        }
        (Cipher::TlsThrough, _) => {
            phrase![hop, " carries the browser's TLS: the balancer forwards it without being able to read it"].into()
        }
        (Cipher::Tls, _) if *authentication == Authentication::Unchecked => Passage::from_iter([
            encrypted(),
            phrase![from, " does not verify the certificate of ", to, ": an impostor could read everything"],
        ]),
        (Cipher::Tls, _) => encrypted().into(),
    }
}

/// A feature for which a balancer must be able to read the traffic.
pub const fn feature(feature: Feature) -> &'static str {
    match feature {
        Feature::PathRouting => "path-based routing",
        Feature::ForwardedHeaders => "X-Forwarded headers",
        Feature::CookieStickiness => "cookie-based stickiness",
        Feature::Caching => "caching",
        Feature::RequestLog => "logging of URLs and status codes",
        Feature::SharedConnections => "connection reuse across users",
    }
}

/// Short name of a TLS setting.
pub fn tls_setting(price: &TlsPrice) -> String {
    let inside = [(price.web_to_app, " + TLS web → application"), (price.app_to_db, " + TLS application → database")];
    let inside = inside.into_iter().filter(|(on, _)| *on).map(|(_, words)| words);
    std::iter::once(price.mode.word()).chain(inside).collect()
}

/// The cost of a TLS setting: handshakes, keys, lost features of the balancer, and traffic that stays readable.
pub fn tls_price(price: &TlsPrice) -> Passage {
    let ends: Vec<_> = price.of_first_visit(RequestKind::Write).map(|handshake| &handshake.at).collect();
    let ms = Part::value(format_args!("{} ms", price.first_visit_ms(RequestKind::Write)));
    let mut passage = Passage::from(if ends.is_empty() {
        phrase!["no handshake"]
    } else {
        phrase![
            "with no connection open, a login takes ",
            count(ends.len(), "handshake"),
            " and ",
            ms,
            " of CPU time, on ",
            list(ends)
        ]
    });
    let keys: Vec<_> = price.keys.iter().map(|key| &key.at).collect();
    passage.push(if keys.is_empty() {
        phrase!["no private key to protect"]
    } else {
        phrase![count(keys.len(), "private key"), " to protect and renew, on ", list(keys)]
    });
    if !price.lost.is_empty() {
        passage.push(phrase!["the balancer loses ", list(price.lost.iter().map(|lost| feature(*lost)))]);
    }
    let exposed = price.exposed.iter().map(|hop| Element::Hop(hop.from.clone(), hop.to.clone()));
    passage.push(if price.exposed.is_empty() {
        phrase!["no plaintext crosses the network"]
    } else {
        phrase!["readable on the network: ", list(exposed)]
    });
    passage
}
