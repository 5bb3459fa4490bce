//! Tests port 80, HSTS and redirects: findings, what can be read, and the messages.

use super::findings::{by_rule, said};
use super::load;
use hoplight::analysis::port_80::Port80Outcome;
use hoplight::analysis::{
    Exposure, Fact, MessageDirection, MessageSpec, Outage, Payload, RenderedMessage, ResponseStatus, Stake, exposures, message,
    plaintext_hops, port_80, works,
};
use hoplight::model::{Cipher, Hsts, Infrastructure, Port80, RequestKind, TlsMode, TopologyEdit};
use hoplight::text;

/// The shipped scenario, edited.
fn site(edits: &[TopologyEdit]) -> Infrastructure {
    let infra = load(("assets/redirect.ron", include_str!("../../assets/redirect.ron")));
    edits.iter().fold(infra, |infra, edit| infra.edited(edit))
}

/// The shipped scenario, with a part of its text replaced.
fn changed(from: &str, to: &str) -> Infrastructure {
    let text = include_str!("../../assets/redirect.ron");
    assert!(text.contains(from), "{from}");
    load(("redirect.ron", &text.replacen(from, to, 1)))
}

const RULES: [&str; 4] = ["plaintext-port", "no-hsts", "http-visits-fail", "redirect-loop"];

fn rules(infra: &Infrastructure) -> Vec<&'static str> {
    RULES.into_iter().filter(|rule| !by_rule(infra, rule).is_empty()).collect()
}

#[test]
fn each_setting_of_port_80_has_its_findings() {
    let hsts = || TopologyEdit::Hsts(Some(Hsts::default()));
    let port = TopologyEdit::Port80;
    assert_eq!(rules(&site(&[])), ["no-hsts"]);
    assert_eq!(rules(&site(&[hsts()])), [""; 0]);
    assert_eq!(rules(&site(&[port(Port80::Closed)])), ["http-visits-fail"]);
    assert_eq!(rules(&site(&[port(Port80::Closed), hsts()])), ["http-visits-fail"], "new visitors");
    assert_eq!(rules(&site(&[port(Port80::Open)])), ["plaintext-port", "no-hsts"]);
    assert_eq!(rules(&site(&[TopologyEdit::ForwardedProto(false)])), ["no-hsts", "redirect-loop"]);
    // Without TLS, port 80 is the site.
    assert_eq!(rules(&site(&[TopologyEdit::EdgeTls(TlsMode::None)])), ["redirect-loop"]);
    // Without visits that start with http://, a closed port 80 is right.
    let https = changed(", http_share: 0.3", "");
    assert_eq!(rules(&https.edited(&port(Port80::Closed))), [""; 0]);
    assert_eq!(rules(&https), ["no-hsts"]);
}

#[test]
fn findings_say_what_happens() {
    let only = |infra: &Infrastructure, rule: &str, expected: (&str, &str)| {
        assert_eq!(by_rule(infra, rule), [said(expected.0, expected.1)]);
    };
    let lacks = "Responses of lb-1 lack Strict-Transport-Security: browsers never learn to avoid port 80. ";
    let reads = "Of a visit with http://, an eavesdropper reads request, host";
    only(&site(&[]), "no-hsts", ("lb-1", &format!("{lacks}{reads} and the session.")));
    let secure = changed("secure_cookies: false", "secure_cookies: true");
    only(&secure, "no-hsts", ("lb-1", &format!("{lacks}Of a visit with http://, an eavesdropper reads request and host.")));
    let closed = "Port 80 of lb-1 is closed: 30 % of the visits start with http:// and fail.";
    only(&site(&[TopologyEdit::Port80(Port80::Closed)]), "http-visits-fail", ("lb-1", closed));
    let dropped = "fw-1 drops port 80 of lb-1: 30 % of the visits start with http:// and fail.";
    only(&changed("[80, 443]", "[443]"), "http-visits-fail", ("lb-1", dropped));
    let serves = format!("Port 80 of lb-1 serves the site in plaintext instead of redirecting to https. {reads}, the session");
    let open = changed("https_only: true", "").edited(&TopologyEdit::Port80(Port80::Open));
    only(&open, "plaintext-port", ("lb-1", &format!("{serves} and the password of a login.")));
    let loops = "app-1 redirects reads and writes to https for ever. ";
    let told = site(&[TopologyEdit::ForwardedProto(false)]);
    let header = "TLS ends at lb-1, and without X-Forwarded-Proto every request looks like http.";
    only(&told, "redirect-loop", ("app-1", &format!("{loops}{header}")));
}

