//! Homogeneity: machines and programs that are identical, or different.

use hoplight_analysis::homogeneity::{
    LoneServers, MixedServer, RedundancyVerdict, SharedFlaw, SharedProcessor, TierRedundancy, TwinServers,
};
use hoplight_model::{Element, RequestKind, Tier};

use crate::description;
use crate::figure::{number, rate};
use crate::phrase;
use crate::phrase::{Part, Passage, Phrase, list};

/// Kinds of request as a subject: `read and write requests`.
fn requests(kinds: &[RequestKind]) -> Phrase {
    phrase![list(kinds.iter().map(|kind| kind.word())), " requests"]
}

/// The effect of a flaw in one software version.
pub fn shared_flaw(flaw: &SharedFlaw) -> Passage {
    let (software, names) = (Part::name(&flaw.software), list(&flaw.components));
    let mut passage = Passage::from(match &flaw.stops[..] {
        [] => phrase!["a flaw in ", software, " takes down ", names, "; no kind of request stops"],
        kinds => phrase!["a flaw in ", software, " takes down ", names, ": ", requests(kinds), " stop"],
    });
    if !flaw.defeats_redundancy.is_empty() {
        passage.push(phrase![
            "no single one of them stops ",
            requests(&flaw.defeats_redundancy),
            ": they stand in for each other in a crash, but not with a flaw that they share"
        ]);
    }
    if !flaw.relatives.is_empty() {
        passage.push(phrase!["the same flaw may be in ", list(flaw.relatives.iter().map(Part::name))]);
    }
    passage
}

/// How redundant the members of a tier are for one kind of request; `None` if that kind does not need the tier.
pub fn redundancy(tier: &TierRedundancy, kind: RequestKind) -> Option<Passage> {
    let (names, word) = (list(&tier.members), kind.word());
    let single = tier.single.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(id, _)| id);
    let flaws = tier.flaws.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(software, _)| Part::name(software));
    let degrading: Vec<_> = tier.degrading.iter().filter(|(_, kinds)| kinds.contains(&kind)).map(|(id, _)| id).collect();
    let outlive = || {
        if degrading.is_empty() {
            phrase![names.clone(), ": ", word, " requests survive the loss of any one"]
        } else {
            phrase![names.clone(), ": some ", word, " requests fail without ", list(degrading.iter().copied())]
        }
    };
    let but = if degrading.is_empty() { ", but not a flaw in " } else { ", and all with a flaw in " };
    Some(match tier.reading(kind)? {
        RedundancyVerdict::Lone => phrase![names, " is alone in its tier: without it no ", word, " request works"].into(),
        RedundancyVerdict::FalseRedundancy => phrase![
            names,
            " are identical, and yet without ",
            list(single),
            " no ",
            word,
            " request works: the others cannot take its place"
        ]
        .into(),
        RedundancyVerdict::FalseDiversity => {
            phrase![names, " differ, which is not redundancy: without ", list(single), " no ", word, " request works"].into()
        }
        RedundancyVerdict::Twins => phrase![outlive(), but, list(flaws)].into(),
        RedundancyVerdict::PatchLevels => {
            let levels = tier.releases.iter().filter(|(_, kinds)| kinds.contains(&kind)).flat_map(|(levels, _)| levels);
            let levels = phrase![list(levels.map(Part::name)), " are patch levels of one release and share most flaws"];
            Passage::from_iter([outlive(), levels])
        }
        RedundancyVerdict::Untold => {
            Passage::from_iter([outlive(), phrase!["the software of some of them is not known, so they may share a flaw"]])
        }
        RedundancyVerdict::Diverse if degrading.is_empty() => phrase![outlive(), ", and a flaw in any one version"].into(),
        RedundancyVerdict::Diverse => phrase![outlive(), ", but a flaw in one version does not stop all"].into(),
    })
}

/// Why servers that all differ are not redundant.
pub fn lone_servers(lone: &LoneServers) -> Passage {
    let mut phrase =
        phrase!["no two of ", list(lone.servers.iter().map(|(id, _)| id)), " do the same, which is not redundancy: "];
    let single = lone.servers.iter().filter(|(_, kinds)| !kinds.is_empty());
    for (place, (id, kinds)) in single.enumerate() {
        phrase.push(if place == 0 { "without " } else { "; without " });
        phrase.push(phrase![id, ", ", requests(kinds), " stop"]);
    }
    let more = phrase!["only identical servers can take each other's place"];
    Passage::from_iter([phrase, more])
}

/// Consequences of several tiers on one server.
pub fn mixed_server(mixed: &MixedServer) -> Passage {
    let mut passage = Passage::from(phrase![
        &mixed.server,
        " hosts ",
        list(mixed.tiers.keys().map(|tier| description::tier(*tier))),
        ": they share its processors and can only be scaled together"
    ]);
    if let Some(processor) = &mixed.processor {
        passage.push(shared_processor(processor));
    }
    if let Some((from, to)) = mixed.unfenced.first() {
        passage.push(phrase!["no firewall can be between ", from, " and ", to]);
    }
    if let Some(database) = mixed.tiers.get(&Tier::Database).and_then(|found| found.first()) {
        passage.push(phrase!["an attacker in another program here is already on the machine of ", database]);
    }
    passage
}

/// What the programs of a server need of its cores.
fn shared_processor(processor: &SharedProcessor) -> Phrase {
    let ms = |ms: f64| Part::value(number(ms));
    let mut phrase = phrase!["a request takes ", ms(processor.all_ms()), " ms of processor time here on average: "];
    for (place, (id, needs)) in processor.needs_ms.iter().enumerate() {
        phrase.push(if place == 0 { "" } else { ", " });
        phrase.push(phrase![ms(*needs), " ms at ", id]);
    }
    let cores = if processor.cores == 1 { phrase!["its core is"] } else { phrase!["its ", processor.cores, " cores are"] };
    phrase.push(phrase!["; ", cores, " full at ", rate(processor.most_rps(), None)]);
    phrase
}

/// Consequences of identical servers.
pub fn twin_servers(twins: &TwinServers) -> Passage {
    Passage::from_iter([
        phrase![list(twins.servers.iter().cloned().map(Element::Server)), " run the same programs"],
        phrase![
            "that is redundancy against a crash, as far as each can take the other's place, but not against a flaw or a \
             bad change that reaches all at once"
        ],
    ])
}
