//! Passive ejection: which upstreams have failed recently, as nginx counts it.
//!
//! After `max_fails` failed attempts, an upstream is ejected for `fail_timeout`. Then a single request probes it:
//! success ends the ejection, failure renews it. Only upstreams that have failed are stored, so a site without failures
//! incurs no cost.

use std::collections::BTreeMap;

use hoplight_model::behaviour::Ejection;

use crate::index::LinkIx;
use crate::time::SimTime;

/// An upstream that has failed since its last success.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Failing {
    fails: u8,
    /// The last failure.
    failed: SimTime,
    /// The last failure or the start of the last probe.
    checked: SimTime,
}

impl Failing {
    /// Whether `fail_timeout` has passed, so that a probe is due.
    fn is_due(&self, now: SimTime, rule: &Ejection) -> bool {
        now - self.checked > rule.fail_timeout.nanos()
    }
}

/// The upstreams that have failed, by their links.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ejections(BTreeMap<LinkIx, Failing>);

impl Ejections {
    /// Whether an upstream gets requests.
    pub(crate) fn is_available(&self, link: LinkIx, now: SimTime, rule: &Ejection) -> bool {
        self.0.get(&link).is_none_or(|upstream| upstream.fails < rule.max_fails || upstream.is_due(now, rule))
    }

    /// Records that a request is sent to an upstream. If a probe is due, this is the probe.
    pub(crate) fn attempt(&mut self, link: LinkIx, now: SimTime, rule: &Ejection) {
        if let Some(upstream) = self.0.get_mut(&link)
            && upstream.is_due(now, rule)
        {
            upstream.checked = now;
        }
    }

    /// Records a failed attempt.
    pub(crate) fn fail(&mut self, link: LinkIx, now: SimTime) {
        let upstream = self.0.entry(link).or_insert(Failing { fails: 0, failed: now, checked: now });
        upstream.fails = upstream.fails.saturating_add(1);
        (upstream.failed, upstream.checked) = (now, now);
    }

    /// Records a successful attempt. It counts only after a probe has started: a response to an earlier request says
    /// nothing about the upstream's current state.
    pub(crate) fn succeed(&mut self, link: LinkIx) {
        if self.0.get(&link).is_some_and(|upstream| upstream.failed < upstream.checked) {
            self.0.remove(&link);
        }
    }

    /// Forgets the failures of an upstream.
    pub(crate) fn forget(&mut self, link: LinkIx) {
        self.0.remove(&link);
    }

    /// The upstreams that have failed.
    pub(crate) fn links(&self) -> impl Iterator<Item = LinkIx> + '_ {
        self.0.keys().copied()
    }
}
