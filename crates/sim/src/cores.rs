//! Processor cores: the programs on a server with a number of cores share them.
//!
//! The scheduler is idealised as egalitarian processor sharing. With c cores and n threads that want to run, each runs at
//! the rate min(1, c/n): a thread never uses more than one core, and with more threads than cores all are equally slow. A
//! slot is such a thread while it works.
//!
//! Since all threads of a server run at the same rate, one *virtual clock* per server, which advances at that rate, replaces
//! the remaining work of each job: a job that needs d ns of processor time and starts at virtual time v is done at v + d,
//! whatever starts or ends in the meantime. Jobs are ordered by that time, so a change costs O(log n), and only the first
//! one has an event. The clock has 32 binary digits after the nanosecond, and ends are rounded up to the next nanosecond.

use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::event::{Kind, RENUMBERED};
use crate::index::{IndexVec, Ix, RequestIx, ServerIx, StationIx, count};
use crate::plan::Plan;
use crate::time::{SECOND, SimTime};
use crate::view::CpuView;

/// Number of fraction bits of a virtual clock.
const FRACTION_BITS: u32 = 32;

/// Rounding errors of a virtual clock that are forgiven: 2^-16 ns, more than 65,000 changes of the rate cause.
const SLACK: u128 = 1 << (FRACTION_BITS - 16);

/// Work that needs a core.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) request: RequestIx,
    pub(crate) station: StationIx,
    /// Time that the work waits for disk or network afterwards, in nanoseconds.
    pub(crate) wait: u64,
}

/// The processor of one server.
#[derive(Clone, Debug, PartialEq)]
struct Processor {
    cores: u32,
    /// Number of threads of a program that is not part of the site; each would run without a break.
    others: u32,
    is_on: bool,
    /// Processor time that each thread has received since the jobs last began to run, in 2^-32 ns.
    virtual_now: u128,
    last_change: SimTime,
    /// Jobs by the virtual time at which they end, then by start.
    jobs: BTreeMap<(u128, u64), Job>,
    /// Number of jobs that have started.
    started: u64,
    /// Jobs of hung processes, and the processor time that they still need in 2^-32 ns.
    suspended: BTreeMap<RequestIx, (u128, Job)>,
    /// When the pending event is due, and its sequence number. It is never later than the first end of a job.
    event: Option<(SimTime, u64)>,
    /// Processor time that the site's jobs have received, in 2^-32 ns.
    used: u128,
    /// Processor time that other programs have received, in 2^-32 ns.
    used_by_others: u128,
    /// `used` and `used_by_others` at the end of the last whole second.
    second: (u128, u128),
    /// Processor time of the site's jobs and of other programs in the last whole second.
    last_second: (u128, u128),
}

/// A time in nanoseconds, in units of a virtual clock.
fn fine(nanos: u64) -> u128 {
    u128::from(nanos) << FRACTION_BITS
}

/// Nanoseconds of a virtual clock's units, rounded up.
fn nanos_up(fine: u128) -> u64 {
    u64::try_from(fine.div_ceil(1 << FRACTION_BITS)).expect("work ends within five centuries")
}

impl Processor {
    fn new(cores: u32) -> Self {
        Self {
            cores,
            others: 0,
            is_on: true,
            virtual_now: 0,
            last_change: SimTime::ZERO,
            jobs: BTreeMap::new(),
            started: 0,
            suspended: BTreeMap::new(),
            event: None,
            used: 0,
            used_by_others: 0,
            second: (0, 0),
            last_second: (0, 0),
        }
    }

    /// Number of other programs' threads that run.
    const fn others(&self) -> u32 {
        if self.is_on { self.others } else { 0 }
    }

    fn threads(&self) -> u32 {
        count(self.jobs.len()).saturating_add(self.others())
    }

    /// Processor time that each thread receives in `nanos`, in 2^-32 ns.
    fn share(&self, nanos: u64) -> u128 {
        let threads = self.threads();
        if threads <= self.cores { fine(nanos) } else { fine(nanos) * u128::from(self.cores) / u128::from(threads) }
    }

