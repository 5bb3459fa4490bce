//! Losses with equal consequences. Large sites have many, such as the loss of any of a thousand identical web servers.
//!
//! Elements are alike if they have equal properties and relate in the same way to elements that are alike: colour
//! refinement (Weisfeiler and Leman), from the properties of each element to those of its neighbours, until no class
//! splits. Only one loss of each class is solved. Small sites are solved loss by loss.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use hoplight_model::behaviour::{Behaviour, RequestPart, UpstreamChoice};
use hoplight_model::station::Station;
use hoplight_model::{Algorithm, ComponentId, ComponentIx, ComponentKind, Element, Infrastructure, RequestKind};

use super::loss::{Consequence, Loss};
use super::site::Site;
use crate::cause::Cause;
use crate::outage::Outage;

/// Maximum number of losses that are solved one by one.
const FEW: usize = 500;
/// Number of component kinds whose digests are cached.
const KNOWN: usize = 16;
/// Maximum number of refinements. Classes stop splitting after one refinement per hop of a request path.
const ROUNDS: usize = 24;

/// The classes of losses, and the solutions found so far.
pub(super) struct Alike {
    /// The class of each loss, in order; empty if every loss is solved.
    classes: Vec<u64>,
    solved: BTreeMap<u64, Consequence>,
}

impl Alike {
    pub(super) fn of(site: &Site<'_>, losses: &[Loss]) -> Self {
        let classes = if losses.len() > FEW { classes(site, losses) } else { Vec::new() };
        Self { classes, solved: BTreeMap::new() }
    }

    /// The consequence of a loss: reused from a solved loss of its class, otherwise computed by `solve`.
    pub(super) fn consequence(&mut self, place: usize, solve: impl FnOnce() -> Consequence) -> Consequence {
        match self.classes.get(place) {
            Some(class) => *self.solved.entry(*class).or_insert_with(solve),
            None => solve(),
        }
    }
}

#[cfg(test)]
impl Alike {
    /// Number of losses that are solved.
    pub(super) fn count(&self) -> usize {
        self.classes.iter().collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// The finaliser of `SplitMix64`.
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

const fn join(a: u64, b: u64) -> u64 {
    mix(a.rotate_left(17) ^ mix(b.wrapping_add(0x9e37_79b9_7f4a_7c15)))
}

/// Hashes the debug representation of a value.
struct Digest(u64);

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = text.bytes().fold(self.0, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(())
    }
}

fn digest(value: &impl fmt::Debug) -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    // Writing to a digest cannot fail.
    let _ = write!(digest, "{value:?}");
    mix(digest.0)
}

/// Vertices are components, then links, then groups such as servers.
struct Colours {
    colours: Vec<u64>,
    /// Pairs of vertices, with a label for each direction.
    edges: Vec<(usize, usize, u64)>,
}

/// The label of the edges to the standbys of firewall pairs, unlike all others.
const PAIRED: u64 = 1 << 40;

impl Colours {
    fn edge(&mut self, a: usize, b: usize, label: u64) {
        self.edges.push((a, b, label));
    }

    fn count(&self) -> usize {
        let mut distinct = self.colours.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.len()
    }

    fn refine(&mut self) {
        let mut count = self.count();
        for _ in 0..ROUNDS {
            // Sums do not depend on the order of neighbours.
            let mut sums = vec![0u64; self.colours.len()];
            for (a, b, label) in &self.edges {
                sums[*a] = sums[*a].wrapping_add(join(self.colours[*b], *label));
                sums[*b] = sums[*b].wrapping_add(join(self.colours[*a], !label));
            }
            for (colour, sum) in self.colours.iter_mut().zip(sums) {
                *colour = join(*colour, sum);
            }
            let refined = self.count();
            if refined == count {
                return;
            }
            count = refined;
        }
    }
}

