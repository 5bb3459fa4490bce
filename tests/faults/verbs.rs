//! Faults as commands: invalid ones are refused without a change, and their text form round-trips.

use std::sync::Arc;

use hoplight::model::ScenarioId;
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{Simulation, script};

use super::site::{Run, site};

#[test]
fn invalid_faults_are_refused_and_change_nothing() {
    let mut run = Run::new(&site(&[("(id: \"s-web-1\")", "(id: \"s-web-1\", cores: 64)")]));
    run.to(2.0).act("hang app-1").act("slow app-2 2").act("misconfigure web-1").act("disk-full db-1").act("leak db-1 3");
    run.act("stop-replication db-2")
        .act("sniff lb-1 -> web-2")
        .act("dns gone")
        .act("flood 10")
        .act("abuse 20")
        .act("compromise lb-1");
    run.act("expire lb-1").act("hog-cpu s-web-1 4");
    let infra = Arc::clone(run.sim.infrastructure());
    let before = run.sim.clone();
    for (words, says) in [
        ("hang app-1", "app-1 already hangs"),
        ("hang browser", "is the user"),
        ("hang lb-1 -> web-1", "is a link"),
        ("heal hang app-2", "app-2 does not hang"),
        ("slow app-2 2", "app-2 is already 2 × slower"),
        ("slow app-1 1", "app-1 has its normal speed"),
        ("clear slow app-1 2", "app-1 has its normal speed"),
        ("misconfigure web-1", "web-1 already has a configuration"),
        ("restore web-1", "roll it back first"),
        ("compromise lb-1", "lb-1 is already compromised"),
        ("flaw lb-1", "the software of lb-1 is not known"),
        ("expire lb-1", "has already expired"),
        ("expire web-1", "has no certificate"),
        ("dns gone", "is already gone"),
        ("disk-full db-1", "is already full"),
        ("disk-full web-1", "is not a database"),
        ("stop-replication db-2", "is already stopped"),
        ("clear stop-replication db-1", "replication to db-1 is not stopped"),
        ("leak db-1 3", "have already leaked"),
        ("leak web-1 3", "is not possible here"),
        ("flood 10", "already hits the entry"),
        ("hog-cpu s-web-1 4", "another program already uses the processor of s-web-1"),
        ("hog-cpu s-web-2 4", "s-web-2 has no number of cores"),
        ("abuse 20", "one client already tries 20 passwords per second"),
        ("limit app-1 10 5", "app-1 cannot have a rate limit"),
        ("limit db-1 off", "db-1 cannot have a rate limit"),
        ("sniff lb-1 -> web-2", "an eavesdropper already listens"),
        ("clear sniff lb-1 -> web-1", "no eavesdropper listens"),
        ("restart lb-1 -> web-1", "is a link"),
        ("restart browser", "is the user"),
    ] {
        let command = script::command(words, &infra).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        let error = run.sim.apply(&command, &mut ()).expect_err(words);
        let told = hoplight::text::refusal(&error).to_string();
        assert!(told.contains(says), "{words}: {told}");
        assert!(run.sim == before, "{words} changed something");
    }
    // Each active fault can be cleared.
    let faults = run.sim.faults();
    assert_eq!(faults.len(), 13, "{faults:?}");
    for fault in faults {
        let text = script::text(&hoplight::sim::Command::Clear(fault), &infra);
        run.act(&text);
    }
    assert_eq!(run.sim.faults(), []);
    run.to(20.0);
    assert_eq!(run.watch(10.0).failed(), 0);
}

#[test]
fn a_component_that_is_down_or_hung_cannot_hang() {
    let mut run = Run::new(&site(&[]));
    run.to(1.0).act("kill db-1").act("hang app-1");
    let infra = Arc::clone(run.sim.infrastructure());
    for (words, says) in [("hang db-1", "db-1 is already down"), ("hang app-1", "app-1 already hangs")] {
        let command = script::command(words, &infra).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        let error = run.sim.apply(&command, &mut ()).expect_err(words);
        let told = hoplight::text::refusal(&error).to_string();
        assert!(told.starts_with(says), "{words}: {told}");
    }
}

/// Faults of components that neither the scenario of SQL proxies nor that of the multi-primary cluster has.
const LACKING: [&str; 12] = [
    "web-killed",
    "one-web-killed",
    "dns-gone",
    "firewall-drops-web",
    "firewall-drops-database",
    "egress-blocked",
    "collector-dead",
    "monitoring-dead",
    "bad-configuration",
    "shared-flaw",
    "shared-vulnerability",
    "sniffer",
];
/// Faults of a primary or of its replicas.
const OF_A_PRIMARY: [&str; 4] = ["primary-dead", "replication-broken", "writes-to-replica", "split-brain"];

