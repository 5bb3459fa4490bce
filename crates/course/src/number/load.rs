//! Tasks on load, utilisation and queues.

use hoplight_curriculum::Seeded;

use super::{NumberTask, whole};

pub(super) fn load_after_loss(seeded: &mut Seeded) -> NumberTask {
    let servers = whole(seeded, 2, 6, 1);
    // Divisible by the number before and after.
    let rate = servers * (servers - 1) * whole(seeded, 5, 20, 1);
    let right = f64::from(rate / (servers - 1));
    let before = f64::from(rate / servers);
    let stem = format!(
        "{servers} web servers share {rate} requests per second evenly. One fails, and health checks take it out. How many requests per second does each of the others get?"
    );
    let why = format!("{rate} / {} = {right:.0}; before, each got {before:.0}.", servers - 1);
    NumberTask::new(stem, "req/s", right, why)
        .slip(before, "That is the load before the failure. The others take over the share of the failed one.")
        .slip(f64::from(rate), "That is the load of the whole site; the servers that are left share it.")
}

pub(super) fn servers_needed(seeded: &mut Seeded) -> NumberTask {
    let each = whole(seeded, 40, 120, 10);
    let needed = whole(seeded, 2, 7, 1);
    let rate = each * needed - whole(seeded, 0, 30, 5);
    let right = needed + 1;
    let stem = format!(
        "A server can handle {each} requests per second. The site gets {rate}. How many servers do you need so that it also survives the loss of any one?"
    );
    let why = format!("{rate} / {each}, rounded up, is {needed}; one more makes up for the one that fails: {right}.");
    NumberTask::new(stem, "servers", f64::from(right), why)
        .within(0.0)
        .slip(f64::from(needed), "That is enough only while none fails.")
        .slip(f64::from(2 * needed), "Twice as many survive it too, but one spare is enough.")
}

pub(super) fn utilisation(seeded: &mut Seeded) -> NumberTask {
    let workers = whole(seeded, 4, 16, 2);
    let service_ms = whole(seeded, 20, 100, 10);
    let percent = whole(seeded, 30, 90, 5);
    let rate = f64::from(workers * percent * 10) / f64::from(service_ms);
    let rounded = (rate * 10.0).round() / 10.0;
    let right = rounded * f64::from(service_ms) / 1000.0 / f64::from(workers) * 100.0;
    let stem = format!(
        "An application server has {workers} workers. Each request keeps one busy for {service_ms} ms, and {rounded:.1} requests arrive per second. What is the utilisation of the workers?"
    );
    let why = format!(
        "{rounded:.1} × {:.2} s = {:.2} busy workers on average; of {workers}, that is {right:.0} %.",
        f64::from(service_ms) / 1000.0,
        right / 100.0 * f64::from(workers)
    );
    NumberTask::new(stem, "%", right, why)
        .within(1.0)
        .slip(right * f64::from(workers), "That is for a single worker. Divide by their number.")
}

pub(super) fn littles_law(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 20, 200, 20);
    let latency_ms = whole(seeded, 50, 500, 50);
    let right = f64::from(rate * latency_ms) / 1000.0;
    let stem = format!(
        "{rate} requests arrive per second, and each stays in the site for {latency_ms} ms on average. How many are in the site at the same time, on average?"
    );
    let why = format!("Little's law, L = λW: {rate} per second × {:.2} s = {right:.1}.", f64::from(latency_ms) / 1000.0);
    NumberTask::new(stem, "requests", right, why)
        .slip(f64::from(rate * latency_ms), "Convert the milliseconds to seconds.")
        .slip(f64::from(rate) / (f64::from(latency_ms) / 1000.0), "Multiply rate and time; do not divide.")
}

