//! Hit ratios of caches in steady state, by Che's approximation.
//!
//! In an LRU cache with independent requests, an object leaves when it has not been requested for the *characteristic
//! time*, which is nearly the same for all objects: the time in which as many distinct objects are requested as fit (Che,
//! Tung and Wang, "Hierarchical web caching systems", 2002; Fricker, Robert and Roberts, "A versatile and accurate
//! approximation for LRU cache performance", 2012). An entry also ends when its TTL has passed since it was stored, and
//! when a write removes it. With h hits on average between two times at which an object is stored, its hit ratio is
//! h / (h + 1).

use hoplight_model::CacheSpec;

/// Ranks that are considered one by one. The rest are grouped, each group 5 % longer than the previous one.
const SINGLE: u32 = 64;
/// Number of halvings in the search for the characteristic time, which lies within this factor of one second.
const HALVINGS: usize = 60;
const EXTREME_S: f64 = 1e9;
/// Number of steps in the average over a window.
const STEPS: u32 = 50;

/// Objects of about equal popularity.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Class {
    objects: f64,
    /// Share of the requests that ask for each object.
    share: f64,
}

/// What the hit ratio of a cache depends on, besides the load.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheModel {
    classes: Vec<Class>,
    capacity: f64,
    /// Mean TTL in seconds; infinite if entries do not expire.
    ttl_s: f64,
    stale_if_error_s: f64,
    /// Whether static pages, reads and writes use the cache.
    uses: [bool; 3],
}

/// Requests per second of one kind, and per-second changes of the objects that they ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Flow {
    lookups: f64,
    writes: f64,
}

impl CacheModel {
    /// The model of a cache.
    pub fn of(spec: &CacheSpec) -> Self {
        let stores_reads = spec.stores_reads();
        Self {
            classes: zipf(spec.objects, spec.exponent.get()),
            capacity: f64::from(spec.capacity),
            ttl_s: spec.ttl_s.map_or(f64::INFINITY, |ttl| ttl.get() * (1.0 - spec.jitter.get() / 2.0)),
            stale_if_error_s: spec.stale_if_error_s.map_or(0.0, hoplight_model::quantity::Seconds::get),
            uses: [!spec.is_beside(), stores_reads, stores_reads && spec.invalidate],
        }
    }

    /// Hit ratio of each kind of request, given the requests per second of each kind.
    pub fn hit_ratios(&self, rates: [f64; 3]) -> [f64; 3] {
        self.hit_ratios_with_failures(rates, [1.0; 3], None)
    }

    /// Like [`Self::hit_ratios`], if only these shares of the fetches succeed. Where none does, what is stored remains
    /// until it expires; `window` is the time after the last successful fetch that the ratio is averaged over, in
    /// seconds.
    pub(crate) fn hit_ratios_with_failures(&self, rates: [f64; 3], fetched: [f64; 3], window: Option<(f64, f64)>) -> [f64; 3] {
        let writes = if self.uses[2] { rates[2] } else { 0.0 };
        let flow = |kind: usize| Flow {
            lookups: if self.uses[kind] { rates[kind] } else { 0.0 },
            writes: if kind == 1 { writes } else { 0.0 },
        };
        let flows = [flow(0), flow(1)];
        let time_s = self.characteristic_time(flows);
        let ratio = |kind: usize| {
            let Flow { lookups, writes } = flows[kind];
            if lookups <= 0.0 {
                return 0.0;
            }
            let stays = window.filter(|_| fetched[kind] < 1e-6).map(|window| self.unexpired(window));
            let part = |class: &Class| {
                let (rate, changes) = (lookups * class.share, writes * class.share);
                let hits = hits_per_fill(rate, changes, time_s, self.ttl_s);
                let ratio = match stays {
                    // Expired entries are served too.
                    Some(stays) if self.stale_if_error_s > 0.0 => stays * stored(rate, changes, time_s),
                    Some(stays) => stays * per_fill(hits, 1.0),
                    None => per_fill(hits, 1.0 / fetched[kind].max(1e-9)),
                };
                class.objects * class.share * ratio
            };
            self.classes.iter().map(part).sum::<f64>().clamp(0.0, 1.0)
        };
        [ratio(0), ratio(1), 0.0]
    }