    /// Processor time that jobs and other programs have received up to `now`, in 2^-32 ns.
    fn used(&self, now: SimTime) -> (u128, u128) {
        let share = self.share(now - self.last_change);
        (self.used + share * u128::from(count(self.jobs.len())), self.used_by_others + share * u128::from(self.others()))
    }

    /// Advances the virtual clock to `now`. Must be called before the threads or cores change.
    fn settle(&mut self, now: SimTime) {
        let share = self.share(now - self.last_change);
        (self.used, self.used_by_others) = self.used(now);
        self.virtual_now += share;
        self.last_change = now;
    }

    fn add(&mut self, job: Job, needs: u128) {
        if self.jobs.is_empty() {
            self.virtual_now = 0;
        }
        self.started += 1;
        self.jobs.insert((self.virtual_now + needs, self.started), job);
    }

    /// Removes and returns a job that has received all its processor time.
    fn take_done(&mut self) -> Option<Job> {
        let first = self.jobs.first_entry().filter(|first| first.key().0 <= self.virtual_now + SLACK)?;
        Some(first.remove())
    }

    /// Schedules an event for the first end of a job, unless an earlier one is pending. The clock must be settled.
    fn schedule(&mut self, server: ServerIx, clock: &mut Clock) {
        let Some(((end, _), _)) = self.jobs.first_key_value() else { return };
        let needs = end.saturating_sub(self.virtual_now + SLACK);
        let threads = self.threads();
        let wait = if threads <= self.cores {
            nanos_up(needs)
        } else {
            nanos_up((needs * u128::from(threads)).div_ceil(u128::from(self.cores)))
        };
        let due = self.last_change + wait;
        if self.event.is_none_or(|(at, _)| due < at) {
            self.event = Some((due, clock.schedule(due, Kind::Cpu, server.raw())));
        }
    }
}

/// The processors of all servers; `None` for servers without a number of cores.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cores {
    servers: IndexVec<ServerIx, Option<Processor>>,
    /// Whether any server has a number of cores.
    any: bool,
}

impl Cores {
    pub(crate) fn new(plan: &Plan, now: SimTime) -> Self {
        let processor = |cores: &Option<u32>| cores.map(|cores| Processor { last_change: now, ..Processor::new(cores) });
        let servers: IndexVec<ServerIx, Option<Processor>> = plan.cores.iter().map(processor).collect();
        let any = servers.iter().any(Option::is_some);
        Self { servers, any }
    }

    /// Starts a job that needs `cpu` ns of processor time on a server with cores.
    pub(crate) fn start(&mut self, server: ServerIx, job: Job, cpu: u64, clock: &mut Clock) {
        let processor = self.servers[server].as_mut().expect("only servers with cores run jobs");
        processor.settle(clock.now());
        processor.add(job, fine(cpu));
        processor.schedule(server, clock);
    }

    /// Whether an event is the pending one of a server's processor.
    pub(crate) fn waits_for(&self, server: ServerIx, sequence: u64) -> bool {
        self.servers[server].as_ref().and_then(|processor| processor.event).is_some_and(|(_, pending)| pending == sequence)
    }

    /// Handles the pending event of a server's processor: removes and returns the jobs that have ended.
    pub(crate) fn due(&mut self, server: ServerIx, clock: &mut Clock) -> Vec<Job> {
        let processor = self.servers[server].as_mut().expect("only processors have events");
        processor.event = None;
        processor.settle(clock.now());
        let done = std::iter::from_fn(|| processor.take_done()).collect();
        processor.schedule(server, clock);
        done
    }

    /// Gives the pending event of a server's processor another sequence number. [`Self::end_renumbering`] must follow.
    pub(crate) fn renumber(&mut self, server: ServerIx, to: u64) {
        if let Some((_, sequence)) = self.servers[server].as_mut().and_then(|processor| processor.event.as_mut()) {
            *sequence = RENUMBERED | to;
        }
    }

    /// Completes the renumbering of all events.
    pub(crate) fn end_renumbering(&mut self) {
        let events = self.servers.iter_mut().flatten().filter_map(|processor| processor.event.as_mut());
        events.for_each(|(_, sequence)| *sequence &= !RENUMBERED);
    }

