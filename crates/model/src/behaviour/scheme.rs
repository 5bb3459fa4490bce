//! Plaintext visits to a site with TLS: which ones begin at port 80, what they meet there, and components that accept only
//! https.
//!
//! A component behind the end of the users' TLS receives plain HTTP for every request. It knows that the user came by https
//! only from `X-Forwarded-Proto`; without the header, it redirects what has just been redirected, until the browser gives up.

use super::{Behaviour, behaviour};
use crate::hop::{Cipher, Hop};
use crate::http::{Hsts, Port80};
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::request::RequestKind;
use crate::tls::TlsMode;

/// The visits that start with `http://`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpVisits {
    /// Their share of all visits, if the browser does not know better.
    pub share: f64,
    /// What the entry does on port 80.
    pub port_80: Port80,
    /// What makes browsers use https from the start.
    pub hsts: Option<Hsts>,
}

impl HttpVisits {
    /// Share of the visits of new visitors that begin at port 80. Their browsers have not seen the header yet.
    pub fn of_new_visitors(&self) -> f64 {
        if self.hsts.is_some_and(|hsts| hsts.preload) { 0.0 } else { self.share }
    }

    /// Share of the visits of returning users that begin at port 80 in the long run. `refreshes` says whether such a visit
    /// continues over HTTPS, and so shows the browser the header.
    ///
    /// Let s be the share of visits with `http://` and q = exp(−max-age / pause) the probability that a pause is longer than
    /// `max-age`. If every visit refreshes, the browser has forgotten with probability u = q. Otherwise, it stays so after a
    /// visit to port 80: u = (1 − u) q + u (s + (1 − s) q), hence u = q / (1 − s + s q).
    pub fn of_returning_users(&self, infra: &Infrastructure, refreshes: bool) -> f64 {
        let Some(hsts) = self.hsts else { return self.share };
        if hsts.preload {
            return 0.0;
        }
        let forgets = (-f64::from(hsts.max_age_s) / infra.traffic().mean_pause_s()).exp();
        let stays = 1.0 - self.share + self.share * forgets;
        let forgotten = if refreshes {
            forgets
        } else if stays > 0.0 {
            (forgets / stays).min(1.0)
        } else {
            1.0
        };
        self.share * forgotten
    }
}

/// The visits that start with `http://`; `None` if there are none, or the site has no TLS.
pub(super) fn http_visits(infra: &Infrastructure) -> Option<HttpVisits> {
    let share = infra.traffic().http_share.get();
    let http = infra.http();
    (share > 0.0 && infra.tls().edge != TlsMode::None).then_some(HttpVisits { share, port_80: http.port_80, hsts: http.hsts })
}

/// Whether a link leads from users to the site, so that it also has a port 80.
pub fn is_entry_link(infra: &Infrastructure, link: LinkIx) -> bool {
    infra.link(link).protocol == Protocol::Http && infra.component(infra.ends(link).0).kind.is_browser()
}

/// Whether something listens on port 80 at the far end of an entry link, besides HTTPS.
pub fn has_port_80(infra: &Infrastructure, link: LinkIx) -> bool {
    infra.tls().edge != TlsMode::None && infra.http().port_80 != Port80::Closed && is_entry_link(infra, link)
}

/// An entry link as the plaintext part of a visit crosses it: to port 80, with the verdicts of firewalls on that port.
pub fn hop_on_port_80(infra: &Infrastructure, link: LinkIx) -> Hop {
    Hop { cipher: Cipher::Plaintext, guards: infra.guards_on_port(link, 80), ..infra.hop(link) }
}

/// Whether a component takes users' https requests for https: it decrypts them itself, or `X-Forwarded-Proto` says so.
pub fn sees_https(infra: &Infrastructure, ix: ComponentIx) -> bool {
    if infra.tls().edge == TlsMode::None {
        return false;
    }
    infra.http().forwarded_proto || links_to(infra, ix).all(|link| infra.hop(link).cipher != Cipher::Plaintext)
}

/// Whether a component redirects requests that came to port 80 and were forwarded to it. It notices that they did if
/// `X-Forwarded-Proto` says so, or if it receives them in plaintext itself.
pub fn redirects_plaintext(infra: &Infrastructure, ix: ComponentIx) -> bool {
    let is_entry = || links_to(infra, ix).any(|link| is_entry_link(infra, link));
    infra.component(ix).kind.accepts_only_https() && (infra.http().forwarded_proto || !sees_https(infra, ix) || is_entry())
}

/// Whether requests of a kind that came to port 80 meet a component that redirects them.
pub(crate) fn meets_redirect(infra: &Infrastructure, kind: RequestKind) -> bool {
    let mut open: Vec<ComponentIx> = infra.browser().into_iter().collect();
    let mut seen = vec![false; infra.len()];
    while let Some(ix) = open.pop() {
        if redirects_plaintext(infra, ix) {
            return true;
        }
        if std::mem::replace(&mut seen[ix.index()], true) {
            continue;
        }
        let links = match behaviour(infra, ix, kind) {
            Behaviour::Originate(origin) => origin.entries,
            Behaviour::Forward(forwarding) => forwarding.links,
            Behaviour::Respond
            | Behaviour::Query(_)
            | Behaviour::LookUp
            | Behaviour::Resolve(_)
            | Behaviour::Redirect
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => Vec::new(),
        };
        open.extend(links.into_iter().map(|link| infra.ends(link).1));
    }
    false
}

