//! Designs for the tests: the shipped scenarios, and drawings as they appear in write-ups.

use hoplight_exam::ExamStage;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, ron_text};
use serde::Deserialize;

/// A drawing of a write-up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    design: Scenario,
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../assets/", $name, ".ron")))),*]
    };
}

/// The shipped scenarios that the tests use.
pub(crate) const ASSETS: [(&str, &str); 14] = assets![
    "stage-0-simple",
    "stage-1-distributed",
    "stage-2-secured",
    "stage-3-scaled",
    "design-0",
    "design-1",
    "design-2",
    "design-3",
    "design-4",
    "design-0-repaired",
    "design-1-repaired",
    "design-2-repaired",
    "design-3-repaired",
    "design-4-repaired",
];

/// A shipped scenario.
pub(crate) fn asset(name: &str) -> Scenario {
    let (_, text) = ASSETS.into_iter().find(|(known, _)| *known == name).expect("a shipped scenario");
    ron_text::parse(name, text).expect("a valid scenario")
}

/// A shipped scenario, built.
pub(crate) fn built(name: &str) -> Infrastructure {
    asset(name).build().expect("a valid scenario")
}

/// The drawings of write-ups that satisfy the task of a stage.
pub(crate) fn variants(stage: ExamStage) -> Vec<(String, Scenario)> {
    let (file, text) = match stage {
        ExamStage::Simple => ("stage-0.ron", include_str!("../designs/stage-0.ron")),
        ExamStage::Distributed => ("stage-1.ron", include_str!("../designs/stage-1.ron")),
        ExamStage::Secured => ("stage-2.ron", include_str!("../designs/stage-2.ron")),
        ExamStage::Scaled => ("stage-3.ron", include_str!("../designs/stage-3.ron")),
    };
    let all: Vec<Variant> = ron_text::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
    all.into_iter().map(|variant| (variant.name, variant.design)).collect()
}
