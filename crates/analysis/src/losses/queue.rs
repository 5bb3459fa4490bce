//! Queues with limited room.

use super::node::Load;
use super::syn;

/// Number of steps towards the number of SYNs per connection attempt.
const RESENT_ROUNDS: usize = 40;

/// Finds the queueing at a component whose callers resend dropped SYNs; `queue` computes it from the number of SYNs per
/// connection attempt.
pub(super) fn with_resends(resends: usize, queue: impl Fn(f64) -> Load) -> Load {
    let mut load = queue(1.0);
    if resends > 0 {
        // More SYNs make more of them find no room. The sequence grows and has a limit.
        for _ in 0..RESENT_ROUNDS {
            load = queue(syn::attempts(load.block, resends));
        }
    }
    load
}

/// An M/M/1 queue with limited room, whose one server stands for all slots while they are busy; `each_s` is the time
/// between two departures.
pub(super) fn finite_queue(used: f64, room: f64, each_s: f64) -> Load {
    if (used - 1.0).abs() < 1e-6 {
        return Load { block: 1.0 / (room + 1.0), wait_s: room / 2.0 * each_s, ..Load::default() };
    }
    // Written in the reciprocal of an overload, so that the powers stay finite.
    let (block, length) = if used < 1.0 {
        let full = libm::pow(used, room + 1.0);
        let block = (1.0 - used) * full / used / (1.0 - full);
        (block, used / (1.0 - used) - (room + 1.0) * full / (1.0 - full))
    } else {
        let free = libm::pow(1.0 / used, room + 1.0);
        let block = (1.0 - 1.0 / used) / (1.0 - free);
        (block, (room + 1.0) / (1.0 - free) - used / (used - 1.0))
    };
    Load { block, wait_s: length.max(0.0) * each_s, ..Load::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overloaded_queue_turns_away_the_excess_and_is_full() {
        let load = finite_queue(2.0, 50.0, 0.01);
        assert!((load.block - 0.5).abs() < 1e-6, "{load:?}");
        assert!((load.wait_s - 0.49).abs() < 0.01, "{load:?}");
        let light = finite_queue(0.5, 50.0, 0.01);
        assert!(light.block < 1e-12 && (light.wait_s - 0.01).abs() < 1e-6, "{light:?}");
        let critical = finite_queue(1.0, 50.0, 0.01);
        let near = finite_queue(1.0 + 1e-4, 50.0, 0.01);
        assert!((critical.block - near.block).abs() < 1e-3 && (critical.wait_s - near.wait_s).abs() < 1e-2);
    }
}
