//! The priority queue of pending events.
//!
//! A tournament tree: each event is a leaf of a binary tree, and each inner node holds the earlier of the two events
//! below it, so the root holds the first event. A change to a leaf is replayed up to the root. This takes one
//! comparison per level, and no branch depends on the result, so there are no mispredictions. A binary heap needs fewer
//! comparisons, but the end of its sift is an unpredictable branch. Up to about ten thousand events the mispredictions
//! dominate; above that, a heap would be an eighth faster, because it uses half the memory.
//!
//! Removal is lazy: a removed event keeps its leaf until the next push reuses it, or until the next pop. Most events schedule
//! exactly one other event, so most removals cost nothing extra.

use std::hint::select_unpredictable;

use super::{Event, SimTime};
use crate::index::length;

/// Number of bits in a leaf number.
const LEAF_BITS: u32 = super::KIND_BITS + super::ID_BITS;
const LEAF: u64 = (1 << LEAF_BITS) - 1;
/// Number of leaves of the smallest tree.
const FEWEST: usize = 4;
/// The tree shrinks when fewer than one in this many leaves is in use.
const SPARSE: usize = 16;

/// The comparison key of an event: time, then sequence number.
///
/// A key holds the leaf number in place of the event's kind and id, so the winner at the root identifies its leaf. Sequence
/// numbers are unique, so keys order exactly as events do.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    time: u64,
    rest: u64,
}

impl Key {
    /// Later than every event.
    const NEVER: Self = Self { time: u64::MAX, rest: u64::MAX };

    fn new(event: Event, leaf: u32) -> Self {
        Self { time: (event.0 >> 64) as u64, rest: event.low() & !LEAF | u64::from(leaf) }
    }

    const fn leaf(self) -> u32 {
        (self.rest & LEAF) as u32
    }

    /// The earlier of two keys, without a branch, which would be unpredictable. The halves are selected separately, because the
    /// compiler turns the selection of a `u128` into a branch.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    fn earlier(self, other: Self) -> Self {
        let wide = |key: Self| u128::from(key.time) << 64 | u128::from(key.rest);
        let less = wide(other) < wide(self);
        Self { time: select_unpredictable(less, other.time, self.time), rest: select_unpredictable(less, other.rest, self.rest) }
    }
}

/// The pending events.
#[derive(Clone, Debug)]
pub(in super::super) struct EventQueue {
    /// The root is node 1, the children of node n are nodes 2n and 2n + 1, and the second half holds the leaves.
    tree: Vec<Key>,
    /// Kind and id of the event at each leaf.
    what: Vec<u32>,
    /// Stack of free leaves.
    free: Vec<u32>,
    /// Whether the event at the root has been removed. Its leaf is then on top of the free leaves.
    taken: bool,
}

/// Compares the pending events. The assignment of events to leaves depends on earlier calls and is ignored.
impl PartialEq for EventQueue {
    fn eq(&self, other: &Self) -> bool {
        self.in_order() == other.in_order()
    }
}

impl Default for EventQueue {
    fn default() -> Self {
        let mut queue = Self { tree: Vec::new(), what: Vec::new(), free: Vec::new(), taken: false };
        queue.plant(FEWEST, &[]);
        queue
    }
}

impl EventQueue {
    pub(in super::super) fn footprint(&self) -> usize {
        size_of_val(&self.tree[..]) + size_of_val(&self.what[..]) + size_of_val(&self.free[..])
    }

    /// The event of a key.
    #[inline]
    fn event(&self, key: Key) -> Event {
        let low = key.rest & !LEAF | u64::from(self.what[length(key.leaf())]);
        Event(u128::from(key.time) << 64 | u128::from(low))
    }

    /// Returns the first event.
    pub(in super::super) fn peek(&self) -> Option<Event> {
        let mut first = self.tree[1];
        if self.taken {
            // All other events are below the siblings of the nodes on the path from its leaf to the root.
            let mut node = self.what.len() + length(first.leaf());
            first = Key::NEVER;
            while node > 1 {
                first = first.earlier(self.tree[node ^ 1]);
                node /= 2;
            }
        }
        (first != Key::NEVER).then(|| self.event(first))
    }

    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(in super::super) fn push(&mut self, event: Event) {
        let leaf = match self.free.pop() {
            Some(leaf) => leaf,
            None => self.grow(),
        };
        self.taken = false;
        self.what[length(leaf)] = event.what_bits();
        self.play(leaf, Key::new(event, leaf));
    }

