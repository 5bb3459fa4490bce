//! What the stages demand.

use hoplight_curriculum::Demand;

use super::ExamStage;

/// The stages that demand something. SPOF is asked at every stage.
pub const fn stages_of(demand: Demand) -> &'static [ExamStage] {
    use ExamStage::{Distributed, Scaled, Secured, Simple};
    match demand {
        Demand::Spof => &[Simple, Distributed, Secured, Scaled],
        Demand::WhatIsAServer
        | Demand::DomainName
        | Demand::WwwRecord
        | Demand::WebServer
        | Demand::ApplicationServer
        | Demand::Database
        | Demand::UserProtocol
        | Demand::OneServerFails
        | Demand::DeploymentDowntime
        | Demand::CannotScale
        | Demand::Lamp => &[Simple],
        Demand::AddedForDistribution
        | Demand::Algorithm
        | Demand::ActiveActive
        | Demand::PrimaryReplica
        | Demand::PrimaryForApplication
        | Demand::DistributedSinglePoints
        | Demand::NoFirewallNoHttps
        | Demand::NoMonitoring => &[Distributed],
        Demand::Redundancy => &[Distributed, Scaled],
        Demand::AddedForSecurity
        | Demand::Firewalls
        | Demand::Https
        | Demand::Monitoring
        | Demand::Collection
        | Demand::MonitorQps
        | Demand::Qps
        | Demand::TlsTermination
        | Demand::OneWriter
        | Demand::SameComponents => &[Secured],
        Demand::AddedForScale | Demand::SeparateTiers | Demand::BalancerCluster | Demand::RemainingSinglePoints => &[Scaled],
        Demand::DnsCaching
        | Demand::HealthChecks
        | Demand::Sessions
        | Demand::RedirectAndHsts
        | Demand::CertificateLife
        | Demand::TlsModes
        | Demand::ForwardedHeaders
        | Demand::FirewallRules
        | Demand::FirewallLimits
        | Demand::Percentiles
        | Demand::Alerting
        | Demand::ErrorBudget
        | Demand::Queueing
        | Demand::RetryStorms
        | Demand::Failover
        | Demand::SplitBrain
        | Demand::Backups
        | Demand::CommonMode
        | Demand::RollingDeployment
        | Demand::Caching
        | Demand::Availability => &[],
    }
}
