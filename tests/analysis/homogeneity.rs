//! Tests shared flaws, mixed servers and redundancy against simulated failures and against the write-ups.

use std::collections::BTreeSet;

use super::designs::designs;
use super::random::{draw, genes};
use super::{load, stage_2};
use hoplight::analysis::homogeneity::{RedundancyVerdict, lone_servers, twin_servers};
use hoplight::analysis::{Cause, Structure, Tier, mixed_servers, redundancy, shared_flaws};
use hoplight::model::{Component, ComponentId, ComponentKind, Infrastructure, Protocol, RequestKind};
use hoplight::text;
use proptest::prelude::*;

/// Kinds that work without an outage, but not with these causes together.
fn stopped(structure: &Structure, out: &[Cause]) -> Vec<RequestKind> {
    RequestKind::ALL.into_iter().filter(|kind| structure.works([], *kind) && !structure.works(out, *kind)).collect()
}

fn components(ids: &[ComponentId]) -> Vec<Cause> {
    ids.iter().cloned().map(Cause::Component).collect()
}

fn ids<'a>(components: impl Iterator<Item = &'a Component>) -> Vec<ComponentId> {
    components.map(|component| component.id.clone()).collect()
}

#[test]
fn a_shared_flaw_defeats_redundancy_that_survives_a_crash() {
    use RequestKind::{Read, Static, Write};
    let infra = stage_2();
    let flaws = shared_flaws(&infra);
    let found: Vec<_> = flaws
        .iter()
        .map(|flaw| (flaw.software.to_string(), flaw.components.len(), flaw.stops.clone(), flaw.defeats_redundancy.clone()))
        .collect();
    let expected = [
        ("Gunicorn 23.0.0".to_owned(), 2, vec![Read, Write], vec![Read, Write]),
        ("HAProxy 2.6.12".to_owned(), 1, vec![Static, Read, Write], vec![]),
        ("MySQL 8.0.36".to_owned(), 2, vec![Read, Write], vec![Read]),
        ("Nginx 1.22.1".to_owned(), 2, vec![Static, Read, Write], vec![Static, Read, Write]),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        text::shared_flaw(&flaws[2]).to_string(),
        "A flaw in MySQL 8.0.36 takes down db-1 and db-2: read and write requests stop. No single one of them stops read requests: \
         they stand in for each other in a crash, but not with a flaw that they share."
    );
    assert_eq!(
        text::shared_flaw(&flaws[1]).to_string(),
        "A flaw in HAProxy 2.6.12 takes down lb-1: static, read and write requests stop."
    );
    assert!(flaws[3].is_shared() && !flaws[1].is_shared());
    assert_eq!(flaws[3].servers.len(), 2);
}

#[test]
fn another_version_of_the_same_program_is_a_relative() {
    let text = include_str!("../../assets/stage-2-secured.ron").replacen(
        r#"software: (name: "Nginx", version: "1.22.1")"#,
        r#"software: (name: "Nginx", version: "1.26.0")"#,
        1,
    );
    let infra = load(("stage-2-secured.ron", &text));
    let flaws = shared_flaws(&infra);
    let nginx: Vec<_> = flaws.iter().filter(|flaw| flaw.software.name.as_str() == "Nginx").collect();
    assert!(nginx.iter().all(|flaw| flaw.stops.is_empty() && flaw.relatives.len() == 1));
    assert_eq!(
        text::shared_flaw(nginx[1]).to_string(),
        "A flaw in Nginx 1.26.0 takes down web-1; no kind of request stops. The same flaw may be in Nginx 1.22.1."
    );
    let web = redundancy(&infra).into_iter().find(|tier| tier.tier == Tier::Web).expect("the tier exists");
    assert_eq!(web.reading(RequestKind::Static), Some(RedundancyVerdict::Diverse));
}

