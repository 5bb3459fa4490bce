//! The recorded scenarios.

use std::sync::Arc;

use hoplight::content::EMBEDDED;
use hoplight::model::Infrastructure;

/// Additional scenarios with features that the shipped ones lack.
const MORE: [(&str, &str); 4] = [
    ("tests/data/connections.ron", include_str!("../data/connections.ron")),
    ("tests/data/faults.ron", include_str!("../data/faults.ron")),
    ("tests/data/quorum.ron", include_str!("../data/quorum.ron")),
    ("tests/data/replicated.ron", include_str!("../data/replicated.ron")),
];

/// Files of the scenarios with their contents.
pub(crate) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.scenarios.iter().chain(&MORE).copied()
}

/// File name without directory and extension.
pub(crate) fn stem(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.strip_suffix(".ron")).expect("a RON file")
}

/// The scenario in the file with this name.
pub(crate) fn scenario(name: &str) -> Arc<Infrastructure> {
    let (file, text) = files().find(|(file, _)| stem(file) == name).unwrap_or_else(|| panic!("no scenario {name}"));
    Arc::new(Infrastructure::from_ron(file, text).unwrap_or_else(|error| panic!("{error}")))
}
