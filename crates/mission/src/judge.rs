//! Judging a goal by the records of its trial, or by the design.

use hoplight_analysis::exposure::Exposure;
use hoplight_analysis::firewalls::{ConnectionAttempt, Flaw, Vantage};
use hoplight_analysis::plaintext::balancer_can_read;
use hoplight_analysis::{Stake, exposures, reach, review};
use hoplight_model::behaviour::has_port_80;
use hoplight_model::{Element, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

use super::case::CaseSubject;
use super::cost::cost;
use super::goal::{GoalCheck, TrialWindow, WireTap};
use super::record::{CaseRecord, TrialRecord};
use super::report::GoalFigure;

/// A second counts as failed if more than this share of its requests fail.
const FAILED_SECOND: f64 = 0.1;

/// The verdict on a goal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judged {
    pub(crate) met: bool,
    pub(crate) measured: Option<GoalFigure>,
    pub(crate) worst: Option<CaseSubject>,
    pub(crate) kind: Option<RequestKind>,
}

impl Judged {
    const UNKNOWN: Self = Self { met: false, measured: None, worst: None, kind: None };

    /// A verdict on the design as a whole.
    const fn on(met: bool, figure: GoalFigure) -> Self {
        Self { met, measured: Some(figure), worst: None, kind: None }
    }
}

/// A figure of one case and kind, with how bad it is.
struct Sample {
    badness: f64,
    met: bool,
    figure: GoalFigure,
    worst: Option<CaseSubject>,
    kind: Option<RequestKind>,
}

/// Judges a goal. `start_s` is the time of the trial's first event in seconds.
pub(crate) fn judge(check: &GoalCheck, infra: &Infrastructure, records: &[TrialRecord], start_s: f64) -> Judged {
    match check {
        GoalCheck::Failing { kinds, window, at_most, .. } => worst(records, kinds, |record, kind| {
            let share = record.failing(kind, window.0.get(), window.1.get())?;
            Some((share, share <= at_most.get(), GoalFigure::Share(share)))
        }),
        GoalCheck::Latency { kinds, window, below_ms, .. } => worst(records, kinds, |record, kind| {
            let figure = latency(record, kind, *window);
            Some((
                figure.unwrap_or(f64::INFINITY),
                figure.is_some_and(|ms| ms < below_ms.get()),
                figure.map_or(GoalFigure::NoneServed, GoalFigure::Latency),
            ))
        }),
        GoalCheck::Recovery { kind, within_s, .. } => worst(records, &[*kind], |record, kind| {
            let figure = recovery_s(record, kind, start_s);
            Some((
                figure.unwrap_or(f64::INFINITY),
                figure.is_some_and(|s| s <= within_s.get()),
                figure.map_or(GoalFigure::Never, GoalFigure::Time),
            ))
        }),
        GoalCheck::WritesKept { .. } => worst_case(records, |record| {
            (record.lost_writes as f64, record.lost_writes == 0, GoalFigure::Writes(record.lost_writes))
        }),
        GoalCheck::SamplesArrive { .. } => worst_case(records, |record| {
            let (up, watched) = (record.servers_up, record.servers_watched);
            ((up - watched) as f64, up > 0 && watched == up, GoalFigure::Servers(count(watched), count(up)))
        }),
        GoalCheck::Paged { within_s, .. } => worst_case(records, |record| {
            let after = record.pages.iter().map(|at| at.as_secs_f64() - start_s).find(|after| *after >= 0.0);
            (
                after.unwrap_or(f64::INFINITY),
                after.is_some_and(|s| s <= within_s.get()),
                after.map_or(GoalFigure::Never, GoalFigure::Time),
            )
        }),
        GoalCheck::Quiet { .. } => worst_case(records, |record| {
            let pages = u64::try_from(record.pages.len()).unwrap_or(u64::MAX);
            (pages as f64, pages == 0, GoalFigure::Pages(pages))
        }),
        GoalCheck::PasswordsHidden(tap) => {
            let hops = readable_hops(infra, *tap);
            Judged::on(hops == 0, GoalFigure::Hops(hops))
        }
        GoalCheck::Certified => {
            let is_listed = infra.lists_certificates();
            Judged::on(is_listed, GoalFigure::Holds(is_listed))
        }
        GoalCheck::RoutesByUrl => {
            let reads = balancer_can_read(infra);
            Judged::on(reads, GoalFigure::Holds(reads))
        }
        GoalCheck::PortsClosed => {
            let open = needless_ports(infra);
            Judged::on(open == 0, GoalFigure::Openings(open))
        }
        GoalCheck::NothingNeedless => {
            let found = count(review(infra).iter().filter(|flaw| is_needless(flaw)).count());
            Judged::on(found == 0, GoalFigure::Openings(found))
        }
        GoalCheck::LinksOpen => {
            let blocks = |flaw: &Flaw| matches!(flaw, Flaw::ClosedHop { .. } | Flaw::SilentAgent { .. });
            let blocked = count(review(infra).iter().filter(|flaw| blocks(flaw)).count());
            Judged::on(blocked == 0, GoalFigure::Hops(blocked))
        }
        GoalCheck::Budget(most) => {
            let units = cost(infra);
            Judged::on(units <= *most, GoalFigure::Units(units))
        }
    }
}

