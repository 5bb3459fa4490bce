//! Tests which facts are readable on which hop, per TLS mode and kind of request.

use super::stage_2;
use hoplight::analysis::{Fact, balancer_can_read, plaintext_hops, readable};
use hoplight::model::{Cipher, Infrastructure, Medium, RequestKind, TlsMode, TopologyEdit};

/// Plaintext hops, as `from>to:kinds` with the first letters of the kinds, and a star for hops inside one server.
fn plaintext(infra: &Infrastructure) -> Vec<String> {
    let hops = plaintext_hops(infra);
    let letters = |kinds: &[RequestKind]| kinds.iter().filter_map(|kind| kind.word().chars().next()).collect::<String>();
    hops.iter()
        .map(|hop| {
            assert_eq!(hop.is_exposed(), hop.medium == Medium::Wire);
            let star = if hop.is_exposed() { "" } else { "*" };
            format!("{}>{}:{}{star}", hop.from, hop.to, letters(&hop.kinds))
        })
        .collect()
}

/// Hops on which the password of a request of this kind is readable.
fn password(infra: &Infrastructure, kind: RequestKind) -> Vec<String> {
    let shows = infra.links().filter(|(link, _)| readable(infra, *link, kind).shows_password());
    shows.map(|(link, _)| infra.hop_element(link).to_string()).collect()
}

fn facts(infra: &Infrastructure, from: &str, to: &str, kind: RequestKind) -> Vec<(&'static str, String)> {
    let reading = readable(infra, infra.link_between(from, to).expect("a link"), kind);
    reading.facts.iter().map(|fact| (fact.label(), fact.text())).collect()
}

const BEHIND: [&str; 2] = ["lb-1>web-1:srw", "lb-1>web-2:srw"];
const TO_APP: [&str; 2] = ["web-1>app-1:rw*", "web-2>app-2:rw*"];
const TO_DB: [&str; 5] = ["app-1>db-1:rw*", "app-1>db-2:r", "app-2>db-2:r*", "app-2>db-1:rw", "db-1>db-2:w"];

#[test]
fn each_setting_encrypts_its_own_hops() {
    let infra = stage_2();
    let with = |mode| infra.edited(&TopologyEdit::EdgeTls(mode));
    let dns = ["browser>dns:srw"];
    let none = [&dns[..], &["browser>lb-1:srw"], &BEHIND, &TO_APP, &TO_DB].concat();
    assert_eq!(plaintext(&with(TlsMode::None)), none);
    assert_eq!(plaintext(&with(TlsMode::Terminate)), [&dns[..], &BEHIND, &TO_APP, &TO_DB].concat());
    assert_eq!(plaintext(&with(TlsMode::Reencrypt)), [&dns[..], &TO_APP, &TO_DB].concat());
    assert_eq!(plaintext(&with(TlsMode::Passthrough)), [&dns[..], &TO_APP, &TO_DB].concat());
    let inner = with(TlsMode::Reencrypt).edited(&TopologyEdit::WebToAppTls(true));
    assert_eq!(plaintext(&inner), [&dns[..], &TO_DB].concat());
    assert_eq!(plaintext(&inner.edited(&TopologyEdit::AppToDbTls(true))), dns);
}

#[test]
fn the_password_is_readable_exactly_on_plaintext_hops_of_a_login() {
    let infra = stage_2();
    let behind = ["lb-1 → web-1", "lb-1 → web-2"];
    // The database gets no password: the application compares it with a hash.
    let inside = ["web-1 → app-1", "web-2 → app-2"];
    assert_eq!(password(&infra, RequestKind::Write), [&behind[..], &inside].concat());
    assert_eq!(password(&infra, RequestKind::Read), [""; 0]);
    assert_eq!(password(&infra, RequestKind::Static), [""; 0]);
    let open = infra.edited(&TopologyEdit::EdgeTls(TlsMode::None));
    assert_eq!(password(&open, RequestKind::Write), [&["browser → lb-1"][..], &behind, &inside].concat());
    for mode in [TlsMode::Reencrypt, TlsMode::Passthrough] {
        assert_eq!(password(&infra.edited(&TopologyEdit::EdgeTls(mode)), RequestKind::Write), inside);
    }
}

