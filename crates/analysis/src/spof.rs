//! Single points of failure: causes that alone stop a kind of request.
//!
//! A cause that alone stops a kind of request lies on every working path, so it suffices to test the causes that the
//! first path found depends on, 64 in one pass over the circuit. This covers servers, firewalls, names and shared
//! software, which the usual graph algorithms (articulation points, dominators) do not model. Load is ignored: a server
//! whose loss overloads the others is not a single point of failure here.

use std::fmt;

use super::broken::Broken;
use super::cause::Cause;
use super::outage::Outage;
use super::service::{path, works};
use super::structure::Structure;
use hoplight_model::{Element, Infrastructure, RequestKind};

/// A single point of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spof {
    /// What fails.
    pub cause: Cause,
    /// Kind of request that fails.
    pub kind: RequestKind,
    /// Why it fails.
    pub broken: Broken,
}

impl fmt::Display for Spof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

/// Returns the single points of failure of a kind of request, in the order of [`Cause::all`].
///
/// Never includes browsers, agents or the monitoring service.
///
/// # Errors
/// Returns the reason if requests of this kind fail even without an outage; in that case no single cause is to blame.
pub fn single_points(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Spof>, Broken> {
    single_points_in(infra, &Structure::of(infra), kind)
}

/// Like [`single_points`], for a structure that is already built.
///
/// # Errors
/// Same as [`single_points`].
pub fn single_points_in(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Result<Vec<Spof>, Broken> {
    works(infra, &Outage::none(), kind)?;
    let points = structure.circuit(kind).knock_outs().into_iter().filter_map(|input| {
        let cause = structure.causes().get(input as usize)?.clone();
        let broken = works(infra, &Outage::of_causes(infra, [&cause]), kind).err()?;
        Some(Spof { cause, kind, broken })
    });
    Ok(points.collect())
}

/// Returns the single points of failure that are programs or servers, which the diagram can highlight.
///
/// # Errors
/// Same as [`single_points`].
pub fn single_parts(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Element>, Broken> {
    let points = single_points(infra, kind)?;
    Ok(points.into_iter().filter(|point| point.cause.is_part()).filter_map(|point| point.cause.element()).collect())
}

/// Returns the hops of this kind's path without an outage, in authored order.
pub fn usual_path(infra: &Infrastructure, kind: RequestKind) -> Vec<Element> {
    let Ok(mut hops) = path(infra, &Outage::none(), kind) else { return Vec::new() };
    hops.sort_by_key(|hop| hop.link);
    hops.into_iter().map(|hop| infra.hop_element(hop.link)).collect()
}