    /// Fraction of the entries that have not expired, averaged over a window after the last fetch. Their ages are
    /// uniform.
    fn unexpired(&self, (start, end): (f64, f64)) -> f64 {
        if self.ttl_s.is_infinite() {
            return 1.0;
        }
        let at = |step: u32| {
            let time = start + (end - start) * (f64::from(step) + 0.5) / f64::from(STEPS);
            (1.0 - (time - self.stale_if_error_s) / self.ttl_s).clamp(0.0, 1.0)
        };
        (0..STEPS).map(at).sum::<f64>() / f64::from(STEPS)
    }

    /// Time without a request after which an object is evicted, in seconds; infinite if everything fits.
    fn characteristic_time(&self, flows: [Flow; 2]) -> f64 {
        let held = |time_s: f64| -> f64 {
            let of = |flow: &Flow| -> f64 {
                let part = |class: &Class| class.objects * stored(flow.lookups * class.share, flow.writes * class.share, time_s);
                self.classes.iter().map(part).sum()
            };
            flows.iter().map(of).sum()
        };
        if held(f64::INFINITY) <= self.capacity {
            return f64::INFINITY;
        }
        let (mut low, mut high) = (1.0 / EXTREME_S, EXTREME_S);
        for _ in 0..HALVINGS {
            let middle = libm::sqrt(low * high);
            if held(middle) < self.capacity { low = middle } else { high = middle }
        }
        low
    }
}

/// Hit ratio with this many hits per stored copy and this many misses before an object is stored.
fn per_fill(hits: f64, misses: f64) -> f64 {
    if hits.is_infinite() { 1.0 } else { hits / (hits + misses) }
}

/// Probability that an object is stored, expired or not: the last request for it was within the characteristic time, and
/// no write came after it.
fn stored(rate: f64, changes: f64, time_s: f64) -> f64 {
    if rate <= 0.0 { 0.0 } else { rate * integral(rate + changes, time_s) }
}

/// Mean number of hits on an object from the time it is stored until it expires, is evicted, or is removed by a write.
///
/// Until the characteristic time, nothing is evicted. After it, the probability that no gap between requests has been
/// longer decays about exponentially; its integral is chosen so that without a TTL the result is exactly Che's.
fn hits_per_fill(rate: f64, changes: f64, time_s: f64, ttl_s: f64) -> f64 {
    let early = rate * integral(changes, ttl_s.min(time_s));
    if ttl_s <= time_s {
        return early;
    }
    let survives = -libm::expm1(-rate * time_s);
    let rest_s = libm::expm1(rate * time_s) / rate - time_s;
    let decay = survives / rest_s;
    early + rate * survives * libm::exp(-changes * time_s) * integral(decay + changes, ttl_s - time_s)
}

/// ∫ e^(−rate·t) dt from 0 to `time`.
fn integral(rate: f64, time: f64) -> f64 {
    if rate * time < 1e-9 || rate <= 0.0 { time } else { -libm::expm1(-rate * time) / rate }
}

