//! NeXosim on one thread: one model per station and one for the users, connected port by port.
//!
//! One thread is its best case here: with two, each step of simulated time wakes workers, and it is many times slower.

use std::collections::VecDeque;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::random::Random;
use crate::workload::{self, APP, DB, FW, LB, NETWORK, Outcome, QUEUE, WEB, Workload};

/// A request, and the stations that it has visited, by level.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    born: u64,
    path: [u8; 5],
    answered: bool,
}

/// A station of one level. It sends requests to the stations below in turn, and responses to the station above that
/// sent the request.
#[derive(Serialize, Deserialize)]
pub struct Station {
    level: usize,
    /// Its number within its level.
    number: u8,
    free: u32,
    mean_ns: f64,
    random: Random,
    line: VecDeque<Job>,
    below: Vec<Output<Job>>,
    above: Vec<Output<Job>>,
    next_below: usize,
}

#[Model]
impl Station {
    /// Receives a request -- input port.
    pub async fn ask(&mut self, mut job: Job, cx: &Context<Self>) {
        job.path[self.level] = self.number;
        self.enter(job, cx);
    }

    /// Receives a response from below -- input port.
    pub async fn answer(&mut self, job: Job, cx: &Context<Self>) {
        self.enter(job, cx);
    }

    fn enter(&mut self, job: Job, cx: &Context<Self>) {
        if self.free > 0 {
            self.free -= 1;
            self.serve(job, cx);
        } else {
            self.line.push_back(job);
        }
    }

    fn serve(&mut self, job: Job, cx: &Context<Self>) {
        let service = Duration::from_nanos(self.random.exponential(self.mean_ns));
        cx.schedule_event(service, schedulable!(Self::served), job).expect("service times are positive");
    }

    #[nexosim(schedulable)]
    async fn served(&mut self, mut job: Job, cx: &Context<Self>) {
        match self.line.pop_front() {
            Some(next) => self.serve(next, cx),
            None => self.free += 1,
        }
        if job.answered || self.below.is_empty() {
            job.answered = true;
            let client = if self.level == 0 { 0 } else { usize::from(job.path[self.level - 1]) };
            self.above[client].send(job).await;
        } else {
            let chosen = self.next_below;
            self.next_below = (chosen + 1) % self.below.len();
            self.below[chosen].send(job).await;
        }
    }
}

/// All users: they send requests, receive the responses, and report the sum of all latencies after the last one.
#[derive(Serialize, Deserialize)]
pub struct Users {
    gap_ns: f64,
    random: Random,
    requests: u64,
    arrived: u64,
    answered: u64,
    sum_ns: u128,
    front: Output<Job>,
    total: Output<u128>,
}

fn nanos(time: MonotonicTime) -> u64 {
    time.duration_since(MonotonicTime::EPOCH).as_nanos() as u64
}

#[Model]
impl Users {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>, _: &mut ()) {
        self.schedule_arrival(cx);
    }

    fn schedule_arrival(&mut self, cx: &Context<Self>) {
        let gap = Duration::from_nanos(self.random.exponential(self.gap_ns));
        cx.schedule_event(gap, schedulable!(Self::arrival), ()).expect("gaps are positive");
    }

    #[nexosim(schedulable)]
    async fn arrival(&mut self, _: (), cx: &Context<Self>) {
        self.arrived += 1;
        if self.arrived < self.requests {
            self.schedule_arrival(cx);
        }
        self.front.send(Job { born: nanos(cx.time()), path: [0; 5], answered: false }).await;
    }

    /// Receives a response -- input port.
    pub async fn answer(&mut self, job: Job, cx: &Context<Self>) {
        self.answered += 1;
        self.sum_ns += u128::from(nanos(cx.time()) - job.born);
        if self.answered == self.requests {
            self.total.send(self.sum_ns).await;
        }
    }
}

fn station(spec: workload::Station, level: usize, number: u8, seed: u64) -> Station {
    Station {
        level,
        number,
        free: spec.slots,
        mean_ns: spec.mean_ns,
        random: Random::new(seed ^ ((level as u64 + 1) << 32) ^ (u64::from(number) << 40)),
        line: VecDeque::new(),
        below: Vec::new(),
        above: Vec::new(),
        next_below: 0,
    }
}

/// For each station, its level and its number within the level. The only station of W1 is like the first one of W2.
const PLACES: [(usize, u8); NETWORK.len()] = [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0)];

/// The links of W2.
const LINKS: [(usize, usize); 9] = [
    (FW, LB),
    (LB, WEB),
    (LB, WEB + 1),
    (WEB, APP),
    (WEB, APP + 1),
    (WEB + 1, APP),
    (WEB + 1, APP + 1),
    (APP, DB),
    (APP + 1, DB),
];

pub fn run(workload: Workload, requests: u64, seed: u64) -> Outcome {
    let (specs, links) = match workload {
        Workload::W1 => (&[QUEUE][..], &[][..]),
        Workload::W2 => (&NETWORK[..], &LINKS[..]),
    };
    let mut stations: Vec<_> =
        specs.iter().zip(PLACES).map(|(spec, (level, number))| station(*spec, level, number, seed)).collect();
    let mailboxes: Vec<_> = specs.iter().map(|_| Mailbox::new()).collect();
    for &(from, to) in links {
        let mut below = Output::default();
        below.connect(Station::ask, &mailboxes[to]);
        stations[from].below.push(below);
        let mut above = Output::default();
        above.connect(Station::answer, &mailboxes[from]);
        stations[to].above.push(above);
    }

    let users_mailbox = Mailbox::new();
    let mut users = Users {
        gap_ns: workload.gap_ns(),
        random: Random::new(seed),
        requests,
        arrived: 0,
        answered: 0,
        sum_ns: 0,
        front: Output::default(),
        total: Output::default(),
    };
    users.front.connect(Station::ask, &mailboxes[0]);
    let mut home = Output::default();
    home.connect(Users::answer, &users_mailbox);
    stations[0].above.push(home);
    let (sink, mut total) = event_slot(SinkState::Enabled);
    users.total.connect_sink(sink);

    let mut bench = SimInit::with_num_threads(1).add_model(users, users_mailbox, "users");
    for ((station, mailbox), spec) in stations.into_iter().zip(mailboxes).zip(specs) {
        bench = bench.add_model(station, mailbox, spec.name);
    }
    let mut simulation = bench.init(MonotonicTime::EPOCH).expect("the bench is valid");
    simulation.run().expect("no model fails");
    Outcome::from_sum(requests, total.try_read().expect("the last response has arrived"))
}
