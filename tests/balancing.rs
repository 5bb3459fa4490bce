//! Tests load balancing: choice of backend, queues, responses when backends fail, and exact times.

#[path = "balancing/site.rs"]
mod site;

#[path = "balancing/addresses.rs"]
mod addresses;
#[path = "balancing/checks.rs"]
mod checks;
#[path = "balancing/choice.rs"]
mod choice;
#[path = "balancing/draining.rs"]
mod draining;
#[path = "balancing/limits.rs"]
mod limits;
#[path = "balancing/pair.rs"]
mod pair;
#[path = "balancing/passthrough.rs"]
mod passthrough;
#[path = "balancing/statuses.rs"]
mod statuses;
