//! A cache as reports and the screen see it.

/// Counts of a cache since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Lookups: hits and misses.
    pub lookups: u64,
    /// Lookups that found the object.
    pub hits: u64,
    /// Lookups that did not find it, or found it expired.
    pub misses: u64,
    /// Misses because the entry had expired.
    pub expired: u64,
    /// Misses that waited for the fetch of another request.
    pub collapsed: u64,
    /// Objects stored.
    pub stored: u64,
    /// Objects evicted to make room.
    pub evictions: u64,
    /// Entries removed because a write changed the object.
    pub invalidations: u64,
    /// Hits that returned a value older than the last committed write.
    pub stale_reads: u64,
    /// Expired objects served because the fetch failed.
    pub stale_on_error: u64,
}

impl CacheCounts {
    /// Hits as a fraction of lookups; `None` if there were none.
    pub fn hit_ratio(&self) -> Option<f64> {
        (self.lookups > 0).then(|| self.hits as f64 / self.lookups as f64)
    }
}

/// The state of a cache.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CacheView {
    /// Counts since the start of the run.
    pub counts: CacheCounts,
    /// Number of stored objects, including expired ones.
    pub entries: u32,
    /// Maximum number of stored objects.
    pub capacity: u32,
    /// Hits as a fraction of the lookups in the last ten seconds; `None` if there were none.
    pub recent_hit_ratio: Option<f64>,
    /// Objects evicted in the last ten seconds.
    pub recent_evictions: u64,
    /// Number of requests that wait for the fetch of another request.
    pub waiting: u32,
}
