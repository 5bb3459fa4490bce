//! The report of `analyze` as written in JSON. The table is rendered from the same data.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use hoplight_analysis::capacity::{Capacity, MOST_CAUSES, Mix, Saturation, capacity_spofs};
use hoplight_analysis::exposure::{Exposure, exposures};
use hoplight_analysis::findings::findings_in;
use hoplight_analysis::firewalls::{Vantage, reach};
use hoplight_analysis::homogeneity::shared_flaws_in;
use hoplight_analysis::spof::usual_path;
use hoplight_analysis::tls_price::{TlsPrice, tls_price, tls_prices};
use hoplight_analysis::{
    Availability, Cause, DesignFinding, LossForecast, Method, Outage, Severity, Structure, availability, minimal_cuts,
    single_points_in,
};
use hoplight_model::{Cipher, Component, Infrastructure, Medium, Reliability, RequestKind, Tier};
use hoplight_text::{self as text, FindingText, RuleText};

/// Number of contributors to unavailability that are reported.
const CONTRIBUTORS: usize = 5;

/// Number of components inside the site whose reach is reported. Each may reach all others.
const VANTAGES: usize = 8;

/// The analysis of a design. Kinds of request are in the order static, read, write.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Report {
    pub(in crate::cli) scenario: String,
    pub(in crate::cli) title: String,
    pub(in crate::cli) tls: &'static str,
    pub(in crate::cli) load_rps: f64,
    /// For each kind of request that never works, why.
    pub(in crate::cli) broken: IndexMap<&'static str, String>,
    /// The kinds of request that users send.
    #[serde(skip)]
    pub(in crate::cli) sent: Vec<&'static str>,
    pub(in crate::cli) spofs: Vec<SpofReport>,
    /// What the loss of each single element means in the long run.
    pub(in crate::cli) losses: Vec<LossReport>,
    /// Minimal sets of two or more failures that stop a kind; empty unless `--cuts` is greater than 1.
    pub(in crate::cli) cuts: Vec<CutReport>,
    /// The value of `--cuts`.
    pub(in crate::cli) cuts_up_to: usize,
    pub(in crate::cli) cuts_unfinished: bool,
    pub(in crate::cli) plaintext_hops: Vec<HopReport>,
    pub(in crate::cli) tls_price: PriceReport,
    /// The price of every TLS setting.
    pub(in crate::cli) tls_prices: Vec<PriceReport>,
    pub(in crate::cli) shared_flaws: Vec<FlawReport>,
    /// Fraction of time in which each kind works.
    pub(in crate::cli) availability: IndexMap<&'static str, f64>,
    /// The default reliabilities and the simplifications, as text.
    pub(in crate::cli) assumed: String,
    pub(in crate::cli) downtime: IndexMap<&'static str, DowntimeReport>,
    /// By kind, and as `mix` for all kinds in the proportions that users send; null where nothing limits the rate.
    pub(in crate::cli) capacity: IndexMap<&'static str, Option<CapacityReport>>,
    /// For each component that can saturate, the requests per second of the mix that saturate it.
    pub(in crate::cli) saturates: IndexMap<String, f64>,
    pub(in crate::cli) capacity_spofs: Option<Vec<OverloadReport>>,
    /// Which ports are open to the Internet, and to an attacker in one of the first eight balancers and web servers.
    pub(in crate::cli) reach: Vec<ReachReport>,
    pub(in crate::cli) findings: Vec<FindingReport>,
}

/// A single point of failure.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct SpofReport {
    pub(in crate::cli) kind: &'static str,
    pub(in crate::cli) id: String,
    pub(in crate::cli) breaks: Vec<&'static str>,
    /// Kinds of which a lasting share fails.
    pub(in crate::cli) degrades: Vec<&'static str>,
    pub(in crate::cli) why: String,
    /// The path that breaks: the hops of the usual path of the last kind in `breaks`.
    pub(in crate::cli) path: Vec<String>,
}

/// The long-run consequences of losing one element.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct LossReport {
    pub(in crate::cli) kind: &'static str,
    pub(in crate::cli) id: String,
    /// By kind of request: works, degraded or stops.
    pub(in crate::cli) verdicts: IndexMap<&'static str, &'static str>,
    /// By kind, the share of requests that fail.
    pub(in crate::cli) failing: IndexMap<&'static str, f64>,
    /// Whether there is a steady state after the loss: settled, unsettled or flapping.
    pub(in crate::cli) stability: &'static str,
    /// Whether the shares were measured in a run of the simulation instead of computed.
    pub(in crate::cli) simulated: bool,
    pub(in crate::cli) why: String,
}

