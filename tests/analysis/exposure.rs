//! Tests who can read what, against tables made by hand and against the model's view of each hop.

use std::collections::BTreeSet;

use super::designs::designs;
use super::random::{draw, genes};
use super::{load, stage_2};
use hoplight::analysis::exposure::{Authentication, facts_read_by, listeners};
use hoplight::analysis::{Exposure, Fact, HopContent, Listener, Stake, exposures, plaintext_hops, readable};
use hoplight::model::{Cipher, ComponentKind, Infrastructure, Medium, RequestKind, TlsMode, TopologyEdit};
use proptest::prelude::*;

/// Content that can be read on the network, as `from>to:kinds`.
fn exposed(infra: &Infrastructure) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for exposure in exposures(infra).into_iter().filter(Exposure::is_exposed) {
        let hop = format!("{}>{}", exposure.from, exposure.to);
        let letter: String = exposure.load.word().chars().take(1).collect();
        match found.last_mut().filter(|(known, _)| *known == hop) {
            Some((_, letters)) => letters.push_str(&letter),
            None => found.push((hop, letter)),
        }
    }
    found.into_iter().map(|(hop, letters)| format!("{hop}:{letters}")).collect()
}

fn set(infra: &Infrastructure, mode: TlsMode, web_to_app: bool, app_to_db: bool) -> Infrastructure {
    let set = infra.edited(&TopologyEdit::EdgeTls(mode)).edited(&TopologyEdit::WebToAppTls(web_to_app));
    set.edited(&TopologyEdit::AppToDbTls(app_to_db))
}

/// Made by hand: readable hops behind the balancer, from web server to application, and to and between databases. Only
/// hops between servers are listed.
type Table = [&'static [&'static str]; 3];

const STAGE_2: Table = [&["lb-1>web-1:srw", "lb-1>web-2:srw"], &[], &["app-1>db-2:r", "app-2>db-1:rw", "db-1>db-2:w"]];
const TABLES: [Table; 5] = [
    [&["lb-1>web-1:srw"], &["web-1>app-1:rw"], &["app-1>db-1:rw"]],
    [&["lb-1>web-1:srw", "lb-1>app-1:srw"], &["web-1>app-1:rw"], &["app-1>db-1:rw"]],
    [&["lb-1>web-1:srw"], &["web-1>app-1:rw"], &[]],
    [
        &["lb-1>web-1:srw", "lb-1>web-2:srw"],
        &["web-1>app-1:rw", "web-2>app-1:rw"],
        &["app-1>db-1:rw", "app-1>db-2:r", "db-1>db-2:w"],
    ],
    [&["lb-1>web-1:srw", "lb-1>web-2:srw"], &["web-1>app-1:rw", "web-2>app-1:rw"], &["app-1>db-1:rw"]],
];

#[test]
fn each_setting_leaves_the_hops_of_the_table_readable() {
    let sites = std::iter::once((stage_2(), STAGE_2)).chain(designs().into_iter().zip(TABLES));
    for (infra, [behind, to_app, to_db]) in sites {
        for mode in TlsMode::ALL {
            for (web_to_app, app_to_db) in [(false, false), (true, false), (false, true), (true, true)] {
                let mut expected = vec!["browser>dns:srw"];
                expected.extend(Some("browser>lb-1:srw").filter(|_| mode == TlsMode::None));
                expected.extend(behind.iter().filter(|_| matches!(mode, TlsMode::None | TlsMode::Terminate)));
                expected.extend(to_app.iter().filter(|_| !web_to_app));
                expected.extend(to_db.iter().filter(|_| !app_to_db));
                let setting = (infra.id(), mode, web_to_app, app_to_db);
                assert_eq!(exposed(&set(&infra, mode, web_to_app, app_to_db)), expected, "{setting:?}");
            }
        }
    }
}

/// Everyone who can read a fact of at least this stake: networks as `from>to`, the others by name.
fn who(infra: &Infrastructure, stake: Stake) -> BTreeSet<String> {
    let exposures = exposures(infra);
    let reads = |who: &Listener| facts_read_by(&exposures, who).iter().any(|fact| fact.stake() >= stake);
    let found = listeners(&exposures).into_iter().filter(reads);
    found
        .map(|who| match who {
            Listener::Network(from, to) => format!("{from}>{to}"),
            Listener::Program(id) => id.to_string(),
            Listener::Machine(id) => id.to_string(),
        })
        .collect()
}

fn names(names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(String::from).collect()
}

