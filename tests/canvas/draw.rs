//! Tests the cells: text, glyphs and colours.

use hoplight::layout::{Fit, Layout};
use hoplight::model::quantity::Rate;
use hoplight::model::{Cipher, Element, Infrastructure, Medium, Protocol, RequestKind, ServerId, TlsMode, TopologyEdit};
use hoplight::view::canvas::Canvas;
use hoplight::view::theme::{LinkStyle, Palette, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use ratatui::widgets::Widget;

use hoplight::sim::{Activity, Command, SimTime, Simulation};

use super::{Deaf, component, hop, layout_of, paint, picture, run, scenarios, server, stage_2, text};

#[test]
fn stage_2_in_each_tls_mode() {
    for mode in TlsMode::ALL {
        let sim = run(stage_2(mode), &[], 0);
        for size in [(80, 14), (86, 27), (120, 30)] {
            let name = format!("stage_2_{}_{}x{}", mode.word(), size.0, size.1);
            insta::assert_snapshot!(name, text(&picture(&sim, size, &Theme::default())));
        }
    }
}

#[test]
fn links_have_the_glyph_and_the_colour_of_their_encryption() {
    let theme = Theme::default();
    for mode in TlsMode::ALL {
        for tls_inside in [false, true] {
            let infra =
                stage_2(mode).edited(&TopologyEdit::AppToDbTls(tls_inside)).edited(&TopologyEdit::WebToAppTls(tls_inside));
            let sim = run(infra.clone(), &[], 0);
            let layout = layout_of(&sim, (86, 27));
            let buffer = paint(&Canvas::new(&layout, &sim, &theme));
            for route in layout.routes() {
                let hop = infra.hop(route.link);
                let line = LinkStyle::of(infra.link(route.link).protocol, hop.cipher, hop.medium);
                let cell = &buffer[(route.anchor.x, route.anchor.y)];
                let glyphs = theme.glyphs.link(line);
                let name = infra.hop_element(route.link);
                let expected = [glyphs.horizontal, glyphs.vertical, '▲', '▼', '▶', '◀'].map(String::from);
                let corner = glyphs.joints.iter().any(|joint| joint.to_string() == cell.symbol());
                assert!(corner || expected.iter().any(|glyph| glyph == cell.symbol()), "{mode:?} {name}: {cell:?}");
                assert_eq!(Some(cell.fg), theme.link(line).fg, "{mode:?} {name}");
            }
        }
    }
}

/// The label of a link.
fn label(layout: &Layout, buffer: &Buffer, infra: &hoplight::model::Infrastructure, element: &Element) -> (String, Color) {
    let Element::Hop(from, to) = element else { panic!("{element} is not a hop") };
    let area = layout.route(infra.link_between(from.as_str(), to.as_str()).unwrap()).unwrap().label.unwrap().area;
    let cells: Vec<_> = area.cells().map(|cell| &buffer[(cell.x, cell.y)]).collect();
    let colour = cells.iter().find(|cell| cell.symbol() != " ").map_or(Color::Reset, |cell| cell.fg);
    (cells.iter().map(|cell| cell.symbol()).collect::<String>().trim().to_owned(), colour)
}

#[test]
fn labels_of_links_show_their_encryption() {
    let theme = Theme::default();
    for size in [(80, 14), (86, 27), (120, 30), (200, 45)] {
        for (mode, front, back) in [
            (TlsMode::None, "plain!", "plain!"),
            (TlsMode::Terminate, "TLS", "plain!"),
            (TlsMode::Reencrypt, "TLS", "TLS"),
            (TlsMode::Passthrough, "TLS", "TLS"),
        ] {
            let infra = stage_2(mode);
            let sim = run(infra.clone(), &[], 0);
            let layout = layout_of(&sim, size);
            let buffer = paint(&Canvas::new(&layout, &sim, &theme));
            for (element, expected) in
                [(hop("browser", "lb-1"), front), (hop("lb-1", "web-1"), back), (hop("lb-1", "web-2"), back)]
            {
                let (words, colour) = label(&layout, &buffer, &infra, &element);
                assert!(words.contains(expected), "{size:?} {mode:?} {element}: {words:?}");
                let style = if expected.contains('!') { theme.plain } else { theme.tls };
                assert_eq!(Some(colour), style.fg, "{size:?} {mode:?} {element}");
            }
            assert_eq!(text(&buffer).contains("cannot read") || size.1 == 14, mode == TlsMode::Passthrough || size.1 == 14);
        }
    }
}

#[test]
fn the_ascii_theme_uses_only_ascii() {
    for infra in scenarios() {
        let killed: Vec<Element> = infra.servers().take(1).map(|s| Element::Server(s.id.clone())).collect();
        let sim = run(infra, &killed, 3_000);
        let theme = Theme::new(Palette::Dark, true);
        let layout = layout_of(&sim, (110, 26));
        let mut canvas = Canvas::new(&layout, &sim, &theme);
        canvas.focus = &layout.order()[..3];
        canvas.marks = &layout.order()[3..];
        canvas.selected = layout.order().get(5);
        let buffer = paint(&canvas);
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()), "{}", text(&buffer));
    }
}

