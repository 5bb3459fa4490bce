//! Parameters of a component as a queueing station: slots, queue, service times.

use serde::{Deserialize, Serialize};

use super::quantity::{Fraction, Millis, Phases, Sigma, Variability};
use super::request::RequestKind;

/// The distribution of one service time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ServiceTime {
    /// Always the same.
    Constant {
        /// Service time.
        ms: Millis,
    },
    /// Exponential: memoryless.
    Exponential {
        /// Mean.
        mean_ms: Millis,
    },
    /// Uniformly distributed between two bounds.
    Uniform {
        /// Lower bound.
        min_ms: Millis,
        /// Upper bound.
        max_ms: Millis,
    },
    /// Lognormal: mostly short with a long tail, like measured service times. Its mean is `median · exp(σ²/2)`.
    LogNormal {
        /// Median.
        median_ms: Millis,
        /// Standard deviation of the logarithm.
        sigma: Sigma,
    },
    /// Erlang: several exponential steps in sequence with the same mean. More steps mean less variation.
    Erlang {
        /// Mean of the sum of all steps.
        mean_ms: Millis,
        /// Number of steps.
        k: Phases,
    },
    /// Mixture of two exponentials with balanced means: many short services and a few long ones. More varied than
    /// [`Self::Exponential`].
    Hyperexponential {
        /// Overall mean.
        mean_ms: Millis,
        /// Squared coefficient of variation: variance over squared mean.
        cv2: Variability,
    },
}

impl ServiceTime {
    /// Mean in milliseconds.
    pub fn mean_ms(self) -> f64 {
        match self {
            Self::Constant { ms } => ms.get(),
            Self::Exponential { mean_ms } | Self::Erlang { mean_ms, .. } | Self::Hyperexponential { mean_ms, .. } => {
                mean_ms.get()
            }
            Self::Uniform { min_ms, max_ms } => f64::midpoint(min_ms.get(), max_ms.get()),
            Self::LogNormal { median_ms, sigma } => median_ms.get() * libm::exp(sigma.get() * sigma.get() / 2.0),
        }
    }

    /// Squared coefficient of variation: variance over squared mean. 0 is constant, 1 is memoryless.
    pub fn cv2(self) -> f64 {
        match self {
            Self::Constant { .. } => 0.0,
            Self::Exponential { .. } => 1.0,
            Self::Uniform { min_ms, max_ms } => {
                let (width, mean) = (max_ms.get() - min_ms.get(), self.mean_ms());
                if mean > 0.0 { width * width / 12.0 / (mean * mean) } else { 0.0 }
            }
            Self::LogNormal { sigma, .. } => libm::expm1(sigma.get() * sigma.get()),
            Self::Erlang { k, .. } => 1.0 / f64::from(k.get()),
            Self::Hyperexponential { cv2, .. } => cv2.get(),
        }
    }

    const fn lognormal(median_ms: f64, sigma: f64) -> Self {
        Self::LogNormal { median_ms: Millis::literal(median_ms), sigma: Sigma::literal(sigma) }
    }

    const fn constant(ms: f64) -> Self {
        Self::Constant { ms: Millis::literal(ms) }
    }
}

/// When a slot is freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// When the service ends, as in the event loop of a web server or balancer.
    WhileServed,
    /// When the response from downstream arrives, as for an application worker that waits for the database.
    UntilAnswered,
}

/// Complete parameters of a station.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// Number of requests that can be in service at once.
    pub slots: u32,
    /// Maximum number of queued requests, the length of the accept queue; `None` for no limit.
    pub queue: Option<u32>,
    /// Maximum number of connections: those with a request in service, queued or waiting for downstream, and at the entry of
    /// the site also the users' idle ones. `None` for no limit. [`AtLimit`](crate::behaviour::AtLimit) says what happens to
    /// further ones.
    pub connections: Option<u32>,
    /// When a slot is freed.
    pub hold: Hold,
    /// Service time per kind of request, in the order of [`RequestKind::ALL`].
    pub service: [ServiceTime; 3],
    /// Service time of a response from downstream or, at a firewall, of one that passes through. `None` for no work.
    pub answer: Option<ServiceTime>,
    /// Fraction of a service time during which the component needs a processor core. For the rest, it waits for a disk or for
    /// another machine. Only matters on a server with a number of cores.
    pub cpu: Fraction,
}

/// The processor share of components that wait for nothing during their own work.
const ALL_CPU: Fraction = Fraction::literal(1.0);

