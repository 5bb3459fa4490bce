//! An outage: the elements, certificates and names that are lost.
//!
//! Must not know the reason, nor the duration.

use std::collections::BTreeSet;

use super::cause::Cause;
use hoplight_model::{ComponentIx, DomainId, Element, Infrastructure, LinkIx};

/// A set of losses. A server takes all its components with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    elements: BTreeSet<Element>,
    /// The positions of certificates that have expired.
    expired: BTreeSet<usize>,
    /// Whether the name of the site is gone from the DNS.
    nameless: bool,
}

impl Outage {
    /// Nothing is out.
    pub const fn none() -> Self {
        Self { elements: BTreeSet::new(), expired: BTreeSet::new(), nameless: false }
    }

    /// One element is out.
    pub fn of(element: Element) -> Self {
        Self::from_iter([element])
    }

    /// What these causes take with them.
    pub fn of_causes<'a>(infra: &Infrastructure, causes: impl IntoIterator<Item = &'a Cause>) -> Self {
        let mut outage = Self::none();
        for cause in causes {
            outage.add(infra, cause);
        }
        outage
    }

    fn add(&mut self, infra: &Infrastructure, cause: &Cause) {
        match cause {
            Cause::Domain(id) => self.add_domain(infra, id),
            Cause::Software(software) => {
                let running = infra.components().filter(|(_, component)| component.software.as_ref() == Some(software));
                self.elements.extend(running.map(|(_, component)| Element::Component(component.id.clone())));
            }
            Cause::Certificate { place, .. } => drop(self.expired.insert(*place)),
            Cause::Zone(_) => self.nameless = true,
            Cause::Component(_) | Cause::Server(_) | Cause::Hop(..) => self.elements.extend(cause.element()),
        }
    }

    fn add_domain(&mut self, infra: &Infrastructure, id: &DomainId) {
        let Some(domain) = infra.domain_named(id) else { return };
        self.elements.extend(domain.servers.iter().cloned().map(Element::Server));
        self.elements.extend(domain.components.iter().cloned().map(Element::Component));
        self.elements.extend(domain.links.iter().cloned().map(|(from, to)| Element::Hop(from, to)));
        // A file in which a domain is part of itself is refused, so this ends.
        domain.domains.iter().for_each(|part| self.add_domain(infra, part));
    }

    /// The elements that are out, in their own order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = &Element> {
        self.elements.iter()
    }

    /// What keeps a component from working: its own loss, or that of its server.
    pub(super) fn cause(&self, infra: &Infrastructure, ix: ComponentIx) -> Option<Element> {
        if self.elements.is_empty() {
            return None;
        }
        let component = infra.component(ix);
        let itself = Element::Component(component.id.clone());
        if self.elements.contains(&itself) {
            return Some(itself);
        }
        component.server.clone().map(Element::Server).filter(|server| self.elements.contains(server))
    }

    /// Whether a hop itself is out.
    pub(super) fn cuts(&self, infra: &Infrastructure, link: LinkIx) -> bool {
        !self.elements.is_empty() && self.elements.contains(&infra.hop_element(link))
    }

    /// Whether the certificate at a place of the infrastructure's list has expired.
    pub(super) fn is_expired(&self, place: usize) -> bool {
        self.expired.contains(&place)
    }

    /// Whether any certificate has expired.
    pub(super) fn has_expired(&self) -> bool {
        !self.expired.is_empty()
    }

    /// Whether the name of the site is gone from the DNS.
    pub(super) const fn is_nameless(&self) -> bool {
        self.nameless
    }
}

impl FromIterator<Element> for Outage {
    fn from_iter<I: IntoIterator<Item = Element>>(elements: I) -> Self {
        Self { elements: elements.into_iter().collect(), ..Self::none() }
    }
}
