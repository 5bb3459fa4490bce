//! Overlays on the screen.

use crate::learner::{LARGE, Learner, SMALL, component, server};
use crate::whole;

#[test]
fn dump() {
    for scenario in ["stage-2-secured", "stage-3-scaled"] {
        for size in [SMALL, LARGE] {
            let mut learner = Learner::new(size);
            let infra = learner.app.library.scenario(scenario).expect("shipped").clone();
            learner.app.open_scenario(infra);
            learner.wait(30);
            for _ in 0..5 {
                learner.press("v");
                println!("{}", whole(&learner.app));
                learner.select(&component("db-1"));
                println!("{}", whole(&learner.app));
                learner.select(&server("server-2"));
                println!("{}", whole(&learner.app));
                learner.app.act(&hoplight::app::Action::Deselect);
            }
        }
    }
}
