//! Random-looking bytes, derived from the message and its link.

use hoplight_model::LinkIx;

use super::{MessageDirection, MessageSpec, Payload};

/// Source of bytes for one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    /// Seed of the connection: the same for request and response.
    call: u64,
    /// Seed of the message.
    own: u64,
}

/// Mixes bits (the finaliser of `SplitMix64` by Sebastiano Vigna, public domain).
const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Noise {
    pub(super) fn new(spec: &MessageSpec, link: LinkIx) -> Self {
        let call = mix(spec.number ^ mix(link.index() as u64));
        let payload = match &spec.payload {
            Payload::Lookup => 1,
            Payload::Connect => 2,
            Payload::Handshake(part) => 3 + *part as u64,
            Payload::Request(kind) => 10 + kind.index() as u64,
            // The same connection and request, but on port 80.
            Payload::PlainConnect => 17,
            Payload::PlainRequest(kind) => 13 + kind.index() as u64,
            Payload::Check => 19,
            Payload::Change => 20,
            Payload::Samples(_) => 21,
            Payload::Advertisement(_) => 22,
        };
        let answer = u64::from(spec.direction != MessageDirection::Request);
        Self { call, own: mix(call ^ payload << 8 ^ answer) }
    }

    /// The client's ephemeral port (RFC 6335).
    pub(super) const fn port(self) -> u16 {
        49_152 + (self.call % 16_384) as u16
    }

    /// A 32-bit number that request and response share; `what` selects one of several.
    pub(super) const fn shared(self, what: u64) -> u32 {
        (mix(self.call ^ what) >> 32) as u32
    }

    /// Returns `count` bytes of the message in hexadecimal, separated by `between`.
    pub(super) fn hex(self, count: usize, between: &str) -> String {
        let bytes: Vec<String> = (0..count as u64).map(|at| format!("{:02x}", mix(self.own ^ at << 16) & 0xff)).collect();
        bytes.join(between)
    }
}
