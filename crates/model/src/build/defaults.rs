//! What a file may leave out, and what then stands in its place.
//!
//! Nothing here is a guess: where a file can mean two things, it must say which. Must not check what a file does say.

use std::collections::BTreeMap;

use super::Builder;
use crate::component::{Component, ComponentKind};
use crate::error::ContentError;
use crate::id::ComponentId;
use crate::link::{Link, LinkSpec, Protocol};
use crate::quantity::Millis;
use crate::request::RequestKind;
use crate::scenario::Scenario;
use crate::station::StationPatch;
use crate::text::Text;

/// The name of a browser that no file mentions.
const BROWSER: &str = "browser";

impl Builder<'_> {
    /// Adds the browser, if there is none, and its links. It comes last, so that the records of the file keep their numbers.
    pub(super) fn add_browser(&mut self, scenario: &mut Scenario) {
        if scenario.components.iter().any(|component| component.kind.is_browser()) {
            return;
        }
        let id = ComponentId::new(BROWSER);
        let kinds: BTreeMap<&ComponentId, &ComponentKind> = scenario.components.iter().map(|c| (&c.id, &c.kind)).collect();
        let browser = ComponentKind::Browser;
        let spoken = |link: &LinkSpec| {
            let from = if link.from == id { Some(&browser) } else { kinds.get(&link.from).copied() };
            link.protocol.or_else(|| Protocol::between(from?, kinds.get(&link.to)?))
        };
        let says = |wanted| scenario.links.iter().any(|link| link.from == id && spoken(link) == Some(wanted));
        let mut asked: Vec<&ComponentId> = Vec::new();
        if !says(Protocol::Dns) {
            let resolvers = kinds.iter().filter(|(_, kind)| kind.as_resolver().is_some());
            asked.extend(resolvers.map(|(id, _)| *id));
        }
        if !says(Protocol::Http) {
            let led_to = |id: &ComponentId| scenario.links.iter().any(|l| l.to == *id && spoken(l) == Some(Protocol::Http));
            let takes = |kind: &ComponentKind| Protocol::between(&browser, kind) == Some(Protocol::Http);
            let free = scenario.components.iter().filter(|c| takes(&c.kind) && !led_to(&c.id));
            let entries: Vec<&Component> = free.collect();
            match entries[..] {
                [one] => asked.push(&one.id),
                [one, other] if is_pair(one, other) => asked.extend([&one.id, &other.id]),
                _ => self.undecided = Some(self.no_entry(&entries)),
            }
        }
        let links: Vec<LinkSpec> = asked.into_iter().map(|to| LinkSpec::new(id.clone(), to.clone())).collect();
        scenario.links.extend(links);
        scenario.components.push(Component {
            id,
            kind: ComponentKind::Browser,
            server: None,
            label: Text::new("You").ok(),
            software: None,
            reliability: None,
            station: StationPatch::default(),
            at: None,
        });
    }

    /// Users could come to nobody, or to any of several.
    fn no_entry(&self, entries: &[&Component]) -> ContentError {
        let names: Vec<String> = entries.iter().take(5).map(|entry| format!("`{}`", entry.id)).collect();
        let more = if entries.len() > names.len() { " and more" } else { "" };
        let message = if entries.is_empty() {
            "users can come to nobody: there is no balancer, web server or application to which no other HTTP link leads"
                .to_owned()
        } else {
            format!(
                "no HTTP link leads to any of {}{more}, so users could come to each: link what stands behind another, or say \
                 (from: \"{BROWSER}\", to: …)",
                names.join(", ")
            )
        };
        ContentError::in_list(self.file, self.text, "components", message)
    }
}

/// Whether two balancers share an address.
fn is_pair(one: &Component, other: &Component) -> bool {
    let names = |a: &Component, b: &Component| {
        a.kind.as_balancer().and_then(|spec| spec.vrrp.as_ref()).is_some_and(|vrrp| vrrp.peer == b.id)
    };
    names(one, other) && names(other, one)
}

/// Fills in a link's defaults.
pub(super) fn complete(spec: &LinkSpec, protocol: Protocol, from: &Component, to: &Component) -> Link {
    let outside = from.kind.is_browser();
    let usual_ms = match protocol {
        Protocol::Dns | Protocol::Metrics => 5.0,
        _ if outside => 25.0,
        _ if from.server.is_some() && from.server == to.server => 0.02,
        _ => 0.25,
    };
    let kinds = spec.kinds.as_ref().map_or([true; 3], |listed| RequestKind::ALL.map(|kind| listed.contains(&kind)));
    Link {
        protocol,
        port: spec.port.unwrap_or_else(|| protocol.usual_port(!outside)),
        reliability: spec.reliability,
        latency: spec.latency_ms.unwrap_or(Millis::literal(usual_ms)),
        kinds,
        weight: spec.weight,
        maxconn: (spec.maxconn > 0).then_some(spec.maxconn),
    }
}