/// A scenario's changes to a kind's default station.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StationPatch {
    /// See [`Station::slots`].
    pub slots: Option<u32>,
    /// See [`Station::queue`]; 0 means no queue.
    pub queue: Option<u32>,
    /// See [`Station::connections`].
    pub connections: Option<u32>,
    /// See [`Station::hold`].
    pub hold: Option<Hold>,
    /// Service time of every kind of request.
    pub service: Option<ServiceTime>,
    /// Service time of static pages only.
    pub service_static: Option<ServiceTime>,
    /// Service time of reads only.
    pub service_read: Option<ServiceTime>,
    /// Service time of writes only.
    pub service_write: Option<ServiceTime>,
    /// See [`Station::answer`].
    pub answer: Option<ServiceTime>,
    /// See [`Station::cpu`].
    pub cpu: Option<Fraction>,
}

/// Default stations, with realistic figures for teaching.
impl Station {
    const fn uniform(slots: u32, queue: Option<u32>, service: ServiceTime) -> Self {
        Self { slots, queue, connections: None, hold: Hold::WhileServed, service: [service; 3], answer: None, cpu: ALL_CPU }
    }

    /// A packet filter: tens of microseconds on one core.
    pub const fn firewall() -> Self {
        Self::uniform(1, Some(10_000), ServiceTime::constant(0.02))
    }

    /// A resolver with the record in its cache.
    pub const fn resolver() -> Self {
        Self::uniform(1_000, None, ServiceTime::constant(1.0))
    }

    /// A balancer on four cores. Without a `maxconn`, `HAProxy` derives one from the limit of open files, of which a connection
    /// takes two: with systemd's hard limit of 524,288, about 262,000.
    pub const fn balancer() -> Self {
        let mut balancer = Self::uniform(4, Some(2_000), ServiceTime::constant(0.3));
        balancer.connections = Some(262_000);
        balancer
    }

    /// A web server: serves static pages and does a little work to forward other requests. It has nginx's 512 connections
    /// (`worker_connections`) for each of four worker processes.
    pub const fn web() -> Self {
        Self {
            slots: 512,
            queue: Some(511),
            connections: Some(2_048),
            hold: Hold::WhileServed,
            answer: None,
            cpu: ALL_CPU,
            service: [ServiceTime::lognormal(0.5, 0.3), ServiceTime::lognormal(0.3, 0.3), ServiceTime::lognormal(0.3, 0.3)],
        }
    }

    /// An application server with nine workers, each held until the database has responded.
    pub const fn app() -> Self {
        let service = [ServiceTime::lognormal(45.0, 0.5); 3];
        Self { slots: 9, queue: Some(50), connections: None, hold: Hold::UntilAnswered, service, answer: None, cpu: ALL_CPU }
    }

    /// A cache before the site: it answers from memory, and waits for the web servers without holding a thread.
    pub const fn front_cache() -> Self {
        Self::uniform(512, Some(511), ServiceTime::constant(0.1))
    }

    /// A cache beside an application: one thread that executes a lookup in 20 µs, as Redis does.
    pub const fn cache() -> Self {
        Self::uniform(1, Some(10_000), ServiceTime::constant(0.02))
    }

    /// An SQL proxy with four threads and at most 2,048 clients (`ProxySQL`: `mysql-threads`, `mysql-max_connections`).
    pub const fn sql_proxy() -> Self {
        let mut proxy = Self::uniform(4, None, ServiceTime::constant(0.1));
        proxy.connections = Some(2_048);
        proxy
    }

    /// A database that executes 32 queries at once and has 151 connections (MySQL's default). Half of the time of a query, it
    /// waits for its disk.
    pub const fn database() -> Self {
        let read = ServiceTime::lognormal(3.0, 0.7);
        Self {
            slots: 32,
            queue: None,
            connections: Some(151),
            hold: Hold::WhileServed,
            service: [read, read, ServiceTime::lognormal(8.0, 0.7)],
            answer: None,
            cpu: Fraction::literal(0.5),
        }
    }

    /// A station without service time, such as the user.
    pub const fn instant() -> Self {
        Self::uniform(u32::MAX, None, ServiceTime::constant(0.0))
    }

    /// Returns the station with a scenario's changes.
    #[must_use]
    pub fn patched(mut self, patch: &StationPatch) -> Self {
        self.slots = patch.slots.unwrap_or(self.slots);
        self.queue = patch.queue.or(self.queue);
        self.connections = patch.connections.or(self.connections);
        self.answer = patch.answer.or(self.answer);
        self.hold = patch.hold.unwrap_or(self.hold);
        self.cpu = patch.cpu.unwrap_or(self.cpu);
        let own = [patch.service_static, patch.service_read, patch.service_write];
        for (service, own) in self.service.iter_mut().zip(own) {
            *service = own.or(patch.service).unwrap_or(*service);
        }
        self
    }

    /// Mean service time of one kind of request, in milliseconds.
    pub fn mean_ms(&self, kind: RequestKind) -> f64 {
        self.service[kind.index()].mean_ms()
    }
}
