//! Kinds of request, and their content.

use serde::{Deserialize, Serialize};

/// The kind of a user's request. Availability, single points of failure and exposure are reported per kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RequestKind {
    /// A static page, served by the web server.
    Static,
    /// A page that the application renders from data; any readable database suffices.
    Read,
    /// A login form, which writes data and needs the primary.
    Write,
}

impl RequestKind {
    /// All kinds, in listing order.
    pub const ALL: [Self; 3] = [Self::Static, Self::Read, Self::Write];

    /// Index in [`Self::ALL`], for arrays indexed by kind.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Name of the kind in commands, reports and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The HTTP method and path.
    pub const fn request_line(self) -> &'static str {
        match self {
            Self::Static => "GET /logo.svg",
            Self::Read => "GET /profile",
            Self::Write => "POST /login",
        }
    }

    /// The HTTP method and path of a typed address or a link that leads to the same page.
    pub const fn navigation_line(self) -> &'static str {
        match self {
            Self::Static | Self::Read => self.request_line(),
            Self::Write => "GET /login",
        }
    }

    /// The confidential part of headers and body. A browser sends the cookie with every request to the site, also for a
    /// static page (RFC 6265, section 5.4).
    pub const fn secrets(self) -> &'static str {
        match self {
            Self::Static | Self::Read => "Cookie: session=7f3a91",
            Self::Write => "user=ada&password=correct-horse",
        }
    }

    /// The statements that the application sends to the database. A login fetches the password's hash, which the
    /// application verifies, and stores the new session. The simulation treats both statements as one.
    pub const fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Static => &[],
            Self::Read => &["SELECT name, city FROM users WHERE session = '7f3a91'"],
            Self::Write => &[
                "SELECT password_hash FROM users WHERE name = 'ada'",
                "UPDATE users SET session = '7f3a91', last_login = NOW() WHERE name = 'ada'",
            ],
        }
    }

    /// What the database returns to the first statement of a login: a slow, salted hash of the password (Argon2id,
    /// RFC 9106), with its parameters and salt.
    pub const PASSWORD_HASH: &'static str = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdC1hZGE$Xo2fGkQ0b7u1";

    /// The key that the application looks up in a cache; empty for requests that are not looked up.
    pub const fn cache_key(self) -> &'static str {
        match self {
            Self::Static | Self::Write => "",
            Self::Read => "profile:7f3a91",
        }
    }

    /// The key of the session in a session store.
    pub const SESSION_KEY: &'static str = "session:7f3a91";

    /// Whether the request writes data.
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Write)
    }

    /// Whether the web server responds without the application.
    pub const fn is_static(self) -> bool {
        matches!(self, Self::Static)
    }
}
