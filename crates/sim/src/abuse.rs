//! An attacker who guesses passwords: logins at a rate, from one address or from many.
//!
//! The requests are real: they queue, occupy workers and count in the components' own counters, as those of users do. They
//! do not count in the totals of users' requests.

use hoplight_model::RequestKind;
use hoplight_model::quantity::Rate;

use crate::outcome::{Failure, Outcome};
use crate::time::SECOND;
use crate::view::AbuseView;

/// Marks the numbers of an attacker's requests. The other bits are the request's own number.
const ABUSE: u64 = 1 << 60;
/// Marks the random streams of an attacker's requests: sent by hand by a closed population, which nobody does.
const STREAM: u64 = 0b11 << 62;
/// Bit position of the sender's address in the number of a request.
const ADDRESS: u32 = 40;

/// The kind of an attacker's requests: the site records every attempt to log in.
pub(crate) const KIND: RequestKind = RequestKind::Write;

/// Whether a request with this number is an attacker's.
pub fn is_abuse(number: u64) -> bool {
    // Probes and health checks have higher marks.
    number >> 60 == 1
}

/// The number of the attacker's address that sent the request with this number, if an attacker sent it.
pub(crate) fn attacker(number: u64) -> Option<u32> {
    is_abuse(number).then(|| u32::try_from((number & !ABUSE) >> ADDRESS).expect("20 bits"))
}

/// An attack in progress.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Attack {
    rate: Rate,
    addresses: u32,
}

/// The attacker, and how the requests ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Abuse {
    attack: Option<Attack>,
    /// Number of attacks so far, so that timers of earlier ones are recognised.
    attacks: u32,
    sent: u64,
    answered: u64,
    refused: u64,
    failed: u64,
}

impl Abuse {
    /// Starts an attack, or changes it. Returns its number.
    pub(crate) fn start(&mut self, rate: Rate, addresses: u32) -> u32 {
        self.attacks += 1;
        self.attack = Some(Attack { rate, addresses: addresses.max(1) });
        self.attacks
    }

    /// Ends the attack.
    pub(crate) fn end(&mut self) {
        self.attack = None;
    }

    /// Takes over the counts from before a rebuild.
    pub(crate) fn carry(&mut self, old: &Self) {
        *self = Self { attack: None, ..old.clone() };
    }

    /// Rate and number of addresses of the attack in progress.
    pub(crate) fn attack(&self) -> Option<(Rate, u32)> {
        self.attack.map(|attack| (attack.rate, attack.addresses))
    }

    /// Nanoseconds between two requests of this attack; `None` if it is over.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is at least one in 1,000 s")]
    pub(crate) fn gap(&self, number: u32) -> Option<u64> {
        let attack = self.attack.filter(|_| number == self.attacks)?;
        Some((SECOND as f64 / attack.rate.get()) as u64)
    }

    /// Counts a request as sent, from each address in turn. Returns its number and random stream.
    pub(crate) fn send(&mut self) -> (u64, u64) {
        let addresses = self.attack.map_or(1, |attack| attack.addresses);
        let address = self.sent % u64::from(addresses);
        self.sent += 1;
        let number = self.sent & ((1 << ADDRESS) - 1);
        (ABUSE | address << ADDRESS | number, STREAM | number)
    }

    /// Counts the end of a request. A limit that responds with 503 looks like any other failure to the attacker.
    pub(crate) fn ended(&mut self, outcome: Outcome) {
        let count = match outcome {
            Ok(()) => &mut self.answered,
            Err(Failure::TooManyRequests) => &mut self.refused,
            Err(_) => &mut self.failed,
        };
        *count += 1;
    }

    /// `None` before the first attack.
    pub(crate) fn view(&self) -> Option<AbuseView> {
        let Self { sent, answered, refused, failed, .. } = *self;
        let attack = self.attack.map(|attack| (attack.rate.get(), attack.addresses));
        (self.attacks > 0).then_some(AbuseView { attack, sent, answered, refused, failed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::probe_number;
    use crate::request::is_check;

    #[test]
    fn numbers_are_neither_those_of_users_nor_of_probes_nor_of_checks() {
        let mut abuse = Abuse::default();
        abuse.start(Rate::literal(100.0), 3);
        let sent: Vec<(u64, u64)> = (0..5).map(|_| abuse.send()).collect();
        for (number, stream) in &sent {
            assert!(is_abuse(*number) && probe_number(*number).is_none() && !is_check(*number));
            assert!(crate::arrivals::closed_user(*stream).is_none());
        }
        let address = |(number, _): &(u64, u64)| (number & !ABUSE) >> ADDRESS;
        assert_eq!(sent.iter().map(address).collect::<Vec<_>>(), [0, 1, 2, 0, 1]);
        assert!(!is_abuse(7) && !is_abuse(1 << 62 | 1 << 60) && !is_abuse(1 << 61 | 1 << 60));
    }

    #[test]
    fn the_timer_of_an_earlier_attack_sends_nothing() {
        let mut abuse = Abuse::default();
        let first = abuse.start(Rate::literal(4.0), 1);
        assert_eq!(abuse.gap(first), Some(SECOND / 4));
        let second = abuse.start(Rate::literal(2.0), 1);
        assert_eq!((abuse.gap(first), abuse.gap(second)), (None, Some(SECOND / 2)));
        abuse.end();
        assert_eq!(abuse.gap(second), None);
    }
}
