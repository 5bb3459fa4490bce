//! Converts an infrastructure back to the scenario that describes it.

use super::{FORMAT, Scenario};
use crate::infrastructure::{Infrastructure, LinkIx};
use crate::link::LinkSpec;
use crate::request::RequestKind;

impl From<&Infrastructure> for Scenario {
    /// Describes an infrastructure completely: defaults that depend on other fields, such as a link's latency, become
    /// explicit. Firewall rules that an edit has inserted become ordinary rules.
    fn from(infra: &Infrastructure) -> Self {
        Self {
            format: FORMAT,
            id: Some(infra.id.clone()),
            title: Some(infra.title.clone()),
            summary: infra.summary.clone(),
            notes: infra.notes.clone(),
            unit: infra.unit.clone(),
            benchmark: infra.benchmark,
            domain: infra.domain.clone(),
            traffic: infra.traffic.clone(),
            tls: infra.tls,
            http: infra.http,
            certificates: infra.certificates.iter().filter(|certificate| !certificate.is_assumed).cloned().collect(),
            monitoring: infra.monitoring.clone(),
            reliability: infra.reliability,
            domains: infra.domains().cloned().collect(),
            servers: infra.servers().cloned().collect(),
            components: infra.components().map(|(_, component)| component.clone()).collect(),
            links: infra.links().map(|(ix, _)| spec(infra, ix)).collect(),
        }
    }
}

fn spec(infra: &Infrastructure, ix: LinkIx) -> LinkSpec {
    let (from, to) = infra.ends(ix);
    let link = infra.link(ix);
    let kinds = RequestKind::ALL.into_iter().filter(|kind| link.serves(*kind));
    LinkSpec {
        from: infra.component(from).id.clone(),
        to: infra.component(to).id.clone(),
        protocol: Some(link.protocol),
        port: Some(link.port),
        latency_ms: Some(link.latency),
        reliability: link.reliability,
        kinds: (link.kinds != [true; 3]).then(|| kinds.collect()),
        weight: link.weight,
        maxconn: link.maxconn.unwrap_or(0),
        standby: link.standby,
    }
}