impl LossReport {
    fn new(infra: &Infrastructure, forecast: &LossForecast) -> Self {
        let of = |kind: RequestKind| forecast.failing[kind.index()];
        Self {
            kind: forecast.loss.word(),
            id: forecast.loss.to_string(),
            verdicts: RequestKind::ALL.map(|kind| (kind.word(), forecast.verdict(kind).word())).into(),
            failing: RequestKind::ALL.map(|kind| (kind.word(), (of(kind) * 1e4).round() / 1e4)).into(),
            stability: forecast.stability.word(),
            simulated: forecast.is_simulated,
            why: text::loss(infra, forecast).to_string(),
        }
    }
}

/// Causes that stop a kind only together.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct CutReport {
    pub(in crate::cli) causes: Vec<String>,
    pub(in crate::cli) breaks: Vec<&'static str>,
    pub(in crate::cli) why: String,
}

/// An unencrypted hop.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct HopReport {
    pub(in crate::cli) from: String,
    pub(in crate::cli) to: String,
    pub(in crate::cli) carries: Vec<&'static str>,
    /// Whether it crosses a network.
    pub(in crate::cli) exposed: bool,
    pub(in crate::cli) reads: Vec<String>,
    /// Short names of what can be read.
    pub(in crate::cli) labels: Vec<&'static str>,
    /// Who could read it.
    pub(in crate::cli) readers: Vec<String>,
}

/// The cost of a TLS setting.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct PriceReport {
    pub(in crate::cli) tls: &'static str,
    pub(in crate::cli) web_to_app: bool,
    pub(in crate::cli) app_to_db: bool,
    /// Number of handshakes in a new visitor's first login. `handshake_ms` is their CPU time.
    pub(in crate::cli) handshakes: usize,
    pub(in crate::cli) handshake_ms: f64,
    pub(in crate::cli) keys_at: Vec<String>,
    pub(in crate::cli) lost: Vec<&'static str>,
    /// Hops that stay readable on a network.
    pub(in crate::cli) exposed: Vec<String>,
    pub(in crate::cli) why: String,
}

/// A software version that several components run.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct FlawReport {
    pub(in crate::cli) software: String,
    pub(in crate::cli) components: Vec<String>,
    pub(in crate::cli) breaks: Vec<&'static str>,
    pub(in crate::cli) why: String,
}

/// The downtime of a kind of request and its main causes.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct DowntimeReport {
    pub(in crate::cli) unavailability: f64,
    pub(in crate::cli) minutes_a_year: f64,
    /// `exact` or `sampled`.
    pub(in crate::cli) method: &'static str,
    /// 95 % confidence interval of the unavailability, if it was sampled.
    pub(in crate::cli) interval: Option<[f64; 2]>,
    pub(in crate::cli) contributors: Vec<ContributorReport>,
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct ContributorReport {
    pub(in crate::cli) id: String,
    /// Fraction by which the unavailability would fall if this never failed.
    pub(in crate::cli) share: f64,
    pub(in crate::cli) minutes_a_year: f64,
}

/// The capacity for one kind alone, or for the mix.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct CapacityReport {
    pub(in crate::cli) rps: f64,
    pub(in crate::cli) bottleneck: String,
    pub(in crate::cli) why: String,
}

/// An element whose loss overloads others.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct OverloadReport {
    pub(in crate::cli) id: String,
    pub(in crate::cli) overloads: Vec<String>,
    /// Requests per second that the rest can carry.
    pub(in crate::cli) rps_left: Option<f64>,
    pub(in crate::cli) why: String,
}

/// An attempt to connect.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ReachReport {
    pub(in crate::cli) from: String,
    pub(in crate::cli) to: String,
    pub(in crate::cli) port: u16,
    pub(in crate::cli) open: bool,
    /// The rules that allow it, or the one that blocks it; empty without a firewall on the path.
    pub(in crate::cli) by: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(in crate::cli) struct FindingReport {
    pub(in crate::cli) id: &'static str,
    #[serde(serialize_with = "word")]
    pub(in crate::cli) severity: Severity,
    /// What the rule looks for.
    pub(in crate::cli) title: &'static str,
    pub(in crate::cli) subject: String,
    pub(in crate::cli) message: String,
    pub(in crate::cli) why: &'static str,
    pub(in crate::cli) fix: &'static str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn word<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.word())
}

