//! A slab: storage with stable indices for items that come and go, such as requests, messages and timers.
//!
//! Indices are reused; the generation of a slot distinguishes the items that it has held.

use std::ops::{Index, IndexMut};

use crate::index::{IndexVec, Ix};

/// A slot that may hold an item.
pub(crate) trait Slot {
    fn is_vacant(&self) -> bool;

    /// Discards the item.
    fn vacate(&mut self);
}

impl<T> Slot for Option<T> {
    fn is_vacant(&self) -> bool {
        self.is_none()
    }

    fn vacate(&mut self) {
        *self = None;
    }
}

/// Items by index. The index that was freed last is reused first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slab<I, T> {
    slots: IndexVec<I, T>,
    /// Number of times that each slot was freed.
    generations: IndexVec<I, u32>,
    free: Vec<I>,
}

impl<I, T> Default for Slab<I, T> {
    fn default() -> Self {
        Self { slots: IndexVec::default(), generations: IndexVec::default(), free: Vec::new() }
    }
}

impl<I: Ix, T: Slot> Slab<I, T> {
    #[expect(clippy::inline_always, reason = "so that a request's record is built in place instead of copied")]
    #[inline(always)]
    pub(crate) fn insert(&mut self, item: T) -> I {
        if let Some(index) = self.free.pop() {
            self.slots[index] = item;
            return index;
        }
        self.generations.push(0);
        self.slots.push(item)
    }

    /// Discards an item. Does nothing if the slot is vacant.
    pub(crate) fn remove(&mut self, index: I) {
        let slot = &mut self.slots[index];
        if !slot.is_vacant() {
            slot.vacate();
            let generation = &mut self.generations[index];
            *generation = generation.wrapping_add(1);
            self.free.push(index);
        }
    }

    pub(crate) fn get(&self, index: I) -> Option<&T> {
        self.slots.get(index).filter(|slot| !slot.is_vacant())
    }

    /// The slot at an index, vacant or not.
    #[inline]
    pub(crate) fn peek(&self, index: I) -> Option<&T> {
        self.slots.get(index)
    }

    #[inline]
    pub(crate) fn peek_mut(&mut self, index: I) -> Option<&mut T> {
        self.slots.get_mut(index)
    }

    pub(crate) fn generation(&self, index: I) -> u32 {
        self.generations[index]
    }

    /// Indices of all items, in order.
    pub(crate) fn indices(&self) -> Vec<I> {
        self.enumerate().map(|(index, _)| index).collect()
    }

    pub(crate) fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.slots.enumerate().filter(|(_, slot)| !slot.is_vacant())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter(|slot| !slot.is_vacant())
    }

    /// Calls `change` on every slot, vacant or not.
    pub(crate) fn for_each_slot(&mut self, change: impl FnMut(&mut T)) {
        self.slots.iter_mut().for_each(change);
    }

    /// Number of items.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Approximate size in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.slots.len() * (size_of::<T>() + size_of::<u32>()) + self.free.len() * size_of::<I>()
    }
}

impl<I: Ix, T> Slab<I, Option<T>> {
    /// Removes and returns an item.
    pub(crate) fn take(&mut self, index: I) -> Option<T> {
        let item = self.slots.get_mut(index)?.take()?;
        self.generations[index] = self.generations[index].wrapping_add(1);
        self.free.push(index);
        Some(item)
    }
}

impl<I: Ix, T> Index<I> for Slab<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, index: I) -> &T {
        &self.slots[index]
    }
}

impl<I: Ix, T> IndexMut<I> for Slab<I, T> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.slots[index]
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::MessageIx;
    use super::*;

    #[test]
    fn an_index_is_reused_with_another_generation() {
        let mut slab: Slab<MessageIx, Option<char>> = Slab::default();
        let (a, b) = (slab.insert(Some('a')), slab.insert(Some('b')));
        assert_eq!((slab.generation(a), slab.take(a), slab.take(a)), (0, Some('a'), None));
        assert_eq!((slab.len(), slab.get(a), slab.indices()), (1, None, vec![b]));
        let c = slab.insert(Some('c'));
        assert_eq!((c, slab.generation(c), slab.len()), (a, 1, 2));
        slab.remove(c);
        slab.remove(c);
        assert_eq!((slab.generation(c), slab.len(), slab.insert(Some('d'))), (2, 1, c));
    }
}
