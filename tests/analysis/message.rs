//! Messages in full, against what a listener is said to read, and against the formats' own rules.

use super::{load, stage_2};
use hoplight::analysis::{Carriers, Handshake, Mark, Message, MessageDirection, MessageSpec, Payload, Reply, message, readable};
use hoplight::model::{Cipher, Infrastructure, LinkIx, Protocol, RequestKind, TlsMode, TopologyEdit};

const COLUMNS: usize = 60;

fn write(infra: &Infrastructure, link: LinkIx, talk: Payload, turn: MessageDirection) -> Message {
    message(infra, link, &MessageSpec { talk, turn, number: 7 }, COLUMNS)
}

fn between(infra: &Infrastructure, from: &str, to: &str) -> LinkIx {
    infra.link_between(from, to).expect("a link")
}

/// What is on the wire and no remark, line by line.
fn wire(message: &Message) -> Vec<&str> {
    message.parts.iter().filter(|part| part.mark != Mark::Remark).map(|part| part.text.as_str()).collect()
}

fn text(message: &Message) -> String {
    wire(message).join("\n")
}

/// Everything that the asker sends on a link for a request of a kind.
fn asked(infra: &Infrastructure, link: LinkIx, kind: RequestKind) -> Vec<Message> {
    let talks = match infra.link(link).protocol {
        Protocol::Dns => vec![Payload::Lookup],
        Protocol::Replication => vec![Payload::Change],
        _ => {
            let handshakes = [Handshake::Whole, Handshake::First, Handshake::Second, Handshake::Resumed].map(Payload::Handshake);
            let opening = if infra.hop(link).is_plaintext() { Vec::new() } else { handshakes.to_vec() };
            [vec![Payload::Connect], opening, vec![Payload::Request(kind)]].concat()
        }
    };
    talks.into_iter().map(|talk| write(infra, link, talk, MessageDirection::Ask)).collect()
}

/// The second and third stage in every setting of TLS.
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
fn every_fact_that_a_listener_reads_stands_in_the_messages_and_nothing_that_tls_hides() {
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
                let answers = [Reply::Good, Reply::Failed(503)]
                    .map(|reply| write(&infra, link, Payload::Request(kind), MessageDirection::Answer(reply)));
                let all = all + &answers.iter().map(text).collect::<String>();
                let hidden =
                    [kind.request_line(), kind.secrets(), kind.sql(), "Cookie", "password", "session=", "Host:", "HTTP/1.1"];
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
    let sealed = write(&infra, link, Payload::Request(RequestKind::Write), MessageDirection::Ask);
    let open = write(&stage_2(), link, Payload::Request(RequestKind::Write), MessageDirection::Ask);
    assert_eq!((sealed.cipher, open.cipher), (Cipher::Tls, Cipher::Plaintext));
    assert_eq!(sealed.inside, open.parts[1..], "what is inside is what would be outside without TLS");
    assert!(open.inside.is_empty() && open.shows_password() && !sealed.shows_password());
    assert_eq!(sealed.bytes, open.bytes + 22, "one record: five bytes before, the inner type and sixteen behind");
}

