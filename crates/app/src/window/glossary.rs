//! The glossary: all terms with their definitions, starting with those on the screen.

use hoplight_lesson::Term;
use hoplight_model::Element;

use crate::app::App;
use crate::home::CourseItem;
use crate::line::Line;
use crate::stage_view::StageView;
use crate::tone::Tone;
use crate::window::WindowRow;

/// Returns the matching rows, best first. Without a filter, returns the terms on the screen, then all others alphabetically.
pub(super) fn rows(app: &App, filter: &str) -> Vec<WindowRow> {
    terms(app, filter).into_iter().map(|(term, here)| row(term, here)).collect()
}

/// Returns the first term that a row refers to.
pub(super) fn next(app: &App, filter: &str, at: usize) -> Option<String> {
    let (term, _) = terms(app, filter).into_iter().nth(at)?;
    term.see.first().map(ToString::to_string)
}

/// Returns the terms of the rows, each with a flag that is set if it is on the screen.
fn terms<'a>(app: &'a App, filter: &str) -> Vec<(&'a Term, bool)> {
    let glossary = app.library.glossary();
    if !filter.trim().is_empty() {
        return glossary.search(filter).into_iter().map(|term| (term, false)).collect();
    }
    let here = glossary.in_text(&shown(app));
    let others: Vec<&Term> = glossary.terms().iter().filter(|term| !here.contains(term)).collect();
    here.into_iter().map(|term| (term, true)).chain(others.into_iter().map(|term| (term, false))).collect()
}

fn row(term: &Term, here: bool) -> WindowRow {
    let also: Vec<&str> = term.distinct_names().skip(1).map(|also| &**also).collect();
    let also = if also.is_empty() { String::new() } else { format!("  {}", also.join(", ")) };
    let line = Line::new(if here { Tone::Name } else { Tone::Text }, term.term.as_str()).with(Tone::Dim, also);
    WindowRow { line, right: if here { "on screen".into() } else { String::new() }, about: term.about(), found_by: String::new() }
}

/// Returns the text on the screen: the step or question, the selected element, or the selected line of the course map.
fn shown(app: &App) -> String {
    let mut text: Vec<String> = Vec::new();
    match app.stage() {
        Some(stage) => {
            if let Some(step) = stage.session.lesson.as_ref().and_then(|run| run.step()) {
                text.push(step.title.to_string());
            }
            if let Some(Element::Component(id)) = &stage.session.selected
                && let Some(ix) = stage.infra().find(id.as_str())
            {
                text.push(stage.infra().component(ix).kind.word().to_owned());
            }
            text.extend(StageView::of(app).iter().flat_map(StageView::texts));
        }
        None => match app.home.item() {
            Some(CourseItem::Lesson(lesson)) => text.extend([lesson.title.to_string(), lesson.summary.to_string()]),
            Some(CourseItem::Scenario(infra)) => text.extend([infra.title().to_owned(), infra.summary().to_owned()]),
            Some(CourseItem::Activity(activity)) => text.extend(activity.about.iter().cloned()),
            None => {}
        },
    }
    text.join(" ")
}
