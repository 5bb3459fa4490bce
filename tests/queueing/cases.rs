//! The table of cases: the configuration of the engine for each exact value.

/// A row of the reference file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) model: &'static str,
    pub(crate) parameters: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) value: f64,
}

/// Parses the reference file.
pub(crate) fn rows() -> Vec<Row> {
    let mut lines = include_str!("../data/queueing.csv").lines();
    assert_eq!(lines.next(), Some("model,parameters,quantity,value,note"));
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let [model, parameters, quantity, value, _] = fields[..] else { panic!("five fields: {line}") };
        Row { model, parameters, quantity, value: value.parse().expect("a number") }
    };
    lines.map(row).collect()
}

/// Rows that no run can measure, with the reason.
pub(crate) const EXCUSED: [(&str, &str, &str); 3] = [
    ("Availability", "MTBF(up)=720 MTTR=4", "a formula about months of up and down, not about a queue: the analysis computes it"),
    ("Availability", "LB 0.999 x (1-(1-0.99)^3) x DB 0.9995", "the same"),
    (
        "Retry",
        "p_fail=0.1 attempts=3",
        "attempts here fail because something is down, full or slow, never by an independent toss of a coin",
    ),
];

/// A configuration of the engine with its exact values. Times are in mean service times unless a name ends in `_ms`.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) model: &'static str,
    pub(crate) parameters: &'static str,
    /// Mean service time in milliseconds.
    pub(crate) unit_ms: f64,
    /// Arrivals per mean service time.
    pub(crate) lambda: f64,
    /// The arrival process, in the syntax of a scenario.
    pub(crate) arrivals: String,
    /// Number of slots and service time of one or two stations.
    pub(crate) stations: Vec<(u32, String)>,
    /// Maximum queue length of each station.
    pub(crate) queue: Option<u32>,
    /// Number of cores that the stations share, and the fraction of their service time that needs a core. Without cores, each
    /// slot has its own.
    pub(crate) cores: Option<(u32, f64)>,
    /// Number of threads of a program that is not part of the site and never waits.
    pub(crate) others: u32,
    /// Squared coefficient of variation of the service time.
    pub(crate) cv2: f64,
    /// Quantities with their exact values.
    pub(crate) exact: Vec<(&'static str, f64)>,
    /// Bound on the relative error in the quick test: four standard errors of the case's most uncertain quantity, as
    /// measured in the full run, rounded up.
    pub(crate) quick: Option<f64>,
}

const UNIT_MS: f64 = 10.0;

fn exponential(mean_ms: f64) -> String {
    format!("Exponential(mean_ms: {mean_ms})")
}