#[test]
fn a_balancer_adds_what_it_knows_where_it_reads() {
    let infra = stage_2();
    let forwarded = |infra: &Infrastructure, from: &str, to: &str| -> Vec<String> {
        let message = write(infra, between(infra, from, to), Payload::Request(RequestKind::Read), MessageDirection::Ask);
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
fn messages_have_the_form_of_their_protocols() {
    let infra = stage_2();
    let link = |from, to| between(&infra, from, to);
    let shown = |link, talk, turn| text(&write(&infra, link, talk, turn));
    let login = shown(link("lb-1", "web-1"), Payload::Request(RequestKind::Write), MessageDirection::Ask);
    let (head, body) = login.split_once("\n\n").expect("an empty line ends the head");
    assert!(head.contains("\nPOST /login HTTP/1.1\nHost: www.foobar.com\n"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{login}");
    assert_eq!(body, RequestKind::Write.secrets());
    let answer = shown(link("lb-1", "web-1"), Payload::Request(RequestKind::Write), MessageDirection::Answer(Reply::Failed(504)));
    assert!(answer.contains("HTTP/1.1 504 Gateway Timeout\n"), "{answer}");
    let session =
        write(&infra, link("lb-1", "web-1"), Payload::Request(RequestKind::Write), MessageDirection::Answer(Reply::Good));
    assert!(session.shows_secret() && !session.shows_password(), "the answer to a login brings the session");

    let dns = link("browser", "dns");
    let question = shown(dns, Payload::Lookup, MessageDirection::Ask);
    let id = question.split("id ").nth(1).and_then(|rest| rest.split(',').next()).expect("an id");
    assert!(question.contains("www.foobar.com. IN A") && question.contains("UDP"), "{question}");
    let codes = [(Reply::Good, "0x8180"), (Reply::NoSuchName, "0x8183"), (Reply::NameUnknown, "0x8182")];
    for (reply, flags) in codes {
        let answer = shown(dns, Payload::Lookup, MessageDirection::Answer(reply));
        assert!(answer.contains(&format!("id {id}, flags {flags}")), "{answer}");
    }

    let syn = shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Ask);
    let ack = shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Answer(Reply::Good));
    let number = |text: &str, before: &str| -> u32 {
        let rest = text.split(before).nth(1).expect("a number");
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).expect("digits")
    };
    assert_eq!(number(&ack, ", ack "), number(&syn, "seq ").wrapping_add(1));
    assert!(shown(link("browser", "lb-1"), Payload::Connect, MessageDirection::Answer(Reply::Refused)).contains("RST, ACK"));

    let hello = shown(link("browser", "lb-1"), Payload::Handshake(Handshake::Whole), MessageDirection::Ask);
    assert!(hello.contains("server_name (SNI): www.foobar.com"), "{hello}");
    let refused = shown(link("app-2", "db-2"), Payload::Request(RequestKind::Write), MessageDirection::Answer(Reply::ReadOnly));
    assert!(refused.contains("1290 (HY000)"), "{refused}");
    let change = shown(link("db-1", "db-2"), Payload::Change, MessageDirection::Ask);
    assert!(change.contains("Update_rows"), "{change}");
}

#[test]
fn an_internal_handshake_names_no_site_and_the_newer_version_shows_no_certificate() {
    let infra = stage_2().edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    let inner = between(&infra, "lb-1", "web-1");
    let ask = write(&infra, inner, Payload::Handshake(Handshake::Whole), MessageDirection::Ask);
    assert!(!text(&ask).contains("foobar"), "{ask:?}");
    let through = infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough));
    let ask = write(&through, inner, Payload::Handshake(Handshake::Whole), MessageDirection::Ask);
    assert!(text(&ask).contains("(SNI): www.foobar.com"), "the browser's own hello goes on: {ask:?}");
    let edge = between(&infra, "browser", "lb-1");
    let newer = write(&infra, edge, Payload::Handshake(Handshake::Whole), MessageDirection::Answer(Reply::Good));
    assert!(!text(&newer).contains("Certificate"), "{newer:?}");
    assert!(newer.inside.iter().any(|part| part.text.starts_with("Certificate: CN=www.foobar.com")), "{newer:?}");
    let older = write(&infra, edge, Payload::Handshake(Handshake::First), MessageDirection::Answer(Reply::Good));
    assert!(text(&older).contains("Certificate: CN=www.foobar.com"), "{older:?}");
}

/// The type and the length of a message's encrypted record, by its header.
fn record(message: &Message) -> (u8, usize) {
    let row = &message.parts.iter().find(|part| part.mark == Mark::Ciphertext).expect("ciphertext").text;
    let byte = |at| u8::from_str_radix(row.split(' ').nth(at).expect("a byte"), 16).expect("hexadecimal");
    (byte(0), usize::from(byte(3)) * 256 + usize::from(byte(4)))
}

