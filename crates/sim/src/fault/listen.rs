//! Eavesdropping: what a tap on a hop can read of the messages that cross it.

use hoplight_model::LinkIx;

/// What was heard on one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// The hop's link.
    pub link: LinkIx,
    /// Messages of users' requests that crossed.
    pub messages: u64,
    /// Those whose content could be read.
    pub readable: u64,
    /// Requests among them that carry a secret: a cookie, a form, or the statement of a login.
    pub secrets: u64,
    /// Whether the hop is in plaintext now.
    pub(crate) plaintext: bool,
}