/// Names of kinds of request.
fn words(kinds: impl IntoIterator<Item = RequestKind>) -> Vec<&'static str> {
    kinds.into_iter().map(RequestKind::word).collect()
}

impl Report {
    /// Analyses a design at `load` requests per second, with cuts of up to `cuts` failures.
    pub(in crate::cli) fn new(infra: &Infrastructure, load: f64, cuts: usize) -> Self {
        let structure = Structure::of(infra);
        let mut broken = IndexMap::new();
        for kind in RequestKind::ALL {
            if let Err(reason) = single_points_in(infra, &structure, kind) {
                broken.insert(kind.word(), text::broken(&reason).to_string());
            }
        }
        let works = |kind: &RequestKind| !broken.contains_key(kind.word());
        let kinds: Vec<RequestKind> = RequestKind::ALL.into_iter().filter(works).collect();
        let downtimes: Vec<Availability> = RequestKind::ALL.map(|kind| availability(infra, &structure, kind)).into();
        let cuts_up_to = cuts;
        let (cuts, cuts_unfinished) = cut_reports(infra, &structure, &kinds, cuts);
        Self {
            scenario: infra.id().to_string(),
            title: infra.title().to_owned(),
            tls: infra.tls().edge.word(),
            load_rps: load,
            spofs: spof_reports(infra, &structure, &kinds),
            losses: structure.losses().each.iter().map(|forecast| LossReport::new(infra, forecast)).collect(),
            cuts,
            cuts_up_to,
            cuts_unfinished,
            plaintext_hops: hop_reports(&exposures(infra)),
            tls_price: PriceReport::new(&tls_price(infra)),
            tls_prices: tls_prices(infra).iter().map(PriceReport::new).collect(),
            shared_flaws: shared_flaws_in(infra, &structure)
                .into_iter()
                .filter(hoplight_analysis::SharedFlaw::is_shared)
                .map(|flaw| FlawReport {
                    software: flaw.software.to_string(),
                    components: flaw.components.iter().map(ToString::to_string).collect(),
                    breaks: words(flaw.stops.iter().copied()),
                    why: text::shared_flaw(&flaw).to_string(),
                })
                .collect(),
            availability: downtimes.iter().map(|of| (of.kind.word(), of.availability())).collect(),
            assumed: assumed(infra),
            downtime: downtimes.iter().map(|of| (of.kind.word(), DowntimeReport::new(of))).collect(),
            capacity: capacity(infra, broken.is_empty()),
            saturates: saturates(infra),
            capacity_spofs: (structure.causes().len() <= MOST_CAUSES).then(|| overload_reports(infra, load)),
            reach: reach_reports(infra),
            findings: findings_in(infra, &structure, load).iter().map(FindingReport::new).collect(),
            sent: words(RequestKind::ALL.into_iter().filter(|kind| Mix::of(infra.traffic()).share(*kind) > 0.0)),
            broken,
        }
    }

    /// Whether at least one kind of request works.
    pub(in crate::cli) fn works(&self) -> bool {
        self.broken.len() < RequestKind::ALL.len()
    }
}

fn spof_reports(infra: &Infrastructure, structure: &Structure, kinds: &[RequestKind]) -> Vec<SpofReport> {
    let points: Vec<_> = kinds.iter().filter_map(|kind| single_points_in(infra, structure, *kind).ok()).flatten().collect();
    let ways = RequestKind::ALL.map(|kind| usual_path(infra, kind).iter().map(ToString::to_string).collect::<Vec<_>>());
    let of = |cause: &Cause| {
        let mine: Vec<_> = points.iter().filter(|point| point.cause == *cause).collect();
        // The last kind has the most dependencies, so its reason covers the others.
        let last = mine.last()?;
        let degrades = RequestKind::ALL.into_iter().filter(|kind| structure.degrading(*kind).any(|(other, _)| other == cause));
        Some(SpofReport {
            kind: class(infra, cause),
            id: cause.to_string(),
            breaks: words(mine.iter().map(|point| point.kind)),
            degrades: words(degrades),
            why: text::single_point(last, &mine.iter().map(|point| point.kind).collect::<Vec<_>>()).to_string(),
            path: ways[last.kind.index()].clone(),
        })
    };
    structure.causes().iter().filter_map(of).collect()
}

