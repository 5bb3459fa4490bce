//! The flaws that are built into generated sites.

use hoplight_analysis::FindingRule;
use hoplight_model::component::{BalancerSpec, Component, DatabaseSpec, Failover, ProxySpec, SessionPlace};
use hoplight_model::firewall::{FirewallSpec, Peer, Rule, RuleAction};
use hoplight_model::quantity::Seconds;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, ComponentKind, HealthCheck, Hsts, Port80, Tier, TlsMode};

use hoplight_curriculum::Seeded;

/// A kind of flaw, and how it is built in.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlawKind {
    #[cfg_attr(not(test), expect(dead_code, reason = "tests name the flaws"))]
    name: &'static str,
    rule: FindingRule,
    /// Rules that find consequences of the flaw, and nothing else.
    also: &'static [FindingRule],
    /// Changes a site. Returns whether the site has what the flaw needs.
    inject: fn(&mut Scenario, &mut Seeded) -> bool,
}

const fn of(name: &'static str, rule: FindingRule, inject: fn(&mut Scenario, &mut Seeded) -> bool) -> FlawKind {
    FlawKind { name, rule, also: &[], inject }
}

impl FlawKind {
    /// Adds rules that find consequences of the flaw.
    const fn with(self, also: &'static [FindingRule]) -> Self {
        Self { also, ..self }
    }
}

/// All kinds of flaws.
pub(super) const ALL: [FlawKind; 22] = [
    of("TLS ends at the balancers", FindingRule::TlsEndsAtBalancer, |site, _| {
        site.tls.edge = TlsMode::Terminate;
        true
    })
    .with(&[FindingRule::SecretsInTheClear]),
    of("no TLS from web to application servers", FindingRule::SecretsInTheClear, |site, _| {
        site.tls.web_to_app = false;
        true
    }),
    of("no TLS to the databases", FindingRule::SecretsInTheClear, |site, _| {
        site.tls.app_to_db = false;
        true
    }),
    of("the certificate expires in days", FindingRule::CertificateExpiresSoon, |site, seeded| {
        let days = u32::try_from(1 + seeded.below(20)).unwrap_or(1);
        site.certificates[0].days_left = days;
        true
    }),
    of("a balancer without the certificate", FindingRule::CertificateElsewhere, |site, _| {
        site.certificates[0].on.truncate(1);
        true
    })
    .with(&[FindingRule::SinglePoint]),
    of("shallow health checks", FindingRule::ShallowCheck, |site, seeded| {
        balancer(site, seeded, |spec| spec.check = HealthCheck::Tcp)
    }),
    of("no redispatch", FindingRule::NoRedispatch, |site, seeded| balancer(site, seeded, |spec| spec.redispatch = false)),
    of("an untracked balancer", FindingRule::UntrackedBalancer, |site, seeded| {
        balancer(site, seeded, |spec| {
            if let Some(vrrp) = &mut spec.vrrp {
                vrrp.track = None;
            }
        })
    }),
    of("promotion by hand", FindingRule::SingleWriter, |site, _| {
        let mut is_automatic = false;
        for component in &mut site.components {
            edit_database(component, |spec| {
                is_automatic |= matches!(spec.failover, Failover::Automatic { .. });
                spec.failover = Failover::Manual;
            });
        }
        is_automatic
    })
    .with(&[FindingRule::SinglePoint]),
    of("a server without a monitoring client", FindingRule::Unwatched, |site, seeded| {
        let agents = ids(site, |kind| kind.as_agent().is_some());
        let Some(agent) = seeded.pick(&agents) else { return false };
        site.components.retain(|component| component.id != *agent);
        site.links.retain(|link| link.from != *agent);
        true
    }),
    of("a client whose samples do not get out", FindingRule::SilentAgent, |site, seeded| {
        firewall(site, seeded, None, |spec| spec.outbound.iter_mut().for_each(|rule| rule.ports.retain(|port| *port != 443)))
    }),
    of("SSH open to the Internet", FindingRule::SshExposed, |site, seeded| {
        firewall(site, seeded, None, |spec| spec.inbound.push(rule(&[22], RuleAction::Allow)))
    }),
    of("a database open to the Internet", FindingRule::DatabaseExposed, |site, seeded| {
        firewall(site, seeded, Some(Tier::Database), |spec| spec.inbound.push(rule(&[3306], RuleAction::Allow)))
    }),
    of("an application open to the Internet", FindingRule::ExposedPort, |site, seeded| {
        firewall(site, seeded, Some(Tier::Application), |spec| spec.inbound.push(rule(&[8080], RuleAction::Allow)))
    }),
    of("a rule without effect", FindingRule::ShadowedRule, |site, seeded| {
        firewall(site, seeded, None, |spec| {
            if let Some(first) = spec.inbound.first().cloned() {
                spec.inbound.push(Rule { action: RuleAction::Drop, ..first });
            }
        })
    }),
    of("a firewall that blocks a balancer's requests", FindingRule::ClosedHop, |site, seeded| {
        firewall(site, seeded, Some(Tier::Web), |spec| drop(spec.inbound.pop()))
    }),
    of("a firewall that allows what no rule names", FindingRule::DefaultAllow, |site, seeded| {
        firewall(site, seeded, Some(Tier::Balancer), |spec| {
            spec.inbound.push(rule(&[], RuleAction::Drop));
            spec.default = RuleAction::Allow;
        })
    }),
    of("a firewall that protects nothing", FindingRule::GuardsNothing, |site, _| {
        let firewall = site.components.iter().find(|component| component.kind.as_firewall().is_some()).cloned();
        let Some(mut spare) = firewall else { return false };
        spare.id = ComponentId::new("fw-0");
        edit_firewall(&mut spare, |spec| {
            spec.servers.clear();
            spec.inbound.clear();
            spec.outbound.clear();
        });
        site.components.push(spare);
        true
    }),
    of("one version on all web servers", FindingRule::SharedFlaw, |site, _| {
        let webs = ids(site, |kind| kind.tier() == Some(Tier::Web));
        let software = component(site, &webs[0]).and_then(|web| web.software.clone());
        let is_drawn = software.is_some();
        for web in &webs {
            if let Some(web) = component(site, web) {
                web.software.clone_from(&software);
            }
        }
        is_drawn
    }),
    of("pages in plaintext on port 80", FindingRule::PlaintextPort, |site, _| {
        site.http.port_80 = Port80::Open;
        site.http.hsts = Some(Hsts::default());
        let opens = |spec: &mut FirewallSpec| {
            spec.inbound.iter_mut().filter(|rule| rule.ports == [443]).for_each(|rule| rule.ports.push(80));
        };
        site.components.iter_mut().for_each(|component| {
            edit_firewall(component, opens);
        });
        true
    }),
    of("sessions in the memory of each application", FindingRule::ScatteredSessions, |site, _| {
        for component in &mut site.components {
            edit_app(component, |spec| spec.sessions = SessionPlace::Memory);
        }
        true
    }),
    of("an application that closes idle connections first", FindingRule::KeepAliveRace, |site, seeded| {
        let apps = ids(site, |kind| kind.tier() == Some(Tier::Application));
        let Some(component) = seeded.pick(&apps).and_then(|id| component(site, id)) else { return false };
        edit_app(component, |spec| spec.keepalive_timeout_s = Seconds::literal(2.0))
    }),
];

