//! Tests availability against closed forms, sums over all states, and sampling.

use std::collections::BTreeMap;

use super::random::{draw, genes};
use super::{load, stage_2};
use hoplight::analysis::availability::{LIMITS, Method, availability_within, unavailability};
use hoplight::analysis::{
    Availability, Cause, Outage, PathCircuits, Structure, availability, minimal_cuts, single_points, works,
};
use hoplight::model::{Infrastructure, Reliability, RequestKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Almost never fails: one second in a thousand years.
const SOLID: &str = "(mtbf_h: 8.766e6, mttr_h: 0.0003)";

/// A site in which only elements with their own `reliability` fail.
fn site(components: &str, links: &str, rest: &str) -> Infrastructure {
    let text = format!(
        r#"(format: 1, id: "site", title: "t", summary: "s", tls: (edge: None),
        reliability: (program: {SOLID}, server: {SOLID}, software: {SOLID}, service: {SOLID}, dns_zone: {SOLID}, certificate: {SOLID}),
        components: [(id: "browser", kind: Browser), {components}],
        links: [{links}], {rest})"#
    );
    load(("site.ron", &text))
}

/// Up for `up` out of every thousand hours.
fn per_mille(up: f64) -> String {
    format!("reliability: (mtbf_h: {up:?}, mttr_h: {:?})", 1000.0 - up)
}

fn of(infra: &Infrastructure, kind: RequestKind) -> Availability {
    availability(infra, &Structure::of(infra), kind)
}

fn close(found: f64, expected: f64) {
    let error = (found - expected).abs() / expected;
    assert!(error < 1e-5, "{found} is not {expected}: off by {error:e}");
}

#[test]
fn four_in_series_of_three_nines_each() {
    let three_nines = per_mille(999.0);
    let infra = site(
        &format!(
            r#"(id: "lb-1", kind: LoadBalancer(), {three_nines}), (id: "web-1", kind: Web(), {three_nines}),
            (id: "app-1", kind: App(), {three_nines}), (id: "db-1", kind: Database(role: Primary), {three_nines})"#
        ),
        r#"(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
        (from: "web-1", to: "app-1", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql)"#,
        "",
    );
    let read = of(&infra, RequestKind::Read);
    assert_eq!(read.method, Method::Exact);
    // 1 − 0.999⁴, written so that no precision is lost.
    close(read.unavailability, 0.001 + 0.999 * (0.001 + 0.999 * (0.001 + 0.999 * 0.001)));
    assert!((read.availability() - 0.996_005_996).abs() < 1e-8);
    assert_eq!(read.contributors.len(), 4);
    for contributor in &read.contributors {
        close(contributor.share, 0.001 * 0.999_f64.powi(3) / read.unavailability);
    }
    close(of(&infra, RequestKind::Static).unavailability, 0.001 + 0.999 * 0.001);
}

/// Two web servers behind a balancer, each available 99 % of the time; `rest` may add a failure domain.
fn pair(rest: &str) -> Infrastructure {
    let two_nines = per_mille(990.0);
    site(
        &format!(
            r#"(id: "lb-1", kind: LoadBalancer()), (id: "web-1", kind: Web(), {two_nines}), (id: "web-2", kind: Web(), {two_nines})"#
        ),
        r#"(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
        (from: "lb-1", to: "web-2", protocol: Http)"#,
        rest,
    )
}

