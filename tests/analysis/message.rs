//! Tests messages in full, against the facts that a listener can read and against the rules of the formats.

use super::{load, stage_2};
use hoplight::analysis::{
    Carriers, HandshakeRoundTrip, MessageDirection, MessageSpec, PartRole, Payload, Remark, RenderedMessage, ResponseStatus,
    message, readable,
};
use hoplight::model::{Cipher, Infrastructure, LinkIx, Protocol, RequestKind, TlsMode, TopologyEdit};

const COLUMNS: usize = 60;

fn write(infra: &Infrastructure, link: LinkIx, payload: Payload, direction: MessageDirection) -> RenderedMessage {
    message(infra, link, &MessageSpec { payload, direction, number: 7 }, COLUMNS)
}

fn between(infra: &Infrastructure, from: &str, to: &str) -> LinkIx {
    infra.link_between(from, to).expect("a link")
}

/// Lines on the wire, without remarks.
fn wire(message: &RenderedMessage) -> Vec<&str> {
    message.parts.iter().filter(|part| !matches!(part.role, PartRole::Remark(_))).map(|part| part.text.as_str()).collect()
}

fn text(message: &RenderedMessage) -> String {
    wire(message).join("\n")
}

/// Everything that the client sends on a link for a request of a kind.
fn asked(infra: &Infrastructure, link: LinkIx, kind: RequestKind) -> Vec<RenderedMessage> {
    let payloads = match infra.link(link).protocol {
        Protocol::Dns => vec![Payload::Lookup],
        Protocol::Replication => vec![Payload::Change],
        _ => {
            let handshakes =
                [HandshakeRoundTrip::Whole, HandshakeRoundTrip::First, HandshakeRoundTrip::Second, HandshakeRoundTrip::Resumed]
                    .map(Payload::Handshake);
            let opening = if infra.hop(link).is_plaintext() { Vec::new() } else { handshakes.to_vec() };
            [vec![Payload::Connect], opening, vec![Payload::Request(kind)]].concat()
        }
    };
    let asked = payloads.into_iter().map(|payload| write(infra, link, payload, MessageDirection::Request));
    // A database returns the hash of a password.
    let is_fetched = infra.link(link).protocol == Protocol::Sql;
    let success = MessageDirection::Response(ResponseStatus::Success);
    asked.chain(is_fetched.then(|| write(infra, link, Payload::Request(kind), success))).collect()
}

/// The second and third stages with every TLS setting.
fn settings() -> Vec<Infrastructure> {
    let third = load(("assets/stage-3-scaled.ron", include_str!("../../assets/stage-3-scaled.ron")));
    let mut all = Vec::new();
    for infra in [stage_2(), third] {
        for mode in TlsMode::ALL {
            for (app, db) in [(false, false), (true, false), (false, true), (true, true)] {
                let edits = [TopologyEdit::EdgeTls(mode), TopologyEdit::WebToAppTls(app), TopologyEdit::AppToDbTls(db)];
                all.push(edits.iter().fold(infra.clone(), |infra, edit| infra.edited(edit)));
            }
        }
    }
    all
}

#[test]
fn messages_contain_every_readable_fact_and_nothing_that_tls_hides() {
    let (mut plain, mut sealed) = (0, 0);
    for infra in settings() {
        let carriers = Carriers::of(&infra);
        for (link, _) in infra.links() {
            for kind in carriers.kinds(link) {
                let messages = asked(&infra, link, kind);
                let all: String = messages.iter().map(text).collect::<Vec<_>>().join("\n");
                for fact in readable(&infra, link, kind).facts {
                    assert!(all.contains(&fact.text()), "{}: {:?} is not in\n{all}", infra.hop_element(link), fact);
                }
                if infra.hop(link).is_plaintext() {
                    plain += 1;
                    continue;
                }
                sealed += 1;
                let answers = [ResponseStatus::Success, ResponseStatus::Failed(503)]
                    .map(|reply| write(&infra, link, Payload::Request(kind), MessageDirection::Response(reply)));
                let all = all + &answers.iter().map(text).collect::<String>();
                let hidden = [
                    kind.request_line(),
                    kind.secrets(),
                    "SELECT",
                    "UPDATE",
                    "Cookie",
                    "password",
                    "7f3a91",
                    "Host:",
                    "HTTP/1.1",
                ];
                for word in hidden.into_iter().filter(|word| !word.is_empty()) {
                    assert!(!all.contains(word), "{}: {word:?} is in\n{all}", infra.hop_element(link));
                }
                assert!(messages.iter().chain(&answers).all(|message| !message.shows_secret()));
            }
        }
    }
    assert!(plain > 100 && sealed > 100, "{plain} and {sealed}");
}

