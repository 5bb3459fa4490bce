//! Causes of failure: the basic events of reliability theory.
//!
//! Causes are independent of each other; components that fail together share one cause.

use std::fmt;

use hoplight_model::behaviour::FailsAs;
use hoplight_model::component::Software;
use hoplight_model::{ComponentId, DomainId, Element, Infrastructure, Reliability, ServerId, Text};

/// An independent failure, which may affect several components.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A program or a provider's service.
    Component(ComponentId),
    /// A server, including everything that runs on it.
    Server(ServerId),
    /// A link.
    Hop(ComponentId, ComponentId),
    /// A failure domain: infrastructure that its members share.
    Domain(DomainId),
    /// A software version: a flaw affects every component that runs it.
    Software(Software),
    /// The expiry of a certificate.
    Certificate {
        /// Index in the infrastructure's list of certificates.
        place: usize,
        /// First name that the certificate covers.
        name: Text,
    },
    /// The site's DNS zone.
    Zone(Text),
}

impl Cause {
    /// All causes that affect requests: components in authored order, then servers, links, failure domains, software by
    /// name, certificates, and the zone.
    ///
    /// Browsers, agents and the monitoring service are left out, since no request depends on them.
    pub fn all(infra: &Infrastructure) -> Vec<Self> {
        let mut causes: Vec<Self> = Vec::new();
        let of_service = infra.components().filter(|(_, component)| component.kind.is_on_path());
        causes.extend(of_service.map(|(_, component)| Self::Component(component.id.clone())));
        causes.extend(infra.servers().map(|server| Self::Server(server.id.clone())));
        causes.extend(infra.links().map(|(link, _)| Self::of(infra.hop_element(link))));
        causes.extend(infra.domains().map(|domain| Self::Domain(domain.id.clone())));
        let mut software: Vec<Software> = infra.components().filter_map(|(_, component)| component.software.clone()).collect();
        software.sort();
        software.dedup();
        causes.extend(software.into_iter().map(Self::Software));
        causes.extend((0..infra.certificates().len()).map(|place| Self::certificate(infra, place)));
        causes.push(Self::zone(infra));
        causes
    }

    /// The failure of one element of the diagram.
    pub fn of(element: Element) -> Self {
        match element {
            Element::Component(id) => Self::Component(id),
            Element::Server(id) => Self::Server(id),
            Element::Hop(from, to) => Self::Hop(from, to),
        }
    }

    /// The expiry of the certificate at this index.
    pub(super) fn certificate(infra: &Infrastructure, place: usize) -> Self {
        let name = infra.certificates().get(place).and_then(|certificate| certificate.names.first().cloned());
        Self::Certificate { place, name: name.unwrap_or_default() }
    }

    /// The failure of the site's DNS zone.
    pub(super) fn zone(infra: &Infrastructure) -> Self {
        Self::Zone(Text::new(infra.domain()).unwrap_or_default())
    }

    /// The diagram element that fails, if the cause is a single element.
    pub fn element(&self) -> Option<Element> {
        match self {
            Self::Component(id) => Some(Element::Component(id.clone())),
            Self::Server(id) => Some(Element::Server(id.clone())),
            Self::Hop(from, to) => Some(Element::Hop(from.clone(), to.clone())),
            _ => None,
        }
    }

    /// Whether the cause is a program or a server, the typical candidates for a single point of failure.
    pub fn is_part(&self) -> bool {
        matches!(self, Self::Component(_) | Self::Server(_))
    }

    /// Whether the cause is the users' resolver, which is not part of the site: a resolver on none of its servers.
    pub fn is_users_resolver(&self, infra: &Infrastructure) -> bool {
        let Self::Component(id) = self else { return false };
        infra.find(id.as_str()).is_some_and(|ix| {
            let component = infra.component(ix);
            component.kind.as_resolver().is_some() && component.server.is_none()
        })
    }

    /// Noun for what fails, in lower case.
    pub fn word(&self, infra: &Infrastructure) -> &'static str {
        match self {
            Self::Component(id) => infra.find(id.as_str()).map_or("component", |ix| infra.component(ix).kind.word()),
            Self::Server(_) => "server",
            Self::Hop(..) => "link",
            Self::Domain(_) => "failure domain",
            Self::Software(_) => "software version",
            Self::Certificate { .. } => "certificate",
            Self::Zone(_) => "DNS zone",
        }
    }

    /// MTBF and MTTR of the cause; `None` if it never occurs.
    pub fn reliability(&self, infra: &Infrastructure) -> Option<Reliability> {
        let usual = infra.reliability();
        match self {
            Self::Component(id) => {
                let component = infra.component(infra.find(id.as_str())?);
                let usual = match component.kind.facts().fails_as {
                    FailsAs::Program => usual.program,
                    FailsAs::Service => usual.service,
                };
                Some(component.reliability.unwrap_or(usual))
            }
            Self::Server(id) => Some(infra.server(id)?.reliability.unwrap_or(usual.server)),
            Self::Hop(from, to) => infra.link(infra.link_between(from.as_str(), to.as_str())?).reliability,
            Self::Domain(id) => infra.domain_named(id)?.reliability,
            Self::Software(_) => Some(usual.software),
            Self::Certificate { .. } => Some(usual.certificate),
            Self::Zone(_) => Some(usual.dns_zone),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(id) => write!(f, "{id}"),
            Self::Server(id) => write!(f, "{id}"),
            Self::Hop(from, to) => write!(f, "{from} → {to}"),
            Self::Domain(id) => write!(f, "{id}"),
            Self::Software(software) => write!(f, "{software}"),
            Self::Certificate { name, .. } => write!(f, "certificate {}", name.as_str()),
            Self::Zone(name) => write!(f, "zone {}", name.as_str()),
        }
    }
}