impl Case {
    /// Creates a case with one station and Poisson arrivals. The exact values are those of the file's rows, plus
    /// `notes`.
    fn new(
        (model, parameters): (&'static str, &'static str),
        lambda: f64,
        slots: u32,
        service: String,
        notes: &[(&'static str, f64)],
    ) -> Self {
        let of_file = rows().into_iter().filter(|row| (row.model, row.parameters) == (model, parameters));
        let mut exact: Vec<_> = of_file.map(|row| (row.quantity, row.value)).collect();
        exact.extend_from_slice(notes);
        let arrivals = "Poisson".to_owned();
        let stations = vec![(slots, service)];
        let (queue, cores, others, quick) = (None, None, 0, None);
        Self { model, parameters, unit_ms: UNIT_MS, lambda, arrivals, stations, queue, cores, others, cv2: 1.0, exact, quick }
    }

    /// Creates a case with exponential service.
    fn markov(model: &'static str, parameters: &'static str, lambda: f64, slots: u32, notes: &[(&'static str, f64)]) -> Self {
        Self::new((model, parameters), lambda, slots, exponential(UNIT_MS), notes)
    }

    /// Creates a case with one server and the given service time distribution.
    fn general(
        model: &'static str,
        parameters: &'static str,
        rho: f64,
        cv2: f64,
        service: &str,
        notes: &[(&'static str, f64)],
    ) -> Self {
        Self { cv2, ..Self::new((model, parameters), rho, 1, service.to_owned(), notes) }
    }

    fn with_queue(self, queue: u32) -> Self {
        Self { queue: Some(queue), ..self }
    }

    /// Processor sharing: enough slots for all, and the given number of cores.
    fn sharing(model: &'static str, parameters: &'static str, (lambda, cores): (f64, u32), service: &str, w: f64) -> Self {
        let slots = 1_000_000;
        let case = Self::new((model, parameters), lambda, slots, service.to_owned(), &[("W", w), ("L", lambda * w)]);
        Self { cores: Some((cores, 1.0)), ..case }
    }

    fn quick(self, bound: f64) -> Self {
        Self { quick: Some(bound), ..self }
    }
}

/// All cases, starting with those of the file in its order.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::markov("M/M/1", "lambda=0.5 mu=1", 0.5, 1, &[]).quick(0.08),
        Case::markov("M/M/1", "lambda=0.8 mu=1", 0.8, 1, &[]),
        Case::markov("M/M/1", "lambda=0.9 mu=1", 0.9, 1, &[]),
        Case::markov("M/M/1", "lambda=80/s mu=100/s", 0.8, 1, &[("W_p95_ms", 149.787)]),
        Case::markov("M/M/2", "a=1", 1.0, 2, &[]).quick(0.05),
        Case::markov("M/M/2", "a=1.6", 1.6, 2, &[("Wq", 16.0 / 9.0), ("L", 40.0 / 9.0), ("P(Wq>2)", 0.319_523)]),
        Case::markov("M/M/3", "a=2", 2.0, 3, &[("Wq", 4.0 / 9.0), ("Lq", 8.0 / 9.0)]).quick(0.15),
        Case {
            unit_ms: 100.0,
            ..Case::new(("M/M/4", "lambda=30/s mu=10/s each"), 3.0, 4, exponential(100.0), &[("Wq_ms", 50.9434)])
        },
        Case::markov("M/M/5", "a=4", 4.0, 5, &[("Lq", 2.216_450)]),
        Case::markov("M/M/10", "a=6", 6.0, 10, &[("Wq", 0.025_324_8)]),
        Case::markov("M/M/20", "a=18", 18.0, 20, &[("Wq", 0.275_385)]),
        Case::markov("Erlang-B", "c=2 a=1", 1.0, 2, &[]).with_queue(0).quick(0.05),
        Case::markov("Erlang-B", "c=5 a=3", 3.0, 5, &[]).with_queue(0).quick(0.065),
        Case::markov("Erlang-B", "c=10 a=5", 5.0, 10, &[]).with_queue(0),
        Case { cv2: 0.0, ..Case::new(("Erlang-B", "c=10 a=5"), 5.0, 10, "Constant(ms: 10)".to_owned(), &[]) }.with_queue(0),
        Case::markov("Erlang-B", "c=15 a=8.108", 8.108, 15, &[]).with_queue(0),
        Case::markov("Erlang-B", "c=30 a=25", 25.0, 30, &[]).with_queue(0),
        // K includes the jobs in service.
        Case::markov("M/M/1/4", "lambda=1 mu=1", 1.0, 1, &[("L", 2.0), ("W", 2.5)]).with_queue(3).quick(0.045),
        Case::markov("M/M/1/3", "lambda=1.5 mu=1", 1.5, 1, &[("W", 2.263_158)]).with_queue(2).quick(0.03),
        Case::markov("M/M/2/5", "a=1.6", 1.6, 2, &[("L", 2.161_240)]).with_queue(3),
        Case::general("M/D/1", "rho=0.5", 0.5, 0.0, "Constant(ms: 10)", &[]).quick(0.06),
        Case::general("M/D/1", "rho=0.8", 0.8, 0.0, "Constant(ms: 10)", &[("L", 2.4)]),
        Case::general("M/E4/1", "rho=0.8 CV2=0.25", 0.8, 0.25, "Erlang(mean_ms: 10, k: 4)", &[]),
        Case::general("M/U(0;2)/1", "rho=0.8", 0.8, 1.0 / 3.0, "Uniform(min_ms: 0, max_ms: 20)", &[]),
        Case::general("M/LN/1", "rho=0.7 CV2=9", 0.7, 9.0, &lognormal(9.0), &[]),
        Case::markov("Tandem", "lambda=0.5 mu=1 then 0.8", 0.5, 1, &[("L", 8.0 / 3.0), ("L_1", 1.0)]),
    ];
    let tandem = cases.last_mut().expect("the list is not empty");
    tandem.stations.push((1, exponential(UNIT_MS / 0.8)));
    cases.extend(beyond_the_file());
    cases.extend(shared_cores());
    cases
}

/// A lognormal service time with mean 10 ms: σ² = ln(1 + CV²), median = mean / exp(σ²/2).
fn lognormal(cv2: f64) -> String {
    format!("LogNormal(median_ms: {}, sigma: {})", UNIT_MS / (1.0 + cv2).sqrt(), cv2.ln_1p().sqrt())
}

/// Cases with closed forms that the file does not list.
fn beyond_the_file() -> Vec<Case> {
    // Pollaczek–Khinchine formula: Wq = ρ (1 + CV²) / (2 (1 − ρ)).
    let hyperexponential = "Hyperexponential(mean_ms: 10, cv2: 4)";
    // Constant interarrival times and exponential service: W = 1 / (1 − s), where s = exp(−(1 − s) / ρ).
    let s = (0..1_000).fold(0.5_f64, |s, _| (-(1.0 - s) / 0.8).exp());
    let mut regular = Case::markov("D/M/1", "rho=0.8", 0.8, 1, &[("W", 1.0 / (1.0 - s)), ("C", s)]).quick(0.09);
    "Constant".clone_into(&mut regular.arrivals);
    vec![
        Case::general("M/H2/1", "rho=0.7 CV2=4", 0.7, 4.0, hyperexponential, &[("Wq", 0.7 * 5.0 / 0.6)]),
        regular,
        closed("N=5 Z=8", 5, 8.0, "Exponential(mean_ms: 80)").quick(0.03),
        // The closed form depends only on the mean of the think time.
        closed("N=20 Z=15, constant thinking", 20, 15.0, "Constant(ms: 150)").quick(0.035),
        closed("N=10 Z=20, lognormal thinking", 10, 20.0, "LogNormal(median_ms: 121.306132, sigma: 1.0)"),
    ]
}

/// Processor sharing on the cores of a server.
///
/// The discipline is symmetric (Kelly, "Reversibility and Stochastic Networks", 1979, section 3.3): the mean time in system
/// is that of an M/M/c queue whatever the distribution of the service time, and proportional to what a job needs.
fn shared_cores() -> Vec<Case> {
    let exponential = exponential(UNIT_MS);
    let hyperexponential = "Hyperexponential(mean_ms: 10, cv2: 4)";
    // M/M/2 at a = 1.6: W = 1 + C / (2 - a), with C from the file.
    let two = 1.0 + 0.711_111_1 / 0.4;
    let mut two_programs = Case::sharing("M/M/1-PS", "two programs, 0.5 and 0.3", (0.5, 1), &exponential, 1.6 / 0.2);
    // The second program needs 6 ms of each request's 16 ms.
    two_programs.stations.push((1_000_000, "Constant(ms: 6)".to_owned()));
    two_programs.exact.push(("L_1", 0.5 / 0.2));
    let mut disk = Case::sharing("M/M/1-PS", "half of the time at a disk", (1.6, 1), &exponential, 0.5 / 0.2 + 0.5);
    disk.cores = Some((1, 0.5));
    // With k threads that never end, each job is as slow as if k more were always present: W = (k + 1) / (1 - rho).
    let mut busy = Case::sharing("M/G/1-PS", "rho=0.5, two busy threads beside it", (0.5, 1), "Constant(ms: 10)", 3.0 / 0.5);
    busy.others = 2;
    // Exponential service has no memory, so the number in system does not depend on the discipline.
    let mut limited = Case::sharing("M/M/1-PS", "rho=0.8, three slots", (0.8, 1), &exponential, 5.0);
    limited.stations[0].0 = 3;
    vec![
        Case::sharing("M/M/1-PS", "rho=0.5", (0.5, 1), &exponential, 2.0).quick(0.08),
        Case::sharing("M/M/1-PS", "rho=0.8", (0.8, 1), &exponential, 5.0),
        Case { cv2: 0.0, ..Case::sharing("M/D/1-PS", "rho=0.5", (0.5, 1), "Constant(ms: 10)", 2.0) }.quick(0.06),
        Case { cv2: 0.0, ..Case::sharing("M/D/1-PS", "rho=0.8", (0.8, 1), "Constant(ms: 10)", 5.0) },
        Case { cv2: 4.0, ..Case::sharing("M/H2/1-PS", "rho=0.7 CV2=4", (0.7, 1), hyperexponential, 1.0 / 0.3) }.quick(0.2),
        Case { cv2: 9.0, ..Case::sharing("M/LN/1-PS", "rho=0.7 CV2=9", (0.7, 1), &lognormal(9.0), 1.0 / 0.3) },
        Case::sharing("M/M/2-PS", "a=1.6", (1.6, 2), &exponential, two).quick(0.15),
        Case { cv2: 0.0, ..Case::sharing("M/D/2-PS", "a=1.6", (1.6, 2), "Constant(ms: 10)", two) }.quick(0.15),
        two_programs.quick(0.2),
        disk.quick(0.15),
        Case { cv2: 0.0, ..busy }.quick(0.1),
        limited.quick(0.2),
    ]
}

/// A closed population with mean think time `z`, in mean service times, and one exponential server: the machine
/// repairman problem, by exact mean value analysis (Reiser and Lavenberg 1980): W(n) = 1 + L(n − 1), X(n) = n / (W(n) +
/// z), L(n) = X(n) W(n).
fn closed(parameters: &'static str, users: u32, z: f64, think: &str) -> Case {
    let (mut w, mut x, mut l) = (0.0, 0.0, 0.0);
    for n in 1..=users {
        w = 1.0 + l;
        x = f64::from(n) / (w + z);
        l = x * w;
    }
    let mut case = Case::markov("Closed", parameters, x, 1, &[("W", w), ("X", x), ("L", l), ("rho", x)]);
    case.arrivals = format!("Closed(users: {users}, think: {think})");
    case
}