#[test]
fn programs_that_terminate_tls_and_their_servers_can_read_the_password() {
    let infra = stage_2();
    let password = |mode, inside| who(&set(&infra, mode, inside, inside), Stake::Password);
    let inner = "web-1 web-2 app-1 app-2 server-2 server-3";
    let behind = "lb-1>web-1 lb-1>web-2 fw-1 fw-2 fw-3";
    let balancer = "lb-1 server-1";
    let expect = |parts: &[&str]| names(&parts.join(" "));
    assert_eq!(password(TlsMode::None, false), expect(&[inner, behind, balancer, "browser>lb-1"]));
    assert_eq!(password(TlsMode::Terminate, false), expect(&[inner, behind, balancer]));
    assert_eq!(password(TlsMode::Terminate, true), expect(&[inner, behind, balancer]));
    assert_eq!(password(TlsMode::Reencrypt, false), expect(&[inner, balancer]));
    assert_eq!(password(TlsMode::Reencrypt, true), expect(&[inner, balancer]), "encrypted everywhere, but readable at both ends");
    assert_eq!(password(TlsMode::Passthrough, false), expect(&[inner]));
    assert_eq!(password(TlsMode::Passthrough, true), expect(&[inner]), "only components that need the password can read it");
}

#[test]
fn the_hash_of_a_password_is_read_where_the_application_fetches_it() {
    let infra = stage_2();
    let hash = |inside| {
        let infra = set(&infra, TlsMode::Terminate, inside, inside);
        let exposures = exposures(&infra);
        let reads = |who: &Listener| facts_read_by(&exposures, who).iter().any(|fact| fact.stake() == Stake::PasswordHash);
        let found = listeners(&exposures).into_iter().filter(reads).map(|who| hoplight::text::listener(&who).to_string());
        found.collect::<BTreeSet<String>>()
    };
    let (open, sealed) = (hash(false), hash(true));
    assert!(sealed.is_subset(&open) && sealed.len() < open.len(), "{open:?}, {sealed:?}");
    let network = |found: &BTreeSet<String>| found.iter().filter(|who| who.contains("network")).count();
    assert!(network(&open) > 0 && network(&sealed) == 0, "{open:?}, {sealed:?}");
    assert!(sealed.contains("anyone who controls db-1") && !open.contains("anyone who controls lb-1"), "{open:?}");
}

