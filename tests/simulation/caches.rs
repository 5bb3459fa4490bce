//! Caches: hit ratios, expiry, stampedes, failures, and what rewinding and rebuilding keep.

use std::sync::Arc;
use std::time::Duration;

use hoplight::analysis::hit_ratio::CacheModel;
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::script;
use hoplight::sim::{CacheCounts, SimTime, Simulation, Timeline};

/// An application with a cache beside it and a database with room for every query.
fn beside(traffic: &str, cache: &str, query_ms: f64) -> Arc<Infrastructure> {
    site(&format!(
        r#"(traffic: (static_share: 0.0, {traffic}), servers: [(id: "a"), (id: "b"), (id: "c")],
            components: [(id: "app", kind: App(), server: "a", station: (slots: 5000, service: Constant(ms: 0.1))),
                (id: "cache", kind: Cache({cache}), server: "b"),
                (id: "db", kind: Database(), server: "c", station: (slots: 5000, connections: 5000, service: Constant(ms: {query_ms})))],
            links: [(from: "app", to: "cache"), (from: "app", to: "db")])"#
    ))
}

/// A cache before a web server that runs the code.
fn before(traffic: &str, cache: &str) -> Arc<Infrastructure> {
    site(&format!(
        r#"(traffic: ({traffic}),
            components: [(id: "cache", kind: Cache(place: Front, {cache})), (id: "web", kind: Web()), (id: "db", kind: Database())],
            links: [(from: "cache", to: "web"), (from: "web", to: "db")])"#
    ))
}

fn site(text: &str) -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("site.ron", text).unwrap_or_else(|error| panic!("{error}")))
}

fn counts(sim: &Simulation) -> CacheCounts {
    let cache = sim.infrastructure().components().find(|(_, component)| component.kind.as_cache().is_some());
    sim.cache(cache.expect("a cache").0).expect("a cache").counts
}

fn entries(sim: &Simulation) -> u32 {
    sim.cache(sim.infrastructure().find("cache").expect("a cache")).expect("a cache").entries
}

fn act(sim: &mut Simulation, line: &str) {
    let command = script::command(line, sim.infrastructure()).unwrap_or_else(|error| panic!("{line}: {error:?}"));
    sim.apply(&command, &mut ()).unwrap_or_else(|error| panic!("{line}: {error:?}"));
}

fn to(sim: &mut Simulation, seconds: f64) {
    sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut ());
}

/// Number of requests that have reached a component.
fn arrivals(sim: &Simulation, id: &str) -> u64 {
    sim.station(sim.infrastructure().find(id).expect("a component")).arrivals
}

/// Hit ratio between two times.
fn hit_ratio(sim: &mut Simulation, from: f64, until: f64) -> f64 {
    to(sim, from);
    let earlier = counts(sim);
    to(sim, until);
    let later = counts(sim);
    (later.hits - earlier.hits) as f64 / (later.lookups - earlier.lookups) as f64
}

#[test]
fn hit_ratios_match_ches_approximation() {
    let cases = [
        // Capacity limits; nothing expires.
        ("objects: 2000, capacity: 200, exponent: 0.8, ttl_s: None", 0.0),
        ("objects: 500, capacity: 100, exponent: 1.2, ttl_s: None", 0.0),
        // The TTL limits; everything fits.
        ("objects: 500, capacity: 500, exponent: 0.8, ttl_s: Some(5.0)", 0.0),
        // Both.
        ("objects: 2000, capacity: 300, exponent: 1.0, ttl_s: Some(4.0)", 0.0),
        // Jitter shortens TTLs.
        ("objects: 500, capacity: 500, exponent: 0.8, ttl_s: Some(5.0), jitter: 1.0", 0.0),
        // Writes remove entries.
        ("objects: 300, capacity: 300, exponent: 0.8, ttl_s: None", 0.3),
    ];
    for (cache, writes) in cases {
        let infra = beside(&format!("rate: 300.0, write_share: {writes}"), cache, 1.0);
        let spec = infra.component(infra.find("cache").expect("a cache")).kind.as_cache().expect("a cache").clone();
        let expected = CacheModel::of(&spec).hit_ratios([0.0, 300.0 * (1.0 - writes), 300.0 * writes])[1];
        let measured = hit_ratio(&mut Simulation::new(infra, 3), 60.0, 180.0);
        // The measured ratio has a standard error of at most 0.4 %; the approximation is known to be within 1 %.
        assert!((measured - expected).abs() < 0.015, "{cache}: measured {measured}, approximated {expected}");
    }
}

