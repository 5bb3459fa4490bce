//! TCP's retransmissions: when a message that got no acknowledgement is sent again.
//!
//! Each function returns the nanoseconds until the next attempt, given the number of attempts that have been repeated.

use crate::time::SECOND;

/// First retransmission timeout of data on a connection with a short round trip: Linux's minimum (`TCP_RTO_MIN`).
const DATA_TIMEOUT: u64 = SECOND / 5;
/// The timeout stops doubling here; no user waits that long.
const MAX_DOUBLINGS: u8 = 7;

/// A lost SYN is sent again 1, 3, 7, 15 s after the first one (RFC 6298; `TCP_TIMEOUT_INIT` in Linux).
pub(crate) fn after_lost_syn(repeated: u8) -> u64 {
    SECOND << repeated.min(MAX_DOUBLINGS)
}

/// Nanoseconds from the first SYN to the one that follows `repeated` others.
pub(crate) fn syn_sent(repeated: u8) -> u64 {
    (0..repeated).map(after_lost_syn).sum()
}

/// Lost data is sent again 0.2, 0.6, 1.4, 3.0, 6.2 s after the first time.
pub(crate) fn after_lost_data(repeated: u8) -> u64 {
    DATA_TIMEOUT << repeated.min(MAX_DOUBLINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_double() {
        let sums = |after: fn(u8) -> u64| {
            (0..4)
                .scan(0, |sum, repeated| {
                    *sum += after(repeated);
                    Some(*sum / 1_000_000)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(sums(after_lost_syn), [1_000, 3_000, 7_000, 15_000]);
        assert_eq!(sums(after_lost_data), [200, 600, 1_400, 3_000]);
        assert_eq!(after_lost_syn(255), after_lost_syn(7));
        assert_eq!([0, 1, 3].map(syn_sent), [0, SECOND, 7 * SECOND]);
    }
}
