//! Caching: which cache a component uses for requests of a kind, and how.

use super::failure::{Ejection, FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
use crate::cache::CacheSpec;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::request::RequestKind;

/// How a component that forwards requests uses a cache.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caching {
    /// The cache: the component itself, or one beside it.
    pub cache: ComponentIx,
    /// The link to a cache beside the component; `None` if the component is the cache.
    pub link: Option<LinkIx>,
    /// What the requests do there.
    pub use_of: CacheUse,
    /// Handling of failed lookups on `link`. After each one, the component forwards the request as after a miss.
    pub lookup: FailurePolicy,
    /// When the component stops asking the cache.
    pub ejection: Option<Ejection>,
}

/// What requests of a kind do at a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheUse {
    /// They are answered from the cache if it has the object. Otherwise the response is stored.
    LookUp,
    /// A successful one removes the entry of the object that it changes.
    Invalidate,
}

/// How a component uses a cache for requests of a kind; `None` if it does not.
pub(super) fn caching(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Option<Caching> {
    let own = infra.component(ix).kind.as_cache();
    let (cache, link, spec) = if let Some(spec) = own {
        (ix, None, spec)
    } else {
        let beside = |link: LinkIx| {
            let cache = infra.ends(link).1;
            let spec = infra.component(cache).kind.as_cache().filter(|_| infra.link(link).protocol == Protocol::Cache)?;
            Some((cache, Some(link), spec))
        };
        infra.links_from(ix).into_iter().find_map(beside)?
    };
    let use_of = match kind {
        RequestKind::Static => link.is_none().then_some(CacheUse::LookUp),
        RequestKind::Read => spec.stores_reads().then_some(CacheUse::LookUp),
        RequestKind::Write => (spec.stores_reads() && spec.invalidate).then_some(CacheUse::Invalidate),
    }?;
    let ejection = (spec.max_fails > 0).then_some(Ejection { max_fails: spec.max_fails, fail_timeout: spec.fail_timeout_s });
    Some(Caching { cache, link, use_of, lookup: lookup_policy(spec), ejection: ejection.filter(|_| link.is_some()) })
}

/// A lookup is tried once, and every failure counts as a miss.
const fn lookup_policy(spec: &CacheSpec) -> FailurePolicy {
    let miss = Reaction::Report(HttpError::InternalServerError);
    FailurePolicy {
        retry: RetryRule { attempts: 1, next: NextAttempt::Following, pause: None },
        connect_timeout: spec.timeout_s,
        refused: miss,
        silent: miss,
        reset: miss,
        certificate: miss,
        read_only: miss,
        not_ready: miss,
        too_many_connections: miss,
        timed_out: miss,
    }
}
