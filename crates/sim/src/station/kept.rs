//! Users' idle connections at the station where they enter the site: they count towards its limit of connections.
//!
//! Nothing is scheduled for an idle connection unless others wait for its place. Its place in a queue, ordered by the time
//! of its last use, becomes stale when its user sends another request, and is skipped when it comes to the front.

use crate::index::{UserIx, count};
use crate::request::NO_USER;
use crate::station::Station;

/// An idle connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptConnection {
    /// When it was last used, on the clock of last uses of the returning users.
    pub(crate) since: u64,
    /// Whose it is; [`NO_USER`] for a visitor, who does not come back before it expires.
    pub(crate) user: UserIx,
}

impl KeptConnection {
    /// Whether a returning user has it.
    pub(crate) fn has_user(self) -> bool {
        self.user != NO_USER
    }
}

impl Station {
    /// Number of idle connections. Some of them may have expired.
    #[inline]
    pub(crate) const fn idle(&self) -> u32 {
        self.idle
    }

    /// Whether connections wait for the program to accept them.
    pub(crate) fn holds_back(&self) -> bool {
        !self.unaccepted.is_empty()
    }

    /// Records that a connection becomes idle. Each one is later than those before it.
    pub(crate) fn keep(&mut self, connection: KeptConnection) {
        self.idle += 1;
        self.kept.push_back(connection);
    }

    /// Records that the users' connections became idle before others. `all` are in order.
    pub(crate) fn keep_earlier(&mut self, all: &[KeptConnection]) {
        self.idle += count(all.len());
        self.kept.extend(all);
        self.kept.make_contiguous().sort_by_key(|connection| connection.since);
    }

    /// Records that one of the idle connections is in use again or closed. Its place in the queue is stale from now on.
    #[inline]
    pub(crate) fn end_idle(&mut self) {
        self.idle = self.idle.saturating_sub(1);
    }

    /// The connection that has been idle longest. It may be stale.
    pub(crate) fn oldest_kept(&self) -> Option<KeptConnection> {
        self.kept.front().copied()
    }

    pub(crate) fn drop_oldest_kept(&mut self) {
        self.kept.pop_front();
    }

    /// Removes stale places from the queue once they are the majority.
    #[inline]
    pub(crate) fn compact_kept(&mut self, is_valid: impl Fn(KeptConnection) -> bool) {
        if count(self.kept.len()) > 2 * self.idle + 64 {
            self.kept.retain(|connection| is_valid(*connection));
        }
    }

    /// Closes all idle connections.
    pub(crate) fn clear_kept(&mut self) {
        self.idle = 0;
        self.kept.clear();
    }

    /// Number of connections that the limit still allows.
    pub(crate) fn free_connections(&self) -> u32 {
        Option::from(self.params.connections).map_or(u32::MAX, |most: u32| most.saturating_sub(self.connections()))
    }

    /// Records whether a timer will let the station accept waiting connections. Returns whether none was set.
    pub(crate) fn arm_idle_timer(&mut self) -> bool {
        !std::mem::replace(&mut self.idle_timer, true)
    }

    pub(crate) fn disarm_idle_timer(&mut self) {
        self.idle_timer = false;
    }
}