#[test]
fn a_plaintext_hop_shows_the_content_of_its_protocol() {
    let infra = stage_2();
    let line = |label: &'static str, text: &str| (label, text.to_owned());
    assert_eq!(
        facts(&infra, "lb-1", "web-1", RequestKind::Read),
        [
            line("addresses and sizes", "lb-1 → web-1:8080"),
            line("request", "GET /profile"),
            line("host", "www.foobar.com"),
            line("secrets", "Cookie: session=7f3a91"),
        ]
    );
    assert_eq!(
        facts(&infra, "lb-1", "web-1", RequestKind::Static),
        [
            line("addresses and sizes", "lb-1 → web-1:8080"),
            line("request", "GET /logo.svg"),
            line("host", "www.foobar.com"),
            line("secrets", "Cookie: session=7f3a91"),
        ]
    );
    let lookup = [line("addresses and sizes", "browser → dns:53"), line("DNS question", "www.foobar.com")];
    for kind in RequestKind::ALL {
        assert_eq!(facts(&infra, "browser", "dns", kind), lookup);
    }
    let sql = line("SQL", RequestKind::Read.statements()[0]);
    assert_eq!(facts(&infra, "app-1", "db-2", RequestKind::Read), [line("addresses and sizes", "app-1 → db-2:3306"), sql]);
    let login = facts(&infra, "app-1", "db-1", RequestKind::Write);
    assert_eq!(
        login[1..],
        [
            line("SQL", "SELECT password_hash FROM users WHERE name = 'ada'"),
            line("SQL", "UPDATE users SET session = '7f3a91', last_login = NOW() WHERE name = 'ada'"),
            line("password hash", RequestKind::PASSWORD_HASH),
        ]
    );
}

#[test]
fn a_hop_that_a_kind_does_not_use_shows_nothing_of_it() {
    let infra = stage_2();
    let unused = [
        ("app-1", "db-2", RequestKind::Write),
        ("web-1", "app-1", RequestKind::Static),
        ("app-1", "db-1", RequestKind::Static),
        ("db-1", "db-2", RequestKind::Read),
        ("agent-1", "monitor", RequestKind::Write),
    ];
    for (from, to, kind) in unused {
        assert!(readable(&infra, infra.link_between(from, to).unwrap(), kind).is_empty(), "{from} {to} {kind:?}");
    }
    let replication = readable(&infra, infra.link_between("db-1", "db-2").unwrap(), RequestKind::Write);
    assert!(matches!(replication.facts[..], [Fact::Envelope { .. }, Fact::ChangedRow(_)]));
    assert!(!replication.shows_password(), "the row holds a hash");
}

#[test]
fn an_encrypted_hop_shows_addresses_and_the_browsers_server_name() {
    let infra = stage_2();
    let labels = |infra: &Infrastructure, from: &str, to: &str| -> Vec<&str> {
        let reading = readable(infra, infra.link_between(from, to).unwrap(), RequestKind::Write);
        reading.facts.iter().map(Fact::label).collect()
    };
    assert_eq!(labels(&infra, "browser", "lb-1"), ["addresses and sizes", "TLS server name"]);
    let bridge = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    assert_eq!(labels(&bridge, "lb-1", "web-1"), ["addresses and sizes"]);
    let through = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough));
    assert_eq!(labels(&through, "lb-1", "web-1"), ["addresses and sizes", "TLS server name"]);
    let reading = readable(&through, through.link_between("lb-1", "web-1").unwrap(), RequestKind::Write);
    assert_eq!((reading.cipher, reading.medium), (Cipher::TlsThrough, Medium::Wire));
    let database = infra.edited(&TopologyEdit::AppToDbTls(true));
    assert_eq!(labels(&database, "app-2", "db-1"), ["addresses and sizes"]);
}

#[test]
fn only_passthrough_blinds_the_balancer() {
    let infra = stage_2();
    for mode in TlsMode::ALL {
        assert_eq!(balancer_can_read(&infra.edited(&TopologyEdit::EdgeTls(mode))), mode != TlsMode::Passthrough, "{mode:?}");
    }
    assert!(!balancer_can_read(&super::guarded("(ports: [443])")), "there is no balancer");
}