#[test]
fn records_have_the_type_and_the_length_of_their_version() {
    // From the formats: RFC 5246 and 5288, RFC 8446. In TLS 1.2 an encrypted Finished has 40 bytes behind its header.
    let with = |version: &str| {
        let text = include_str!("../../assets/stage-2-secured.ron");
        let text = text.replacen("tls: (", &format!("tls: (version: {version}, "), 1);
        Infrastructure::from_ron("tls.ron", &text).unwrap_or_else(|error| panic!("{error}"))
    };
    let (older, newer) = (with("Tls12"), with("Tls13"));
    let say = |infra: &Infrastructure, talk: Payload, turn| write(infra, between(infra, "browser", "lb-1"), talk, turn);
    let good = MessageDirection::Answer(Reply::Good);
    for turn in [MessageDirection::Ask, good] {
        let finish = say(&older, Payload::Handshake(Handshake::Second), turn);
        assert_eq!(record(&finish), (22, 40), "{finish:?}");
    }
    assert_eq!(record(&say(&older, Payload::Handshake(Handshake::Resumed), good)), (22, 40));
    assert_eq!(record(&say(&newer, Payload::Handshake(Handshake::Resumed), good)), (23, 36 + 1 + 16));
    assert_eq!(record(&say(&newer, Payload::Handshake(Handshake::Whole), good)).0, 23, "the newer version hides the type");
    let lengths = [&older, &newer].map(|infra| {
        let sealed = say(infra, Payload::Request(RequestKind::Read), MessageDirection::Ask);
        assert_eq!((record(&sealed).0, record(&sealed).1 + 5), (23, sealed.bytes));
        sealed.bytes
    });
    assert_eq!(lengths[0], lengths[1] + 7, "eight bytes of the nonce are sent, and no inner type");
}

#[test]
fn a_database_without_space_answers_as_mysql_does() {
    let infra = stage_2();
    let turn = MessageDirection::Answer(Reply::DiskFull);
    let full = write(&infra, between(&infra, "app-2", "db-1"), Payload::Request(RequestKind::Write), turn);
    assert!(text(&full).contains("1114 (HY000): The table 'users' is full"), "{full:?}");
}

#[test]
fn ciphertext_fills_its_row_and_is_always_the_same() {
    let infra = stage_2();
    let link = between(&infra, "browser", "lb-1");
    let row = |number, columns| {
        let letter = MessageSpec { talk: Payload::Request(RequestKind::Read), turn: MessageDirection::Ask, number };
        let message = message(&infra, link, &letter, columns);
        let row = message.parts.iter().find(|part| part.mark == Mark::Ciphertext).expect("ciphertext").text.clone();
        // The header says how long the record is.
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
fn an_http_message_has_the_bytes_that_its_head_announces() {
    let infra = stage_2();
    let link = between(&infra, "lb-1", "web-1");
    let mut bodies = 0;
    let talks = RequestKind::ALL.map(Payload::Request).into_iter().chain([Payload::Check]);
    for talk in talks {
        for turn in [MessageDirection::Ask, MessageDirection::Answer(Reply::Good), MessageDirection::Answer(Reply::Failed(503))] {
            let message = write(&infra, link, talk.clone(), turn);
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
fn a_health_check_says_as_much_as_it_is_set_to() {
    let infra = stage_2();
    let link = between(&infra, "lb-1", "web-1");
    let check = |infra: &Infrastructure, turn| text(&write(infra, link, Payload::Check, turn));
    assert!(check(&infra, MessageDirection::Ask).contains("SYN, seq"));
    assert!(check(&infra, MessageDirection::Answer(Reply::Good)).contains("SYN, ACK"));
    assert!(check(&infra, MessageDirection::Answer(Reply::Refused)).contains("RST, ACK"));
    let asks = load((
        "stage-2",
        &include_str!("../../assets/stage-2-secured.ron")
            .replace("(algorithm: RoundRobin)", "(algorithm: RoundRobin, check: HttpApp)"),
    ));
    assert!(check(&asks, MessageDirection::Ask).contains("GET /health HTTP/1.1"));
    assert!(check(&asks, MessageDirection::Answer(Reply::Good)).contains("200 OK"));
    assert!(check(&asks, MessageDirection::Answer(Reply::Failed(503))).contains("503 Service Unavailable"));
    // Where TLS goes on behind the balancer, only its records are seen.
    let sealed = asks.edited(&TopologyEdit::EdgeTls(TlsMode::Reencrypt));
    assert!(!check(&sealed, MessageDirection::Ask).contains("GET"));
}
