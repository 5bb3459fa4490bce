//! Commands on the simulation of a stage; in a comparison, on one or both designs.

use std::time::Duration;

use hoplight_model::TopologyEdit;
use hoplight_sim::catalogue::Timed;
use hoplight_sim::{Command, CommandError};

use super::Stage;
use crate::comparison::{ComparisonSide, is_shared};

impl Stage {
    /// Executes a command. A change of TLS or of port 80 briefly shows the readable hops. In a comparison, a command that one design refuses is
    /// executed only on the other.
    ///
    /// # Errors
    /// If the command is refused.
    pub fn execute(&mut self, command: &Command) -> Result<ComparisonSide, CommandError> {
        use TopologyEdit::{AppToDbTls, EdgeTls, Hsts, Port80, WebToAppTls};
        if matches!(command, Command::Edit(EdgeTls(_) | WebToAppTls(_) | AppToDbTls(_) | Port80(_) | Hsts(_))) {
            self.panels.overlays.show_briefly();
        }
        let known = self.knows_future();
        let done = self.changing(|session| session.apply_command(command));
        let shared = self.panels.comparison.as_mut().filter(|_| is_shared(command));
        let side = match (done, shared) {
            (Ok(()), None) => ComparisonSide::Both,
            (Ok(()), Some(comparison)) => {
                comparison.last_refusal(self.session.sim().now()).map_or(ComparisonSide::Both, ComparisonSide::First)
            }
            (Err(why), Some(comparison)) => {
                if comparison.execute_alone(&self.session.timeline, command).is_err() {
                    return Err(why);
                }
                self.session.acts += 1;
                return Ok(ComparisonSide::Second(why));
            }
            (Err(why), None) => return Err(why),
        };
        self.cut(known);
        Ok(side)
    }

    /// Executes a command and joins it to the previous one: stepping back over them reverts both.
    ///
    /// # Errors
    /// If the command is refused.
    pub(in super::super) fn execute_joined(&mut self, command: &Command) -> Result<ComparisonSide, CommandError> {
        let side = self.execute(command)?;
        if !matches!(side, ComparisonSide::Second(_)) {
            self.session.timeline.join();
        }
        Ok(side)
    }

    /// Schedules a command as part of the last executed one.
    pub(in super::super) fn schedule(&mut self, after: Duration, command: &Command) {
        self.session.timeline.schedule(after, command.clone());
    }

    /// Schedules different commands on the two designs of a comparison, each with a delay in seconds.
    pub(in super::super) fn execute_apart(&mut self, first: &[Timed], second: &[Timed]) {
        let now = self.sim().now();
        let known = self.knows_future();
        let timeline = &mut self.session.timeline;
        let mut begun = false;
        for (after, command) in first {
            let after = Duration::from_secs_f64(*after);
            if let Some(comparison) = &mut self.panels.comparison {
                comparison.keep_apart(now + after, command);
            }
            if after > Duration::ZERO {
                timeline.schedule(after, command.clone());
            } else if timeline.apply(command.clone()).is_ok() {
                if begun {
                    timeline.join();
                }
                begun = true;
            }
        }
        if let Some(comparison) = &mut self.panels.comparison {
            for (after, command) in second {
                comparison.plan(timeline, Duration::from_secs_f64(*after), command);
            }
        }
        self.session.acts += 1;
        if begun {
            self.session.cut_future();
            self.cut(known);
        }
        self.changing(|_| ());
    }
}
