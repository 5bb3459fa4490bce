//! Words that several sentences need. Must not know what they are about.

/// Words as a list: `a`, `a and b`, `a, b and c`.
pub(super) fn listed<T: ToString>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    match &words[..] {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
