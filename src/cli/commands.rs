//! Functions that several text commands share. Results go to standard output, everything else to standard error.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, bail};

use hoplight_lesson::Library;
use hoplight_model::error::nearest;
use hoplight_model::{Infrastructure, ScenarioId};

use super::content::Files;

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
        return Infrastructure::from_ron(file, text)
            .map(Arc::new)
            .map_err(|error| anyhow!("{}", hoplight_text::read_error(error)));
    }
    let known = library.scenarios().map(|infra| infra.id()).map(ScenarioId::as_str);
    let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    bail!("no scenario or file named `{}`{hint}", hoplight_model::text::sanitise(name))
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
