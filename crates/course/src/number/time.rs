//! Tasks on how long something takes to be noticed, and what is lost until then.

use hoplight_curriculum::Seeded;

use super::{NumberTask, whole};

pub(super) fn detection_time(seeded: &mut Seeded) -> NumberTask {
    let interval = whole(seeded, 1, 10, 1);
    let fall = whole(seeded, 2, 5, 1);
    let right = f64::from(interval * fall);
    let stem = format!(
        "A balancer checks each server every {interval} s and takes it out after {fall} failed checks in a row; a check of a dead server fails at once. At most how long does it send requests to a dead server?"
    );
    let why = format!("If the server dies just after a check, {fall} more intervals of {interval} s must pass: {right:.0} s.");
    NumberTask::new(stem, "s", right, why).within(0.1).slip(f64::from(interval), "One failed check is not enough.").slip(
        f64::from(interval * (fall - 1)),
        "That is the least it can take. In the worst case a whole interval passes before the first check fails.",
    )
}

pub(super) fn dns_waiting_time(seeded: &mut Seeded) -> NumberTask {
    let minutes = *seeded.pick(&[1, 5, 10, 15, 30, 60, 120]).unwrap_or(&5);
    let since = whole(seeded, 1, 50, 1);
    let ttl = minutes * 60;
    let stem = format!(
        "The record of www has a TTL of {ttl} s. A resolver looked it up {since} s before you changed the address. For how many seconds after the change can its users still get the old one?"
    );
    let right = f64::from(ttl - since);
    let why = format!("The resolver may keep the answer for {ttl} s, of which {since} s had passed: {right:.0} s.");
    NumberTask::new(stem, "s", right, why)
        .within(0.5)
        .slip(f64::from(ttl + since), "The lookup was before the change, so part of the TTL has passed.")
        .slip(f64::from(minutes), "That is in minutes.")
}

pub(super) fn lost_writes(seeded: &mut Seeded) -> NumberTask {
    let writes = whole(seeded, 5, 80, 5);
    let lag = whole(seeded, 2, 20, 1);
    let outage = whole(seeded, 15, 60, 5);
    let right = f64::from(writes * lag);
    let stem = format!(
        "The primary acknowledges {writes} writes per second; its asynchronous replica is {lag} s behind. The primary's disk dies, and {outage} s later the replica is promoted. How many acknowledged writes are lost?"
    );
    let why = format!(
        "Those that the replica had not received: {writes} × {lag} s = {right:.0}. During the {outage} s of the outage no write was acknowledged."
    );
    NumberTask::new(stem, "writes", right, why)
        .within(0.5)
        .slip(
            f64::from(writes * outage),
            "Those writes failed: their users know. Lost are the ones that were acknowledged and not copied.",
        )
        .slip(f64::from(writes * (outage + lag)), "During the outage, no write was acknowledged.")
}