/// Name of the class of a cause. The users' resolver is not part of the site, so it is not counted as a component.
fn class(infra: &Infrastructure, cause: &Cause) -> &'static str {
    match cause {
        Cause::Component(_) if cause.is_users_resolver(infra) => "resolver",
        Cause::Component(_) => "component",
        Cause::Server(_) => "server",
        Cause::Hop(..) => "link",
        Cause::Domain(_) => "domain",
        Cause::Software(_) => "software",
        Cause::Certificate { .. } => "certificate",
        Cause::Zone(_) => "zone",
    }
}

/// Cuts of two or more servers and components, each with all the kinds it stops, and whether the search was incomplete.
fn cut_reports(infra: &Infrastructure, structure: &Structure, kinds: &[RequestKind], size: usize) -> (Vec<CutReport>, bool) {
    // Sorted by size.
    let mut reports: BTreeMap<(usize, Vec<Cause>), CutReport> = BTreeMap::new();
    let mut unfinished = false;
    for kind in kinds.iter().filter(|_| size > 1) {
        let Ok(found) = minimal_cuts(infra, structure, *kind, size, Cause::is_part) else { continue };
        unfinished |= found.unfinished;
        for cut in found.cuts.into_iter().filter(|cut| cut.causes.len() > 1) {
            let names = || cut.causes.iter().map(ToString::to_string).collect();
            let report = reports.entry((cut.causes.len(), cut.causes.clone())).or_insert_with(|| CutReport {
                causes: names(),
                breaks: Vec::new(),
                why: text::broken(&cut.broken).to_string(),
            });
            report.breaks.push(kind.word());
        }
    }
    (reports.into_values().collect(), unfinished)
}

fn hop_reports(exposures: &[Exposure]) -> Vec<HopReport> {
    let mut hops: IndexMap<_, Vec<&Exposure>> = IndexMap::new();
    // An encrypted hop is exposed where visits with http:// get to port 80.
    for exposure in exposures.iter().filter(|exposure| exposure.cipher == Cipher::Plaintext || exposure.is_exposed()) {
        hops.entry(exposure.link).or_default().push(exposure);
    }
    let of = |hop: Vec<&Exposure>| {
        let first = hop.first()?;
        let first_readers = hop.iter().filter_map(|exposure| exposure.readers.first());
        let facts: Vec<_> = first_readers.flat_map(|reader| &reader.facts).filter(|fact| fact.is_hidden_by_tls()).collect();
        let texts: indexmap::IndexSet<String> = facts.iter().map(|fact| fact.text()).collect();
        let readers: indexmap::IndexSet<String> =
            hop.iter().flat_map(|exposure| &exposure.readers).map(|reader| text::listener(&reader.who).to_string()).collect();
        let labels: indexmap::IndexSet<&str> = facts.iter().map(|fact| fact.label()).collect();
        Some(HopReport {
            from: first.from.to_string(),
            to: first.to.to_string(),
            carries: hop.iter().map(|exposure| exposure.load.word()).collect(),
            exposed: first.medium == Medium::Wire,
            reads: texts.into_iter().collect(),
            labels: labels.into_iter().collect(),
            readers: readers.into_iter().collect(),
        })
    };
    hops.into_values().filter_map(of).collect()
}

/// The default reliabilities, and what the calculation leaves out.
fn assumed(infra: &Infrastructure) -> String {
    let defaults = infra.reliability();
    let of = |name: &str, reliability: Reliability| {
        let brief = |value: f64| format!("{value:.1}").trim_end_matches(".0").to_owned();
        let (mtbf, mttr) = (reliability.mtbf_h.get(), reliability.mttr_h.get());
        let every = if mtbf >= 8_766.0 { (mtbf / 8_766.0, "year") } else { (mtbf / 24.0, "day") };
        let lasts = if mttr >= 1.0 { (mttr, "hour") } else { (mttr * 60.0, "minute") };
        let [every, lasts] = [every, lasts].map(|(value, unit)| {
            let value = brief(value);
            let plural = if value == "1" { "" } else { "s" };
            format!("{value} {unit}{plural}")
        });
        format!("{name} {every} / {lasts}")
    };
    let parts = [
        of("program", defaults.program),
        of("server", defaults.server),
        of("version", defaults.software),
        of("certificate", defaults.certificate),
        of("DNS zone", defaults.dns_zone),
    ];
    format!(
        "default MTBF / MTTR: {}. What is not in the diagram never fails, and failover is instantaneous. While one element has \
         failed, the share of requests that fails is that of the losses below; while several have, a request succeeds if a \
         working path exists.",
        parts.join(", ")
    )
}