#[test]
fn the_whole_catalogue_is_scriptable_and_detects_missing_elements() {
    let pair = include_str!("../../assets/firewall-pair.ron");
    let pair = Arc::new(hoplight::model::Infrastructure::from_ron("pair.ron", pair).expect("a valid scenario"));
    let injected = CommonFault::ActiveFirewallDead.inject(&pair);
    assert_eq!(injected.iter().map(|(_, command)| script::text(command, &pair)).collect::<Vec<_>>(), ["kill fw-a"]);
    let cores = include_str!("../../assets/shared-cores.ron");
    let cores = Arc::new(hoplight::model::Infrastructure::from_ron("cores.ron", cores).expect("a valid scenario"));
    let (injected, fix) = (CommonFault::NoisyNeighbour.inject(&cores), CommonFault::NoisyNeighbour.fix(&cores));
    let texts = injected.iter().map(|(_, command)| command).chain(&fix).map(|command| script::text(command, &cores));
    assert_eq!(texts.collect::<Vec<_>>(), ["hog-cpu server-1 8", "clear hog-cpu server-1 8"]);
    let mut healthy = Simulation::new(Arc::clone(&cores), 1);
    let refused = healthy.apply(&fix[0], &mut ()).expect_err("there is no such program");
    assert_eq!(hoplight::text::refusal(&refused).to_string(), "no other program uses the processor of server-1");
    let redirect = include_str!("../../assets/redirect.ron");
    let redirect = Arc::new(hoplight::model::Infrastructure::from_ron("redirect.ron", redirect).expect("a valid scenario"));
    let injected = CommonFault::NoForwardedProto.inject(&redirect);
    assert_eq!(injected.iter().map(|(_, command)| script::text(command, &redirect)).collect::<Vec<_>>(), ["forwarded-proto off"]);
    let of_caches = [CommonFault::CacheDead, CommonFault::CacheCold, CommonFault::CacheFlushed, CommonFault::Stampede];
    let texts = [
        include_str!("../../assets/stage-2-secured.ron"),
        include_str!("../data/faults.ron"),
        include_str!("../../assets/cache-aside.ron"),
        include_str!("../../assets/sql-proxy.ron"),
        include_str!("../../assets/multi-writer.ron"),
    ];
    for text in texts {
        let infra = Arc::new(hoplight::model::Infrastructure::from_ron("x.ron", text).expect("a valid scenario"));
        let has_cache = infra.id() == &ScenarioId::new("cache-aside");
        for row in CommonFault::ALL {
            let commands = row.inject(&infra);
            let is = |id| infra.id() == &ScenarioId::new(id);
            let (is_proxy, is_cluster) = (is("sql-proxy"), is("multi-writer"));
            // The two small scenarios have no web servers, firewalls, certificates, agents or faults.
            let lacks = match row {
                CommonFault::SqlProxiesDead => !is_proxy,
                CommonFault::ClusterPartition | CommonFault::MemberDead | CommonFault::MajorityLost => !is_cluster,
                CommonFault::ActiveFirewallDead
                | CommonFault::SiteLost
                | CommonFault::NoisyNeighbour
                | CommonFault::NoForwardedProto
                | CommonFault::SessionStoreDead
                | CommonFault::SessionsFlushed
                | CommonFault::RollingRestart => true,
                row if of_caches.contains(&row) => !has_cache,
                CommonFault::VrrpBlocked | CommonFault::KeepalivedKilled => !is("faults"),
                _ => LACKING.contains(&row.id()) && (is_proxy || is_cluster) || OF_A_PRIMARY.contains(&row.id()) && is_cluster,
            };
            // Which other faults the caches' scenario lacks is not checked.
            if of_caches.contains(&row) || !has_cache {
                assert_eq!(commands.is_empty(), lacks, "{}: {}", infra.id(), row.id());
            }
            let mut sim = Simulation::new(Arc::clone(&infra), 1);
            for (_, command) in &commands {
                let text = script::text(command, &infra);
                assert_eq!(script::command(&text, &infra).as_ref(), Ok(command), "{text}");
                sim.apply(command, &mut ()).unwrap_or_else(|error| panic!("{}: {text}: {error:?}", row.id()));
            }
        }
    }
}

#[test]
fn a_component_without_a_certificate_cannot_expire_and_the_holders_are_named() {
    let told = |changes: &[(&str, &str)], words: &str| {
        let run = Run::new(&site(changes));
        let command = script::command(words, run.sim.infrastructure()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        let error = run.sim.check(&command).expect_err(words);
        assert!(error.is_lasting());
        hoplight::text::refusal(&error).to_string()
    };
    assert_eq!(told(&[], "expire web-1"), "web-1 has no certificate; it is held by lb-1 and lb-2");
    // A site that lists no certificate is assumed to have one where users' TLS ends.
    let none = [(r#"certificates: [(names: ["www.example.com"], on: ["lb-1", "lb-2"], days_left: 61)],"#, "")];
    assert_eq!(told(&none, "expire web-1"), "web-1 has no certificate; it is held by lb-1 and lb-2");
}

#[test]
fn invalid_numbers_of_faults_are_reported() {
    let infra = site(&[]);
    for (words, says) in [
        ("slow app-1 0", "the factor must be between 0.01 and 1000"),
        ("slow app-1", "expected a factor"),
        ("leak db-1 0.5", "the number of connections must be a whole number"),
        ("leak db-1 0", "the number of connections must be a whole number"),
        ("retries 0 1 1", "the number of attempts must be a whole number between 1 and 16"),
        ("retries 2.5 1 1", "the number of attempts must be a whole number between"),
        ("retries 2 0 1", "the time in seconds must be between"),
        ("retries 2 1 2", "the jitter must be between"),
        ("heal", "expected a fault"),
        ("heal hung app-1", "did you mean `hang`?"),
        ("dns wrong", "expected a state of the DNS record"),
        ("restart app-1 0", "the time in seconds must be between"),
    ] {
        let error = hoplight::text::script_error(&script::command(words, &infra).expect_err(words)).to_string();
        assert!(error.contains(says), "{words}: {error}");
    }
}
