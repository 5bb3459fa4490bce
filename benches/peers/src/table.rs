//! The tables: medians over rounds, and medians of the ratios within each round.
//!
//! Machines are noisy, and noise at one time affects all engines of the same round, so ratios are computed within
//! rounds.

use crate::engine::Engine;
use crate::run::Run;
use crate::workload::{EVENTS, Workload};

/// All runs of one engine, which is a row in each table.
pub struct Row {
    pub engine: Engine,
    /// Per workload, one run per round, or the reason why there are none.
    pub runs: [Result<Vec<Run>, String>; 2],
}

impl Row {
    fn runs(&self, workload: Workload) -> Option<&[Run]> {
        self.runs[workload as usize].as_deref().ok().filter(|runs| !runs.is_empty())
    }

    fn rates(&self, workload: Workload) -> Option<Vec<f64>> {
        Some(self.runs(workload)?.iter().map(Run::rate).collect())
    }

    /// Mean time in the system over all rounds, and the number of requests it covers.
    fn mean_ms(&self, workload: Workload) -> Option<(f64, f64)> {
        let runs = self.runs(workload)?;
        let requests: f64 = runs.iter().map(|run| run.requests).sum();
        Some((runs.iter().map(|run| run.mean_ms * run.requests).sum::<f64>() / requests, requests))
    }

    /// Describes what is wrong with the mean that this engine measured; `None` if it is correct.
    pub fn complaint(&self, workload: Workload) -> Option<String> {
        let (mean, requests) = self.mean_ms(workload)?;
        let expected = workload.expected_ms();
        // Three standard deviations of W1's mean over a million jobs are 3 %; with fewer jobs, the mean varies more.
        let tolerance = 0.03 * (1e6 / requests).sqrt().max(1.0);
        let off = mean / expected - 1.0;
        let name = self.engine.name();
        (off.abs() > tolerance || off.is_nan())
            .then(|| format!("{name} is wrong: {workload} has a mean of {mean:.3} ms, not {expected} ({:+.1} %)", off * 100.0))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// Formats a rate in millions with three significant digits.
fn millions(rate: f64) -> String {
    let rate = rate / 1e6;
    let digits = (2 - rate.log10().floor() as i32).clamp(0, 6) as usize;
    format!("{rate:.digits$} M")
}

/// Describes how much other programs affected the runs.
pub fn noise(rows: &[Row]) -> String {
    let runs = rows.iter().flat_map(|row| &row.runs).flatten().flatten();
    let stretch: Vec<_> = runs.map(|run| run.wall_seconds / run.seconds).collect();
    if stretch.is_empty() {
        return "nothing ran".to_owned();
    }
    let worst = stretch.iter().copied().fold(0.0, f64::max);
    format!("wall time was {:.2} times the processor time ({worst:.2} at worst)", median(stretch))
}

/// Deviations of the slowest and the fastest round from the median.
fn spread(rates: &[f64]) -> String {
    let middle = median(rates.to_vec());
    let (least, most) = rates.iter().fold((f64::MAX, f64::MIN), |(low, high), rate| (low.min(*rate), high.max(*rate)));
    format!("{:+.0} / {:+.0} %", (least / middle - 1.0) * 100.0, (most / middle - 1.0) * 100.0)
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The table of rates, means and memory.
pub fn rates(rows: &[Row]) -> String {
    let mut text = String::from(
        "| engine | W1 jobs/s | W2 requests/s | W2 model events/s | W2 slowest / fastest round | W1 mean | W2 mean | W2 peak RSS |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let reason = row.runs.iter().find_map(|runs| runs.as_ref().err());
        let cell = |workload, show: &dyn Fn(&[f64]) -> String| row.rates(workload).map_or("–".to_owned(), |rates| show(&rates));
        let mean = |workload| row.mean_ms(workload).map_or("–".to_owned(), |(mean, _)| format!("{mean:.3} ms"));
        let peak = row.runs(Workload::W2).map(|runs| runs.iter().map(|run| run.peak_kib).fold(0.0, f64::max));
        text += &line(&[
            row.engine.title().to_owned(),
            reason.cloned().unwrap_or_else(|| cell(Workload::W1, &|rates| millions(median(rates.to_vec())))),
            cell(Workload::W2, &|rates| millions(median(rates.to_vec()))),
            cell(Workload::W2, &|rates| millions(median(rates.to_vec()) * EVENTS)),
            cell(Workload::W2, &spread),
            mean(Workload::W1),
            mean(Workload::W2),
            peak.filter(|kib| *kib > 0.0).map_or("–".to_owned(), |kib| format!("{:.1} MiB", kib / 1024.0)),
        ]);
    }
    text
}

/// The table of speed ratios between each engine and the reference engines.
pub fn ratios(rows: &[Row]) -> String {
    const BASES: [Engine; 4] = [Engine::Limit, Engine::Desque, Engine::Nexosim, Engine::Simpy];
    let bases: Vec<_> = BASES.iter().filter_map(|base| rows.iter().find(|row| row.engine == *base)).collect();
    let mut text = String::from("| engine |");
    for workload in Workload::ALL {
        for base in &bases {
            text += &format!(" {} ÷ {} |", workload.to_string().to_uppercase(), base.engine.name());
        }
    }
    text += &format!("\n|---|{}\n", "---:|".repeat(bases.len() * Workload::ALL.len()));
    for row in rows {
        let mut cells = vec![row.engine.title().to_owned()];
        for workload in Workload::ALL {
            cells.extend(bases.iter().map(|base| ratio(row, base, workload).unwrap_or("–".to_owned())));
        }
        text += &line(&cells);
    }
    text
}

fn ratio(row: &Row, base: &Row, workload: Workload) -> Option<String> {
    let (rates, bases) = (row.rates(workload)?, base.rates(workload)?);
    let ratio = median(rates.iter().zip(&bases).map(|(rate, base)| rate / base).collect());
    Some(if ratio < 0.1 {
        format!("{ratio:.4}")
    } else if ratio < 10.0 {
        format!("{ratio:.2}")
    } else {
        format!("{ratio:.0}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mean_ms: f64, requests: f64) -> Row {
        let run = |mean_ms| Ok(vec![Run { requests, seconds: 1.0, wall_seconds: 1.0, mean_ms, peak_kib: 0.0 }]);
        Row { engine: Engine::Limit, runs: [run(5.0), run(mean_ms)] }
    }

    #[test]
    fn random_routing_is_not_the_workload() {
        assert!(row(36.729, 1e6).complaint(Workload::W2).is_some());
        assert!(row(f64::NAN, 1e6).complaint(Workload::W2).is_some());
        assert_eq!(row(35.4, 1e6).complaint(Workload::W2), None);
        assert_eq!(row(35.4, 1e6).complaint(Workload::W1), None);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!((median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0, 2.0, 3.0])), (2.0, 2.5));
    }

    #[test]
    fn rates_have_three_digits() {
        assert_eq!(
            [25.94e6, 1.094e6, 193_400.0, 75_500.0, 125.4e6].map(millions),
            ["25.9 M", "1.09 M", "0.193 M", "0.0755 M", "125 M"]
        );
    }
}
