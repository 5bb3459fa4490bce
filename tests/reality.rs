//! The simulation against real daemons: `HAProxy` 2.6, nginx 1.22, Gunicorn 27, keepalived, `MariaDB` and nftables on
//! Linux, measured on the sites that `reality/site.rs` and `reality/run.rs` describe. Each test quotes the row of the measurements, the median and the range of the runs.
//!
//! Status codes and `HAProxy`'s flags are exact. Times and counts, as medians of three seeds, are within the measured range,
//! widened to 20 % around the median where it is narrower. `docs/reality.md` lists what differs, and why.

#[path = "reality/site.rs"]
mod site;

#[path = "reality/certificates.rs"]
mod certificates;
#[path = "reality/gunicorn.rs"]
mod gunicorn;
#[path = "reality/haproxy.rs"]
mod haproxy;
#[path = "reality/keepalive.rs"]
mod keepalive;
#[path = "reality/keepalived.rs"]
mod keepalived;
#[path = "reality/mariadb.rs"]
mod mariadb;
#[path = "reality/nftables.rs"]
mod nftables;
#[path = "reality/nginx.rs"]
mod nginx;
#[path = "reality/run.rs"]
mod run;
