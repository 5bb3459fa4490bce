//! Functions that several text commands share. Results go to standard output, everything else to standard error.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, bail};

use hoplight_lesson::Library;
use hoplight_model::error::nearest;
use hoplight_model::{ContentError, Infrastructure, ScenarioId};

use super::content::{Files, join_errors};

/// Finds a scenario by name, or reads it from a file.
pub(super) fn find_scenario(library: &Library, name: &str) -> anyhow::Result<Arc<Infrastructure>> {
    if let Some(infra) = library.scenario(name) {
        return Ok(Arc::clone(infra));
    }
    let path = Path::new(name);
    if path.exists() {
        let mut files = Files::default();
        files.add(path);
        files.all_read()?;
        let (file, text) =
            files.only_scenario().ok_or_else(|| anyhow!("{} is not a scenario file", super::files::shown(path)))?;
        return hoplight_text::read_scenario(file, text).map(Arc::new).map_err(|errors| mistakes(&errors));
    }
    let known = library.scenarios().map(|infra| infra.id()).map(ScenarioId::as_str);
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no scenario or file named `{}`{hint}", hoplight_model::text::sanitise(name))
}

/// Lists the mistakes of a file as `check` does: the count, then one line for each.
fn mistakes(errors: &[ContentError]) -> anyhow::Error {
    match errors.len() {
        0 | 1 => join_errors(errors),
        count => anyhow!("{count} mistakes\n{}", join_errors(errors)),
    }
}

/// Writes text to standard output.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Treats a closed pipe as success: the reader has read enough.
pub(super) fn quiet(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
