//! Faults: each row of the catalogue has the documented symptoms, affects nothing else, and can be repaired.

#[path = "faults/abuse.rs"]
mod abuse;
#[path = "faults/catalogue.rs"]
mod catalogue;
#[path = "faults/common_numbers.rs"]
mod common_numbers;
#[path = "faults/hang.rs"]
mod hang;
#[path = "faults/silent.rs"]
mod silent;
#[path = "faults/site.rs"]
mod site;
#[path = "faults/storm.rs"]
mod storm;
#[path = "faults/syn.rs"]
mod syn;
#[path = "faults/verbs.rs"]
mod verbs;
