//! An outage: a set of failed elements, expired certificates and missing names.

use std::collections::BTreeSet;

use super::cause::Cause;
use hoplight_model::{ComponentIx, DomainId, Element, Infrastructure, LinkIx};

/// A set of failures. A failed server takes down all components on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outage {
    elements: BTreeSet<Element>,
    /// Indices of the expired certificates.
    expired: BTreeSet<usize>,
    /// Whether the site's name is missing from the DNS.
    nameless: bool,
}

impl Outage {
    /// Nothing has failed.
    pub const fn none() -> Self {
        Self { elements: BTreeSet::new(), expired: BTreeSet::new(), nameless: false }
    }

    /// One element has failed.
    pub fn of(element: Element) -> Self {
        Self::from_iter([element])
    }

    /// Everything that these causes affect.
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
        // Files with cyclic domains are rejected, so the recursion ends.
        domain.domains.iter().for_each(|part| self.add_domain(infra, part));
    }

    /// Failed elements, in the order of [`Element`].
    pub fn elements(&self) -> impl ExactSizeIterator<Item = &Element> {
        self.elements.iter()
    }

    /// The element whose failure takes a component down: the component or its server.
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

    /// Whether the machine of a component has power. A component without a server has a machine of its own.
    pub(super) fn has_power(&self, infra: &Infrastructure, ix: ComponentIx) -> bool {
        let server = infra.component(ix).server.clone().map(Element::Server);
        server.is_none_or(|server| !self.elements.contains(&server))
    }

    /// Whether a hop has failed.
    pub(super) fn cuts(&self, infra: &Infrastructure, link: LinkIx) -> bool {
        !self.elements.is_empty() && self.elements.contains(&infra.hop_element(link))
    }

    /// Whether the certificate at this index of the infrastructure's list has expired.
    pub(super) fn is_expired(&self, place: usize) -> bool {
        self.expired.contains(&place)
    }

    /// Whether any certificate has expired.
    pub(super) fn has_expired(&self) -> bool {
        !self.expired.is_empty()
    }

    /// Whether the site's name is missing from the DNS.
    pub(super) const fn is_nameless(&self) -> bool {
        self.nameless
    }
}

impl FromIterator<Element> for Outage {
    fn from_iter<I: IntoIterator<Item = Element>>(elements: I) -> Self {
        Self { elements: elements.into_iter().collect(), ..Self::none() }
    }
}
