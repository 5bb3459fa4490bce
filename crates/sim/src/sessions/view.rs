//! The sessions at a component, as reports and the screen see them.

/// The sessions of returning users, as one component knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionsView {
    /// Number of users whose session the component holds; `None` if it holds none for itself or others, since it asks a
    /// session store.
    pub held: Option<u32>,
    /// Number of requests that it answered with a redirect to the login page, because it did not know the session.
    pub turned_away: u64,
}
