//! Overview map of a canvas that is larger than its window.

use super::geometry::{Area, Cell};

/// Maximum columns and rows of a map, including its border.
const MOST: (u16, u16) = (26, 10);

/// The map of a canvas, in one of the lower corners of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// Area of the map in the window, including the border.
    pub area: Area,
    /// Columns and rows of the canvas.
    canvas: (u16, u16),
    /// Columns and rows of the canvas per cell of the map.
    scale: (u16, u16),
}

impl Map {
    /// Creates the map of a canvas for a window; `None` if the window shows everything or is too small for a map. The
    /// map is in the right corner, or in the left one if it would hide the focused cell.
    pub fn new(canvas: (u16, u16), window: (u16, u16), looked_at: Option<Cell>) -> Option<Self> {
        let larger = canvas.0 > window.0 || canvas.1 > window.1;
        // The map must not hide most of the window.
        if !larger || window.0 < 2 * MOST.0 || window.1 < MOST.1 + 2 {
            return None;
        }
        let most = (MOST.0 - 2, (window.1 / 3).min(MOST.1 - 2));
        let scale = (canvas.0.div_ceil(most.0).max(1), canvas.1.div_ceil(most.1).max(1));
        let (width, height) = (canvas.0.div_ceil(scale.0) + 2, canvas.1.div_ceil(scale.1) + 2);
        let y = window.1 - height;
        let hides = looked_at.is_some_and(|cell| cell.x >= window.0 / 2 && cell.y + 2 >= y);
        let x = if hides { 0 } else { window.0 - width };
        Some(Self { area: Area::new(x, y, width, height), canvas, scale })
    }

    /// The area on the map, in window coordinates, for an area of the canvas: at least one cell.
    pub fn area_of(&self, area: Area) -> Area {
        let (left, top) = (area.x / self.scale.0, area.y / self.scale.1);
        let right = (area.right().max(1) - 1).min(self.canvas.0 - 1) / self.scale.0;
        let bottom = (area.bottom().max(1) - 1).min(self.canvas.1 - 1) / self.scale.1;
        Area::new(self.area.x + 1 + left, self.area.y + 1 + top, right.max(left) - left + 1, bottom.max(top) - top + 1)
    }

    /// The canvas cell for a window cell on the map; `None` outside the map.
    pub fn cell_at(&self, x: u16, y: u16) -> Option<Cell> {
        self.area.contains(Cell::new(x, y)).then(|| {
            let to = |at: u16, from: u16, scale: u16, most: u16| {
                (at.saturating_sub(from + 1).saturating_mul(scale)).saturating_add(scale / 2).min(most - 1)
            };
            Cell::new(to(x, self.area.x, self.scale.0, self.canvas.0), to(y, self.area.y, self.scale.1, self.canvas.1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_inside_its_window_and_maps_cells_back() {
        for canvas in [(85, 30), (90, 75), (400, 320), (130, 14)] {
            for window in [(84, 29), (80, 14), (140, 40)] {
                let Some(map) = Map::new(canvas, window, None) else {
                    assert!(canvas.0 <= window.0 && canvas.1 <= window.1, "{canvas:?} in {window:?}");
                    continue;
                };
                assert!(map.area.right() <= window.0 && map.area.bottom() <= window.1);
                for cell in Area::new(0, 0, canvas.0, canvas.1).cells() {
                    let on_map = map.area_of(Area::new(cell.x, cell.y, 1, 1));
                    assert_eq!((on_map.width, on_map.height), (1, 1));
                    assert!(on_map.x > map.area.x && on_map.right() < map.area.right(), "{cell:?} in {map:?}");
                    assert!(on_map.y > map.area.y && on_map.bottom() < map.area.bottom(), "{cell:?} in {map:?}");
                    let back = map.cell_at(on_map.x, on_map.y).expect("on the map");
                    assert!(back.x.abs_diff(cell.x) <= map.scale.0 && back.y.abs_diff(cell.y) <= map.scale.1);
                }
            }
        }
    }
}
