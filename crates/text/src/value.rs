//! What is wrong with a value that somebody has typed.

use hoplight_model::ron_text::ValueProblem;

/// What is wrong with a typed value and what to write instead, without a full stop.
pub fn value_problem(problem: &ValueProblem) -> String {
    let listed = |words: &[&str]| words.join(", ");
    match problem {
        ValueProblem::NoNumber => "write a number, such as 0.5".to_owned(),
        ValueProblem::NoWholeNumber => "write a whole number, such as 3".to_owned(),
        ValueProblem::OutOfRange => "the number is too large or too small".to_owned(),
        ValueProblem::UnknownWord { found, expected } => format!("{found} is not one of: {}", listed(expected)),
        ValueProblem::UnknownField { found, expected } => format!("there is no {found}: here are {}", listed(expected)),
        ValueProblem::MissingField(field) => format!("{field} is missing"),
        ValueProblem::FieldTwice(field) => format!("{field} occurs twice"),
        ValueProblem::Quote => "put the text in quotation marks".to_owned(),
        ValueProblem::Sign(sign) => format!("a {sign} is missing"),
        ValueProblem::Rest => "there is something after the value".to_owned(),
        ValueProblem::Incomplete => "something is missing at the end".to_owned(),
        ValueProblem::Refused(why) => why.clone(),
        ValueProblem::Unreadable => "write it as in the example".to_owned(),
    }
}
