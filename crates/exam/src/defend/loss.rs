//! Questions about what a loss means.

use hoplight_analysis::{Cause, Loss, LossForecast, Obstacle, Verdict};
use hoplight_model::{Element, Infrastructure, RequestKind};
use hoplight_text::obstacle;

use super::{Defence, DefendOption, DefendQuestion, DefendTopic, capitalised, requests};

/// What works without a server.
pub(super) fn server(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let is_server = move |cause: &Cause| matches!(cause, Cause::Server(_)) && is_of_site(infra, cause);
    lost(defence, DefendTopic::ServerLost, is_server, |_, cause| format!("{cause} loses power."))
}

/// What works without a component of the site.
pub(super) fn component(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let is_program =
        move |cause: &Cause| matches!(cause, Cause::Component(_)) && is_of_site(infra, cause) && !cause.is_users_resolver(infra);
    lost(defence, DefendTopic::ComponentLost, is_program, |infra, cause| {
        let Cause::Component(id) = cause else { return format!("{cause} fails.") };
        let word = infra.find(id.as_str()).map_or("component", |ix| infra.component(ix).kind.word());
        format!("The {word} {id} fails.")
    })
}

/// What works if every copy of one version fails.
pub(super) fn version(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    let runs = move |cause: &Cause| -> usize {
        let Cause::Software(software) = cause else { return 0 };
        infra.components().filter(|(_, component)| component.software.as_ref() == Some(software)).count()
    };
    lost(
        defence,
        DefendTopic::VersionLost,
        move |cause| runs(cause) > 1,
        |infra, cause| {
            let Cause::Software(software) = cause else { return format!("{cause} fails.") };
            let running = infra.components().filter(|(_, component)| component.software.as_ref() == Some(software));
            let ids: Vec<&str> = running.map(|(_, component)| component.id.as_str()).collect();
            format!("A flaw in {software} stops {} at the same time.", ids.join(" and "))
        },
    )
}

/// Asks which kinds of request survive a loss: one that stops some and not all of them, if there is one.
fn lost(
    defence: &mut Defence<'_>,
    topic: DefendTopic,
    suits: impl Fn(&Cause) -> bool,
    event: impl Fn(&Infrastructure, &Cause) -> String,
) -> Option<DefendQuestion> {
    let kinds = working(defence);
    if kinds.is_empty() {
        return None;
    }
    let determined = |forecast: &&LossForecast| kinds.iter().all(|kind| forecast.eventual_verdict(*kind) != Verdict::Degraded);
    let forecasts = defence.structure.losses().each.iter().filter(|forecast| cause_of(forecast).is_some_and(&suits));
    let candidates: Vec<&LossForecast> = forecasts.filter(determined).collect();
    let stops = |forecast: &LossForecast| kinds.iter().filter(|kind| forecast.eventual_verdict(**kind) == Verdict::Stops).count();
    let telling: Vec<&LossForecast> = candidates.iter().copied().filter(|of| (1..kinds.len()).contains(&stops(of))).collect();
    let forecast = *defence.seeded.pick(if telling.is_empty() { &candidates } else { &telling })?;
    let cause = cause_of(forecast)?;
    let prompt = format!(
        "{} Which requests still work, once health checks, timeouts and caches have settled?",
        event(defence.infra, cause)
    );
    let option = |kind: &RequestKind| DefendOption {
        says: requests(*kind).to_owned(),
        element: None,
        is_right: forecast.eventual_verdict(*kind) == Verdict::Works,
        why: outcome(defence.infra, forecast, *kind),
    };
    let mut options: Vec<DefendOption> = kinds.iter().map(option).collect();
    let is_none_right = options.iter().all(|option| !option.is_right);
    let why = if is_none_right { "Every kind of request needs it." } else { "Some requests do not need it." };
    options.push(DefendOption { says: "none of them".into(), element: None, is_right: is_none_right, why: why.into() });
    Some(DefendQuestion { topic, because: None, about: cause.element(), prompt, options })
}

/// Kinds of request that users send and that work without a loss.
fn working(defence: &Defence<'_>) -> Vec<RequestKind> {
    let works = |kind: &RequestKind| defence.structure.losses().whole_verdict(*kind) == Verdict::Works;
    defence.sent().into_iter().filter(works).collect()
}

