//! The ports that programs listen on: defaults that do not collide, and ports that two programs claim.
//!
//! A program listens on one default port per protocol, whatever the number of its clients. If another program on the same
//! server already has that port, it takes the next free one, as an administrator would. Only ports that the file states
//! can collide. Ports of monitoring, DNS and VRRP are not considered.

use std::collections::BTreeMap;

use petgraph::graph::DiGraph;

use super::Builder;
use crate::component::Component;
use crate::http::Port80;
use crate::id::ServerId;
use crate::infrastructure::{ComponentIx, LinkIx};
use crate::link::{Link, LinkSpec, Protocol};
use crate::problem::{Problem, ProblemKind, ProblemPath};
use crate::tier::Tier;
use crate::tls::TlsMode;

/// Port of an application whose clients are all on its own server, where it listens on 127.0.0.1 (Gunicorn's default).
const LOCAL_APPLICATION: u16 = 8000;

/// The programs that listen on each port of each server.
type Taken = BTreeMap<(ServerId, u16), ComponentIx>;

/// The listening end of a link, and the protocol in which it listens; `None` for links that are not considered. A replica
/// opens the connection to its primary, although changes flow the other way.
fn listener(graph: &DiGraph<Component, Link, u32>, link: LinkIx) -> Option<(ComponentIx, Protocol)> {
    let (from, to) = graph.edge_endpoints(link)?;
    match graph[link].protocol {
        protocol @ (Protocol::Http | Protocol::Sql | Protocol::Cache) => Some((to, protocol)),
        Protocol::Replication => Some((from, Protocol::Sql)),
        Protocol::Dns | Protocol::Metrics | Protocol::Vrrp => None,
    }
}

impl Builder {
    /// Assigns the default ports of programs, and reports ports that two programs on one server claim. The links of `graph`
    /// must be those of `specs`.
    pub(super) fn assign_ports(
        &mut self,
        specs: &[LinkSpec],
        edge: TlsMode,
        port_80: Port80,
        graph: &mut DiGraph<Component, Link, u32>,
    ) {
        let mut taken = Taken::new();
        let mut open: BTreeMap<(ComponentIx, u16), Vec<LinkIx>> = BTreeMap::new();
        for (number, link) in graph.edge_indices().enumerate() {
            let Some((ix, _)) = listener(graph, link) else { continue };
            let is_entry = graph.edge_endpoints(link).is_some_and(|(from, _)| graph[from].kind.is_browser());
            if specs[number].port.is_none() && !is_entry {
                open.entry((ix, graph[link].port)).or_default().push(link);
                continue;
            }
            let port = match graph[link].port {
                443 if is_entry && edge == TlsMode::None => 80,
                port => port,
            };
            let Some(server) = &graph[ix].server else { continue };
            let plaintext = (is_entry && edge != TlsMode::None && port_80 != Port80::Closed).then_some(80);
            for port in std::iter::once(port).chain(plaintext) {
                let owner = *taken.entry((server.clone(), port)).or_insert(ix);
                // Two entries are a VRRP pair, whose shared address is not that of the server.
                let are_pair = is_entry
                    && [owner, ix].iter().all(|entry| graph[*entry].kind.as_balancer().is_some_and(|spec| spec.vrrp.is_some()));
                if owner != ix && !are_pair {
                    let programs = Box::new((graph[owner].id.clone(), graph[ix].id.clone()));
                    let kind = ProblemKind::PortInUse { programs, port, server: server.clone() };
                    self.keep::<()>(Err(Problem { path: ProblemPath::record("links", number).field("port"), kind }));
                }
            }
        }
        for ((ix, usual), links) in open {
            let Some(server) = graph[ix].server.clone() else { continue };
            let is_local =
                |link: &LinkIx| graph.edge_endpoints(*link).is_some_and(|(from, _)| graph[from].server.as_ref() == Some(&server));
            let is_app = graph[ix].kind.tier() == Some(Tier::Application);
            let mut port = if is_app && links.iter().all(is_local) { LOCAL_APPLICATION } else { usual };
            while taken.get(&(server.clone(), port)).is_some_and(|owner| *owner != ix) {
                port = port.saturating_add(1);
            }
            for link in links {
                graph[link].port = port;
            }
            taken.insert((server, port), ix);
        }
    }
}
