//! Sessions: which requests need the session of a logged-in user, and which component holds it.
//!
//! Reads show the pages of a logged-in user, and a write is a login. Returning users are logged in; a new visitor has no
//! cookie, so an application does not look for a session. A user has one session cookie at a time: logging in at another
//! server replaces it.

use super::failure::{FailurePolicy, HttpError, NextAttempt, Reaction, RetryRule};
use super::upstreams;
use crate::component::ComponentKind;
use crate::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use crate::link::Protocol;
use crate::quantity::Seconds;
use crate::request::RequestKind;
use crate::sessions::SessionPlace;

/// How a component that runs the site's code uses sessions for requests of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionUse {
    /// The component that holds the sessions: the component itself, or a session store.
    pub holder: ComponentIx,
    /// How it asks a session store; `None` if it has the sessions in its memory.
    pub store: Option<StoreLookup>,
    /// What a request of this kind does with the session.
    pub need: SessionNeed,
}

/// How a component asks a session store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoreLookup {
    /// The link to the store.
    pub link: LinkIx,
    /// Handling of failed lookups.
    pub policy: FailurePolicy,
}

/// What a request does with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionNeed {
    /// A logged-in user's request needs the session. Without it, the response is a redirect to the login page, and the
    /// user logs in again.
    Known,
    /// A login creates the session. Frameworks open the store at the start of such a request too (PHP: `session_start`).
    Created,
}

/// How a component uses sessions for requests of a kind; `None` if it does not, or verifies a signed cookie.
pub fn session_use(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> Option<SessionUse> {
    let need = match kind {
        RequestKind::Static => return None,
        RequestKind::Read => SessionNeed::Known,
        RequestKind::Write => SessionNeed::Created,
    };
    if !runs_code(infra, ix, kind) {
        return None;
    }
    if let Some(link) = session_link(infra, ix) {
        let holder = infra.ends(link).1;
        let timeout = infra.component(holder).kind.as_session_store()?.timeout_s;
        return Some(SessionUse { holder, store: Some(StoreLookup { link, policy: lookup_policy(timeout) }), need });
    }
    keeps_sessions(infra, ix).then_some(SessionUse { holder: ix, store: None, need })
}

/// Whether the settings of a component say that it keeps sessions in its memory.
pub(crate) fn keeps_sessions(infra: &Infrastructure, ix: ComponentIx) -> bool {
    infra.component(ix).kind.as_proxy().is_some_and(|spec| spec.sessions == SessionPlace::Memory)
}

/// The link from a component to its session store.
pub(crate) fn session_link(infra: &Infrastructure, ix: ComponentIx) -> Option<LinkIx> {
    infra.links_from(ix).into_iter().find(|link| is_to_session_store(infra, *link))
}

/// Whether a link leads from an application to a session store.
pub(super) fn is_to_session_store(infra: &Infrastructure, link: LinkIx) -> bool {
    infra.link(link).protocol == Protocol::Cache && infra.component(infra.ends(link).1).kind.as_session_store().is_some()
}

/// Whether a component runs the site's code for requests of a kind: an application, or a web server that queries the
/// database itself.
fn runs_code(infra: &Infrastructure, ix: ComponentIx, kind: RequestKind) -> bool {
    match &infra.component(ix).kind {
        ComponentKind::App(_) => true,
        ComponentKind::Web(_) => {
            upstreams(infra, ix, kind).first().is_some_and(|link| infra.link(*link).protocol == Protocol::Sql)
        }
        ComponentKind::Browser
        | ComponentKind::DnsResolver(_)
        | ComponentKind::Firewall(_)
        | ComponentKind::LoadBalancer(_)
        | ComponentKind::Cache(_)
        | ComponentKind::SqlProxy(_)
        | ComponentKind::Database(_)
        | ComponentKind::Agent(_)
        | ComponentKind::MonitoringService => false,
    }
}

/// A session store is asked once. The code cannot continue without it: every failure is an exception.
const fn lookup_policy(timeout: Seconds) -> FailurePolicy {
    let exception = Reaction::Report(HttpError::InternalServerError);
    FailurePolicy {
        retry: RetryRule { attempts: 1, next: NextAttempt::Following, pause: None },
        connect_timeout: timeout,
        refused: exception,
        silent: exception,
        reset: exception,
        certificate: exception,
        read_only: exception,
        not_ready: exception,
        too_many_connections: exception,
        timed_out: exception,
    }
}
