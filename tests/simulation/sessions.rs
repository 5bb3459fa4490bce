//! Sessions: who is logged out, by which loss, and what cookies, addresses, a store, rewinding and edits keep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::{EventKind, Failure, JournalEvent, SimTime, Simulation, Timeline, script};

/// Users who each send a request every 5 s on average, half of which are reads. Nobody is new.
const TRAFFIC: &str = "rate: 60.0, static_share: 0.3, write_share: 0.2, new_visitors: 0.0, users: Some(300)";

/// A balancer with these settings before applications that keep sessions in memory.
fn memory(balancer: &str, applications: usize) -> Arc<Infrastructure> {
    let names = || (1..=applications).map(|number| format!("app-{number}"));
    let parts: Vec<String> = names().map(|id| format!(r#"(id: "{id}", kind: App(sessions: Memory)),"#)).collect();
    let links: Vec<String> = names().map(|id| format!(r#"(from: "lb", to: "{id}"), (from: "{id}", to: "db"),"#)).collect();
    let (parts, links) = (parts.concat(), links.concat());
    site(&format!(r#"(id: "lb", kind: LoadBalancer(redispatch: true, {balancer})), {parts}"#), &links)
}

/// Two applications with a session store.
fn store() -> Arc<Infrastructure> {
    site(
        r#"(id: "lb", kind: LoadBalancer(redispatch: true)), (id: "app-1", kind: App()), (id: "app-2", kind: App()),
            (id: "store", kind: Cache(place: Sessions)),"#,
        r#"(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "store"), (from: "app-2", to: "store"),
            (from: "app-1", to: "db"), (from: "app-2", to: "db"),"#,
    )
}

fn site(parts: &str, links: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(traffic: ({TRAFFIC}), tls: (edge: None), components: [{parts} (id: "db", kind: Database())], links: [{links}])"#
    );
    Arc::new(Infrastructure::from_ron("site.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// A run with all its events.
struct Run {
    sim: Simulation,
    notes: Vec<JournalEvent>,
}

impl Run {
    fn new(infra: Arc<Infrastructure>) -> Self {
        Self { sim: Simulation::new(infra, 3), notes: Vec::new() }
    }

    fn to(&mut self, seconds: f64) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut |note: JournalEvent| notes.push(note));
        self
    }

    fn act(&mut self, line: &str) -> &mut Self {
        let command = script::command(line, self.sim.infrastructure()).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        let notes = &mut self.notes;
        self.sim.apply(&command, &mut |note: JournalEvent| notes.push(note)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        self
    }

    fn held(&self, id: &str) -> u32 {
        self.sim
            .sessions(self.sim.infrastructure().find(id).expect("a component"))
            .expect("it has sessions")
            .held
            .expect("it holds them")
    }

    fn logged_out(&self) -> u64 {
        self.failures().get(&Failure::LoginRequired).copied().unwrap_or_default()
    }

    fn failures(&self) -> BTreeMap<Failure, u64> {
        self.sim.failures().filter(|(_, count)| *count > 0).collect()
    }

    /// Number of sessions that each component has lost.
    fn lost(&self) -> Vec<(&str, u32)> {
        let lost = self.notes.iter().filter_map(|note| match note.what {
            EventKind::SessionsLost { holder, users } => Some((self.sim.infrastructure().component(holder).id.as_str(), users)),
            _ => None,
        });
        lost.collect()
    }

    fn rate(&self, id: &str) -> f64 {
        self.sim.station(self.sim.infrastructure().find(id).expect("a component")).rate
    }
}

#[test]
fn in_turn_over_n_servers_one_read_in_n_finds_its_session() {
    for (servers, wanted) in [(1, 0.0), (2, 0.5), (3, 2.0 / 3.0), (4, 0.75)] {
        let mut run = Run::new(memory("", servers));
        run.to(120.0);
        let reads = run.sim.totals_of(RequestKind::Read);
        let lost = reads.failed as f64 / (reads.failed + reads.completed) as f64;
        assert!((lost - wanted).abs() < 0.03, "{servers} servers: {lost}");
        assert_eq!(run.logged_out(), reads.failed, "logins and static pages need no session: {:?}", run.failures());
        let turned_away: u64 = (1..=servers)
            .filter_map(|number| run.sim.sessions(run.sim.infrastructure().find(&format!("app-{number}"))?))
            .map(|sessions| sessions.turned_away)
            .sum();
        assert_eq!(turned_away, reads.failed);
    }
}

#[test]
fn a_cookie_keeps_users_at_their_server_whatever_the_algorithm() {
    for algorithm in ["RoundRobin", "LeastConnections", "RandomTwo", "WeightedRoundRobin", "First"] {
        let mut run = Run::new(memory(&format!("sticky: true, algorithm: {algorithm}"), 3));
        run.to(60.0);
        assert_eq!(run.failures(), BTreeMap::new(), "{algorithm}");
        let follows = run.notes.iter().any(|note| matches!(note.what, EventKind::FollowsCookie { .. }));
        assert!(follows, "{algorithm}");
    }
}

#[test]
fn a_lost_server_logs_its_own_users_out_once_and_they_stay_where_they_logged_in() {
    let mut run = Run::new(memory("sticky: true", 2));
    run.to(30.0);
    let (first, second) = (run.held("app-1"), run.held("app-2"));
    assert_eq!(first + second, 300);
    assert!((110..190).contains(&first), "{first}");
    run.act("kill app-1").to(31.0);
    assert_eq!(run.lost(), [("app-1", first)]);
    run.to(110.0);
    let out = run.logged_out();
    // Those whose next request is a login are not asked to log in.
    let asked = f64::from(first) * 5.0 / 7.0;
    assert!((out as f64 - asked).abs() < 0.15 * asked, "{out} of {first}");
    assert_eq!(run.held("app-2"), 300, "{:?}", run.failures());
    // They do not return with the server.
    run.act("restore app-1").to(200.0);
    assert_eq!((run.logged_out(), run.held("app-1"), run.held("app-2")), (out, 0, 300));
    assert!(run.rate("app-1") < 1.0 && run.rate("app-2") > 40.0, "{} {}", run.rate("app-1"), run.rate("app-2"));
}

#[test]
fn users_of_a_hashed_address_return_with_the_server_and_lose_their_session_twice() {
    let mut run = Run::new(memory("algorithm: SourceHash", 2));
    run.to(30.0);
    assert_eq!(run.failures(), BTreeMap::new());
    let first = run.held("app-1");
    run.act("kill app-1").to(110.0);
    let once = run.logged_out();
    assert!(once > u64::from(first) / 2, "{once} of {first}");
    run.act("restore app-1").to(200.0);
    let twice = run.logged_out();
    assert!(twice > once + u64::from(first) / 2, "{once}, then {twice} of {first}");
    assert_eq!(run.held("app-1"), first, "the hash is the same as before");
}

#[test]
fn a_draining_backend_keeps_the_users_whose_cookie_names_it() {
    for (balancer, wanted) in [("sticky: true", true), ("algorithm: SourceHash", false)] {
        let mut run = Run::new(memory(balancer, 2));
        run.to(10.0).act("drain app-1").to(60.0);
        assert_eq!(run.rate("app-1") > 10.0, wanted, "{balancer}: {}", run.rate("app-1"));
        assert_eq!(run.logged_out() == 0, wanted, "{balancer}");
    }
}

#[test]
fn a_hung_server_keeps_its_sessions_and_a_restarted_one_does_not() {
    let mut run = Run::new(memory("sticky: true", 2));
    run.to(20.0).act("hang app-1").to(20.8).act("clear hang app-1").to(40.0);
    assert_eq!((run.lost(), run.logged_out()), (Vec::new(), 0), "{:?}", run.failures());
    let held = run.held("app-2");
    run.act("restart app-2").to(42.0);
    assert_eq!(run.lost(), [("app-2", held)]);
    run.to(60.0);
    assert!(run.logged_out() > 50, "{:?}", run.failures());
}

#[test]
fn with_a_store_no_server_logs_anyone_out_but_a_flush_everyone() {
    let mut run = Run::new(store());
    run.to(20.0);
    assert_eq!((run.failures(), run.held("store")), (BTreeMap::new(), 300));
    run.act("kill app-1").to(60.0);
    assert_eq!((run.logged_out(), run.lost()), (0, Vec::new()), "{:?}", run.failures());
    run.act("flush store").to(140.0);
    assert_eq!(run.lost(), [("store", 300)]);
    let out = run.logged_out();
    // Those whose next request is a login are not asked to log in.
    assert!((190..=240).contains(&out), "{out}");
    assert_eq!(run.held("store"), 300);
    run.to(200.0);
    assert_eq!(run.logged_out(), out, "each user once");
}

#[test]
fn without_its_store_a_site_serves_static_pages_and_strangers_only() {
    let failed = |run: &Run, kind| run.sim.totals_of(kind).failed;
    for (loss, status) in [("kill store", Failure::ServerError), ("hang store", Failure::ServerError)] {
        let mut run = Run::new(store());
        run.to(20.0).act(loss).to(25.0);
        let before = RequestKind::ALL.map(|kind| run.sim.totals_of(kind).completed);
        run.to(35.0);
        let after = RequestKind::ALL.map(|kind| run.sim.totals_of(kind).completed);
        assert!(after[0] > before[0] + 100 && failed(&run, RequestKind::Static) == 0, "{loss}: {:?}", run.failures());
        assert_eq!((after[1], after[2]), (before[1], before[2]), "{loss}");
        assert_eq!(run.failures().keys().copied().collect::<Vec<_>>(), [status], "{loss}");
        // A visitor who is not logged in can read, but not log in.
        let served = run.sim.totals_of(RequestKind::Read).completed;
        run.act("send read").act("send write").to(36.0);
        assert_eq!(run.sim.totals_of(RequestKind::Read).completed, served + 1, "{loss}");
        assert_eq!(run.sim.totals_of(RequestKind::Write).completed, after[2], "{loss}");
    }
}

#[test]
fn a_store_behind_tls_fails_like_any_other() {
    let sealed = site(
        r#"(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App()), (id: "store", kind: Cache(place: Sessions, tls: true)),"#,
        r#"(from: "lb", to: "app-1"), (from: "app-1", to: "store"), (from: "app-1", to: "db"),"#,
    );
    for loss in ["hang store", "kill store", "kill app-1 -> store"] {
        let mut run = Run::new(Arc::clone(&sealed));
        run.to(10.0);
        assert_eq!(run.failures(), BTreeMap::new());
        run.act(loss).to(20.0);
        let kinds: Vec<Failure> = run.failures().into_keys().collect();
        assert!(kinds.contains(&Failure::ServerError) && !kinds.contains(&Failure::LoginRequired), "{loss}: {kinds:?}");
        assert!(run.sim.failures().map(|(_, count)| count).sum::<u64>() > 200, "{loss}");
    }
}

#[test]
fn stickiness_can_be_turned_on_and_off_and_ends_with_passthrough() {
    let mut run = Run::new(memory("", 2));
    run.to(20.0);
    let out = run.logged_out();
    assert!(out > 100, "{out}");
    // Each user gets a cookie with the next response, and then stays.
    run.act("sticky on").to(80.0);
    let settled = run.logged_out();
    run.to(140.0);
    assert_eq!(run.logged_out(), settled);
    run.act("sticky off").to(160.0);
    assert!(run.logged_out() > settled + 100);
    let mut run = Run::new(memory("sticky: true", 2));
    run.to(10.0).act("tls passthrough").to(40.0);
    assert!(run.logged_out() > 50, "the balancer cannot read the cookie: {:?}", run.failures());
    let command = script::command("sticky on", run.sim.infrastructure()).expect("a command");
    assert!(run.sim.check(&command).is_err());
}

#[test]
fn a_redirect_to_the_login_page_is_no_error_for_monitoring() {
    let text = format!(
        r#"(traffic: ({TRAFFIC}), tls: (edge: None), servers: [(id: "a"), (id: "b")],
            components: [(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App(sessions: Memory), server: "a"),
                (id: "app-2", kind: App(sessions: Memory), server: "b"), (id: "agent", kind: Agent(), server: "a"),
                (id: "monitor", kind: MonitoringService)],
            links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "agent", to: "monitor")])"#
    );
    let mut run = Run::new(Arc::new(Infrastructure::from_ron("site.ron", &text).unwrap_or_else(|error| panic!("{error}"))));
    run.to(30.0);
    assert!(run.logged_out() > 100, "applications without a database have sessions too: {:?}", run.failures());
    let rows = run.notes.iter().filter_map(|note| match &note.what {
        EventKind::Sampled { rows, .. } => Some(rows.iter().map(|row| row.errors).sum::<u32>()),
        _ => None,
    });
    assert_eq!(rows.sum::<u32>(), 0);
}

#[test]
fn a_site_without_sessions_has_nothing_to_remember() {
    let text = include_str!("../../assets/stage-2-secured.ron");
    let infra = Arc::new(Infrastructure::from_ron("stage-2-secured.ron", text).expect("a valid scenario"));
    let mut run = Run::new(Arc::clone(&infra));
    run.to(10.0);
    for (ix, component) in infra.components() {
        assert_eq!(run.sim.sessions(ix), None, "{}", component.id);
    }
    assert!(!run.notes.iter().any(|note| matches!(note.what, EventKind::LookedUpSession { .. })));
}

#[test]
fn going_back_and_forward_ends_with_the_same_sessions() {
    for infra in [memory("sticky: true", 2), store()] {
        let script = |timeline: &mut Timeline| {
            timeline.seek(SimTime::from_secs(10));
            let command = script::command("restart app-1", timeline.simulation().infrastructure()).expect("a command");
            timeline.apply(command).expect("it is up");
            timeline.seek(SimTime::from_secs(40));
        };
        let (mut straight, mut rewound) =
            (Timeline::new(Simulation::new(Arc::clone(&infra), 7)), Timeline::new(Simulation::new(infra, 7)));
        script(&mut straight);
        script(&mut rewound);
        rewound.seek(SimTime::from_secs(3));
        rewound.seek(SimTime::from_secs(40));
        assert!(straight.simulation() == rewound.simulation());
    }
}

#[test]
fn an_edit_keeps_sessions_where_their_holder_is_left() {
    let mut run = Run::new(memory("sticky: true", 2));
    run.to(20.0);
    let held = ["app-1", "app-2"].map(|id| run.held(id));
    let more = memory("sticky: true", 3);
    run.sim.rebuild(more, &mut ());
    assert_eq!(["app-1", "app-2", "app-3"].map(|id| run.held(id)), [held[0], held[1], 0]);
    let mut less = Run::new(memory("sticky: true", 2));
    less.to(20.0);
    less.sim.rebuild(memory("sticky: true", 1), &mut ());
    assert_eq!(less.held("app-1"), held[0], "the others have to log in again");
    // From memory to a store: nobody has a session there.
    run.sim.rebuild(store(), &mut ());
    assert_eq!(run.held("store"), 0);
    run.to(100.0);
    assert!(run.held("store") > 290, "{}", run.held("store"));
}
