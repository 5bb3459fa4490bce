//! Single points of failure: causes that alone stop a kind of request.
//!
//! The verdicts are those of [`super::losses()`], once cached addresses have expired: they follow from what is configured,
//! such as health checks and timeouts, at the rate of the scenario's traffic. The search of [`super::service`] names the
//! obstacles where no path is left.

use std::fmt;

use super::broken::Broken;
use super::cause::Cause;
use super::losses::{LossForecast, Verdict, without_loss};
use super::outage::Outage;
use super::service::{path_if_certified, works, works_in};
use super::structure::Structure;
use super::wiring::Wiring;
use hoplight_model::{Element, Infrastructure, LinkIx, RequestKind};

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
    works_whole(infra, structure, kind)?;
    let point = |(cause, forecast): (&Cause, &LossForecast)| {
        let unreachable = works_in(infra, structure.wiring(), &Outage::of_causes(infra, [cause]), kind).err();
        let broken = unreachable.unwrap_or_else(|| Broken::of_loss(infra, forecast.eventual_why[kind.index()]));
        Spof { cause: cause.clone(), kind, broken }
    };
    Ok(structure.stopping(kind).map(point).collect())
}

/// Whether requests of a kind succeed without an outage, if only in part.
///
/// # Errors
/// Returns the reason if all of them fail.
pub(super) fn works_whole(infra: &Infrastructure, structure: &Structure, kind: RequestKind) -> Result<(), Broken> {
    if structure.works_whole(kind) {
        return Ok(());
    }
    let why = structure.losses().whole.eventual_why[kind.index()];
    Err(works_in(infra, structure.wiring(), &Outage::none(), kind).err().unwrap_or_else(|| Broken::of_loss(infra, why)))
}

/// Why requests of a kind all fail without an outage; `None` if any of them succeed.
pub fn never_works(infra: &Infrastructure, kind: RequestKind) -> Option<Broken> {
    let whole = without_loss(infra);
    let stops = Verdict::of(whole.eventual[kind.index()]) == Verdict::Stops;
    stops.then(|| {
        let unreachable = works(infra, &Outage::none(), kind).err();
        unreachable.unwrap_or_else(|| Broken::of_loss(infra, whole.eventual_why[kind.index()]))
    })
}

/// Returns the single points of failure that are programs or servers of the site, which the diagram can highlight. The
/// users' resolver is not part of the site.
///
/// # Errors
/// Same as [`single_points`].
pub fn single_parts(infra: &Infrastructure, kind: RequestKind) -> Result<Vec<Element>, Broken> {
    let points = single_points(infra, kind)?;
    Ok(points.into_iter().filter(|point| point.is_part_of_site(infra)).filter_map(|point| point.cause.element()).collect())
}

impl Spof {
    /// Whether the cause is a program or a server of the site. The users' resolver is not.
    pub fn is_part_of_site(&self, infra: &Infrastructure) -> bool {
        self.cause.is_part() && !self.cause.is_users_resolver(infra)
    }
}

/// Returns the hops of this kind's path without an outage, in authored order.
pub fn usual_path(infra: &Infrastructure, kind: RequestKind) -> Vec<Element> {
    usual_links(infra, &Wiring::of(infra), kind).into_iter().map(|link| infra.hop_element(link)).collect()
}

/// Returns the links of this kind's path without an outage, in authored order.
pub(super) fn usual_links(infra: &Infrastructure, wiring: &Wiring, kind: RequestKind) -> Vec<LinkIx> {
    let Ok(hops) = path_if_certified(infra, wiring, kind) else { return Vec::new() };
    let mut links: Vec<LinkIx> = hops.into_iter().map(|hop| hop.link).collect();
    links.sort_unstable();
    links
}
