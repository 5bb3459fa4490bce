//! The contents of a cache: entries in the order of their last use.

use std::num::NonZeroU32;

use super::Object;
use crate::index::{count, length};
use crate::time::SimTime;

/// A position in the list of entries, plus one.
type Place = Option<NonZeroU32>;

/// A stored object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    object: Object,
    pub(super) expires: SimTime,
    /// Whether a database has committed a change of the object since it was stored.
    pub(super) outdated: bool,
    newer: Place,
    older: Place,
}

/// Stored objects, the least recently used one last. All operations take constant time, except where noted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Store {
    /// The entry of each object, up to the highest one stored so far.
    places: Vec<Place>,
    entries: Vec<Entry>,
    free: Vec<NonZeroU32>,
    newest: Place,
    oldest: Place,
}

fn at(place: NonZeroU32) -> usize {
    length(place.get() - 1)
}

impl Store {
    fn place(&self, object: Object) -> Place {
        self.places.get(length(object.0)).copied().flatten()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    pub(super) fn get(&self, object: Object) -> Option<&Entry> {
        self.place(object).map(|place| &self.entries[at(place)])
    }

    /// Makes an object the most recently used one.
    pub(super) fn touch(&mut self, object: Object) {
        if let Some(place) = self.place(object)
            && self.newest != Some(place)
        {
            self.unlink(place);
            self.link(place);
        }
    }

    /// Stores an object as the most recently used one. Returns whether another one was evicted.
    pub(super) fn insert(&mut self, object: Object, expires: SimTime, capacity: u32) -> bool {
        let known = self.place(object);
        if let Some(place) = known {
            self.unlink(place);
        }
        let evicts = known.is_none() && self.len() >= length(capacity);
        if evicts {
            self.evict();
        }
        let entry = Entry { object, expires, outdated: false, newer: None, older: None };
        let place = known.or_else(|| self.free.pop());
        let place = place.unwrap_or_else(|| {
            self.entries.push(entry);
            NonZeroU32::new(count(self.entries.len())).expect("an entry was added")
        });
        self.entries[at(place)] = entry;
        if self.places.len() <= length(object.0) {
            self.places.resize(length(object.0) + 1, None);
        }
        self.places[length(object.0)] = Some(place);
        self.link(place);
        evicts
    }

    /// Removes an object. Returns whether it was stored.
    pub(super) fn remove(&mut self, object: Object) -> bool {
        let Some(place) = self.place(object) else { return false };
        self.unlink(place);
        self.places[length(object.0)] = None;
        self.free.push(place);
        true
    }

    pub(super) fn mark_outdated(&mut self, object: Object) {
        if let Some(place) = self.place(object) {
            self.entries[at(place)].outdated = true;
        }
    }

    /// Makes the entry of the lowest object expire. Takes time in proportion to the objects before it.
    pub(super) fn expire_first(&mut self, now: SimTime) -> bool {
        let Some(place) = self.places.iter().copied().flatten().next() else { return false };
        let entry = &mut self.entries[at(place)];
        entry.expires = entry.expires.min(now);
        true
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Evicts objects until at most `capacity` are left.
    pub(super) fn shrink(&mut self, capacity: u32) {
        while self.len() > length(capacity) {
            self.evict();
        }
    }

    fn evict(&mut self) {
        if let Some(oldest) = self.oldest {
            self.remove(self.entries[at(oldest)].object);
        }
    }

    /// Puts an entry at the head of the list.
    fn link(&mut self, place: NonZeroU32) {
        let entry = &mut self.entries[at(place)];
        (entry.newer, entry.older) = (None, self.newest);
        match self.newest {
            Some(second) => self.entries[at(second)].newer = Some(place),
            None => self.oldest = Some(place),
        }
        self.newest = Some(place);
    }

    fn unlink(&mut self, place: NonZeroU32) {
        let Entry { newer, older, .. } = self.entries[at(place)];
        match newer {
            Some(newer) => self.entries[at(newer)].older = older,
            None => self.newest = older,
        }
        match older {
            Some(older) => self.entries[at(older)].newer = newer,
            None => self.oldest = newer,
        }
    }

    /// Approximate size in bytes.
    pub(super) fn footprint(&self) -> usize {
        self.places.len() * size_of::<Place>()
            + self.entries.len() * size_of::<Entry>()
            + self.free.len() * size_of::<NonZeroU32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::mix;

    /// The same cache as a list, most recently used first.
    #[derive(Default)]
    struct Model(Vec<u32>);

    impl Model {
        fn insert(&mut self, object: u32, capacity: usize) -> bool {
            let known = self.remove(object);
            let evicts = !known && self.0.len() == capacity;
            self.0.truncate(if evicts { capacity - 1 } else { self.0.len() });
            self.0.insert(0, object);
            evicts
        }

        fn remove(&mut self, object: u32) -> bool {
            let before = self.0.len();
            self.0.retain(|known| *known != object);
            self.0.len() < before
        }
    }

    #[test]
    fn the_least_recently_used_object_is_evicted() {
        let (mut store, mut model) = (Store::default(), Model::default());
        for step in 0..20_000u64 {
            let bits = mix(step);
            let object = u32::try_from(bits % 40).expect("below 40");
            match (bits >> 32) % 4 {
                0 | 1 => {
                    let evicts = store.insert(Object(object), SimTime::from_nanos(step), 16);
                    assert_eq!(evicts, model.insert(object, 16), "step {step}");
                }
                2 => {
                    store.touch(Object(object));
                    if model.remove(object) {
                        model.0.insert(0, object);
                    }
                }
                _ => assert_eq!(store.remove(Object(object)), model.remove(object), "step {step}"),
            }
            assert_eq!(store.len(), model.0.len());
            assert!((0..40).all(|object| store.get(Object(object)).is_some() == model.0.contains(&object)), "step {step}");
        }
        assert!(store.entries.len() <= 16, "freed entries are used again");
    }
}
