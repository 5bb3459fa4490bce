//! Tasks on rates, objectives and error budgets.

use hoplight_curriculum::Seeded;

use super::{NumberTask, grouped, whole};

pub(super) fn qps_from_counters(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 12, 240, 4);
    let seconds = *seeded.pick(&[5, 10, 15, 30, 60]).unwrap_or(&10);
    let first = whole(seeded, 10_000, 90_000, 137);
    let second = first + rate * seconds;
    let stem = format!(
        "The web server's request counter reads {}, and {seconds} s later {}. What is its QPS?",
        grouped(first),
        grouped(second)
    );
    let why = format!("({} − {}) / {seconds} s = {rate} requests per second.", grouped(second), grouped(first));
    NumberTask::new(stem, "req/s", f64::from(rate), why)
        .slip(f64::from(rate * seconds), "That is the number of requests between the readings. Divide it by the seconds.")
        .slip(
            f64::from(second) / f64::from(seconds),
            "That divides the whole counter. Only the difference is from these seconds.",
        )
}

pub(super) fn qps_from_log(seeded: &mut Seeded) -> NumberTask {
    let minutes = whole(seeded, 2, 10, 1);
    let rate = whole(seeded, 5, 80, 5);
    let lines = rate * minutes * 60;
    let stem = format!(
        "The access log gained {} lines in {minutes} minutes, one per request. What was the average QPS?",
        grouped(lines)
    );
    let why = format!("{} requests / ({minutes} × 60 s) = {rate} requests per second.", grouped(lines));
    NumberTask::new(stem, "req/s", f64::from(rate), why)
        .slip(f64::from(lines) / f64::from(minutes), "That is per minute. QPS is per second: divide by 60 once more.")
}

pub(super) fn readings_after_restart(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 20, 120, 5);
    let seconds = *seeded.pick(&[10, 20, 30]).unwrap_or(&10);
    let before = whole(seeded, 40_000, 90_000, 311);
    let after = whole(seeded, 50, 400, 7);
    let last = after + rate * seconds;
    let stem = format!(
        "The request counter reads {}. nginx restarts; then it reads {}, and {seconds} s after that {}. What is the QPS now?",
        grouped(before),
        grouped(after),
        grouped(last)
    );
    let why = format!(
        "A restart sets the counter to zero, so only the last two readings belong together: ({} − {}) / {seconds} s = {rate}.",
        grouped(last),
        grouped(after)
    );
    NumberTask::new(stem, "req/s", f64::from(rate), why)
        .slip(
            f64::from(last) / f64::from(seconds),
            "The counter did not start at zero in these seconds: subtract the reading before.",
        )
        .slip(
            (f64::from(last) - f64::from(before)) / f64::from(seconds),
            "A rate is never negative: the counter was reset in between.",
        )
}

pub(super) fn error_budget_minutes(seeded: &mut Seeded) -> NumberTask {
    let objective = *seeded.pick(&[99.0, 99.5, 99.8, 99.9, 99.95]).unwrap_or(&99.9);
    let days = whole(seeded, 7, 30, 1);
    let minutes = f64::from(days) * 1440.0;
    let budget = minutes * (100.0 - objective) / 100.0;
    let stem = format!(
        "The objective is {objective} % availability over {days} days. How many minutes may the site be down in that time?"
    );
    let why = format!("{days} days have {minutes:.0} minutes; {:.2} % of them is {budget:.1}.", 100.0 - objective);
    NumberTask::new(stem, "minutes", budget, why)
        .slip(minutes * objective / 100.0, "That is the time for which it must be up. The budget is the rest.")
        .slip(budget / 60.0, "That is in hours.")
        .slip(budget * 60.0, "That is in seconds.")
}

pub(super) fn burn_rate(seeded: &mut Seeded) -> NumberTask {
    let objective = *seeded.pick(&[99.0, 99.5, 99.8, 99.9]).unwrap_or(&99.9);
    let allowed = 100.0 - objective;
    let factor = whole(seeded, 2, 20, 1);
    let errors = allowed * f64::from(factor);
    let stem =
        format!("The objective is {objective} % of requests. Right now {errors:.1} % of requests fail. What is the burn rate?");
    let why = format!("{errors:.1} % of errors, divided by the {allowed:.1} % that the objective allows, is {factor}.");
    NumberTask::new(stem, "times", f64::from(factor), why)
        .within(0.05 * f64::from(factor))
        .slip(errors, "That is the error ratio. Divide it by the share of errors that the objective allows.")
        .slip(f64::from(factor) / 100.0, "Divide per cent by per cent.")
}