/// The exact hit ratio of an LRU cache of two objects without expiry (King 1971).
fn exact(shares: &[f64]) -> f64 {
    let pairs = (0..shares.len()).flat_map(|a| (0..shares.len()).filter(move |b| *b != a).map(move |b| (a, b)));
    pairs.map(|(a, b)| shares[a] * shares[b] / (1.0 - shares[a]) * (shares[a] + shares[b])).sum()
}

#[test]
fn a_small_cache_has_the_exact_hit_ratio() {
    let weights: Vec<f64> = (1..=6).map(|rank| 1.0 / f64::from(rank)).collect();
    let whole: f64 = weights.iter().sum();
    let shares: Vec<f64> = weights.iter().map(|weight| weight / whole).collect();
    // A fetch takes no time compared with the 20 ms between requests, so the contents are those of an ideal LRU cache.
    let infra = beside("rate: 50.0, write_share: 0.0", "objects: 6, capacity: 2, exponent: 1.0, ttl_s: None", 0.0);
    let measured = hit_ratio(&mut Simulation::new(infra, 1), 10.0, 1_500.0);
    assert!((measured - exact(&shares)).abs() < 0.01, "{measured}, exactly {}", exact(&shares));
}

#[test]
fn a_cache_warms_up_and_is_cold_after_a_restart() {
    let infra = beside("rate: 200.0, write_share: 0.0", "objects: 1000, capacity: 1000, ttl_s: None", 1.0);
    let mut sim = Simulation::new(infra, 1);
    let (cold, warm) = (hit_ratio(&mut sim, 0.0, 1.0), hit_ratio(&mut sim, 60.0, 70.0));
    assert!(cold < 0.4 && warm > 0.95, "{cold} {warm}");
    act(&mut sim, "restart cache 1");
    assert_eq!(entries(&sim), 0);
    // The application asks it again ten seconds after the first refused lookup.
    let again = hit_ratio(&mut sim, 80.5, 81.5);
    assert!(again < 0.5, "{again}");
    act(&mut sim, "flush cache");
    assert_eq!(entries(&sim), 0);
    assert!(sim.totals().failed == 0, "the database carries the load");
}

#[test]
fn entries_expire_after_their_ttl() {
    let infra = beside("rate: 100.0, write_share: 0.0", "objects: 1, capacity: 1, ttl_s: Some(10.0), collapse: true", 1.0);
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 95.0);
    let CacheCounts { stored, expired, hits, misses, lookups, .. } = counts(&sim);
    assert_eq!((stored, expired, hits + misses), (10, 9, lookups), "one fetch every ten seconds");
    assert_eq!(arrivals(&sim, "db"), 10);
}

#[test]
fn when_a_popular_entry_expires_all_its_requests_reach_the_database_unless_they_are_collapsed() {
    let fetches = |collapse: bool| {
        let cache = format!("objects: 1, capacity: 1, ttl_s: None, collapse: {collapse}");
        let mut sim = Simulation::new(beside("rate: 500.0, write_share: 0.0", &cache, 100.0), 1);
        to(&mut sim, 10.0);
        let before = arrivals(&sim, "db");
        act(&mut sim, "expire-popular cache");
        to(&mut sim, 11.0);
        assert_eq!(sim.totals().failed, 0);
        (arrivals(&sim, "db") - before, counts(&sim).collapsed)
    };
    let (all, none) = fetches(false);
    // 500 requests per second for 100 ms.
    assert!((35..65).contains(&all) && none == 0, "{all} {none}");
    let (one, waited) = fetches(true);
    // The first fetch of the run was collapsed too.
    assert!(one == 1 && (70..130).contains(&waited), "{one} {waited}");
}

