//! Runs a site for ten simulated seconds, crashes a web server after three, and prints what users experience.
//!
//! `cargo run --example simulate`

#![expect(clippy::print_stdout, reason = "the example's output")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{ComponentId, Element, Infrastructure};
use hoplight_sim::{Command, JournalEvent, SimTime, Simulation};

const SECOND: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn Error>> {
    let infra = Infrastructure::from_ron("stage-1-distributed.ron", include_str!("../assets/stage-1-distributed.ron"))?;
    let web_1 = Element::Component(ComponentId::new("web-1"));

    // The seed determines all randomness: the same seed gives the same run on every machine.
    let mut simulation = Simulation::new(Arc::new(infra), 1);
    let mut notable = 0;
    // An observer sees every event of the run and cannot change it.
    let mut observer = |event: JournalEvent| notable += u32::from(event.is_notable());

    println!("second  requests  failed  p95 (ms)");
    for second in 1..=10 {
        simulation.advance(SimTime::from_secs(second), &mut observer);
        let users = simulation.experience(SECOND, None);
        let p95 = users.p95_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"));
        println!("{second:>6}  {:>8}  {:>6}  {p95:>8}", users.completed + users.failed, users.failed);
        if second == 3 {
            simulation
                .apply(&Command::Kill(web_1.clone()), &mut observer)
                .map_err(|why| hoplight_text::refusal(&why).to_string())?;
        }
    }
    println!("{notable} notable events, digest {:016x}", simulation.digest());
    Ok(())
}
