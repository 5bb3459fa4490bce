//! README.md and docs/: links resolve, examples match the program's output, tables are complete.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::kept::root;
use crate::{Finished, Home};

/// A documentation page by its path in the repository.
fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text under a heading of a page, up to the next heading of the same level or above.
pub(crate) fn section(path: &str, heading: &str) -> String {
    let text = page(path);
    let level = heading.chars().take_while(|c| *c == '#').count();
    let ends = |line: &str| (1..=level).any(|level| line.starts_with(&format!("{} ", "#".repeat(level))));
    let mut lines = text.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "{path} has no heading {heading:?}");
    let mut fenced = false;
    let inside = lines.take_while(|line| {
        fenced ^= line.starts_with("```");
        fenced || !ends(line)
    });
    inside.collect::<Vec<_>>().join("\n")
}

/// Asserts that docs/json.md names all of these fields in the section of a command.
pub(crate) fn assert_documented<S: AsRef<str>>(command: &str, fields: impl IntoIterator<Item = S>) {
    let section = section("docs/json.md", &format!("## {command}"));
    for field in fields {
        let field = field.as_ref();
        assert!(section.contains(&format!("`{field}`")), "docs/json.md does not name `{field}` of {command}");
    }
}

/// All pages with their paths.
fn pages() -> Vec<(String, String)> {
    let docs = std::fs::read_dir(root().join("docs")).expect("docs/").map(|entry| entry.expect("an entry").file_name());
    let docs = docs.map(|name| format!("docs/{}", name.into_string().expect("UTF-8")));
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(str::to_owned);
    docs.chain(top).map(|path| (path.clone(), page(&path))).collect()
}

/// The fenced code blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// A page without its fenced code blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The code spans of a text.
fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The first cells of a table's rows, without its header.
fn first_cells(section: &str) -> Vec<String> {
    let row = |line: &str| line.replace("\\|", "\u{1}").split('|').nth(1).map(|cell| cell.trim().replace('\u{1}', "|"));
    section.lines().filter(|line| line.starts_with('|')).filter_map(row).filter(|cell| cell.contains('`')).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>();
    kept.replace(' ', "-")
}

/// Why a link on a page is broken, if it is.
fn broken(from: &Path, target: &str) -> Option<String> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { from.to_owned() } else { from.parent().expect("a folder").join(file) };
    if !path.exists() {
        return Some(format!("{} does not exist", path.display()));
    }
    if heading.is_empty() {
        return None;
    }
    let text = prose(&std::fs::read_to_string(&path).expect("a page"));
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#').trim()));
    (!headings.collect::<Vec<_>>().contains(&heading.to_owned())).then(|| format!("{} has no heading #{heading}", path.display()))
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut checked = 0;
    for (path, text) in pages() {
        let from: PathBuf = root().join(&path);
        for target in prose(&text).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            assert_eq!(broken(&from, target), None, "{path}: {target}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked} links were checked");
    let readme = root().join("README.md");
    assert!(broken(&readme, "docs/nowhere.md").is_some() && broken(&readme, "docs/json.md#nothing").is_some());
    assert_eq!(broken(&readme, "#text-commands"), None);
}

/// The arguments of a command line, with single quotes as in a shell.
fn arguments(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(
            |(number, part)| {
                if number % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
            },
        )
        .collect()
}

/// Asserts that the output consists of these lines. A line `…` stands for any number of lines.
fn assert_excerpt(excerpt: &str, output: &str, name: &str) {
    let mut rest: Vec<&str> = output.lines().collect();
    let parts: Vec<Vec<&str>> = excerpt.lines().collect::<Vec<_>>().split(|line| *line == "…").map(<[&str]>::to_vec).collect();
    let last = parts.len() - 1;
    for (number, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        let at = rest.windows(part.len()).position(|window| window == &part[..]);
        let at = at.unwrap_or_else(|| panic!("{name} does not write\n{}\nbut\n{output}", part.join("\n")));
        assert!(number > 0 || at == 0, "{name}: the excerpt omits the beginning");
        rest.drain(..at + part.len());
    }
    assert!(rest.is_empty() || parts[last].is_empty(), "{name}: the excerpt omits the end: {rest:?}");
}