#[test]
fn mixed_servers_are_those_that_host_several_tiers() {
    let mixed = |infra: &Infrastructure| -> Vec<String> {
        let found = mixed_servers(infra).into_iter();
        found
            .map(|mixed| {
                let tiers: Vec<&str> = mixed.tiers.keys().map(|tier| hoplight::text::description::tier(*tier)).collect();
                format!("{}: {} ({})", mixed.server, tiers.join("+"), mixed.unfenced.len())
            })
            .collect()
    };
    let full = ["server-2: web+application+database (2)", "server-3: web+application+database (2)"];
    assert_eq!(mixed(&stage_2()), full);
    let [zero, one, two, three, four] = &designs()[..] else { panic!("five") };
    for separate in [zero, one, three, four] {
        assert_eq!(mixed(separate), [""; 0], "{}", separate.id());
    }
    assert_eq!(mixed(two), ["server-3: application+database (1)"]);
    assert_eq!(
        text::mixed_server(&mixed_servers(two)[0]).to_string(),
        "server-3 hosts application and database: they share its processors and can only be scaled together. No firewall can be \
         between app-1 and db-1. An attacker in another program here is already on the machine of db-1."
    );
}

#[test]
fn a_mixed_server_with_cores_says_what_each_program_needs_of_them() {
    let shared = load(("shared-cores.ron", include_str!("../../assets/shared-cores.ron")));
    let mixed = mixed_servers(&shared);
    let processor = mixed[0].processor.as_ref().expect("the server has a number of cores");
    let saturation = hoplight::analysis::Capacity::of(&shared, &hoplight::analysis::Outage::none()).mix_saturation();
    let saturation = saturation.expect("cores are limited");
    assert!((processor.most_rps() / saturation.rps - 1.0).abs() < 1e-9, "{processor:?} {saturation:?}");
    // 70 % of the requests need 20 ms at the application.
    assert_eq!(processor.needs_ms[0].0.as_str(), "app-1");
    assert!((processor.needs_ms[0].1 - 14.0).abs() < 1e-9, "{processor:?}");
    let told = text::mixed_server(&mixed[0]).to_string();
    let needs = "A request takes 17.3 ms of processor time here on average: 14 ms at app-1, 2.4 ms at db-1, 0.91 ms at web-1; its \
                 2 cores are full at 115 requests/s.";
    assert!(told.contains(needs), "{told}");
}

#[test]
fn a_web_server_that_runs_the_application_is_in_two_tiers() {
    let lamp = r#"(format: 1, id: "lamp", title: "t", summary: "s", servers: [(id: "s-1")], components: [(id: "browser", kind: Browser),
        (id: "web-1", kind: Web(), server: "s-1"), (id: "db-1", kind: Database(role: Primary), server: "s-1")],
        links: [(from: "browser", to: "web-1", protocol: Http), (from: "web-1", to: "db-1", protocol: Sql)])"#;
    let mixed = mixed_servers(&load(("lamp.ron", lamp)));
    assert_eq!(mixed[0].tiers.keys().copied().collect::<Vec<_>>(), [Tier::Web, Tier::Application, Tier::Database]);
}

#[test]
fn twin_servers_run_the_same_programs() {
    let twins = |infra: &Infrastructure| -> Vec<Vec<String>> {
        twin_servers(infra).into_iter().map(|twins| twins.servers.iter().map(ToString::to_string).collect()).collect()
    };
    assert_eq!(twins(&stage_2()), [["server-2", "server-3"]]);
    let with_twins: Vec<usize> = (0..5).filter(|number| !twins(&designs()[*number]).is_empty()).collect();
    assert_eq!(with_twins, [4], "only one write-up has identical servers");
}

