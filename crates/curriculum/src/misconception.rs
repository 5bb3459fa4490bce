//! Published misconceptions about web infrastructures, which serve as distractors.

use serde::{Deserialize, Serialize};

macro_rules! misconceptions {
    ($($(#[doc = $text:literal])+ $name:ident),* $(,)?) => {
        /// A misconception. The documentation of each says what is wrong, and what is right.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Misconception {
            $($(#[doc = $text])+ $name),*
        }

        impl Misconception {
            /// All misconceptions.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name of the misconception in content files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// What is believed, and what is right, as in the documentation.
            const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($text,)+).trim_ascii(),)*
                }
            }
        }
    };
}

impl Misconception {
    /// The misconception of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|belief| belief.name() == name)
    }

    /// What is believed, as a clause without a full stop.
    pub fn belief(self) -> &'static str {
        self.text().split_once(": ").map_or(self.text(), |(belief, _)| belief).trim_end_matches('.')
    }

    /// What is right, as a clause without a full stop; `None` if it is the contrary.
    pub fn correction(self) -> Option<&'static str> {
        Some(self.text().split_once(": ")?.1.trim_end_matches('.'))
    }
}

misconceptions! {
    /// www is a CNAME to 8.8.8.8: a name that points to an IPv4 address is an A record.
    WwwIsCname,
    /// www is a subdomain and needs no type: the type is the answer.
    WwwNeedsNoType,
    /// DNS changes act at once: caches keep the old answer until its TTL ends.
    DnsActsAtOnce,
    /// A DNS change moves existing traffic: only new lookups.
    DnsMovesTraffic,
    /// A CNAME works anywhere: not at the apex, not beside other data.
    CnameAnywhere,
    /// DNS is secure by default: plaintext, and unauthenticated without DNSSEC.
    DnsIsSecure,
    /// DNS forwards the request: it answers, and the client connects.
    DnsForwards,
    /// The Internet is one big computer: many networks, hop by hop.
    OneBigComputer,
    /// A server is only a machine: hardware or software that serves clients.
    ServerIsMachine,
    /// Web server and application server are the same.
    WebIsApplication,
    /// Any web server also does mail and FTP.
    WebServerDoesAll,
    /// A padlock means a trustworthy site: encrypted to a certified name.
    PadlockIsTrust,
    /// HTTPS protects to the database: only until TLS ends.
    HttpsToDatabase,
    /// The certificate encrypts: it authenticates the key, session keys encrypt.
    CertificateEncrypts,
    /// Encryption implies authentication.
    EncryptionAuthenticates,
    /// Termination is harmless.
    TerminationHarmless,
    /// Termination means plaintext inside: re-encryption and passthrough exist.
    TerminationMeansPlaintext,
    /// HTTPS is a faster HTTP: it is encrypted HTTP.
    HttpsIsFaster,
    /// Balancing over both servers is active-passive: it is active-active.
    BalancingIsPassive,
    /// Round robin equalises load: it equalises counts.
    RoundRobinEqualises,
    /// The balancer removes single points of failure: a lone balancer is one.
    BalancerRemovesSpofs,
    /// Calling it a cluster gives failover: detection and a moving address do.
    ClusterNameFailsOver,
    /// With two balancers, all single points of failure are gone.
    TwoBalancersNoSpofs,
    /// Failover keeps connections: they are cut and retried.
    FailoverKeepsConnections,
    /// A replica takes writes.
    ReplicaTakesWrites,
    /// Promotion is automatic and lossless.
    PromotionLossless,
    /// The primary runs application code.
    PrimaryRunsCode,
    /// Replication is a backup: it copies deletions.
    ReplicationIsBackup,
    /// A replica is always current.
    ReplicaCurrent,
    /// Without the primary, the site is down: reads may live.
    PrimaryDownSiteDown,
    /// "One MySQL" and "one writer" are the same fault.
    OneMysqlOneWriter,
    /// Identical servers reduce redundancy: they give it.
    TwinsReduceRedundancy,
    /// Redundancy is independence.
    RedundancyIsIndependence,
    /// Splitting tiers raises availability: singletons in series lower it.
    SplittingRaisesAvailability,
    /// A firewall decrypts or cleans traffic: it filters by rules.
    FirewallCleans,
    /// A firewall in front protects everything: inner paths need rules.
    FrontFirewallProtectsAll,
    /// Agents watch the outside: they see their host, probes see users.
    AgentsWatchOutside,
    /// No data is zero.
    NoDataIsZero,
    /// QPS is capacity: it is a measured rate.
    QpsIsCapacity,
    /// Health checks follow health at once: intervals, thresholds, shallow checks.
    ChecksFollowAtOnce,
    /// The first firewall stands before DNS.
    FirewallBeforeDns,
    /// Monitoring clients watch the external network.
    ClientsWatchExternal,
    /// Losing a server loses its tier only: it loses every program on it.
    OnlyTierLost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misconception_states_what_is_believed_and_what_is_right() {
        assert_eq!(Misconception::NoDataIsZero.belief(), "No data is zero");
        assert_eq!(Misconception::NoDataIsZero.correction(), None);
        assert_eq!(Misconception::WwwIsCname.belief(), "www is a CNAME to 8.8.8.8");
        assert_eq!(Misconception::WwwIsCname.correction(), Some("a name that points to an IPv4 address is an A record"));
        for belief in Misconception::ALL {
            assert_eq!(Misconception::named(belief.name()), Some(*belief));
            assert!(!belief.belief().is_empty() && belief.belief().len() < 80, "{belief:?}");
        }
        assert_eq!(Misconception::named("Telepathy"), None);
    }
}
