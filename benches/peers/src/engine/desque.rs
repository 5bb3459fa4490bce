//! desque: a queue of boxed events over user-defined state.

use std::collections::VecDeque;

use desque::SimState;
use desque::serial::{OkEvent, Simulation};

use crate::random::Random;
use crate::workload::{APP, DB, FW, LB, NETWORK, Outcome, QUEUE, VISITS, WEB, Workload};

type Sim = Simulation<World, u64>;

#[derive(Clone, Copy, Debug)]
struct Job {
    born: u64,
    visit: u8,
    web: u8,
    app: u8,
}

struct Station {
    free: u32,
    mean_ns: f64,
    line: VecDeque<Job>,
}

struct World {
    workload: Workload,
    requests: u64,
    arrived: u64,
    stations: Vec<Station>,
    random: Random,
    next_web: u8,
    next_app: [u8; 2],
    sum: u128,
}

impl SimState<u64> for World {}

impl World {
    fn station_of(&self, job: Job) -> usize {
        match job.visit {
            1 | 7 => LB,
            2 | 6 => WEB + usize::from(job.web),
            3 | 5 => APP + usize::from(job.app),
            4 => DB,
            _ => FW,
        }
    }

    /// Advances a job to its next visit. Returns false if there is none.
    fn advance(&mut self, job: &mut Job) -> bool {
        job.visit += 1;
        match (self.workload, job.visit) {
            (Workload::W1, _) | (Workload::W2, VISITS) => return false,
            (_, 2) => {
                job.web = self.next_web;
                self.next_web ^= 1;
            }
            (_, 3) => {
                let next = &mut self.next_app[usize::from(job.web)];
                job.app = *next;
                *next ^= 1;
            }
            _ => {}
        }
        true
    }
}

fn serve(sim: &mut Sim, station: usize, job: Job) {
    let world = sim.state_mut();
    let service = world.random.exponential(world.stations[station].mean_ns);
    sim.schedule_with_delay(Served { job }, service).expect("service times are positive");
}

fn enter(sim: &mut Sim, job: Job) {
    let world = sim.state_mut();
    let place = world.station_of(job);
    let station = &mut world.stations[place];
    if station.free > 0 {
        station.free -= 1;
        serve(sim, place, job);
    } else {
        station.line.push_back(job);
    }
}

#[derive(Debug)]
struct Arrival;

impl OkEvent<World, u64> for Arrival {
    fn execute(&mut self, sim: &mut Sim) {
        let born = *sim.current_time();
        let world = sim.state_mut();
        world.arrived += 1;
        if world.arrived < world.requests {
            let gap = world.random.exponential(world.workload.gap_ns());
            sim.schedule_with_delay(Self, gap).expect("gaps are positive");
        }
        enter(sim, Job { born, visit: 0, web: 0, app: 0 });
    }
}

#[derive(Debug)]
struct Served {
    job: Job,
}

impl OkEvent<World, u64> for Served {
    fn execute(&mut self, sim: &mut Sim) {
        let now = *sim.current_time();
        let world = sim.state_mut();
        let mut job = self.job;
        let place = world.station_of(job);
        let station = &mut world.stations[place];
        match station.line.pop_front() {
            Some(next) => serve(sim, place, next),
            None => station.free += 1,
        }
        let world = sim.state_mut();
        if world.advance(&mut job) {
            enter(sim, job);
        } else {
            world.sum += u128::from(now - job.born);
        }
    }
}

pub fn run(workload: Workload, requests: u64, seed: u64) -> Outcome {
    let specs = match workload {
        Workload::W1 => &[QUEUE][..],
        Workload::W2 => &NETWORK[..],
    };
    let stations = specs.iter().map(|spec| Station { free: spec.slots, mean_ns: spec.mean_ns, line: VecDeque::new() });
    let world = World {
        workload,
        requests,
        arrived: 0,
        stations: stations.collect(),
        random: Random::new(seed),
        next_web: 0,
        next_app: [0, 0],
        sum: 0,
    };
    let mut sim = Simulation::new(world, 0);
    sim.schedule(Arrival, 0).expect("the start is not in the past");
    sim.run().expect("no event fails");
    Outcome::from_sum(requests, sim.state().sum)
}