#[test]
fn the_two_ends_read_what_the_wire_hides() {
    let infra = stage_2().edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    let link = between(&infra, "lb-1", "web-1");
    let sealed = write(&infra, link, Payload::Request(RequestKind::Write), MessageDirection::Request);
    let open = write(&stage_2(), link, Payload::Request(RequestKind::Write), MessageDirection::Request);
    assert_eq!((sealed.cipher, open.cipher), (Cipher::Tls, Cipher::Plaintext));
    assert_eq!(sealed.inside, open.parts[1..], "the encrypted content equals the plaintext message");
    assert!(open.inside.is_empty() && open.shows_password() && !sealed.shows_password());
    assert_eq!(sealed.bytes, open.bytes + 22, "one record: header of 5 bytes, inner type, tag of 16 bytes");
}

#[test]
fn a_balancer_adds_headers_if_it_can_read() {
    let infra = stage_2();
    let forwarded = |infra: &Infrastructure, from: &str, to: &str| -> Vec<String> {
        let message = write(infra, between(infra, from, to), Payload::Request(RequestKind::Read), MessageDirection::Request);
        let parts = if message.inside.is_empty() { message.parts } else { message.inside };
        let added = parts.into_iter().filter(|part| part.text.starts_with("X-Forwarded"));
        added.map(|part| part.text).collect()
    };
    let both = |scheme: &str| vec!["X-Forwarded-For: 198.51.100.7".to_owned(), format!("X-Forwarded-Proto: {scheme}")];
    let nothing = Vec::<String>::new();
    assert_eq!(forwarded(&infra, "browser", "lb-1"), nothing);
    for (mode, scheme) in [(TlsMode::None, "http"), (TlsMode::Terminate, "https"), (TlsMode::Reencrypt, "https")] {
        let infra = infra.edited(&TopologyEdit::EdgeTls(mode));
        assert_eq!(forwarded(&infra, "lb-1", "web-1"), both(scheme), "{mode:?}");
        assert_eq!(forwarded(&infra, "web-1", "app-1"), both(scheme), "{mode:?}");
    }
    let through = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough));
    assert_eq!(forwarded(&through, "lb-1", "web-1"), nothing);
    assert_eq!(forwarded(&through, "web-1", "app-1"), ["X-Forwarded-Proto: https"]);
}

#[test]
fn a_refusal_says_when_to_try_again_and_an_address_that_nobody_passes_on_is_missing() {
    let limited = |balancer: &str| {
        let text = format!(
            r#"(tls: (edge: Terminate), components: [(id: "lb", kind: LoadBalancer({balancer})),
                (id: "web", kind: Web(rate_limit: (rate: 0.4, kinds: [Write]))), (id: "app", kind: App())],
                links: [(from: "lb", to: "web"), (from: "web", to: "app")])"#
        );
        Infrastructure::from_ron("limited.ron", &text).expect("a valid scenario")
    };
    let infra = limited("");
    let response = |status, kind| {
        let direction = MessageDirection::Response(ResponseStatus::Failed(status));
        text(&write(&infra, between(&infra, "lb", "web"), Payload::Request(kind), direction))
    };
    let refused = response(429, RequestKind::Write);
    assert!(refused.contains("HTTP/1.1 429 Too Many Requests") && refused.contains("Retry-After: 3"), "{refused}");
    assert!(!response(503, RequestKind::Write).contains("Retry-After"));
    let asked = |infra: &Infrastructure, from: &str, to: &str| {
        let message = write(infra, between(infra, from, to), Payload::Request(RequestKind::Read), MessageDirection::Request);
        (
            text(&message).contains("X-Forwarded-For:"),
            message.parts.iter().any(|part| part.role == PartRole::Remark(Remark::ForwardedForOff)),
        )
    };
    assert_eq!(asked(&infra, "lb", "web"), (true, false));
    let silent = limited("forwarded_for: false");
    assert_eq!([asked(&silent, "lb", "web"), asked(&silent, "web", "app")], [(false, true); 2]);
}

