//! Whiteboard notes on the selected element: what it is, why it is here, what happens without it, and a sentence to say aloud.
//!
//! The notes are content. What happens without the element is computed for the current design, faults left aside.

use hoplight_analysis::{Cause, Loss, loss_of};
use hoplight_lesson::{NoteSubject, WhiteboardNote};
use hoplight_model::{ComponentIx, Element, Infrastructure, Text};

use crate::action::AppAction;
use crate::app::App;
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::stage::Stage;
use crate::tone::Tone;

/// Returns the lines for `width` columns.
pub fn lines(app: &App, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    let Some(stage) = app.stage() else { return page.lines() };
    let Some(element) = &stage.session.selected else {
        site(&mut page, stage, &app.keymap);
        return page.lines();
    };
    let infra = stage.infra();
    let note = |of| app.library.glossary().note(of);
    let Some(of) = subject(infra, element) else { return page.lines() };
    let name = element.to_string();
    page.text(Tone::Name, &heading(infra, element, &name));
    if let Some(note) = note(of) {
        let loss = (of != NoteSubject::Browser).then(|| Loss::Of(Cause::of(element.clone())));
        write(&mut page, stage, note, &name, loss);
    }
    for place in certificates(infra, element) {
        let names: Vec<&str> = infra.certificates()[place].names.iter().map(Text::as_str).collect();
        page.gap();
        page.text(Tone::Name, &format!("The certificate for {}", names.join(", ")));
        if let Some(note) = note(NoteSubject::Certificate) {
            let loss =
                Cause::all(infra).into_iter().find(|cause| matches!(cause, Cause::Certificate { place: at, .. } if *at == place));
            write(&mut page, stage, note, "the certificate", loss.map(Loss::Of));
        }
    }
    page.lines()
}

/// Writes the scenario's notes, if nothing is selected.
fn site(page: &mut Page, stage: &Stage, keymap: &Keymap) {
    let infra = stage.infra();
    page.text(Tone::Name, infra.title());
    page.text(Tone::Text, infra.summary());
    page.gap();
    for note in infra.notes() {
        page.item(Tone::Dim, "· ", Tone::Text, note, None);
    }
    page.gap();
    let key = keymap.label(AppAction::Whiteboard);
    page.text(Tone::Dim, &format!("Select a component, a server or a link, then press {key} for the notes on it."));
}

/// Writes a note. `lost` is what is lost in the sentence on what happens without the element.
fn write(page: &mut Page, stage: &Stage, note: &WhiteboardNote, name: &str, lost: Option<Loss>) {
    let said = |text: &str| text.replace("{name}", name);
    let mut part = |mark: &str, tone: Tone, text: &str| {
        if !text.is_empty() {
            page.item(Tone::Accent, &format!("{mark:<13}"), tone, text, None);
        }
    };
    part("What it is", Tone::Text, &said(&note.what));
    part("Why", Tone::Text, &said(&note.why));
    // The computed part would answer a question on the diagram.
    if stage.panels.overlays.is_suspended() {
        part("Without it", Tone::Dim, "Hidden until this question is answered.");
    } else if let Some(lost) = lost {
        let infra = stage.infra();
        let consequence = hoplight_text::consequence(infra, &loss_of(infra, lost)).to_sentence();
        part("Without it", Tone::Warn, &consequence);
        part("", Tone::Text, &said(&note.removed));
    }
    part("Say", Tone::Good, &format!("“{}”", said(&note.say)));
}

fn subject(infra: &Infrastructure, element: &Element) -> Option<NoteSubject> {
    Some(match element {
        Element::Component(id) => NoteSubject::of_kind(&infra.component(infra.find(id.as_str())?).kind),
        Element::Server(_) => NoteSubject::Server,
        Element::Hop(from, to) => NoteSubject::of_link(infra.link(infra.link_between(from.as_str(), to.as_str())?).protocol),
    })
}

/// Returns the element's name, its kind, and where it is in this design.
fn heading(infra: &Infrastructure, element: &Element, name: &str) -> String {
    match element {
        Element::Component(id) => {
            let Some(ix) = infra.find(id.as_str()) else { return name.to_owned() };
            let component = infra.component(ix);
            let on = component.server.as_ref().map_or_else(String::new, |server| format!(", on {server}"));
            let kind = component.kind.word();
            let is = if kind == id.as_str() { "the users" } else { kind };
            format!("{name}: {is}{on}{}", neighbours(infra, ix))
        }
        Element::Server(id) => {
            let runs: Vec<&str> = infra.on_server(id).map(|(_, component)| component.id.as_str()).collect();
            format!("{name}: server with {}", runs.join(", "))
        }
        Element::Hop(from, to) => {
            let protocol = infra.link_between(from.as_str(), to.as_str()).map(|link| infra.link(link).protocol.word());
            format!("{name}: {} link", protocol.unwrap_or("a"))
        }
    }
}

/// Returns who calls a component and whom it calls, in words.
fn neighbours(infra: &Infrastructure, ix: ComponentIx) -> String {
    let ends = || infra.links().map(|(link, _)| infra.ends(link));
    let ids = |all: Vec<ComponentIx>| all.into_iter().map(|ix| infra.component(ix).id.as_str()).collect::<Vec<_>>().join(", ");
    let (from, to) = (
        ids(ends().filter(|(_, to)| *to == ix).map(|(from, _)| from).collect()),
        ids(ends().filter(|(from, _)| *from == ix).map(|(_, to)| to).collect()),
    );
    match (from.is_empty(), to.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!(", called by {from}"),
        (true, false) => format!(", calls {to}"),
        (false, false) => format!(", called by {from}, calls {to}"),
    }
}

/// Returns the places of the certificates that a component holds.
fn certificates(infra: &Infrastructure, element: &Element) -> Vec<usize> {
    let Element::Component(id) = element else { return Vec::new() };
    let Some(ix) = infra.find(id.as_str()) else { return Vec::new() };
    let all = infra.certificates().iter().enumerate();
    let held = all.filter(|(_, certificate)| certificate.on.contains(id) || infra.holders(certificate).contains(&ix));
    held.map(|(place, _)| place).collect()
}
