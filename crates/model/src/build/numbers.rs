//! Numbers that are fine by themselves and make no sense where they stand.
//!
//! Must not know how components are linked.

use super::Builder;
use crate::arrivals::Arrivals;
use crate::component::{Component, Traffic};
use crate::error::ContentError;
use crate::station::ServiceTime;

/// Most connection attempts after the first.
const MAX_RETRIES: u8 = 100;
/// Least mean time that users think between an outcome and the next request.
const LEAST_THINK_MS: f64 = 1.0;

impl Builder<'_> {
    /// Those of one component.
    pub(super) fn check_numbers(&self, component: &Component) -> Result<(), ContentError> {
        let id = component.id.as_str();
        let station = component.station();
        if station.slots == 0 {
            return Err(self.error(id, format!("`{id}` has no slot: it could never serve anybody")));
        }
        for service in station.service {
            if let ServiceTime::Uniform { min_ms, max_ms } = service
                && min_ms > max_ms
            {
                let (min, max) = (min_ms.get(), max_ms.get());
                return Err(self.error(id, format!("the service time of `{id}` has min_ms {min} above max_ms {max}")));
            }
        }
        if let Some(spec) = component.kind.as_balancer() {
            if spec.retries > MAX_RETRIES {
                return Err(self.error(id, format!("`{id}` has {} retries, at most {MAX_RETRIES} make sense", spec.retries)));
            }
            if spec.fall == 0 || spec.rise == 0 {
                return Err(
                    self.error(id, format!("`{id}` needs at least one check to change its mind: fall and rise are 1 or more"))
                );
            }
        }
        Ok(())
    }

    /// The changes of the rate follow each other, and users who wait for outcomes leave time for the rest of the world.
    pub(super) fn check_arrivals(&self, traffic: &Traffic) -> Result<(), ContentError> {
        let traffic_error = |message: String| Err(ContentError::in_list(self.file, self.text, "traffic", message));
        let mut free_from = 0.0;
        for (number, change) in traffic.schedule.iter().enumerate() {
            let (begin, end) = change.span();
            if begin < free_from || end < begin {
                let what = if end < begin { "ends before it begins" } else { "begins before the one before it is over" };
                return traffic_error(format!("change {} of the schedule {what}: at {begin} s", number + 1));
            }
            free_from = end;
        }
        let Arrivals::Closed { think, .. } = traffic.arrivals else { return Ok(()) };
        if !traffic.schedule.is_empty() {
            return traffic_error("users who wait for outcomes have no rate that a schedule could change".into());
        }
        if let ServiceTime::Uniform { min_ms, max_ms } = think
            && min_ms > max_ms
        {
            return traffic_error(format!("the users' think has min_ms {} above max_ms {}", min_ms.get(), max_ms.get()));
        }
        if think.mean_ms() < LEAST_THINK_MS {
            let message = "users think for at least a millisecond on average: otherwise one who is refused at once would ask for \
                           ever in no time";
            return traffic_error(message.into());
        }
        Ok(())
    }
}