#[test]
fn messages_follow_the_format_of_their_protocols() {
    let infra = stage_2();
    let link = |from, to| between(&infra, from, to);
    let shown = |link, payload, direction| text(&write(&infra, link, payload, direction));
    let login = shown(link("lb-1", "web-1"), Payload::Request(RequestKind::Write), MessageDirection::Request);
    let (head, body) = login.split_once("\n\n").expect("an empty line ends the header");
    assert!(head.contains("\nPOST /login HTTP/1.1\nHost: www.foobar.com\n"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{login}");
    assert_eq!(body, RequestKind::Write.secrets());
    let answer = shown(
        link("lb-1", "web-1"),
        Payload::Request(RequestKind::Write),
        MessageDirection::Response(ResponseStatus::Failed(504)),
    );
    assert!(answer.contains("HTTP/1.1 504 Gateway Timeout\n"), "{answer}");
    let session = write(
        &infra,
        link("lb-1", "web-1"),
        Payload::Request(RequestKind::Write),
        MessageDirection::Response(ResponseStatus::Success),
    );
    assert!(session.shows_secret() && !session.shows_password(), "the response to a login sets the session");

    let dns = link("browser", "dns");
    let question = shown(dns, Payload::Lookup, MessageDirection::Request);
    let id = question.split("id ").nth(1).and_then(|rest| rest.split(',').next()).expect("an id");
    assert!(question.contains("www.foobar.com. IN A") && question.contains("UDP"), "{question}");
    let codes =
        [(ResponseStatus::Success, "0x8180"), (ResponseStatus::NoSuchName, "0x8183"), (ResponseStatus::NameUnknown, "0x8182")];
    for (reply, flags) in codes {
        let answer = shown(dns, Payload::Lookup, MessageDirection::Response(reply));
        assert!(answer.contains(&format!("id {id}, flags {flags}")), "{answer}");
    }

    let syn = shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Request);
    let ack = shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Response(ResponseStatus::Success));
    let number = |text: &str, before: &str| -> u32 {
        let rest = text.split(before).nth(1).expect("a number");
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).expect("digits")
    };
    assert_eq!(number(&ack, ", ack "), number(&syn, "seq ").wrapping_add(1));
    assert!(
        shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Response(ResponseStatus::Refused))
            .contains("RST, ACK")
    );

    let hello = shown(link("browser", "lb-1"), Payload::Handshake(HandshakeRoundTrip::Whole), MessageDirection::Request);
    assert!(hello.contains("server_name (SNI): www.foobar.com"), "{hello}");
    let refused =
        shown(link("app-2", "db-2"), Payload::Request(RequestKind::Write), MessageDirection::Response(ResponseStatus::ReadOnly));
    assert!(refused.contains("1290 (HY000)"), "{refused}");
    let change = shown(link("db-1", "db-2"), Payload::Change, MessageDirection::Request);
    assert!(change.contains("Update_rows"), "{change}");
}

#[test]
fn an_internal_handshake_has_no_server_name_and_tls_1_3_hides_the_certificate() {
    let infra = stage_2().edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    let inner = between(&infra, "lb-1", "web-1");
    let ask = write(&infra, inner, Payload::Handshake(HandshakeRoundTrip::Whole), MessageDirection::Request);
    assert!(!text(&ask).contains("foobar"), "{ask:?}");
    let through = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough));
    let ask = write(&through, inner, Payload::Handshake(HandshakeRoundTrip::Whole), MessageDirection::Request);
    assert!(text(&ask).contains("(SNI): www.foobar.com"), "the browser's ClientHello is forwarded: {ask:?}");
    let edge = between(&infra, "browser", "lb-1");
    let newer =
        write(&infra, edge, Payload::Handshake(HandshakeRoundTrip::Whole), MessageDirection::Response(ResponseStatus::Success));
    assert!(!text(&newer).contains("Certificate"), "{newer:?}");
    assert!(newer.inside.iter().any(|part| part.text == "Certificate: SAN DNS:www.foobar.com"), "{newer:?}");
    let older =
        write(&infra, edge, Payload::Handshake(HandshakeRoundTrip::First), MessageDirection::Response(ResponseStatus::Success));
    assert!(text(&older).contains("Certificate: SAN DNS:www.foobar.com"), "{older:?}");
}

