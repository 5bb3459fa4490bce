//! Why requests fail in the long run after the loss of an element.

use hoplight_analysis::{LossForecast, LossReason, Obstacle, Verdict};
use hoplight_model::{ComponentIx, Element, Infrastructure, LinkIx, Protocol, RequestKind};

use crate::broken::obstacle;
use crate::phrase;
use crate::phrase::{Part, Phrase};

/// Why kinds of request degrade or stop after a loss, or why all of them work.
pub fn loss(infra: &Infrastructure, forecast: &LossForecast) -> Phrase {
    let affected = |kind: &RequestKind| forecast.verdict(*kind) != Verdict::Works;
    let mut reasons: Vec<(LossReason, Vec<RequestKind>)> = Vec::new();
    for kind in RequestKind::ALL.into_iter().filter(affected) {
        let Some(why) = forecast.why[kind.index()] else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, kinds)) => kinds.push(kind),
            None => reasons.push((why, vec![kind])),
        }
    }
    match &reasons[..] {
        [] => works(infra, forecast),
        [(why, _)] => reason(infra, *why),
        several => {
            let mut phrase = Phrase::default();
            for (place, (why, kinds)) in several.iter().enumerate() {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                phrase.push(if place == 0 { "" } else { "; " });
                phrase.push(phrase![Part::words(words.join(", ")), ": ", reason(infra, *why)]);
            }
            phrase
        }
    }
}

/// What users notice after a loss, with the share of requests that fail, and why: `writes fail; static pages and reads work:
/// writes reach db-2, which is read-only`.
pub fn consequence(infra: &Infrastructure, forecast: &LossForecast) -> Phrase {
    let of = |verdict| RequestKind::ALL.into_iter().filter(move |kind| forecast.verdict(*kind) == verdict);
    let plural = |kind: RequestKind| match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    };
    let joined = |verdict, verb: &str| {
        let kinds: Vec<&str> = of(verdict).map(plural).collect();
        kinds.split_last().map(|(last, first)| match first {
            [] => format!("{last} {verb}"),
            first => format!("{} and {last} {verb}", first.join(", ")),
        })
    };
    let degraded = of(Verdict::Degraded).map(|kind| {
        let percent = forecast.failing[kind.index()] * 100.0;
        format!("{percent:.0} % of {} fail", plural(kind))
    });
    let mut parts: Vec<String> = joined(Verdict::Stops, "fail").into_iter().chain(degraded).collect();
    parts.extend(joined(Verdict::Works, "work"));
    phrase![Part::words(parts.join("; ")), ": ", loss(infra, forecast)]
}

/// Why every kind of request works.
fn works(infra: &Infrastructure, forecast: &LossForecast) -> Phrase {
    match forecast.cached {
        Some(resolver) => phrase!["caches hold the address for up to ", ttl(infra, resolver), "; as they expire, lookups fail"],
        None => "requests continue without it".into(),
    }
}

/// One reason.
fn reason(infra: &Infrastructure, why: LossReason) -> Phrase {
    match why {
        LossReason::NoLookup(link) => {
            let (browser, resolver) = infra.ends(link);
            let is_lookup = |link: &LinkIx| infra.link(*link).protocol == Protocol::Dns;
            let several = infra.links_from(browser).iter().filter(|link| is_lookup(link)).count() > 1;
            let only = || phrase![element(infra, resolver), ", the only resolver that they query"];
            let whom = if several { "any resolver".into() } else { only() };
            phrase![
                "new visitors get no response from ",
                whom,
                "; returning users continue on open connections, and until their cached address expires (TTL ",
                ttl(infra, resolver),
                ")"
            ]
        }
        LossReason::NameGone(link) => {
            let resolver = infra.ends(link).1;
            phrase![
                "the name does not exist: lookups fail as caches expire (TTL ",
                ttl(infra, resolver),
                "); open connections continue"
            ]
        }
        LossReason::EntrySilent(_)
        | LossReason::EntryRefused(_)
        | LossReason::TwoMasters
        | LossReason::Expired(_)
        | LossReason::NoCertificate(_)
        | LossReason::RedirectLoop(_)
        | LossReason::NoHttps(_)
        | LossReason::PlaintextSilent(_)
        | LossReason::PlaintextRefused(_)
        | LossReason::NoBackend(_)
        | LossReason::NoRoute(_)
        | LossReason::Silent(_)
        | LossReason::Refused(_)
        | LossReason::ReadOnly(_)
        | LossReason::NotReady(_)
        | LossReason::RateLimit(_)
        | LossReason::SessionLost(_)
        | LossReason::Overloaded(_)
        | LossReason::Flapping(_) => obstacle(&Obstacle::of_loss(infra, why)),
    }
}

