//! Where elements are: on the grid of the diagram, and on servers.

use super::{ComposeError, Composed, Composer, component};
use crate::component::GridPlace;
use crate::draft::Edit;
use crate::element::Element;
use crate::id::{ComponentId, ServerId};
use crate::scenario::Scenario;

/// A box of the diagram and its place: a server, or a component without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The server or component.
    pub owner: Element,
    /// Its place on the grid.
    pub at: GridPlace,
}

/// Moves a box by columns and rows. A box that is already there takes its place.
///
/// `spots` are the places of all boxes as the diagram shows them. They are written down, so that only this box moves.
///
/// # Errors
/// If the box is not among the spots, or would leave the grid on the left of a column that it shares with nothing.
pub fn place(
    scenario: &Scenario,
    spots: &[Spot],
    moved: &Element,
    (columns, rows): (i16, i16),
) -> Result<Composed, ComposeError> {
    let owner = owner(scenario, moved)?;
    let from = spots.iter().find(|spot| spot.owner == owner).map(|spot| spot.at).ok_or(ComposeError::Edge)?;
    let mut spots = spots.to_vec();
    // A box that leaves the grid at the top or left pushes all others.
    let push = |at: u16, by: i16| if at == 0 && by < 0 { by.unsigned_abs() } else { 0 };
    let (right, down) = (push(from.0, columns), push(from.1, rows));
    let is_alone = |share: fn(&Spot) -> u16, at: u16| spots.iter().filter(|spot| share(spot) == at).count() == 1;
    if right > 0 && is_alone(|spot| spot.at.0, from.0) || down > 0 && is_alone(|spot| spot.at.1, from.1) {
        return Err(ComposeError::Edge);
    }
    for spot in &mut spots {
        spot.at = GridPlace(spot.at.0.saturating_add(right), spot.at.1.saturating_add(down));
    }
    let from = GridPlace(from.0 + right, from.1 + down);
    let to = GridPlace(from.0.saturating_add_signed(columns), from.1.saturating_add_signed(rows));
    for spot in &mut spots {
        if spot.owner == owner {
            spot.at = to;
        } else if spot.at == to {
            spot.at = from;
        }
    }
    let mut composer = Composer::new(scenario);
    for spot in spots {
        pin(&mut composer, &spot)?;
    }
    Ok(composer.done(Some(moved.clone())))
}

/// The box that an element belongs to.
fn owner(scenario: &Scenario, element: &Element) -> Result<Element, ComposeError> {
    match element {
        Element::Hop(..) => Err(ComposeError::IsHop),
        Element::Server(_) => Ok(element.clone()),
        Element::Component(id) => {
            let known = component(scenario, id).ok_or_else(|| super::unknown(id))?;
            Ok(known.server.clone().map_or_else(|| element.clone(), Element::Server))
        }
    }
}

fn pin(composer: &mut Composer, spot: &Spot) -> Result<(), ComposeError> {
    match &spot.owner {
        Element::Server(id) => {
            let known = composer.scenario.servers.iter().find(|server| server.id == *id);
            let Some(known) = known.filter(|server| server.at != Some(spot.at)) else { return Ok(()) };
            let mut pinned = known.clone();
            pinned.at = Some(spot.at);
            composer.edit(Edit::SetServerSettings(pinned))
        }
        Element::Component(id) => composer.change(id, |component| component.at = Some(spot.at)),
        Element::Hop(..) => Err(ComposeError::IsHop),
    }
}

/// Moves a component to a server, or off its server.
///
/// # Errors
/// If the component is the browser, or one of the two does not exist.
pub fn assign(scenario: &Scenario, id: &ComponentId, server: Option<ServerId>) -> Result<Composed, ComposeError> {
    let known = component(scenario, id).ok_or_else(|| super::unknown(id))?;
    if known.kind.is_browser() {
        return Err(ComposeError::IsBrowser);
    }
    let mut composer = Composer::new(scenario);
    composer.edit(Edit::SetServer(id.clone(), server))?;
    Ok(composer.done(Some(Element::Component(id.clone()))))
}
