//! Terms: the English names of single values.

use hoplight_model::Protocol;
use hoplight_sim::{Failure, Health, Phase};

/// A failed request, as the user sees it.
pub const fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Dns => "name not resolved",
        Failure::Refused => "connection refused",
        Failure::Reset => "connection reset",
        Failure::Closed => "connection closed without a response",
        Failure::Certificate => "certificate expired",
        Failure::TimedOut => "timed out",
        Failure::TooManyRequests => "429 too many requests",
        Failure::ServerError => "500 internal error",
        Failure::BadGateway => "502 bad gateway",
        Failure::Unavailable => "503 unavailable",
        Failure::GatewayTimeout => "504 gateway timeout",
        Failure::LoginRequired => "302 to the login page",
        Failure::TooManyRedirects => "too many redirects",
    }
}

/// Whether a component is running, in one word.
pub const fn health(health: Health) -> &'static str {
    match health {
        Health::Up => "up",
        Health::Hung => "hung",
        Health::Crashed => "down",
        Health::PoweredOff => "off",
    }
}

/// The phase of a request.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Lookup => "DNS lookup",
        Phase::Connect => "TCP connect",
        Phase::Handshake => "TLS handshake",
        Phase::Hello => "TLS handshake 1 of 2",
        Phase::Finish => "TLS handshake 2 of 2",
        Phase::Resume => "TLS resumption",
        Phase::Exchange => "HTTP",
        Phase::Check => "health check",
        Phase::PlainConnect => "TCP connect to port 80",
        Phase::PlainExchange => "plaintext HTTP",
    }
}

/// The phase of a request on a link of this protocol: an exchange is named after the protocol.
pub const fn phase_on(of: Phase, protocol: Protocol) -> &'static str {
    match of {
        Phase::Exchange => protocol.word(),
        _ => phase(of),
    }
}
