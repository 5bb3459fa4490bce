//! Tests the shipped infrastructures: the stages, and each write-up with its repaired version.
//!
//! Every claim about a repair is verified, by the analysis and in the simulation.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight::analysis::{Cause, Outage, plaintext_hops, single_points, works};
use hoplight::content::EMBEDDED;
use hoplight::layout::{Fit, Layout};
use hoplight::model::firewall::RuleAction;
use hoplight::model::{Cipher, ComponentKind, Element, Hop, Infrastructure, Protocol, RequestKind};
use hoplight::sim::{Command, Recorder, SimTime, Simulation};

/// The stages and designs of the course. The others are benchmarks and small scenarios that show a single feature, such as
/// SQL proxies: they claim no repair, have no notes, and leave positions to the layout.
fn sites() -> Vec<Arc<Infrastructure>> {
    let read = |(file, text): &(&str, &str)| Infrastructure::from_ron(file, text).unwrap_or_else(|error| panic!("{error}"));
    let all = EMBEDDED
        .scenarios
        .iter()
        .map(read)
        .filter(|infra| ["stage-", "design-"].iter().any(|course| infra.id().as_str().starts_with(course)));
    all.map(Arc::new).collect()
}

fn site(id: &str) -> Arc<Infrastructure> {
    sites().into_iter().find(|infra| infra.id().as_str() == id).unwrap_or_else(|| panic!("no {id}"))
}

/// Each write-up with its repaired version: every scenario that claims to be repaired.
fn pairs() -> impl Iterator<Item = (Arc<Infrastructure>, Arc<Infrastructure>)> {
    let of_repaired = |repaired: Arc<Infrastructure>| Some((site(repaired.id().as_str().strip_suffix("-repaired")?), repaired));
    sites().into_iter().filter_map(of_repaired)
}

#[test]
fn every_write_up_has_a_repaired_version() {
    let repaired: Vec<String> = pairs().map(|(seed, _)| seed.id().to_string()).collect();
    assert_eq!(repaired, ["design-0", "design-1", "design-2", "design-3", "design-4"]);
    // No other scenario claims a repair, so none escapes the tests below.
    for (file, text) in EMBEDDED.scenarios {
        let claims = text.contains("Remaining single points of failure");
        assert_eq!(claims, file.contains("-repaired"), "{file}");
    }
}

/// Hops that carry requests and can be read on the network, as `from>to`.
fn readable(infra: &Infrastructure) -> Vec<String> {
    let hops = plaintext_hops(infra);
    let exposed = hops.iter().filter(|hop| hop.is_exposed() && !hop.kinds.is_empty());
    exposed.map(|hop| format!("{}>{}", hop.from, hop.to)).collect()
}

/// Software versions whose loss alone stops a kind of request.
fn shared_flaws(infra: &Infrastructure) -> Vec<String> {
    let points = RequestKind::ALL.into_iter().flat_map(|kind| single_points(infra, kind).expect("the kind works"));
    points.filter(|point| matches!(point.cause, Cause::Software(_))).map(|point| point.to_string()).collect()
}

#[test]
fn every_site_works_for_every_kind_through_all_its_firewalls() {
    for infra in sites() {
        for kind in RequestKind::ALL {
            assert!(works(&infra, &Outage::none(), kind).is_ok(), "{}: {kind:?}", infra.id());
        }
        for hop in infra.hops() {
            for guard in &hop.guards {
                assert_eq!(guard.verdict.action, RuleAction::Allow, "{}: {}", infra.id(), infra.hop_element(hop.link));
            }
        }
    }
}

#[test]
fn every_site_serves_its_traffic_for_half_a_minute_without_a_failure() {
    for infra in sites() {
        let mut recorder = Recorder::new(SimTime::ZERO);
        let mut simulation = Simulation::new(Arc::clone(&infra), 11);
        simulation.advance(SimTime::from_secs(30), &mut recorder);
        let all = recorder.all();
        assert_eq!(all.failed(), 0, "{}: {:?}", infra.id(), all.failures().collect::<Vec<_>>());
        assert!(all.completed() > 2_500, "{}: {} completed", infra.id(), all.completed());
    }
}

#[test]
fn every_site_is_described_and_has_positions() {
    for infra in sites() {
        assert!(infra.notes().len() >= 3 && !infra.summary().is_empty(), "{}", infra.id());
        let placed = |id: &str| infra.find(id).is_some_and(|ix| infra.component(ix).at.is_some());
        assert!(placed("browser") && placed("dns"), "{}", infra.id());
        assert!(infra.servers().all(|server| server.at.is_some() && server.label.is_some()), "{}", infra.id());
        for (width, height) in [(80, 24), (120, 40)] {
            assert_eq!(Layout::new(&infra, width, height).fit(), Fit::Whole, "{} at {width}x{height}", infra.id());
        }
    }
}

