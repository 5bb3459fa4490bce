//! Edits a shipped design in memory: adds a web server to stage 1 under load and measures the difference, then edits the
//! design of a session while it runs.
//!
//! `cargo run --example edit`

#![expect(clippy::print_stdout, reason = "the example's output")]

use std::error::Error;
use std::sync::Arc;

use hoplight::lesson::Session;
use hoplight::model::component::Traffic;
use hoplight::model::draft::{Draft, Edit};
use hoplight::model::link::LinkSpec;
use hoplight::model::quantity::Rate;
use hoplight::model::{ComponentId, Infrastructure, ron_text};
use hoplight::sim::{SimTime, Simulation};
use hoplight::text;

const STAGE_1: &str = include_str!("../assets/stage-1-distributed.ron");
const SECONDS: u32 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut draft = Draft::from(&Infrastructure::from_ron("stage-1-distributed.ron", STAGE_1)?);
    let traffic = draft.scenario().traffic.clone();
    draft.apply(Edit::SetTraffic(Traffic { rate: Rate::new(800.0)?, ..traffic }))?;
    let before = completed_per_second(&draft)?;

    let id = ComponentId::new;
    let component = |text| ron_text::parse("edit", text).map(Edit::AddComponent);
    let link = |from, to| Edit::AddLink(LinkSpec::new(id(from), id(to)));
    // The component is refused because its server does not exist yet, and the draft is unchanged.
    let web = component("(id: \"web-3\", kind: Web(), server: \"server-4\")")?;
    if let Err(refusal) = draft.apply(web.clone()) {
        println!("refused: {}", text::edit_error(&refusal));
    }
    let edits = [
        Edit::AddServer(ron_text::parse("edit", "(id: \"server-4\", label: \"web\")")?),
        web,
        component("(id: \"app-3\", kind: App(), server: \"server-4\")")?,
        link("lb-1", "web-3"),
        link("app-3", "web-3"), // the wrong direction: the draft cannot be built until this link is removed
        Edit::RemoveLink(id("app-3"), id("web-3")),
        link("web-3", "app-3"),
        link("app-3", "db-1"),
    ];
    for edit in edits {
        draft.apply(edit)?;
        for problem in draft.problems() {
            println!("edit {}: {}", draft.undo_len(), text::problem(&problem));
        }
    }
    let after = completed_per_second(&draft)?;
    println!("completed requests per second: {before:.1} before, {after:.1} after");
    while draft.undo() {}
    println!("undone: {} components, {} edits to redo", draft.scenario().components.len(), draft.redo_len());
    edit_while_running(&draft)
}

/// Removes a web server from a running session, and adds it again.
fn edit_while_running(draft: &Draft) -> Result<(), Box<dyn Error>> {
    let infra = draft.build().map_err(|problems| format!("{problems:?}"))?;
    let mut session = Session::new(Arc::new(infra), 1);
    let id = ComponentId::new;
    session.timeline.seek(SimTime::from_secs(10));
    session.edit(Edit::RemoveLink(id("lb-1"), id("web-2")))?;
    session.timeline.seek(SimTime::from_secs(20));
    session.undo_edit();
    session.timeline.seek(SimTime::from_secs(30));
    let (totals, in_flight) = (session.sim().totals(), session.sim().in_flight());
    println!("after 30 s: {totals:?}, {in_flight} in flight, {} changes", session.timeline.changes());
    Ok(())
}

/// Completed requests per second in the first seconds of a run.
fn completed_per_second(draft: &Draft) -> Result<f64, String> {
    let infra = draft.build().map_err(|problems| format!("{problems:?}"))?;
    let mut simulation = Simulation::new(Arc::new(infra), 1);
    simulation.advance(SimTime::from_secs(u64::from(SECONDS)), &mut ());
    Ok(simulation.totals().completed as f64 / f64::from(SECONDS))
}
