//! The panel of the editor: what to do next, the selected element, and what a review says about the drawing.

use hoplight_analysis::Severity;
use hoplight_model::{Element, Protocol};

use crate::action::{AppAction, DesignAction, SelectAction};
use crate::editor::{Editor, Pending, checks};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::task::Task;
use crate::tone::Tone;
use crate::window::findings;

/// Returns the title of the panel, and the state of the design beside it.
pub fn title(stage: &Stage, editor: &Editor) -> (String, String) {
    let unsaved = editor.is_unsaved(stage.session.draft().scenario());
    (format!("Editor: {}", editor.id), if unsaved { "not saved".to_owned() } else { String::new() })
}

/// Returns the lines for a panel of `width` columns.
pub fn lines(stage: &Stage, editor: &Editor, keymap: &Keymap, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    let hides_review = stage.task.as_ref().is_some_and(Task::hides_answers);
    if editor.pending.is_none()
        && !hides_review
        && let Some(next) = next_step(stage, keymap)
    {
        page.item(Tone::Accent, "▸ ", Tone::Text, &next, None);
    }
    for line in acts(stage, editor, keymap, width) {
        page.line(line);
    }
    if !hides_review {
        review(stage, editor, keymap, &mut page);
    }
    page.lines()
}

/// Returns the act that is not complete or, without one, the selected element.
pub(crate) fn acts(stage: &Stage, editor: &Editor, keymap: &Keymap, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    match &editor.pending {
        Some(Pending::Link(link)) => {
            let (draws, drops) = (keymap.label(DesignAction::Confirm), keymap.label(AppAction::Escape));
            let draft = stage.session.draft();
            let end = stage.session.selected.as_ref();
            let words = end.map_or_else(|| format!("{} → …", link.from), |end| link.words(end, draft.scenario()));
            let text = format!("{words}?  {draws} connects them, the arrow keys choose another end, {drops} cancels.");
            page.text(Tone::Accent, &text);
            let others: Vec<String> = link.candidates.iter().map(ToString::to_string).collect();
            page.text(Tone::Dim, &format!("Possible: {}.", others.join(", ")));
        }
        Some(Pending::Move(element)) => {
            let ends = keymap.label(DesignAction::Confirm);
            page.text(Tone::Accent, &format!("The arrow keys move {element}; {ends} finishes."));
        }
        None => selected(stage, keymap, &mut page),
    }
    page.lines()
}

/// Describes the selected element in a line, and the keys for it.
fn selected(stage: &Stage, keymap: &Keymap, page: &mut Page) {
    let infra = stage.infra();
    let Some(element) = &stage.session.selected else { return };
    let settings = keymap.label(DesignAction::Confirm);
    let text = match element {
        Element::Component(id) => {
            let Some(ix) = infra.find(id.as_str()) else { return };
            let component = infra.component(ix);
            let place = component.server.as_ref().map_or_else(String::new, |server| format!(" on {server}"));
            format!("{id}: {}{place}", component.kind.word())
        }
        Element::Server(id) => {
            let programs: Vec<&str> = infra.on_server(id).map(|(_, component)| component.id.as_str()).collect();
            if programs.is_empty() {
                format!("{id}: a server without programs")
            } else {
                format!("{id}: {}", programs.join(", "))
            }
        }
        Element::Hop(from, to) => {
            let Some(link) = infra.link_between(from.as_str(), to.as_str()) else { return };
            let (hop, spec) = (infra.hop(link), infra.link(link));
            let cipher = if hop.is_plaintext() { "plaintext" } else { "encrypted" };
            format!("{from} → {to}: {} on port {}, {cipher}", spec.protocol.word(), infra.port(link))
        }
    };
    page.item(Tone::Name, "", Tone::Name, &format!("{text}  ({settings}: settings)"), Some(&DesignAction::Settings.into()));
}

/// What the drawing needs most, until users get an answer of every kind.
fn next_step(stage: &Stage, keymap: &Keymap) -> Option<String> {
    let infra = stage.infra();
    let (add, connect) = (keymap.label(DesignAction::Add), keymap.label(DesignAction::Connect));
    if infra.servers().len() == 0 {
        return Some(format!("The site has no server yet: press {add} and add a web server."));
    }
    let browser = infra.browser()?;
    let leads = infra.links_from(browser).iter().any(|link| infra.link(*link).protocol == Protocol::Http);
    if !leads {
        let name = &infra.component(browser).id;
        return Some(format!(
            "Users reach nothing yet: select {name}, press {connect}, choose a web server or balancer, press {connect}."
        ));
    }
    None
}

/// Counts the findings, and lists them, most severe first.
fn review(stage: &Stage, editor: &Editor, keymap: &Keymap, page: &mut Page) {
    let all = editor.checks.findings();
    let key = keymap.label(DesignAction::Findings);
    if all.is_empty() {
        page.text(Tone::Good, "No findings.");
        return;
    }
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (editor.checks.count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let head = Line::new(Tone::Dim, format!("Review: {}  ({key}: all, with fixes)", counts.join(", ")));
    page.line(head.doing(DesignAction::Findings));
    for finding in all {
        let text = hoplight_text::finding(finding).message;
        let Some(first) = text.sentences().first() else { continue };
        let action = checks::place(finding, stage.infra()).map(|element| SelectAction::Element(element).into());
        let mark = match finding.severity() {
            Severity::Error => "✗ ",
            Severity::Warning => "! ",
            Severity::Note => "· ",
        };
        page.item(findings::tone(finding.severity()), mark, Tone::Text, &first.to_string(), action.as_ref());
    }
}
