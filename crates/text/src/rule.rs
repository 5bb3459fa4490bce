//! Texts of the analysis rules: what each means, why it matters, and how to fix it.

use hoplight_analysis::FindingRule;

/// Text of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// What it looks for, in one line.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to fix it, and the cost of the fix.
    pub fix: &'static str,
}

const fn of(title: &'static str, why: &'static str, fix: &'static str) -> RuleText {
    RuleText { title, why, fix }
}

/// Returns the text of a rule.
#[expect(clippy::too_many_lines, reason = "one arm per rule")]
pub const fn rule(rule: FindingRule) -> RuleText {
    match rule {
        FindingRule::KindDoesNotWork => of(
            "A kind of request that users send is never answered",
            "The design has no complete path for it: a link, a rule or a component is missing.",
            "Add what is missing; the message names the first obstacle.",
        ),
        FindingRule::SinglePoint => of(
            "One machine or program whose loss stops a kind of request",
            "It will fail one day, or be restarted for an update, and users are turned away.",
            "Add a twin, and something that detects a failure and sends requests to the twin. Costs a machine, and a way to keep both in sync.",
        ),
        FindingRule::SingleFirewall => of(
            "One firewall that every request must cross",
            "A failed firewall lets nothing pass, and a second one in series is one more thing that can fail.",
            "A standby that makes it a pair with synchronised state: costs a second firewall. Or a firewall on each server: a failure then takes down one server; costs rules in many places.",
        ),
        FindingRule::SingleWriter => of(
            "One database takes all writes, and nothing takes over automatically",
            "Replicas may still serve reads, but no user can log in, order or post until an operator acts.",
            "Automatic failover to a replica (seconds; the last writes may be lost) or a quorum of three (nothing is lost; each write waits for a second machine).",
        ),
        FindingRule::TwoWriters => of(
            "Two databases accept the same users' writes",
            "What one user writes to one, another user does not find in the other; both can give out the same number or sell the same item, and no program can merge the two afterwards.",
            "One primary for all writes and a replica that can take over, or a cluster that agrees on each write (a quorum of three). Costs latency for each write, or seconds without writes during a failover.",
        ),
        FindingRule::NoMajority => of(
            "A cluster of two stops when either member is lost",
            "One of two is not a majority: the survivor cannot know whether the other is dead or only out of reach, so it refuses reads and writes.",
            "A third member, which may be an arbitrator without data (Galera: garbd). Costs a machine and a hop for each write.",
        ),
        FindingRule::WritesToReplica => of(
            "Writes are sent to a read-only replica",
            "The replica rejects them (error 1290): these users cannot log in, order or post, although nothing is broken. If the replica is not read-only, the copies diverge instead.",
            "A link to the primary, first or with a driver that follows it. Costs a hop to another server for writes, and a firewall rule for it.",
        ),
        FindingRule::OneCopy => of(
            "The data exists in one place",
            "A dead disk takes the site's data with it; a restart does not bring it back.",
            "A replica, and backups that have been restored in a test: a replica copies a wrong DELETE as well. Costs storage.",
        ),
        FindingRule::CopiesOnOneServer => of(
            "Several copies of the data on one server",
            "A copy protects against what happens to the other: a dead disk, a full disk and a lost machine happen to both.",
            "A server for each copy, in different racks if possible. Costs a machine, and replication over the network.",
        ),
        FindingRule::StaleReads => of(
            "Reads from a replica may miss the latest writes",
            "Replication takes a moment, and minutes under load: a user who has just posted reloads the page, sees nothing and posts again.",
            "Read from the primary for a few seconds after a user's write, or wait until the replica has applied it (GTID). Costs load on the primary, or latency.",
        ),
        FindingRule::OneName => of(
            "Everything depends on one DNS zone or one resolver",
            "Users who cannot resolve the name cannot connect, however healthy the site is.",
            "Name servers at two providers, and a lock on the domain. Costs a second contract, and care to keep both in sync.",
        ),
        FindingRule::UserResolver => of(
            "The users' resolver is outside the site",
            "Its users cannot look up the name while it is down, and no change of the site helps; other users have other resolvers.",
            "Nothing to repair: count it apart from the site. A longer TTL lets caches bridge a short failure. Costs time whenever the address changes.",
        ),
        FindingRule::OneCertificate => of(
            "Everything depends on one certificate",
            "When it expires, browsers refuse to connect at once, and the site's own error rate stays flat: internal monitoring does not see it.",
            "Automate the renewal, and have an external probe warn weeks ahead. Costs little; forgetting costs an outage.",
        ),
        FindingRule::CertificateExpired => of(
            "A certificate has expired",
            "Browsers refuse new connections, and the site's own error rate stays flat: open connections keep working until they close.",
            "Renew it now, then automate renewal, and have an external probe watch its date.",
        ),
        FindingRule::CertificateExpiresSoon => of(
            "A certificate expires within three weeks",
            "Renewals fail: three weeks are the last comfortable moment to find out.",
            "Renew it now, then automate renewal.",
        ),
        FindingRule::FailureDomain => of(
            "A shared place, such as a rack, whose failure stops a kind of request",
            "Twins in one place fail together: the availability of a pair counts only if the two are independent.",
            "Put the twins into different places. Costs latency between them, and often billed traffic.",
        ),
        FindingRule::SecretsInTheClear => of(
            "Passwords, their hashes or sessions are readable on a network",
            "With a session, an eavesdropper acts as the user; with the password, also wherever it is reused. A hash can be guessed offline, slowly if it is slow and salted.",
            "TLS on this hop. Costs a handshake for each new connection, a little work, and a certificate to renew at its end.",
        ),
        FindingRule::ContentInTheClear => of(
            "User content is readable on a network",
            "Queries, pages and rows reveal a lot about users, even without a password.",
            "TLS on this hop. Costs a handshake for each new connection and a certificate to renew at its end.",
        ),
        FindingRule::ClassicDns => of(
            "DNS lookups are unencrypted",
            "An eavesdropper learns which site is visited, not what is read there. The server name in the TLS handshake (SNI) tells the same.",
            "DNS over TLS or HTTPS is the choice of the user's device; a site can publish DNSSEC, which only signs, and a key for ECH, which hides the SNI. Its address still tells.",
        ),
        FindingRule::OpenAdvertisements => of(
            "VRRP advertisements are unauthenticated",
            "VRRP is neither encrypted nor signed: any host on that network can announce a higher priority and take over the address.",
            "Keep the pair on a network of its own, and drop protocol 112 from anywhere else. Costs a firewall rule.",
        ),
        FindingRule::TlsEndsAtBalancer => of(
            "TLS ends at the balancer, and requests travel in plaintext behind it",
            "The padlock in the browser covers the first hop only; the rest is as private as the network.",
            "Re-encrypt towards the web servers (a handshake per pooled connection, more certificates), or pass through (the balancer sees only SNI, addresses and sizes: no routing by path, no headers, no cache).",
        ),
        FindingRule::BalancerReadsAll => of(
            "The balancer can read every request",
            "Requests are in its memory in plaintext, including passwords; encryption behind it does not change that.",
            "Passthrough hides requests from it, at the price of everything that a balancer does by reading them. Otherwise: patch it first, and restrict access.",
        ),
        FindingRule::UncheckedPeer => of(
            "An encrypted hop without certificate verification",
            "Encryption without verification protects the traffic from everyone but the host that answers.",
            "A certificate from a private CA at the server end, and verification at the client end. Costs a CA to operate.",
        ),
        FindingRule::CertificateElsewhere => of(
            "TLS ends where the site has no certificate",
            "Browsers refuse such a connection.",
            "Install the site's certificate there, or end TLS where it is.",
        ),
        FindingRule::NoCertificate => of(
            "The drawing lists no certificate",
            "Browsers refuse a site without one, so each component at which users' TLS ends is assumed to hold one that is valid for 90 days.",
            "List the certificate and its holders: `certificates: [(on: […])]`. Costs its renewal before it expires.",
        ),
        FindingRule::PlaintextPort => of(
            "Port 80 serves the site in plaintext",
            "Whoever types the name without https, or follows an old link, stays in plaintext: an eavesdropper reads and changes everything, logins included.",
            "Redirect port 80 to https: `http-request redirect scheme https code 301` (HAProxy), `return 301 https://$host$request_uri` (nginx). Costs such visits a round trip.",
        ),
        FindingRule::NoHsts => of(
            "Browsers are not told to use only https (HSTS)",
            "The first request of every visit with http:// is in plaintext, before any redirect: an attacker on the network reads it, answers instead of the site, and keeps the user in plaintext.",
            "`Strict-Transport-Security: max-age=31536000` on responses over https; the preload list covers the first visit too. Costs the way back: a browser that has seen it accepts no http until max-age is over.",
        ),
        FindingRule::PlaintextRefused => of(
            "Visits that start with http:// fail",
            "To these users the site is down: their client does not try https by itself.",
            "Open port 80, also in the firewall, and redirect it to https; with HSTS, each browser needs it once. Costs one open port, and a request in plaintext.",
        ),
        FindingRule::RedirectLoop => of(
            "A component redirects to https for ever",
            "It accepts only https, but every request reaches it in plaintext from where TLS ends, so it redirects what has just been redirected. Browsers give up after 20 redirects (ERR_TOO_MANY_REDIRECTS).",
            "`http-request set-header X-Forwarded-Proto https` where TLS ends, and trust in it only from there. Or TLS as far as the component: costs a handshake per pooled connection.",
        ),
        FindingRule::FirewallBehind => of(
            "A firewall is behind something that it should protect",
            "Attacks on the machines in front of it pass no firewall.",
            "Move it in front, or add one there. Costs a machine, or rules on each of them.",
        ),
        FindingRule::OpenEntry => of(
            "The entry faces the Internet without a firewall",
            "Every port of its machine can be attacked: SSH, the statistics page, anything that an update opens.",
            "A firewall in front of it that allows 443 and 80 and nothing else. Costs one more component in the path of every request.",
        ),
        FindingRule::DatabaseExposed => of(
            "A database is reachable from the Internet",
            "Scanners find an open port 3306 within minutes, then try passwords and known flaws around the clock. One success is all data.",
            "A firewall that admits the application servers only. Costs a rule that must follow every new application server.",
        ),
        FindingRule::SshExposed => of(
            "SSH is reachable from the whole Internet",
            "Every address is scanned: weak passwords, leaked keys and flaws in the SSH server itself give an attacker the machine.",
            "Admit port 22 from a VPN or a jump host only, and use keys instead of passwords. Costs a VPN or one more machine to keep secure.",
        ),
        FindingRule::ExposedPort => of(
            "A firewall exposes a port that no user needs",
            "Scanners find an open port within minutes, and try known flaws of the program behind it.",
            "Close it, or restrict its sources.",
        ),
        FindingRule::SilentAgent => of(
            "An agent's samples never arrive",
            "Silence looks like health until the graph is needed.",
            "Allow outbound 443 to the collector, and alert on absence.",
        ),
        FindingRule::ClosedHop => of(
            "A firewall blocks a link of the design",
            "The link is there because a component needs it.",
            "Add a rule for exactly this port and this peer, or remove the link.",
        ),
        FindingRule::Unprotected => of(
            "A machine of the site has no firewall in front of it",
            "Once an attacker is inside, nothing protects that machine.",
            "A firewall in front of it that allows only the peers that need it. Costs rules that must follow every change.",
        ),
        FindingRule::GuardsNothing => of(
            "A firewall protects nothing",
            "It costs money and maintenance, and no connection crosses it.",
            "Place it in front of something, or remove it.",
        ),
        FindingRule::DefaultAllow => of(
            "A firewall allows traffic that no rule matches",
            "It stops only what was anticipated.",
            "Drop by default and allow by rule. Costs a surprise or two on the first day.",
        ),
        FindingRule::ShadowedRule => of(
            "A firewall rule that never matches",
            "It was written for a reason and has no effect: earlier rules match all of its traffic.",
            "Move it up, or find out what it was for and delete it.",
        ),
        FindingRule::UnusedRule => of(
            "A firewall rule allows unused traffic",
            "An unused opening is an unwatched one.",
            "Delete it, and keep a comment.",
        ),
        FindingRule::NeedlessPorts => of(
            "A firewall rule opens more ports than are needed",
            "Sooner or later, every open port is found.",
            "List the ports that are needed.",
        ),
        FindingRule::NoAdminPath => of(
            "Administrators have no way in",
            "A machine without remote access is not patched or repaired, and during the first outage SSH is opened to everyone.",
            "A VPN or a jump host, and a rule that admits port 22 from it alone. Costs one more machine to keep secure.",
        ),
        FindingRule::DatabaseEgress => of(
            "Databases may connect to any address",
            "An attacker who gets in can send all data anywhere and load tools: one open port, such as 443, is enough.",
            "Allow connections to named peers only: the other databases, an update mirror, the monitoring service. Costs a mirror or a proxy, and a rule for each peer.",
        ),
        FindingRule::SharedFlaw => of(
            "One version runs everywhere: a flaw in it stops what a crash does not",
            "Twins stand in for each other in a crash. A bug, a bad configuration or an exploit takes all of them at once.",
            "Change one machine at a time and watch it (a canary): cheap, and catches most bad changes, but no exploit. A second product helps against both, and costs skills, patches and features that only one of them has.",
        ),
        FindingRule::MixedVersions => of(
            "Several versions of one program in a group",
            "Patch levels share nearly all code and nearly all flaws, and differ just enough to surprise: replication and failover between versions are supported for an upgrade only.",
            "One version in the group, upgraded one member at a time. For diversity, another product, which costs skills and patches for both.",
        ),
        FindingRule::MixedTiers => of(
            "A server that hosts several tiers",
            "They compete for its processors, can't be scaled separately, and no firewall is between them.",
            "A server for each tier. Costs machines, and a network hop that then needs TLS.",
        ),
        FindingRule::DifferentButSingle => of(
            "Servers that all differ, so that none can replace another",
            "Different machines do not stand in for each other: diversity of roles is not redundancy.",
            "Two of each. Costs twice the machines, and a balancer between them.",
        ),
        FindingRule::AlikeServers => of(
            "Servers that run the same programs",
            "Identical servers are easy to operate and redundant against a crash, but not against a flaw or a change that reaches all at once.",
            "Keep them identical, but never change all of them at the same time.",
        ),
        FindingRule::BalancesNothing => of(
            "A balancer with one backend",
            "It adds a hop and a single point, and has nothing to choose from.",
            "A second backend, or no balancer. A place to end TLS and to drain can be worth it: document it then.",
        ),
        FindingRule::UnlikeBackends => of(
            "A balancer over backends of different tiers",
            "A request for a page may reach a machine that has none: only equals can stand in for each other.",
            "Balance over the web servers, and give the applications a pool of their own.",
        ),
        FindingRule::ShallowCheck => of(
            "Health checks do not reach the application",
            "A web server whose application has died still accepts connections, so the balancer keeps sending it requests, and they fail until someone intervenes.",
            "Check a page that the application itself serves (HttpApp). Costs a request per check, and a check that fails when the application is merely slow.",
        ),
        FindingRule::CheckNeedsDatabase => of(
            "Health checks depend on the database",
            "A database that all backends share takes all of them out when it fails or is slow, and pages that need no database fail with it.",
            "Check as far as the application (HttpApp), and let monitoring watch the database. Costs nothing: without its database, no backend is better than another.",
        ),
        FindingRule::NoRedispatch => of(
            "A failed connection is retried on the same backend only",
            "Until the health checks take a dead backend out, its share of the requests fails, although another backend is free.",
            "`option redispatch`: the last retry goes to another backend. Costs nothing, except that sticky users may lose their session there.",
        ),
        FindingRule::UntrackedBalancer => of(
            "keepalived does not track the balancer's process",
            "keepalived is a separate program. If only the balancer ends, keepalived keeps the address on a machine that refuses \
             connections, and the other balancer never takes over.",
            "`track_script` or `track_process`: with an interval of 1 s and two failures, the address moves in about two seconds.",
        ),
        FindingRule::KeepAliveRace => of(
            "A server closes idle connections before its client does",
            "A request that is sent while the server closes its connection is lost: now and then a 502, or a connection closed without a response. Reads are repeated, writes are not.",
            "A longer idle timeout on the server than on its client. Costs some memory for idle connections.",
        ),
        FindingRule::SharedRateLimit => of(
            "A rate limit counts all users as one client",
            "The component sees only the address of the one that forwards the requests. Above the rate, everyone is refused, not the client \
             who sends too much.",
            "Pass on the address (option forwardfor, proxy_set_header X-Forwarded-For; send-proxy with TLS passthrough), and take it from \
             there (set_real_ip_from); or limit at the entry. Costs nothing.",
        ),
        FindingRule::BlindRateLimit => of(
            "A balancer that passes TLS through has a rate limit",
            "It sees encrypted connections, not requests, so it cannot count them.",
            "Set the limit where TLS ends, or end TLS at the balancer. Costs nothing, or a key at the balancer.",
        ),
        FindingRule::NoRateLimit => of(
            "No rate limit before the login",
            "Verifying a password is slow on purpose (Argon2id). One client who tries passwords can occupy all workers of the application, and \
             has unlimited attempts.",
            "A limit per client at the entry, such as 1 login per second with a burst of 5. Costs a rule, and users who share an address \
             (NAT) share the limit. Many addresses pass it: also limit attempts per account.",
        ),
        FindingRule::ScatteredSessions => of(
            "Sessions in memory, and no stickiness",
            "Each server knows only the users who logged in there. With n servers, n − 1 of n requests reach one that asks the user to log in again.",
            "A shared session store or a signed cookie, which make the servers stateless. Or a sticky balancer (`cookie SERVERID insert indirect nocache`): costs an uneven load, and the sessions of a server that is lost.",
        ),
        FindingRule::SessionsInMemory => of(
            "Sessions in the memory of application servers",
            "A sticky balancer hides it until a server is lost, restarted or drained: its users are logged out, and an unfinished form or cart is gone. \
             A server that returns gets new users only, so the load stays uneven.",
            "A shared session store or a signed cookie: any server can then serve any user. A store costs a round trip per request, and a component that must not be lost.",
        ),
        FindingRule::SessionStoreAlone => of(
            "One session store that all logged-in users depend on",
            "The application servers are interchangeable again, but none of them can serve a logged-in user without the store.",
            "A store with a replica and automatic failover (Redis Sentinel), or sessions in a signed cookie. Costs two more machines, or a cookie that cannot be revoked.",
        ),
        FindingRule::UncheckedAddresses => of(
            "DNS lists several addresses and does not check them",
            "A resolver keeps returning the address of a dead balancer. Browsers try the next one after a moment; other clients may wait \
             for minutes. Browsers stay with an address that responds, even with errors.",
            "A VRRP pair behind each address, or a DNS service that checks addresses and removes dead ones. Costs a balancer each, or a \
             service and a short TTL.",
        ),
        FindingRule::LongTtl => of(
            "The TTL of the site's record is long for a switch to the standby site",
            "Resolvers and users keep the lost site's address until the TTL expires, whatever the record says by then.",
            "Set the TTL to 60 s or less before it is needed. Costs more lookups, each with a delay for its user.",
        ),
        FindingRule::StandbyShares => of(
            "The standby site depends on parts of the first site",
            "What takes the first site down may take its standby down too; then there is nothing to switch to.",
            "Another building, network and provider, and a copy of the data. Costs a second site, and replication over a distance.",
        ),
        FindingRule::OnNoServer => of(
            "A part of the service without a server",
            "A machine that is not listed is not secured, monitored or replaced.",
            "Assign it to the server that it runs on.",
        ),
        FindingRule::Unwatched => of(
            "A part of the service without an agent",
            "When it slows down or fails, users are the first to know.",
            "An agent on its server. Costs a little work and outbound access on 443.",
        ),
        FindingRule::AgentWatchesNothing => of(
            "An agent on no server of the service",
            "It reports that it is healthy, and measures nothing.",
            "Put it on the server that it should watch.",
        ),
        FindingRule::MonitoringOnWatchedServer => of(
            "Monitoring runs on a server that it watches",
            "The failure that matters most takes the monitoring down too, and silence looks like health.",
            "A separate server in another place, or a provider; at least a dead man's switch. Costs a machine or a subscription.",
        ),
        FindingRule::MonitoringUnwatched => of(
            "Nothing watches the monitoring",
            "Monitoring fails like any other program, and then no alert fires for anything.",
            "An alert that always fires, and a second service that pages when it stops (a dead man's switch). Costs a subscription.",
        ),
        FindingRule::NoOutsideView => of(
            "No external probe",
            "Agents inside do not see an expired certificate, a lost name or a dead entry: requests just stop.",
            "An external probe that requests a page every minute. Costs a few requests.",
        ),
        FindingRule::Overloaded => of(
            "More load than a component can take",
            "Queues grow until users give up, and work for users who have left still burns capacity.",
            "More of what is full, or less work for each request (a cache). Until then, turn some users away early.",
        ),
        FindingRule::NoHeadroom => of(
            "A component is more than four fifths full",
            "Response time grows with 1 / (1 − utilisation): at 80 % it is five times the service time (M/M/1), at 90 % ten times.",
            "More of it, before the next busy day.",
        ),
        FindingRule::CacheHidesDatabase => of(
            "A cache in front of a database that cannot carry the load alone",
            "When the cache fails, or starts empty after a restart, every read reaches the database, which is then overloaded: queries time out, nothing is stored, and the cache does not warm up.",
            "A larger database or a replica for reads, a second cache, or a limit on the queries that may wait. Warm a cache before it gets traffic. Costs machines that are idle most of the time.",
        ),
        FindingRule::CacheWithoutExpiry => of(
            "A cache whose entries never expire",
            "An invalidation that is lost, or a write that bypasses the application, leaves an old value that nothing corrects.",
            "A TTL on every entry: the longest time for which an old value is acceptable, with jitter so that entries do not expire together. Costs a fetch whenever a popular entry expires.",
        ),
        FindingRule::CacheServesOldValues => of(
            "A cache that writes do not invalidate",
            "A user who has just written reads the old value until the entry expires.",
            "Delete the entry after each write (cache-aside), or a TTL as short as the old value is acceptable. Costs a message for each write, or a lower hit ratio.",
        ),
        FindingRule::CacheWithoutCollapse => of(
            "A cache that lets every miss of a popular object through",
            "When a popular entry expires, all requests that miss until it is stored again go to the database at the same time (a stampede).",
            "Request coalescing (Varnish does it by default), a lock in the application, or a refresh before the entry expires. Costs a wait for the requests behind the first one.",
        ),
        FindingRule::CapacitySinglePoint => of(
            "The loss of one element overloads the rest",
            "A site that survives a failure on paper fails by load: two at 60 % become one at 120 %.",
            "One more than the busiest hour needs (N + 1). Costs machines that otherwise idle.",
        ),
    }
}