/// The worst kind of the worst case; unmet without any.
fn worst(
    records: &[TrialRecord],
    kinds: &[RequestKind],
    sample: impl Fn(&CaseRecord, RequestKind) -> Option<(f64, bool, GoalFigure)>,
) -> Judged {
    let wanted: &[RequestKind] = if kinds.is_empty() { &RequestKind::ALL } else { kinds };
    let samples = records.iter().flat_map(|(case, record)| {
        let sample = &sample;
        wanted.iter().filter_map(move |kind| {
            let (badness, met, figure) = sample(record, *kind)?;
            let kind = (wanted.len() > 1).then_some(*kind);
            Some(Sample { badness, met, figure, worst: case.subject.clone(), kind })
        })
    });
    worst_of(&samples.collect::<Vec<_>>())
}

fn worst_case(records: &[TrialRecord], sample: impl Fn(&CaseRecord) -> (f64, bool, GoalFigure)) -> Judged {
    let samples = records.iter().map(|(case, record)| {
        let (badness, met, figure) = sample(record);
        Sample { badness, met, figure, worst: case.subject.clone(), kind: None }
    });
    worst_of(&samples.collect::<Vec<_>>())
}

fn worst_of(samples: &[Sample]) -> Judged {
    let met = !samples.is_empty() && samples.iter().all(|sample| sample.met);
    // The first of several equally bad ones.
    let worst = samples.iter().reduce(|worst, other| if other.badness > worst.badness { other } else { worst });
    let Some(worst) = worst else {
        return Judged::UNKNOWN;
    };
    // If all kinds fare alike, none is to be named.
    let alike = samples.iter().filter(|sample| sample.worst == worst.worst).all(|sample| sample.figure == worst.figure);
    let kind = worst.kind.filter(|_| !alike);
    Judged { met, measured: Some(worst.figure), worst: worst.worst.clone(), kind }
}

fn latency(record: &CaseRecord, kind: RequestKind, window: TrialWindow) -> Option<f64> {
    record.p99_ms(kind, window.0.get(), window.1.get())
}

/// Seconds from the first event until requests of a kind work again: the end of the last second in which more than
/// [`FAILED_SECOND`] of them fail. `None` if the last seconds of the trial are among these.
fn recovery_s(record: &CaseRecord, kind: RequestKind, start_s: f64) -> Option<f64> {
    let last = record.last_sent_s(kind)?;
    // Requests of the last seconds may still be in progress.
    let end = last - SETTLE_S;
    let mut recovered = 0.0;
    let mut at = start_s;
    while at + 1.0 <= end {
        if record.failing(kind, at, at + 1.0).is_some_and(|share| share > FAILED_SECOND) {
            recovered = at + 1.0 - start_s;
        }
        at += 1.0;
    }
    (recovered + start_s + STEADY_S <= end).then_some(recovered)
}

/// Seconds that requests have to end after the window that counts.
pub(crate) const SETTLE_S: f64 = 5.0;
/// Seconds for which requests have to work before they count as working again.
const STEADY_S: f64 = 3.0;

/// Hops on which a listener on the network reads a password.
fn readable_hops(infra: &Infrastructure, tap: WireTap) -> u32 {
    let shows = |exposure: &Exposure| {
        exposure.network().is_some_and(|reader| reader.facts.iter().any(|fact| fact.stake() == Stake::Password))
    };
    let is_tapped = |exposure: &Exposure| match tap {
        WireTap::Everywhere => true,
        WireTap::Internet => infra.browser().is_some_and(|ix| infra.component(ix).id == exposure.from),
    };
    count(exposures(infra).iter().filter(|exposure| is_tapped(exposure) && shows(exposure)).count())
}

/// The number of ports that the Internet reaches, apart from those of the entries.
fn needless_ports(infra: &Infrastructure) -> u32 {
    let entries: Vec<LinkIx> = infra.hops().filter(|hop| is_entry(infra, hop)).map(|hop| hop.link).collect();
    let is_needed = |attempt: &ConnectionAttempt| {
        entries.iter().any(|link| {
            let entry = &infra.component(infra.ends(*link).1).id;
            let ports = [Some(infra.port(*link)), has_port_80(infra, *link).then_some(80)];
            attempt.target == Element::Component(entry.clone()) && ports.contains(&Some(attempt.port))
        })
    };
    count(reach(infra, &Vantage::Internet).iter().filter(|attempt| attempt.is_open() && !is_needed(attempt)).count())
}

fn is_entry(infra: &Infrastructure, hop: &Hop) -> bool {
    infra.component(hop.from).kind.is_browser() && infra.link(hop.link).protocol == Protocol::Http
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// Whether a flaw leaves something open that the design does not need.
fn is_needless(flaw: &Flaw) -> bool {
    match flaw {
        Flaw::OpenEntry(_)
        | Flaw::Unprotected(_)
        | Flaw::Exposed { .. }
        | Flaw::Unused(_)
        | Flaw::NeedlessPorts { .. }
        | Flaw::AllowsByDefault(_) => true,
        Flaw::GuardsNothing(_)
        | Flaw::Behind { .. }
        | Flaw::Shadowed { .. }
        | Flaw::SilentAgent { .. }
        | Flaw::ClosedHop { .. } => false,
    }
}