#[test]
fn without_colours_the_state_is_shown_in_words() {
    let sim = run(stage_2(TlsMode::Terminate), &[component("web-2"), server("server-2"), hop("app-2", "db-1")], 11_000);
    let buffer = picture(&sim, (86, 27), &Theme::new(Palette::NoColour, false));
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let words = text(&buffer);
    for word in ["OFF", "off", "down", "DOWN", "cut", "╳", "0 of 2 UP", "stale"] {
        assert!(words.contains(word), "{word} is missing from\n{words}");
    }
}

#[test]
fn selection_focus_and_marks_have_glyphs() {
    let sim = run(stage_2(TlsMode::Terminate), &[], 0);
    let layout = layout_of(&sim, (86, 27));
    let theme = Theme::new(Palette::NoColour, false);
    let plain = paint(&Canvas::new(&layout, &sim, &theme));
    for element in layout.order() {
        let one = std::slice::from_ref(element);
        let base = Canvas::new(&layout, &sim, &theme);
        let selected = paint(&Canvas { selected: Some(element), ..base });
        let count = |buffer: &Buffer, glyph: &str| buffer.content.iter().filter(|cell| cell.symbol() == glyph).count();
        assert_eq!(count(&selected, "»"), 1, "{element}\n{}", text(&selected));
        assert_eq!(count(&paint(&Canvas { focus: one, ..base }), "▸"), 1, "{element}");
        assert_eq!(count(&paint(&Canvas { marks: one, ..base }), "☑"), 1, "{element}");
        let strong = |buffer: &Buffer| buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::BOLD)).count();
        assert!(strong(&selected) > strong(&plain), "{element}");
    }
}

#[test]
fn packets_travel_on_their_links() {
    let theme = Theme::default();
    let mut seen = std::collections::BTreeSet::new();
    for step in 0..400 {
        let sim = run(stage_2(TlsMode::Terminate), &[], 2_000 + step * 7);
        let layout = layout_of(&sim, (120, 30));
        let buffer = paint(&Canvas::new(&layout, &sim, &theme));
        for packet in sim.packets() {
            let route = layout.route(packet.link).unwrap();
            seen.extend(route.cells.iter().map(|cell| buffer[(cell.x, cell.y)].symbol().to_owned()));
        }
        if step > 20 && ["●", "◆", "▲", "○", "◇", "△"].iter().all(|glyph| seen.contains(*glyph)) {
            return;
        }
    }
    panic!("some packet glyphs are missing; seen: {seen:?}");
}

#[test]
fn a_blocked_packet_is_shown_at_the_firewall_with_the_rule() {
    let text_of = include_str!("../../assets/stage-2-secured.ron")
        .replace("inbound: [(ports: [443, 80])]", "inbound: [(ports: [22]), (ports: [443], action: Drop)]");
    let infra = hoplight::model::Infrastructure::from_ron("blocked.ron", &text_of).unwrap();
    let sim = run(infra.clone(), &[], 500);
    let layout = layout_of(&sim, (120, 30));
    let theme = Theme::default();
    let buffer = paint(&Canvas::new(&layout, &sim, &theme));
    let entry = hop("browser", "lb-1");
    assert!(label(&layout, &buffer, &infra, &entry).0.starts_with("✖ rule 2"));
    let route = layout.route(infra.link_between("browser", "lb-1").unwrap()).unwrap();
    let gate = route.gates[0].cell;
    assert_eq!((buffer[(gate.x, gate.y)].symbol(), Some(buffer[(gate.x, gate.y)].fg)), ("✖", theme.bad.fg));
}

