//! Balancer state: round-robin positions, and the queues of requests that wait for a backend.
//!
//! A request waits if all of its eligible backends are full. It waits in the queue that all backends of its list share
//! or, if only one backend is eligible (source hashing, or a retry), in that backend's own queue. A slot that becomes
//! free goes to the older of the two queue heads, so no later request overtakes an earlier one.

use std::collections::VecDeque;

use hoplight_model::Algorithm;

use crate::index::{BalancerIx, IndexVec, RequestIx, count};
use crate::request::Requests;

/// The state of all balancers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Balancers {
    /// The algorithm of all balancers, if a command has changed it.
    algorithm: Option<Algorithm>,
    states: IndexVec<BalancerIx, BalancerState>,
}

/// A request that waits for a backend. The entry is valid as long as `ticket` is the request's pending event.
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

/// The state of one balancer.
#[derive(Clone, Debug, Default, PartialEq)]
struct BalancerState {
    /// Round-robin position, per list of backends.
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

/// Removes stale entries from the head of a queue.
fn drop_stale_head(queue: &mut VecDeque<Waiter>, requests: &Requests) {
    while queue.front().is_some_and(|waiter| !waiter.waits(requests)) {
        queue.pop_front();
    }
}

impl Balancers {
    pub(crate) fn new(balancers: usize) -> Self {
        Self { algorithm: None, states: IndexVec::of(BalancerState::default(), balancers) }
    }

    /// The algorithm in effect for a balancer whose configuration says `own`.
    pub(crate) fn algorithm(&self, own: Algorithm) -> Algorithm {
        self.algorithm.unwrap_or(own)
    }

    /// The algorithm that a command has set for all balancers, if any.
    pub(crate) const fn commanded(&self) -> Option<Algorithm> {
        self.algorithm
    }

    pub(crate) fn set_algorithm(&mut self, algorithm: Algorithm) {
        self.algorithm = Some(algorithm);
    }

    /// The round-robin position in a list of backends.
    #[inline]
    pub(crate) fn turn(&mut self, balancer: BalancerIx, list: usize) -> &mut usize {
        &mut self.states[balancer].turns[list]
    }

    /// Queues a request for any backend of a list. Returns the new queue length.
    pub(crate) fn wait_for_any(&mut self, balancer: BalancerIx, list: usize, waiter: Waiter) -> u32 {
        let queue = &mut self.states[balancer].shared[list];
        queue.push_back(waiter);
        count(queue.len())
    }

    /// Queues a request for one backend. Returns the new queue length.
    pub(crate) fn wait_for(&mut self, balancer: BalancerIx, backend: usize, waiter: Waiter) -> u32 {
        let queue = self.states[balancer].own(backend);
        queue.push_back(waiter);
        count(queue.len())
    }

    /// Removes and returns the requests that wait for this backend only.
    pub(crate) fn take_waiting_for(&mut self, balancer: BalancerIx, backend: usize) -> VecDeque<Waiter> {
        self.states[balancer].own.get_mut(backend).map(std::mem::take).unwrap_or_default()
    }

    /// Removes and returns the request that has waited longest for a backend, either for this one only or in any of the
    /// given lists.
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

    /// Removes stale entries from the heads of these two queues, after a request has timed out in one of them.
    pub(crate) fn drop_stale_heads(&mut self, balancer: BalancerIx, list: usize, backend: usize, requests: &Requests) {
        let state = &mut self.states[balancer];
        for queue in [&mut state.shared[list]].into_iter().chain(state.own.get_mut(backend)) {
            drop_stale_head(queue, requests);
        }
    }

    /// Number of requests that wait at a balancer.
    pub(crate) fn waiting(&self, balancer: BalancerIx, requests: &Requests) -> u32 {
        let state = &self.states[balancer];
        count(state.shared.iter().chain(&state.own).flatten().filter(|waiter| waiter.waits(requests)).count())
    }

    /// Resets the state of a balancer whose process has ended.
    pub(crate) fn clear(&mut self, balancer: BalancerIx) {
        self.states[balancer] = BalancerState::default();
    }

    /// Removes all stale entries, before events are renumbered.
    pub(crate) fn forget_stale(&mut self, requests: &Requests) {
        for queue in self.states.iter_mut().flat_map(BalancerState::queues) {
            queue.retain(|waiter| requests.waits_for(waiter.request, waiter.ticket));
        }
    }

    /// Updates the tickets after a renumbering.
    pub(crate) fn renumber(&mut self, requests: &Requests) {
        for waiter in self.states.iter_mut().flat_map(BalancerState::queues).flatten() {
            waiter.ticket = requests[waiter.request].pending;
        }
    }
}
