//! Balancers: whose turn it is, and who waits for a backend.

use std::collections::VecDeque;

use hoplight_model::Algorithm;

use crate::index::{BalancerIx, IndexVec, RequestIx};
use crate::request::Requests;

/// All balancers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Balancers {
    /// How all of them choose, if a command has changed that.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) states: IndexVec<BalancerIx, BalancerState>,
}

impl Balancers {
    pub(crate) fn new(balancers: usize) -> Self {
        Self { algorithm: None, states: IndexVec::of(BalancerState::default(), balancers) }
    }
}

/// A request that waits for a backend. It counts as long as the ticket is the request's pending event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waiter {
    pub(crate) request: RequestIx,
    pub(crate) ticket: u64,
}

/// What changes about a balancer while time passes, apart from its station and its links.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BalancerState {
    /// Whose turn it is, per list of backends.
    pub(crate) turns: [usize; 3],
    /// Those who wait for any backend of a list.
    pub(crate) shared: [VecDeque<Waiter>; 3],
    /// Those who wait for one backend, by its number.
    pub(crate) own: Vec<VecDeque<Waiter>>,
}

impl BalancerState {
    /// The process ends.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets those who wait no more.
    pub(crate) fn forget_stale(&mut self, requests: &Requests) {
        for line in self.shared.iter_mut().chain(&mut self.own) {
            line.retain(|waiter| requests.waits_for(waiter.request, waiter.ticket));
        }
    }

    /// Takes the new numbers of the events that those in line wait for.
    pub(crate) fn renumber(&mut self, requests: &Requests) {
        for waiter in self.shared.iter_mut().chain(&mut self.own).flatten() {
            waiter.ticket = requests[waiter.request].pending;
        }
    }

    pub(crate) fn own(&mut self, backend: usize) -> &mut VecDeque<Waiter> {
        if self.own.len() <= backend {
            self.own.resize_with(backend + 1, VecDeque::new);
        }
        &mut self.own[backend]
    }
}
