//! The state of a database in the detail panel.

use hoplight_model::DatabaseRole;
use hoplight_sim::DatabaseView;

use crate::line::Page;
use crate::tone::Tone;

/// Writes a database's current role, and whether it accepts writes.
pub(super) fn role(page: &mut Page, was: DatabaseRole, now: &DatabaseView, is_up: bool) {
    let (tone, text) = match (now.role, was) {
        _ if !is_up => (Tone::Bad, "Its data is on disk; it accepts neither reads nor writes now."),
        _ if now.writable && now.disk_full => (Tone::Bad, "Accepts reads; its disk is full, so writes fail."),
        (DatabaseRole::MultiPrimary, _) if now.writable => {
            (Tone::Good, "Writable, like every member: all members must certify each write.")
        }
        (DatabaseRole::MultiPrimary, _) => {
            (Tone::Bad, "Not part of the majority, or still catching up: it refuses all queries with error 1047.")
        }
        (DatabaseRole::Member, _) if now.writable => {
            (Tone::Good, "Writable: elected primary; a majority must acknowledge each write.")
        }
        (DatabaseRole::Member, _) => (Tone::Text, "Accepts reads only: the members elect one that accepts writes."),
        (_, DatabaseRole::Replica) if now.writable => (Tone::Good, "Writable: promoted, accepts reads and writes."),
        _ if now.writable => (Tone::Good, "Writable: accepts reads and writes."),
        (_, DatabaseRole::Primary) => (Tone::Warn, "Read-only now, although it was the primary: writes fail with error 1290."),
        _ => (Tone::Text, "Read-only: replicates the primary and serves reads; writes fail with error 1290."),
    };
    page.text(tone, text);
}

/// Writes the noteworthy parts of a database's replication state.
pub(super) fn replication(page: &mut Page, now: &DatabaseView, is_up: bool) {
    if !is_up {
        let why = match now.role {
            DatabaseRole::Primary => {
                "No lag: a primary has no replication source. SHOW REPLICA STATUS would be empty, and it does not respond now."
            }
            _ => "Lag unknown: it does not answer SHOW REPLICA STATUS now.",
        };
        page.text(Tone::Dim, why);
    }
    if now.lag_changes > 1 {
        page.text(Tone::Dim, &format!("{} changes behind", now.lag_changes));
    }
    let follows = matches!(now.role, DatabaseRole::Replica | DatabaseRole::Member);
    if is_up && now.lag_s.is_none() && follows {
        page.text(Tone::Warn, "replication is broken: lag NULL means unknown, since it receives no changes");
    }
    let counts = [("stale reads", now.stale_reads), ("lost writes", now.lost_writes), ("divergent writes", now.divergent_writes)];
    for (what, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        page.text(Tone::Warn, &format!("{what}: {count}"));
    }
}