#[test]
fn different_servers_that_each_stop_something_are_not_redundant() {
    use RequestKind::{Read, Static, Write};
    let [zero, one, two, three, four] = &designs()[..] else { panic!("five") };
    let lone = |infra: &Infrastructure| -> Option<Vec<(String, Vec<RequestKind>)>> {
        let found = lone_servers(infra)?.servers.into_iter();
        Some(found.map(|(id, kinds)| (id.to_string(), kinds)).collect())
    };
    let (all, dynamic) = (vec![Static, Read, Write], vec![Read, Write]);
    let by_name = |kinds: [&Vec<RequestKind>; 3]| {
        let names = ["server-1", "server-2", "server-3"].map(String::from);
        Some(names.into_iter().zip(kinds.map(Clone::clone)).collect::<Vec<_>>())
    };
    assert_eq!(lone(zero), by_name([&all, &dynamic, &dynamic]));
    // The application can replace the web server; nothing can replace the balancer.
    assert_eq!(lone(one), by_name([&vec![], &dynamic, &all]));
    assert_eq!(lone(two), by_name([&all, &all, &dynamic]));
    assert_eq!((lone(three), lone(four), lone(&stage_2())), (None, None, None));
    assert_eq!(
        text::lone_servers(&lone_servers(one).expect("the servers do different work")).to_string(),
        "No two of server-1, server-2 and server-3 do the same, which is not redundancy: without server-2, read and write \
         requests stop; without server-3, static, read and write requests stop. Only identical servers can take each other's \
         place."
    );
}

#[test]
fn each_tier_is_judged_per_kind() {
    use RedundancyVerdict::{FalseRedundancy, Lone, Twins};
    let readings = |infra: &Infrastructure| -> Vec<(Tier, [Option<RedundancyVerdict>; 3])> {
        redundancy(infra).iter().map(|tier| (tier.tier, RequestKind::ALL.map(|kind| tier.reading(kind)))).collect()
    };
    let stage_2 = stage_2();
    let expected = vec![
        (Tier::Balancer, [Some(Lone); 3]),
        (Tier::Web, [Some(Twins); 3]),
        (Tier::Application, [None, Some(Twins), Some(Twins)]),
        (Tier::Database, [None, Some(Twins), Some(FalseRedundancy)]),
    ];
    assert_eq!(readings(&stage_2), expected);
    let tiers = redundancy(&stage_2);
    assert_eq!(
        text::redundancy(&tiers[3], RequestKind::Write).map(|why| why.to_string()).as_deref(),
        Some("db-1 and db-2 are identical, and yet without db-1 no write request works: the others cannot take its place.")
    );
    assert_eq!(
        text::redundancy(&tiers[1], RequestKind::Static).map(|why| why.to_string()).as_deref(),
        Some("web-1 and web-2: static requests survive the loss of any one, but not a flaw in Nginx 1.22.1.")
    );
    assert_eq!(text::redundancy(&tiers[3], RequestKind::Static), None);

    let different = include_str!("../../assets/stage-2-secured.ron").replacen("8.0.36", "8.4.0", 1);
    let different = load(("stage-2-secured.ron", &different));
    let database = redundancy(&different).into_iter().find(|tier| tier.tier == Tier::Database).expect("the tier exists");
    assert_eq!(database.reading(RequestKind::Write), Some(RedundancyVerdict::FalseDiversity));
    assert_eq!(database.reading(RequestKind::Read), Some(RedundancyVerdict::Diverse));

    // Patch levels of one release are not diversity.
    let levels = include_str!("../../assets/stage-2-secured.ron").replacen("8.0.36", "8.0.39", 1);
    let levels = redundancy(&load(("stage-2-secured.ron", &levels)));
    let database = levels.iter().find(|tier| tier.tier == Tier::Database).expect("the tier exists");
    assert_eq!(database.reading(RequestKind::Read), Some(RedundancyVerdict::PatchLevels));
    let says = text::redundancy(database, RequestKind::Read).map(|why| why.to_string());
    assert!(says.is_some_and(|says| {
        says.ends_with("MySQL 8.0.36 and MySQL 8.0.39 are patch levels of one release and share most flaws.")
    }));

    let one = &designs()[1];
    let application = redundancy(one).into_iter().find(|tier| tier.tier == Tier::Application).expect("the tier exists");
    assert_eq!(application.reading(RequestKind::Static), None, "the web server answers static requests too");
    assert_eq!(application.reading(RequestKind::Read), Some(Lone));
}

