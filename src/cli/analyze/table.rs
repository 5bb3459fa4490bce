//! The report of `analyze` as plain text, at most 80 columns wide unless names are very long.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crossterm::style::Stylize;
use indexmap::IndexMap;

use crate::cli::format::{Align, aligned, counted, hanging, number, paragraph, rounded_down};
use hoplight_analysis::Severity;
use hoplight_model::text::sanitise;

use super::report::{FindingReport, HopReport, PriceReport, Report};

/// Renders the report, with coloured severities if `colours` is set.
pub(super) fn of(report: &Report, colours: bool) -> String {
    let mut text = format!("{}: {}\n", report.scenario, report.title);
    let _ = writeln!(text, "TLS {}, {} requests/s", report.tls, number(report.load_rps));
    if report.works() {
        text += &broken(report);
        text += &counts(report);
        text += &availability(report);
        text += &capacity(report);
        text += &spofs(report);
        text += &losses(report);
        text += &plaintext(report);
        text += &shared(report);
    } else {
        // The other sections would be misleading: no single points of failure, nothing readable.
        text += &broken(report);
        let _ = write!(text, "\n{}", paragraph(&severities(report), 2));
    }
    text += &reach(report);
    // Sanitise before adding colours, which are control sequences as well.
    let mut text = sanitise(&text);
    text += &findings(report, colours);
    text
}

fn head(title: &str) -> String {
    format!("\n{title}\n")
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// The kinds of request that never work. Prints a single line if all of them fail for the same reason.
fn broken(report: &Report) -> String {
    let said = |kind: &str, why: &str| format!("\n{}", paragraph(&format!("No {kind} works: {why}."), 0));
    let reasons: BTreeSet<&String> = report.broken.values().collect();
    match (report.works(), reasons.first()) {
        (false, Some(why)) if reasons.len() == 1 => said("request of any kind", why),
        (works, _) => {
            let first = if works { String::new() } else { "\nNo request of any kind works.\n".to_owned() };
            let sent = report.broken.iter().filter(|(kind, _)| report.sent.contains(*kind));
            let kinds = sent.map(|(kind, why)| said(&format!("{kind} request"), why));
            std::iter::once(first).chain(kinds).collect()
        }
    }
}

/// The number of findings of each severity.
fn severities(report: &Report) -> String {
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    format!("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note"))
}

fn counts(report: &Report) -> String {
    let parts = report.spofs.iter().filter(|spof| matches!(spof.kind, "component" | "server")).count();
    let exposed = report.plaintext_hops.iter().filter(|hop| hop.exposed).count();
    let words = format!(
        "{}; {} of failure among servers and components, {} readable on a network, {}",
        severities(report),
        counted(parts, "single point"),
        counted(exposed, "hop"),
        counted(report.shared_flaws.len(), "shared version"),
    );
    format!("\n{}", paragraph(&words, 2))
}

fn availability(report: &Report) -> String {
    let mut rows = vec![cells(["", "availability", "downtime per year", "mostly due to"])];
    for (kind, down) in &report.downtime {
        let worst: Vec<String> =
            down.contributors.iter().take(2).map(|of| format!("{} ({:.0} %)", of.id, of.share * 100.0)).collect();
        let sampled = if down.interval.is_some() { "~" } else { "" };
        let works = format!("{sampled}{}", nines(down.unavailability));
        let down = if report.broken.contains_key(kind) { "always".to_owned() } else { duration(down.minutes_a_year) };
        rows.push(cells([kind, &works, &down, &worst.join(", ")]));
    }
    let mut text =
        head("Availability (long-run average)") + &aligned(&rows, &[Align::Left, Align::Right, Align::Right, Align::Left]);
    if let Some([low, high]) = report.downtime.values().find_map(|down| down.interval) {
        let note = format!(
            "~ estimated by random sampling: too many elements depend on each other for the exact value. The 95 % confidence \
             interval of the first estimate is {} to {}.",
            nines(high),
            nines(low)
        );
        text += &paragraph(&note, 2);
    }
    text + &paragraph(&format!("Assumed: {}", report.assumed), 2)
}

