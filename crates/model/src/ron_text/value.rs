//! Single values that somebody types into a form, and what is wrong with them as data.

use serde::de::DeserializeOwned;

use super::options;

/// What is wrong with a typed value. `hoplight_text::value_problem` renders it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueProblem {
    /// A number is expected.
    NoNumber,
    /// A whole number is expected.
    NoWholeNumber,
    /// The number is outside the range of its type.
    OutOfRange,
    /// A word that is none of the expected ones.
    UnknownWord {
        /// The word.
        found: String,
        /// The expected ones.
        expected: &'static [&'static str],
    },
    /// A field that the value does not have.
    UnknownField {
        /// The field.
        found: String,
        /// The fields that it has.
        expected: &'static [&'static str],
    },
    /// A field is missing.
    MissingField(&'static str),
    /// A field occurs twice.
    FieldTwice(&'static str),
    /// A quotation mark is missing.
    Quote,
    /// This sign is expected.
    Sign(char),
    /// There is something after the end of the value.
    Rest,
    /// The value ends too early.
    Incomplete,
    /// The value is refused by its type, for this reason.
    Refused(String),
    /// The value is written differently from what is expected here.
    Unreadable,
}

/// Parses a value as it is written in a scenario file.
///
/// # Errors
/// What is wrong with it.
pub fn value<T: DeserializeOwned>(text: &str) -> Result<T, ValueProblem> {
    options().from_str(text).map_err(|error| problem(error.code))
}

fn problem(error: ron::Error) -> ValueProblem {
    use ron::Error;
    match error {
        Error::ExpectedFloat | Error::FloatUnderscore => ValueProblem::NoNumber,
        Error::ExpectedInteger | Error::InvalidIntegerDigit { .. } | Error::UnderscoreAtBeginning => ValueProblem::NoWholeNumber,
        Error::IntegerOutOfBounds => ValueProblem::OutOfRange,
        Error::NoSuchEnumVariant { expected, found, .. } => ValueProblem::UnknownWord { found, expected },
        Error::NoSuchStructField { expected, found, .. } => ValueProblem::UnknownField { found, expected },
        Error::MissingStructField { field, .. } => ValueProblem::MissingField(field),
        Error::DuplicateStructField { field, .. } => ValueProblem::FieldTwice(field),
        Error::ExpectedString | Error::ExpectedStringEnd => ValueProblem::Quote,
        Error::ExpectedArray => ValueProblem::Sign('['),
        Error::ExpectedArrayEnd => ValueProblem::Sign(']'),
        Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) => ValueProblem::Sign('('),
        Error::ExpectedStructLikeEnd | Error::ExpectedOptionEnd => ValueProblem::Sign(')'),
        Error::ExpectedMapColon => ValueProblem::Sign(':'),
        Error::ExpectedComma => ValueProblem::Sign(','),
        Error::TrailingCharacters => ValueProblem::Rest,
        Error::Eof => ValueProblem::Incomplete,
        Error::Message(why) => ValueProblem::Refused(why),
        Error::InvalidValueForType { expected, .. } => {
            if expected.contains("float") || expected.contains('f') && expected.ends_with("64") {
                ValueProblem::NoNumber
            } else {
                ValueProblem::Unreadable
            }
        }
        _ => ValueProblem::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitoring::AlertRule;
    use crate::quantity::Seconds;
    use crate::tls::TlsMode;

    #[test]
    fn a_mistake_is_known_as_what_it_is() {
        assert_eq!(value::<Seconds>("fast"), Err(ValueProblem::NoNumber));
        assert_eq!(value::<u8>("fast"), Err(ValueProblem::NoWholeNumber));
        assert_eq!(value::<u8>("300"), Err(ValueProblem::OutOfRange));
        assert_eq!(value::<u8>("3 4"), Err(ValueProblem::Rest));
        assert!(matches!(value::<Seconds>("-1.0"), Err(ValueProblem::Refused(why)) if why.contains("must be between")));
        assert!(matches!(value::<TlsMode>("Both"), Err(ValueProblem::UnknownWord { found, .. }) if found == "Both"));
        let missing = value::<AlertRule>("(name: \"a\")");
        assert_eq!(missing.err(), Some(ValueProblem::MissingField("when")));
        let unknown = value::<AlertRule>("(nam: \"a\")");
        assert!(matches!(unknown, Err(ValueProblem::UnknownField { found, .. }) if found == "nam"));
        assert_eq!(value::<AlertRule>("name").err(), Some(ValueProblem::Unreadable));
    }
}
