//! What the loss of a single element means for users in the long run: the share of each kind of request that fails once
//! health checks, failovers and promotions have settled, and why.
//!
//! Unlike `flow` and `structure`, which ask whether a path exists, this module executes what is configured: a balancer
//! distributes requests over the backends that *its* health checks leave UP, a driver tries the next database only
//! after the failures that its policy names, and a component that waits for a silent upstream holds a slot until its
//! timeout. Shares are probabilities, propagated through `hoplight_model::behaviour` from the databases to the browser;
//! the rates of requests, and the queues that build up, follow in the opposite direction. The simulation is the
//! reference (`tests/agreement.rs`).
//!
//! ```text
//!  site ──▶ state ──▶ node ◀─ reply, health     the outcomes at one component
//!             │         ▲
//!             └▶ cluster └── solve ──▶ users    the fixed point of outcomes and load; the users' view
//!                              └────▶ run      a simulation where there is no fixed point
//! ```

mod alike;
mod checks;
mod cluster;
mod cores;
mod health;
mod kept;
mod limits;
mod loss;
mod node;
mod queue;
mod reply;
mod run;
mod sessions;
mod site;
mod solve;
mod state;
pub(crate) mod syn;
mod unsettled;
mod users;

use hoplight_model::behaviour::session_use;
use hoplight_model::{Infrastructure, RequestKind};

use crate::cause::Cause;
use crate::wiring::Wiring;
use alike::Alike;
use run::Runs;
use site::Site;
use solve::Solver;
use users::Users;

pub use loss::{
    CACHE_AGE_S, Consequence, Loss, LossForecast, STOPS_ABOVE, Stability, Verdict, WINDOW_END_S, WINDOW_START_S, WORKS_BELOW,
};
pub use reply::LossReason;
pub(crate) use solve::Strain;

/// What fails without a loss, and after each single loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    /// The infrastructure without a loss.
    pub whole: Consequence,
    /// Each loss, in the order of [`Loss::all`].
    pub each: Vec<LossForecast>,
}

impl Losses {
    /// Predicts the long-run consequences of each single loss.
    pub fn of(infra: &Infrastructure) -> Self {
        Self::in_wiring(infra, &Wiring::of(infra))
    }

    /// Like [`Self::of`], for hops and behaviours that are already derived.
    pub(crate) fn in_wiring(infra: &Infrastructure, wiring: &Wiring) -> Self {
        let (site, all) = (Site::of(infra, wiring), Loss::all(infra));
        let mut solver = Solver::of(&site);
        let mut runs = Runs::of(infra);
        let whole = runs.settle(solver.consequence(), None);
        let mut alike = Alike::of(&site, &all);
        let forecast = |(place, loss): (usize, Loss)| {
            let consequence = alike.consequence(place, || runs.settle(solver.after(&loss).0, Some(&loss)));
            forecast_of(&site, loss, consequence)
        };
        Self { whole, each: all.into_iter().enumerate().map(forecast).collect() }
    }

    /// The verdict on a kind of request without a loss.
    pub fn whole_verdict(&self, kind: RequestKind) -> Verdict {
        Verdict::of(self.whole.eventual[kind.index()])
    }
}

/// Predicts the long-run consequences of each single loss, in the order of [`Loss::all`].
pub fn losses(infra: &Infrastructure) -> Vec<LossForecast> {
    Losses::of(infra).each
}

/// Predicts the long-run consequences of one loss.
pub fn loss_of(infra: &Infrastructure, loss: Loss) -> LossForecast {
    let wiring = Wiring::of(infra);
    let site = Site::of(infra, &wiring);
    let mut solver = Solver::of(&site);
    solver.consequence();
    let (consequence, _) = solver.after(&loss);
    let consequence = Runs::of(infra).settle(consequence, Some(&loss));
    forecast_of(&site, loss, consequence)
}

/// What fails without a loss.
pub fn without_loss(infra: &Infrastructure) -> Consequence {
    Runs::of(infra).settle(Solver::of(&Site::of(infra, &Wiring::of(infra))).consequence(), None)
}

/// The components that are busy after each single loss at a rate of requests per second, with the consequences. Causes
/// that leave every component as it is are left out.
pub(crate) fn strains(infra: &Infrastructure, rate: f64) -> Vec<(Cause, Consequence, Vec<Strain>)> {
    let wiring = Wiring::of(infra);
    let site = Site::at(infra, &wiring, Some(rate));
    let mut solver = Solver::of(&site);
    let strain = |cause: Cause| {
        let (consequence, strained) = solver.after(&Loss::Of(cause.clone()));
        (!strained.is_empty()).then_some((cause, consequence, strained))
    };
    Cause::all(infra).into_iter().filter_map(strain).collect()
}

