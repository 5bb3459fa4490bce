//! The queries for which browsers wait, and when they stop waiting.
//!
//! All have the same timeout, so they expire in the order in which they were sent, and one timer is enough.

use std::collections::VecDeque;

use crate::index::RequestIx;
use crate::time::SimTime;

/// A query that has been sent to a resolver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Query {
    /// When its browser stops waiting.
    pub(crate) until: SimTime,
    pub(crate) request: RequestIx,
    pub(crate) generation: u32,
    /// Number of the query within its request.
    pub(crate) number: u8,
}

/// The queries, oldest first. Those that have been answered are removed late.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Queries {
    sent: VecDeque<Query>,
    is_armed: bool,
}

impl Queries {
    /// Adds a query. Returns whether a timer has to be set for it.
    pub(crate) fn push(&mut self, query: Query) -> bool {
        self.sent.push_back(query);
        !std::mem::replace(&mut self.is_armed, true)
    }

    pub(crate) fn oldest(&self) -> Option<Query> {
        self.sent.front().copied()
    }

    pub(crate) fn drop_oldest(&mut self) {
        self.sent.pop_front();
    }

    /// Records that no timer is set.
    pub(crate) fn disarm(&mut self) {
        self.is_armed = false;
    }

    pub(crate) fn footprint(&self) -> usize {
        self.sent.capacity() * size_of::<Query>()
    }
}