/// The names of handshake messages in ciphertext, and whether the client's Finished is announced.
fn flight(infra: &Infrastructure, link: LinkIx, part: HandshakeRoundTrip, status: ResponseStatus) -> (Vec<String>, bool) {
    let message = write(infra, link, Payload::Handshake(part), MessageDirection::Response(status));
    let ends = message.parts.iter().any(|part| part.role == PartRole::Remark(Remark::FinishedWithData));
    let names = message.inside.iter().filter_map(|part| part.text.split(':').next()).map(str::to_owned);
    (names.collect(), ends)
}

#[test]
fn a_tls_1_3_handshake_has_the_messages_of_rfc_8446() {
    let infra = stage_2();
    let edge = between(&infra, "browser", "lb-1");
    let whole = ["EncryptedExtensions", "Certificate", "CertificateVerify", "Finished"].map(str::to_owned).to_vec();
    let good = ResponseStatus::Success;
    assert_eq!(flight(&infra, edge, HandshakeRoundTrip::Whole, good), (whole.clone(), true));
    let resumed = ["EncryptedExtensions", "Finished"].map(str::to_owned).to_vec();
    assert_eq!(flight(&infra, edge, HandshakeRoundTrip::Resumed, good), (resumed, true));
    // A client that rejects the certificate sends an alert instead of its Finished.
    assert_eq!(flight(&infra, edge, HandshakeRoundTrip::Whole, ResponseStatus::Expired), (whole, false));
}

#[test]
fn each_hop_shows_the_certificate_of_its_own_server() {
    let edits = [TopologyEdit::EdgeTls(TlsMode::Reencrypt), TopologyEdit::WebToAppTls(true), TopologyEdit::AppToDbTls(true)];
    let infra = edits.iter().fold(stage_2(), |infra, edit| infra.edited(edit));
    let certificate = |infra: &Infrastructure, from, to| {
        let payload = Payload::Handshake(HandshakeRoundTrip::Whole);
        let answer = write(infra, between(infra, from, to), payload, MessageDirection::Response(ResponseStatus::Success));
        answer.inside.into_iter().map(|part| part.text).find(|text| text.starts_with("Certificate:")).expect("a certificate")
    };
    let shown = [("browser", "lb-1"), ("lb-1", "web-1"), ("web-1", "app-1"), ("app-1", "db-1"), ("db-1", "db-2")]
        .map(|(from, to)| certificate(&infra, from, to));
    let names = ["www.foobar.com", "web-1", "app-1", "db-1", "db-1"].map(|name| format!("Certificate: SAN DNS:{name}"));
    assert_eq!(shown, names, "a replica connects to its primary");
    let through = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough));
    assert_eq!(certificate(&through, "lb-1", "web-1"), "Certificate: SAN DNS:www.foobar.com");
}

#[test]
fn the_application_compares_the_password_with_a_hash() {
    let infra = stage_2();
    let link = between(&infra, "app-2", "db-1");
    let ask = write(&infra, link, Payload::Request(RequestKind::Write), MessageDirection::Request);
    let answer = write(&infra, link, Payload::Request(RequestKind::Write), MessageDirection::Response(ResponseStatus::Success));
    assert!(!text(&ask).contains("correct-horse") && !ask.shows_password(), "{ask:?}");
    assert!(text(&ask).contains("SELECT password_hash FROM users WHERE name = 'ada'"), "{ask:?}");
    assert!(ask.shows_secret() && text(&ask).contains("SET session = '7f3a91'"), "the new session is readable: {ask:?}");
    assert!(answer.shows_secret() && text(&answer).contains("$argon2id$"), "{answer:?}");
    let read = write(&infra, link, Payload::Request(RequestKind::Read), MessageDirection::Response(ResponseStatus::Success));
    assert!(!text(&read).contains("argon2id"), "{read:?}");
}

