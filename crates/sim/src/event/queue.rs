//! The pending events, and which of them comes first.
//!
//! A tournament: each event has a leaf of a binary tree, and each inner node holds the earlier of the two events below it, so
//! the first of all stands at the root. A change at one leaf is played again up to the root: as many comparisons as the tree
//! has levels, and no jump depends on them, so that the processor has nothing to guess. A heap compares less often, but each
//! time where it stops is a guess, and most of these guesses are wrong. Up to some ten thousand events, that is what counts;
//! beyond, a heap would be an eighth quicker, for it takes half the memory.
//!
//! Removal is lazy: what was taken keeps its leaf until another event takes that leaf, or until the next one is asked for.
//! Most events schedule one other, so that most removals cost nothing extra.

use std::hint::select_unpredictable;

use super::{Event, SimTime};

/// Bits of a leaf's number.
const LEAF_BITS: u32 = super::KIND_BITS + super::ID_BITS;
const LEAF: u64 = (1 << LEAF_BITS) - 1;
/// Leaves of the smallest tree.
const FEWEST: usize = 4;
/// The tree shrinks when fewer than one in this many leaves are in use.
const SPARSE: usize = 16;

/// What events are compared by: time, then sequence number.
///
/// Where an event has kind and id, a key has the number of its leaf. Sequence numbers are unique, so the order is the same;
/// and the winner says which leaf it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    time: u64,
    rest: u64,
}

impl Key {
    /// Later than everything.
    const NEVER: Self = Self { time: u64::MAX, rest: u64::MAX };

    fn new(event: Event, leaf: u32) -> Self {
        Self { time: (event.0 >> 64) as u64, rest: event.low() & !LEAF | u64::from(leaf) }
    }

    const fn leaf(self) -> u32 {
        (self.rest & LEAF) as u32
    }

    /// The earlier of two, without a jump: each is as likely as the other. The halves are chosen one by one, because of a
    /// choice between wide numbers the compiler makes a jump.
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
    /// The root is node 1, the children of node n are 2n and 2n + 1, and the leaves are the second half.
    tree: Vec<Key>,
    /// Kind and id of the event at each leaf.
    what: Vec<u32>,
    /// Leaves that are free; the one that was left last is on top.
    free: Vec<u32>,
    /// Whether the event at the root has been taken. Then its leaf is on top of the free ones.
    taken: bool,
}