#[test]
fn a_loop_is_the_obstacle_of_the_kinds_that_meet_it() {
    let infra = site(&[TopologyEdit::ForwardedProto(false)]);
    assert!(works(&infra, &Outage::none(), RequestKind::Static).is_ok());
    for kind in [RequestKind::Read, RequestKind::Write] {
        let broken = works(&infra, &Outage::none(), kind).expect_err("it loops");
        let says =
            "app-1 redirects every request to https, because nothing tells it that users came by https: the browser gives up";
        assert_eq!(text::broken(&broken).to_string(), says);
    }
    let plain = site(&[TopologyEdit::EdgeTls(TlsMode::None)]);
    let broken = works(&plain, &Outage::none(), RequestKind::Read).expect_err("there is no https");
    assert_eq!(text::broken(&broken).to_string(), "app-1 redirects every request to https, but the site has no TLS");
    // TLS as far as the web server does not help an application behind it; TLS as far as the application does.
    let reencrypt = [TopologyEdit::ForwardedProto(false), TopologyEdit::EdgeTls(TlsMode::Reencrypt)];
    assert!(works(&site(&reencrypt), &Outage::none(), RequestKind::Read).is_err());
    let throughout = site(&reencrypt).edited(&TopologyEdit::WebToAppTls(true));
    assert!(works(&throughout, &Outage::none(), RequestKind::Read).is_ok());
}

/// What a listener between the user and the balancer reads of a kind, without addresses and server name.
fn on_the_wire(infra: &Infrastructure, kind: RequestKind) -> Vec<Fact> {
    let is_it =
        |exposure: &Exposure| exposure.to.as_str() == "lb-1" && exposure.load == hoplight::analysis::HopContent::Request(kind);
    let exposure = exposures(infra).into_iter().find(is_it).expect("the entry");
    assert_eq!(exposure.is_exposed(), exposure.network().is_some_and(|reader| reader.stake() > Stake::Name));
    exposure.network().expect("a network").facts.iter().filter(|fact| fact.is_hidden_by_tls()).cloned().collect()
}

#[test]
fn the_first_request_of_a_visit_with_http_can_be_read() {
    let infra = site(&[]);
    let read = on_the_wire(&infra, RequestKind::Read);
    let cookie = Fact::Secrets("Cookie: session=7f3a91");
    assert_eq!(read, [Fact::RequestLine("GET /profile"), Fact::Host("www.foobar.com".into()), cookie.clone()]);
    // A login page is asked for before there is a form to send.
    let login = on_the_wire(&infra, RequestKind::Write);
    assert_eq!(login[0], Fact::RequestLine("GET /login"));
    assert!(!login.iter().any(|fact| fact.stake() == Stake::Password), "{login:?}");
    let secure = changed("secure_cookies: false", "secure_cookies: true");
    assert!(!on_the_wire(&secure, RequestKind::Read).contains(&cookie));
    // Nothing is readable where no visit gets to port 80.
    let preload = Hsts { preload: true, ..Hsts::default() };
    for safe in [
        site(&[TopologyEdit::Port80(Port80::Closed)]),
        site(&[TopologyEdit::Hsts(Some(preload))]),
        changed("[80, 443]", "[443]"),
        changed(", http_share: 0.3", ""),
    ] {
        assert_eq!(on_the_wire(&safe, RequestKind::Read), []);
        assert!(!plaintext_hops(&safe).iter().any(|hop| hop.on_port_80));
    }
    let lit: Vec<String> =
        plaintext_hops(&infra).into_iter().filter(|hop| hop.on_port_80).map(|hop| hop.to.to_string()).collect();
    assert_eq!(lit, ["lb-1"]);
}

#[test]
fn the_outcome_depends_on_the_port_the_firewall_and_the_application() {
    let outcome =
        |infra: &Infrastructure, kind| port_80::outcome(infra, infra.link_between("browser", "lb-1").expect("a link"), kind);
    let open = site(&[TopologyEdit::Port80(Port80::Open)]);
    // The web server serves static pages; the application accepts only https.
    assert_eq!(outcome(&open, RequestKind::Static), Port80Outcome::Served);
    assert_eq!(outcome(&open, RequestKind::Read), Port80Outcome::Redirected);
    assert_eq!(outcome(&site(&[]), RequestKind::Static), Port80Outcome::Redirected);
    assert_eq!(outcome(&site(&[TopologyEdit::Port80(Port80::Closed)]), RequestKind::Read), Port80Outcome::Closed);
    let blocked = outcome(&changed("[80, 443]", "[443]"), RequestKind::Read);
    assert!(matches!(blocked, Port80Outcome::Blocked { refuses: false, .. }), "{blocked:?}");
}

fn write(infra: &Infrastructure, ends: (&str, &str), payload: Payload, reply: Option<ResponseStatus>) -> RenderedMessage {
    let direction = reply.map_or(MessageDirection::Request, MessageDirection::Response);
    let link = infra.link_between(ends.0, ends.1).expect("a link");
    message(infra, link, &MessageSpec { payload, direction, number: 7 }, 60)
}

