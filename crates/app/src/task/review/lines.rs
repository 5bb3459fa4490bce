//! The panel of a design review.

use hoplight_exam::review::{JudgedMark, ReviewFigures, ReviewPart, ReviewResult, SentenceVerdict, ServerLoss};

use super::{POINTER, ReviewLine, ReviewTask, mark_sign, mark_tone};
use crate::action::{ReviewAction, TaskAction};
use crate::keymap::Keymap;
use crate::line::{Line, Page};
use crate::tone::Tone;

/// Returns the lines for a width. `with_guide` adds what else there is to mark; on a small screen, it is always there.
pub(super) fn of(task: &ReviewTask, keymap: &Keymap, wide: bool, with_guide: bool, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    match task.run.result() {
        None => {
            text(task, wide, &mut page);
            if wide && with_guide {
                page.gap();
            }
            if with_guide {
                write_guide(task, keymap, &mut page);
            }
        }
        Some(result) => judged(task, result, keymap, wide, &mut page),
    }
    page.lines()
}

/// Returns the lines that say what there is to mark, and what is marked.
pub(super) fn guide(task: &ReviewTask, keymap: &Keymap, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    write_guide(task, keymap, &mut page);
    page.lines()
}

/// The sentences. A small screen shows the current one only.
fn text(task: &ReviewTask, wide: bool, page: &mut Page) {
    let form = task.run.review().form();
    let count = form.sentences.len();
    for (place, sentence) in form.sentences.iter().enumerate() {
        let is_current = place == task.current;
        if !wide && !is_current {
            continue;
        }
        let is_marked = task.run.sentences().contains(&place);
        let sign = if is_marked { "☑" } else { "☐" };
        let pointer = if is_current { POINTER } else { ' ' };
        let number = if wide { format!("{:>2}", place + 1) } else { format!("{}/{count}", place + 1) };
        let tone = match (is_current, is_marked) {
            (_, true) => Tone::Warn,
            (true, false) => Tone::Name,
            (false, false) => Tone::Text,
        };
        let action = ReviewAction::Sentence(place).into();
        page.item(Tone::Accent, &format!("{pointer}{sign} {number} "), tone, &sentence.says, Some(&action));
    }
}

fn write_guide(task: &ReviewTask, keymap: &Keymap, page: &mut Page) {
    let form = task.run.review().form();
    let key = |action: ReviewAction| format!("{} ", keymap.label(action));
    let list = |items: Vec<String>| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    let ask = "Mark the sentences that are wrong or do not fit this diagram.";
    page.item(Tone::Accent, &key(ReviewAction::MarkSentence), Tone::Name, ask, None);
    let sentences = list(task.run.sentences().iter().map(|place| (place + 1).to_string()).collect());
    let (next, previous) = (keymap.label(ReviewAction::NextLine), keymap.label(ReviewAction::PreviousLine));
    page.item(Tone::Dim, "marked: ", Tone::Text, &format!("{sentences}  ({next}: next, {previous}: previous)"), None);
    page.item(Tone::Accent, &key(ReviewAction::MarkElement), Tone::Name, &form.elements.ask, None);
    let elements = list(task.run.elements().iter().map(ToString::to_string).collect());
    page.item(Tone::Dim, "marked: ", Tone::Text, &elements, None);
    let (chosen, all) = (task.run.rules().len(), task.run.truth().options().len());
    let findings = ReviewAction::Findings;
    let ask = format!("Choose the findings that apply: {chosen} of {all} chosen.");
    page.item(Tone::Accent, &key(findings), Tone::Name, &ask, Some(&findings.into()));
    let submit = ReviewAction::Submit;
    page.item(Tone::Accent, &key(submit), Tone::Dim, "submits all three parts.", Some(&submit.into()));
}

