//! Arrivals: schedules against the integral of their rate, a closed population, and independence of arrivals from
//! everything but the seed and the traffic.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind};
use hoplight::sim::{Command, CommandError, EventKind, JournalEvent, SimTime, Simulation, Timeline};
use proptest::prelude::*;

/// Parses one web server, or two behind a balancer, with the given traffic.
fn site(traffic: &str, balanced: bool) -> Result<Arc<Infrastructure>, String> {
    let (more, links) = if balanced {
        (
            r#"(id: "lb-1", kind: LoadBalancer()), (id: "web-2", kind: Web()),"#,
            r#"(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
               (from: "lb-1", to: "web-2", protocol: Http)"#,
        )
    } else {
        ("", r#"(from: "browser", to: "web-1", protocol: Http)"#)
    };
    let text = format!(
        r#"(format: 1, id: "site", title: "Site", summary: "A site.", tls: (edge: None),
            traffic: (static_share: 0.7, write_share: 0.1, {traffic}),
            components: [(id: "browser", kind: Browser), {more} (id: "web-1", kind: Web())], links: [{links}])"#
    );
    Infrastructure::from_ron("site.ron", &text).map(Arc::new).map_err(|error| hoplight::text::read_error(error).to_string())
}

fn simulation(traffic: &str, seed: u64) -> Simulation {
    Simulation::new(site(traffic, false).expect("a valid scenario"), seed)
}

fn seconds(seconds: f64) -> SimTime {
    SimTime::ZERO + Duration::from_secs_f64(seconds)
}

fn rate(rate: f64) -> Command {
    Command::Rate(Rate::new(rate).expect("a rate"))
}

fn web() -> Element {
    Element::Component(ComponentId::new("web-1"))
}

/// Returns the arrivals until `until`, with their kinds.
fn arrivals(sim: &mut Simulation, until: f64) -> Vec<(SimTime, RequestKind)> {
    let mut found = Vec::new();
    let mut observer = |note: JournalEvent| {
        if let (EventKind::Arrived, Some((_, kind))) = (&note.what, note.request) {
            found.push((note.at, kind));
        }
    };
    sim.advance(seconds(until), &mut observer);
    found
}

/// Shapes of the rate, with the integral at several moments, computed by hand.
const SHAPES: [(&str, &[(f64, f64)]); 5] = [
    ("rate: 40.0", &[(10.0, 400.0), (30.0, 1_200.0)]),
    ("rate: 40.0, schedule: [Step(at_s: 10.0, rate: 90.0)]", &[(10.0, 400.0), (20.0, 1_300.0), (30.0, 2_200.0)]),
    (
        "rate: 0.0, schedule: [Ramp(from_s: 0.0, to_s: 20.0, rate: 100.0)]",
        &[(5.0, 62.5), (10.0, 250.0), (20.0, 1_000.0), (30.0, 2_000.0)],
    ),
    (
        "rate: 20.0, schedule: [Spike(at_s: 12.0, for_s: 3.0, rate: 400.0)]",
        &[(12.0, 240.0), (13.0, 640.0), (15.0, 1_440.0), (30.0, 1_740.0)],
    ),
    (
        "rate: 50.0, schedule: [Ramp(from_s: 5.0, to_s: 15.0, rate: 0.0), Step(at_s: 20.0, rate: 80.0), \
         Spike(at_s: 21.0, for_s: 1.0, rate: 10.0)]",
        &[(5.0, 250.0), (10.0, 437.5), (15.0, 500.0), (20.0, 500.0), (21.0, 580.0), (22.0, 590.0), (30.0, 1_230.0)],
    ),
];

#[test]
fn regular_arrivals_follow_the_integral_of_their_rate_to_the_user() {
    for (shape, integrals) in SHAPES {
        let mut sim = simulation(&format!("{shape}, arrivals: Constant"), 1);
        for (until, integral) in integrals {
            sim.advance(seconds(*until), &mut ());
            let (offered, exact) = (sim.totals().offered as f64, *integral);
            // An arrival due at exactly this instant may be a nanosecond late.
            assert!(offered <= exact && offered > exact - 1.0 - 1e-6, "{shape}: {offered} of {exact} until {until}");
        }
    }
}