impl FlawKind {
    /// Name of the flaw in tests.
    #[cfg(test)]
    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// The rule that finds it.
    pub(super) const fn rule(&self) -> FindingRule {
        self.rule
    }

    /// The rules that find its consequences.
    pub(super) const fn also(&self) -> &'static [FindingRule] {
        self.also
    }

    /// Builds the flaw into a site. Returns whether the site has what the flaw needs.
    pub(super) fn inject(&self, site: &mut Scenario, seeded: &mut Seeded) -> bool {
        (self.inject)(site, seeded)
    }
}

fn rule(ports: &[u16], action: RuleAction) -> Rule {
    Rule { peer: Peer::Any, ports: ports.to_vec(), action }
}

/// The components whose kind suits.
fn ids(site: &Scenario, suits: impl Fn(&ComponentKind) -> bool) -> Vec<ComponentId> {
    site.components.iter().filter(|component| suits(&component.kind)).map(|component| component.id.clone()).collect()
}

fn component<'a>(site: &'a mut Scenario, id: &ComponentId) -> Option<&'a mut Component> {
    site.components.iter_mut().find(|component| component.id == *id)
}

/// Changes the settings of a firewall. Returns whether the component is one.
fn edit_firewall(component: &mut Component, change: impl FnOnce(&mut FirewallSpec)) -> bool {
    let Some(mut spec) = component.kind.as_firewall().cloned() else { return false };
    change(&mut spec);
    component.kind = ComponentKind::Firewall(spec);
    true
}

/// Changes the settings of a balancer. Returns whether the component is one.
fn edit_balancer(component: &mut Component, change: impl FnOnce(&mut BalancerSpec)) -> bool {
    let Some(mut spec) = component.kind.as_balancer().cloned() else { return false };
    change(&mut spec);
    component.kind = ComponentKind::LoadBalancer(spec);
    true
}

/// Changes the settings of an application server. Returns whether the component is one.
fn edit_app(component: &mut Component, change: impl FnOnce(&mut ProxySpec)) -> bool {
    let is_app = component.kind.tier() == Some(Tier::Application);
    let Some(mut spec) = component.kind.as_proxy().filter(|_| is_app).cloned() else { return false };
    change(&mut spec);
    component.kind = ComponentKind::App(spec);
    true
}

/// Changes the settings of a database. Returns whether the component is one.
fn edit_database(component: &mut Component, change: impl FnOnce(&mut DatabaseSpec)) -> bool {
    let Some(mut spec) = component.kind.as_database().cloned() else { return false };
    change(&mut spec);
    component.kind = ComponentKind::Database(spec);
    true
}

/// Changes one of the balancers.
fn balancer(site: &mut Scenario, seeded: &mut Seeded, change: impl FnOnce(&mut BalancerSpec)) -> bool {
    let balancers = ids(site, |kind| kind.as_balancer().is_some());
    let Some(component) = seeded.pick(&balancers).and_then(|id| component(site, id)) else { return false };
    edit_balancer(component, change)
}

/// Changes one of the firewalls: of any server, or of a server of a tier.
fn firewall(site: &mut Scenario, seeded: &mut Seeded, tier: Option<Tier>, change: impl FnOnce(&mut FirewallSpec)) -> bool {
    let of_tier = |component: &Component| {
        let here = site.components.iter().filter(|other| other.server == component.server);
        tier.is_none_or(|tier| here.into_iter().any(|other| other.kind.tier() == Some(tier)))
    };
    let firewalls: Vec<ComponentId> = site
        .components
        .iter()
        .filter(|component| component.kind.as_firewall().is_some() && of_tier(component))
        .map(|component| component.id.clone())
        .collect();
    let Some(component) = seeded.pick(&firewalls).and_then(|id| component(site, id)) else { return false };
    edit_firewall(component, change)
}
