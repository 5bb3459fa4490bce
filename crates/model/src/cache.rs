//! Settings of caches: what they store, for how long, and who uses them.

use serde::{Deserialize, Serialize};

use super::component::ComponentKind;
use super::quantity::{Exponent, Fraction, Seconds};
use super::rate_limit::RateLimit;

/// Maximum number of objects that a cache distinguishes.
pub const MAX_OBJECTS: u32 = 200_000;

/// Where a cache is on the path of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CachePlace {
    /// Before the site, as Varnish or a CDN: it speaks HTTP, answers what it has stored, and fetches the rest.
    Front,
    /// Beside the application, as Redis or memcached. The application asks it first, and after a miss queries the
    /// database and stores the result (cache-aside).
    #[default]
    Beside,
    /// Beside the application too, as Redis or memcached, but it holds the sessions of logged-in users instead of copies.
    /// The application cannot do without it.
    Sessions,
}

impl CachePlace {
    /// The term for a cache at this place.
    pub const fn of_cache(self) -> &'static str {
        match self {
            Self::Front => "HTTP cache",
            Self::Beside => "cache",
            Self::Sessions => "session store",
        }
    }
}

/// Settings of a cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct CacheSpec {
    /// Where it is.
    pub place: CachePlace,
    /// Whether a cache before the site also stores responses to reads. It always stores static pages. A cache beside an
    /// application stores the results of reads and nothing else.
    pub reads: bool,
    /// Number of distinct objects of each kind that users ask for.
    pub objects: u32,
    /// Exponent of the objects' popularity: the object of rank i is requested in proportion to 1 / i^exponent (Zipf).
    /// Web caches see 0.64 to 0.83 (Breslau et al., "Web caching and Zipf-like distributions", 1999).
    pub exponent: Exponent,
    /// Maximum number of stored objects. The least recently used one is evicted (LRU).
    pub capacity: u32,
    /// Time after which an entry expires; `None` for never.
    pub ttl_s: Option<Seconds>,
    /// Each entry's TTL is shortened by a random fraction up to this one, so that entries stored together do not expire
    /// together.
    pub jitter: Fraction,
    /// Whether a write removes the entry of the object that it changes.
    pub invalidate: bool,
    /// Whether requests that miss the same object wait for a single fetch (Varnish: request coalescing, on by default;
    /// in an application: a lock).
    pub collapse: bool,
    /// How long after its expiry an entry of a cache before the site is still served if the fetch fails (RFC 5861:
    /// `stale-if-error`).
    pub stale_if_error_s: Option<Seconds>,
    /// How long an application waits for a cache beside it before it continues with the database, or for a session store
    /// before it fails the request.
    pub timeout_s: Seconds,
    /// Number of failed lookups after which an application stops asking the cache. Zero for never.
    pub max_fails: u8,
    /// How long it does not ask. Afterwards, a single lookup probes the cache.
    pub fail_timeout_s: Seconds,
    /// Whether applications connect to a cache or session store beside them over TLS. Redis and memcached support it but do not use it by
    /// default.
    pub tls: bool,
    /// Limit of a cache before the site on the requests of each client (Varnish: `vsthrottle`). It applies before the cache
    /// looks up the object.
    pub rate_limit: Option<RateLimit>,
}

impl Default for CacheSpec {
    fn default() -> Self {
        Self {
            place: CachePlace::Beside,
            reads: false,
            objects: 10_000,
            exponent: Exponent::literal(0.8),
            capacity: 1_000,
            ttl_s: Some(Seconds::literal(60.0)),
            jitter: Fraction::literal(0.0),
            invalidate: true,
            collapse: false,
            stale_if_error_s: None,
            timeout_s: Seconds::literal(0.1),
            max_fails: 1,
            fail_timeout_s: Seconds::literal(10.0),
            tls: false,
            rate_limit: None,
        }
    }
}

impl CacheSpec {
    /// Whether it keeps copies beside an application.
    pub const fn is_beside(&self) -> bool {
        matches!(self.place, CachePlace::Beside)
    }

    /// Whether it holds the sessions of logged-in users.
    pub const fn holds_sessions(&self) -> bool {
        matches!(self.place, CachePlace::Sessions)
    }

    /// Whether it stores results of reads.
    pub const fn stores_reads(&self) -> bool {
        self.reads || self.is_beside()
    }

    /// How long a user's connection to a cache before the site may be idle (Varnish: `timeout_idle`, 5 s).
    pub(crate) const fn idle_timeout(&self) -> Option<Seconds> {
        match self.place {
            CachePlace::Front => Some(Seconds::literal(5.0)),
            CachePlace::Beside | CachePlace::Sessions => None,
        }
    }

    /// How long a cache before the site keeps an idle connection to an upstream (Varnish: `backend_idle_timeout`, 60 s).
    pub(crate) const fn upstream_idle_timeout(&self) -> Option<Seconds> {
        match self.place {
            CachePlace::Front => Some(Seconds::literal(60.0)),
            CachePlace::Beside | CachePlace::Sessions => None,
        }
    }
}

/// Accessors for the settings of a cache or a session store.
impl ComponentKind {
    /// The settings of a cache, which keeps copies. A session store is not a cache.
    pub const fn as_cache(&self) -> Option<&CacheSpec> {
        match self.as_store() {
            Some(spec) if !spec.holds_sessions() => Some(spec),
            _ => None,
        }
    }

    /// The settings of a session store.
    pub const fn as_session_store(&self) -> Option<&CacheSpec> {
        match self.as_store() {
            Some(spec) if spec.holds_sessions() => Some(spec),
            _ => None,
        }
    }
}