#[test]
fn random_arrivals_have_the_integral_as_mean_and_as_variance() {
    const SEEDS: u64 = 24;
    for (shape, integrals) in SHAPES {
        let mut counts = vec![Vec::new(); integrals.len()];
        for seed in 0..SEEDS {
            let mut sim = simulation(shape, seed);
            let mut before = 0;
            for ((until, _), counts) in integrals.iter().zip(&mut counts) {
                sim.advance(seconds(*until), &mut ());
                counts.push((sim.totals().offered - before) as f64);
                before = sim.totals().offered;
            }
        }
        let mut before = 0.0;
        for ((until, integral), counts) in integrals.iter().zip(counts) {
            let exact = integral - before;
            before = *integral;
            let mean = counts.iter().sum::<f64>() / SEEDS as f64;
            // Four standard errors of a Poisson mean; zero if the rate is zero.
            assert!((mean - exact).abs() <= 4.0 * (exact / SEEDS as f64).sqrt(), "{shape} until {until}: {mean}, exact {exact}");
            let variance = counts.iter().map(|count| (count - exact).powi(2)).sum::<f64>() / SEEDS as f64;
            // Four standard errors of the variance; each is √(2/n) times the variance.
            let most = 4.0 * (2.0 / SEEDS as f64).sqrt();
            assert!((variance - exact).abs() <= most * exact, "{shape} until {until}: variance {variance}, exact {exact}");
        }
    }
}

#[test]
fn gaps_are_constant_or_exponential_as_configured() {
    let gaps = |traffic: &str| -> Vec<f64> {
        let times = arrivals(&mut simulation(traffic, 3), 100.0);
        times.windows(2).map(|pair| (pair[1].0 - pair[0].0) as f64 / 1e9).collect()
    };
    for gap in gaps("rate: 30.0, arrivals: Constant") {
        assert!((gap - 1.0 / 30.0).abs() < 2e-9, "{gap}");
    }
    let mut random = gaps("rate: 200.0");
    random.sort_by(f64::total_cmp);
    let n = random.len() as f64;
    assert!(n > 19_000.0);
    // Kolmogorov–Smirnov test against the exponential distribution: above 1.95/√n with probability 0.001.
    let distance = random
        .iter()
        .enumerate()
        .fold(0.0_f64, |most, (rank, gap)| most.max((1.0 - (-200.0 * gap).exp() - (rank as f64 + 0.5) / n).abs()));
    assert!(distance < 1.95 / n.sqrt(), "{distance}");
}

#[test]
fn arrivals_depend_on_neither_design_nor_faults() {
    for process in ["Poisson", "Constant"] {
        let traffic = format!("rate: 80.0, arrivals: {process}, schedule: [Ramp(from_s: 2.0, to_s: 8.0, rate: 300.0)]");
        let plain = arrivals(&mut simulation(&traffic, 5), 10.0);
        assert!(plain.len() > 1_000);
        let other_design = Simulation::new(site(&traffic, true).expect("a valid scenario"), 5);
        let mut faulty = other_design.clone();
        faulty.apply(&Command::Kill(web()), &mut ()).expect("the element is up");
        faulty.apply(&Command::Send(RequestKind::Static), &mut ()).expect("users can always send requests");
        for mut other in [other_design, faulty] {
            assert_eq!(plain, arrivals(&mut other, 10.0), "{process}");
        }
    }
}

