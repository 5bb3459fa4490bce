//! The Redis protocol (RESP): lookups of copies and of sessions, and their results.

use hoplight_model::RequestKind;

use super::{MessagePart, PartRole, ResponseStatus};

/// The lookup that an application sends.
pub(super) fn lookup(kind: RequestKind) -> Vec<MessagePart> {
    let key = kind.cache_key();
    // The key contains the session, as the statement that it stands for does.
    vec![MessagePart::new(PartRole::Header, format!("*2 $3 GET ${}", key.len())), MessagePart::new(PartRole::Secret, key)]
}

/// The response of the cache.
pub(super) fn result(reply: ResponseStatus) -> Vec<MessagePart> {
    match reply {
        ResponseStatus::Success => {
            let value = r#"{"name":"Ada","city":"London"}"#;
            vec![MessagePart::new(PartRole::Header, format!("${}", value.len())), MessagePart::new(PartRole::Body, value)]
        }
        ResponseStatus::Miss => vec![MessagePart::new(PartRole::Header, "$-1 (null)")],
        _ => vec![MessagePart::new(PartRole::Header, "-ERR")],
    }
}

/// The command that an application sends to a session store: a login stores the session for 24 minutes (PHP:
/// `session.gc_maxlifetime`), other requests look it up.
pub(super) fn session(kind: RequestKind) -> Vec<MessagePart> {
    let key = RequestKind::SESSION_KEY;
    let head = if kind.is_write() { format!("*4 $5 SETEX ${}", key.len()) } else { format!("*2 $3 GET ${}", key.len()) };
    let mut parts = vec![MessagePart::new(PartRole::Header, head), MessagePart::new(PartRole::Secret, key)];
    if kind.is_write() {
        parts.push(MessagePart::new(PartRole::Body, format!("$4 1440 ${} {SESSION}", SESSION.len())));
    }
    parts
}

/// The response of a session store.
pub(super) fn session_result(kind: RequestKind, reply: ResponseStatus) -> Vec<MessagePart> {
    match reply {
        ResponseStatus::Success if kind.is_write() => vec![MessagePart::new(PartRole::Header, "+OK")],
        ResponseStatus::Success => {
            let head = MessagePart::new(PartRole::Header, format!("${}", SESSION.len()));
            vec![head, MessagePart::new(PartRole::Body, SESSION)]
        }
        _ => result(reply),
    }
}

/// What a session store keeps about a session.
const SESSION: &str = r#"{"user":"ada"}"#;
