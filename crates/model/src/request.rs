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

    /// The confidential part of headers and body.
    pub const fn secrets(self) -> &'static str {
        match self {
            Self::Static => "",
            Self::Read => "Cookie: session=7f3a91",
            Self::Write => "user=ada&password=correct-horse",
        }
    }

    /// The statement that the application sends to the database; empty for static pages.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Static => "",
            Self::Read => "SELECT name, city FROM users WHERE session = '7f3a91'",
            Self::Write => "UPDATE users SET last_login = NOW() WHERE name = 'ada' AND password = SHA2('correct-horse', 256)",
        }
    }

    /// Whether the request writes data.
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Write)
    }

    /// Whether the web server responds without the application.
    pub const fn is_static(self) -> bool {
        matches!(self, Self::Static)
    }
}
