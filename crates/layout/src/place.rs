//! Places components, firewalls and agents in the boxes.
//!
//! Ignores links, except that a link that bypasses a neighbour needs a separate row.

use hoplight_model::component::GridPlace;
use hoplight_model::text::columns;
use hoplight_model::{ComponentIx, Infrastructure};

use super::geometry::Area;
use super::plan::{BoxPlan, GridPlan};
use super::sizing::INNER_GAP;
use super::{Block, Frame, Layout, Owner, Tag, Wall};

/// Maximum width of a block's text before the gaps grow.
const WIDEST: u16 = 22;

pub(super) fn place(infra: &Infrastructure, plan: &GridPlan, areas: &[Area], layout: &mut Layout) {
    for (frame, (plan, area)) in plan.boxes.iter().zip(areas).enumerate() {
        let zone = match &plan.owner {
            Owner::Server(id) => infra.zone_of_server(id),
            Owner::Component(ix) => infra.zone(*ix),
        };
        let index = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let grid = (!plan.shelved).then(|| GridPlace(index(plan.column), index(plan.row)));
        layout.frames.push(Frame { owner: plan.owner.clone(), area: *area, zone: grid.map(|_| zone), grid });
        let inner = area.height.saturating_sub(2);
        for (x, firewall) in (area.x..).zip(&plan.walls) {
            wall(infra, *firewall, Area::new(x, area.y + 1, 1, inner), layout);
        }
        blocks(infra, plan, frame, *area, layout);
        tags(infra, plan, *area, layout);
    }
}

/// Places a firewall's wall. The firewalls of a pair share it: the upper piece is the one that is active at first.
fn wall(infra: &Infrastructure, firewall: ComponentIx, area: Area, layout: &mut Layout) {
    let standby = infra.standby_of(firewall).filter(|_| area.height > 1);
    let upper = if standby.is_some() { area.height.div_ceil(2) } else { area.height };
    layout.walls.push(Wall { firewall, area: Area { height: upper, ..area } });
    layout.walls.extend(
        standby.map(|standby| Wall { firewall: standby, area: Area { y: area.y + upper, height: area.height - upper, ..area } }),
    );
}

/// The gap between blocks and the width of each text.
fn shares(plan: &BoxPlan, wide: u16) -> (u16, Vec<u16>) {
    let mut texts: Vec<u16> = plan.blocks.iter().map(|block| block.min).collect();
    let inner_gaps = u16::try_from(plan.blocks.len().saturating_sub(1)).unwrap_or(0);
    let mut gap = INNER_GAP;
    let mut room = wide.saturating_sub(plan.frame(gap)).saturating_sub(texts.iter().sum());
    // One space before the right border, then one column per block in turn.
    room = room.saturating_sub(1);
    while room > 0 {
        let before = room;
        for text in &mut texts {
            if room > 0 && *text < WIDEST {
                *text += 1;
                room -= 1;
            }
        }
        let most = if texts.iter().all(|text| *text >= WIDEST) { 12 } else { INNER_GAP + 2 };
        if inner_gaps > 0 && room >= inner_gaps && gap < most {
            gap += 1;
            room -= inner_gaps;
        }
        if room == before {
            break;
        }
    }
    (gap, texts)
}

fn blocks(infra: &Infrastructure, plan: &BoxPlan, frame: usize, area: Area, layout: &mut Layout) {
    let (gap, texts) = shares(plan, area.width);
    let bus = u16::try_from(plan.bus.len()).unwrap_or(0);
    let (top, tall) = (area.y + 1 + bus, area.height.saturating_sub(2 + bus));
    let mut x = area.x + plan.left();
    for (block, text) in plan.blocks.iter().zip(texts) {
        for firewall in &block.walls {
            wall(infra, *firewall, Area::new(x, top, 1, tall), layout);
            x += 1;
        }
        layout.blocks.push(Block { component: block.component, area: Area::new(x, top, text + 1, tall), frame });
        x += text + 1 + gap;
    }
}

/// Places the agents at the right end of the bottom border, the last one rightmost. The zone's label is on the left.
fn tags(infra: &Infrastructure, plan: &BoxPlan, area: Area, layout: &mut Layout) {
    let mut right = area.right().saturating_sub(2);
    let mut tags: Vec<Tag> = Vec::new();
    for agent in plan.agents.iter().rev() {
        let text = columns(infra.component(*agent).id.as_str());
        let x = right.saturating_sub(text + 2);
        tags.push(Tag { component: *agent, area: Area::new(x, area.bottom() - 1, text + 2, 1) });
        right = x.saturating_sub(1);
    }
    layout.tags.extend(tags.into_iter().rev());
}