#[test]
fn every_example_matches_the_output_of_the_command() {
    let home = Home::new();
    // The first example of a scenario file, with a mistake added.
    let site = blocks(&page("docs/scenarios.md"), "ron")[0].replace("to: \"db\"", "to: \"bd\"");
    home.file("my-site.ron", site);
    let mut tried = BTreeSet::new();
    for (path, text) in pages() {
        for (line, excerpt) in
            blocks(&text, "text").into_iter().filter_map(|block| block.strip_prefix("$ hoplight ")?.split_once('\n'))
        {
            let mut command = home.command(arguments(line));
            let finished: Finished = command.current_dir(home.path()).output().expect("the program runs").into();
            let output = if finished.stdout.is_empty() { finished.stderr } else { finished.stdout };
            assert_excerpt(excerpt, &output, &format!("{path}: hoplight {line}"));
            tried.insert(line.split(' ').next().expect("a command").to_owned());
        }
    }
    let wanted = ["analyze", "check", "compare", "simulate"].map(str::to_owned);
    assert_eq!(tried, BTreeSet::from(wanted));
}

/// The commands that open the full screen.
const FULL_SCREEN: [&str; 6] = ["drill", "edit", "learn", "mission", "practice", "review"];

#[test]
fn the_tables_of_text_commands_are_complete_and_their_commands_work() {
    let home = Home::new();
    let help = home.run(["--help"]).stdout;
    let (_, rest) = help.split_once("\nCommands:\n").expect("a list of commands");
    let (list, _) = rest.split_once("\n\n").expect("the list ends");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: BTreeSet<&str> = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();

    let table = first_cells(&section("README.md", "## Text commands"));
    let commands: Vec<&str> = table.iter().filter_map(|cell| spans(cell).first()?.strip_prefix("hoplight ")).collect();
    assert_eq!(commands.iter().filter_map(|command| command.split(' ').next()).collect::<BTreeSet<_>>(), names);
    assert_eq!(table.len(), names.len());
    for command in commands {
        let finished = if command.starts_with("class ") {
            let result = home.file("ada.json", home.run(["progress", "export"]).stdout);
            home.run(["class", &result])
        } else {
            home.run(arguments(command))
        };
        // Commands that open the full screen refuse to run without a terminal.
        let opens_screen = FULL_SCREEN.iter().any(|name| command.starts_with(name));
        if opens_screen {
            assert_eq!((finished.status, finished.stdout.as_str()), (Some(2), ""), "{command}");
            assert!(finished.stderr.contains("not a terminal"), "{command}: {}", finished.stderr);
            continue;
        }
        assert_eq!((finished.status, finished.stderr.as_str(), finished.stdout.is_empty()), (Some(0), "", false), "{command}");
    }

    let described = page("docs/commands.md");
    for name in &names {
        assert!(described.contains(&format!("\n## {name}\n")), "docs/commands.md does not describe {name}");
        assert!(described.contains(&format!("\n| [`{name}`](#{name}) |")), "the table of docs/commands.md lacks {name}");
    }
}

#[test]
fn every_command_of_fault_scripts_is_described() {
    let table = first_cells(&section("docs/commands.md", "## Fault scripts"));
    let usages = table.iter().flat_map(|cell| spans(cell));
    let described: BTreeSet<&str> = usages.filter_map(|usage| usage.split(' ').next()).collect();
    let help = Home::new().run(["simulate", "--help"]).stdout;
    let (_, rest) = help.split_once("\nCommands of --at and --script").expect("the commands");
    let lines = rest.lines().skip(1).take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let verbs: BTreeSet<&str> =
        lines.flat_map(|line| line.split(", ")).filter_map(|usage| usage.split_whitespace().next()).collect();
    assert!(verbs.len() > 30, "{verbs:?}");
    assert_eq!(described, verbs);
}

/// The keys of each action, as the settings file of `hoplight config` lists them.
fn keymap(settings: &str) -> Vec<(String, Vec<String>)> {
    let keys = settings.lines().skip_while(|line| !line.contains("// keys: {")).skip(1).take_while(|line| line.contains('['));
    let quoted = |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    keys.filter_map(|line| line.split_once("\": ["))
        .map(|(action, keys)| {
            (action.rsplit('"').next().unwrap_or_default().to_owned(), quoted(keys.split("],").next().unwrap_or_default()))
        })
        .collect()
}