/// The objects of a Zipf distribution, grouped.
fn zipf(objects: u32, exponent: f64) -> Vec<Class> {
    let weight = |rank: u32| libm::pow(f64::from(rank), -exponent);
    let whole: f64 = (1..=objects).map(weight).sum();
    let mut classes = Vec::new();
    let mut first = 1;
    while first <= objects {
        let length = if first <= SINGLE { 1 } else { (first / 20).max(1) };
        let last = first.saturating_add(length - 1).min(objects);
        let count = f64::from(last - first + 1);
        let share = (first..=last).map(weight).sum::<f64>() / whole / count;
        classes.push(Class { objects: count, share });
        first = last + 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_model::quantity::{Exponent, Seconds};

    fn cache(objects: u32, capacity: u32, exponent: f64, ttl_s: Option<f64>) -> CacheModel {
        CacheModel::of(&CacheSpec {
            objects,
            capacity,
            exponent: Exponent::literal(exponent),
            ttl_s: ttl_s.map(|ttl| Seconds::new(ttl).expect("a time")),
            ..CacheSpec::default()
        })
    }

    /// The exact hit ratio of an LRU cache without expiry (King 1971): the probability of each ordered content is that of
    /// drawing its objects in this order without replacement.
    fn exact(shares: &[f64], capacity: usize) -> f64 {
        fn hits(shares: &[f64], left: usize, inside: &mut Vec<usize>, probability: f64, rest: f64) -> f64 {
            if left == 0 {
                return probability * inside.iter().map(|object| shares[*object]).sum::<f64>();
            }
            let mut sum = 0.0;
            for object in 0..shares.len() {
                if !inside.contains(&object) {
                    inside.push(object);
                    sum += hits(shares, left - 1, inside, probability * shares[object] / rest, rest - shares[object]);
                    inside.pop();
                }
            }
            sum
        }
        hits(shares, capacity, &mut Vec::new(), 1.0, 1.0)
    }

    #[test]
    fn the_approximation_is_close_to_exact_values_of_small_caches() {
        for (objects, capacity, exponent) in [(5u32, 2u32, 0.8), (8, 3, 0.8), (8, 4, 1.0), (10, 5, 0.0), (8, 2, 1.5)] {
            let weights: Vec<f64> = (1..=objects).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
            let whole: f64 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|weight| weight / whole).collect();
            let exact = exact(&shares, usize::try_from(capacity).expect("small"));
            let found = cache(objects, capacity, exponent, None).hit_ratios([0.0, 50.0, 0.0])[1];
            assert!((found - exact).abs() < 0.02, "{objects} {capacity} {exponent}: {found}, exactly {exact}");
        }
    }

    #[test]
    fn with_room_for_everything_only_the_ttl_limits_hits() {
        // One object, ten requests per second, ten seconds: 100 hits per fill.
        let found = cache(1, 1, 0.8, Some(10.0)).hit_ratios([0.0, 10.0, 0.0])[1];
        assert!((found - 100.0 / 101.0).abs() < 1e-9, "{found}");
        // Without expiry, every request after the first is a hit.
        assert!(cache(100, 100, 0.8, None).hit_ratios([0.0, 10.0, 0.0])[1] > 0.999_999);
    }

    #[test]
    fn writes_remove_entries() {
        // The next event after a request is a request with probability 9/10.
        let found = cache(1, 1, 0.8, None).hit_ratios([0.0, 9.0, 1.0])[1];
        assert!((found - 0.9).abs() < 1e-9, "{found}");
    }

    #[test]
    fn a_long_ttl_changes_nothing_and_a_short_one_dominates() {
        let without = cache(1000, 100, 0.8, None).hit_ratios([0.0, 100.0, 0.0])[1];
        let long = cache(1000, 100, 0.8, Some(86_000.0)).hit_ratios([0.0, 100.0, 0.0])[1];
        assert!((without - long).abs() < 2e-3, "{without} {long}");
        let ratios = [86_000.0, 60.0, 5.0, 0.1].map(|ttl| cache(1000, 100, 0.8, Some(ttl)).hit_ratios([0.0, 100.0, 0.0])[1]);
        assert!(ratios.is_sorted_by(|a, b| a >= b) && ratios[3] < 0.2, "{ratios:?}");
    }

    #[test]
    fn without_fetches_entries_remain_until_they_expire() {
        let ratio =
            |ttl, window| cache(100, 100, 0.8, ttl).hit_ratios_with_failures([0.0, 100.0, 0.0], [0.0; 3], Some(window))[1];
        assert!(ratio(Some(60.0), (130.0, 280.0)) < 1e-9);
        assert!(ratio(None, (130.0, 280.0)) > 0.999);
        let half = ratio(Some(400.0), (199.0, 201.0));
        assert!((half - 0.5).abs() < 0.02, "{half}");
    }
}
