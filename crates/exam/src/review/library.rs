//! All reviews, read from the texts of their files.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoplight_model::draft::Draft;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ContentError, Infrastructure, Problem, ScenarioId, Text, ron_text};

use super::check::{check_form, check_size};
use super::form::{ReviewForm, ReviewOrigin, ReviewSet};
use super::problem::ReviewProblem;

/// A review with its designs.
#[derive(Clone, Debug)]
pub struct DesignReview {
    form: ReviewForm,
    design: Arc<Infrastructure>,
    repaired: Arc<Infrastructure>,
}

impl DesignReview {
    /// The review as written.
    pub const fn form(&self) -> &ReviewForm {
        &self.form
    }

    /// Name of the review.
    pub const fn id(&self) -> &Text {
        &self.form.id
    }

    /// The design that the text describes.
    pub const fn design(&self) -> &Arc<Infrastructure> {
        &self.design
    }

    /// The repaired design.
    pub const fn repaired(&self) -> &Arc<Infrastructure> {
        &self.repaired
    }
}

/// Reviews by set and place.
#[derive(Clone, Debug, Default)]
pub struct DesignReviews {
    reviews: Vec<Arc<DesignReview>>,
}

impl DesignReviews {
    /// Reads reviews from files, each given by name and text, and builds their designs. `scenario` finds the scenarios of the
    /// program. [`check`](super::check()) also checks what is claimed of the designs.
    ///
    /// # Errors
    /// All errors of all files, with their positions.
    pub fn read(files: &[(&str, &str)], scenario: impl Fn(&ScenarioId) -> Option<Scenario>) -> Result<Self, Vec<ContentError>> {
        let mut errors = Vec::new();
        let mut reviews = Vec::new();
        let mut ids: BTreeMap<Text, &str> = BTreeMap::new();
        let mut places: BTreeMap<(ReviewSet, u32), Text> = BTreeMap::new();
        for (file, text) in files {
            let form = match ron_text::parse::<ReviewForm>(file, text) {
                Ok(form) => form,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let mut found = check_form(file, text, &form);
            let about = |problem: &ReviewProblem| ContentError::about(file, text, form.id.as_str(), problem.to_string());
            if let Some(other) = ids.insert(form.id.clone(), file) {
                found.push(about(&ReviewProblem::Duplicate(form.id.clone(), other.to_owned())));
            } else if let Some(other) = places.insert((form.set, form.order), form.id.clone()) {
                found.push(about(&ReviewProblem::SamePlace(form.id.clone(), other)));
            }
            if found.is_empty() {
                match designs(&form, &scenario) {
                    Ok((design, repaired)) => {
                        reviews.push(Arc::new(DesignReview { form, design: Arc::new(design), repaired: Arc::new(repaired) }));
                    }
                    Err(problem) => found.push(match &problem {
                        ReviewProblem::UnknownScenario(id) => ContentError::about(file, text, id.as_str(), problem.to_string()),
                        _ => about(&problem),
                    }),
                }
            }
            errors.extend(found);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        reviews.sort_by_key(|review| (review.form.set, review.form.order));
        Ok(Self { reviews })
    }

    /// All reviews, by set and place.
    pub fn all(&self) -> &[Arc<DesignReview>] {
        &self.reviews
    }

    /// The reviews of a set, in order.
    pub fn set(&self, set: ReviewSet) -> impl Iterator<Item = &Arc<DesignReview>> {
        self.reviews.iter().filter(move |review| review.form.set == set)
    }

    /// Finds a review by id.
    pub fn find(&self, id: &str) -> Option<&Arc<DesignReview>> {
        self.reviews.iter().find(|review| review.id().as_str() == id)
    }

    /// The next review, in listing order.
    pub fn after(&self, id: &str) -> Option<&Arc<DesignReview>> {
        self.reviews.iter().skip_while(|review| review.id().as_str() != id).nth(1)
    }
}

/// Builds both designs.
fn designs(
    form: &ReviewForm,
    scenario: impl Fn(&ScenarioId) -> Option<Scenario>,
) -> Result<(Infrastructure, Infrastructure), ReviewProblem> {
    let known = |id: &ScenarioId| scenario(id).ok_or_else(|| ReviewProblem::UnknownScenario(id.clone()));
    let first = |problems: Vec<Problem>| problems.first().map_or_else(String::new, hoplight_text::problem);
    let design = match &form.design {
        ReviewOrigin::Scenario(id) => known(id)?,
        ReviewOrigin::Inline(design) => Scenario::clone(design),
        ReviewOrigin::Edits(_) => return Err(ReviewProblem::EditsOfNothing),
    };
    let repaired = match &form.repaired {
        ReviewOrigin::Scenario(id) => known(id)?,
        ReviewOrigin::Inline(design) => Scenario::clone(design),
        ReviewOrigin::Edits(edits) => {
            let mut draft = Draft::new(design.clone());
            for (place, edit) in edits.iter().enumerate() {
                draft.apply(edit.clone()).map_err(|error| ReviewProblem::Edit(place + 1, error))?;
            }
            draft.scenario().clone()
        }
    };
    let design = design.build().map_err(|problems| ReviewProblem::Broken(first(problems)))?;
    let repaired = repaired.build().map_err(|problems| ReviewProblem::RepairedBroken(first(problems)))?;
    for infra in [&design, &repaired] {
        check_size(infra)?;
    }
    Ok((design, repaired))
}
