//! The catalogue of faults: what happens, what it looks like, and the remedy.

use hoplight_sim::catalogue::CommonFault;

/// Description of a common fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonFaultText {
    /// What happens.
    pub title: &'static str,
    /// What users see.
    pub users: &'static str,
    /// What agents, checks and counters show.
    pub agents: &'static str,
    /// Which alert fires.
    pub alert: &'static str,
    /// The remedy.
    pub remedy: &'static str,
}

/// Describes a common fault.
#[expect(clippy::too_many_lines, reason = "one arm per fault")]
pub const fn common_fault(fault: CommonFault) -> CommonFaultText {
    match fault {
        CommonFault::BalancerCrash => CommonFaultText {
            title: "the balancer crashes",
            users: "connections are refused; time out if the host is off",
            agents: "nothing behind it gets requests",
            alert: "the external probe, if it is on (probe 10); requests fall",
            remedy: "a second balancer with VRRP that tracks the process",
        },
        CommonFault::WebKilled => CommonFaultText {
            title: "all web servers are killed",
            users: "503",
            agents: "health checks: L4CON",
            alert: "5xx",
            remedy: "restart; add a server",
        },
        CommonFault::OneWebKilled => CommonFaultText {
            title: "one of several web servers is killed",
            users: "its share of the requests gets 503, until health checks notice",
            agents: "the survivors get all requests",
            alert: "backend DOWN, in the balancer's log",
            remedy: "option redispatch",
        },
        CommonFault::AppHung => CommonFaultText {
            title: "the applications hang",
            users: "504; then 503, where health checks reach the application",
            agents: "answers that take as long as a timeout, and errors; health checks: L7TOUT, then L7STS/504 once the accept queue is full",
            alert: "p99, 5xx",
            remedy: "restart; a check that reaches the application",
        },
        CommonFault::AppDead => CommonFaultText {
            title: "the applications behind the web servers are dead",
            users: "502",
            agents: "health checks: L7STS/502, only if they reach the application",
            alert: "5xx",
            remedy: "a check that reaches the application",
        },
        CommonFault::PrimaryDead => CommonFaultText {
            title: "the primary database dies",
            users: "writes get 500; reads work where a replica serves them",
            agents: "the database's rate falls to zero; the applications count errors",
            alert: "5xx",
            remedy: "promote a replica, and fence the old primary",
        },
        CommonFault::ReplicationBroken => CommonFaultText {
            title: "replication stops",
            users: "stale reads",
            agents: "the lag is unknown (NULL)",
            alert: "lag above 10 s or unknown",
            remedy: "start it again; read from the primary",
        },
        CommonFault::WritesToReplica => CommonFaultText {
            title: "writes are routed to a read-only database",
            users: "writes get 500",
            agents: "the database answers error 1290",
            alert: "5xx",
            remedy: "route them to the primary",
        },
        CommonFault::SplitBrain => CommonFaultText {
            title: "a second database takes writes",
            users: "answers that contradict each other",
            agents: "two databases are writable",
            alert: "writable is not 1",
            remedy: "fence; a quorum",
        },
        CommonFault::ConnectionsExhausted => CommonFaultText {
            title: "an application leaks its connections to the database",
            users: "500",
            agents: "the database answers error 1040; all its connections are in use",
            alert: "connections, 5xx",
            remedy: "restart the application that leaks, which closes them; a pool that returns them",
        },
        CommonFault::CertificateExpired => CommonFaultText {
            title: "the certificate expires",
            users: "the browser refuses to connect; open connections go on until they are idle for too long (`http_keep_alive_s`)",
            agents: "handshakes fail, requests fall, 5xx stays flat",
            alert: "certificate expiry, if the external probe is on (probe 10); requests fall",
            remedy: "renew it, and reload",
        },
        CommonFault::DnsGone => CommonFaultText {
            title: "the site's DNS record is gone",
            users: "the name no longer resolves as caches expire, one after the other within the record's TTL; open connections go on",
            agents: "everything is healthy, and no requests arrive",
            alert: "the external probe, if it is on (probe 10)",
            remedy: "restore the record; wait for the caches",
        },
        CommonFault::SiteLost => CommonFaultText {
            title: "the first of two sites is lost",
            users: "timeouts, until the record is switched and their cached one expires",
            agents: "those of the lost site are silent",
            alert: "absence",
            remedy: "dns switch; a short TTL",
        },
        CommonFault::FirewallDropsWeb => CommonFaultText {
            title: "a firewall drops traffic from the balancer to the web servers",
            users: "503",
            agents: "health checks: L4TOUT; the web servers are healthy and get nothing",
            alert: "5xx",
            remedy: "allow port 8080 from the balancer",
        },
        CommonFault::FirewallDropsDatabase => CommonFaultText {
            title: "a firewall drops traffic from the applications to the databases",
            users: "500; then 504, as workers wait for a timeout and the accept queue fills up",
            agents: "the databases get nothing",
            alert: "5xx",
            remedy: "allow port 3306 from the applications",
        },
        CommonFault::EgressBlocked => CommonFaultText {
            title: "firewalls block the agents' outbound traffic",
            users: "nothing",
            agents: "all of them are silent",
            alert: "absence",
            remedy: "allow port 443 outbound",
        },
        CommonFault::CollectorDead => CommonFaultText {
            title: "one monitoring agent dies",
            users: "nothing",
            agents: "that one is silent",
            alert: "absence",
            remedy: "restart it",
        },
        CommonFault::MonitoringDead => CommonFaultText {
            title: "the monitoring service dies",
            users: "nothing",
            agents: "nobody receives their samples; no rule is evaluated",
            alert: "none; the dead man's switch pages, if there is one",
            remedy: "restart it; a dead man's switch; a separate machine",
        },
        CommonFault::ActiveFirewallDead => CommonFaultText {
            title: "the active firewall of a pair dies",
            users: "timeouts for about 3.6 s; then all is well, with one reset per open connection if the pair does not \
                    synchronise its state",
            agents: "requests stop for a few seconds",
            alert: "5xx, while the gap is in the window",
            remedy: "none needed; repair it, so that there is a standby again",
        },
        CommonFault::Overload => CommonFaultText {
            title: "the load is twice what the site can serve",
            users: "slow answers; 504 after a connect timeout, since a full accept queue drops SYNs",
            agents: "queues grow, workers are always busy, the rate of good answers is capped",
            alert: "p99, saturation",
            remedy: "scale; shed load",
        },
        CommonFault::RetryStorm => CommonFaultText {
            title: "a ten-second pause while users make up to three attempts",
            users: "errors during the pause; with a bounded accept queue, they end seconds after it; with a long one, near capacity, only when users stop retrying",
            agents: "up to three times as many requests; with a long queue, workers serve users who have gone",
            alert: "goodput",
            remedy: "a bounded accept queue (Gunicorn: backlog); fewer retries",
        },
        CommonFault::SynFlood => CommonFaultText {
            title: "a flood of SYNs fills the entry's backlog",
            users: "new connections time out while SYN cookies are off",
            agents: "half-open connections; requests fall",
            alert: "the external probe, if it is on (probe 10)",
            remedy: "SYN cookies (Linux uses them by default); scrubbing, once the flood fills the link",
        },
        CommonFault::PasswordGuessing => CommonFaultText {
            title: "one client guesses passwords",
            users: "slow answers, then 504: the attacker's logins occupy the applications' workers",
            agents: "more requests, workers are always busy; nothing is down",
            alert: "saturation, p99",
            remedy: "a rate limit per client before the login (limit ENTRY 1 5 write); many addresses pass it: a limit per account, a CAPTCHA",
        },
        CommonFault::BadConfiguration => CommonFaultText {
            title: "a bad configuration is rolled out to all web servers",
            users: "all fail together",
            agents: "every backend is DOWN",
            alert: "5xx",
            remedy: "roll back; a canary",
        },
        CommonFault::SharedFlaw => CommonFaultText {
            title: "a flaw crashes every server that runs the same version",
            users: "503: identical servers fail together",
            agents: "every backend is DOWN",
            alert: "5xx",
            remedy: "patch; a canary; diversity",
        },
        CommonFault::SharedVulnerability => CommonFaultText {
            title: "a vulnerability in the web servers' software is exploited",
            users: "nothing",
            agents: "nothing; every server that runs it is compromised",
            alert: "none",
            remedy: "patch; least privilege; filtered outbound traffic; intrusion detection",
        },
        CommonFault::Sniffer => CommonFaultText {
            title: "an eavesdropper listens between balancer and web server",
            users: "nothing",
            agents: "nothing",
            alert: "none",
            remedy: "re-encrypt",
        },
        CommonFault::VrrpBlocked => CommonFaultText {
            title: "VRRP advertisements between a pair of balancers are lost",
            users: "a few resets as the backup takes the address; with use_vmac, resets for as long as it lasts",
            agents: "two masters",
            alert: "masters is not 1",
            remedy: "permit protocol 112",
        },
        CommonFault::KeepalivedKilled => CommonFaultText {
            title: "keepalived is killed on the balancer that holds the shared address",
            users: "a few resets as the backup takes the address",
            agents: "the state of one keepalived is missing; both machines have the address",
            alert: "redundancy lost",
            remedy: "start it again",
        },
        CommonFault::DiskFull => CommonFaultText {
            title: "the primary's disk is full",
            users: "writes get 500; reads work (without room for the binary log, MySQL makes writes wait instead)",
            agents: "the database counts errors: 1114, the table is full",
            alert: "5xx",
            remedy: "free space",
        },
        CommonFault::SlowDatabase => CommonFaultText {
            title: "the primary database is twenty times slower",
            users: "slow writes; 500 and 504 at a load that it cannot carry",
            agents: "the applications' workers wait: saturated behind a database that is not",
            alert: "p99, saturation",
            remedy: "find the cause",
        },
        CommonFault::NoisyNeighbour => CommonFaultText {
            title: "another program uses the processor of a server",
            users: "everything that the server does is slow; 503 and 504 at a load that it cannot carry",
            agents: "more slots are busy at the same requests per second; the CPU is at 100 %",
            alert: "p99, saturation",
            remedy: "end the program, limit it (cgroups), or move it to a machine of its own",
        },
        CommonFault::CacheDead => CommonFaultText {
            title: "the cache is dead",
            users: "slower reads; 500 and 503 if the database cannot carry the load alone",
            agents: "the database gets every read",
            alert: "p99, 5xx",
            remedy: "a database that can carry the load without the cache, or a second cache",
        },
        CommonFault::CacheCold => CommonFaultText {
            title: "the cache restarts empty",
            users: "the same, until it has warmed up; if the database is overloaded, that takes long",
            agents: "the hit ratio falls to zero and recovers; the database gets every read",
            alert: "p99, 5xx",
            remedy: "warm it before it gets traffic; limit the queries that wait",
        },
        CommonFault::CacheFlushed => CommonFaultText {
            title: "the cache is flushed",
            users: "slower reads until it has warmed up",
            agents: "the hit ratio falls and recovers",
            alert: "p99",
            remedy: "delete single keys; never flush a cache under load",
        },
        CommonFault::Stampede => CommonFaultText {
            title: "the most popular entry of the cache expires",
            users: "reads of one object are slow for as long as one query takes",
            agents: "the same query reaches the database many times at once",
            alert: "none, or p99",
            remedy: "request coalescing or a lock; jitter; a refresh before expiry",
        },
        CommonFault::PortScan => CommonFaultText {
            title: "a port scan from the Internet",
            users: "nothing",
            agents: "nothing; the firewalls' counters go up",
            alert: "none",
            remedy: "firewalls that drop unneeded inbound traffic",
        },
        CommonFault::SqlProxiesDead => CommonFaultText {
            title: "all SQL proxies die",
            users: "reads and writes get 500; static pages work",
            agents: "the databases are idle; the applications count errors",
            alert: "5xx",
            remedy: "restart them; a proxy beside each application, with the others as alternatives",
        },
        CommonFault::ClusterPartition => CommonFaultText {
            title: "a member of a multi-primary cluster is cut off from the others",
            users: "writes wait for up to 5 s; then those who reach this member get 500, until checks notice",
            agents: "the member refuses all queries: error 1047",
            alert: "5xx",
            remedy: "health checks that reach the database; a third member, so that the others keep a majority",
        },
    }
}