#[test]
fn the_keys_of_the_readme_are_those_of_the_program() {
    // The keys of the editor and of each task have tables of their own.
    let tables = [
        ("README.md", "## Keys"),
        ("docs/building.md", "## Keys"),
        ("docs/building.md", "## Missions"),
        ("docs/building.md", "## Design reviews"),
        ("docs/drills.md", "## What you see"),
        ("docs/drills.md", "## What you do"),
        ("docs/drills.md", "## Debriefing"),
        ("docs/practice.md", "## Kinds of questions"),
    ];
    let section = tables.map(|(page, heading)| section(page, heading)).join("\n");
    let listed: Vec<&str> = spans(&section);
    let keymap = keymap(&Home::new().run(["config"]).stdout);
    let bound: BTreeSet<&str> = keymap.iter().flat_map(|(_, keys)| keys).map(String::as_str).collect();
    assert!(keymap.len() > 50 && bound.len() > 50, "{keymap:?}");
    // Except moments to jump to, a modifier, commands and files.
    let is_key =
        |name: &&&str| !["12.5", "-3", "+10", "Ctrl"].contains(name) && !name.starts_with("hoplight ") && !name.contains('/');
    for name in listed.iter().filter(is_key) {
        assert!(bound.contains(name), "{name} does nothing");
    }
    // Except actions whose keys the README describes as arrows or a range, and the usual keys of lists.
    let others = [
        "down",
        "up",
        "left",
        "right",
        "pan-",
        "previous-thing",
        "scroll-",
        "first-line",
        "last-line",
        "answer-",
        "choose-",
        "digit-",
        "next-answer",
        "previous-answer",
    ];
    for (action, keys) in keymap.iter().filter(|(action, _)| !others.iter().any(|other| action.starts_with(other))) {
        assert!(keys.is_empty() || keys.iter().any(|key| listed.contains(&key.as_str())), "the README lacks {action}, {keys:?}");
    }
}

#[test]
fn the_readme_lists_the_units_in_their_order() {
    let section = section("README.md", "## Lessons");
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let listed: Vec<&str> = rows.filter_map(|line| line.split('|').nth(1)).map(str::trim).collect();
    let list: Value = serde_json::from_str(&Home::new().run(["list", "lessons", "--format", "json"]).stdout).expect("JSON");
    let mut units: Vec<&str> =
        list["lessons"].as_array().expect("a list").iter().filter_map(|row| row["unit"].as_str()).collect();
    units.dedup();
    assert_eq!(listed, units);
}

/// The steps of the README's tour: its text, the keys, and what the screen shows after them.
const TOUR: [(&str, &str, &str); 7] = [
    ("`p` slows down to one request at a time and `r` sends a login.", "2s p r . . . , .", "POST /login"),
    ("`p` and `space` return to live traffic.", "p space 2s", "live ▶ ×1"),
    (
        "Press `Right` until the hop `lb-1 → web-1` is selected, tap it with `w`, and send another login with `r`",
        "Right Right Right Right Right w r 2s",
        "user=ada&password=",
    ),
    (
        "`t` switches to re-encryption, and the wiretap shows nothing but ciphertext. `v` marks the hops that are still readable, `V` hides the marks.",
        "t r 2s v V",
        "before TLS: only ciphertext now",
    ),
    ("Press `:`, type `web-1`, press `Enter` to select it, and kill it with `x`.", ": w e b - 1 Enter x 12s", "chk DOWN"),
    ("`m` shows only what the agents delivered, and which alerts fire. `m` returns to the diagram.", "m", "firing"),
    ("`{` goes back to the last mark on the timeline, and `x` restores the server.", "m { x", "x kill"),
];

#[test]
fn the_tour_of_the_readme_shows_what_it_says() {
    let home = Home::new();
    let tour = section("README.md", "## The first five minutes").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut pressed: Vec<&str> = Vec::new();
    for (sentence, keys, shown) in TOUR {
        assert!(tour.contains(sentence), "the README does not say {sentence:?}");
        pressed.push(keys);
        let pressed = pressed.join(" ");
        let finished = home.run(["shot", "stage-2-secured", "--keys", &pressed]);
        assert!(
            finished.status == Some(0) && finished.stdout.contains(shown),
            "{pressed}: no {shown:?} in\n{}{}",
            finished.stdout,
            finished.stderr
        );
    }
}
