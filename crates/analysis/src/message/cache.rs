//! The Redis protocol (RESP): lookups and their results.

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
