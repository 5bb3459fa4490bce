//! What is known to be true of the drawings in a folder of cases, which is not part of the repository.
//!
//! The folder is named by the environment variable `HOPLIGHT_CASES`; otherwise, it is `shared/cases` beside the
//! repository or beside its parent folder. Without such a folder, these tests check nothing.

use std::path::{Path, PathBuf};

use hoplight::analysis::Verdict::{self, Degraded, Stops, Works};
use hoplight::model::Infrastructure;

/// What the first comment of a file says, as far as it can be checked.
pub(crate) struct Truth {
    pub(crate) file: &'static str,
    /// Verdicts on static pages, reads and writes without a loss.
    pub(crate) whole: [Verdict; 3],
    /// Losses and their verdicts on static pages, reads and writes.
    pub(crate) losses: &'static [(&'static str, [Verdict; 3])],
    /// Findings that the drawing has.
    pub(crate) findings: &'static [&'static str],
    /// Findings that it must not have.
    pub(crate) no_findings: &'static [&'static str],
}

const WORKS: [Verdict; 3] = [Works; 3];
const STOPS: [Verdict; 3] = [Stops; 3];
/// A site without applications, whose users ask for static pages only.
const FILES: [Verdict; 3] = [Works, Stops, Stops];
/// A truth without losses and findings.
const PLAIN: Truth = Truth { file: "", whole: WORKS, losses: &[], findings: &[], no_findings: &[] };

pub(crate) const ALL: &[Truth] = &[
    Truth {
        file: "a02-distributed-own-db.ron",
        whole: [Works, Works, Degraded],
        losses: &[
            ("component haproxy", STOPS),
            ("server lb", STOPS),
            ("component primary", [Works, Degraded, Stops]),
            ("server server-1", [Works, Works, Stops]),
        ],
        findings: &["writes-to-replica", "single-point"],
        no_findings: &[],
    },
    Truth {
        file: "a03b-master-master.ron",
        losses: &[("component lb1", STOPS), ("server lb", STOPS)],
        findings: &["two-writers", "single-point", "secrets-in-the-clear"],
        ..PLAIN
    },
    Truth {
        file: "a06-two-web-one-db.ron",
        losses: &[
            ("component haproxy", STOPS),
            ("server lb", STOPS),
            ("component mysql", [Works, Stops, Stops]),
            ("server db", [Works, Stops, Stops]),
        ],
        findings: &["unwatched", "one-copy", "secrets-in-the-clear"],
        ..PLAIN
    },
    Truth {
        file: "a07-active-active-lb.ron",
        losses: &[
            ("component nginx", STOPS),
            ("component code", [Works, Stops, Stops]),
            ("component mysql", [Works, Stops, Stops]),
        ],
        findings: &["balances-nothing"],
        ..PLAIN
    },
    Truth {
        file: "a11-two-lanes.ron",
        losses: &[
            ("component web-1", STOPS),
            ("component web-2", WORKS),
            ("component app-2", WORKS),
            // The replica is read-only.
            ("server lb1", [Works, Works, Stops]),
        ],
        ..PLAIN
    },
    Truth { file: "a15-cdn-cache.ron", no_findings: &["unlike-backends"], ..PLAIN },
    Truth { file: "b01-keepalived-pair.ron", whole: FILES, losses: &[("server s1", FILES)], ..PLAIN },
    Truth {
        file: "b04-check-asks-database.ron",
        losses: &[("component db", STOPS)],
        findings: &["check-needs-database"],
        ..PLAIN
    },
    Truth {
        file: "b05-app-dead-behind-web.ron",
        losses: &[("component rails-1", [Works, Degraded, Degraded]), ("component db", [Works, Stops, Stops])],
        findings: &["shallow-check"],
        ..PLAIN
    },
    Truth { file: "b08d-lag30.ron", losses: &[("component db-1", WORKS)], ..PLAIN },
    Truth { file: "b11-certificate.ron", findings: &["certificate-expires-soon"], ..PLAIN },
    Truth { file: "b12b-two-resolvers.ron", whole: FILES, ..PLAIN },
    Truth { file: "b15-too-many-connections.ron", losses: &[("component db", [Works, Stops, Stops])], ..PLAIN },
    Truth { file: "b17-check-timeout.ron", losses: &[("component app-1", WORKS)], ..PLAIN },
    Truth {
        file: "d1-edge-haproxy-two-apps.ron",
        losses: &[
            ("component edge", STOPS),
            ("component balancer", [Works, Stops, Stops]),
            ("server docker-host", STOPS),
            ("component web1", WORKS),
        ],
        findings: &["single-point"],
        no_findings: &["kind-does-not-work"],
        ..PLAIN
    },
    Truth {
        file: "d3-compose-keepalived.ron",
        whole: FILES,
        losses: &[("component haproxy", STOPS), ("server docker-host", STOPS)],
        findings: &["single-point", "monitoring-on-watched-server"],
        ..PLAIN
    },
    Truth {
        file: "d6b-with-database.ron",
        losses: &[
            ("component haproxy", STOPS),
            ("server docker-host", STOPS),
            ("component nginx-1", WORKS),
            ("component app-1", WORKS),
        ],
        ..PLAIN
    },
    Truth { file: "m1-write-to-replica.ron", whole: [Works, Works, Degraded], findings: &["writes-to-replica"], ..PLAIN },
    Truth { file: "m2-vrrp-lanes.ron", whole: FILES, losses: &[("component web-1", STOPS), ("component web-2", FILES)], ..PLAIN },
    Truth {
        file: "m3-check-database.ron",
        losses: &[("component db", STOPS), ("component app-1", WORKS)],
        findings: &["check-needs-database"],
        ..PLAIN
    },
    Truth { file: "m4-two-primaries.ron", findings: &["two-writers"], ..PLAIN },
    Truth {
        // The only server of the databases is silent: the application waits, so static pages find no free worker.
        file: "m5-replica-beside-primary.ron",
        losses: &[("server db", [Degraded, Stops, Stops]), ("component db-1", WORKS)],
        findings: &["copies-on-one-server"],
        ..PLAIN
    },
    Truth {
        file: "m6-content-switch.ron",
        losses: &[("component files", [Stops, Works, Works])],
        no_findings: &["unlike-backends"],
        ..PLAIN
    },
    Truth { file: "m7-read-through.ron", no_findings: &["kind-does-not-work"], ..PLAIN },
    Truth { file: "m8-tls-without-certificate.ron", findings: &["no-certificate"], ..PLAIN },
];

/// The folder of cases, if there is one.
fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("HOPLIGHT_CASES") {
        return Some(PathBuf::from(named));
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = [repository.parent(), repository.parent().and_then(Path::parent)];
    above.into_iter().flatten().map(|above| above.join("shared").join("cases")).find(|folder| folder.is_dir())
}

/// The drawings in the folder of cases, by file name. Prints a message if there are none.
pub(crate) fn drawings() -> Vec<(String, Infrastructure)> {
    let Some(entries) = folder().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        eprintln!("no folder of cases: set HOPLIGHT_CASES to check one");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ron"));
    files.sort();
    let read = |file: PathBuf| {
        let name = file.file_name()?.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).ok()?;
        match Infrastructure::from_ron(&name, &text) {
            Ok(infra) => Some((name, infra)),
            Err(error) => {
                eprintln!("{name} cannot be read: {error}");
                None
            }
        }
    };
    files.into_iter().filter_map(read).collect()
}