#[test]
fn the_session_is_in_the_query_too_and_only_the_monitoring_reads_samples() {
    let infra = stage_2();
    let session = who(&infra, Stake::Session);
    assert!(session.is_superset(&names("app-1>db-2 db-2 lb-1>web-1")), "{session:?}");
    let exposures = exposures(&infra);
    let samples = |who: &Listener| facts_read_by(&exposures, who).iter().any(|fact| matches!(fact, Fact::Samples(_)));
    let found: Vec<String> =
        listeners(&exposures).iter().filter(|who| samples(who)).map(|who| hoplight::text::listener(who).to_string()).collect();
    let control = ["agent-1", "monitor", "server-1", "agent-2", "server-2", "agent-3", "server-3"];
    let expected: BTreeSet<String> = control.iter().map(|name| format!("anyone who controls {name}")).collect();
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

fn sentence(infra: &Infrastructure, from: &str, to: &str, load: HopContent) -> String {
    let found = exposures(infra);
    let found =
        found.iter().find(|exposure| exposure.from.as_str() == from && exposure.to.as_str() == to && exposure.load == load);
    hoplight::text::exposure(found.expect("the hop carries the content")).to_string()
}

#[test]
fn every_exposure_has_a_sentence_about_its_readers() {
    let infra = stage_2();
    let login = HopContent::Request(RequestKind::Write);
    let behind = |mode| sentence(&set(&infra, mode, false, false), "lb-1", "web-1", login);
    assert_eq!(
        behind(TlsMode::Terminate),
        "lb-1 → web-1 is not encrypted: an eavesdropper can read POST /login; www.foobar.com; \
         user=ada&password=correct-horse."
    );
    assert_eq!(
        behind(TlsMode::Reencrypt),
        "lb-1 → web-1 is encrypted: only lb-1 and web-1 can read it. lb-1 does not verify the certificate of web-1: \
         an impostor could read everything."
    );
    assert_eq!(
        behind(TlsMode::Passthrough),
        "lb-1 → web-1 carries the browser's TLS: the balancer forwards it without being able to read it."
    );
    assert_eq!(
        sentence(&infra, "web-1", "app-1", login),
        "web-1 → app-1 is not encrypted, but stays within one server: only programs on that server can read it."
    );
    assert_eq!(
        sentence(&infra, "agent-1", "monitor", HopContent::Samples),
        "agent-1 → monitor is encrypted: only agent-1 and monitor can read it."
    );
}

#[test]
fn a_certificate_behind_the_balancer_authenticates_the_server() {
    let text = include_str!("../../assets/stage-2-secured.ron").replace(r#"on: ["lb-1"]"#, r#"on: ["lb-1", "web-1"]"#);
    let infra = set(&load(("stage-2-secured.ron", &text)), TlsMode::Reencrypt, true, true);
    let found = exposures(&infra);
    let checked = |from: &str, to: &str| {
        let exposure = found.iter().find(|exposure| exposure.from.as_str() == from && exposure.to.as_str() == to);
        exposure.expect("the hop carries the content").authentication
    };
    assert_eq!(checked("browser", "lb-1"), Authentication::Certificate);
    assert_eq!(checked("browser", "dns"), Authentication::None);
    assert_eq!(checked("lb-1", "web-1"), Authentication::Certificate);
    assert_eq!(checked("lb-1", "web-2"), Authentication::Unchecked);
    assert_eq!(checked("web-1", "app-1"), Authentication::Unchecked);
    assert_eq!(checked("app-2", "db-1"), Authentication::Unchecked);
    assert_eq!(checked("agent-1", "monitor"), Authentication::Certificate);
}

#[test]
fn a_standby_site_discloses_what_it_will_carry_once_its_address_is_published() {
    let site = load(("second-site.ron", include_str!("../../assets/second-site.ron")));
    let found = exposed(&set(&site, TlsMode::None, false, false));
    for hop in ["browser>web-a:srw", "browser>web-b:srw", "db-a>db-b:w"] {
        assert!(found.iter().any(|known| known == hop), "{hop}: {found:?}");
    }
    let found = exposed(&set(&site, TlsMode::Terminate, false, false));
    assert!(!found.iter().any(|known| known.starts_with("browser>web")), "{found:?}");
}

#[test]
fn vrrp_advertisements_are_always_readable() {
    let pair = r#"(format: 1, id: "pair", title: "t", summary: "s", components: [(id: "browser", kind: Browser),
        (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 101))),
        (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1"))), (id: "web-1", kind: Web())],
        links: [(from: "browser", to: "lb-1", protocol: Http), (from: "browser", to: "lb-2", protocol: Http),
        (from: "lb-1", to: "web-1", protocol: Http), (from: "lb-2", to: "web-1", protocol: Http),
        (from: "lb-1", to: "lb-2", protocol: Vrrp)])"#;
    for mode in TlsMode::ALL {
        let infra = set(&load(("pair.ron", pair)), mode, true, true);
        let found = exposures(&infra);
        let vrrp: Vec<_> = found.iter().filter(|exposure| exposure.load == HopContent::Advertisement).collect();
        assert_eq!(vrrp.len(), 1);
        assert!(
            vrrp[0].is_exposed()
                && matches!(vrrp[0].network().expect("the hop is on the network").facts[1], Fact::Advertisement(_))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exposures_agree_with_the_model_of_each_hop(genes in genes(), inside in any::<(bool, bool)>()) {
        let drawn = draw(&genes, true);
        let infra = set(&drawn, drawn.tls().edge, inside.0, inside.1);
        let found = exposures(&infra);
        for exposure in &found {
            let hop = infra.hop(exposure.link);
            prop_assert_eq!((exposure.cipher, exposure.medium), (hop.cipher, hop.medium));
            prop_assert_eq!(exposure.is_exposed(), hop.is_exposed());
            prop_assert_eq!(exposure.network().is_some(), hop.medium == Medium::Wire);
            let HopContent::Request(kind) = exposure.load else { continue };
            if let Some(network) = exposure.network() {
                prop_assert_eq!(&network.facts, &readable(&infra, hop.link, kind).facts);
            }
            // An end can read everything, unless it is a balancer in TLS passthrough.
            for ix in [hop.from, hop.to] {
                let component = infra.component(ix);
                let reader = exposure.reader(&Listener::Program(component.id.clone()));
                let machine = component.server.clone().and_then(|server| exposure.reader(&Listener::Machine(server)));
                if matches!(component.kind, ComponentKind::Browser) {
                    prop_assert!(reader.is_none(), "the user's own browser is not a reader");
                    continue;
                }
                let reads = |facts: &[Fact]| facts.iter().any(Fact::is_hidden_by_tls);
                let balancer = matches!(component.kind, ComponentKind::LoadBalancer(_));
                let has_keys = !(balancer && hop.cipher == Cipher::TlsThrough);
                prop_assert_eq!(reads(&reader.expect("an endpoint").facts), has_keys, "{} on {:?}", &component.id, hop.link);
                prop_assert_eq!(machine.is_some(), component.server.is_some());
                prop_assert!(!has_keys || machine.is_none_or(|machine| reads(&machine.facts)));
            }
            // A firewall can read what the network can read.
            for guard in &hop.guards {
                let id = infra.component(guard.firewall).id.clone();
                let facts = &exposure.reader(&Listener::Program(id)).expect("the firewall is on the path").facts;
                prop_assert_eq!(facts.iter().any(Fact::is_hidden_by_tls), hop.is_plaintext());
            }
        }
        // A hop is listed as plaintext exactly if a listener without keys can read something that TLS would hide.
        let plain: BTreeSet<_> = plaintext_hops(&infra).into_iter().filter(|hop| !hop.kinds.is_empty()).map(|hop| hop.link).collect();
        let shown: BTreeSet<_> = found.iter().filter(|exposure| exposure.cipher == Cipher::Plaintext).map(|exposure| exposure.link).collect();
        prop_assert_eq!(plain, shown);
    }
}