/// Whether a component belongs to a tier, by its kind and links.
fn is_in(infra: &Infrastructure, component: &Component, tier: Tier) -> bool {
    let asks = infra
        .links()
        .any(|(link, drawn)| drawn.protocol == Protocol::Sql && infra.component(infra.ends(link).0).id == component.id);
    match (tier, &component.kind) {
        (Tier::Application, ComponentKind::Web(_)) => asks,
        (Tier::Balancer, ComponentKind::LoadBalancer(_))
        | (Tier::Web, ComponentKind::Web(_))
        | (Tier::Application, ComponentKind::App(_))
        | (Tier::Database, ComponentKind::Database(_)) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flaw_stops_what_the_loss_of_all_affected_components_stops(genes in genes()) {
        let infra = draw(&genes, true);
        let (flaws, structure) = (shared_flaws(&infra), Structure::of(&infra));
        let versions: BTreeSet<_> = infra.components().filter_map(|(_, component)| component.software.clone()).collect();
        prop_assert_eq!(flaws.iter().map(|flaw| flaw.software.clone()).collect::<BTreeSet<_>>(), versions);
        for flaw in flaws {
            let running = infra.components().map(|(_, component)| component);
            let all = ids(running.filter(|component| component.software.as_ref() == Some(&flaw.software)));
            prop_assert_eq!(&flaw.components, &all);
            let together = stopped(&structure, &[Cause::Software(flaw.software.clone())]);
            prop_assert_eq!(&flaw.stops, &together);
            let alone: Vec<RequestKind> = components(&all).iter().flat_map(|one| stopped(&structure, std::slice::from_ref(one))).collect();
            let only_together: Vec<RequestKind> = together.into_iter().filter(|kind| !alone.contains(kind)).collect();
            prop_assert_eq!(flaw.defeats_redundancy, only_together);
        }
    }

    #[test]
    fn the_verdict_on_a_tier_matches_simulated_failures(genes in genes()) {
        let infra = draw(&genes, true);
        let (read, structure) = (redundancy(&infra), Structure::of(&infra));
        for tier in Tier::ALL {
            let members: Vec<&Component> =
                infra.components().map(|(_, component)| component).filter(|component| is_in(&infra, component, tier)).collect();
            let Some(found) = read.iter().find(|found| found.tier == tier) else {
                prop_assert!(members.is_empty());
                continue;
            };
            let all = ids(members.iter().copied());
            prop_assert_eq!(&found.members, &all);
            let versions: BTreeSet<_> = members.iter().filter_map(|component| component.software.clone()).collect();
            for kind in RequestKind::ALL {
                let stops = |out: &[Cause]| stopped(&structure, out).contains(&kind);
                let one = components(&all).iter().any(|one| stops(std::slice::from_ref(one)));
                let version = versions.iter().any(|version| stops(&[Cause::Software(version.clone())]));
                let all_known = members.iter().all(|component| component.software.is_some());
                let expected = match () {
                    () if !stops(&components(&all)) => None,
                    () if all.len() == 1 => Some(RedundancyVerdict::Lone),
                    () if one && versions.len() > 1 => Some(RedundancyVerdict::FalseDiversity),
                    () if one => Some(RedundancyVerdict::FalseRedundancy),
                    () if version => Some(RedundancyVerdict::Twins),
                    () if all_known => Some(RedundancyVerdict::Diverse),
                    () => Some(RedundancyVerdict::Untold),
                };
                prop_assert_eq!(found.reading(kind), expected, "{:?} {:?}", tier, kind);
                prop_assert_eq!(text::redundancy(found, kind).is_some(), expected.is_some());
            }
        }
    }
}
