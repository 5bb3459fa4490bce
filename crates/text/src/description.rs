//! Labels and short descriptions of what the model names: algorithms, kinds, tiers, TLS modes and zones.

use hoplight_model::component::{CachePlace, CacheSpec, DatabaseSpec, SqlProxyMode};
use hoplight_model::{Algorithm, ComponentKind, DatabaseRole, RateLimit, Refusal, RequestKind, Tier, TlsMode, Zone};

/// How a balancing algorithm chooses a backend, as a phrase.
pub const fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RoundRobin => "each backend in turn",
        Algorithm::WeightedRoundRobin => "each backend in turn, in proportion to its weight",
        Algorithm::LeastConnections => "the backend with the fewest requests in progress",
        Algorithm::SourceHash => "the same backend for the same source address",
        Algorithm::First => "the first backend until it is full, then the next",
        Algorithm::RandomTwo => "the less busy of two random backends",
    }
}

/// What a component of a kind does, as a sentence.
pub const fn component_role(kind: &ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Browser => "Requests pages and shows them to the user.",
        ComponentKind::DnsResolver(_) => "Resolves the site's name to an IP address.",
        ComponentKind::Firewall(_) => "Filters connections by source and port; replies pass.",
        ComponentKind::LoadBalancer(_) => "Spreads requests over the healthy web servers.",
        ComponentKind::Web(_) => "Serves static pages; forwards the rest to the application.",
        ComponentKind::App(_) => "Runs the site's code and queries the database.",
        ComponentKind::Cache(CacheSpec { place: CachePlace::Front, .. }) => {
            "Answers requests from stored responses; fetches the rest from the site."
        }
        ComponentKind::Cache(CacheSpec { place: CachePlace::Beside, .. }) => {
            "Keeps results of queries, so that the application need not ask the database."
        }
        ComponentKind::Cache(CacheSpec { place: CachePlace::Sessions, .. }) => {
            "Holds the sessions of logged-in users for all application servers."
        }
        ComponentKind::SqlProxy(_) => "Sends each statement to a database with a suitable role.",
        ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Primary, .. }) => {
            "Stores the data; the only database that accepts writes."
        }
        ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Replica, .. }) => {
            "Replicates the primary; serves reads, rejects writes."
        }
        ComponentKind::Database(DatabaseSpec { role: DatabaseRole::Member, .. }) => {
            "Stores the data with its peers, which elect one writer."
        }
        ComponentKind::Database(DatabaseSpec { role: DatabaseRole::MultiPrimary, .. }) => {
            "Stores the data with its peers, all of which accept writes."
        }
        ComponentKind::Agent(_) => "Samples its server's counters and pushes them out.",
        ComponentKind::MonitoringService => "Stores the agents' samples; sees nothing else.",
    }
}

/// Which databases an SQL proxy uses, as a phrase.
pub const fn sql_proxy_mode(mode: SqlProxyMode) -> &'static str {
    match mode {
        SqlProxyMode::ReadWriteSplit => "Writes go to the writable database, reads to the others in turn",
        SqlProxyMode::Writer => "All statements go to the writable database",
    }
}

/// The name of a tier.
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Balancer => "balancer",
        Tier::Web => "web",
        Tier::Application => "application",
        Tier::Cache => "cache",
        Tier::SqlProxy => "SQL proxy",
        Tier::Database => "database",
    }
}

/// What a TLS mode does, as a phrase.
pub const fn tls_mode(mode: TlsMode) -> &'static str {
    match mode {
        TlsMode::None => "plain HTTP everywhere",
        TlsMode::Terminate => "the first component of the site decrypts and forwards plain HTTP",
        TlsMode::Reencrypt => "the first component of the site decrypts and encrypts again",
        TlsMode::Passthrough => "the entry forwards ciphertext that it cannot read",
    }
}

/// The effect and the cost of a TLS mode, as a sentence.
pub const fn tls_mode_effect(mode: TlsMode) -> &'static str {
    match mode {
        TlsMode::None => "Plain HTTP everywhere: anyone on the network can read everything.",
        TlsMode::Terminate => "TLS ends at the entry, which decrypts and forwards plain HTTP.",
        TlsMode::Reencrypt => "The entry decrypts and re-encrypts to the web servers: more handshakes and certificates.",
        TlsMode::Passthrough => {
            "The entry forwards ciphertext: it cannot read URLs, add headers or route by path, and the web servers need the certificate."
        }
    }
}

/// The label of a zone in the diagram, and a short one for narrow frames.
pub const fn zone_labels(zone: Zone) -> [&'static str; 2] {
    match zone {
        Zone::Internet => ["Internet", "net"],
        Zone::Dmz => ["DMZ", "DMZ"],
        Zone::Private => ["private", "priv"],
    }
}

/// The meaning of being in a zone, for a component or server, as a phrase.
pub const fn zone(zone: Zone) -> &'static str {
    match zone {
        Zone::Internet => "on the Internet, run by a third party",
        Zone::Dmz => "in the DMZ: users connect to it directly",
        Zone::Private => "in the private network, which is meant for the site's own machines; a firewall has to enforce that",
    }
}

/// A rate limit, such as "10 writes per second and a burst of 20".
pub fn rate_limit(limit: &RateLimit) -> String {
    let word = |kind: &RequestKind| match kind {
        RequestKind::Static => "static pages",
        RequestKind::Read => "reads",
        RequestKind::Write => "writes",
    };
    let kinds: Vec<&str> = limit.kinds.iter().flatten().map(word).collect();
    let requests = if kinds.is_empty() { "requests".to_owned() } else { kinds.join(" and ") };
    let burst = if limit.burst == 0 { "no burst".to_owned() } else { format!("a burst of {}", limit.burst) };
    format!("{} {requests} per second and {burst}", limit.rate.get())
}

/// The response to a request above a rate limit.
pub const fn rate_limit_refusal(limit: &RateLimit) -> &'static str {
    match limit.refusal {
        Refusal::TooManyRequests => "429 Too Many Requests",
        Refusal::Unavailable => "503 Service Unavailable",
    }
}
