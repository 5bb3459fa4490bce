//! What is out: the question's "and if this were gone?".
//!
//! Must not know why something is out, nor for how long.

use std::collections::BTreeSet;

use crate::model::{ComponentIx, Element, Infrastructure, LinkIx};

/// A set of elements that are out. A server takes all its components with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage(BTreeSet<Element>);

impl Outage {
    /// Nothing is out.
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// One element is out.
    pub fn of(element: Element) -> Self {
        Self(BTreeSet::from([element]))
    }

    /// What is out, in the elements' own order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = &Element> {
        self.0.iter()
    }

    /// What keeps a component from working: itself, or the server that it runs on.
    pub(super) fn cause(&self, infra: &Infrastructure, ix: ComponentIx) -> Option<Element> {
        if self.0.is_empty() {
            return None;
        }
        let component = infra.component(ix);
        let itself = Element::Component(component.id.clone());
        if self.0.contains(&itself) {
            return Some(itself);
        }
        component.server.clone().map(Element::Server).filter(|server| self.0.contains(server))
    }

    /// Whether a hop itself is out.
    pub(super) fn cuts(&self, infra: &Infrastructure, link: LinkIx) -> bool {
        !self.0.is_empty() && self.0.contains(&infra.hop_element(link))
    }
}

impl FromIterator<Element> for Outage {
    fn from_iter<I: IntoIterator<Item = Element>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}
