//! What a learner must be able to explain.

use serde::{Deserialize, Serialize};

macro_rules! demands {
    ($(#[$doc_of_asked:meta])* asked { $($(#[$asked_doc:meta])* $asked:ident => $asked_title:literal,)* }
     $(#[$doc_of_further:meta])* further { $($(#[$doc:meta])* $name:ident => $title:literal,)* }) => {
        /// A point that a learner must be able to explain.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Demand {
            $($(#[$asked_doc])* $asked,)*
            $($(#[$doc])* $name,)*
        }

        impl Demand {
            /// The demand of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|demand| demand.name() == name)
            }

            $(#[$doc_of_asked])*
            pub const ASKED: &[Self] = &[$(Self::$asked),*];

            $(#[$doc_of_further])*
            pub const FURTHER: &[Self] = &[$(Self::$name),*];

            /// All demands, in the order of the course.
            pub const ALL: &[Self] = &[$(Self::$asked,)* $(Self::$name,)*];

            /// The demand in a few words, as a heading.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$asked => $asked_title,)*
                    $(Self::$name => $title,)*
                }
            }

            /// The name of the demand in content files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$asked => stringify!($asked),)*
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

demands! {
    /// The demands that the exercise series asks for, in its order.
    asked {
        /// What a server is.
        WhatIsAServer => "What a server is",
        /// The role of the domain name.
        DomainName => "The role of the domain name",
        /// Which record `www` is.
        WwwRecord => "The DNS record of www",
        /// The role of the web server.
        WebServer => "The role of the web server",
        /// The role of the application server.
        ApplicationServer => "The role of the application server",
        /// The role of the database.
        Database => "The role of the database",
        /// What the server uses to communicate with the user's computer.
        UserProtocol => "How the server communicates with the user's computer",
        /// The single point of failure of one server.
        OneServerFails => "The single point of failure of one server",
        /// Downtime during a deployment.
        DeploymentDowntime => "Downtime during a deployment",
        /// One server does not scale.
        CannotScale => "Why one server does not scale",
        /// The term LAMP.
        Lamp => "LAMP",
        /// The term SPOF.
        Spof => "SPOF",
        /// Why each element of stage 1 was added.
        AddedForDistribution => "Why each element was added (load balancer, servers, replica)",
        /// The balancing algorithm, and how it works.
        Algorithm => "The balancing algorithm",
        /// Active-active or active-passive.
        ActiveActive => "Active-active and active-passive",
        /// How a primary–replica cluster works.
        PrimaryReplica => "How primary–replica works",
        /// What the application does with the primary and with the replica.
        PrimaryForApplication => "Primary and replica, for the application",
        /// Where the single points of failure of stage 1 are.
        DistributedSinglePoints => "The single points of failure with a load balancer",
        /// No firewall and no HTTPS.
        NoFirewallNoHttps => "No firewall and no HTTPS",
        /// No monitoring.
        NoMonitoring => "No monitoring",
        /// The term redundancy.
        Redundancy => "Redundancy",
        /// Why each element of stage 2 was added.
        AddedForSecurity => "Why each element was added (firewalls, certificate, monitoring)",
        /// What firewalls are for.
        Firewalls => "What firewalls are for",
        /// Why the site is served over HTTPS.
        Https => "Why HTTPS",
        /// What monitoring is for.
        Monitoring => "What monitoring is for",
        /// How the monitoring tool collects data.
        Collection => "How monitoring collects data",
        /// How to monitor the web server's QPS.
        MonitorQps => "How to monitor the web server's QPS",
        /// The term QPS.
        Qps => "QPS",
        /// Why TLS that ends at the balancer is an issue.
        TlsTermination => "TLS that ends at the load balancer",
        /// Why a single MySQL that accepts writes is an issue.
        OneWriter => "One MySQL that accepts writes",
        /// Why servers with all the same components are an issue.
        SameComponents => "Servers with all the same components",
        /// Why each element of stage 3 was added.
        AddedForScale => "Why each element was added (server, second load balancer)",
        /// Why each tier has its own server.
        SeparateTiers => "Why each tier has its own server",
        /// How the cluster of balancers works.
        BalancerCluster => "The cluster of load balancers",
        /// What is still a single point of failure.
        RemainingSinglePoints => "The single points of failure that remain",
    }
    /// The demands that go beyond the series: what an examiner or an interviewer asks next.
    further {
        /// How long a DNS answer is kept, and where a CNAME is allowed.
        DnsCaching => "DNS caches, TTL and CNAME",
        /// What a health check notices, and when.
        HealthChecks => "Health checks",
        /// Where sessions live, and what sticky sessions cost.
        Sessions => "Sessions and stickiness",
        /// How visitors get from HTTP to HTTPS, and what protects the first visit.
        RedirectAndHsts => "Redirects, HSTS and cookie flags",
        /// How a certificate is issued, checked, renewed, and what happens when it is not.
        CertificateLife => "The life of a certificate",
        /// Termination, re-encryption and passthrough, and what each costs.
        TlsModes => "Re-encryption, passthrough and SNI",
        /// How the application learns the client's address and scheme.
        ForwardedHeaders => "X-Forwarded headers and the PROXY protocol",
        /// Drop and reject, egress, and connection state.
        FirewallRules => "Firewall rules",
        /// What a packet filter does not stop.
        FirewallLimits => "What firewalls do not stop",
        /// Why means hide slow requests, and how percentiles are read.
        Percentiles => "Percentiles",
        /// What to page on, and who notices that monitoring is dead.
        Alerting => "Alerts, probes and absence",
        /// Service-level objectives, error budgets and burn rates.
        ErrorBudget => "SLO and error budget",
        /// How response time grows with utilisation.
        Queueing => "Queues and the knee",
        /// How retries keep an overload going, and how to bound them.
        RetryStorms => "Timeouts and retry storms",
        /// Detection, promotion, and which writes are lost.
        Failover => "Failover and lost writes",
        /// Two primaries, fencing and quorum.
        SplitBrain => "Split brain",
        /// Why a replica is no backup, and how recovery is measured.
        Backups => "Backups, RPO and RTO",
        /// One cause that fails every copy.
        CommonMode => "Common-mode failures",
        /// How to deploy without an error.
        RollingDeployment => "Draining and rolling deployment",
        /// Hit ratio, TTL, warm-up and stampedes.
        Caching => "Caches and stampedes",
        /// Availability in series and in parallel.
        Availability => "Availability of a system",
    }
}
