//! What keeps a site from settling after a loss: upstreams that are taken out of rotation and put back again and again, and
//! queues whose mean says too little.

use hoplight_model::behaviour::{AttemptFailure, Ejection, Forwarding};
use hoplight_model::{ComponentIx, LinkIx, RequestKind};

use super::checks::Checks;
use super::node::Evaluation;
use super::reply::{Ending, Part};

/// Shares of failures between these limits are neither rare nor permanent.
const SOME: std::ops::Range<f64> = 0.005..0.995;

impl Evaluation<'_> {
    /// The first upstream that a component takes out of rotation only for part of the time.
    pub(super) fn flapping(&self, ix: ComponentIx) -> Option<LinkIx> {
        let behaviours = RequestKind::ALL.map(|kind| self.site.behaviour(ix, kind).forwarding());
        let links = behaviours.into_iter().flatten().next()?.links.iter().copied();
        links.into_iter().find(|link| {
            behaviours.into_iter().flatten().any(|forwarding| self.checks_flap(*link, forwarding))
                || SOME.contains(&self.counted(ix, *link, behaviours))
        })
    }

    /// Whether a balancer's checks of a backend leave it UP for part of the time, or fail and pass in turn: whether two pass
    /// in a row then depends on the requests in between, and on what is ejected behind the backend.
    fn checks_flap(&self, link: LinkIx, forwarding: &Forwarding) -> bool {
        let Some(checking) = &forwarding.health else { return false };
        let Checks { idle, in_a_row, .. } = self.backend_checks(link, checking);
        SOME.contains(&self.up(link, forwarding)) || in_a_row < checking.rise && SOME.contains(&idle.failing())
    }

    /// Share of a component's attempts on a link, of all kinds of request, that count towards an ejection.
    fn counted(&self, ix: ComponentIx, link: LinkIx, behaviours: [Option<&Forwarding>; 3]) -> f64 {
        let (mut whole, mut counted) = (0.0, 0.0);
        for kind in RequestKind::ALL {
            let Some(forwarding) = behaviours[kind.index()].filter(|it| it.ejection.is_some()) else { continue };
            let policy = forwarding.policy(self.site.infra.link(link).protocol);
            let counts = |part: &&Part| match part.ending {
                Ending::Failed(failure) => Ejection::counts(failure) && failure != AttemptFailure::Refused,
                Ending::Ok | Ending::Error | Ending::Miss | Ending::Redirect => false,
            };
            let rate = self.rates[ix.index()][kind.index()];
            whole += rate;
            let outcomes = self.attempt(ix, link, kind, forwarding, policy);
            counted += rate * outcomes.parts.iter().filter(counts).map(|part| part.share).sum::<f64>();
        }
        if whole > 0.0 { counted / whole } else { 0.0 }
    }
}
