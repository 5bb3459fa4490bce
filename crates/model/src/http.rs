//! Plaintext HTTP beside HTTPS: what the entry does on port 80, and what keeps browsers away from it.
//!
//! A visit that starts with `http://` reaches port 80 in plaintext before anything can redirect it. None of this matters
//! to a site without TLS, whose only port is 80.

use serde::{Deserialize, Serialize};

use super::quantity::Millis;

/// Least `max-age` that the preload list of browsers accepts, in seconds: a year (hstspreload.org).
pub const PRELOAD_MAX_AGE_S: u32 = 31_536_000;

/// Number of redirects that a browser follows for one visit: Chromium's limit and Firefox's
/// (`network.http.redirection-limit`), and the one that the Fetch standard sets. The next one is
/// `ERR_TOO_MANY_REDIRECTS`.
pub const MAX_REDIRECTS: u8 = 20;

/// Work of a component that accepts only https and redirects a request, in milliseconds: it decides from the headers, before
/// it renders anything.
pub const REDIRECT_MS: Millis = Millis::literal(1.0);

/// What the entry does on port 80.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Port80 {
    /// Nothing listens: the host refuses connections.
    #[default]
    Closed,
    /// It serves the site in plaintext as well.
    Open,
    /// It redirects to https with status 301 (HAProxy: `http-request redirect scheme https code 301`; nginx:
    /// `return 301 https://$host$request_uri`).
    Redirect,
}

impl Port80 {
    /// All settings.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::Redirect];

    /// The next setting, wrapping around.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Closed => Self::Open,
            Self::Open => Self::Redirect,
            Self::Redirect => Self::Closed,
        }
    }

    /// Name of the setting in commands, reports and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Redirect => "redirect",
        }
    }
}

/// HTTP Strict Transport Security (RFC 6797): a browser that has seen the header over HTTPS uses only HTTPS for the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hsts {
    /// Seconds for which a browser remembers it after each response.
    pub max_age_s: u32,
    /// Whether the site is on the list that browsers ship, so that it holds for the first visit as well.
    pub preload: bool,
}

impl Default for Hsts {
    fn default() -> Self {
        Self { max_age_s: PRELOAD_MAX_AGE_S, preload: false }
    }
}

impl Hsts {
    /// The value of the header. The preload list requires `includeSubDomains`.
    pub fn header(self) -> String {
        format!("max-age={}{}", self.max_age_s, if self.preload { "; includeSubDomains; preload" } else { "" })
    }
}

/// How a site with TLS handles plaintext HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// What the entry does on port 80.
    pub port_80: Port80,
    /// The `Strict-Transport-Security` header of responses over HTTPS, if they have one.
    pub hsts: Option<Hsts>,
    /// Whether the component at which users' TLS ends tells the components behind it, in `X-Forwarded-Proto`, which scheme
    /// the user used. Components behind it pass the header on.
    pub forwarded_proto: bool,
    /// Whether the session cookie has the attribute `Secure`, so that browsers do not send it over plaintext HTTP.
    pub secure_cookies: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { port_80: Port80::default(), hsts: None, forwarded_proto: true, secure_cookies: true }
    }
}
