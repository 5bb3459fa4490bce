//! What is done to the infrastructure of a stage, and in a comparison to one of both or to both. Must not know what it means.

use std::time::Duration;

use hoplight_model::TopologyEdit;
use hoplight_sim::catalogue::Timed;
use hoplight_sim::{Command, CommandError};

use crate::comparison::{Side, is_shared};
use crate::stage::Stage;

impl Stage {
    /// Does a command. A change of TLS lights up what is readable now. In a comparison, what one of both refuses is done to
    /// the other.
    ///
    /// # Errors
    /// Says why nothing happened.
    pub fn act(&mut self, command: &Command) -> Result<Side, CommandError> {
        use TopologyEdit::{AppToDbTls, EdgeTls, WebToAppTls};
        let tls = matches!(command, Command::Edit(EdgeTls(_) | WebToAppTls(_) | AppToDbTls(_)));
        if tls {
            self.overlays.flash();
        }
        let known = self.knows_future();
        let done = self.changing(|stage| stage.timeline.act(command.clone()));
        let shared = self.comparison.as_mut().filter(|_| is_shared(command));
        let side = match (done, shared) {
            (Ok(()), None) => Side::Both,
            (Ok(()), Some(comparison)) => {
                comparison.last_refusal(self.timeline.simulation().now()).map_or(Side::Both, Side::First)
            }
            (Err(why), Some(comparison)) => match comparison.act_alone(&self.timeline, command) {
                Ok(()) => Side::Second(why),
                Err(_) => return Err(why),
            },
            (Err(why), None) => return Err(why),
        };
        self.acts += 1;
        if !matches!(side, Side::Second(_)) {
            self.cut(known);
        }
        Ok(side)
    }

    /// Does a command that belongs to the one before it: a step takes both back together.
    ///
    /// # Errors
    /// Says why nothing happened.
    pub(in super::super) fn act_as_well(&mut self, command: &Command) -> Result<Side, CommandError> {
        let side = self.act(command)?;
        if !matches!(side, Side::Second(_)) {
            self.timeline.join();
        }
        Ok(side)
    }

    /// Does some commands to the first of two designs, and others to the second, each so many seconds from now.
    pub(in super::super) fn act_apart(&mut self, first: &[Timed], second: &[Timed]) {
        let now = self.sim().now();
        let known = self.knows_future();
        let mut begun = false;
        for (after, command) in first {
            let after = Duration::from_secs_f64(*after);
            if let Some(comparison) = &mut self.comparison {
                comparison.keep_apart(now + after, command);
            }
            if after > Duration::ZERO {
                self.timeline.schedule(after, command.clone());
            } else if self.timeline.act(command.clone()).is_ok() {
                if begun {
                    self.timeline.join();
                }
                begun = true;
            }
        }
        if let Some(comparison) = &mut self.comparison {
            for (after, command) in second {
                comparison.plan(&self.timeline, Duration::from_secs_f64(*after), command);
            }
        }
        self.acts += 1;
        if begun {
            self.cut(known);
        }
        self.changing(|_| ());
    }
}
