//! The rules: one table of all that can be found, why it matters, and what would fix it.
//!
//! Must not know how a rule is looked for.

use super::Severity::{self, Error, Note, Warning};

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, for programs and for `--fail-on`.
    pub id: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it looks for, in a line.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What would fix it, and what that costs.
    pub fix: &'static str,
}

/// The rule of a name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

const fn of(id: &'static str, severity: Severity, title: &'static str, why: &'static str, fix: &'static str) -> Rule {
    Rule { id, severity, title, why, fix }
}

/// All rules: what stops the service first, then what gives secrets away, then the rest.
pub const RULES: &[Rule] = &[
    of(
        "kind-does-not-work",
        Error,
        "A kind of request that users send is never answered",
        "The drawing has no whole way for it: a link, a rule or a component is missing.",
        "Draw what is missing; the message names the first thing that is in the way.",
    ),
    of(
        "single-point",
        Error,
        "One machine or program whose loss stops a kind of request",
        "It will fail one day, or be restarted for an update, and then users are turned away.",
        "Give it a twin, and something that notices a failure and sends requests to the twin. Costs a machine, and a way to keep both alike.",
    ),
    of(
        "single-firewall",
        Error,
        "One firewall that every request must cross",
        "A filter that is out lets nothing pass, and a second one behind it is one more thing that may be out.",
        "A firewall on each server instead of one before all: then one that fails takes one server along. Costs rules in many places, to be kept by a program.",
    ),
    of(
        "single-writer",
        Error,
        "One database alone takes writes, and nothing takes over by itself",
        "Reads may go on from replicas, but nobody can log in, order or post until somebody acts.",
        "Automatic failover to a replica (seconds; the last writes may be lost) or a quorum of three (nothing is lost; each write waits for a second machine).",
    ),
    of(
        "one-copy",
        Warning,
        "The data exist in one place",
        "A disk that dies takes the site's memory with it; a restart does not bring it back.",
        "A replica, and backups that somebody has tried to restore: a replica copies a wrong DELETE as well. Costs storage.",
    ),
    of(
        "one-name",
        Note,
        "One DNS zone, or one resolver, stands before everything",
        "Whoever cannot look the name up cannot come, however healthy the site is.",
        "Name servers at two providers, and a lock on the domain. Costs a second contract, and care to keep both equal.",
    ),
    of(
        "one-certificate",
        Note,
        "One certificate stands before everything",
        "When it expires, browsers refuse at once, and the site's own error rate stays flat: nobody inside sees it.",
        "Renew it by a program, and let an external probe warn weeks before. Costs little; forgetting costs an outage.",
    ),
    of(
        "certificate-expired",
        Error,
        "A certificate has expired",
        "Browsers refuse at once, and the site's own error rate stays flat: users who come with an open connection see nothing of it.",
        "Renew it now, then automate it, and let an external probe watch its date.",
    ),
    of(
        "certificate-expires-soon",
        Warning,
        "A certificate has three weeks or less",
        "Renewals fail: three weeks are the last comfortable moment to find out.",
        "Renew it now, then automate it.",
    ),
    of(
        "failure-domain",
        Warning,
        "A shared place, such as a rack, whose failure stops a kind of request",
        "Twins in one place fail together: the availability of a pair counts only if the two are independent.",
        "Put the twins into different places. Costs latency between them, and often traffic that is paid for.",
    ),
    of(
        "secrets-in-the-clear",
        Error,
        "Passwords or session cookies are readable on a network",
        "Whoever listens there can log in as the user, here and wherever the password is used again.",
        "TLS on this hop. Costs a handshake for each new connection, a little work, and a certificate to renew at its end.",
    ),
    of(
        "content-in-the-clear",
        Warning,
        "What users ask for or store is readable on a network",
        "Queries, pages and rows tell about users, even without a password among them.",
        "TLS on this hop. Costs a handshake for each new connection and a certificate to renew at its end.",
    ),
    of(
        "classic-dns",
        Note,
        "Names are looked up in the clear",
        "Whoever listens learns which site is visited, not what is read there.",
        "DNS over TLS or HTTPS is for the user's device to choose; a site can only publish DNSSEC, which signs and does not hide.",
    ),
    of(
        "open-advertisements",
        Note,
        "A pair of balancers advertises in the clear",
        "VRRP is neither encrypted nor signed: whoever is on that network can announce a better priority and take the address.",
        "Keep the pair on a network of its own, and drop protocol 112 from anywhere else. Costs a firewall rule.",
    ),
    of(
        "tls-ends-at-balancer",
        Warning,
        "TLS ends at the balancer, and requests go on readable behind it",
        "The padlock in the browser speaks of the first hop only; the rest of the way is as private as the network is.",
        "Re-encrypt towards the web servers (a second handshake, more certificates), or pass through (the balancer is blind: no routing by path, no headers, no cache).",
    ),
    of(
        "balancer-reads-all",
        Note,
        "Whoever controls the balancer reads every request",
        "Requests lie readable in its memory, passwords among them; encryption behind it does not change that.",
        "Passthrough hides them from it, and takes away everything that a balancer does by reading. Otherwise: patch it first, and let few people in.",
    ),
    of(
        "unchecked-peer",
        Note,
        "An encrypted hop whose far end is never checked",
        "Encryption without a certificate keeps a secret with whoever answers.",
        "A certificate of one's own authority at the far end, and verification at the near one. Costs an authority to run.",
    ),
    of(
        "no-certificate",
        Error,
        "TLS ends where no certificate for the site lies",
        "Browsers refuse such a connection.",
        "Put the site's certificate there, or end TLS where it lies.",
    ),
    of(
        "firewall-behind",
        Error,
        "A firewall stands behind something that it should protect",
        "What attacks the machines in front of it has met no firewall.",
        "Move it in front, or add one there. Costs a machine, or rules on each of them.",
    ),
    of(
        "open-entry",
        Error,
        "The entry faces the Internet without a firewall",
        "Every port of its machine can be tried: SSH, the statistics page, whatever an update opens.",
        "A firewall before it that lets in 443 and 80 and nothing else. Costs one more thing in the way of every request.",
    ),
    of(
        "exposed-port",
        Error,
        "A firewall lets the Internet reach what no user needs",
        "An open port is an invitation: databases and SSH are tried within minutes.",
        "Close it, or name who may use it.",
    ),
    of(
        "silent-agent",
        Error,
        "What an agent measures never arrives",
        "Silence looks like health until somebody asks for the graph.",
        "Let it out on 443 to the collector, and alert on absence.",
    ),
    of(
        "closed-hop",
        Error,
        "A firewall stops a hop that is drawn",
        "Somebody needs it, or would not have drawn it.",
        "Add a rule for exactly this port and this peer, or take the link out.",
    ),
    of(
        "unprotected",
        Warning,
        "A machine of the site has no firewall before it",
        "Once an attacker is inside, nothing stands between that machine and them.",
        "A firewall before it that lets in only those who need it. Costs rules that must follow every change.",
    ),
    of(
        "guards-nothing",
        Warning,
        "A firewall stands before nothing",
        "It is counted, paid and maintained, and no connection crosses it.",
        "Place it before something, or take it away.",
    ),
    of(
        "default-allow",
        Warning,
        "A firewall lets through what no rule speaks of",
        "It stops only what somebody thought of.",
        "Drop by default and allow by rule. Costs a surprise or two on the first day.",
    ),
    of(
        "shadowed-rule",
        Warning,
        "A firewall rule that never decides",
        "Somebody meant something by it, and it has no effect: the rules before it decide all that it speaks of.",
        "Move it up, or delete it after asking what it was for.",
    ),
    of(
        "unused-rule",
        Note,
        "A firewall rule allows what nothing does",
        "A door that nobody uses is a door that nobody watches.",
        "Delete it; a comment keeps the memory.",
    ),
    of(
        "needless-ports",
        Note,
        "A firewall rule opens more ports than are needed",
        "What is open is reached one day by somebody who should not.",
        "List the ports that are needed.",
    ),
    of(
        "shared-flaw",
        Warning,
        "One version runs everywhere, so that one flaw stops what crashes do not",
        "Twins stand in for each other in a crash. A bug, a bad configuration or an exploit takes all of them at once.",
        "Change one machine at a time and watch it (a canary): cheap, and catches most. A second product: catches more, and costs skills, patches and features that only one has.",
    ),
    of(
        "mixed-tiers",
        Warning,
        "A server that hosts several tiers",
        "They compete for its processors, can't be scaled apart, and no firewall stands between them.",
        "A server for each tier. Costs machines, and a network hop that then needs TLS.",
    ),
    of(
        "different-but-single",
        Note,
        "Servers that all differ, taken for redundancy",
        "Different machines do not stand in for each other: diversity of roles is not redundancy.",
        "Two of each. Costs twice the machines, and something that chooses between them.",
    ),
    of(
        "alike-servers",
        Note,
        "Servers that run the same programs",
        "Being alike is good operations, and redundancy against a crash; it is none against a flaw or a change that reaches all at once.",
        "Keep them alike, but never change all at the same time.",
    ),
    of(
        "balances-nothing",
        Warning,
        "A balancer with one backend",
        "It adds a hop and a single point, and has nothing to choose from.",
        "A second backend, or no balancer. A place to end TLS and to drain can be worth it: then say so.",
    ),
    of(
        "unlike-backends",
        Warning,
        "A balancer that takes different tiers for equals",
        "A request for a page may go to a machine that has none: only equals can stand in for each other.",
        "Balance over web servers, and let them ask the applications; or balance over the applications in a pool of their own.",
    ),
    of(
        "on-no-server",
        Warning,
        "A part of the service that stands on no server",
        "A machine that nobody listed is a machine that nobody secures, watches or pays for.",
        "Say where it runs; only then can it be secured, watched and replaced.",
    ),
    of(
        "unwatched",
        Warning,
        "A part of the service that no agent watches",
        "When it slows down or fails, users are the first to know.",
        "An agent on its server. Costs a little work and a way out on 443.",
    ),
    of(
        "agent-watches-nothing",
        Warning,
        "An agent that stands on no server of the service",
        "It reports that it is well, and knows nothing.",
        "Put it on the server that it shall watch.",
    ),
    of(
        "no-outside-view",
        Note,
        "Nothing looks at the site from outside",
        "Agents inside see nothing of an expired certificate, a lost name or a dead entry: requests just stop.",
        "An external probe that asks for a page every minute. Costs a few requests.",
    ),
    of(
        "overloaded",
        Error,
        "More load than something can take",
        "Waiting lines grow until users give up; the work for those who have left still burns capacity.",
        "More of what is full, or less work for each request (a cache). Until then, turn some users away early.",
    ),
    of(
        "no-headroom",
        Warning,
        "Something is more than four fifths full",
        "Waiting grows with 1 / (1 − utilisation): at 80 % a request takes five times its service time (M/M/1), at 90 % ten times.",
        "More of it, before the next busy day.",
    ),
    of(
        "capacity-single-point",
        Warning,
        "The loss of one element overloads the rest",
        "A site that survives a failure on paper fails by load: two at 60 % become one at 120 %.",
        "So many that one less is enough at the busiest hour (N + 1). Costs machines that idle otherwise.",
    ),
];
