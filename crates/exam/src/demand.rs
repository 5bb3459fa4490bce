//! What the tasks of the series ask the learner to explain.

use hoplight_model::LessonId;
use serde::{Deserialize, Serialize};

use crate::stage::ExamStage;

/// A point that the examiner asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExamDemand {
    /// What a server is.
    WhatIsAServer,
    /// The role of the domain name.
    DomainName,
    /// Which record `www` is.
    WwwRecord,
    /// The role of the web server.
    WebServer,
    /// The role of the application server.
    ApplicationServer,
    /// The role of the database.
    Database,
    /// What the server uses to communicate with the user's computer.
    UserProtocol,
    /// The single point of failure of one server.
    OneServerFails,
    /// Downtime during a deployment.
    DeploymentDowntime,
    /// One server does not scale.
    CannotScale,
    /// The term LAMP.
    Lamp,
    /// The term SPOF.
    Spof,
    /// Why each element of stage 1 was added.
    AddedForDistribution,
    /// The balancing algorithm, and how it works.
    Algorithm,
    /// Active-active or active-passive.
    ActiveActive,
    /// How a primary–replica cluster works.
    PrimaryReplica,
    /// What the application does with the primary and with the replica.
    PrimaryForApplication,
    /// Where the single points of failure of stage 1 are.
    DistributedSinglePoints,
    /// No firewall and no HTTPS.
    NoFirewallNoHttps,
    /// No monitoring.
    NoMonitoring,
    /// The term redundancy.
    Redundancy,
    /// Why each element of stage 2 was added.
    AddedForSecurity,
    /// What firewalls are for.
    Firewalls,
    /// Why the site is served over HTTPS.
    Https,
    /// What monitoring is for.
    Monitoring,
    /// How the monitoring tool collects data.
    Collection,
    /// How to monitor the web server's QPS.
    MonitorQps,
    /// The term QPS.
    Qps,
    /// Why TLS that ends at the balancer is an issue.
    TlsTermination,
    /// Why a single MySQL that accepts writes is an issue.
    OneWriter,
    /// Why servers with all the same components are an issue.
    SameComponents,
    /// Why each element of stage 3 was added.
    AddedForScale,
    /// Why each tier has its own server.
    SeparateTiers,
    /// How the cluster of balancers works.
    BalancerCluster,
    /// What is still a single point of failure.
    RemainingSinglePoints,
}

impl ExamDemand {
    /// All demands, in the order of the series.
    pub const ALL: [Self; 35] = [
        Self::WhatIsAServer,
        Self::DomainName,
        Self::WwwRecord,
        Self::WebServer,
        Self::ApplicationServer,
        Self::Database,
        Self::UserProtocol,
        Self::OneServerFails,
        Self::DeploymentDowntime,
        Self::CannotScale,
        Self::Lamp,
        Self::Spof,
        Self::AddedForDistribution,
        Self::Algorithm,
        Self::ActiveActive,
        Self::PrimaryReplica,
        Self::PrimaryForApplication,
        Self::DistributedSinglePoints,
        Self::NoFirewallNoHttps,
        Self::NoMonitoring,
        Self::Redundancy,
        Self::AddedForSecurity,
        Self::Firewalls,
        Self::Https,
        Self::Monitoring,
        Self::Collection,
        Self::MonitorQps,
        Self::Qps,
        Self::TlsTermination,
        Self::OneWriter,
        Self::SameComponents,
        Self::AddedForScale,
        Self::SeparateTiers,
        Self::BalancerCluster,
        Self::RemainingSinglePoints,
    ];