/// The result with the explanations and the figures. A small screen shows the current explanation only.
fn judged(task: &ReviewTask, result: &ReviewResult, keymap: &Keymap, wide: bool, page: &mut Page) {
    let tone = if result.is_passed() { Tone::Good } else { Tone::Warn };
    let part = |part: ReviewPart| {
        let (hits, wrong, right) = result.counts(part);
        let name = match part {
            ReviewPart::Sentences => "sentences",
            ReviewPart::Elements => "elements",
            ReviewPart::Findings => "findings",
        };
        let wrong = if wrong == 0 { String::new() } else { format!(" ({wrong} marked by mistake)") };
        format!("{name} {hits}/{right}{wrong}")
    };
    let parts: Vec<String> = ReviewPart::ALL.into_iter().map(part).collect();
    page.item(tone, &format!("{} % ", result.percent()), Tone::Text, &format!("{}.", parts.join(", ")), None);
    figures(task, keymap, wide, page);
    if wide {
        page.gap();
    }
    let explained = task.explained();
    let count = explained.len();
    for (place, item) in explained.iter().enumerate() {
        let is_current = place == task.current;
        if !wide && !is_current {
            continue;
        }
        let pointer = if is_current { POINTER } else { ' ' };
        let number = match &item.line {
            ReviewLine::Sentence(place) => format!("{} ", place + 1),
            ReviewLine::Element(_) | ReviewLine::Finding(_) => String::new(),
        };
        let of = if wide { String::new() } else { format!("{}/{count} ", place + 1) };
        let action = ReviewAction::Sentence(place).into();
        let mark = format!("{pointer}{of}{}{number}", mark_sign(item.mark));
        let text_tone = if item.mark == JudgedMark::Rest { Tone::Dim } else { Tone::Name };
        page.item(mark_tone(item.mark), &mark, text_tone, &item.says, Some(&action));
        // What was judged rightly is explained on request.
        let is_mistake = matches!(item.mark, JudgedMark::Miss | JudgedMark::False);
        if is_current || is_mistake {
            let words = match (&item.line, item.mark) {
                (ReviewLine::Sentence(at), JudgedMark::Hit) => {
                    let verdict = task.run.review().form().sentences.get(*at).map(|sentence| sentence.verdict);
                    if verdict == Some(SentenceVerdict::NotDrawn) { "found, not in the diagram: " } else { "found, wrong: " }
                }
                (ReviewLine::Sentence(_), JudgedMark::False | JudgedMark::Rest) => "right: ",
                (ReviewLine::Sentence(_) | ReviewLine::Element(_) | ReviewLine::Finding(_), JudgedMark::Miss) => "missed: ",
                (ReviewLine::Element(_) | ReviewLine::Finding(_), JudgedMark::False) => "does not apply: ",
                (ReviewLine::Element(_) | ReviewLine::Finding(_), JudgedMark::Hit | JudgedMark::Rest) => "found: ",
            };
            page.item(mark_tone(item.mark), &format!("   {words}"), Tone::Text, &item.why, None);
        }
    }
    if wide && !result.further.is_empty() {
        page.gap();
        page.text(Tone::Name, "Not in the list, but found by the analysis");
        for (finding, more) in &result.further {
            let others = if *more > 1 { format!(" ({more} in all)") } else { String::new() };
            page.item(Tone::Dim, "· ", Tone::Text, &format!("{}{others}", hoplight_text::finding(finding).message), None);
        }
    }
    if wide {
        page.gap();
    }
    let (next, other) = (keymap.label(ReviewAction::NextLine), keymap.label(TaskAction::Next));
    page.item(
        Tone::Accent,
        &format!("{next} "),
        Tone::Dim,
        &format!("next explanation; {other}: next review."),
        Some(&ReviewAction::NextLine.into()),
    );
}

/// The figures of both designs, as far as they are measured.
fn figures(task: &ReviewTask, keymap: &Keymap, wide: bool, page: &mut Page) {
    let Some(difference) = &task.difference else {
        page.text(Tone::Dim, "Measuring both designs: each run loses one server.");
        return;
    };
    let (before, after) = (&difference.before, &difference.after);
    let key = keymap.label(ReviewAction::Repaired);
    let which = if task.shows_repaired { "shows the design as written" } else { "shows the repaired design" };
    let action = ReviewAction::Repaired.into();
    page.item(Tone::Accent, &format!("{key} "), Tone::Dim, &format!("{which}. As written → repaired:"), Some(&action));
    let worst = |figures: &ReviewFigures| {
        let lost = figures.worst().map_or_else(String::new, |loss| format!(" ({})", loss.lost));
        format!("{}{lost}", percent(figures.worst().map_or(0.0, ServerLoss::share)))
    };
    let rows = [
        ("single points of failure", before.single_points.to_string(), after.single_points.to_string()),
        ("readable hops", before.readable_hops.to_string(), after.readable_hops.to_string()),
        ("writes available", available(before.availability), available(after.availability)),
        ("failed requests after the worst loss", worst(before), worst(after)),
        ("on average over all losses", percent(before.mean_share()), percent(after.mean_share())),
    ];
    if wide {
        for (name, old, new) in rows {
            page.item(Tone::Dim, &format!("{name}: "), Tone::Text, &format!("{old} → {new}"), None);
        }
    } else {
        let rows: Vec<String> = rows.iter().take(4).map(|(name, old, new)| format!("{name} {old} → {new}")).collect();
        page.text(Tone::Text, &format!("{}.", rows.join("; ")));
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn available(share: f64) -> String {
    format!("{:.3} %", share * 100.0)
}
