//! The caches of the infrastructure, compiled for the engine.

use hoplight_model::{CacheSpec, ComponentId, Infrastructure, RequestKind};

use super::Object;
use super::popularity::Popularity;
use crate::index::{CacheIx, IndexVec, StationIx};
use crate::random;

/// Salt for the draws of objects. All caches share it, so caches with the same objects agree on what a request asks for.
const OBJECT: u64 = 0x6f62_6a65_6374_0000;

/// One cache; times are in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CachePlan {
    pub(crate) station: StationIx,
    pub(crate) is_beside: bool,
    pub(crate) collapse: bool,
    pub(super) capacity: u32,
    pub(super) ttl: Option<u64>,
    pub(super) stale_if_error: u64,
    /// How long an application waits for a lookup.
    pub(crate) timeout: u64,
    pub(super) key: u64,
    jitter: f64,
    objects: u32,
    popularity: Popularity,
}

impl CachePlan {
    fn new(station: StationIx, id: &ComponentId, spec: &CacheSpec) -> Self {
        Self {
            station,
            is_beside: spec.is_beside(),
            collapse: spec.collapse,
            capacity: spec.capacity,
            ttl: spec.ttl_s.map(hoplight_model::quantity::Seconds::nanos),
            stale_if_error: spec.stale_if_error_s.map_or(0, hoplight_model::quantity::Seconds::nanos),
            timeout: spec.timeout_s.nanos(),
            key: random::key(id.as_str()),
            jitter: spec.jitter.get(),
            objects: spec.objects,
            popularity: Popularity::zipf(spec.objects, spec.exponent.get()),
        }
    }

    /// The object that a request with these draws asks for or, as a write, changes.
    pub(crate) fn object(&self, kind: RequestKind, draws: u64) -> Object {
        let rank = self.popularity.rank(random::mix(draws ^ OBJECT));
        Object(if kind.is_static() { self.objects + rank } else { rank })
    }

    /// A TTL with jitter.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a TTL in nanoseconds")]
    pub(super) fn shortened(&self, ttl: u64, bits: u64) -> u64 {
        if self.jitter > 0.0 { ttl - (ttl as f64 * self.jitter * random::open_unit(bits)) as u64 } else { ttl }
    }

    /// Whether the contents of another cache mean the same here.
    pub(crate) fn has_same_objects(&self, other: &Self) -> bool {
        self.objects == other.objects && self.popularity == other.popularity
    }
}

/// All caches, in authored order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CachesPlan {
    pub(crate) nodes: IndexVec<CacheIx, CachePlan>,
}

impl CachesPlan {
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        let mut nodes = IndexVec::default();
        for (ix, component) in infra.components() {
            if let Some(spec) = component.kind.as_cache() {
                nodes.push(CachePlan::new(ix, &component.id, spec));
            }
        }
        Self { nodes }
    }

    /// The cache at a station.
    pub(crate) fn at(&self, station: StationIx) -> Option<CacheIx> {
        self.nodes.position(|node| node.station == station)
    }
}