    /// The stages that demand it. SPOF is asked at every stage.
    pub const fn stages(self) -> &'static [ExamStage] {
        use ExamStage::{Distributed, Scaled, Secured, Simple};
        match self {
            Self::Spof => &[Simple, Distributed, Secured, Scaled],
            Self::WhatIsAServer
            | Self::DomainName
            | Self::WwwRecord
            | Self::WebServer
            | Self::ApplicationServer
            | Self::Database
            | Self::UserProtocol
            | Self::OneServerFails
            | Self::DeploymentDowntime
            | Self::CannotScale
            | Self::Lamp => &[Simple],
            Self::AddedForDistribution
            | Self::Algorithm
            | Self::ActiveActive
            | Self::PrimaryReplica
            | Self::PrimaryForApplication
            | Self::DistributedSinglePoints
            | Self::NoFirewallNoHttps
            | Self::NoMonitoring => &[Distributed],
            Self::Redundancy => &[Distributed, Scaled],
            Self::AddedForSecurity
            | Self::Firewalls
            | Self::Https
            | Self::Monitoring
            | Self::Collection
            | Self::MonitorQps
            | Self::Qps
            | Self::TlsTermination
            | Self::OneWriter
            | Self::SameComponents => &[Secured],
            Self::AddedForScale | Self::SeparateTiers | Self::BalancerCluster | Self::RemainingSinglePoints => &[Scaled],
        }
    }

    /// The demand in a few words, as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::WhatIsAServer => "What a server is",
            Self::DomainName => "The role of the domain name",
            Self::WwwRecord => "The DNS record of www",
            Self::WebServer => "The role of the web server",
            Self::ApplicationServer => "The role of the application server",
            Self::Database => "The role of the database",
            Self::UserProtocol => "How the server communicates with the user's computer",
            Self::OneServerFails => "The single point of failure of one server",
            Self::DeploymentDowntime => "Downtime during a deployment",
            Self::CannotScale => "Why one server does not scale",
            Self::Lamp => "LAMP",
            Self::Spof => "SPOF",
            Self::AddedForDistribution => "Why each element was added (load balancer, servers, replica)",
            Self::Algorithm => "The balancing algorithm",
            Self::ActiveActive => "Active-active and active-passive",
            Self::PrimaryReplica => "How primary–replica works",
            Self::PrimaryForApplication => "Primary and replica, for the application",
            Self::DistributedSinglePoints => "The single points of failure with a load balancer",
            Self::NoFirewallNoHttps => "No firewall and no HTTPS",
            Self::NoMonitoring => "No monitoring",
            Self::Redundancy => "Redundancy",
            Self::AddedForSecurity => "Why each element was added (firewalls, certificate, monitoring)",
            Self::Firewalls => "What firewalls are for",
            Self::Https => "Why HTTPS",
            Self::Monitoring => "What monitoring is for",
            Self::Collection => "How monitoring collects data",
            Self::MonitorQps => "How to monitor the web server's QPS",
            Self::Qps => "QPS",
            Self::TlsTermination => "TLS that ends at the load balancer",
            Self::OneWriter => "One MySQL that accepts writes",
            Self::SameComponents => "Servers with all the same components",
            Self::AddedForScale => "Why each element was added (server, second load balancer)",
            Self::SeparateTiers => "Why each tier has its own server",
            Self::BalancerCluster => "The cluster of load balancers",
            Self::RemainingSinglePoints => "The single points of failure that remain",
        }
    }

    /// The lesson that teaches it.
    pub fn lesson(self) -> LessonId {
        LessonId::new(match self {
            Self::WhatIsAServer
            | Self::DomainName
            | Self::WwwRecord
            | Self::WebServer
            | Self::ApplicationServer
            | Self::Database
            | Self::UserProtocol
            | Self::Lamp
            | Self::AddedForDistribution
            | Self::Algorithm => "journey-of-a-request",
            Self::NoFirewallNoHttps | Self::AddedForSecurity | Self::Firewalls | Self::Https | Self::TlsTermination => {
                "where-tls-ends"
            }
            Self::OneServerFails
            | Self::DeploymentDowntime
            | Self::Spof
            | Self::ActiveActive
            | Self::PrimaryReplica
            | Self::PrimaryForApplication
            | Self::DistributedSinglePoints
            | Self::Redundancy
            | Self::OneWriter
            | Self::BalancerCluster
            | Self::RemainingSinglePoints => "single-points-of-failure",
            Self::CannotScale | Self::SameComponents | Self::AddedForScale | Self::SeparateTiers => "servers-all-alike",
            Self::NoMonitoring | Self::Monitoring | Self::Collection | Self::MonitorQps | Self::Qps => "monitoring-and-qps",
        })
    }
}
