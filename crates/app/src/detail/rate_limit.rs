//! Rate limits and those whom they are for: the limit of a component with what it has refused, and an attacker.

use hoplight_model::behaviour::{learns_address, terminates_tls};
use hoplight_model::{ComponentIx, Protocol};
use hoplight_text::description;

use crate::line::Page;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes the rate limit of a component, whom it takes for one client, and how much it has refused.
pub(super) fn write(page: &mut Page, stage: &Stage, ix: ComponentIx) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let Some(limit) = infra.component(ix).kind.rate_limit() else { return };
    let (accepts, refusal) = (description::rate_limit(limit), description::rate_limit_refusal(limit));
    page.text(Tone::Text, &format!("rate limit per client: {accepts}, then {refusal}"));
    if !terminates_tls(infra, ix) {
        page.text(Tone::Warn, "The limit has no effect: the requests pass through encrypted.");
        return;
    }
    for hop in infra.hops().filter(|hop| hop.to == ix && infra.link(hop.link).protocol == Protocol::Http) {
        if !learns_address(infra, hop.link) {
            let from = &infra.component(hop.from).id;
            let text = format!("It does not learn the clients' addresses from {from}, and takes all of them for one client.");
            page.text(Tone::Warn, &text);
        }
    }
    let Some(refusals) = sim.refusals(ix) else { return };
    let tone = if refusals.last_second > 0 { Tone::Warn } else { Tone::Dim };
    let others = if refusals.others > 0 { format!(", {} others", refusals.others) } else { String::new() };
    page.text(tone, &format!("refused {}/s; since the start {} requests of users{others}", refusals.last_second, refusals.users));
}

/// Writes how the logins of an attacker end.
pub(super) fn attacker(page: &mut Page, stage: &Stage) {
    let Some(abuse) = stage.sim().abuse() else { return };
    let Some((rate, addresses)) = abuse.attack else { return };
    let from = if addresses == 1 { "1 address".to_owned() } else { format!("{addresses} addresses") };
    page.text(Tone::Bad, &format!("attacker: {rate} logins/s from {from}"));
    let ended = format!("{} sent, {} verified, {} refused, {} failed", abuse.sent, abuse.answered, abuse.refused, abuse.failed);
    page.text(Tone::Text, &ended);
}