fn lines(message: &RenderedMessage) -> Vec<&str> {
    message.parts.iter().map(|part| part.text.as_str()).collect()
}

const ENTRY: (&str, &str) = ("browser", "lb-1");

#[test]
fn the_request_to_port_80_and_the_redirect_are_in_plaintext() {
    let infra = site(&[TopologyEdit::Hsts(Some(Hsts { max_age_s: 60, preload: false }))]);
    let ask = write(&infra, ENTRY, Payload::PlainRequest(RequestKind::Read), None);
    assert!(ask.cipher == Cipher::Plaintext && ask.inside.is_empty() && ask.shows_secret());
    assert!(lines(&ask)[0].starts_with("browser → lb-1:80, TCP"), "{ask:?}");
    assert_eq!(lines(&ask)[1..], ["GET /profile HTTP/1.1", "Host: www.foobar.com", "Cookie: session=7f3a91"]);
    let answer = write(&infra, ENTRY, Payload::PlainRequest(RequestKind::Read), Some(ResponseStatus::Redirect));
    // A browser ignores the header of HSTS in plaintext, so it is not sent (RFC 6797, 7.2 and 8.1).
    let expected = ["HTTP/1.1 301 Moved Permanently", "Location: https://www.foobar.com/profile", "Content-Length: 0", ""];
    assert_eq!(lines(&answer)[1..], expected);
    let login = write(&infra, ENTRY, Payload::PlainRequest(RequestKind::Write), None);
    assert!(lines(&login).contains(&"GET /login HTTP/1.1") && !login.shows_secret());
    let connect = write(&infra, ENTRY, Payload::PlainConnect, None);
    assert!(lines(&connect)[0].contains("lb-1:80"), "{connect:?}");
    // The same facts as those of the exposure.
    let all = lines(&ask).join("\n");
    for fact in on_the_wire(&infra, RequestKind::Read) {
        assert!(all.contains(&fact.text()), "{fact:?}");
    }
}

#[test]
fn responses_over_https_carry_hsts_to_users_only() {
    let hsts = |infra: &Infrastructure, ends, reply| {
        let message = write(infra, ends, Payload::Request(RequestKind::Read), Some(reply));
        let all = message.parts.into_iter().chain(message.inside).map(|part| part.text);
        all.filter(|line| line.starts_with("Strict-Transport-Security")).collect::<Vec<_>>()
    };
    let infra = site(&[TopologyEdit::Hsts(Some(Hsts { max_age_s: 31_536_000, preload: true }))]);
    let header = ["Strict-Transport-Security: max-age=31536000; includeSubDomains; preload"];
    assert_eq!(hsts(&infra, ENTRY, ResponseStatus::Success), header);
    assert_eq!(hsts(&infra, ENTRY, ResponseStatus::Redirect), header);
    assert_eq!(hsts(&infra, ("lb-1", "web-1"), ResponseStatus::Success), [""; 0]);
    assert_eq!(hsts(&site(&[]), ENTRY, ResponseStatus::Success), [""; 0]);
    let none = infra.edited(&TopologyEdit::EdgeTls(TlsMode::None));
    assert_eq!(hsts(&none, ENTRY, ResponseStatus::Success), [""; 0]);
}

#[test]
fn x_forwarded_proto_says_how_the_user_came() {
    let proto = |infra: &Infrastructure, payload| {
        let message = write(infra, ("lb-1", "web-1"), payload, None);
        message.parts.into_iter().map(|part| part.text).filter(|line| line.starts_with("X-Forwarded-Proto")).collect::<Vec<_>>()
    };
    let (https, http) = (Payload::Request(RequestKind::Read), Payload::PlainRequest(RequestKind::Read));
    let infra = site(&[TopologyEdit::Port80(Port80::Open)]);
    assert_eq!(proto(&infra, https.clone()), ["X-Forwarded-Proto: https"]);
    assert_eq!(proto(&infra, http), ["X-Forwarded-Proto: http"]);
    assert_eq!(proto(&infra.edited(&TopologyEdit::ForwardedProto(false)), https), [""; 0]);
}

#[test]
fn a_preloaded_site_needs_a_year() {
    let text = include_str!("../../assets/redirect.ron").replacen("hsts: None", "hsts: (max_age_s: 86400, preload: true)", 1);
    let error = hoplight::text::read_scenario("redirect.ron", &text).expect_err("it is too short").remove(0).to_string();
    assert!(error.contains("the browsers' preload list accepts a site only with a max_age_s of at least 31536000"), "{error}");
    assert!(error.starts_with("redirect.ron:9:5:"), "{error}");
    let year = text.replacen("86400", "31536000", 1);
    assert!(hoplight::text::read_scenario("redirect.ron", &year).is_ok());
}
