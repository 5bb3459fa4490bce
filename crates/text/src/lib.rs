//! English text for the data that the core reports: events, commands, refusals, faults, findings and problems.
//!
//! The simulation and the analysis return enums with ids and numbers. One function per type renders them as a
//! [`Phrase`]: a list of [`Part`]s (words, names, figures). Callers can render the whole phrase, style its parts, or
//! turn it into a sentence, and never have to search or split a string.
//!
//! ```
//! use hoplight_model::{ComponentId, Element};
//! use hoplight_sim::{Command, CommandError};
//!
//! let web = Element::Component(ComponentId::new("web-1"));
//! let refusal = hoplight_text::refusal(&CommandError::AlreadyDown(web.clone()));
//!
//! assert_eq!(refusal.to_sentence(), "web-1 is already down.");
//! assert_eq!(refusal.elements().collect::<Vec<_>>(), [&web]);
//! assert_eq!(hoplight_text::instruction(&Command::Kill(web)).to_sentence(), "Kill web-1.");
//! ```

mod broken;
mod capacity;
mod catalogue;
mod command;
mod compose;
pub mod description;
mod event;
mod exposure;
mod fault;
mod figure;
mod finding;
mod firewall;
mod homogeneity;
mod losses;
mod phrase;
mod problem;
mod refusal;
mod remark;
mod rule;
mod script;
mod term;
mod value;

pub use broken::{broken, cause, missing, obstacle, single_point};
pub use capacity::{bottleneck, overload, resource, saturation, utilisation};
pub use catalogue::{CommonFaultText, common_fault};
pub use command::{done, instruction};
pub use compose::{compose_error, role};
pub use event::{EventText, check_code, event, failure_reason, headline};
pub use exposure::{exposure, feature, listener, tls_price, tls_setting};
pub use fault::{fault, repair};
pub use figure::{requests_per_second, thousands};
pub use finding::{FindingText, finding};
pub use firewall::{flaw, judged, reach};
pub use homogeneity::{lone_servers, mixed_server, redundancy, shared_flaw, twin_servers};
pub use losses::{consequence, loss};
pub use phrase::{Part, Passage, Phrase, list};
pub use problem::{edit_error, problem, problem_kind, read_error, read_scenario};
pub use refusal::refusal;
pub use remark::remark;
pub use rule::{RuleText, rule};
pub use script::{located_script_error, located_script_errors, script_error, script_line_error, time_error, verb};
pub use term::{failure, health, phase, phase_on};
pub use value::value_problem;