    /// Suspends the jobs of a process that hangs.
    pub(crate) fn suspend(&mut self, server: Option<ServerIx>, station: StationIx, clock: &mut Clock) {
        self.change(server, clock, |processor| {
            let now = processor.virtual_now;
            let (suspended, others) =
                std::mem::take(&mut processor.jobs).into_iter().partition(|(_, job)| job.station == station);
            processor.jobs = others;
            let suspended: BTreeMap<(u128, u64), Job> = suspended;
            let left = suspended.into_iter().map(|((end, _), job)| (job.request, (end.saturating_sub(now), job)));
            processor.suspended.extend(left);
        });
    }

    /// Continues a suspended job of a process that resumes. Returns false if the request has none.
    pub(crate) fn resume(&mut self, server: Option<ServerIx>, request: RequestIx, clock: &mut Clock) -> bool {
        let mut found = false;
        self.change(server, clock, |processor| {
            if let Some((needs, job)) = processor.suspended.remove(&request) {
                processor.add(job, needs);
                found = true;
            }
        });
        found
    }

    /// Discards the jobs of a process that has ended.
    pub(crate) fn stop(&mut self, server: Option<ServerIx>, station: StationIx, clock: &mut Clock) {
        self.change(server, clock, |processor| {
            processor.jobs.retain(|_, job| job.station != station);
            processor.suspended.retain(|_, (_, job)| job.station != station);
        });
    }

    /// Powers a server off or on. The jobs of its processes have ended.
    pub(crate) fn set_on(&mut self, server: ServerIx, on: bool, clock: &mut Clock) {
        self.change(Some(server), clock, |processor| processor.is_on = on);
    }

    /// Sets the number of threads that a program which is not part of the site runs on a server with cores.
    pub(crate) fn set_others(&mut self, server: ServerIx, threads: u32, clock: &mut Clock) {
        self.change(Some(server), clock, |processor| processor.others = threads);
    }

    /// Number of threads that a program which is not part of the site runs on a server; `None` for a server without cores.
    pub(crate) fn others(&self, server: ServerIx) -> Option<u32> {
        self.servers[server].as_ref().map(|processor| processor.others)
    }

    /// Changes the processor of a server, if it has a number of cores.
    fn change(&mut self, server: Option<ServerIx>, clock: &mut Clock, change: impl FnOnce(&mut Processor)) {
        let Some(server) = server.filter(|_| self.any) else { return };
        let Some(processor) = &mut self.servers[server] else { return };
        processor.settle(clock.now());
        change(processor);
        processor.schedule(server, clock);
    }

    /// Completes a whole second.
    pub(crate) fn roll_second(&mut self, now: SimTime) {
        if !self.any {
            return;
        }
        for processor in self.servers.iter_mut().flatten() {
            processor.settle(now);
            let used = (processor.used, processor.used_by_others);
            processor.last_second = (used.0 - processor.second.0, used.1 - processor.second.1);
            processor.second = used;
        }
    }

    /// The state of a server's processor; `None` for a server without cores.
    pub(crate) fn view(&self, server: ServerIx, now: SimTime) -> Option<CpuView> {
        let processor = self.servers[server].as_ref()?;
        let part = |used: u128| (used >> FRACTION_BITS) as f64 / (f64::from(processor.cores) * SECOND as f64);
        let (own, others) = processor.used(now);
        Some(CpuView {
            cores: processor.cores,
            utilisation: part(processor.last_second.0 + processor.last_second.1).clamp(0.0, 1.0),
            others_utilisation: part(processor.last_second.1).clamp(0.0, 1.0),
            running: count(processor.jobs.len()),
            others: processor.others(),
            used_ns: own >> FRACTION_BITS,
            others_used_ns: others >> FRACTION_BITS,
        })
    }

    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        let of = |processor: &Processor| {
            size_of::<Processor>() + (processor.jobs.len() + processor.suspended.len()) * 2 * size_of::<(u128, u64, Job)>()
        };
        self.servers.iter().flatten().map(of).sum()
    }
}