#[test]
fn a_scrape_asks_in_plain_http_and_a_push_does_not() {
    let infra = load(("assets/pull-monitoring.ron", include_str!("../../assets/pull-monitoring.ron")));
    let link = between(&infra, "prometheus", "agent-1");
    let ask = write(&infra, link, Payload::Samples(String::new()), MessageDirection::Request);
    assert!(text(&ask).contains("prometheus → agent-1:9100, TCP"), "{ask:?}");
    assert!(text(&ask).contains("GET /metrics HTTP/1.1\nHost: agent-1:9100"), "{ask:?}");
    let success = MessageDirection::Response(ResponseStatus::Success);
    let answer = write(&infra, link, Payload::Samples("qps 5".into()), success);
    assert!(text(&answer).ends_with("\n\nqps 5") && text(&answer).contains("version=0.0.4"), "{answer:?}");
    let pushes = stage_2();
    let push = write(&pushes, between(&pushes, "agent-1", "monitor"), Payload::Samples("{}".into()), MessageDirection::Request);
    assert!(push.cipher == Cipher::Tls && push.inside.iter().any(|part| part.text.starts_with("POST ")), "{push:?}");
}

/// Type and length of a message's encrypted record, according to its header.
fn record(message: &RenderedMessage) -> (u8, usize) {
    let row = &message.parts.iter().find(|part| part.role == PartRole::Ciphertext).expect("ciphertext").text;
    let byte = |at| u8::from_str_radix(row.split(' ').nth(at).expect("a byte"), 16).expect("hexadecimal");
    (byte(0), usize::from(byte(3)) * 256 + usize::from(byte(4)))
}

#[test]
fn records_have_the_type_and_length_of_their_version() {
    // According to RFC 5246, RFC 5288 and RFC 8446. In TLS 1.2, an encrypted Finished has 40 bytes after its header.
    let with = |version: &str| {
        let text = include_str!("../../assets/stage-2-secured.ron");
        let text = text.replacen("tls: (", &format!("tls: (version: {version}, "), 1);
        Infrastructure::from_ron("tls.ron", &text).unwrap_or_else(|error| panic!("{error}"))
    };
    let (older, newer) = (with("Tls12"), with("Tls13"));
    let say =
        |infra: &Infrastructure, payload: Payload, direction| write(infra, between(infra, "browser", "lb-1"), payload, direction);
    let good = MessageDirection::Response(ResponseStatus::Success);
    for direction in [MessageDirection::Request, good] {
        let finish = say(&older, Payload::Handshake(HandshakeRoundTrip::Second), direction);
        assert_eq!(record(&finish), (22, 40), "{finish:?}");
    }
    assert_eq!(record(&say(&older, Payload::Handshake(HandshakeRoundTrip::Resumed), good)), (22, 40));
    assert_eq!(
        record(&say(&newer, Payload::Handshake(HandshakeRoundTrip::Resumed), good)),
        (23, 6 + 36 + 1 + 16),
        "EncryptedExtensions and Finished"
    );
    assert_eq!(record(&say(&newer, Payload::Handshake(HandshakeRoundTrip::Whole), good)).0, 23, "TLS 1.3 hides the type");
    let lengths = [&older, &newer].map(|infra| {
        let sealed = say(infra, Payload::Request(RequestKind::Read), MessageDirection::Request);
        assert_eq!((record(&sealed).0, record(&sealed).1 + 5), (23, sealed.bytes));
        sealed.bytes
    });
    assert_eq!(lengths[0], lengths[1] + 7, "TLS 1.2 sends eight bytes of the nonce and no inner type");
}

#[test]
fn a_database_with_a_full_disk_answers_like_mysql() {
    let infra = stage_2();
    let direction = MessageDirection::Response(ResponseStatus::DiskFull);
    let full = write(&infra, between(&infra, "app-2", "db-1"), Payload::Request(RequestKind::Write), direction);
    assert!(text(&full).contains("1114 (HY000): The table 'users' is full"), "{full:?}");
}

