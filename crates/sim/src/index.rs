//! Typed indices: each list is indexed by its own type, so that a station's index cannot be used for a link.
//!
//! Stations and links have the same indices as the infrastructure's components and links, and share their types. Conversions
//! between indices and integers are in this file.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use hoplight_model::RequestKind;

pub(crate) use hoplight_model::{ComponentIx as StationIx, LinkIx};

/// An index of 32 bits, which takes half the memory of a `usize` in records and plans.
pub(crate) trait Ix: Copy + Eq + Debug {
    fn from_raw(raw: u32) -> Self;
    fn raw(self) -> u32;

    /// The index of position `place`.
    fn at(place: usize) -> Self {
        Self::from_raw(count(place))
    }

    #[inline]
    fn place(self) -> usize {
        self.raw() as usize
    }
}

/// Converts a length to 32 bits.
#[inline]
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a list has fewer than four billion items")
}

/// Converts a length to a 64-bit count.
#[inline]
pub(crate) const fn count64(length: usize) -> u64 {
    length as u64
}

/// Converts a 32-bit count to a length.
#[inline]
pub(crate) const fn length(count: u32) -> usize {
    count as usize
}

impl Ix for StationIx {
    #[inline]
    fn from_raw(raw: u32) -> Self {
        Self::from(raw)
    }

    #[inline]
    fn raw(self) -> u32 {
        count(self.index())
    }
}

impl Ix for LinkIx {
    #[inline]
    fn from_raw(raw: u32) -> Self {
        Self::from(raw)
    }

    #[inline]
    fn raw(self) -> u32 {
        count(self.index())
    }
}

macro_rules! positions {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name(u32);

        impl Ix for $name {
            #[inline]
            fn from_raw(raw: u32) -> Self {
                Self(raw)
            }

            #[inline]
            fn raw(self) -> u32 {
                self.0
            }
        }
    )*};
}

positions! {
    /// A server of the infrastructure.
    ServerIx;
    /// A request in flight.
    RequestIx;
    /// A cache.
    CacheIx;
    /// The name of a cookie that names a backend.
    CookieIx;
    /// A database.
    DatabaseIx;
    /// A database cluster.
    ClusterIx;
    /// A replication stream between two databases.
    StreamIx;
    /// A balancer.
    BalancerIx;
    /// One of the balancers that share an address.
    RouterIx;
    /// An address of the site.
    AddressIx;
    /// A monitoring agent.
    AgentIx;
    /// An alerting rule, applied to one component or to the site.
    AlertIx;
    /// A group of components that must have exactly one leader.
    GroupIx;
    /// A message in flight that is not a request.
    MessageIx;
    /// A timer.
    TimerIx;
    /// A returning user.
    UserIx;
}

impl UserIx {
    /// No user.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

/// A vector that is indexed by `I`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexVec<I, T> {
    items: Vec<T>,
    by: PhantomData<I>,
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), by: PhantomData }
    }
}

impl<I: Ix, T> IndexVec<I, T> {
    /// A vector of `length` copies of `item`.
    pub(crate) fn of(item: T, length: usize) -> Self
    where
        T: Clone,
    {
        Self { items: vec![item; length], by: PhantomData }
    }

    /// Appends an item. Returns its index.
    pub(crate) fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::at(self.items.len() - 1)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    #[inline]
    pub(crate) fn get(&self, at: I) -> Option<&T> {
        self.items.get(at.place())
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, at: I) -> Option<&mut T> {
        self.items.get_mut(at.place())
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// All indices, in order.
    pub(crate) fn indices(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::at)
    }

    /// All items with their indices.
    pub(crate) fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        (0..).map(I::from_raw).zip(&self.items)
    }

    /// All items, mutable, with their indices.
    pub(crate) fn iter_mut_enumerated(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        (0..).map(I::from_raw).zip(&mut self.items)
    }

    /// Index of the first item that satisfies a predicate.
    pub(crate) fn position(&self, has: impl FnMut(&T) -> bool) -> Option<I> {
        self.items.iter().position(has).map(I::at)
    }
}

impl<I: Ix, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, at: I) -> &T {
        &self.items[at.place()]
    }
}

impl<I: Ix, T> IndexMut<I> for IndexVec<I, T> {
    #[inline]
    fn index_mut(&mut self, at: I) -> &mut T {
        &mut self.items[at.place()]
    }
}

impl<I, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<S: IntoIterator<Item = T>>(items: S) -> Self {
        Self { items: items.into_iter().collect(), by: PhantomData }
    }
}

impl<'a, I, T> IntoIterator for &'a IndexVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'a, I, T> IntoIterator for &'a mut IndexVec<I, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

/// One value for each kind of request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct PerKind<T>([T; 3]);

impl<T> PerKind<T> {
    pub(crate) fn of(value: impl FnMut(RequestKind) -> T) -> Self {
        Self(RequestKind::ALL.map(value))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> From<[T; 3]> for PerKind<T> {
    fn from(values: [T; 3]) -> Self {
        Self(values)
    }
}

impl<T> Index<RequestKind> for PerKind<T> {
    type Output = T;

    #[inline]
    fn index(&self, kind: RequestKind) -> &T {
        &self.0[kind.index()]
    }
}

impl<T> IndexMut<RequestKind> for PerKind<T> {
    #[inline]
    fn index_mut(&mut self, kind: RequestKind) -> &mut T {
        &mut self.0[kind.index()]
    }
}