fn classes(site: &Site<'_>, losses: &[Loss]) -> Vec<u64> {
    let infra = site.infra;
    let links = infra.len();
    let between: BTreeMap<(ComponentIx, ComponentIx), usize> =
        site.hops().iter().map(|hop| ((hop.from, hop.to), links + hop.link.index())).collect();
    let link_of =
        |from: &ComponentId, to: &ComponentId| between.get(&(infra.find(from.as_str())?, infra.find(to.as_str())?)).copied();
    let mut graph = Colours { colours: Vec::new(), edges: Vec::new() };
    // The latest kinds with their digests. Most components of a large site share a few kinds.
    let mut known: Vec<(&ComponentKind, &Station, u64)> = Vec::new();
    for (ix, component) in infra.components() {
        let (kind, station) = (&component.kind, site.station(ix));
        let colour = known.iter().find(|(of, at, _)| *of == kind && *at == station).map_or_else(
            || {
                // A firewall's rules name other elements; their effect is already part of the links.
                let is_filter = kind.facts().part == RequestPart::Filter;
                join(if is_filter { 0 } else { digest(kind) }, digest(station))
            },
            |(_, _, colour)| *colour,
        );
        if known.len() < KNOWN && !known.iter().any(|(.., of)| *of == colour) {
            known.push((kind, station, colour));
        }
        let cores = site.processor_of[ix.index()].map(|number| site.processors[number].cores);
        graph.colours.push(cores.map_or(colour, |cores| join(colour, u64::from(cores))));
    }
    for hop in site.hops() {
        let link = infra.link(hop.link);
        let verdicts: Vec<_> = hop.guards.iter().map(|guard| guard.verdict.action).collect();
        let traits = (link.protocol, link.latency, link.kinds, link.weight, link.maxconn, hop.cipher, verdicts);
        graph.colours.push(digest(&traits));
        let vertex = links + hop.link.index();
        graph.edge(vertex, hop.from.index(), 1);
        graph.edge(vertex, hop.to.index(), 2);
        for guard in &hop.guards {
            graph.edge(vertex, guard.firewall.index(), 3);
            if let Some(standby) = guard.standby {
                graph.edge(vertex, standby.index(), PAIRED);
            }
        }
    }
    for ix in &site.order {
        for kind in RequestKind::ALL {
            order_links(site, *ix, kind, links, &mut graph);
        }
    }
    for members in &site.clusters {
        for (place, ix) in members.iter().enumerate() {
            graph.colours[ix.index()] = join(graph.colours[ix.index()], place as u64);
        }
    }
    let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, loss) in losses.iter().enumerate() {
        if !matches!(loss, Loss::Of(Cause::Component(_) | Cause::Hop(..))) {
            groups.insert(place, graph.colours.len());
            let vertex = graph.colours.len();
            graph.colours.push(digest(&loss.word()));
            for member in members(infra, loss, links) {
                graph.edge(vertex, member, 4);
            }
        }
    }
    graph.refine();
    let class = |(place, loss): (usize, &Loss)| {
        let vertex = match loss {
            Loss::Of(Cause::Component(id)) => infra.find(id.as_str()).map(ComponentIx::index),
            Loss::Of(Cause::Hop(from, to)) => link_of(from, to),
            _ => groups.get(&place).copied(),
        };
        // A loss that is not found forms a separate class.
        vertex.map_or(place as u64, |vertex| join(graph.colours[vertex], digest(&loss.word())))
    };
    losses.iter().enumerate().map(class).collect()
}

/// Distinguishes the upstream links of a component where their order matters.
fn order_links(site: &Site<'_>, ix: ComponentIx, kind: RequestKind, links: usize, graph: &mut Colours) {
    let ordered: &[_] = match site.behaviour(ix, kind) {
        Behaviour::Originate(origin) => &origin.entries,
        Behaviour::Forward(forwarding) => match forwarding.choice {
            UpstreamChoice::Balanced(Algorithm::First)
            | UpstreamChoice::RoundRobin
            | UpstreamChoice::Writer
            | UpstreamChoice::Role(_)
            | UpstreamChoice::First => &forwarding.links,
            UpstreamChoice::Balanced(_) => &[],
        },
        Behaviour::Respond
        | Behaviour::LookUp
        | Behaviour::Query(_)
        | Behaviour::Resolve(_)
        | Behaviour::Redirect
        | Behaviour::Filter
        | Behaviour::Fail(_)
        | Behaviour::Ignore => &[],
    };
    for (place, link) in ordered.iter().enumerate() {
        let colour = &mut graph.colours[links + link.index()];
        *colour = join(*colour, place as u64);
    }
}

/// The vertices that a loss affects.
fn members(infra: &Infrastructure, loss: &Loss, links: usize) -> Vec<usize> {
    let on = |server| infra.on_server(server).map(|(ix, _)| ix.index()).collect();
    match loss {
        Loss::Processes(server) | Loss::Of(Cause::Server(server)) => on(server),
        Loss::Of(Cause::Certificate { place, .. }) => {
            let certificate = infra.certificates().get(*place);
            certificate.map(|it| infra.holders(it)).unwrap_or_default().into_iter().map(ComponentIx::index).collect()
        }
        Loss::Of(cause) => {
            let outage = Outage::of_causes(infra, [cause]);
            let elements = outage.elements().flat_map(|element| match element {
                Element::Component(id) => infra.find(id.as_str()).map(ComponentIx::index).into_iter().collect(),
                Element::Server(id) => on(id),
                Element::Hop(from, to) => {
                    infra.link_between(from.as_str(), to.as_str()).map(|link| links + link.index()).into_iter().collect()
                }
            });
            elements.collect::<Vec<_>>()
        }
    }
}
