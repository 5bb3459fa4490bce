//! The limit: a simulator written by hand for each network, without anything that a general engine needs.
//!
//! It shows what the machine can do: no topology, no timeouts, no faults, no metrics except the mean.

use super::heap::Heap;
use crate::random::Random;
use crate::workload::{APP, DB, FW, LB, NETWORK, Outcome, QUEUE, VISITS, WEB, Workload};

pub fn run(workload: Workload, requests: u64, seed: u64) -> Outcome {
    let sum = match workload {
        Workload::W1 => queue(requests, seed),
        Workload::W2 => network(requests, seed),
    };
    Outcome::from_sum(requests, sum)
}

/// A first-in-first-out queue in a ring buffer whose capacity is a power of two.
struct Fifo<T> {
    ring: Vec<T>,
    head: u32,
    tail: u32,
}

impl<T: Copy + Default> Fifo<T> {
    fn new() -> Self {
        Self { ring: vec![T::default(); 64], head: 0, tail: 0 }
    }

    #[inline]
    fn push(&mut self, item: T) {
        if self.tail.wrapping_sub(self.head) as usize == self.ring.len() {
            self.grow();
        }
        let mask = self.ring.len() - 1;
        self.ring[self.tail as usize & mask] = item;
        self.tail = self.tail.wrapping_add(1);
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let item = self.ring[self.head as usize & (self.ring.len() - 1)];
        self.head = self.head.wrapping_add(1);
        Some(item)
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.ring.len() - 1;
        let old: Vec<T> = (0..self.ring.len()).map(|i| self.ring[(self.head as usize + i) & mask]).collect();
        (self.head, self.tail) = (0, old.len() as u32);
        self.ring = old;
        self.ring.resize(self.ring.len() * 2, T::default());
    }
}

/// Pending events: time (64 bits), sequence number (32), payload (32).
struct Events {
    heap: Heap,
    sequence: u64,
}

impl Events {
    #[inline]
    fn schedule(&mut self, at: u64, what: u32) {
        self.sequence += 1;
        self.heap.push((u128::from(at) << 64) | u128::from((self.sequence << 32) | u64::from(what)));
    }

    #[inline]
    fn next(&mut self) -> Option<(u64, u32)> {
        self.heap.pop().map(|event| ((event >> 64) as u64, event as u32))
    }
}

const ARRIVAL: u32 = u32::MAX;

/// W1. The queue holds arrival times; its head is in service.
fn queue(jobs: u64, seed: u64) -> u128 {
    let mut random = Random::new(seed);
    let mut events = Events { heap: Heap::new(), sequence: 0 };
    let mut line = Fifo::<u64>::new();
    let (mut arrived, mut sum) = (0, 0u64);
    let gap = Workload::W1.gap_ns();
    events.schedule(random.exponential(gap), ARRIVAL);
    while let Some((now, what)) = events.next() {
        if what == ARRIVAL {
            arrived += 1;
            if arrived < jobs {
                events.schedule(now + random.exponential(gap), ARRIVAL);
            }
            let idle = line.is_empty();
            line.push(now);
            if !idle {
                continue;
            }
        } else {
            sum += now - line.pop().unwrap_or(now);
            if line.is_empty() {
                continue;
            }
        }
        events.schedule(now + random.exponential(QUEUE.mean_ns), 0);
    }
    u128::from(sum)
}

struct Station {
    free: u32,
    mean_ns: f64,
    line: Fifo<u32>,
}

// The state of a request in 32 bits: visit (4) | web server (1) | application server (1) | record (26).
const VISIT: u32 = 28;
const WEB_BIT: u32 = 27;
const APP_BIT: u32 = 26;
const RECORD: u32 = (1 << APP_BIT) - 1;

/// The station for each combination of visit, web server and application server.
const STATIONS: [u8; 64] = {
    let mut table = [0; 64];
    let mut key = 0;
    while key < 64 {
        let (visit, web, app) = (key >> 2, (key >> 1) & 1, key & 1);
        table[key] = match visit {
            1 | 7 => LB,
            2 | 6 => WEB + web,
            3 | 5 => APP + app,
            4 => DB,
            _ => FW,
        } as u8;
        key += 1;
    }
    table
};

struct Network {
    stations: [Station; 8],
    events: Events,
    random: Random,
}

impl Network {
    #[inline]
    fn station(&mut self, doing: u32) -> &mut Station {
        &mut self.stations[usize::from(STATIONS[(doing >> APP_BIT) as usize]) & 7]
    }

    #[inline]
    fn enter(&mut self, now: u64, doing: u32) {
        let station = self.station(doing);
        if station.free > 0 {
            station.free -= 1;
            let mean = station.mean_ns;
            self.serve(now, mean, doing);
        } else {
            station.line.push(doing);
        }
    }

    /// Gives the slot of the station that served `doing` to the next request in the queue, or frees it.
    #[inline]
    fn leave(&mut self, now: u64, doing: u32) {
        let station = self.station(doing);
        let mean = station.mean_ns;
        match station.line.pop() {
            Some(next) => self.serve(now, mean, next),
            None => station.free += 1,
        }
    }

    #[inline]
    fn serve(&mut self, now: u64, mean_ns: f64, doing: u32) {
        let at = now + self.random.exponential(mean_ns);
        self.events.schedule(at, doing);
    }
}

/// W2.
fn network(requests: u64, seed: u64) -> u128 {
    // The eighth station is unused: with it, a mask replaces the bounds check.
    let stations = std::array::from_fn(|i| {
        let spec = NETWORK[i.min(DB)];
        Station { free: spec.slots, mean_ns: spec.mean_ns, line: Fifo::new() }
    });
    let mut net = Network { stations, events: Events { heap: Heap::new(), sequence: 0 }, random: Random::new(seed) };
    let (mut born, mut spare) = (Vec::<u64>::new(), Vec::<u32>::new());
    let (mut next_web, mut next_app) = (0, [0, 0]);
    let (mut arrived, mut sum) = (0, 0u128);
    let gap = Workload::W2.gap_ns();
    net.serve(0, gap, ARRIVAL);
    while let Some((now, doing)) = net.events.next() {
        if doing == ARRIVAL {
            arrived += 1;
            if arrived < requests {
                net.serve(now, gap, ARRIVAL);
            }
            let record = spare.pop().unwrap_or_else(|| {
                born.push(0);
                born.len() as u32 - 1
            });
            born[record as usize] = now;
            net.enter(now, record);
            continue;
        }
        net.leave(now, doing);
        let mut doing = doing + (1 << VISIT);
        match (doing >> VISIT) as u8 {
            2 => {
                doing |= next_web << WEB_BIT;
                next_web ^= 1;
            }
            3 => {
                let next = &mut next_app[(doing >> WEB_BIT) as usize & 1];
                doing |= *next << APP_BIT;
                *next ^= 1;
            }
            VISITS => {
                let record = doing & RECORD;
                sum += u128::from(now - born[record as usize]);
                spare.push(record);
                continue;
            }
            _ => {}
        }
        net.enter(now, doing);
    }
    sum
}
