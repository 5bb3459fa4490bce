//! Where an application keeps the sessions of logged-in users.

use serde::{Deserialize, Serialize};

/// Where the code of a site keeps sessions, if it has no link to a session store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SessionPlace {
    /// In a signed cookie that the browser sends with every request (Flask's default). Every server can verify it, so the
    /// site is stateless.
    #[default]
    Cookie,
    /// In the process's own memory (express-session's `MemoryStore`, a servlet container): no other server knows them, and
    /// they are gone when the process ends.
    Memory,
}
