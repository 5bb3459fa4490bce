//! The report on a group as plain text.

use std::fmt::Write as _;

use super::super::format::{Align, aligned, counted, hanging};
use super::group::{Group, Learner, distinct};
use super::help::HelpRule;

/// Fewest learners who share a misconception or miss a demand.
const SHARED_BY: usize = 2;

pub(super) fn table(group: &Group) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", counted(group.len(), "learner"));
    let head = ["name", "lessons", "80 %", "missions", "drills", "exams", "reviews", "practice", "days", "latest"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(group.learners.iter().filter(|learner| !learner.superseded).map(row));
    let aligns: Vec<Align> = (0..head.len()).map(|at| if at == 0 { Align::Left } else { Align::Right }).collect();
    text += &aligned(&rows, &aligns);
    text += "\n";
    text += &files(group);
    text += &help(group);
    text += &shared(group);
    text
}

fn row(learner: &Learner) -> Vec<String> {
    let exams: Vec<String> = learner.exams.iter().map(|exam| format!("{}: {} %", exam.stage, exam.percent)).collect();
    let none = || "-".to_owned();
    let counts = [learner.lessons, learner.mastered, learner.missions, learner.drills].map(|count| count.to_string());
    let mut row = vec![learner.name.clone()];
    row.extend(counts);
    row.push(if exams.is_empty() { none() } else { exams.join(", ") });
    row.extend([learner.reviews, learner.practice, learner.days].map(|count| count.to_string()));
    row.push(learner.latest.clone().unwrap_or_else(none));
    row
}

/// Files that were copied, cut, edited or superseded.
fn files(group: &Group) -> String {
    let mut text = String::new();
    for learner in &group.learners {
        let mut lines: Vec<String> = learner.flaws.iter().map(|flaw| format!("{}.", flaw.text)).collect();
        lines.extend(learner.copied.iter().map(|part| {
            let (count, until) = (counted(part.attempts, "attempt"), &part.until);
            if part.same_name {
                format!("{count} as in {}, until {until}, but each has attempts that the other lacks.", part.file)
            } else {
                format!("copied: {count} in common with {} ({}), until {until}.", part.name, part.file)
            }
        }));
        if learner.superseded {
            lines.push("superseded by another file of the same learner; it does not count.".to_owned());
        }
        if learner.dropped > 0 {
            lines.push(format!("{} old attempts are not in the file: it had reached its limit.", learner.dropped));
        }
        if !lines.is_empty() {
            let _ = writeln!(text, "  {}: {}", learner.name, learner.file);
        }
        for line in lines {
            text += &hanging("- ", &line, 4);
        }
    }
    if text.is_empty() {
        "Files: no chain is broken, and no two have attempts in common.\n\n".to_owned()
    } else {
        format!("Files\n{text}\n")
    }
}

/// Who needs help, and by which rule.
fn help(group: &Group) -> String {
    let mut text = String::new();
    for learner in group.learners.iter().filter(|learner| !learner.superseded && !learner.help.is_empty()) {
        let _ = writeln!(text, "  {}", learner.name);
        for help in &learner.help {
            text += &hanging("- ", &format!("{}: {}", help.rule.name(), help.reason), 4);
        }
    }
    if text.is_empty() {
        text += "Help: no rule holds for anyone.\n";
    } else {
        text = format!("Who needs help\n{text}");
    }
    text += "  The rules:\n";
    for rule in HelpRule::ALL {
        text += &hanging("- ", &format!("{}: {}", rule.name(), rule.says()), 4);
    }
    text + "\n"
}

/// Misconceptions and demands that several learners have in common.
fn shared(group: &Group) -> String {
    let mut text = String::new();
    let shared: Vec<_> = group.misconceptions.iter().filter(|held| distinct(&held.learners).len() >= SHARED_BY).collect();
    if shared.is_empty() {
        text += "Misconceptions: none is held by two learners.\n";
    } else {
        text += "Misconceptions that learners share\n";
    }
    for held in shared {
        let right = held.correction.map_or_else(String::new, |right| format!(" Right: {right}."));
        let count = format!("{} of {}", held.learners.len(), group.len());
        text += &hanging("- ", &format!("{}.{right} {count}: {}", held.belief, held.learners.join(", ")), 2);
    }
    let missed: Vec<_> = group.demands.iter().filter(|missed| distinct(&missed.learners).len() >= SHARED_BY).collect();
    if !missed.is_empty() {
        text += "\nDemands that learners missed last\n";
    }
    for demand in missed {
        let count = format!("{} of {}", demand.learners.len(), group.len());
        text += &hanging("- ", &format!("{}. {count}: {}", demand.title, demand.learners.join(", ")), 2);
    }
    text
}