#[test]
fn another_rate_changes_arrival_times_but_not_kinds() {
    let kinds =
        |sim: &mut Simulation, until| -> Vec<RequestKind> { arrivals(sim, until).iter().map(|(_, kind)| *kind).collect() };
    let mut slow = simulation("rate: 50.0", 8);
    let mut fast = slow.clone();
    fast.apply(&rate(200.0), &mut ()).expect("a rate");
    let slow_times = arrivals(&mut slow.clone(), 40.0);
    let fast_times = arrivals(&mut fast.clone(), 10.0);
    assert_eq!(slow_times.len(), fast_times.len());
    for ((slow, _), (fast, _)) in slow_times.iter().zip(&fast_times) {
        let (slow, fast) = (slow.as_secs_f64(), fast.as_secs_f64());
        assert!((slow - 4.0 * fast).abs() < 1e-6, "{slow} {fast}");
    }
    assert_eq!(kinds(&mut slow, 40.0), kinds(&mut fast, 10.0));
}

#[test]
fn setting_a_rate_ends_the_schedule() {
    let traffic =
        "rate: 10.0, arrivals: Constant, schedule: [Step(at_s: 4.0, rate: 500.0), Spike(at_s: 20.0, for_s: 5.0, rate: 0.0)]";
    let mut sim = simulation(traffic, 1);
    sim.advance(seconds(5.05), &mut ());
    assert!((sim.rate() - 500.0).abs() < f64::EPSILON);
    let before = sim.totals().offered;
    sim.apply(&rate(20.0), &mut ()).expect("a rate");
    assert!((sim.rate() - 20.0).abs() < f64::EPSILON);
    sim.advance(seconds(35.05), &mut ());
    assert!(sim.totals().offered.abs_diff(before + 600) <= 1, "{}", sim.totals().offered - before);
    // Set the rate to zero and back: the elapsed part of the gap still counts.
    sim.apply(&rate(0.0), &mut ()).expect("a rate");
    let before = sim.totals().offered;
    sim.advance(seconds(100.0), &mut ());
    assert_eq!(sim.totals().offered, before);
    sim.apply(&rate(20.0), &mut ()).expect("a rate");
    sim.advance(seconds(110.0), &mut ());
    assert!(sim.totals().offered.abs_diff(before + 200) <= 1);
}

#[test]
fn users_of_a_closed_population_have_one_request_at_a_time() {
    let traffic = "arrivals: Closed(users: 40, think: Exponential(mean_ms: 200.0)), patience_s: 2.0";
    let mut sim = simulation(traffic, 4);
    let conserved = |sim: &Simulation| {
        let (users, thinking) = sim.population().expect("a fixed number of users");
        assert_eq!((users, u64::from(thinking) + sim.in_flight()), (40, 40));
        assert_eq!(sim.occupancy(), sim.sojourn());
    };
    for _ in 0..2_000 {
        sim.step(&mut ());
        conserved(&sim);
    }
    // Whether requests are refused at once, or lost until the users give up, the users keep sending.
    sim.apply(&Command::Kill(web()), &mut ()).expect("the element is up");
    let cut = Element::Hop(ComponentId::new("browser"), ComponentId::new("web-1"));
    for command in [Command::Kill(cut.clone()), Command::Restore(cut), Command::Restore(web())] {
        sim.apply(&command, &mut ()).expect("the command reverses the previous one");
        let before = sim.totals().offered;
        let until = sim.now().as_secs_f64() + 20.0;
        sim.advance(seconds(until), &mut ());
        conserved(&sim);
        // In 20 s, even users who give up after 2 s complete about nine cycles.
        assert!(sim.totals().offered - before > 40 * 8, "{} after {command:?}", sim.totals().offered - before);
    }
    // A request sent by hand belongs to no user in the population.
    sim.apply(&Command::Send(RequestKind::Static), &mut ()).expect("users can always send requests");
    let until = sim.now().as_secs_f64() + 10.0;
    sim.advance(seconds(until), &mut ());
    conserved(&sim);
    assert_eq!(sim.apply(&rate(5.0), &mut ()), Err(CommandError::NoRate));
}