#[test]
fn a_failed_fetch_passes_to_the_next_request_that_waits() {
    let infra =
        beside("rate: 50.0, write_share: 0.0, patience_s: 20.0", "objects: 1, capacity: 1, ttl_s: None, collapse: true", 1.0);
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 5.0);
    act(&mut sim, "hang db");
    act(&mut sim, "flush cache");
    to(&mut sim, 15.0);
    let failed = sim.totals().failed;
    assert!(failed > 200, "{failed} queries or waits timed out");
    assert!(arrivals(&sim, "db") < 20, "one fetch at a time: {}", arrivals(&sim, "db"));
    act(&mut sim, "clear hang db");
    to(&mut sim, 18.0);
    let failed = sim.totals().failed;
    to(&mut sim, 30.0);
    assert_eq!(sim.totals().failed, failed, "the cache works again");
}

#[test]
fn a_cold_restart_overloads_a_database_that_is_sized_with_the_cache() {
    let text = include_str!("../../assets/cache-aside.ron");
    let mut sim = Simulation::new(site(text), 1);
    to(&mut sim, 100.0);
    let busy = |sim: &mut Simulation, from: f64, until: f64| {
        let db = sim.infrastructure().find("db-1").expect("a database");
        to(sim, from);
        let earlier = sim.station(db).busy_ns;
        to(sim, until);
        (sim.station(db).busy_ns - earlier) as f64 / (until - from) / 4e9
    };
    let usual = busy(&mut sim, 100.0, 110.0);
    act(&mut sim, "restart cache-1 1");
    let cold = busy(&mut sim, 110.5, 112.5);
    assert!(usual < 0.5 && cold > 0.95, "{usual} {cold}");
    act(&mut sim, "kill cache-1");
    to(&mut sim, 130.0);
    let before = sim.totals_of(RequestKind::Read);
    to(&mut sim, 150.0);
    let after = sim.totals_of(RequestKind::Read);
    let (failed, completed) = (after.failed - before.failed, after.completed - before.completed);
    assert!(failed * 2 > completed, "{failed} {completed}");
}

#[test]
fn an_application_continues_without_a_cache_that_is_dead_silent_or_hung() {
    for (line, slow) in [("kill cache", 0), ("kill server b", 60), ("hang cache", 60), ("kill app -> cache", 60)] {
        let infra =
            beside("rate: 100.0, write_share: 0.1, new_visitors: 0.0", "objects: 100, capacity: 100, timeout_s: 0.4", 1.0);
        let mut sim = Simulation::new(infra, 1);
        to(&mut sim, 20.0);
        act(&mut sim, line);
        let mut late = 0;
        let mut observer = |note: hoplight::sim::JournalEvent| {
            late += u32::from(matches!(note.what, hoplight::sim::EventKind::Ended { latency_ms, .. } if latency_ms > 300.0));
        };
        sim.advance(SimTime::from_secs(49), &mut observer);
        assert_eq!(sim.totals().failed, 0, "{line}");
        // Lookups that were sent before the first timeout, and one probe every ten seconds, wait for the timeout.
        assert!(late <= slow && (slow == 0 || late > 20), "{line}: {late}");
        assert!(arrivals(&sim, "db") > 2_500, "{line}: the database gets every read");
        let cache = sim.infrastructure().link_between("app", "cache").expect("a link");
        assert!(sim.is_ejected(cache), "{line}");
        act(&mut sim, &line.replace("kill", "restore").replace("hang", "clear hang"));
        let ratio = hit_ratio(&mut sim, 75.0, 85.0);
        assert!(ratio > 0.85, "{line}: {ratio}");
    }
}

