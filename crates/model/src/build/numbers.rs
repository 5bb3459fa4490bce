//! Checks of numbers that are within their type's range but invalid in their field.

use crate::arrivals::Arrivals;
use crate::behaviour::can_limit;
use crate::cache::{CachePlace, CacheSpec, MAX_OBJECTS};
use crate::component::{Component, Traffic};
use crate::http::{Hsts, PRELOAD_MAX_AGE_S};
use crate::id::ComponentId;
use crate::problem::{Problem, ProblemKind, ProblemPath, Ranged, RateLimitProblem};
use crate::rate_limit::LEAST_RATE;
use crate::station::ServiceTime;

/// Maximum number of connection attempts after the first one.
const MAX_RETRIES: u8 = 100;
/// Minimum mean think time of a closed population.
const LEAST_THINK_MS: f64 = 1.0;

/// Checks the numbers of one component.
pub(super) fn check_numbers(number: usize, component: &Component) -> Result<(), Problem> {
    let id = &component.id;
    let wrong = |fields: [&'static str; 2], kind| {
        let [outer, inner] = fields;
        Err(Problem { path: ProblemPath::record("components", number).field(outer).field(inner), kind })
    };
    let station = component.station();
    if station.slots == 0 {
        return wrong(["station", "slots"], ProblemKind::NoSlot(id.clone()));
    }
    for service in station.service {
        if let ServiceTime::Uniform { min_ms, max_ms } = service
            && min_ms > max_ms
        {
            let (id, min_ms, max_ms) = (id.clone(), min_ms.get(), max_ms.get());
            return wrong(["station", "service"], ProblemKind::ServiceBounds { id, min_ms, max_ms });
        }
    }
    if let Some(spec) = component.kind.as_store() {
        check_cache(number, id, spec)?;
    }
    if let Some(problem) = rate_limit_problem(component) {
        return wrong(["kind", "rate_limit"], ProblemKind::RateLimit { id: id.clone(), problem });
    }
    let balancer = component.kind.as_balancer().map(|spec| (spec.retries, spec.fall, spec.rise));
    let proxy = component.kind.as_sql_proxy().map(|spec| (spec.retries, spec.fall, spec.rise));
    if let Some((retries, fall, rise)) = balancer.or(proxy) {
        if retries > MAX_RETRIES {
            let (value, range) = (u32::from(retries), (0, u32::from(MAX_RETRIES)));
            return wrong(["kind", "retries"], ProblemKind::OutOfRange { of: Ranged::Retries(id.clone()), value, range });
        }
        if fall == 0 || rise == 0 {
            let field = if fall == 0 { "fall" } else { "rise" };
            return wrong(["kind", field], ProblemKind::NoCheckToDecide(id.clone()));
        }
        let vrrp = component.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref());
        if vrrp.and_then(|vrrp| vrrp.track).is_some_and(|track| track.fall == 0) {
            return wrong(["kind", "vrrp"], ProblemKind::NoCheckToDecide(id.clone()));
        }
    }
    Ok(())
}

/// What is wrong with a component's rate limit.
fn rate_limit_problem(component: &Component) -> Option<RateLimitProblem> {
    let limit = component.kind.rate_limit()?;
    if !can_limit(&component.kind) {
        let is_cache = component.kind.as_cache().is_some();
        return Some(if is_cache { RateLimitProblem::OfCacheBeside } else { RateLimitProblem::OfApplication });
    }
    if limit.rate.get() < LEAST_RATE {
        return Some(RateLimitProblem::Rate);
    }
    limit.kinds.as_ref().is_some_and(Vec::is_empty).then_some(RateLimitProblem::NoKind)
}

fn check_cache(number: usize, id: &ComponentId, spec: &CacheSpec) -> Result<(), Problem> {
    let wrong = |field, kind| Err(Problem { path: ProblemPath::record("components", number).field("kind").field(field), kind });
    if !(1..=MAX_OBJECTS).contains(&spec.objects) {
        let kind = ProblemKind::OutOfRange { of: Ranged::Objects(id.clone()), value: spec.objects, range: (1, MAX_OBJECTS) };
        return wrong("objects", kind);
    }
    if !(1..=MAX_OBJECTS).contains(&spec.capacity) {
        let kind = ProblemKind::OutOfRange { of: Ranged::Capacity(id.clone()), value: spec.capacity, range: (1, MAX_OBJECTS) };
        return wrong("capacity", kind);
    }
    let useless = match spec.place {
        CachePlace::Front => spec.tls.then_some("tls"),
        CachePlace::Beside if spec.reads => Some("reads"),
        CachePlace::Beside => spec.stale_if_error_s.map(|_| "stale_if_error_s"),
        CachePlace::Sessions => setting_of_caches(spec),
    };
    match useless {
        Some(field) => wrong(field, ProblemKind::CacheSetting { id: id.clone(), field, place: spec.place }),
        None => Ok(()),
    }
}

/// A setting of a session store that has no effect, because it is about copies.
fn setting_of_caches(spec: &CacheSpec) -> Option<&'static str> {
    let usual = CacheSpec::default();
    let settings = [
        ("reads", spec.reads != usual.reads),
        ("objects", spec.objects != usual.objects),
        ("exponent", spec.exponent != usual.exponent),
        ("capacity", spec.capacity != usual.capacity),
        ("ttl_s", spec.ttl_s != usual.ttl_s),
        ("jitter", spec.jitter != usual.jitter),
        ("invalidate", spec.invalidate != usual.invalidate),
        ("collapse", spec.collapse != usual.collapse),
        ("stale_if_error_s", spec.stale_if_error_s != usual.stale_if_error_s),
        ("max_fails", spec.max_fails != usual.max_fails),
        ("fail_timeout_s", spec.fail_timeout_s != usual.fail_timeout_s),
    ];
    settings.into_iter().find(|(_, is_set)| *is_set).map(|(field, _)| field)
}

/// Checks that a preloaded site meets the requirement of the list.
pub(super) fn check_hsts(hsts: Option<Hsts>) -> Result<(), Problem> {
    match hsts {
        Some(Hsts { preload: true, max_age_s }) if max_age_s < PRELOAD_MAX_AGE_S => {
            let path = ProblemPath::root().field("http").field("hsts");
            Err(Problem { path, kind: ProblemKind::ShortPreload { max_age_s, least_s: PRELOAD_MAX_AGE_S } })
        }
        _ => Ok(()),
    }
}

/// Checks that rate changes are in order and do not overlap, and that a closed population has a think time.
pub(super) fn check_arrivals(traffic: &Traffic) -> Result<(), Problem> {
    let wrong = |kind| Err(Problem { path: ProblemPath::root().field("traffic"), kind });
    let mut free_from = 0.0;
    for (change, number) in traffic.schedule.iter().zip(1..) {
        let (at_s, end) = change.span();
        if at_s < free_from || end < at_s {
            return wrong(ProblemKind::Schedule { number, at_s, is_reversed: end < at_s });
        }
        free_from = end;
    }
    let Arrivals::Closed { think, .. } = traffic.arrivals else { return Ok(()) };
    if !traffic.schedule.is_empty() {
        return wrong(ProblemKind::ScheduleOfClosed);
    }
    if let ServiceTime::Uniform { min_ms, max_ms } = think
        && min_ms > max_ms
    {
        return wrong(ProblemKind::ThinkBounds { min_ms: min_ms.get(), max_ms: max_ms.get() });
    }
    if think.mean_ms() < LEAST_THINK_MS {
        return wrong(ProblemKind::ThinkTooShort);
    }
    Ok(())
}