    /// Removes and returns the first event if it is due by `until`.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(in super::super) fn pop_until(&mut self, until: SimTime) -> Option<Event> {
        if self.taken {
            self.clear();
        }
        let first = self.tree[1];
        if first.time > until.nanos() || first == Key::NEVER {
            return None;
        }
        self.taken = true;
        self.free.push(first.leaf());
        Some(self.event(first))
    }

    /// Removes and returns the first event.
    #[cfg(test)]
    pub(in super::super) fn pop(&mut self) -> Option<Event> {
        self.pop_until(SimTime::from_nanos(u64::MAX))
    }

    /// Clears the leaf of the removed event, which no push has reused.
    fn clear(&mut self) {
        self.taken = false;
        self.play(self.tree[1].leaf(), Key::NEVER);
        let leaves = self.what.len();
        if leaves > FEWEST && leaves - self.free.len() < leaves / SPARSE {
            self.replant(leaves / 2);
        }
    }

    /// Writes a key to a leaf and updates the nodes on the path to the root.
    #[inline(never)]
    fn play(&mut self, leaf: u32, key: Key) {
        let leaf = length(leaf);
        // With a constant number of levels, the compiler unrolls the loop; in a loop, it would emit branches.
        if self.tree.len() == 128 {
            return climb::<6, 128>(&mut self.tree, leaf, key);
        }
        match self.tree.len() {
            8 => climb::<2, 8>(&mut self.tree, leaf, key),
            16 => climb::<3, 16>(&mut self.tree, leaf, key),
            32 => climb::<4, 32>(&mut self.tree, leaf, key),
            64 => climb::<5, 64>(&mut self.tree, leaf, key),
            _ => self.play_below(leaf, key),
        }
    }

    /// [`Self::play`] for trees of more than 128 nodes.
    #[inline(never)]
    fn play_below(&mut self, leaf: usize, mut best: Key) {
        let mut node = self.what.len() + leaf;
        while node >= 128 {
            best = meet(&mut self.tree, node, best);
            node /= 2;
        }
        climb::<6, 128>(&mut self.tree, node, best);
    }

    /// Doubles the number of leaves and returns a free one.
    #[cold]
    fn grow(&mut self) -> u32 {
        self.replant(self.what.len() * 2);
        self.free.pop().expect("half of the leaves are free")
    }

    /// Rebuilds the tree with this many leaves.
    #[cold]
    fn replant(&mut self, leaves: usize) {
        let pending = self.pending();
        self.plant(leaves, &pending);
    }

    /// All events, in the order of their leaves. Requires that `taken` is false.
    fn pending(&self) -> Vec<Event> {
        let leaves = &self.tree[self.what.len()..];
        leaves.iter().filter(|key| **key != Key::NEVER).map(|key| self.event(*key)).collect()
    }

    /// The pending events, ordered by due time.
    pub(in super::super) fn in_order(&self) -> Vec<Event> {
        let mut queue = self.clone();
        if queue.taken {
            queue.clear();
        }
        let mut events = queue.pending();
        events.sort_unstable();
        events
    }

    /// Builds a tree with this many leaves, a power of two, the first of which hold `events`.
    fn plant(&mut self, leaves: usize, events: &[Event]) {
        self.tree.clear();
        self.tree.resize(2 * leaves, Key::NEVER);
        self.what.clear();
        self.what.resize(leaves, 0);
        for ((leaf, event), what) in (0..).zip(events).zip(&mut self.what) {
            self.tree[leaves + length(leaf)] = Key::new(*event, leaf);
            *what = event.what_bits();
        }
        for node in (1..leaves).rev() {
            self.tree[node] = self.tree[2 * node].earlier(self.tree[2 * node + 1]);
        }
        self.free.clear();
        self.free.extend((0..).take(leaves).skip(events.len()));
        // The lowest number must be on top.
        self.free.reverse();
    }

    /// Renumbers all events from 1 in their order, and calls `renumbered` with each old event and its new number. Returns the
    /// number of events.
    pub(in super::super) fn renumber(&mut self, mut renumbered: impl FnMut(Event, u64)) -> u64 {
        if self.taken {
            self.clear();
        }
        let mut events = self.pending();
        events.sort_unstable();
        let mut sequence = 0;
        for event in &mut events {
            sequence += 1;
            renumbered(*event, sequence);
            *event = Event::new(event.at(), sequence, event.kind(), event.id());
        }
        self.plant(self.what.len(), &events);
        sequence
    }
}