#[test]
fn a_followed_request_is_visible_inside_components() {
    let theme = Theme::default();
    let mut inside = std::collections::BTreeSet::new();
    for step in 0..60 {
        let mut sim = run(stage_2(TlsMode::Terminate), &[], 2_000);
        sim.apply(&Command::Send(RequestKind::Write), &mut Deaf).unwrap();
        let number = sim.newest_request(Some(RequestKind::Write)).unwrap();
        sim.advance(SimTime::from_nanos(2_000_000_000 + step * 4_000_000), &mut Deaf);
        let layout = layout_of(&sim, (120, 30));
        let canvas = Canvas { followed: Some(number), only_followed: true, ..Canvas::new(&layout, &sim, &theme) };
        if let Some(Activity::Served(component)) = sim.present(number).map(|present| present.doing)
            // A firewall is drawn as a wall rather than a block, so the packet is drawn on the wall.
            && layout.blocks().iter().any(|block| block.component == component)
        {
            let words = text(&paint(&canvas));
            assert!(words.contains("▲being served") || words.contains("▲served"), "{words}");
            inside.insert(component);
        }
    }
    assert!(!inside.is_empty());
}

#[test]
fn excess_packets_are_hidden_and_counted() {
    let sim = run(stage_2(TlsMode::Terminate), &[component("db-1"), server("server-3")], 6_000);
    let all = sim.packets().count();
    let layout = layout_of(&sim, (120, 30));
    let theme = Theme::default();
    let mut canvas = Canvas::new(&layout, &sim, &theme);
    canvas.most_packets = 5;
    let shown = canvas.shown();
    assert_eq!(shown.drawn + shown.hidden, all);
    assert!(shown.hidden > 0 && shown.drawn > 0, "{shown:?}");
    canvas.followed = Some(u64::MAX);
    canvas.only_followed = true;
    assert_eq!(canvas.shown().drawn, 0);
}

#[test]
fn a_canvas_that_is_too_small_shows_the_required_size() {
    let sim = run(stage_2(TlsMode::Terminate), &[], 0);
    let layout = layout_of(&sim, (60, 12));
    let Fit::TooSmall { needs } = layout.fit() else { panic!("the canvas is large enough") };
    let words = text(&paint(&Canvas::new(&layout, &sim, &Theme::default())));
    assert!(words.contains(&format!("{} columns and {} rows", needs.0, needs.1)), "{words}");
}

#[test]
fn empty_areas_and_areas_beyond_the_buffer_do_not_panic() {
    let sim = run(stage_2(TlsMode::Terminate), &[], 2_000);
    let theme = Theme::default();
    for size in [(0, 0), (1, 1), (80, 14), (120, 30)] {
        let layout = layout_of(&sim, size);
        let canvas = Canvas::new(&layout, &sim, &theme);
        for area in [Rect::default(), Rect::new(70, 20, 200, 200), Rect::new(0, 0, 10, 3), Rect::new(500, 500, 9, 9)] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
            (&canvas).render(area, &mut buffer);
        }
        (&canvas).render(Rect::new(0, 0, 80, 24), &mut Buffer::empty(Rect::default()));
    }
}

#[test]
fn the_style_of_a_link_follows_from_protocol_cipher_and_medium() {
    assert_eq!(LinkStyle::of(Protocol::Http, Cipher::Plaintext, Medium::Wire), LinkStyle::Plain);
    assert_eq!(LinkStyle::of(Protocol::Http, Cipher::TlsThrough, Medium::Wire), LinkStyle::Tls);
    assert_eq!(LinkStyle::of(Protocol::Sql, Cipher::Plaintext, Medium::Loopback), LinkStyle::Loopback);
    assert_eq!(LinkStyle::of(Protocol::Dns, Cipher::Plaintext, Medium::Wire), LinkStyle::Dns);
}

/// Measures the time per frame: `cargo test --release --test canvas -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check"]
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn frame_time() {
    let mut sim = run(stage_2(TlsMode::Terminate), &[], 2_000);
    sim.apply(&Command::Rate(Rate::new(4_000.0).unwrap()), &mut Deaf).unwrap();
    while sim.packets().count() < 200 {
        let next = sim.now().nanos() + 1_000_000;
        sim.advance(SimTime::from_nanos(next), &mut Deaf);
    }
    let theme = Theme::default();
    for size in [(80, 14), (120, 40), (200, 60)] {
        let start = std::time::Instant::now();
        let layout = layout_of(&sim, size);
        let laid = start.elapsed();
        let mut canvas = Canvas::new(&layout, &sim, &theme);
        canvas.most_packets = 400;
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        let start = std::time::Instant::now();
        for _ in 0..2_000 {
            (&canvas).render(buffer.area, &mut buffer);
        }
        let frame = start.elapsed() / 2_000;
        println!("{size:?}: layout {laid:?}, frame {frame:?}, {:?}", canvas.shown());
    }
}

