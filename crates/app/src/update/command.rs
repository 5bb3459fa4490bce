//! Executing commands on the stage, and reporting the result.

use std::time::Duration;

use hoplight_sim::{Command, CommandError};
use hoplight_text::{phrase, refusal};

use crate::detail::scan;
use crate::fault_menu::FaultAction;
use crate::notice::Notice;
use crate::stage::Stage;
use crate::tone::Tone;

/// Runs a row of the fault menu. Reports the result and, unless it is for the learner to find out, what it looks like to
/// users and monitoring.
pub(super) fn run_fault_action(stage: &mut Stage, action: &FaultAction) -> Notice {
    let tells = action.is_predicted() && stage.tells_diagnosis();
    match inject(stage, action) {
        Ok(done) if tells => Notice { text: format!("{} {}", done.text, action.about), ..done },
        Ok(notice) | Err(notice) => notice,
    }
}

/// Executes the immediate commands of a row, and schedules the others. The error is the reason why it has no effect.
fn inject(stage: &mut Stage, action: &FaultAction) -> Result<Notice, Notice> {
    if let ([(_, command)], None) = (action.commands.as_slice(), &action.second) {
        return execute(stage, command);
    }
    if let Some(why) = action.refusal(stage) {
        stage.session.refuse(phrase![action.title.clone(), ": ", why.clone()]);
        return Err(Notice { tone: Tone::Warn, text: why.to_sentence() });
    }
    if let Some(second) = &action.second {
        stage.execute_apart(&action.commands, second);
    }
    let mut begun = false;
    for (after, command) in action.commands.iter().filter(|_| action.second.is_none()) {
        if *after > 0.0 {
            stage.schedule(Duration::from_secs_f64(*after), command);
        } else {
            // Some of the commands may have no effect.
            let done = if begun { stage.execute_joined(command) } else { stage.execute(command) };
            begun |= done.is_ok();
        }
    }
    let last = action.commands.iter().chain(action.second.iter().flatten()).map(|(after, _)| *after).fold(0.0, f64::max);
    let mut title = action.title.clone();
    if last > 0.0 {
        title.push(phrase!["; the last step follows in ", last, " s"]);
    }
    Ok(Notice::dim(title.to_sentence()))
}

/// Executes a command, and reports the result.
pub(super) fn execute_command(stage: &mut Stage, command: &Command) -> Notice {
    match execute(stage, command) {
        Ok(notice) | Err(notice) => notice,
    }
}

/// Executes a command. The error is the reason why it has no effect.
fn execute(stage: &mut Stage, command: &Command) -> Result<Notice, Notice> {
    let (text, side) = match stage.execute(command) {
        Err(error) => {
            let tone = if matches!(error, CommandError::NotPart(_)) { Tone::Dim } else { Tone::Warn };
            let why = refusal(&error);
            stage.session.refuse(why.clone());
            return Err(Notice { tone, text: why.to_sentence() });
        }
        Ok(_) if *command == Command::Scan => return Ok(Notice::dim(scan::summary(stage))),
        Ok(side) => (hoplight_text::done(command, stage.infra()).to_sentence(), side.words()),
    };
    Ok(Notice::dim(format!("{text}{side}")))
}
