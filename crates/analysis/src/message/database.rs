//! The `MySQL` protocol: statements, results, errors, and replicated row changes.

use crate::reading::CHANGED_ROW;
use hoplight_model::RequestKind;

use super::{MessageDirection, MessagePart, PartRole, ResponseStatus};

/// The statements that an application sends. Those of a login are separate commands, one after the other; the application
/// verifies the password between them.
pub(super) fn query(kind: RequestKind) -> Vec<MessagePart> {
    let command = |statement: &&'static str| {
        let role = if contains_session(statement) { PartRole::Secret } else { PartRole::Body };
        [MessagePart::new(PartRole::Header, "COM_QUERY (0x03)"), MessagePart::new(role, *statement)]
    };
    kind.statements().iter().flat_map(command).collect()
}

/// Whether a statement names a user's session.
fn contains_session(statement: &str) -> bool {
    crate::reading::session().is_some_and(|session| statement.contains(session))
}

/// The response of the database.
pub(super) fn result(kind: RequestKind, reply: ResponseStatus) -> Vec<MessagePart> {
    let error =
        |text: &str| vec![MessagePart::new(PartRole::Header, "ERR packet (0xff)"), MessagePart::new(PartRole::Body, text)];
    match reply {
        ResponseStatus::Success if kind.is_write() => {
            vec![
                MessagePart::new(PartRole::Header, "result set: 1 column, 1 row"),
                MessagePart::new(PartRole::Body, "password_hash"),
                MessagePart::new(PartRole::Secret, RequestKind::PASSWORD_HASH),
                MessagePart::new(PartRole::Header, "OK packet (0x00)"),
                MessagePart::new(PartRole::Body, "affected rows 1, warnings 0"),
            ]
        }
        ResponseStatus::Success => vec![
            MessagePart::new(PartRole::Header, "result set: 2 columns, 1 row"),
            MessagePart::new(PartRole::Body, "name | city"),
            MessagePart::new(PartRole::Body, "Ada  | London"),
        ],
        ResponseStatus::ReadOnly => {
            error("1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement")
        }
        ResponseStatus::NotReady => error("1047 (08S01): WSREP has not yet prepared node for application use"),
        ResponseStatus::Conflict => error("1213 (40001): Deadlock found when trying to get lock; try restarting transaction"),
        // InnoDB reports this error when a table's file cannot grow.
        ResponseStatus::DiskFull => error("1114 (HY000): The table 'users' is full"),
        ResponseStatus::TooManyConnections => error("1040 (08004): Too many connections"),
        _ => error("the statement could not be executed"),
    }
}

/// An SQL proxy's health check.
pub(super) fn role_check(direction: MessageDirection) -> Vec<MessagePart> {
    let head = |text: &str| MessagePart::new(PartRole::Header, text);
    let body = |text: &str| MessagePart::new(PartRole::Body, text);
    match direction {
        MessageDirection::Request => vec![head("COM_QUERY (0x03)"), body("SELECT @@global.read_only")],
        MessageDirection::Response(ResponseStatus::Success) => {
            vec![head("result set: 1 column, 1 row"), body("@@global.read_only")]
        }
        MessageDirection::Response(_) => {
            vec![head("ERR packet (0xff)"), body("1047 (08S01): WSREP has not yet prepared node for application use")]
        }
    }
}

/// A row change, as it appears in the primary's binary log.
pub(super) fn change() -> Vec<MessagePart> {
    vec![
        MessagePart::new(PartRole::Header, "binary log: Update_rows event, row image"),
        MessagePart::new(PartRole::Body, CHANGED_ROW),
    ]
}
