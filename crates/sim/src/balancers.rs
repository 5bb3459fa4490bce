//! Balancers: whose turn it is, and which requests wait for a backend.
//!
//! A request whose backends are all full waits: in a queue that all backends of its list share or, where only one backend will
//! do (its user's address is hashed, or it is tried again), in that backend's own. When a place at a backend is free, the
//! older of the two heads takes it, so no request that comes later can be faster.

use std::collections::VecDeque;

use hoplight_model::Algorithm;

use crate::index::{BalancerIx, IndexVec, RequestIx, count};
use crate::request::Requests;

/// All balancers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Balancers {
    /// How all of them choose, if a command has changed that.
    algorithm: Option<Algorithm>,
    states: IndexVec<BalancerIx, BalancerState>,
}

/// A request that waits for a backend. It counts as long as the ticket is the request's pending event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waiter {
    pub(crate) request: RequestIx,
    pub(crate) ticket: u64,
}

impl Waiter {
    fn waits(&self, requests: &Requests) -> bool {
        requests.get(self.request).is_some_and(|record| record.pending == self.ticket)
    }
}

/// One balancer.
#[derive(Clone, Debug, Default, PartialEq)]
struct BalancerState {
    /// Whose turn it is, per list of backends.
    turns: [usize; 3],
    /// Requests that wait for any backend of a list.
    shared: [VecDeque<Waiter>; 3],
    /// Requests that wait for one backend, by its number.
    own: Vec<VecDeque<Waiter>>,
}

impl BalancerState {
    fn queues(&mut self) -> impl Iterator<Item = &mut VecDeque<Waiter>> {
        self.shared.iter_mut().chain(&mut self.own)
    }

    fn own(&mut self, backend: usize) -> &mut VecDeque<Waiter> {
        if self.own.len() <= backend {
            self.own.resize_with(backend + 1, VecDeque::new);
        }
        &mut self.own[backend]
    }
}

/// Drops those at the head of a queue that no longer wait.
fn drop_stale_head(queue: &mut VecDeque<Waiter>, requests: &Requests) {
    while queue.front().is_some_and(|waiter| !waiter.waits(requests)) {
        queue.pop_front();
    }
}

impl Balancers {
    pub(crate) fn new(balancers: usize) -> Self {
        Self { algorithm: None, states: IndexVec::of(BalancerState::default(), balancers) }
    }

    /// How a balancer chooses whose own algorithm is this one.
    pub(crate) fn algorithm(&self, own: Algorithm) -> Algorithm {
        self.algorithm.unwrap_or(own)
    }

    /// The algorithm that a command has set for all of them.
    pub(crate) const fn commanded(&self) -> Option<Algorithm> {
        self.algorithm
    }

    pub(crate) fn set_algorithm(&mut self, algorithm: Algorithm) {
        self.algorithm = Some(algorithm);
    }

    /// Whose turn it is in a list of backends.
    #[inline]
    pub(crate) fn turn(&mut self, balancer: BalancerIx, list: usize) -> &mut usize {
        &mut self.states[balancer].turns[list]
    }

    /// A request waits for any backend of a list. Returns how many do now.
    pub(crate) fn wait_for_any(&mut self, balancer: BalancerIx, list: usize, waiter: Waiter) -> u32 {
        let queue = &mut self.states[balancer].shared[list];
        queue.push_back(waiter);
        count(queue.len())
    }

    /// A request waits for one backend. Returns how many do now.
    pub(crate) fn wait_for(&mut self, balancer: BalancerIx, backend: usize, waiter: Waiter) -> u32 {
        let queue = self.states[balancer].own(backend);
        queue.push_back(waiter);
        count(queue.len())
    }

    /// Takes out those who wait for one backend alone.
    pub(crate) fn take_waiting_for(&mut self, balancer: BalancerIx, backend: usize) -> VecDeque<Waiter> {
        self.states[balancer].own.get_mut(backend).map(std::mem::take).unwrap_or_default()
    }

    /// Takes out the request that has waited longest for a backend: for it alone, or for any of these lists.
    pub(crate) fn next(
        &mut self,
        balancer: BalancerIx,
        backend: usize,
        in_lists: impl Fn(usize) -> bool,
        requests: &Requests,
    ) -> Option<RequestIx> {
        let state = &mut self.states[balancer];
        let shared = state.shared.iter_mut().enumerate().filter(|(list, _)| in_lists(*list));
        let mut oldest: Option<&mut VecDeque<Waiter>> = None;
        for queue in shared.map(|(_, queue)| queue).chain(state.own.get_mut(backend)) {
            drop_stale_head(queue, requests);
            let Some(head) = queue.front() else { continue };
            if oldest.as_ref().and_then(|queue| queue.front()).is_none_or(|other| head.ticket < other.ticket) {
                oldest = Some(queue);
            }
        }
        oldest?.pop_front().map(|waiter| waiter.request)
    }

    /// A request at the head of one of these two queues has waited for too long.
    pub(crate) fn drop_stale_heads(&mut self, balancer: BalancerIx, list: usize, backend: usize, requests: &Requests) {
        let state = &mut self.states[balancer];
        for queue in [&mut state.shared[list]].into_iter().chain(state.own.get_mut(backend)) {
            drop_stale_head(queue, requests);
        }
    }

    /// How many requests wait at a balancer.
    pub(crate) fn waiting(&self, balancer: BalancerIx, requests: &Requests) -> u32 {
        let state = &self.states[balancer];
        count(state.shared.iter().chain(&state.own).flatten().filter(|waiter| waiter.waits(requests)).count())
    }

    /// A balancer's process ends.
    pub(crate) fn clear(&mut self, balancer: BalancerIx) {
        self.states[balancer] = BalancerState::default();
    }

    /// Drops all who no longer wait, before events get new numbers.
    pub(crate) fn forget_stale(&mut self, requests: &Requests) {
        for queue in self.states.iter_mut().flat_map(BalancerState::queues) {
            queue.retain(|waiter| requests.waits_for(waiter.request, waiter.ticket));
        }
    }

    /// Takes the new numbers of the events that requests wait for.
    pub(crate) fn renumber(&mut self, requests: &Requests) {
        for waiter in self.states.iter_mut().flat_map(BalancerState::queues).flatten() {
            waiter.ticket = requests[waiter.request].pending;
        }
    }
}
