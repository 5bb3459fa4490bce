//! Problems of the settings about sessions.

use crate::id::ComponentId;

/// What is wrong with the settings about sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionProblem {
    /// A component keeps sessions in its memory and has a link to this session store.
    TwoPlaces(ComponentId),
    /// A component that does not run the code keeps sessions or has a link to a session store.
    NoCode,
}