/// Formats an availability, rounded so that one digit of the unavailability is left: the MTBFs are assumptions.
fn nines(unavailability: f64) -> String {
    let places = if unavailability > 0.0 { (-unavailability.log10()).ceil().clamp(2.0, 12.0) } else { 2.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 12")]
    let places = places as usize - 2;
    format!("{:.places$} %", (1.0 - unavailability) * 100.0)
}

/// Formats a downtime, rounded to two significant digits: the MTBFs are assumptions, but designs that differ by a fifth should
/// not look the same.
fn duration(minutes: f64) -> String {
    let (value, unit) = match minutes {
        minutes if minutes >= 2_880.0 => (minutes / 1_440.0, "day"),
        minutes if minutes >= 120.0 => (minutes / 60.0, "hour"),
        minutes if minutes >= 2.0 => (minutes, "minute"),
        minutes if minutes >= 1.0 / 60.0 => (minutes * 60.0, "second"),
        _ => return "less than a second".to_owned(),
    };
    let digit = 10f64.powf(value.log10().floor() - 1.0);
    let rounded = (value / digit).round() * digit;
    let figure = if rounded < 9.95 { format!("{rounded:.1}") } else { format!("{rounded:.0}") };
    let figure = figure.trim_end_matches(".0");
    format!("about {figure} {unit}{}", if figure == "1" { "" } else { "s" })
}

fn capacity(report: &Report) -> String {
    let load = report.load_rps;
    let mut rows = vec![cells(["", "max/s", "bottleneck", &format!("headroom at {}/s", number(load))])];
    for (kind, capacity) in &report.capacity {
        let Some(of) = capacity else {
            rows.push(cells([kind, "-", "-", "-"]));
            continue;
        };
        let room = if *kind != "mix" {
            String::new()
        } else if load > of.rps {
            format!("none: load is {:.1} × the capacity", load / of.rps)
        } else {
            format!("{:.1} × the load", of.rps / load)
        };
        rows.push(cells([kind, &rounded_down(of.rps), &of.bottleneck, &room]));
    }
    let mut text = head("Capacity (requests/s of one kind alone, and of the mix)");
    text += &aligned(&rows, &[Align::Left, Align::Right, Align::Left, Align::Left]);
    if let Some(Some(mix)) = report.capacity.get("mix") {
        text += &paragraph(&mix.why, 2);
    }
    match &report.capacity_spofs {
        None => text += "  Too many elements to check the loss of each.\n",
        Some(overloads) if overloads.is_empty() => {
            text += "  After any single loss, the remaining capacity carries this load.\n";
        }
        Some(overloads) => overloads.iter().for_each(|overload| text += &paragraph(&overload.why, 2)),
    }
    text
}

fn spofs(report: &Report) -> String {
    let mut text = head("Single points of failure");
    if report.spofs.is_empty() {
        text += "  none\n";
    } else {
        let mut rows = vec![cells(["element", "kind", "stops", "degrades"])];
        for spof in report.spofs.iter().filter(|spof| spof.kind != "resolver") {
            let degrades = if spof.degrades.is_empty() { "-".to_owned() } else { spof.degrades.join(", ") };
            rows.push(cells([&spof.id, spof.kind, &spof.breaks.join(", "), &degrades]));
        }
        text += &aligned(&rows, &[Align::Left; 4]);
        for spof in report.spofs.iter().filter(|spof| spof.kind == "resolver") {
            let stops = spof.breaks.join(", ");
            let note =
                format!("Outside the site: {}, the users' resolver: once cached addresses have expired, {stops} stop.", spof.id);
            text += &paragraph(&note, 2);
        }
    }
    if report.cuts_up_to > 1 {
        text += &head("Sets of failures that stop a kind of request only together");
        let mut rows = vec![cells(["elements", "stop"])];
        rows.extend(report.cuts.iter().map(|cut| cells([&cut.causes.join(" + "), &cut.breaks.join(", ")])));
        if report.cuts.is_empty() {
            let _ = writeln!(text, "  none with up to {} failures", report.cuts_up_to);
        } else {
            text += &aligned(&rows, &[Align::Left; 2]);
        }
    }
    if report.cuts_unfinished {
        text += "  Too many sets to check them all: some may be missing.\n";
    }
    text
}

/// The losses with a lasting effect, one line per element.
fn losses(report: &Report) -> String {
    let mut text = head("Losses with a lasting effect (share of requests that fail in the long run)");
    let mut rows = vec![cells(["element", "kind", "static", "read", "write"])];
    // A kind that never works has nothing to lose.
    let lasts = |(kind, verdict): (&&str, &&str)| *verdict != "works" && !report.broken.contains_key(*kind);
    for loss in report.losses.iter().filter(|loss| loss.verdicts.iter().any(lasts)) {
        let cell = |kind: &str| match loss.verdicts[kind] {
            _ if report.broken.contains_key(kind) => "-".to_owned(),
            "degraded" => format!("{:.0} %", loss.failing[kind] * 100.0),
            word => word.to_owned(),
        };
        rows.push(cells([&loss.id, loss.kind, &cell("static"), &cell("read"), &cell("write")]));
    }
    if rows.len() == 1 {
        return text + "  none\n";
    }
    text += &aligned(&rows, &[Align::Left, Align::Left, Align::Right, Align::Right, Align::Right]);
    text
}

fn plaintext(report: &Report) -> String {
    let mut text = head("Unencrypted hops");
    if report.plaintext_hops.is_empty() {
        text += "  none\n";
    } else {
        let place = |hop: &HopReport| if hop.exposed { "on a network" } else { "inside a server" };
        let mut rows = vec![cells(["hop", "where", "readable"])];
        for hop in &report.plaintext_hops {
            rows.push(cells([&format!("{} → {}", hop.from, hop.to), place(hop), &hop.labels.join(", ")]));
        }
        text += &aligned(&rows, &[Align::Left; 3]);
    }
    text += &paragraph(&report.tls_price.why, 2);
    // The four modes at the entry, combined with the current TLS setting inside the site.
    let here = &report.tls_price;
    let like_here = |price: &&PriceReport| (price.web_to_app, price.app_to_db) == (here.web_to_app, here.app_to_db);
    let mut rows = vec![cells(["TLS at the entry", "first login", "keys at", "readable hops", "features lost"])];
    for price in report.tls_prices.iter().filter(like_here) {
        let mark = if price.tls == here.tls { "▸ " } else { "  " };
        let lost = if price.lost.is_empty() { "none".to_owned() } else { price.lost.len().to_string() };
        let keys = if price.keys_at.is_empty() { "-".to_owned() } else { counted(price.keys_at.len(), "place") };
        let work = format!("{} ms", number(price.handshake_ms));
        rows.push(cells([&format!("{mark}{}", price.tls), &work, &keys, &price.exposed.len().to_string(), &lost]));
    }
    text + &aligned(&rows, &[Align::Left, Align::Right, Align::Right, Align::Right, Align::Left])
}

fn shared(report: &Report) -> String {
    if report.shared_flaws.is_empty() {
        return String::new();
    }
    let mut rows = vec![cells(["version", "used by", "a flaw stops"])];
    for flaw in &report.shared_flaws {
        let stops = if flaw.breaks.is_empty() { "nothing".to_owned() } else { flaw.breaks.join(", ") };
        rows.push(cells([&flaw.software, &flaw.components.join(", "), &stops]));
    }
    head("Shared software") + &aligned(&rows, &[Align::Left; 3])
}

fn reach(report: &Report) -> String {
    let mut text = head("Open ports");
    let mut rows = vec![cells(["from", "to"])];
    let mut from: Option<&str> = None;
    for open in report.reach.iter().filter(|reach| reach.open) {
        let target = format!("{}:{}", open.to, open.port);
        if from == Some(&open.from) {
            if let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) {
                cell.extend([", ", &target]);
            }
        } else {
            rows.push(cells([&open.from, &target]));
            from = Some(&open.from);
        }
    }
    text += &aligned(&rows, &[Align::Left; 2]);
    text
}

