//! Single points of failure: causes that alone stop a kind of request.
//!
//! A cause that stops a kind of request lies on every working path, so only the needs of the first path found are
//! tried, 64 causes in one pass over the circuit. That covers servers, firewalls, names and shared software, which the usual
//! graph algorithms (articulation points, dominators) do not model. Ignores load: a server whose loss overloads the others
//! is not a single point here.

use std::fmt;

use super::broken::Broken;
use super::cause::Cause;
use super::outage::Outage;
use super::service::{path, works};
use super::structure::Structure;
use hoplight_model::{Element, Infrastructure, RequestKind};

/// One single point of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spof {
    /// What fails.
    pub cause: Cause,
    /// The kind of request that fails with it.
    pub kind: RequestKind,
    /// Why it fails.
    pub broken: Broken,
}

impl fmt::Display for Spof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

/// The single points of failure for a kind of request, in the order of [`Cause::all`].
///
/// Browsers, agents and the monitoring service are never among them.
///
/// # Errors
/// Returns the reason if requests of this kind fail even without an outage; no single cause can then be blamed.
pub fn single_points(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Spof>, Broken> {
    single_points_in(infra, &Structure::of(infra), kind)
}

/// Like [`single_points`], for a structure that is already built.
///
/// # Errors
/// As [`single_points`].
pub fn single_points_in(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Result<Vec<Spof>, Broken> {
    works(infra, &Outage::none(), kind)?;
    let points = structure.circuit(kind).knock_outs().into_iter().filter_map(|input| {
        let cause = structure.causes().get(input as usize)?.clone();
        let broken = works(infra, &Outage::of_causes(infra, [&cause]), kind).err()?;
        Some(Spof { cause, kind, broken })
    });
    Ok(points.collect())
}

/// The single points that are programs or machines, which the diagram can highlight.
///
/// # Errors
/// As [`single_points`].
pub fn single_parts(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Element>, Broken> {
    let points = single_points(infra, kind)?;
    Ok(points.into_iter().filter(|point| point.cause.is_part()).filter_map(|point| point.cause.element()).collect())
}

/// The hops of this kind's path without an outage, the lookup last.
pub fn usual_way(infra: &Infrastructure, kind: RequestKind) -> Vec<Element> {
    let Ok(mut hops) = path(infra, &Outage::none(), kind) else { return Vec::new() };
    hops.sort_by_key(|hop| hop.link);
    hops.into_iter().map(|hop| infra.hop_element(hop.link)).collect()
}