#[test]
fn ciphertext_fills_its_line_and_is_deterministic() {
    let infra = stage_2();
    let link = between(&infra, "browser", "lb-1");
    let row = |number, columns| {
        let spec = MessageSpec { payload: Payload::Request(RequestKind::Read), direction: MessageDirection::Request, number };
        let message = message(&infra, link, &spec, columns);
        let row = message.parts.iter().find(|part| part.role == PartRole::Ciphertext).expect("ciphertext").text.clone();
        // The header contains the length of the record.
        let hex = |at| usize::from_str_radix(row.split(' ').nth(at).expect("a byte"), 16).expect("hexadecimal");
        assert_eq!(hex(3) * 256 + hex(4) + 5, message.bytes, "{row}");
        row
    };
    for columns in 18..120 {
        let row = row(1, columns);
        assert!(row.chars().count() <= columns && row.chars().count() + 3 > columns, "{columns}: {row}");
        assert!(row.starts_with("17 03 03 "), "{row}");
    }
    assert_eq!(row(1, COLUMNS), row(1, COLUMNS));
    assert_ne!(row(1, COLUMNS), row(2, COLUMNS));
}

#[test]
fn an_http_message_has_the_length_that_its_header_declares() {
    let infra = stage_2();
    let link = between(&infra, "lb-1", "web-1");
    let mut bodies = 0;
    let payloads = RequestKind::ALL.map(Payload::Request).into_iter().chain([Payload::Check]);
    for payload in payloads {
        for direction in [
            MessageDirection::Request,
            MessageDirection::Response(ResponseStatus::Success),
            MessageDirection::Response(ResponseStatus::Failed(503)),
        ] {
            let message = write(&infra, link, payload.clone(), direction);
            let Some(head) = wire(&message).into_iter().skip(1).position(str::is_empty) else { continue };
            let lines: Vec<&str> = wire(&message).into_iter().skip(1).collect();
            let body = lines[head + 1..].join("\r\n");
            let announced = lines.iter().find_map(|line| line.strip_prefix("Content-Length: ")).expect("it has a body");
            assert_eq!(announced.parse(), Ok(body.len()), "{lines:#?}");
            let whole = format!("{}\r\n\r\n{body}", lines[..head].join("\r\n"));
            assert_eq!(whole.len(), message.bytes, "{lines:#?}");
            bodies += 1;
        }
    }
    assert!(bodies >= 5, "{bodies}");
}

#[test]
fn a_health_check_sends_what_its_depth_requires() {
    let infra = stage_2();
    let link = between(&infra, "lb-1", "web-1");
    let check = |infra: &Infrastructure, direction| text(&write(infra, link, Payload::Check, direction));
    assert!(check(&infra, MessageDirection::Request).contains("SYN, seq"));
    assert!(check(&infra, MessageDirection::Response(ResponseStatus::Success)).contains("SYN, ACK"));
    assert!(check(&infra, MessageDirection::Response(ResponseStatus::Refused)).contains("RST, ACK"));
    let asks = load((
        "stage-2",
        &include_str!("../../assets/stage-2-secured.ron")
            .replace("(algorithm: RoundRobin)", "(algorithm: RoundRobin, check: HttpApp)"),
    ));
    assert!(check(&asks, MessageDirection::Request).contains("GET /health HTTP/1.1"));
    assert!(check(&asks, MessageDirection::Response(ResponseStatus::Success)).contains("200 OK"));
    assert!(check(&asks, MessageDirection::Response(ResponseStatus::Failed(503))).contains("503 Service Unavailable"));
    // With re-encryption, only TLS records are visible behind the balancer.
    let sealed = asks.edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    assert!(!check(&sealed, MessageDirection::Request).contains("GET"));
}

#[test]
fn a_remark_is_rendered_as_a_sentence() {
    let infra = stage_2();
    let check = write(&infra, between(&infra, "lb-1", "web-1"), Payload::Check, MessageDirection::Request);
    let remarks = check.parts.iter().filter_map(|part| match part.role {
        PartRole::Remark(remark) => Some(hoplight::text::remark(remark).to_sentence()),
        _ => None,
    });
    assert_eq!(remarks.collect::<Vec<_>>(), ["Health check: opens the connection, then closes it."]);
}