fn links_to(infra: &Infrastructure, ix: ComponentIx) -> impl Iterator<Item = LinkIx> + '_ {
    infra
        .links()
        .map(|(link, _)| link)
        .filter(move |link| infra.ends(*link).1 == ix && infra.link(*link).protocol == Protocol::Http)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firewall::RuleAction;
    use crate::infrastructure::TopologyEdit;

    fn site(app: &str, web: &str, http: &str, traffic: &str) -> Infrastructure {
        let text = format!(
            r#"(traffic: ({traffic}), http: ({http}), servers: [(id: "a")],
                components: [(id: "lb", kind: LoadBalancer(), server: "a"), (id: "web", kind: Web({web})), (id: "app", kind: App({app})),
                    (id: "fw", kind: Firewall(servers: ["a"], inbound: [(ports: [443])], outbound: [(ports: [8080])]))],
                links: [(from: "lb", to: "web"), (from: "web", to: "app")])"#
        );
        Infrastructure::from_ron("site.ron", &text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_component_sees_https_if_it_decrypts_it_or_is_told() {
        // TLS mode, TLS from web to app, the header: what the web server and the application see.
        let table = [
            (TlsMode::None, false, true, [false, false]),
            (TlsMode::Terminate, false, true, [true, true]),
            (TlsMode::Terminate, false, false, [false, false]),
            (TlsMode::Terminate, true, false, [false, true]),
            (TlsMode::Reencrypt, false, false, [true, false]),
            (TlsMode::Reencrypt, true, false, [true, true]),
            (TlsMode::Passthrough, false, false, [true, false]),
            (TlsMode::Passthrough, false, true, [true, true]),
        ];
        let drawn = site("https_only: true", "https_only: true", "", "");
        for (mode, inside, header, expected) in table {
            let edits = [TopologyEdit::EdgeTls(mode), TopologyEdit::WebToAppTls(inside), TopologyEdit::ForwardedProto(header)];
            let infra = edits.iter().fold(drawn.clone(), |infra, edit| infra.edited(edit));
            for (id, expected) in ["web", "app"].into_iter().zip(expected) {
                let ix = infra.find(id).unwrap();
                assert_eq!(sees_https(&infra, ix), expected, "{id}: {mode:?}, inside {inside}, header {header}");
                for kind in RequestKind::ALL {
                    let redirects = behaviour(&infra, ix, kind) == Behaviour::Redirect;
                    assert_eq!(redirects, !expected, "{id}: {mode:?}, inside {inside}, header {header}");
                }
            }
            let anything = edits.iter().fold(site("", "", "", ""), |infra, edit| infra.edited(edit));
            let web = anything.find("web").unwrap();
            assert_ne!(behaviour(&anything, web, RequestKind::Static), Behaviour::Redirect, "it accepts http");
        }
    }

    #[test]
    fn what_was_forwarded_in_plaintext_is_redirected_where_it_is_known() {
        let redirects = |infra: &Infrastructure, id: &str| redirects_plaintext(infra, infra.find(id).unwrap());
        let told = site("https_only: true", "", "port_80: Open", "");
        assert!(redirects(&told, "app") && !redirects(&told, "web") && !redirects(&told, "lb"));
        // The web server answers static pages itself.
        let served = RequestKind::ALL.map(|kind| told.serves_on_port_80(kind));
        assert_eq!(served, [true, false, false]);
        // With TLS up to the application and no header, http and https look the same.
        let edits =
            [TopologyEdit::EdgeTls(TlsMode::Reencrypt), TopologyEdit::WebToAppTls(true), TopologyEdit::ForwardedProto(false)];
        assert!(!redirects(&edits.iter().fold(told, |infra, edit| infra.edited(edit)), "app"));
    }

    #[test]
    fn port_80_has_its_own_verdicts() {
        let infra = site("", "", "port_80: Redirect", "");
        let entry = infra.link_between("browser", "lb").unwrap();
        let inside = infra.link_between("lb", "web").unwrap();
        let verdict = |hop: &Hop| hop.guards[0].verdict.action;
        let plain = hop_on_port_80(&infra, entry);
        assert_eq!((verdict(&infra.hop(entry)), verdict(&plain)), (RuleAction::Allow, RuleAction::Drop));
        assert!(plain.is_plaintext() && has_port_80(&infra, entry) && !has_port_80(&infra, inside));
        let none = infra.edited(&TopologyEdit::EdgeTls(TlsMode::None));
        assert!(!has_port_80(&none, entry), "port 80 is then the only port");
    }

    #[test]
    fn hsts_keeps_returning_users_away_from_port_80() {
        let visits = |http: &str| {
            let infra = site("", "", http, "http_share: 0.5");
            let visits = http_visits(&infra).expect("half of the visits");
            (visits.of_new_visitors(), visits.of_returning_users(&infra, true), visits.of_returning_users(&infra, false))
        };
        assert_eq!(visits(""), (0.5, 0.5, 0.5));
        assert_eq!(visits("hsts: (max_age_s: 31536000, preload: true)"), (0.0, 0.0, 0.0));
        let (new, returning, _) = visits("hsts: ()");
        assert!((new - 0.5).abs() < 1e-9 && returning < 1e-9, "{new} {returning}");
        // The mean pause is 5 s: exp(−1) of them are longer than `max-age`.
        let (new, redirected, refused) = visits("hsts: (max_age_s: 5)");
        let forgets = (-1.0_f64).exp();
        assert!((new - 0.5).abs() < 1e-9 && (redirected - 0.5 * forgets).abs() < 1e-9, "{new} {redirected}");
        assert!((refused - 0.5 * forgets / (0.5 + 0.5 * forgets)).abs() < 1e-9, "{refused}");
        assert!(http_visits(&site("", "", "", "")).is_none());
    }
}