#[test]
fn a_repair_has_fewer_single_points_of_failure_for_writes() {
    for (seed, repaired) in pairs() {
        let count = |infra: &Infrastructure| single_points(infra, RequestKind::Write).expect("writes work").len();
        assert!(count(&repaired) < count(&seed), "{}: {} against {}", repaired.id(), count(&repaired), count(&seed));
        // The remaining single points of failure must be named in the notes.
        for point in single_points(&repaired, RequestKind::Write).expect("writes work") {
            let named = match &point.cause {
                Cause::Component(id) if id.as_str() == "dns" => "the resolver",
                Cause::Hop(_, to) if to.as_str() == "dns" => "the resolver",
                Cause::Zone(_) => "the site's name",
                Cause::Certificate { .. } => "the one certificate",
                Cause::Hop(from, to) if from.as_str() == "browser" && to.as_str() != "dns" => "the users' link",
                other => panic!("{}: {other} is a single point of failure", repaired.id()),
            };
            let is_named = repaired
                .notes()
                .iter()
                .any(|note| note.starts_with("Remaining single points of failure") && note.contains(named));
            assert!(is_named, "{}: no note names {point}", repaired.id());
        }
    }
}

#[test]
fn a_repair_leaves_only_the_lookup_of_the_name_readable() {
    for (seed, repaired) in pairs() {
        assert_eq!(readable(&repaired), ["browser>dns"], "{}", repaired.id());
        assert!(readable(&seed).len() > 1, "{}", seed.id());
        assert!(repaired.notes().iter().any(|note| note.contains("classic DNS")), "{}", repaired.id());
        // Other plaintext hops carry no requests: they carry the advertisements of a VRRP pair.
        let silent = repaired.hops().filter(Hop::is_exposed).map(|hop| repaired.link(hop.link).protocol);
        assert!(silent.into_iter().all(|protocol| matches!(protocol, Protocol::Dns | Protocol::Vrrp)), "{}", repaired.id());
    }
}

#[test]
fn a_repair_survives_a_flaw_in_any_one_software_version() {
    for (seed, repaired) in pairs() {
        assert_eq!(shared_flaws(&repaired), [""; 0], "{}", repaired.id());
        assert!(!shared_flaws(&seed).is_empty(), "{}", seed.id());
        // This must not be because versions are missing from the model.
        let silent = repaired.components().filter(|(_, component)| component.kind.serves_requests());
        assert!(silent.into_iter().all(|(_, component)| component.software.is_some()), "{}", repaired.id());
    }
}

#[test]
fn a_repair_has_a_firewall_and_an_agent_for_every_server() {
    for (_, repaired) in pairs() {
        for server in repaired.servers() {
            let mut agents = 0;
            for (ix, component) in repaired.on_server(&server.id) {
                match component.kind {
                    ComponentKind::Agent(_) => agents += 1,
                    ComponentKind::Firewall(_) => {}
                    _ => assert!(!repaired.firewalls_before(ix).is_empty(), "{}: {}", repaired.id(), component.id),
                }
            }
            assert_eq!(agents, 1, "{}: {}", repaired.id(), server.id);
        }
        let pushes = repaired.links().filter(|(_, link)| link.protocol == Protocol::Metrics).count();
        assert_eq!(pushes, repaired.servers().len(), "{}", repaired.id());
    }
}

#[test]
fn a_repair_has_a_certificate_wherever_tls_terminates() {
    for (_, repaired) in pairs() {
        let holders: BTreeSet<_> = repaired.certificates().iter().flat_map(|certificate| repaired.holders(certificate)).collect();
        for hop in repaired.hops().filter(|hop| hop.cipher == Cipher::Tls) {
            let (protocol, to) = (repaired.link(hop.link).protocol, &repaired.component(hop.to).id);
            // A replica connects to its primary; the external monitoring service has its own certificate.
            let ends = match protocol {
                Protocol::Replication => hop.from,
                Protocol::Metrics => continue,
                _ => hop.to,
            };
            assert!(holders.contains(&ends), "{}: {to}", repaired.id());
        }
        for hop in repaired.hops().filter(|hop| hop.cipher == Cipher::TlsThrough) {
            let from_browser = matches!(repaired.component(hop.from).kind, ComponentKind::Browser);
            assert!(from_browser != holders.contains(&hop.to), "{}: {}", repaired.id(), repaired.component(hop.to).id);
        }
    }
}

