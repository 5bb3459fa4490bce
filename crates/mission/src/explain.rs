//! The explanation on passing, with the learner's figures before and after.

use super::mission::Mission;
use super::report::{GoalFigure, MissionReport};
use super::text::{explained, figure};

/// The figure that every mission has besides its goals.
pub(crate) const COST: &str = "cost";

/// The explanation of a passed mission and, last, the price of the remedy. `before` is the report on the starting design,
/// `after` the one on the learner's.
pub fn explanation(mission: &Mission, before: &MissionReport, after: &MissionReport) -> Vec<String> {
    let form = mission.form();
    let value = |name: &str| {
        let (side, name) = name.split_once(':').unwrap_or(("after", name));
        let report = if side == "before" { before } else { after };
        let shown = if name == COST {
            report.cost.map(|cost| figure(&GoalFigure::Units(cost)))
        } else {
            let goal = mission.goals().iter().find(|goal| goal.name.as_str() == name);
            goal.and_then(|goal| explained(goal, report.goal(name)?))
        };
        shown.unwrap_or_else(|| "an unknown amount".to_owned())
    };
    form.explanation.iter().chain([&form.price]).map(|text| filled(text, value)).collect()
}

/// The names of a text's placeholders.
///
/// # Errors
/// If a placeholder has no closing bracket.
pub(crate) fn placeholders(text: &str) -> Result<Vec<&str>, ()> {
    text.split('{').skip(1).map(|piece| piece.split_once('}').map(|(name, _)| name).ok_or(())).collect()
}

/// Replaces the placeholders of a text.
fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('}') {
            Some((name, rest)) => {
                out.push_str(&value(name));
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_replaced() {
        let text = "From {before:reads} to {after:reads}.";
        assert_eq!(placeholders(text), Ok(vec!["before:reads", "after:reads"]));
        assert_eq!(placeholders("From {before"), Err(()));
        assert_eq!(filled(text, |name| format!("<{name}>")), "From <before:reads> to <after:reads>.");
        assert_eq!(filled("plain", |_| unreachable!("there is none")), "plain");
    }
}
