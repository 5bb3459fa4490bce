//! Analyses a site without running it: single points of failure, availability, capacity and plaintext hops.
//!
//! `cargo run --example analyze`

#![expect(clippy::print_stdout, reason = "the example's output")]

use std::error::Error;

use hoplight_analysis::{Capacity, Outage, Structure, availability, plaintext_hops, single_points_in};
use hoplight_model::{Infrastructure, RequestKind};

fn main() -> Result<(), Box<dyn Error>> {
    let infra = Infrastructure::from_ron("stage-1-distributed.ron", include_str!("../assets/stage-1-distributed.ron"))?;
    // Every result is per kind of request: static pages survive failures that stop writes.
    let structure = Structure::of(&infra);
    for kind in RequestKind::ALL {
        let points = single_points_in(&infra, &structure, kind).map_err(|why| hoplight_text::broken(&why).to_string())?;
        let names: Vec<String> = points.iter().map(ToString::to_string).collect();
        let available = availability(&infra, &structure, kind);
        println!("{} requests", kind.word());
        println!("  single points of failure: {}", names.join(", "));
        println!("  available {:.4} % of the time", available.availability() * 100.0);
    }

    let capacity = Capacity::of(&infra, &Outage::none());
    if let Some(limit) = capacity.mix_saturation() {
        println!("saturates at {:.0} requests/s, {} first", limit.rps, limit.resource.name());
    }

    for hop in plaintext_hops(&infra).iter().filter(|hop| hop.is_exposed()) {
        println!("{} -> {} is readable on the network", hop.from, hop.to);
    }
    Ok(())
}