#[test]
fn the_stages_grow_as_the_exercise_requires() {
    let stages = ["stage-0-simple", "stage-1-distributed", "stage-2-secured", "stage-3-scaled"].map(site);
    let count = |is: fn(&ComponentKind) -> bool| {
        [0, 1, 2, 3].map(|stage: usize| stages[stage].components().filter(|(_, component)| is(&component.kind)).count())
    };
    assert_eq!(count(|kind| matches!(kind, ComponentKind::LoadBalancer(_))), [0, 1, 1, 2]);
    assert_eq!(count(|kind| matches!(kind, ComponentKind::Web(_))), [1, 2, 2, 1]);
    assert_eq!(count(|kind| matches!(kind, ComponentKind::App(_))), [1, 2, 2, 1]);
    assert_eq!(count(|kind| matches!(kind, ComponentKind::Database(_))), [1, 2, 2, 1]);
    assert_eq!(count(|kind| matches!(kind, ComponentKind::Firewall(_))), [0, 0, 3, 3]);
    assert_eq!(count(|kind| matches!(kind, ComponentKind::Agent(_))), [0, 0, 3, 5]);
    assert_eq!([0, 1, 2, 3].map(|stage: usize| stages[stage].servers().len()), [1, 3, 3, 5]);
    assert_eq!([0, 1, 2, 3].map(|stage: usize| stages[stage].certificates().len()), [0, 0, 1, 1]);
    // One server per tier.
    let scaled = &stages[3];
    let tiers = scaled.components().filter(|(_, component)| component.kind.serves_requests());
    let servers: BTreeSet<_> = tiers.filter_map(|(_, component)| component.server.clone()).collect();
    assert_eq!(servers.len(), 5);
    // Single points of failure: everything in stage 0, but not the balancer in stage 3.
    let points = |infra: &Infrastructure, kind| -> Vec<String> {
        single_points(infra, kind).expect("the kind works").iter().map(ToString::to_string).collect()
    };
    assert!(points(&stages[0], RequestKind::Static).contains(&"server-1".into()));
    assert!(points(&stages[1], RequestKind::Write).contains(&"db-1".into()));
    assert!(!points(&stages[1], RequestKind::Read).contains(&"db-1".into()));
    assert!(points(&stages[1], RequestKind::Read).contains(&"lb-1".into()));
    let left = points(scaled, RequestKind::Write);
    assert!(!left.contains(&"lb-1".into()) && !left.contains(&"server-1".into()), "{left:?}");
    assert!(["web-1", "app-1", "db-1", "fw-1"].iter().all(|part| left.contains(&(*part).into())), "{left:?}");
}

/// Results of a site from `from` seconds to 60 s after the start, with `lost` killed at 5 s.
fn without(infra: &Arc<Infrastructure>, lost: &Element, from: u64) -> Recorder {
    let mut simulation = Simulation::new(Arc::clone(infra), 5);
    simulation.advance(SimTime::from_secs(5), &mut ());
    simulation.apply(&Command::Kill(lost.clone()), &mut ()).expect("the element is up");
    let mut recorder = Recorder::new(SimTime::from_secs(from));
    simulation.advance(SimTime::from_secs(60), &mut recorder);
    recorder
}

#[test]
fn a_repair_survives_the_loss_of_any_program_and_of_any_server_without_a_database() {
    for (_, repaired) in pairs() {
        let serves = |kind: &ComponentKind| kind.serves_requests();
        let programs = repaired.components().filter(|(_, component)| serves(&component.kind));
        let programs = programs.map(|(_, component)| Element::Component(component.id.clone()));
        let silent = |id| !repaired.on_server(id).any(|(_, component)| matches!(component.kind, ComponentKind::Database(_)));
        let servers = repaired.servers().filter(|server| silent(&server.id)).map(|server| Element::Server(server.id.clone()));
        for lost in programs.chain(servers) {
            // Balancers take over within seconds, databases within fifteen; health checks and user timeouts add to that.
            let left = without(&repaired, &lost, 45);
            let (all, name) = (left.all(), format!("{} without {lost}", repaired.id()));
            assert_eq!(all.failed(), 0, "{name}: {:?}", all.failures().collect::<Vec<_>>());
            assert!(left.of(RequestKind::Write).completed() > 200, "{name}");
        }
    }
}

/// The share of requests of a kind that fail.
fn failing(seen: &Recorder, kind: RequestKind) -> f64 {
    let seen = seen.of(kind);
    seen.failed() as f64 / (seen.failed() + seen.completed()) as f64
}

#[test]
fn reads_of_a_repair_leave_a_silent_database() {
    for (_, repaired) in pairs() {
        let databases = repaired.components().filter(|(_, component)| component.kind.as_database().is_some());
        let servers: Vec<Element> = databases.filter_map(|(_, part)| part.server.clone()).map(Element::Server).collect();
        assert!(servers.len() > 1, "{}", repaired.id());
        for server in &servers {
            let left = without(&repaired, server, 20);
            for kind in [RequestKind::Static, RequestKind::Read] {
                let share = failing(&left, kind);
                assert!(share < 0.02, "{} without {server}: {:.1} % of {kind:?} fail", repaired.id(), share * 100.0);
            }
        }
        assert!(repaired.notes().iter().any(|note| note.contains("goes silent does not refuse connections")));
    }
}

#[test]
fn reads_of_a_repair_need_the_connect_timeout_and_the_ejection() {
    // With Nginx's default for connections, and without ejection, a silent primary stops reads as long as it is off.
    let (file, text) = EMBEDDED.scenarios.iter().find(|(file, _)| file.contains("design-0-repaired")).expect("the design");
    let kinds = text.replace("kind: App()", "kind: App(connect_timeout_s: 60.0, max_fails: 0)");
    assert_ne!(&kinds, text);
    let infra = Arc::new(Infrastructure::from_ron(file, &kinds).unwrap_or_else(|error| panic!("{error}")));
    let database = infra.find("db-1").map(|ix| infra.component(ix)).and_then(|part| part.server.clone());
    let server = Element::Server(database.expect("the database is on a server"));
    assert!(failing(&without(&infra, &server, 20), RequestKind::Read) > 0.95);
}
