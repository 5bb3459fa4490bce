//! Common random numbers: a fault changes only what it affects, and two designs get the same requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoplight::model::{ComponentIx, Infrastructure, RequestKind};
use hoplight::sim::{EventKind, JournalEvent, Outcome};

use super::site::{Run, site};

/// The fate of one request: its kind, arrival, path and outcome.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fate {
    kind: Option<RequestKind>,
    arrived: u64,
    path: Vec<ComponentIx>,
    end: Option<(Outcome, f64)>,
}

/// Returns the fates of all requests, by number.
fn fates(notes: &[JournalEvent]) -> BTreeMap<u64, Fate> {
    let mut fates: BTreeMap<u64, Fate> = BTreeMap::new();
    for note in notes {
        let Some((number, kind)) = note.request.filter(|(number, _)| hoplight::sim::probe_number(*number).is_none()) else {
            continue;
        };
        let fate = fates.entry(number).or_default();
        match &note.what {
            EventKind::Arrived => (fate.kind, fate.arrived) = (Some(kind), note.at.nanos()),
            EventKind::Reached { component, .. } => fate.path.push(*component),
            EventKind::Ended { outcome, latency_ms } => fate.end = Some((*outcome, *latency_ms)),
            _ => {}
        }
    }
    fates
}

/// A site with enough slots that requests rarely queue, which leaves service times as the only source of randomness.
fn roomy() -> Arc<Infrastructure> {
    site(&[
        ("rate: 100.0", "rate: 40.0"),
        ("kind: App()", "kind: App(), station: (slots: 200, queue: 1000)"),
        // Stations of firewalls and balancers.
        ("        )),", "        ), station: (slots: 1000)),"),
        ("server: \"s-lb-1\")", "server: \"s-lb-1\", station: (slots: 1000))"),
    ])
}

#[test]
fn a_fault_changes_only_what_it_affects() {
    let mut healthy = Run::new(&roomy());
    healthy.to(60.0);
    let usual = fates(&healthy.notes);
    for (fault, touched) in [
        ("slow app-2 5", "app-2"),
        ("hang app-2", "app-2"),
        ("kill app-2", "app-2"),
        ("kill web-2", "web-2"),
        ("disk-full db-1", "db-1"),
        ("demote db-1", "db-1"),
        ("kill db-1", "db-1"),
        ("slow db-2 3", "db-2"),
        ("block web-2", "web-2"),
    ] {
        let mut run = Run::new(&roomy());
        run.to(20.0).act(if fault.starts_with("block") { "block lb-1 -> web-2" } else { fault }).to(60.0);
        let found = fates(&run.notes);
        let (mut same, mut other) = (0, 0);
        let broken = run.find(touched);
        for (number, fate) in &usual {
            let now = &found[number];
            assert_eq!((fate.kind, fate.arrived), (now.kind, now.arrived), "{fault}: the arrivals are the same");
            if fate.path.contains(&broken) || now.path.contains(&broken) {
                other += usize::from(fate != now);
                continue;
            }
            // A request that failed on the way there was affected too.
            if now.end.is_some_and(|(outcome, _)| outcome.is_err()) {
                continue;
            }
            // Health checks may route it elsewhere; on the same path, it takes the same time to the nanosecond.
            if fate.path == now.path {
                assert_eq!(fate, now, "{fault}: request {number} never met {touched}");
                same += 1;
            }
        }
        assert!(same > 400 && other > 30, "{fault}: {same} unchanged, {other} affected");
    }
}

#[test]
fn a_passive_fault_changes_nothing() {
    let mut healthy = Run::new(&roomy());
    healthy.to(40.0);
    for unseen in ["sniff lb-1 -> web-1", "compromise server s-web-1", "scan", "syn-cookies on", "retries 5 1 0.5"] {
        let mut run = Run::new(&roomy());
        run.to(20.0).act(unseen).to(40.0);
        assert_eq!(run.sim.digest(), healthy.sim.digest(), "{unseen}");
        assert_eq!(fates(&run.notes), fates(&healthy.notes), "{unseen}");
    }
}

#[test]
fn two_designs_get_the_same_requests() {
    let users = |run: &Run| -> Vec<(u64, Option<RequestKind>)> {
        fates(&run.notes).into_values().map(|fate| (fate.arrived, fate.kind)).collect()
    };
    let designs = [
        site(&[]),
        site(&[("LoadBalancer(", "LoadBalancer(algorithm: RandomTwo, check: HttpDatabase, ")]),
        site(&[("edge: Terminate", "edge: None")]),
        site(&[("kind: App()", "kind: App(), station: (slots: 2, queue: 3)")]),
        Arc::new(
            Infrastructure::from_ron("stage-2.ron", include_str!("../../assets/stage-2-secured.ron")).expect("a valid scenario"),
        ),
    ];
    let runs: Vec<_> = designs
        .iter()
        .map(|design| {
            let mut run = Run::new(design);
            run.to(20.0);
            users(&run)
        })
        .collect();
    assert!(runs[0].len() > 1_500);
    for run in &runs[1..] {
        assert_eq!(*run, runs[0]);
    }
}

#[test]
fn a_cleared_fault_leaves_no_trace() {
    let mut healthy = Run::new(&roomy());
    healthy.to(80.0);
    let usual = fates(&healthy.notes);
    for fault in ["slow app-2 5", "hang app-2", "disk-full db-1", "slow lb-1 -> web-1 3", "stop-replication db-2"] {
        let mut run = Run::new(&roomy());
        run.to(20.0).act(fault).to(25.0).act(&format!("heal {fault}")).to(80.0);
        let found = fates(&run.notes);
        let late = usual.iter().filter(|(_, fate)| fate.arrived > 50_000_000_000);
        let unlike = late.clone().filter(|(number, fate)| found[number] != **fate).count();
        assert!(unlike == 0, "{fault}: {unlike} of {} differ", late.count());
    }
}
