//! Tasks on availability: products of independent parts.

use hoplight_curriculum::Seeded;

use super::{NumberTask, whole};

/// Hours of a year of 365 days.
const YEAR_H: f64 = 8760.0;

pub(super) fn in_series(seeded: &mut Seeded) -> NumberTask {
    let count = whole(seeded, 3, 5, 1);
    let each = *seeded.pick(&[98.0, 99.0, 99.5]).unwrap_or(&99.0);
    let right = power(each / 100.0, count) * 100.0;
    let stem = format!(
        "A request needs {count} parts, each available {each} % of the time, and they fail independently. How available is the site?"
    );
    let why = format!(
        "All of them are needed: {:.3} to the power of {count} = {right:.2} %. A chain is weaker than its weakest part.",
        each / 100.0
    );
    NumberTask::new(stem, "%", right, why)
        .within(0.06)
        .slip(each, "Every part that can fail alone lowers the result: multiply.")
        .slip(
            (1.0 - power(1.0 - each / 100.0, count)) * 100.0,
            "That is for copies of which one is sufficient. Here all are needed.",
        )
}

pub(super) fn in_parallel(seeded: &mut Seeded) -> NumberTask {
    let count = whole(seeded, 2, 3, 1);
    let each = *seeded.pick(&[80.0, 85.0, 90.0, 95.0]).unwrap_or(&90.0);
    let right = (1.0 - power(1.0 - each / 100.0, count)) * 100.0;
    let stem = format!(
        "{count} servers do the same work, and one is sufficient. Each is available {each} % of the time, independently. How available is the tier?"
    );
    let why = format!("It is down only while all are: 1 − {:.2} to the power of {count} = {right:.2} %.", 1.0 - each / 100.0);
    NumberTask::new(stem, "%", right, why)
        .within(0.06)
        .slip(power(each / 100.0, count) * 100.0, "That is for parts that are all needed. Here one is sufficient.")
        .slip(each, "A second server helps: the tier is down only while both are.")
}

pub(super) fn mixed(seeded: &mut Seeded) -> NumberTask {
    let web = *seeded.pick(&[80.0, 90.0, 95.0]).unwrap_or(&90.0);
    let balancer = *seeded.pick(&[97.0, 98.0, 99.0]).unwrap_or(&99.0);
    let pair = 1.0 - power(1.0 - web / 100.0, 2);
    let right = balancer / 100.0 * pair * 100.0;
    let stem = format!(
        "One load balancer, available {balancer} % of the time, stands before two web servers of {web} % each. One web server is sufficient; all fail independently. How available is the site?"
    );
    let why = format!(
        "The pair: 1 − {:.2}² = {:.2} %. In series with the balancer: {right:.2} %. The single balancer caps it.",
        1.0 - web / 100.0,
        pair * 100.0
    );
    NumberTask::new(stem, "%", right, why)
        .within(0.06)
        .slip(pair * 100.0, "That leaves out the balancer, which every request needs.")
        .slip(balancer * web * web / 10_000.0, "That needs both web servers. One is sufficient.")
}

pub(super) fn downtime_of_year(seeded: &mut Seeded) -> NumberTask {
    let availability = *seeded.pick(&[98.0, 99.0, 99.3, 99.5, 99.7, 99.9, 99.95]).unwrap_or(&99.9);
    let right = YEAR_H * (100.0 - availability) / 100.0;
    let stem = format!("A site is available {availability} % of the time. For how many hours is it down in a year of 365 days?");
    let why = format!("{:.2} % of 8,760 hours is {right:.2} hours.", 100.0 - availability);
    NumberTask::new(stem, "hours", right, why)
        .slip(YEAR_H * availability / 100.0, "That is the time for which it is up.")
        .slip(right * 60.0, "That is in minutes.")
}

/// `base` to the power of `exponent`.
fn power(base: f64, exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}
