//! `shot`: one frame of the screen, without a terminal.

use std::collections::BTreeMap;
use std::num::NonZero;

use unicode_width::UnicodeWidthStr;

use crate::kept::{assert_block, assert_files, root};
use crate::svg::{CELL, Element, characters, elements};
use crate::{Finished, Home, is_harmless};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The margin around all cells of a picture.
const MARGIN: usize = 9;

/// The README's pictures with the arguments that create them. `INSTA_UPDATE=always cargo test` updates them.
const PICTURES: [(&str, &[&str]); 3] = [
    ("stage-2.svg", &["stage-2-secured", "--at", "12s"]),
    ("plaintext.svg", &["stage-2-secured", "--at", "12s", "--keys", "v Tab Tab Tab Tab Tab Tab Tab Tab"]),
    ("lesson.svg", &["where-tls-ends", "--at", "12s", "--keys", "n n Tab Tab Tab Tab Tab Tab Tab Tab w", "--theme", "light"]),
];

/// Output of `shot`, which must succeed.
fn shot(home: &Home, arguments: &[&str]) -> String {
    let Finished { status, stdout, stderr } = home.run(["shot"].iter().chain(arguments));
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    stdout
}

/// The snapshot of this name, without its header.
fn snapshot(name: &str) -> String {
    let path = root().join(format!("tests/snapshots/screens__{name}.snap"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.splitn(3, "---\n").nth(2).expect("a snapshot").trim_end().to_owned()
}

/// A terminal that has received this text.
fn shown(ansi: &str, (columns, rows): (u16, u16)) -> vt100::Parser {
    let mut terminal = vt100::Parser::new(NonZero::new(rows + 1).unwrap(), NonZero::new(columns).unwrap(), 0);
    terminal.process(ansi.replace('\n', "\r\n").as_bytes());
    terminal
}

/// The terminal's rows, without trailing spaces.
fn rows_of(terminal: &vt100::Parser, (columns, rows): (u16, u16)) -> String {
    let lines = terminal.screen().rows(0, columns).take(usize::from(rows));
    lines.flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
}

/// The picture's elements. Asserts that it has this size.
fn picture(document: &str, (columns, rows): (u16, u16)) -> Vec<Element> {
    let all = elements(document);
    let (wide, high) = (usize::from(columns) * CELL.0 + 2 * MARGIN, usize::from(rows) * CELL.1 + 2 * MARGIN);
    assert_eq!(all[0].attribute("viewBox"), Some(format!("0 0 {wide} {high}").as_str()));
    all
}

#[test]
fn three_formats_in_three_sizes_have_the_same_characters_and_are_deterministic() {
    let home = Home::new();
    for size in SIZES {
        for look in [&[][..], &["--ascii"], &["--color", "never"], &["--ascii", "--color", "never"], &["--theme", "light"]] {
            let asked = format!("{}x{}", size.0, size.1);
            let form = |form: &str| {
                let arguments = [&["stage-2-secured", "--at", "4.25s", "--size", &asked, "--format", form][..], look].concat();
                let once = shot(&home, &arguments);
                if look.is_empty() {
                    assert_eq!(once, shot(&Home::new(), &arguments), "{arguments:?}");
                }
                once
            };
            let (text, ansi, svg) = (form("txt"), form("ansi"), form("svg"));
            let (ascii, coloured) = (look.contains(&"--ascii"), !look.contains(&"never"));

            assert!(is_harmless(&text), "{look:?}");
            assert_eq!(text.lines().count(), usize::from(size.1), "{text}");
            assert_eq!(text.lines().map(UnicodeWidthStr::width).max(), Some(usize::from(size.0)), "{text}");
            assert_eq!(text.is_ascii(), ascii, "{look:?}");

            let terminal = shown(&ansi, size);
            assert_eq!(rows_of(&terminal, size), text, "{look:?}");
            let colours: Vec<vt100::Color> = (0..size.1)
                .flat_map(|row| (0..size.0).map(move |column| (row, column)))
                .filter_map(|(row, column)| terminal.screen().cell(row, column).map(vt100::Cell::fgcolor))
                .filter(|colour| *colour != vt100::Color::Default)
                .collect();
            assert_eq!(!colours.is_empty(), coloured, "{look:?}");

            let all = picture(&svg, size);
            assert_eq!(characters(&all, (size.0.into(), size.1.into()), CELL), text, "{look:?}");
            let fills: std::collections::BTreeSet<&str> = all.iter().filter_map(|element| element.attribute("fill")).collect();
            // Without colours: background, foreground, inverse, and none for lines.
            assert_eq!(fills.len() > 5, coloured, "{fills:?}");
            assert!(svg.len() < 24_000, "{}", svg.len());
        }
    }
}

#[test]
fn a_frame_is_what_the_full_screen_shows() {
    let home = Home::new();
    for (name, arguments) in [
        ("the_course_map", &["--size", "80x24"][..]),
        ("a_lesson_on_a_small_screen", &["where-tls-ends", "--size", "80x24", "--at", "3s"]),
        ("a_lesson_on_a_small_screen", &["where-tls-ends", "--size", "80x24", "--keys", "2s 1s"]),
    ] {
        assert_eq!(shot(&home, arguments).trim_end(), snapshot(name), "{arguments:?}");
    }
    let help = shot(&home, &["where-tls-ends", "--size", "80x24", "--keys", "?"]);
    assert!(snapshot("the_help").starts_with(help.trim_end()), "{help}");
}

#[test]
fn keys_reach_any_screen_and_times_between_them_advance_time() {
    let home = Home::new();
    for (keys, shows) in [
        ("t", "TLS re-encrypt"),
        ("2.5s space", "t=2.5000 s"),
        ("space 2s", "t=0.0000 s"),
        ("] 2s space", "t=4.0000 s"),
        ("Tab", "browser · browser"),
        ("Tab shift-tab Up ↓ 3s pgdn", "server-2"),
        ("q q", "Test on this unit"),
    ] {
        let text = shot(&home, &["stage-2-secured", "--keys", keys]);
        assert!(text.contains(shows), "{keys}: {text}");
    }
    let at = |keys: &str, at: &str| shot(&home, &["stage-2-secured", "--keys", keys, "--at", at]);
    assert_eq!(at("", "3s"), at("1s", "3s"), "--at is the simulated time");
    assert_eq!(at("", "4.25s"), shot(&home, &["stage-2-secured", "--keys", "4.25s"]), "the time is exact");
    assert!(at("]", "3s").contains("t=3.0 s"));
    assert!(at("p r", "50ms").contains("t=0.050"), "{}", at("p r", "50ms"));
    assert_ne!(at("", "3s"), shot(&home, &["stage-2-secured", "--at", "3s", "--seed", "2"]));
}

#[test]
fn wide_characters_and_xml_characters_have_the_same_cells_as_in_a_terminal() {
    let home = Home::new();
    let site = home.file(
        "site.ron",
        r#"(title: "漢字 <b> & \"c\"", components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "web", to: "app"), (from: "app", to: "db")])"#,
    );
    let form = |form: &str| shot(&home, &[&site, "--at", "2s", "--format", form]);
    let (text, size) = (form("txt"), (120, 40));
    assert!(text.starts_with(" hoplight  漢字 <b> & \"c\" "), "{text}");
    assert_eq!(text.lines().map(UnicodeWidthStr::width).max(), Some(120), "{text}");
    assert_eq!(rows_of(&shown(&form("ansi"), size), size), text);
    let all = picture(&form("svg"), size);
    assert_eq!(characters(&all, (120, 40), CELL), text);
    assert_eq!(all[1].text, "hoplight: 漢字 <b> & \"c\"");
}

#[test]
fn a_picture_depends_only_on_its_arguments_and_has_no_external_references() {
    let home = Home::new();
    let arguments = ["shot", "where-tls-ends", "--at", "1s", "--format", "svg"];
    let usual = home.run(arguments).stdout;
    let elsewhere: Finished = home
        .command(arguments)
        .envs([("NO_COLOR", "1"), ("LC_ALL", "C"), ("TERM", "dumb")])
        .output()
        .expect("the program runs")
        .into();
    assert_eq!(elsewhere.stdout, usual);
    let known = [
        "xmlns",
        "viewBox",
        "width",
        "height",
        "role",
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-dasharray",
        "stroke-dashoffset",
        "d",
        "rx",
        "transform",
        "font-size",
        "font-weight",
        "text-decoration",
        "xml:space",
        "id",
        "href",
        "x",
        "y",
        "textLength",
        "lengthAdjust",
    ];
    for element in elements(&usual) {
        let names = ["svg", "title", "style", "defs", "rect", "g", "path", "text", "use"];
        assert!(names.contains(&element.name.as_str()), "{element:?}");
        assert!(element.attribute("href").is_none_or(|name| name.starts_with('#')), "{element:?}");
        assert!(element.attributes().all(|name| known.contains(&name)), "{element:?}");
        assert!(element.name != "style" || !(element.text.contains("url(") || element.text.contains('@')), "{element:?}");
    }
    // Output for a terminal depends on the environment.
    let ansi =
        home.command(["shot", "--format", "ansi"]).env("NO_COLOR", "1").env("LC_ALL", "C").output().expect("the program runs");
    let ansi = Finished::from(ansi).stdout;
    assert!(ansi.is_ascii() && !ansi.contains("38;5;"), "{ansi}");
    // The theme may come before the command, too.
    let light = |arguments: &[&str]| home.run(arguments).stdout;
    assert_eq!(light(&["--theme", "light", "shot", "--format", "svg"]), light(&["shot", "--format", "svg", "--theme", "light"]));
}

#[test]
fn invalid_requests_are_reported() {
    let home = Home::new();
    for (arguments, status, says) in [
        (&["stage-2-secure"][..], 1, "no scenario, lesson or file named `stage-2-secure`; did you mean `stage-2-secured`?"),
        (&["where-tls-end"], 1, "did you mean `where-tls-ends`?"),
        (&["\u{1b}[2J"], 1, "file named `\u{fffd}[2J`"),
        (&["--size", "120"], 2, "expected columns and rows"),
        (&["--size", "79x24"], 2, "at least 80x24"),
        (&["--size", "80x23"], 2, "at least 80x24"),
        (&["--size", "+80x24"], 2, "expected columns and rows"),
        (&["--size", "x24"], 2, "expected columns and rows"),
        (&["--size", "4000x4000"], 2, "at most 1000x400"),
        (&["--size", "99999999999x40"], 2, "expected columns and rows"),
        (&["stage-2-secured", "--at", "12"], 2, "a time has a unit"),
        (&["stage-2-secured", "--at", "2h"], 2, "at most 1h"),
        (&["stage-2-secured", "--at", "-1s"], 2, "--help"),
        (&["--at", "1s"], 2, "the course map has no simulated time"),
        (&["stage-2-secured", "--keys", "2s", "--at", "1s"], 2, "the time after the keys is already 2s"),
        (&["stage-2-secured", "--keys", "1s space", "--at", "2s"], 2, "the simulation is paused at 1s"),
        (&["stage-2-secured", "--keys", "?", "--at", "2s"], 2, "the simulation is paused at 0s"),
        (&["stage-2-secured", "--keys", "F99"], 2, "unknown key `F99`"),
        (&["stage-2-secured", "--keys", "q q q"], 2, "q quits the program"),
        (&["stage-2-secured", "--format", "png"], 2, "svg"),
    ] {
        let finished = home.run(["shot"].iter().chain(arguments));
        assert_eq!((finished.status, finished.stdout.as_str()), (Some(status), ""), "{arguments:?}: {finished:?}");
        assert!(finished.stderr.contains(says) && is_harmless(&finished.stderr), "{arguments:?}: {finished:?}");
    }
}

#[test]
fn progress_is_neither_read_nor_saved() {
    let home = Home::new();
    let file = home.path().join("progress.ron");
    std::fs::write(&file, "no progress").unwrap();
    // The fourth step begins paused.
    let output =
        home.command(["shot", "where-tls-ends", "--keys", "n n n space", "--at", "1s"]).env("HOPLIGHT_PROGRESS", &file).output();
    assert_eq!(Finished::from(output.unwrap()).status, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "no progress");
    assert!(!home.path().join("state").exists());
}

#[test]
fn the_readmes_pictures_are_up_to_date() {
    let home = Home::new();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut made = BTreeMap::new();
    for (name, arguments) in PICTURES {
        let now = shot(&home, &[arguments, &["--format", "svg"]].concat());
        assert!(now.len() < 20_000, "{name} has {} bytes", now.len());
        assert!(readme.contains(&format!("](assets/pictures/{name})")), "the README does not show {name}");
        made.insert(name.to_owned(), now);
    }
    assert_files(&root().join("assets/pictures"), &made);
    let lesson = shot(&home, &["where-tls-ends", "--size", "80x24", "--keys", "n 1 n", "--at", "5s"]);
    assert_block(&root().join("docs/screen.md"), " hoplight  Where the padlock ends", &lesson);
}