fn element(infra: &Infrastructure, ix: ComponentIx) -> Element {
    Element::Component(infra.component(ix).id.clone())
}

/// The TTL of a resolver.
fn ttl(infra: &Infrastructure, resolver: ComponentIx) -> Part {
    let ttl = infra.component(resolver).kind.as_resolver().map_or(0.0, |spec| spec.ttl_s.get());
    Part::value(format_args!("{ttl} s"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_analysis::losses;

    const SITE: &str = r#"(
        components: [(id: "dns", kind: DnsResolver()), (id: "web", kind: Web()), (id: "app", kind: App()),
            (id: "db", kind: Database()), (id: "db-2", kind: Database(role: Replica))],
        links: [(from: "browser", to: "dns"), (from: "browser", to: "web"), (from: "web", to: "app"), (from: "app", to: "db"),
            (from: "app", to: "db-2"), (from: "db", to: "db-2")],
    )"#;

    fn why(id: &str) -> String {
        let infra = Infrastructure::from_ron("site.ron", SITE).expect("a valid scenario");
        let forecast = losses(&infra).into_iter().find(|forecast| forecast.loss.to_string() == id).expect("an element");
        loss(&infra, &forecast).to_string()
    }

    #[test]
    fn reasons_name_the_component_that_fails_requests() {
        assert_eq!(why("web"), "web refuses users' connections");
        assert_eq!(why("app"), "connections from web to app are refused");
        assert_eq!(why("db-2"), "requests continue without it");
        assert_eq!(why("db"), "writes reach db-2, which is read-only");
        let cut = why("web → app");
        assert!(cut.contains("web sends requests to app, which does not respond, and waits until its timeout"), "{cut}");
    }

    #[test]
    fn consequences_give_the_kinds_and_the_reason() {
        let infra = Infrastructure::from_ron("site.ron", SITE).expect("a valid scenario");
        let said = |id: &str| {
            let forecast = losses(&infra).into_iter().find(|forecast| forecast.loss.to_string() == id).expect("an element");
            consequence(&infra, &forecast).to_string()
        };
        assert_eq!(said("db"), "writes fail; static pages and reads work: writes reach db-2, which is read-only");
        assert_eq!(said("db-2"), "static pages, reads and writes work: requests continue without it");
        assert_eq!(said("web"), "static pages, reads and writes fail: web refuses users' connections");
    }

    #[test]
    fn reasons_name_the_ttl_of_cached_addresses() {
        assert_eq!(
            why("dns"),
            "new visitors get no response from dns, the only resolver that they query; returning users continue on open \
             connections, and until their cached address expires (TTL 300 s)"
        );
        // The certificate has the same name.
        let infra = Infrastructure::from_ron("site.ron", SITE).expect("a valid scenario");
        let forecast = losses(&infra).into_iter().find(|forecast| forecast.loss.word() == "zone").expect("a zone");
        assert_eq!(
            loss(&infra, &forecast).to_string(),
            "the name does not exist: lookups fail as caches expire (TTL 300 s); open connections continue"
        );
    }
}