#[test]
fn every_arrival_process_can_be_rewound() {
    for traffic in [
        "rate: 50.0, schedule: [Ramp(from_s: 1.0, to_s: 9.0, rate: 200.0)]",
        "rate: 50.0, arrivals: Constant, schedule: [Spike(at_s: 3.0, for_s: 2.0, rate: 300.0)]",
        "arrivals: Closed(users: 25, think: Erlang(mean_ms: 300.0, k: 3))",
    ] {
        let mut straight = Timeline::new(simulation(traffic, 9));
        straight.seek(seconds(12.0));
        let mut wandering = Timeline::new(simulation(traffic, 9));
        for second in [12.0, 4.0, 8.0, 1.0, 12.0] {
            wandering.seek(seconds(second));
        }
        assert!(wandering.simulation() == straight.simulation(), "{traffic}");
    }
}

#[test]
fn invalid_traffic_is_refused_with_a_reason() {
    for (traffic, reason) in [
        ("schedule: [Step(at_s: 5.0, rate: 1.0), Step(at_s: 4.0, rate: 1.0)]", "change 2 of the schedule, at 4 s, starts before"),
        ("schedule: [Ramp(from_s: 5.0, to_s: 4.0, rate: 1.0)]", "ends before it starts"),
        (
            "schedule: [Spike(at_s: 5.0, for_s: 3.0, rate: 1.0), Step(at_s: 7.0, rate: 1.0)]",
            "starts before the previous one has ended",
        ),
        ("schedule: [Step(at_s: -1.0, rate: 1.0)]", "a moment in seconds must be between"),
        ("arrivals: Closed(users: 0, think: Constant(ms: 5.0))", "a number of users must be between 1 and 1000000, found 0"),
        ("arrivals: Closed(users: 3, think: Constant(ms: 0.0))", "think time must be at least 1 ms"),
        ("arrivals: Closed(users: 3, think: Uniform(min_ms: 9.0, max_ms: 3.0))", "min_ms 9 greater than max_ms 3"),
        ("arrivals: Closed(users: 3, think: Constant(ms: 9.0)), schedule: [Step(at_s: 4.0, rate: 1.0)]", "no arrival rate"),
        ("arrivals: Closed(users: 3, think: Erlang(mean_ms: 9.0, k: 101))", "a number of steps must be between 1 and 100"),
        ("arrivals: Closed(users: 3, think: Hyperexponential(mean_ms: 9.0, cv2: 0.5))", "variation must be between 1 and 100"),
    ] {
        let error = site(traffic, false).expect_err(traffic);
        assert!(error.contains(reason), "{traffic}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// With any schedule and any rates set in between, the number of regular arrivals equals the integral.
    #[test]
    fn any_schedule_has_as_many_arrivals_as_its_integral(
        start in 0.0..200.0_f64,
        steps in proptest::collection::vec((0.1..3.0_f64, 0.0..3.0_f64, 0.0..300.0_f64), 0..6),
        command in 0.0..300.0_f64,
    ) {
        let (mut at, mut now, mut integral, mut schedule) = (0.0, start, 0.0, String::new());
        for (wait, length, rate) in steps {
            integral += now * wait + f64::midpoint(now, rate) * length;
            write!(schedule, "Ramp(from_s: {:?}, to_s: {:?}, rate: {rate:?}), ", at + wait, at + wait + length).expect("writing to a String");
            at += wait + length;
            now = rate;
        }
        let mut sim = simulation(&format!("rate: {start:?}, arrivals: Constant, schedule: [{schedule}]"), 1);
        sim.advance(seconds(at), &mut ());
        sim.apply(&Command::Rate(Rate::new(command).expect("a rate")), &mut ()).expect("a rate");
        sim.advance(seconds(at + 5.0), &mut ());
        integral += 5.0 * command;
        let offered = sim.totals().offered as f64;
        prop_assert!(offered <= integral + 0.001 && offered > integral - 1.001, "{offered} of {integral}");
    }
}
