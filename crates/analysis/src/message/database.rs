//! The protocol of `MySQL`: statements, results, errors, and the changes of rows that a replica is sent. Must not know who
//! takes writes.

use crate::reading::CHANGED_ROW;
use hoplight_model::RequestKind;

use super::{Mark, Part, Reply};

/// The statement that an application sends.
pub(super) fn query(kind: RequestKind) -> Vec<Part> {
    // It names the user by a password or a session.
    vec![Part::new(Mark::Head, "COM_QUERY (0x03)"), Part::new(Mark::Secret, kind.sql())]
}

/// The database's response.
pub(super) fn result(kind: RequestKind, reply: Reply) -> Vec<Part> {
    let error = |text: &str| vec![Part::new(Mark::Head, "ERR packet (0xff)"), Part::new(Mark::Body, text)];
    match reply {
        Reply::Good if kind.is_write() => {
            vec![Part::new(Mark::Head, "OK packet (0x00)"), Part::new(Mark::Body, "affected rows 1, warnings 0")]
        }
        Reply::Good => vec![
            Part::new(Mark::Head, "result set: 2 columns, 1 row"),
            Part::new(Mark::Body, "name | city"),
            Part::new(Mark::Body, "Ada  | London"),
        ],
        Reply::ReadOnly => {
            error("1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement")
        }
        // InnoDB's error when a table's file cannot grow.
        Reply::DiskFull => error("1114 (HY000): The table 'users' is full"),
        Reply::TooManyConnections => error("1040 (08004): Too many connections"),
        _ => error("the statement could not be executed"),
    }
}

/// A change of a row, as the primary's binary log has it.
pub(super) fn change() -> Vec<Part> {
    vec![Part::new(Mark::Head, "binary log: Update_rows event, row image"), Part::new(Mark::Body, CHANGED_ROW)]
}