fn findings(report: &Report, colours: bool) -> String {
    let mut text = head("Findings");
    if report.findings.is_empty() {
        return text + "  none\n";
    }
    // Group findings by rule, to print the reason and the remedy once per rule.
    let mut rules: IndexMap<&str, Vec<&FindingReport>> = IndexMap::new();
    for finding in &report.findings {
        rules.entry(finding.id).or_default().push(finding);
    }
    for same in rules.values() {
        let Some(first) = same.first() else { continue };
        let word = first.severity.word();
        let head = hanging(&format!("{word}  "), &format!("{}: {}", first.id, first.title), 2);
        let coloured = match first.severity {
            Severity::Error if colours => word.red().bold().to_string(),
            Severity::Warning if colours => word.yellow().to_string(),
            _ => word.to_owned(),
        };
        text.extend(["\n", &head.replacen(word, &coloured, 1)]);
        for finding in same {
            text += &hanging("- ", &sanitise(&finding.message), 4);
        }
        text += &hanging("Why: ", first.why, 4);
        text += &hanging("Fix: ", first.fix, 4);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn downtimes_have_two_significant_digits() {
        let shown = [13.2 * 60.0, 15.6 * 60.0, 99.6, 3.04 * 60.0, 9.97 * 1440.0, 1.0, 1.0 / 60.0, 0.001].map(duration);
        let expected = [
            "about 13 hours",
            "about 16 hours",
            "about 100 minutes",
            "about 3 hours",
            "about 10 days",
            "about 60 seconds",
            "about 1 second",
            "less than a second",
        ];
        assert_eq!(shown, expected);
    }
}