/// Compares the pending events. Which leaf holds which event depends on when the queue was last asked, and does not matter.
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
        let low = key.rest & !LEAF | u64::from(self.what[key.leaf() as usize]);
        Event(u128::from(key.time) << 64 | u128::from(low))
    }

    /// The first event.
    pub(in super::super) fn peek(&self) -> Option<Event> {
        let mut first = self.tree[1];
        if self.taken {
            // The others are all below those who stand beside its way to the root.
            let mut node = self.what.len() + first.leaf() as usize;
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
        self.what[leaf as usize] = event.what_bits();
        self.play(leaf, Key::new(event, leaf));
    }

    /// Takes the first event if it is due at `until` or before.
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

    /// Takes the first event.
    #[cfg(test)]
    pub(in super::super) fn pop(&mut self) -> Option<Event> {
        self.pop_until(SimTime::from_nanos(u64::MAX))
    }

    /// No event came in the place of the one that was taken.
    fn clear(&mut self) {
        self.taken = false;
        self.play(self.tree[1].leaf(), Key::NEVER);
        let leaves = self.what.len();
        if leaves > FEWEST && leaves - self.free.len() < leaves / SPARSE {
            self.replant(leaves / 2);
        }
    }

    /// Puts a key at a leaf, and the winners of all that follows at the nodes on the way to the root.
    #[inline(never)]
    fn play(&mut self, leaf: u32, key: Key) {
        let leaf = leaf as usize;
        // The upper levels are known to the compiler, so that they are played without a loop: in loops, it makes jumps.
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

    /// The same in a taller tree.
    #[inline(never)]
    fn play_below(&mut self, leaf: usize, mut best: Key) {
        let mut node = self.what.len() + leaf;
        while node >= 128 {
            best = meet(&mut self.tree, node, best);
            node /= 2;
        }
        climb::<6, 128>(&mut self.tree, node, best);
    }

    /// Makes room, and takes a leaf.
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

    /// All events, in the order of their leaves. None of them has been taken.
    fn pending(&self) -> Vec<Event> {
        let leaves = &self.tree[self.what.len()..];
        leaves.iter().filter(|key| **key != Key::NEVER).map(|key| self.event(*key)).collect()
    }

    /// The pending events in the order in which they are due.
    pub(in super::super) fn in_order(&self) -> Vec<Event> {
        let mut queue = self.clone();
        if queue.taken {
            queue.clear();
        }
        let mut events = queue.pending();
        events.sort_unstable();
        events
    }

    /// Builds a tree of this many leaves, a power of two; the first leaves hold these events.
    fn plant(&mut self, leaves: usize, events: &[Event]) {
        self.tree.clear();
        self.tree.resize(2 * leaves, Key::NEVER);
        self.what.clear();
        self.what.resize(leaves, 0);
        for ((leaf, event), what) in (0..).zip(events).zip(&mut self.what) {
            self.tree[leaves + leaf as usize] = Key::new(*event, leaf);
            *what = event.what_bits();
        }
        for node in (1..leaves).rev() {
            self.tree[node] = self.tree[2 * node].earlier(self.tree[2 * node + 1]);
        }
        self.free.clear();
        self.free.extend((0..).take(leaves).skip(events.len()));
        // The first of them is on top.
        self.free.reverse();
    }

    /// Gives all events new sequence numbers from 1 on, in their order, and tells `renamed` of each old and new one.
    pub(in super::super) fn renumber(&mut self, mut renamed: impl FnMut(Event, u64)) -> u64 {
        if self.taken {
            self.clear();
        }
        let mut events = self.pending();
        events.sort_unstable();
        let mut sequence = 0;
        for event in &mut events {
            sequence += 1;
            renamed(*event, sequence);
            *event = Event::new(event.at(), sequence, event.kind(), event.id());
        }
        self.plant(self.what.len(), &events);
        sequence
    }
}

/// Puts a key at a place in the lowest of the upper levels, and the winners at the nodes above it.
#[expect(clippy::inline_always, reason = "on the engine's critical path")]
#[inline(always)]
fn climb<const LEVELS: u32, const NODES: usize>(tree: &mut [Key], place: usize, mut best: Key) {
    // No tree is smaller than its upper levels.
    let Some(tree) = tree.first_chunk_mut::<NODES>() else { return };
    let mut node = NODES / 2 + place % (NODES / 2);
    for _ in 0..LEVELS {
        tree[node] = best;
        best = best.earlier(tree[node ^ 1]);
        node /= 2;
    }
    tree[1] = best;
}

/// Puts a key at a node, and returns the winner of that one and its neighbour.
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
    fn events_come_out_by_time_then_in_the_order_of_scheduling() {
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
    fn whatever_the_mix_of_pushes_and_pops_it_is_a_sorted_list() {
        let (mut queue, mut list, mut most) = (EventQueue::default(), Vec::new(), 0);
        for sequence in 0..60_000u64 {
            // The crowd swells to thousands, goes down to none, and swells again.
            let swells = (sequence / 10_000) % 2 == 0;
            if mix(sequence) % 100 < if swells { 70 } else { 25 } {
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
        assert!(most >= 4_096 && queue.what.len() < most / 4, "it grows to {most} leaves and shrinks to {}", queue.what.len());
    }

    #[test]
    fn new_numbers_keep_the_order() {
        let mut queue = EventQueue::default();
        for sequence in 1..100u64 {
            queue.push(Event::new(SimTime::from_nanos(mix(sequence) % 10), sequence << 20, Kind::Leg, 7));
        }
        let first = queue.pop();
        let mut told = Vec::new();
        assert_eq!(queue.renumber(|old, new| told.push((old, new))), 98);
        assert!(told.is_sorted() && !told.iter().any(|(old, _)| Some(*old) == first));
        for (old, new) in told {
            let event = queue.pop().unwrap();
            assert_eq!((event.at(), event.sequence(), event.id()), (old.at(), new, 7));
        }
        assert_eq!(queue.pop(), None);
    }
}
