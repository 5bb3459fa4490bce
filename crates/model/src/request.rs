//! The kinds of request that learners send.
//!
//! Must not know how a request is simulated; it knows only what the kinds need and carry.

use serde::{Deserialize, Serialize};

/// What a user asks for. What is up, a single point of failure or plaintext is answered per kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RequestKind {
    /// A static page: it ends at the web server.
    Static,
    /// A page made by the application from data: it ends at any database that can be read.
    Read,
    /// A login form: it changes data, so it needs the primary.
    Write,
}

impl RequestKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Static, Self::Read, Self::Write];

    /// Position in [`Self::ALL`], for arrays with one place per kind.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The word that the screen uses.
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

    /// What the browser puts into headers and body that a thief would want.
    pub const fn secrets(self) -> &'static str {
        match self {
            Self::Static => "",
            Self::Read => "Cookie: session=7f3a91",
            Self::Write => "user=ada&password=correct-horse",
        }
    }

    /// The statement that the application sends to the database, if the kind needs one.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Static => "",
            Self::Read => "SELECT name, city FROM users WHERE session = '7f3a91'",
            Self::Write => "UPDATE users SET last_login = NOW() WHERE name = 'ada' AND password = SHA2('correct-horse', 256)",
        }
    }

    /// Whether the kind changes data.
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Write)
    }

    /// Whether the web server can answer without the application.
    pub const fn is_static(self) -> bool {
        matches!(self, Self::Static)
    }
}