#[test]
fn without_invalidation_reads_are_stale_until_the_entry_expires() {
    let stale = |invalidate: bool, ttl: &str| {
        let cache = format!("objects: 50, capacity: 50, ttl_s: {ttl}, invalidate: {invalidate}");
        let mut sim = Simulation::new(beside("rate: 100.0, write_share: 0.2", &cache, 1.0), 1);
        to(&mut sim, 60.0);
        let CacheCounts { stale_reads, hits, invalidations, .. } = counts(&sim);
        assert_eq!(invalidations > 0, invalidate);
        stale_reads as f64 / hits as f64
    };
    let [kept, short, removed] = [stale(false, "Some(30.0)"), stale(false, "Some(0.5)"), stale(true, "Some(30.0)")];
    // With invalidation, only reads between the commit and its acknowledgement are stale.
    assert!(kept > 0.5 && short < kept && removed < 0.01, "{kept} {short} {removed}");
}

#[test]
fn a_cache_before_the_site_serves_stale_responses_while_the_site_is_down() {
    let failing = |stale: &str| {
        let traffic = "rate: 50.0, write_share: 0.0, static_share: 0.5";
        let cache = format!("reads: true, objects: 20, capacity: 100, ttl_s: 5.0, {stale}");
        let mut sim = Simulation::new(before(traffic, &cache), 1);
        to(&mut sim, 30.0);
        act(&mut sim, "kill web");
        to(&mut sim, 40.0);
        let (failed, stale) = (sim.totals().failed, counts(&sim).stale_on_error);
        to(&mut sim, 60.0);
        ((sim.totals().failed - failed) as f64 / 1_000.0, counts(&sim).stale_on_error - stale)
    };
    let (none, _) = failing("");
    assert!(none > 0.95, "{none}");
    let (failed, served) = failing("stale_if_error_s: 100.0");
    assert!(failed < 0.01 && served > 900, "{failed} {served}");
}

#[test]
fn requests_that_wait_for_a_failed_fetch_get_the_stale_response_too() {
    let traffic = "rate: 50.0, write_share: 0.0, static_share: 1.0";
    let infra = site(&format!(
        r#"(traffic: ({traffic}), servers: [(id: "a")],
            components: [(id: "cache", kind: Cache(place: Front, objects: 1, capacity: 1, ttl_s: 5.0, collapse: true, stale_if_error_s: 100.0)),
                (id: "web", kind: Web(), server: "a")],
            links: [(from: "cache", to: "web")])"#
    ));
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 10.0);
    act(&mut sim, "kill server a");
    to(&mut sim, 40.0);
    // The first request waits for the connect timeout, and the others wait for it.
    assert_eq!(sim.totals().failed, 0);
    assert!(counts(&sim).stale_on_error > 1_000 && arrivals(&sim, "web") < 5);
}

#[test]
fn a_cache_before_the_site_keeps_static_pages_from_the_web_server() {
    let mut sim = Simulation::new(before("rate: 100.0, write_share: 0.1, static_share: 0.5", "objects: 50, capacity: 50"), 1);
    to(&mut sim, 50.0);
    let CacheCounts { lookups, hits, misses, .. } = counts(&sim);
    assert_eq!(lookups, hits + misses);
    assert!((2_300..2_700).contains(&lookups), "only static pages are looked up: {lookups}");
    let passed = sim.totals().offered - lookups;
    let reached = arrivals(&sim, "web");
    assert!(reached.abs_diff(passed + misses) < 30, "{reached}, {passed} reads and writes, {misses} misses");
}

#[test]
fn rewinding_replays_a_run_with_caches() {
    for text in [include_str!("../../assets/cache-aside.ron"), include_str!("../../assets/cache-front.ron")] {
        let infra = site(text);
        let mut straight = Timeline::new(Simulation::new(Arc::clone(&infra), 5));
        let mut wandering = Timeline::new(Simulation::new(Arc::clone(&infra), 5));
        for timeline in [&mut straight, &mut wandering] {
            timeline.seek(SimTime::from_secs(6));
            timeline.apply(script::command("restart cache-1 1", &infra).expect("a command")).expect("it is up");
        }
        straight.seek(SimTime::from_secs(14));
        for second in [14, 3, 9, 7, 12, 14] {
            wandering.seek(SimTime::from_secs(second));
        }
        assert!(straight.simulation() == wandering.simulation(), "{}", infra.id());
    }
}

