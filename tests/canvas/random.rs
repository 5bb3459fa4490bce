//! Tests random infrastructures at random sizes.

use std::fmt::Write;
use std::sync::Arc;

use hoplight::layout::Layout;
use hoplight::model::Infrastructure;
use hoplight::sim::{SimTime, Simulation};
use hoplight::view::canvas::Canvas;
use hoplight::view::theme::{Palette, Theme};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{Deaf, geometry};

/// Text of a scenario with `webs` web servers, `apps` applications and `databases` databases, spread over `servers`
/// servers.
fn scenario(servers: usize, webs: usize, apps: usize, databases: usize, bits: u64) -> String {
    let bit = |n: usize| bits >> (n % 64) & 1 == 1;
    let at = |n: usize| {
        if bit(n) { format!(", at: ({}, {})", bits >> (n % 40) & 3, bits >> ((n + 7) % 40) & 1) } else { String::new() }
    };
    let on = |n: usize| {
        if servers == 0 || (bits.rotate_left(7) >> (n % 64)).is_multiple_of(8) {
            String::new()
        } else {
            format!(", server: \"s-{}\"", n % servers)
        }
    };
    let mut text = String::from("(format: 1, id: \"random\", title: \"Random\", summary: \"Random.\", servers: [");
    (0..servers).for_each(|n| write!(text, "(id: \"s-{n}\"{}),", at(n)).unwrap());
    text += "], components: [(id: \"browser\", kind: Browser, label: \"You\"), (id: \"lb\", kind: LoadBalancer()), (id: \"dns\", kind: DnsResolver()), (id: \"mon\", kind: MonitoringService),";
    (0..webs).for_each(|n| write!(text, "(id: \"web-{n}\", kind: Web(){}),", on(n)).unwrap());
    (0..apps).for_each(|n| write!(text, "(id: \"app-{n}\", kind: App(){}),", on(n + 1)).unwrap());
    (0..databases).for_each(|n| {
        let role = if n == 0 { "Primary" } else { "Replica" };
        write!(text, "(id: \"db-{n}\", kind: Database(role: {role}){}),", on(n + 2)).unwrap();
    });
    for n in 0..servers {
        write!(text, "(id: \"agent-{n}\", kind: Agent(), label: \"agent {n}\"{}),", on(n)).unwrap();
        let protects = if bit(n + 9) {
            format!("servers: [\"s-{n}\"]")
        } else if webs > n {
            format!("components: [\"web-{n}\"]")
        } else {
            String::new()
        };
        write!(text, "(id: \"fw-{n}\", kind: Firewall({protects})),").unwrap();
    }
    text += "], links: [(from: \"browser\", to: \"dns\", protocol: Dns), (from: \"browser\", to: \"lb\", protocol: Http),";
    for web in 0..webs {
        write!(text, "(from: \"lb\", to: \"web-{web}\", protocol: Http),").unwrap();
        (0..apps).for_each(|app| write!(text, "(from: \"web-{web}\", to: \"app-{app}\", protocol: Http),").unwrap());
        if bit(web + 3) && databases > 0 {
            write!(text, "(from: \"web-{web}\", to: \"db-0\", protocol: Sql),").unwrap();
        }
    }
    for app in 0..apps {
        (0..databases).for_each(|db| write!(text, "(from: \"app-{app}\", to: \"db-{db}\", protocol: Sql),").unwrap());
    }
    (1..databases).for_each(|db| write!(text, "(from: \"db-0\", to: \"db-{db}\", protocol: Replication),").unwrap());
    (0..servers).for_each(|n| write!(text, "(from: \"agent-{n}\", to: \"mon\", protocol: Metrics),").unwrap());
    text + "])"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_topology_is_laid_out_and_drawn_at_any_size(
        shape in (0usize..5, 0usize..4, 0usize..4, 0usize..4),
        bits in any::<u64>(),
        size in prop_oneof![(0u16..60, 0u16..30), (60u16..200, 10u16..60), (900u16..1001, 300u16..401)],
        ascii in any::<bool>(),
    ) {
        let text = scenario(shape.0, shape.1, shape.2, shape.3, bits);
        let infra = Arc::new(Infrastructure::from_ron("random.ron", &text).unwrap());
        let layout = Layout::new(&infra, size.0, size.1);
        geometry::check(&infra, &layout, false);
        let mut sim = Simulation::new(Arc::clone(&infra), bits);
        sim.advance(SimTime::from_nanos(300_000_000), &mut Deaf);
        let theme = Theme::new(Palette::Dark, ascii);
        // A buffer smaller than the layout, and an area that is partly outside.
        let mut buffer = Buffer::empty(Rect::new(3, 2, size.0.min(90), size.1.min(33)));
        let mut canvas = Canvas::new(&layout, &sim, &theme);
        canvas.selected = layout.order().last();
        canvas.focus = layout.order();
        (&canvas).render(Rect::new(0, 0, size.0, size.1), &mut buffer);
        (&canvas).render(Rect::new(5, 5, size.0, size.1), &mut buffer);
        prop_assert!(!ascii || buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
    }
}
