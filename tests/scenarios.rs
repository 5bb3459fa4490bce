//! The shipped scenarios, against what they are meant to be.

use hoplight::model::{Cipher, Infrastructure, Medium, TlsMode, TopologyEdit};

fn stage_2() -> Infrastructure {
    Infrastructure::from_ron("assets/stage-2-secured.ron", include_str!("../assets/stage-2-secured.ron"))
        .expect("a valid scenario")
}

/// The hops that are readable, as `from>to`, with a star where only inside one server.
fn plaintext(infra: &Infrastructure) -> Vec<String> {
    infra
        .hops()
        .filter(|hop| hop.cipher == Cipher::Plaintext)
        .map(|hop| {
            let star = if hop.medium == Medium::Loopback { "*" } else { "" };
            format!("{}>{}{star}", infra.component(hop.from).id, infra.component(hop.to).id)
        })
        .collect()
}

#[test]
fn termination_leaves_exactly_the_hops_behind_the_balancer_readable() {
    let infra = stage_2();
    let behind = [
        "lb-1>web-1",
        "lb-1>web-2",
        "web-1>app-1*",
        "web-2>app-2*",
        "app-1>db-1*",
        "app-1>db-2",
        "app-2>db-2*",
        "app-2>db-1",
        "db-1>db-2",
    ];
    assert_eq!(plaintext(&infra), [&["browser>dns"][..], &behind[..]].concat());
}

#[test]
fn each_mode_changes_its_hops_and_no_other() {
    let with = |mode| plaintext(&stage_2().edited(&TopologyEdit::EdgeTls(mode)));
    assert!(with(TlsMode::None).contains(&"browser>lb-1".into()));
    for mode in [TlsMode::Reencrypt, TlsMode::Passthrough] {
        let hops = with(mode);
        assert!(!hops.iter().any(|hop| hop.starts_with("lb-1>")), "{hops:?}");
        assert!(hops.contains(&"app-2>db-1".into()), "the wire to the database is still readable");
    }
}

#[test]
fn every_link_of_stage_2_passes_its_firewalls() {
    let infra = stage_2();
    for hop in infra.hops() {
        for guard in &hop.guards {
            assert_eq!(guard.verdict.action, hoplight::model::firewall::RuleAction::Allow, "{}", infra.hop_element(hop.link));
        }
        if hop.medium == Medium::Loopback {
            assert!(hop.guards.is_empty());
        }
    }
}
