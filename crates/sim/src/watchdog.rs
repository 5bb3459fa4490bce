//! The dead man's switch: a watchdog outside the site that pages when the heartbeats of the monitoring service stop.
//!
//! It is the only part of monitoring that does not stop with the service. Heartbeats are sent and checked once a second,
//! and arrive at once: their transit time is negligible compared with the timeout. They take no link of the diagram.

use std::collections::VecDeque;

use crate::plan::WatchdogPlan;
use crate::time::SimTime;
use crate::view::WatchdogEntry;

/// Maximum number of kept pages and resolutions.
const KEPT: usize = 100;

/// The state of the watchdog.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Watchdog {
    /// When the last heartbeat arrived.
    last: SimTime,
    /// When the service sends the next one, if it runs.
    next: SimTime,
    has_paged: bool,
    log: VecDeque<WatchdogEntry>,
}

impl Watchdog {
    /// Sends a heartbeat if one is due, and checks the timeout. Returns the entry of a page or its end.
    pub(crate) fn second(&mut self, plan: &WatchdogPlan, is_monitored: bool, now: SimTime) -> Option<WatchdogEntry> {
        if !is_monitored {
            // A service that starts again sends its first heartbeat at once.
            self.next = now;
        } else if now >= self.next {
            (self.last, self.next) = (now, now + plan.interval);
        }
        let is_overdue = now - self.last >= plan.timeout;
        if is_overdue == self.has_paged {
            return None;
        }
        self.has_paged = is_overdue;
        let entry = WatchdogEntry { at: now, paged: is_overdue };
        if self.log.len() == KEPT {
            self.log.pop_front();
        }
        self.log.push_back(entry);
        Some(entry)
    }

    /// When the last heartbeat arrived.
    pub(crate) const fn last(&self) -> SimTime {
        self.last
    }

    /// Whether the watchdog has paged and has received no heartbeat since.
    pub(crate) const fn has_paged(&self) -> bool {
        self.has_paged
    }

    /// The pages and their ends, oldest first.
    pub(crate) fn log(&self) -> impl ExactSizeIterator<Item = WatchdogEntry> + '_ {
        self.log.iter().copied()
    }
}