#[test]
fn a_rebuild_keeps_the_contents_of_caches() {
    let mut sim = Simulation::new(site(include_str!("../../assets/cache-aside.ron")), 1);
    to(&mut sim, 20.0);
    let cache = sim.infrastructure().find("cache-1").expect("a cache");
    let before = sim.cache(cache).expect("a cache");
    let same = Arc::clone(sim.infrastructure());
    assert_eq!(sim.rebuild(same, &mut ()), []);
    assert_eq!(sim.cache(cache).expect("a cache").entries, before.entries);
    // With fewer places, the least recently used entries are evicted.
    let smaller = include_str!("../../assets/cache-aside.ron").replace("capacity: 2000", "capacity: 100");
    sim.rebuild(site(&smaller), &mut ());
    assert_eq!(sim.cache(cache).expect("a cache").entries, 100);
    // Other objects have nothing in common with the stored ones.
    sim.rebuild(site(&smaller.replace("objects: 5000", "objects: 4000")), &mut ());
    assert_eq!(sim.cache(cache).expect("a cache").entries, 0);
}

#[test]
fn a_cache_before_the_site_stores_what_an_application_has_fetched_for_its_own_cache() {
    // One object that expires in both caches: each fetch of the first cache is a fetch of the second.
    let infra = site(
        r#"(traffic: (rate: 50.0, static_share: 0.0, write_share: 0.0),
            components: [(id: "cache", kind: Cache(place: Front, reads: true, objects: 1, capacity: 1, ttl_s: 5.0, collapse: true)),
                (id: "app", kind: App()), (id: "redis", kind: Cache(objects: 1, capacity: 1, ttl_s: 2.0)), (id: "db", kind: Database())],
            links: [(from: "cache", to: "app"), (from: "app", to: "redis"), (from: "app", to: "db")])"#,
    );
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 60.0);
    let CacheCounts { stored, hits, .. } = counts(&sim);
    assert!((11..=13).contains(&stored) && hits > 2_500, "{stored} {hits}");
    assert_eq!(sim.totals().failed, 0);
    assert_eq!(arrivals(&sim, "db"), stored);
}

#[test]
fn a_health_check_that_asks_the_database_does_not_ask_the_cache() {
    let infra = site(
        r#"(traffic: (rate: 50.0, static_share: 0.0, write_share: 0.0),
            components: [(id: "lb", kind: LoadBalancer(check: HttpDatabase)), (id: "app", kind: App()),
                (id: "cache", kind: Cache(objects: 1, capacity: 1, ttl_s: None)), (id: "db", kind: Database())],
            links: [(from: "lb", to: "app"), (from: "app", to: "cache"), (from: "app", to: "db")])"#,
    );
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 20.0);
    let lookups = counts(&sim).lookups;
    assert_eq!(sim.totals().failed, 0);
    act(&mut sim, "kill db");
    to(&mut sim, 60.0);
    // Every read would be a hit, but the balancer has taken the application out of rotation.
    assert!(sim.totals().failed > 1_000 && counts(&sim).lookups - lookups < 1_000);
}

#[test]
fn recent_evictions_are_those_of_the_last_ten_seconds() {
    let infra = beside("rate: 200.0, write_share: 0.0", "objects: 2000, capacity: 50, exponent: 0.5, ttl_s: None", 1.0);
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 30.0);
    let before = counts(&sim).evictions;
    to(&mut sim, 39.9);
    let view = sim.cache(sim.infrastructure().find("cache").expect("a cache")).expect("a cache");
    let recent = view.recent_evictions;
    assert!(recent > 1_000 && recent.abs_diff(view.counts.evictions - before) < 250, "{recent}");
}

#[test]
fn a_cache_of_many_objects_keeps_only_as_many_as_fit() {
    let infra = beside("rate: 500.0, write_share: 0.0", "objects: 200000, capacity: 1000, exponent: 0.5, ttl_s: None", 1.0);
    let mut sim = Simulation::new(infra, 1);
    to(&mut sim, 20.0);
    assert_eq!(entries(&sim), 1_000);
    assert!(counts(&sim).evictions > 5_000);
}
