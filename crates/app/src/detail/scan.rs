//! The result of the last port scan, in the panels of a server and of its firewall.

use hoplight_model::ServerId;
use hoplight_sim::Port;

use crate::line::Page;
use crate::stage::Stage;
use crate::tone::Tone;

/// Writes what the last port scan found on a server; nothing before the first scan.
pub(super) fn write(page: &mut Page, stage: &Stage, server: &ServerId) {
    let findings = stage.sim().findings();
    for (says, tone, result) in [
        (Port::Open, Tone::Warn, "open"),
        (Port::Closed, Tone::Text, "closed: the connection is refused"),
        (Port::Filtered, Tone::Good, "filtered: no response"),
    ] {
        let these = findings.iter().filter(|finding| finding.server == *server && finding.says == says);
        let ports: Vec<String> = these.map(|finding| finding.port.to_string()).collect();
        if !ports.is_empty() {
            page.item(Tone::Dim, "scan: ", tone, &format!("{} {result}", ports.join(", ")), None);
        }
    }
}

/// Counts what the last port scan found on all servers.
pub(crate) fn summary(stage: &Stage) -> String {
    let servers = stage.infra().servers().count();
    let whose = if servers == 1 { "the server".to_owned() } else { format!("all {servers} servers") };
    let count = |says| stage.sim().findings().iter().filter(|finding| finding.says == says).count();
    let [open, closed, filtered] = [Port::Open, Port::Closed, Port::Filtered].map(count);
    format!("Port scan of {whose}: {open} open, {closed} closed (refused), {filtered} filtered (no response).")
}
