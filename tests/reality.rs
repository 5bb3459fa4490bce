//! Situations that were measured on real daemons, and the same quantities in the simulation.

#[path = "reality/keepalived.rs"]
mod keepalived;
#[path = "reality/mariadb.rs"]
mod mariadb;
#[path = "reality/nftables.rs"]
mod nftables;
#[path = "reality/run.rs"]
mod run;