/// Hit ratio of each component by kind of request, in the order of [`RequestKind::ALL`]; zero for components that are not
/// caches. At the scenario's rate, with everything up, after the caches have warmed up.
pub fn hit_ratios(infra: &Infrastructure) -> Vec<[f64; 3]> {
    if !infra.components().any(|(_, component)| component.kind.as_cache().is_some()) {
        return vec![[0.0; 3]; infra.len()];
    }
    let wiring = Wiring::of(infra);
    let site = Site::of(infra, &wiring);
    Solver::of(&site).hits().to_vec()
}

/// Share of the requests with a session that find it, at each component, with everything up. 1 at components that use no
/// sessions.
pub fn known_sessions(infra: &Infrastructure) -> Vec<f64> {
    let has_sessions = |ix| RequestKind::ALL.into_iter().any(|kind| session_use(infra, ix, kind).is_some());
    if !infra.components().any(|(ix, _)| has_sessions(ix)) {
        return vec![1.0; infra.len()];
    }
    let wiring = Wiring::of(infra);
    let site = Site::of(infra, &wiring);
    Solver::of(&site).known().to_vec()
}

fn forecast_of(site: &Site<'_>, loss: Loss, consequence: Consequence) -> LossForecast {
    let origin = Users::origin(site, RequestKind::Static).filter(|_| matches!(loss, Loss::Of(Cause::Zone(_))));
    let cached = origin.and_then(|origin| origin.lookups.first()).map(|link| site.hop(*link).to);
    let Consequence { failing, why, eventual, eventual_why, stability, is_simulated } = consequence;
    LossForecast { loss, failing, why, eventual, eventual_why, stability, is_simulated, cached }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A balancer with `pairs` web servers and applications, every fifth on slower machines, and two databases.
    fn large(pairs: u32) -> Infrastructure {
        let part = |pair: u32| {
            let slots = if pair.is_multiple_of(5) { 3 } else { 9 };
            format!(r#"(id: "web-{pair}", kind: Web()), (id: "app-{pair}", kind: App(), station: (slots: {slots})),"#)
        };
        let link = |pair: u32| {
            format!(
                r#"(from: "lb", to: "web-{pair}"), (from: "web-{pair}", to: "app-{pair}"), (from: "app-{pair}", to: "db"),
                   (from: "app-{pair}", to: "db-2"),"#
            )
        };
        let (parts, links): (String, String) = ((1..=pairs).map(part).collect(), (1..=pairs).map(link).collect());
        let text = format!(
            r#"(components: [(id: "dns", kind: DnsResolver()), (id: "lb", kind: LoadBalancer()), (id: "db", kind: Database()),
                 (id: "db-2", kind: Database(role: Replica)), {parts}],
               links: [(from: "browser", to: "dns"), (from: "browser", to: "lb"), (from: "db", to: "db-2"), {links}])"#
        );
        Infrastructure::from_ron("large.ron", &text).expect("a valid scenario")
    }

    #[test]
    fn losses_that_are_alike_have_the_consequences_of_each() {
        let infra = large(120);
        let wiring = Wiring::of(&infra);
        let site = Site::of(&infra, &wiring);
        let mut solver = Solver::of(&site);
        let forecasts = losses(&infra);
        assert!(forecasts.len() > 500, "{}", forecasts.len());
        let of_one = loss_of(&infra, forecasts[0].loss.clone());
        assert_eq!(
            (of_one.verdict(RequestKind::Write), &of_one.loss),
            (forecasts[0].verdict(RequestKind::Write), &forecasts[0].loss)
        );
        for forecast in &forecasts {
            let alone = solver.after(&forecast.loss).0.failing;
            let apart = forecast.failing.iter().zip(alone).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-3, "{}: {:?}, alone {alone:?}", forecast.loss, forecast.failing);
        }
    }

    #[test]
    fn a_larger_site_of_the_same_parts_has_no_more_losses_to_solve() {
        let solved = |pairs| {
            let infra = large(pairs);
            let wiring = Wiring::of(&infra);
            Alike::of(&Site::of(&infra, &wiring), &Loss::all(&infra)).count()
        };
        let few = solved(120);
        assert!((15..40).contains(&few), "{few}");
        assert_eq!(solved(480), few);
    }

    #[test]
    fn a_loss_leaves_no_trace_in_the_next_one() {
        let infra = large(3);
        let wiring = Wiring::of(&infra);
        let site = Site::of(&infra, &wiring);
        let mut solver = Solver::of(&site);
        let whole = solver.replies();
        for loss in Loss::all(&infra) {
            let first = solver.after(&loss);
            assert_eq!(solver.replies(), whole, "{loss}");
            assert_eq!(solver.after(&loss), first, "{loss}");
        }
    }
}