fn capacity(infra: &Infrastructure, whole: bool) -> IndexMap<&'static str, Option<CapacityReport>> {
    let capacity = Capacity::of(infra, &Outage::none());
    let report = |saturation: Saturation| CapacityReport {
        rps: saturation.rps,
        bottleneck: saturation.resource.name().to_owned(),
        why: text::bottleneck(&saturation).to_string(),
    };
    let kinds = RequestKind::ALL.into_iter().map(|kind| (kind.word(), capacity.saturation(kind).map(report)));
    // The capacity for the mix means little if one of its kinds never works.
    kinds.chain([("mix", capacity.mix_saturation().filter(|_| whole).map(report))]).collect()
}

fn saturates(infra: &Infrastructure) -> IndexMap<String, f64> {
    let mut first = IndexMap::new();
    for saturation in Capacity::of(infra, &Outage::none()).saturations(None) {
        // Saturations are in ascending order, so the first resource of a component is its limit.
        first.entry(saturation.resource.name().to_owned()).or_insert(saturation.rps);
    }
    first
}

fn overload_reports(infra: &Infrastructure, load: f64) -> Vec<OverloadReport> {
    let overloads = capacity_spofs(infra, load).into_iter();
    let report = overloads.map(|overload| OverloadReport {
        id: overload.cause.to_string(),
        overloads: overload.overloaded.iter().map(|over| over.resource.name().to_owned()).collect(),
        rps_left: overload.saturation,
        why: text::overload(&overload).to_string(),
    });
    report.collect()
}

/// Reachability from the Internet, and from each of the first balancers and web servers.
fn reach_reports(infra: &Infrastructure) -> Vec<ReachReport> {
    let is_front = |component: &Component| component.kind.tier().is_some_and(|tier| tier <= Tier::Web);
    let front = infra.components().filter(|(_, component)| is_front(component));
    let inside = front.map(|(_, component)| Vantage::Component(component.id.clone())).take(VANTAGES);
    let mut reports = Vec::new();
    for vantage in std::iter::once(Vantage::Internet).chain(inside) {
        reports.extend(reach(infra, &vantage).into_iter().map(|reach| ReachReport {
            from: vantage.to_string(),
            to: reach.target.to_string(),
            port: reach.port,
            open: reach.is_open(),
            by: match reach.decided_by() {
                Some(judged) => vec![text::judged(judged).to_string()],
                None => reach.judged.iter().map(|judged| text::judged(judged).to_string()).collect(),
            },
        }));
    }
    reports
}

impl DowntimeReport {
    fn new(of: &Availability) -> Self {
        let (method, interval) = match of.method {
            Method::Exact => ("exact", None),
            Method::Sampled { low, high, .. } => ("sampled", Some([low, high])),
        };
        let contributors = of.contributors.iter().take(CONTRIBUTORS);
        Self {
            unavailability: of.unavailability,
            minutes_a_year: of.minutes_a_year(),
            method,
            interval,
            contributors: contributors
                .map(|contributor| ContributorReport {
                    id: contributor.cause.to_string(),
                    share: contributor.share,
                    minutes_a_year: contributor.minutes_a_year(of),
                })
                .collect(),
        }
    }
}

impl PriceReport {
    fn new(price: &TlsPrice) -> Self {
        Self {
            tls: price.mode.word(),
            web_to_app: price.web_to_app,
            app_to_db: price.app_to_db,
            handshakes: price.of_first_visit(RequestKind::Write).count(),
            handshake_ms: price.first_visit_ms(RequestKind::Write),
            keys_at: price.keys.iter().map(|key| key.at.to_string()).collect(),
            lost: price.lost.iter().map(|feature| text::feature(*feature)).collect(),
            exposed: price.exposed.iter().map(|hop| format!("{} → {}", hop.from, hop.to)).collect(),
            why: text::tls_price(price).to_string(),
        }
    }
}

impl FindingReport {
    fn new(finding: &DesignFinding) -> Self {
        let FindingText { message, rule: RuleText { title, why, fix } } = text::finding(finding);
        Self {
            id: finding.rule().id(),
            severity: finding.severity(),
            title,
            subject: finding.subject_name(),
            message: message.to_string(),
            why,
            fix,
        }
    }
}
