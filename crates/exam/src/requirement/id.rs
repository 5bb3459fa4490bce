//! Names and texts of the requirements.

use serde::{Deserialize, Serialize};

/// A requirement of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RequirementId {
    /// Users resolve the site's name.
    Name,
    /// One server runs the whole stack.
    OneServer,
    /// Three servers run the site.
    ThreeServers,
    /// Four servers run the site.
    FourServers,
    /// Users' requests reach a web server.
    WebServer,
    /// Web servers forward to an application server.
    Application,
    /// Application servers query a database.
    Database,
    /// Users connect to a load balancer.
    Balancer,
    /// The balancer distributes over two servers.
    Backends,
    /// The data is replicated.
    Replication,
    /// Writes reach the database that accepts them.
    Writer,
    /// Three firewalls protect parts of the site.
    Firewalls,
    /// The firewalls let the site's traffic through.
    Rules,
    /// Users connect over HTTPS.
    Https,
    /// The certificate is where TLS ends.
    Certificate,
    /// Three monitoring clients on three servers.
    Agents,
    /// The samples reach a monitoring service.
    Collection,
    /// Two balancers form a cluster.
    Cluster,
    /// The balancers do not share a machine.
    SeparateBalancers,
    /// Every balancer reaches the same backends.
    SharedBackends,
    /// Each tier has its own server.
    SplitTiers,
}

impl RequirementId {
    /// What the requirement demands, in one line.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Name => "Users look up www.foobar.com in the DNS",
            Self::OneServer => "One server runs web server, application server and database",
            Self::ThreeServers => "At least three servers run parts of the site",
            Self::FourServers => "At least four servers run parts of the site",
            Self::WebServer => "Users' requests reach a web server",
            Self::Application => "Every web server forwards to an application server with the code",
            Self::Database => "Every application server queries a database",
            Self::Balancer => "Users connect to a load balancer, and to nothing behind it",
            Self::Backends => "The load balancer distributes over web servers on at least two servers",
            Self::Replication => "A primary database replicates to a replica, or the members of a cluster to each other",
            Self::Writer => "Every application server sends its writes to the database that accepts them",
            Self::Firewalls => "Three firewalls each protect a part of the site",
            Self::Rules => "The firewalls let the site's own requests through",
            Self::Https => "Users connect over HTTPS",
            Self::Certificate => "A certificate for www.foobar.com is where users' TLS ends",
            Self::Agents => "Three monitoring clients run on three servers of the site",
            Self::Collection => "Every monitoring client's samples reach a monitoring service",
            Self::Cluster => "Two load balancers take users' requests as a cluster: one shared address, or two addresses",
            Self::SeparateBalancers => "Each load balancer runs on a different server",
            Self::SharedBackends => "Every load balancer reaches the same servers behind it",
            Self::SplitTiers => "Web server, application server and database each have their own server",
        }
    }
}