const fn cause_of(forecast: &LossForecast) -> Option<&Cause> {
    match &forecast.loss {
        Loss::Of(cause) => Some(cause),
        Loss::Processes(_) => None,
    }
}

/// What a loss means for a kind of request, in one sentence.
fn outcome(infra: &Infrastructure, forecast: &LossForecast, kind: RequestKind) -> String {
    let place = kind.index();
    let percent = forecast.eventual[place] * 100.0;
    let of = capitalised(requests(kind));
    match (forecast.eventual_verdict(kind), forecast.eventual_why[place]) {
        (Verdict::Works, _) => format!("{of} work: in the long run, {percent:.0} % of them fail."),
        (_, Some(why)) => format!("{percent:.0} % of {} fail: {}.", requests(kind), obstacle(&Obstacle::of_loss(infra, why))),
        (_, None) => format!("{percent:.0} % of {} fail.", requests(kind)),
    }
}

/// Asks which elements alone stop a kind of request.
pub(super) fn stops(defence: &mut Defence<'_>, topic: DefendTopic, kind: RequestKind) -> Option<DefendQuestion> {
    if !working(defence).contains(&kind) {
        return None;
    }
    let (infra, structure) = (defence.infra, defence.structure);
    let part = |forecast: &LossForecast| -> Option<DefendOption> {
        let cause = cause_of(forecast).filter(|cause| cause.is_part() && !cause.is_users_resolver(infra))?;
        let verdict = forecast.eventual_verdict(kind);
        // What degrades a kind neither stops it nor leaves it alone.
        (verdict != Verdict::Degraded && is_of_site(infra, cause)).then(|| DefendOption {
            says: cause.to_string(),
            element: cause.element(),
            is_right: verdict == Verdict::Stops,
            why: outcome(infra, forecast, kind),
        })
    };
    let options: Vec<DefendOption> = structure.losses().each.iter().filter_map(part).collect();
    let prompt = format!("Which of these would stop {} if it alone failed?", requests(kind));
    defence.question_on(topic, prompt, &format!("No single one of them stops {}.", requests(kind)), options)
}

/// Whether requests depend on what fails: not an agent, and not a server without a part of the site.
fn is_of_site(infra: &Infrastructure, cause: &Cause) -> bool {
    match cause.element() {
        Some(Element::Component(id)) => infra.find(id.as_str()).is_some_and(|ix| infra.component(ix).kind.is_on_path()),
        Some(Element::Server(id)) => infra.on_server(&id).any(|(_, component)| component.kind.is_on_path()),
        Some(Element::Hop(..)) | None => false,
    }
}

/// Asks what the expiry of the site's certificate means.
pub(super) fn certificate(defence: &Defence<'_>) -> Option<DefendQuestion> {
    let kinds = working(defence);
    let infra = defence.infra;
    let is_of_site = |forecast: &&LossForecast| {
        let Some(Cause::Certificate { place, .. }) = cause_of(forecast) else { return false };
        infra.certificates().get(*place).is_some_and(|certificate| certificate.covers(infra.domain()))
    };
    let forecast = defence.structure.losses().each.iter().find(is_of_site)?;
    let verdict = forecast.eventual_verdict(*kinds.first()?);
    // One answer must hold for every kind.
    if !kinds.iter().all(|kind| forecast.eventual_verdict(*kind) == verdict) {
        return None;
    }
    let prompt = format!("The certificate for {} expires, and nobody renews it. What happens to the users?", infra.domain());
    let why = outcome(infra, forecast, kinds[0]);
    let option =
        |says: &str, of: Verdict| DefendOption { says: says.into(), element: None, is_right: of == verdict, why: why.clone() };
    let options = vec![
        option("Nothing: the traffic stays encrypted, so requests work.", Verdict::Works),
        option("A lasting share of the requests fails, the rest go on.", Verdict::Degraded),
        option("Browsers refuse the site, and requests fail.", Verdict::Stops),
    ];
    Some(DefendQuestion { topic: DefendTopic::CertificateExpires, because: None, about: None, prompt, options })
}