pub(super) fn slowdown_at_utilisation(seeded: &mut Seeded) -> NumberTask {
    let service_ms = whole(seeded, 5, 40, 5);
    let percent = *seeded.pick(&[50, 60, 75, 80, 90, 95]).unwrap_or(&80);
    let right = f64::from(service_ms) * 100.0 / f64::from(100 - percent);
    let stem = format!(
        "One worker needs {service_ms} ms per request on average (exponential), requests arrive at random, and it is {percent} % utilised. What is the mean response time (M/M/1)?"
    );
    let why = format!(
        "M/M/1: service time / (1 − utilisation) = {service_ms} ms / {:.2} = {right:.0} ms. This is the knee: the last per cents cost most.",
        1.0 - f64::from(percent) / 100.0
    );
    NumberTask::new(stem, "ms", right, why)
        .slip(f64::from(service_ms), "That is the service time, without waiting.")
        .slip(
            f64::from(service_ms) * (1.0 + f64::from(percent) / 100.0),
            "Waiting grows faster than in proportion: divide by one minus the utilisation.",
        )
        .slip(right - f64::from(service_ms), "That is the waiting time; add the service time.")
}

pub(super) fn workers_needed(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 40, 200, 20);
    let service_ms = whole(seeded, 50, 250, 50);
    let right = (rate * service_ms).div_ceil(1000);
    let stem = format!(
        "{rate} requests arrive per second, and each keeps a worker busy for {service_ms} ms. How many workers are busy on average?"
    );
    let why = format!(
        "{rate} per second × {:.2} s = {:.1} busy workers: fewer than that, and the queue grows without end.",
        f64::from(service_ms) / 1000.0,
        f64::from(rate * service_ms) / 1000.0
    );
    NumberTask::new(stem, "workers", f64::from(rate * service_ms) / 1000.0, why)
        .within((f64::from(right) - f64::from(rate * service_ms) / 1000.0).max(0.1))
        .slip(1000.0 / f64::from(service_ms), "That is what one worker can do per second.")
}

pub(super) fn retry_load(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 50, 400, 50);
    let retries = whole(seeded, 1, 4, 1);
    let right = f64::from(rate * (retries + 1));
    let stem = format!(
        "{rate} requests per second go to a service that fails all of them. Each caller tries again up to {retries} times. How many attempts per second reach it?"
    );
    let why = format!(
        "One first attempt and {retries} more for each: {rate} × {} = {right:.0}. Retries multiply the load when it hurts most.",
        retries + 1
    );
    NumberTask::new(stem, "per second", right, why)
        .slip(f64::from(rate * retries), "Count the first attempt too.")
        .slip(f64::from(rate), "Every failed attempt is made again.")
}

pub(super) fn cache_miss_load(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 100, 1000, 100);
    let hits = *seeded.pick(&[60, 70, 80, 90, 95, 98]).unwrap_or(&90);
    let right = f64::from(rate * (100 - hits)) / 100.0;
    let stem = format!("A cache answers {hits} % of {rate} lookups per second. How many queries per second reach the database?");
    let why = format!("The misses: {} % of {rate} = {right:.0}. With an empty cache, it would be all {rate}.", 100 - hits);
    NumberTask::new(stem, "per second", right, why)
        .slip(f64::from(rate * hits) / 100.0, "Those are the hits, which the cache answers.")
}

pub(super) fn stampede_size(seeded: &mut Seeded) -> NumberTask {
    let rate = whole(seeded, 50, 500, 50);
    let compute_ms = whole(seeded, 100, 800, 100);
    let right = f64::from(rate * compute_ms) / 1000.0;
    let stem = format!(
        "A popular entry of a cache is asked for {rate} times per second. It expires, and computing it takes {compute_ms} ms. Without protection, how many requests compute it at the same time?"
    );
    let why = format!(
        "All that arrive before the first one is done: {rate} × {:.1} s = {right:.0}. Coalescing makes it one.",
        f64::from(compute_ms) / 1000.0
    );
    NumberTask::new(stem, "requests", right, why)
        .within(1.0)
        .slip(1.0, "Only if others wait for the first, which is what coalescing does.")
        .slip(f64::from(rate), "That is a whole second's worth. The entry is back sooner or later than that.")
}