#[test]
fn a_server_with_cores_shows_how_busy_they_are_and_who_else_uses_them() {
    use hoplight::sim::Fault;

    let infra = Infrastructure::from_ron("shared-cores.ron", include_str!("../../assets/shared-cores.ron")).unwrap();
    let plain = Theme::new(Palette::NoColour, false);
    let mut sim = run(infra, &[], 0);
    sim.advance(SimTime::from_secs(20), &mut Deaf);
    let used = |sim: &Simulation| format!("CPU {:.0} %", sim.cpu(&ServerId::new("server-1")).unwrap().utilisation * 100.0);
    let shown = text(&picture(&sim, (120, 44), &plain));
    assert!(shown.contains(&used(&sim)) && !shown.contains("CPU 100 %"), "{} in\n{shown}", used(&sim));
    sim.apply(&Command::Fault(Fault::CpuHog(ServerId::new("server-1"), 8)), &mut Deaf).expect("the fault is accepted");
    sim.advance(SimTime::from_secs(25), &mut Deaf);
    let shown = text(&picture(&sim, (120, 44), &plain));
    assert!(shown.contains("CPU 100 %") && shown.contains("CPU taken"), "{shown}");
}

#[test]
fn faults_are_shown_in_words_at_every_size_and_without_colours() {
    use hoplight::model::quantity::Factor;
    use hoplight::sim::{Fault, RecordState};

    let id = |id: &str| id.parse::<hoplight::model::ComponentId>().expect("a name");
    let slow = |element: Element| Fault::Slow(element, Factor::literal(4.0));
    let faults = [
        (Fault::Hang(component("app-1")), "hung"),
        (slow(component("web-1")), "slow ×4"),
        (slow(hop("browser", "lb-1")), "slow"),
        (Fault::Compromised(component("web-1")), "breached"),
        (Fault::Misconfigured(component("web-1")), "bad conf"),
        (Fault::Expired(id("lb-1")), "expired"),
        (Fault::Record(RecordState::Gone), "gone"),
        (Fault::Record(RecordState::Unreachable), "timeout"),
        (Fault::DiskFull(id("db-1")), "disk full"),
        (Fault::ReplicationStopped(id("db-2")), "no repl."),
        (Fault::Leak { from: None, to: id("db-1"), count: 9 }, "leak 9"),
        (Fault::Sniffer(id("browser"), id("lb-1")), "spied"),
    ];
    let plain = Theme::new(Palette::NoColour, false);
    for size in [(80, 18), (86, 27), (120, 44)] {
        let calm = text(&picture(&run(stage_2(TlsMode::Terminate), &[], 0), size, &plain));
        for (fault, word) in &faults {
            let mut sim = run(stage_2(TlsMode::Terminate), &[], 0);
            sim.apply(&Command::Fault(fault.clone()), &mut Deaf).expect("the fault is accepted");
            let shown = text(&picture(&sim, size, &plain));
            // A larger box uses a longer wording.
            let longer = match *word {
                "slow ×4" => "slowed down ×4",
                "breached" => "compromised",
                "bad conf" => "bad configuration",
                "gone" => "no record",
                "timeout" => "cannot resolve",
                "no repl." => "replication stopped",
                "leak 9" => "9 connections",
                "spied" => "sniffed",
                "disk full" => "no space",
                word => word,
            };
            assert!(shown.contains(word) || shown.contains(longer), "{fault:?} at {size:?}\n{shown}");
            assert!(!calm.contains(word) && !calm.contains(longer), "{word}\n{calm}");
        }
    }
}

#[test]
fn every_component_is_called_by_its_id() {
    for infra in scenarios() {
        let sim = run(infra.clone(), &[], 0);
        for size in [(80, 14), (120, 30)] {
            let layout = layout_of(&sim, size);
            if layout.fit() != Fit::Whole {
                continue;
            }
            let words = text(&paint(&Canvas::new(&layout, &sim, &Theme::default())));
            // Read downwards, too: the name of a firewall may be in its wall.
            let rows: Vec<Vec<char>> = words.lines().map(|line| line.chars().collect()).collect();
            let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
            let down = |x: usize| rows.iter().map(|row| row.get(x).copied().unwrap_or(' ')).collect::<String>() + "\n";
            let words = words + &(0..widest).map(down).collect::<String>();
            // On a small canvas, the names of firewalls may not fit.
            let named = infra.components().filter(|(_, component)| size.0 > 80 || component.kind.as_firewall().is_none());
            for (_, component) in named {
                assert!(words.contains(component.id.as_str()), "{} {size:?}: {}\n{words}", infra.id(), component.id);
            }
            for server in infra.servers() {
                assert!(words.contains(server.id.as_str()), "{} {size:?}: {}\n{words}", infra.id(), server.id);
            }
        }
    }
}

