//! Cells, areas and the four directions.

/// A cell of the canvas, with the origin at the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area {
    /// Leftmost column.
    pub x: u16,
    /// Topmost row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A direction of an arrow key or a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrow {
    /// Towards smaller rows.
    Up,
    /// Towards larger columns.
    Right,
    /// Towards larger rows.
    Down,
    /// Towards smaller columns.
    Left,
}

impl Cell {
    /// Creates a cell.
    pub const fn new(x: u16, y: u16) -> Self {
        Self { x, y }
    }

    /// The adjacent cell in a direction; `None` beyond the top or left edge.
    pub fn step(self, arrow: Arrow) -> Option<Self> {
        Some(match arrow {
            Arrow::Up => Self { y: self.y.checked_sub(1)?, ..self },
            Arrow::Right => Self { x: self.x.checked_add(1)?, ..self },
            Arrow::Down => Self { y: self.y.checked_add(1)?, ..self },
            Arrow::Left => Self { x: self.x.checked_sub(1)?, ..self },
        })
    }
}

impl Area {
    /// Creates an area.
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// First column to the right of the area.
    pub const fn right(self) -> u16 {
        self.x.saturating_add(self.width)
    }

    /// First row below the area.
    pub const fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    /// Whether the area contains a cell.
    pub const fn contains(self, cell: Cell) -> bool {
        cell.x >= self.x && cell.x < self.right() && cell.y >= self.y && cell.y < self.bottom()
    }

    /// Whether the two areas have a cell in common.
    pub const fn overlaps(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Cells of the area, row by row.
    pub fn cells(self) -> impl Iterator<Item = Cell> {
        (self.y..self.bottom()).flat_map(move |y| (self.x..self.right()).map(move |x| Cell { x, y }))
    }

    /// The cell in the middle of the area.
    pub const fn centre(self) -> Cell {
        Cell { x: self.x + self.width / 2, y: self.y + self.height / 2 }
    }
}

impl Arrow {
    /// All four, clockwise.
    pub const ALL: [Self; 4] = [Self::Up, Self::Right, Self::Down, Self::Left];

    /// Index in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The opposite direction.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Right => Self::Left,
            Self::Down => Self::Up,
            Self::Left => Self::Right,
        }
    }

    /// A bit mask with one bit per direction, for the arms of a line in a cell.
    pub const fn arm(self) -> u8 {
        1 << self.index()
    }

    /// Whether the direction is left or right.
    pub const fn is_horizontal(self) -> bool {
        matches!(self, Self::Left | Self::Right)
    }
}
