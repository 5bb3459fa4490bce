//! Carrying out a command on the stage, and saying what it did.

use std::time::Duration;

use hoplight_sim::{Command, CommandError};
use hoplight_text::{phrase, refusal};

use crate::fault_menu::FaultAction;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::tone::Tone;

/// Performs a row of the fault menu: its immediate commands now, the others later. Says what happened.
pub(super) fn perform_fault_action(stage: &mut Stage, action: &FaultAction) -> Notice {
    if let ([(_, command)], None) = (action.commands.as_slice(), &action.second) {
        return perform(stage, command);
    }
    if let Some(why) = action.refusal(stage) {
        stage.session.refuse(phrase![action.title.clone(), ": ", why.clone()]);
        return Notice { tone: Tone::Warn, text: why.to_sentence() };
    }
    if let Some(second) = &action.second {
        stage.act_apart(&action.commands, second);
    }
    let mut begun = false;
    for (after, command) in action.commands.iter().filter(|_| action.second.is_none()) {
        if *after > 0.0 {
            stage.schedule(Duration::from_secs_f64(*after), command);
        } else {
            // Some of several may have nothing to do.
            let done = if begun { stage.act_as_well(command) } else { stage.act(command) };
            begun |= done.is_ok();
        }
    }
    let last = action.commands.iter().chain(action.second.iter().flatten()).map(|(after, _)| *after).fold(0.0, f64::max);
    let mut title = action.title.clone();
    if last > 0.0 {
        title.push(phrase!["; the last step follows in ", last, " s"]);
    }
    Notice::dim(title.to_sentence())
}

/// Performs a command and says what happened.
pub(super) fn perform(stage: &mut Stage, command: &Command) -> Notice {
    let (text, side) = match stage.act(command) {
        Err(error) => {
            let tone = if matches!(error, CommandError::NotPart(_)) { Tone::Dim } else { Tone::Warn };
            let why = refusal(&error);
            stage.session.refuse(why.clone());
            return Notice { tone, text: why.to_sentence() };
        }
        Ok(side) => (hoplight_text::done(command, stage.infra()).to_sentence(), side.words()),
    };
    Notice::dim(format!("{text}{side}"))
}
