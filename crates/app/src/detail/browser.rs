//! The users in the detail panel of their browser: the padlock, the addresses that they know, and how their requests fare.

use hoplight_analysis::port_80;
use hoplight_model::{Port80, RequestKind, TlsMode};
use hoplight_sim::RecordTarget;

use crate::detail::rate_limit;
use crate::line::Page;
use crate::stage::Stage;
use crate::tone::Tone;

/// The window over which users' experience is measured, in seconds.
const WINDOW_S: u64 = 10;

/// Writes what users see, and how their requests fare.
pub(super) fn write(page: &mut Page, stage: &Stage) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let (tone, padlock) = match infra.tls().edge {
        mode if mode != TlsMode::None && sim.lacks_certificate() => {
            (Tone::Bad, "no padlock: the site has no certificate; the browser refuses to connect")
        }
        mode if mode != TlsMode::None && sim.is_certificate_expired() => {
            (Tone::Bad, "no padlock: the certificate has expired; the browser opens no new connections")
        }
        TlsMode::None => (Tone::Plain, "no padlock: http"),
        TlsMode::Terminate | TlsMode::Reencrypt => (Tone::Good, "padlock: https, on the first hop only"),
        TlsMode::Passthrough => (Tone::Good, "padlock: https, up to the web server"),
    };
    page.text(tone, padlock);
    page.text(Tone::Text, &format!("returning users with an open connection: {}", sim.connected_users()));
    plaintext_visits(page, stage);
    addresses(page, stage);
    let totals = sim.totals();
    page.text(
        Tone::Text,
        &format!(
            "{:.0} requests/s, {} sent, {} succeeded, {} failed, {} waiting",
            sim.rate(),
            totals.offered,
            totals.completed,
            totals.failed,
            sim.in_flight()
        ),
    );
    rate_limit::attacker(page, stage);
    page.text(Tone::Dim, &format!("in the last {WINDOW_S} s:"));
    let window = std::time::Duration::from_secs(WINDOW_S);
    for kind in RequestKind::ALL {
        let seen = sim.experience(window, Some(kind));
        let ended = seen.completed + seen.failed;
        let tone = if seen.failed > 0 { Tone::Bad } else { Tone::Text };
        let ms = seen.p50_ms.map_or_else(String::new, |ms| format!(", p50 {ms:.0} ms"));
        page.item(Tone::Dim, &format!("{:<7}", kind.word()), tone, &format!("{} of {ended} failed{ms}", seen.failed), None);
    }
    let failures: Vec<_> = sim.failures().filter(|(_, count)| *count > 0).collect();
    if !failures.is_empty() {
        page.text(Tone::Dim, "failed since the start:");
    }
    for (failure, count) in failures {
        page.item(Tone::Bad, "✗ ", Tone::Text, &format!("{count} × {}", hoplight_text::failure(failure)), None);
    }
}

/// Writes how visits with `http://` fare, and how many browsers avoid them.
fn plaintext_visits(page: &mut Page, stage: &Stage) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let Some(visits) = port_80::http_visits(infra) else { return };
    let share = visits.share * 100.0;
    let (tone, what) = match visits.port_80 {
        Port80::Closed => (Tone::Bad, "port 80 is closed, so they fail"),
        Port80::Open => (Tone::Warn, "port 80 accepts them in plaintext"),
        Port80::Redirect => (Tone::Text, "port 80 redirects them to https"),
    };
    page.text(tone, &format!("{share:.0} % of the visits start with http://: {what}"));
    match visits.hsts {
        Some(hsts) if hsts.preload => page.text(Tone::Good, "HSTS, preloaded: every browser uses https from the start"),
        Some(hsts) => {
            let known = sim.https_users();
            let users = infra.traffic().users_at(sim.rate());
            page.text(
                Tone::Good,
                &format!("HSTS for {} s: {known} of {users} returning users use https from the start", hsts.max_age_s),
            );
        }
        None => page.text(Tone::Dim, &format!("no HSTS: {} returning users still know it", sim.https_users())),
    }
}

/// Writes the addresses that the site's record lists, if there are several or a standby site.
fn addresses(page: &mut Page, stage: &Stage) {
    let (infra, sim) = (stage.infra(), stage.sim());
    let listed: Vec<&str> = sim.listed_entries().map(|ix| infra.component(ix).id.as_str()).collect();
    let has_standby = infra.links().any(|(_, link)| link.standby);
    if listed.len() < 2 && !has_standby {
        return;
    }
    let records = if listed.len() == 1 { "A record" } else { "A records, in turn" };
    page.text(Tone::Text, &format!("{records}: {}", listed.join(", ")));
    if listed.len() > 1 {
        let wait_ms = infra.traffic().attempt_timeout_s.get() * 1e3;
        page.text(Tone::Dim, &format!("tries the next one if one refuses, or after {wait_ms:.0} ms without a reply"));
    }
    if has_standby {
        let (tone, site) = match sim.record_target() {
            RecordTarget::Primary => (Tone::Dim, "the standby site is not listed"),
            RecordTarget::Standby => (Tone::Warn, "the record is switched to the standby site"),
        };
        page.text(tone, site);
    }
}