#[test]
fn a_pair_fails_with_the_squared_probability_unless_it_shares_a_rack() {
    close(of(&pair(""), RequestKind::Static).unavailability, 0.01 * 0.01);
    let rack = format!(r#"domains: [(id: "rack", components: ["web-1", "web-2"], {})]"#, per_mille(999.0));
    let shared = of(&pair(&rack), RequestKind::Static);
    close(shared.unavailability, 0.001 + 0.999 * 0.0001);
    assert_eq!(shared.contributors[0].cause.to_string(), "rack");
    close(shared.contributors[0].share, 0.001 * (1.0 - 0.0001) / shared.unavailability);
    // If one of the pair never failed, the pair would never fail.
    close(shared.contributors[1].share, 0.999 * 0.0001 / shared.unavailability);
    assert_eq!(shared.contributors.iter().filter(|c| c.unavailability > 1e-6).count(), 3);
}

#[test]
fn a_quorum_of_three_needs_two() {
    let text = include_str!("../data/quorum.ron");
    let infra = load(("quorum.ron", &text.replace("format: 1,", &format!("format: 1, reliability: (program: (mtbf_h: 9.0, mttr_h: 1.0), server: {SOLID}, software: {SOLID}, service: {SOLID}, dns_zone: {SOLID}, certificate: {SOLID}),"))));
    let write = of(&infra, RequestKind::Write);
    let structure = Structure::of(&infra);
    let by_hand = enumerate(&infra, &structure, RequestKind::Write);
    close(write.unavailability, by_hand);
    // One program at 90 % in series with two of three at 90 % each.
    let two_of_three = 0.9_f64.powi(3) + 3.0 * 0.9_f64.powi(2) * 0.1;
    assert!((write.availability() - 0.9 * two_of_three).abs() < 1e-8, "{}", write.availability());
}

/// Sums over all states of all causes that can fail, evaluating each with the search rather than the circuit.
fn enumerate(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> f64 {
    let likely = |cause: &&Cause| cause.reliability(infra).is_some_and(|reliability| reliability.unavailability() > 1e-9);
    let causes: Vec<&Cause> = structure.causes().iter().filter(likely).collect();
    assert!(causes.len() <= 12, "{} causes are too many", causes.len());
    enumerate_of(infra, &causes, kind)
}

/// Like [`enumerate`], for the given causes.
fn enumerate_of(infra: &Infrastructure, causes: &[&Cause], kind: RequestKind) -> f64 {
    let mut unavailability = 0.0;
    for state in 0u32..1 << causes.len() {
        let is_out = |place: usize| state >> place & 1 == 1;
        let mut weight = 1.0;
        for (place, cause) in causes.iter().enumerate() {
            let reliability = cause.reliability(infra).expect("the cause can fail");
            weight *= if is_out(place) { reliability.unavailability() } else { reliability.availability() };
        }
        let out = causes.iter().enumerate().filter(|(place, _)| is_out(*place)).map(|(_, cause)| *cause);
        if works(infra, &Outage::of_causes(infra, out), kind).is_err() {
            unavailability += weight;
        }
    }
    unavailability
}

/// Sums over all states with the circuit, for at most fifteen causes.
fn enumerate_circuit(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Option<f64> {
    let fails: Vec<f64> =
        structure.causes().iter().map(|c| c.reliability(infra).map_or(0.0, Reliability::unavailability)).collect();
    let mut values = Vec::new();
    structure.circuit(kind).evaluate(&mut values, |_| u64::MAX);
    let used: Vec<u32> = structure.circuit(kind).inputs().into_iter().filter(|input| fails[*input as usize] > 0.0).collect();
    if used.len() > 15 {
        return None;
    }
    let mut unavailability = 0.0;
    for state in 0u32..1 << used.len() {
        let is_out = |input: u32| used.binary_search(&input).is_ok_and(|place| state >> place & 1 == 1);
        if structure.circuit(kind).evaluate(&mut values, |input| u64::from(!is_out(input))) & 1 == 0 {
            let weight = |input: &u32| if is_out(*input) { fails[*input as usize] } else { 1.0 - fails[*input as usize] };
            unavailability += used.iter().map(weight).product::<f64>();
        }
    }
    Some(unavailability)
}

/// Evaluates small random infrastructures state by state with the search, which is independent of the circuits.
#[test]
fn the_probability_of_a_path_is_the_sum_over_all_states_of_the_search() {
    let mut runner = TestRunner::deterministic();
    let mut added_up = 0;
    for _ in 0..400 {
        let genes = genes().new_tree(&mut runner).expect("a generated value").current();
        let infra = draw(&genes, true);
        let paths = PathCircuits::of(&infra);
        let of_cause = |cause: &Cause| cause.reliability(&infra).map_or(0.0, Reliability::unavailability);
        let down: Vec<f64> = paths.causes().iter().map(of_cause).collect();
        for kind in RequestKind::ALL {
            let circuit = paths.circuit(kind);
            let asked: Vec<&Cause> = circuit.inputs().into_iter().map(|input| &paths.causes()[input as usize]).collect();
            let fails = |cause: &&&Cause| cause.reliability(&infra).is_some();
            if works(&infra, &Outage::none(), kind).is_err() || asked.iter().filter(fails).count() > 10 || added_up >= 40 {
                continue;
            }
            let (found, ..) = unavailability(circuit, &down, &LIMITS);
            let summed = enumerate_of(&infra, &asked.iter().filter(fails).copied().collect::<Vec<_>>(), kind);
            assert!((found - summed).abs() <= 1e-12, "{kind:?}: {found} is not {summed}");
            added_up += 1;
        }
    }
    assert!(added_up >= 20, "only {added_up} were small enough");
}

/// A site whose programs are down for 1 ‰ of the time; balancers check only that a web server accepts connections.
fn shallow(check: &str) -> Infrastructure {
    let part = |id: &str, kind: &str| format!(r#"(id: "{id}", kind: {kind}, {}), "#, per_mille(999.0));
    let parts = [
        part("lb", &format!("LoadBalancer(check: {check})")),
        part("web-1", "Web()"),
        part("web-2", "Web()"),
        part("app-1", "App()"),
        part("app-2", "App()"),
        part("db", "Database()"),
    ];
    let links = [("lb", "web-1"), ("lb", "web-2"), ("web-1", "app-1"), ("web-2", "app-2"), ("app-1", "db"), ("app-2", "db")];
    let links = links.map(|(from, to)| format!(r#"(from: "{from}", to: "{to}"), "#)).concat();
    site(&parts.concat(), &format!(r#"(from: "browser", to: "lb"), {links}"#), "")
}

#[test]
fn a_loss_that_degrades_a_kind_counts_with_the_share_that_fails() {
    // Two paths of a web server and its application, after the balancer and the database.
    let path = 1.0 - (1.0 - 0.999_f64.powi(2)).powi(2);
    let both = 0.999_f64.powi(2) * path;
    let deep = of(&shallow("HttpApp"), RequestKind::Read);
    close(deep.unavailability, 1.0 - both);
    // While one application is down, the balancer still sends half of the reads to it.
    let blind = of(&shallow("Tcp"), RequestKind::Read);
    close(blind.unavailability, 1.0 - both * (1.0 - 0.0005_f64).powi(2));
    let share =
        |id: &str| blind.contributors.iter().find(|of| of.cause.to_string() == id).map(|of| of.share * blind.unavailability);
    assert!((share("app-1").expect("it contributes") - 0.0005).abs() < 5e-6, "{:?}", share("app-1"));
    // Static pages need neither.
    close(of(&shallow("Tcp"), RequestKind::Static).unavailability, 1.0 - 0.999 * (1.0 - 0.001_f64.powi(2)));
    // A health check through to the database makes it a single point of failure of static pages.
    let through = of(&shallow("HttpDatabase"), RequestKind::Static).unavailability;
    assert!((through - 0.002).abs() < 2e-5, "{through}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn diagrams_in_both_orders_equal_the_sum_over_all_states(genes in genes()) {
        let infra = draw(&genes, true);
        let structure = Structure::of(&infra);
        for kind in RequestKind::ALL {
            let deep = availability_within(&infra, &structure, kind, &[[0, 1_000_000]]);
            let wide = availability_within(&infra, &structure, kind, &[[1_000_000, 0]]);
            prop_assert_eq!(deep.method, Method::Exact);
            prop_assert!((deep.unavailability - wide.unavailability).abs() <= 1e-12 * deep.unavailability);
            let shares: BTreeMap<&Cause, f64> = deep.contributors.iter().map(|c| (&c.cause, c.share)).collect();
            for contributor in &wide.contributors {
                let other = shares.get(&contributor.cause).copied().unwrap_or_default();
                prop_assert!((other - contributor.share).abs() <= 1e-9, "{}", contributor.cause);
            }
            if let Some(summed) = enumerate_circuit(&infra, &structure, kind) {
                let of_cause = |cause: &Cause| cause.reliability(&infra).map_or(0.0, Reliability::unavailability);
                let down: Vec<f64> = structure.causes().iter().map(of_cause).collect();
                let (exact, ..) = unavailability(structure.circuit(kind), &down, &LIMITS);
                prop_assert!((exact - summed).abs() <= 1e-12 * summed.max(1e-12), "{} is not {}", exact, summed);
            }
        }
    }

    #[test]
    fn cut_sets_match_brute_force(genes in genes()) {
        let infra = draw(&genes, true);
        let structure = Structure::of(&infra);
        for kind in RequestKind::ALL {
            let Ok(cuts) = minimal_cuts(&infra, &structure, kind, 2, |_| true) else { continue };
            prop_assert!(!cuts.unfinished);
            let found: Vec<Vec<&Cause>> = cuts.cuts.iter().map(|cut| cut.causes.iter().collect()).collect();
            let stops = |out: &[&Cause]| !structure.works(out.iter().copied(), kind);
            let causes = structure.causes();
            let single: Vec<Vec<&Cause>> = causes.iter().filter(|cause| stops(&[cause])).map(|cause| vec![cause]).collect();
            let mut expected = single.clone();
            for (place, a) in causes.iter().enumerate() {
                for b in &causes[place + 1..] {
                    let alone = single.iter().any(|cut| cut[0] == a || cut[0] == b);
                    if !alone && stops(&[a, b]) {
                        expected.push(vec![a, b]);
                    }
                }
            }
            prop_assert_eq!(found, expected, "{:?}", kind);
        }
    }
}

#[test]
fn sampling_is_close_to_the_exact_result_and_reports_an_interval() {
    let infra = stage_2();
    let structure = Structure::of(&infra);
    for kind in RequestKind::ALL {
        let exact = availability_within(&infra, &structure, kind, &[[100_000, 0]]);
        let sampled = availability_within(&infra, &structure, kind, &[]);
        let Method::Sampled { samples, low, high } = sampled.method else { panic!("{:?}", sampled.method) };
        assert_eq!(samples, 1 << 21);
        assert!(low < sampled.unavailability && sampled.unavailability < high);
        // One in twenty results lies outside its 95 % interval, but only one in a thousand outside an interval 1.7
        // times as wide.
        let off = (exact.unavailability - sampled.unavailability).abs();
        assert!(off < 1.7 * (high - low) / 2.0, "{kind:?}: {} not near {low}..{high}", exact.unavailability);
        let worst = &exact.contributors[0];
        let again =
            sampled.contributors.iter().find(|contributor| contributor.cause == worst.cause).expect("the cause contributes");
        assert!((again.share - worst.share).abs() < 0.02, "{} and {}", again.share, worst.share);
    }
}

#[test]
fn the_largest_contributor_in_stage_2_is_the_only_entry_server() {
    let infra = stage_2();
    let write = of(&infra, RequestKind::Write);
    let names: Vec<String> = write.contributors.iter().map(|contributor| contributor.cause.to_string()).collect();
    assert_eq!(&names[..2], ["server-1", "server-2"]);
    let read = of(&infra, RequestKind::Read);
    assert!(read.unavailability < write.unavailability);
    // A single point of failure contributes at least its own unavailability.
    for point in single_points(&infra, RequestKind::Read).expect("requests succeed without faults") {
        if let Some(itself) = point.cause.reliability(&infra) {
            let contributor = read.contributors.iter().find(|c| c.cause == point.cause).expect("the cause contributes");
            assert!(contributor.share * read.unavailability > 0.99 * itself.unavailability() * read.availability());
        }
    }
    assert!((write.minutes_a_year() / 60.0 - write.unavailability * 8_766.0).abs() < 1e-6);
}

#[test]
fn a_kind_that_never_works_is_never_available() {
    let infra = site(r#"(id: "web-1", kind: Web())"#, r#"(from: "browser", to: "web-1", protocol: Http)"#, "");
    let read = of(&infra, RequestKind::Read);
    assert_eq!((read.unavailability, read.contributors.len()), (1.0, 0));
    assert!(minimal_cuts(&infra, &Structure::of(&infra), RequestKind::Read, 2, |_| true).is_err());
}

#[test]
fn cut_sets_of_size_two_in_stage_2_match_those_found_by_hand() {
    let infra = stage_2();
    let structure = Structure::of(&infra);
    let cuts = minimal_cuts(&infra, &structure, RequestKind::Static, 2, Cause::is_part).expect("requests succeed without faults");
    let pairs: Vec<String> = cuts
        .cuts
        .iter()
        .filter(|cut| cut.causes.len() == 2)
        .map(|cut| format!("{} + {}: {}", cut.causes[0], cut.causes[1], hoplight::text::broken(&cut.broken)))
        .collect();
    let ends = "no web server can be reached";
    assert_eq!(pairs.len(), 9, "{pairs:#?}");
    assert!(pairs.iter().all(|pair| pair.contains(ends)), "{pairs:#?}");
    let names: Vec<&str> = pairs.iter().filter_map(|pair| pair.split(':').next()).collect();
    assert!(names.contains(&"web-1 + web-2") && names.contains(&"server-2 + server-3") && names.contains(&"fw-2 + fw-3"));
}