/// Writes a key to a node of the level `LEVELS` below the root and updates the nodes above it.
#[expect(clippy::inline_always, reason = "on the engine's critical path")]
#[inline(always)]
fn climb<const LEVELS: u32, const NODES: usize>(tree: &mut [Key], place: usize, mut best: Key) {
    // The caller passes a tree with at least this many nodes.
    let Some(tree) = tree.first_chunk_mut::<NODES>() else { return };
    let mut node = NODES / 2 + place % (NODES / 2);
    for _ in 0..LEVELS {
        tree[node] = best;
        best = best.earlier(tree[node ^ 1]);
        node /= 2;
    }
    tree[1] = best;
}

/// Writes a key to a node and returns the earlier of this key and its sibling's.
#[inline(never)]
fn meet(tree: &mut [Key], node: usize, key: Key) -> Key {
    tree[node] = key;
    key.earlier(tree[node ^ 1])
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::random::mix;

    #[test]
    fn events_are_ordered_by_time_then_by_sequence_number() {
        let mut queue = EventQueue::default();
        let mut expected = Vec::new();
        for sequence in 0..500u64 {
            let at = SimTime::from_nanos(sequence * 7919 % 37);
            queue.push(Event::new(at, sequence, Kind::Leg, 0));
            expected.push((at, sequence));
        }
        expected.sort_unstable();
        let popped: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|event| (event.at(), event.sequence())).collect();
        assert_eq!(popped, expected);
    }

    #[test]
    fn any_mix_of_pushes_and_pops_matches_a_sorted_list() {
        let (mut queue, mut list, mut most) = (EventQueue::default(), Vec::new(), 0);
        for sequence in 0..60_000u64 {
            // The queue grows to thousands of events, shrinks to zero, and grows again.
            let is_growing = (sequence / 10_000) % 2 == 0;
            if mix(sequence) % 100 < if is_growing { 70 } else { 25 } {
                let at = SimTime::from_nanos(sequence + mix(sequence + 1) % 5_000);
                let event = Event::new(at, sequence + 1, Kind::Service, u32::try_from(sequence).unwrap());
                queue.push(event);
                list.push(event);
            } else {
                list.sort_unstable_by(|a, b| b.cmp(a));
                let until = list.last().map_or(SimTime::ZERO, |event| event.at());
                if until > SimTime::ZERO {
                    assert_eq!(queue.pop_until(SimTime::from_nanos(until.nanos() - 1)), None, "not yet due");
                }
                assert_eq!(queue.pop_until(until), list.pop());
            }
            assert_eq!(queue.peek(), list.iter().min().copied());
            most = most.max(queue.what.len());
        }
        assert!(most >= 4_096 && queue.what.len() < most / 4, "grew to {most} leaves and shrank to {}", queue.what.len());
    }

    #[test]
    fn renumbering_keeps_the_order() {
        let mut queue = EventQueue::default();
        for sequence in 1..100u64 {
            queue.push(Event::new(SimTime::from_nanos(mix(sequence) % 10), sequence << 20, Kind::Leg, 7));
        }
        let first = queue.pop();
        let mut renumbered = Vec::new();
        assert_eq!(queue.renumber(|old, new| renumbered.push((old, new))), 98);
        assert!(renumbered.is_sorted() && !renumbered.iter().any(|(old, _)| Some(*old) == first));
        for (old, new) in renumbered {
            let event = queue.pop().unwrap();
            assert_eq!((event.at(), event.sequence(), event.id()), (old.at(), new, 7));
        }
        assert_eq!(queue.pop(), None);
    }
}
