//! Questions about who can read what.

use hoplight_analysis::exposure::{Exposure, HopContent, exposures};
use hoplight_analysis::reading::{Fact, Stake};
use hoplight_model::behaviour::users_tls_ends;
use hoplight_model::{Cipher, Hop, Medium, Protocol, RequestKind, TlsMode};

use super::{Defence, DefendOption, DefendQuestion, DefendTopic};

/// Asks on which hops a listener on the network can read a password.
pub(super) fn password_hops(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    if !defence.sent().contains(&RequestKind::Write) || !defence.structure.works_whole(RequestKind::Write) {
        return None;
    }
    let exposures = exposures(infra);
    let login = |hop: &Hop| -> Option<&Exposure> {
        exposures.iter().find(|of| of.link == hop.link && of.load == HopContent::Request(RequestKind::Write))
    };
    let of_users = infra.hops().filter(|hop| infra.link(hop.link).protocol.carries_requests());
    let option = |hop: Hop| {
        let shown = login(&hop).and_then(Exposure::network).map(|reader| &reader.facts);
        let is_right = shown.is_some_and(|facts| facts.iter().any(|fact| fact.stake() == Stake::Password));
        let hash = shown.is_some_and(|facts| facts.iter().any(|fact| matches!(fact, Fact::PasswordHash(_))));
        let why = match (login(&hop).is_some(), hop.medium, hop.cipher) {
            (false, _, _) => "No login crosses this hop.",
            (_, Medium::Loopback, _) => "Both ends are on one server, so nothing travels over the network.",
            (_, Medium::Wire, Cipher::Plaintext) if is_right => "Plaintext HTTP on the network: the form shows the password.",
            (_, Medium::Wire, _) if is_right => "Visits that begin at port 80 send it in plaintext.",
            (_, Medium::Wire, Cipher::Plaintext) if hash => "Plaintext, but the database returns a hash of the password only.",
            (_, Medium::Wire, Cipher::Plaintext) => "Plaintext, but the password itself does not cross it.",
            (_, Medium::Wire, Cipher::Tls | Cipher::TlsThrough) => {
                "TLS hides the content: an eavesdropper sees addresses and sizes."
            }
        };
        let element = infra.hop_element(hop.link);
        DefendOption { says: element.to_string(), element: Some(element), is_right, why: why.to_owned() }
    };
    let options: Vec<DefendOption> = of_users.map(option).collect();
    let prompt = "A user logs in. On which of these hops can an eavesdropper on the network read the password?".to_owned();
    defence.question_on(DefendTopic::PasswordHops, prompt, "Every hop over the network hides the password.", options)
}

/// Asks where users' TLS ends.
pub(super) fn tls_ends(defence: &mut Defence<'_>) -> Option<DefendQuestion> {
    let infra = defence.infra;
    if infra.tls().edge == TlsMode::None {
        return None;
    }
    let ends = users_tls_ends(infra);
    let takes_http = |ix| infra.links().any(|(link, of)| of.protocol == Protocol::Http && infra.ends(link).1 == ix);
    let targets: Vec<_> = infra.components().map(|(ix, _)| ix).filter(|ix| takes_http(*ix)).collect();
    let option = |ix| {
        let element = defence.element(ix);
        let is_right = ends.contains(&ix);
        let why = if is_right {
            "Users' TLS ends here: it has the keys and reads every request."
        } else if infra.component(ix).kind.can_pass_tls() {
            "It passes the encrypted bytes on without the keys."
        } else {
            "Users' TLS has ended before a request gets here."
        };
        DefendOption { says: element.to_string(), element: Some(element), is_right, why: why.to_owned() }
    };
    let options: Vec<DefendOption> = targets.into_iter().map(option).collect();
    let prompt = "Where does the users' TLS connection end?".to_owned();
    defence.question_on(DefendTopic::TlsEnds, prompt, "Users' TLS ends at none of them.", options)
}