#[test]
fn with_reduced_motion_links_show_their_rates_and_nothing_moves() {
    let theme = Theme::default();
    let sims = [4_000, 4_040].map(|at| run(stage_2(TlsMode::Terminate), &[], at));
    let [first, second] = sims.each_ref().map(|sim| {
        let layout = layout_of(sim, (120, 30));
        let still = paint(&Canvas { still: true, ..Canvas::new(&layout, sim, &theme) });
        let on_links = |cell: &hoplight::layout::Cell| still[(cell.x, cell.y)].symbol().to_owned();
        let links: Vec<String> = layout.routes().iter().flat_map(|route| &route.cells).map(on_links).collect();
        assert!(text(&still).contains("/s"), "{}", text(&still));
        links
    });
    assert_eq!(first, second);
    assert!(!first.iter().any(|symbol| ["●", "◆", "▲", "○", "◇", "△"].contains(&symbol.as_str()) && symbol != "▲"));
}

/// The shipped scenario of a file name, with one replacement in its text.
fn changed(file: &str, from: &str, to: &str) -> Infrastructure {
    let text = std::fs::read_to_string(format!("assets/{file}")).unwrap();
    assert!(text.contains(from), "{file}: {from}");
    Infrastructure::from_ron(file, &text.replacen(from, to, 1)).unwrap()
}

#[test]
fn a_link_in_tls_that_carries_plaintext_to_port_80_says_so() {
    let theme = Theme::default();
    let entry = hop("browser", "lb-1");
    for size in [(80, 26), (134, 40)] {
        for (from, to, plain) in [
            ("port_80: Redirect", "port_80: Redirect", true),
            ("port_80: Redirect", "port_80: Closed", false),
            ("http_share: 0.3", "http_share: 0.0", false),
            ("ports: [80, 443]", "ports: [443]", false),
        ] {
            let infra = changed("redirect.ron", from, to);
            let sim = run(infra.clone(), &[], 0);
            let layout = layout_of(&sim, size);
            let (words, colour) = label(&layout, &paint(&Canvas::new(&layout, &sim, &theme)), &infra, &entry);
            assert_eq!(words.contains(":80"), plain, "{size:?} {to}: {words}");
            assert_eq!(Some(colour), if plain { theme.plain.fg } else { theme.tls.fg }, "{size:?} {to}: {words}");
        }
    }
}

#[test]
fn a_port_scan_bounces_off_the_walls_of_firewalls() {
    let theme = Theme::default();
    let mut sim = run(stage_2(TlsMode::Terminate), &[], 1_000);
    let failed = |sim: &Simulation, scanned: Option<f64>, still: bool| {
        let layout = layout_of(sim, (120, 30));
        let buffer = paint(&Canvas { scanned, still, ..Canvas::new(&layout, sim, &theme) });
        let is_failed = |cell: &hoplight::layout::Cell| buffer[(cell.x, cell.y)].symbol() == theme.glyphs.failed.to_string();
        let on_walls = layout.walls().iter().flat_map(|wall| wall.area.cells()).filter(is_failed).count();
        (on_walls, text(&buffer).matches(theme.glyphs.failed).count())
    };
    assert_eq!(failed(&sim, Some(0.0), false), (0, 0), "nobody has scanned the site");
    sim.apply(&Command::Scan, &mut Deaf).unwrap();
    let (at_walls, all) = failed(&sim, Some(0.0), false);
    assert!(at_walls >= 12 && all == at_walls, "{at_walls} of {all}");
    let (later, all) = failed(&sim, Some(0.5), false);
    assert!(later == 0 && all > 0, "bounced: {later} of {all}");
    assert_eq!(failed(&sim, Some(0.5), true).0, at_walls, "without motion");
    assert_eq!(failed(&sim, None, false), (0, 0), "the picture is over");
}

#[test]
fn from_120_columns_the_browser_shows_the_whole_name_of_the_site() {
    // The canvas of a screen of 120×40 has 80 columns.
    for file in ["stage-2-secured.ron", "stage-3-scaled.ron", "redirect.ron"] {
        let infra = changed(file, "(", "(");
        let domain = infra.domain().to_owned();
        let sim = run(infra, &[], 0);
        let picture = text(&picture(&sim, (80, 24), &Theme::default()));
        let (host, rest) = domain.split_once('.').unwrap();
        assert!(picture.contains(&domain) || (picture.contains(&format!(" {host}.")) && picture.contains(rest)), "{picture}");
        assert!(!picture.contains('…'), "{file}: {picture}");
    }
}
