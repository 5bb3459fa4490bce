//! Scroll arithmetic: visible lines, first visible line and the offset after a scroll step.

/// The new offset of a text that is scrolled from `at` by `by` lines; `most` is the largest offset.
pub fn scrolled(at: u16, by: i16, most: u16) -> u16 {
    at.min(most).saturating_add_signed(by).min(most)
}

/// The index of the first row to show so that `chosen` of `count` rows is visible where `room` rows fit. The chosen row is
/// in the middle where possible.
pub fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    chosen.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// The number of `lines` that a pane of `height` rows shows below its title. If they do not all fit, the last row says
/// how many are left.
pub fn room(height: u16, lines: usize) -> usize {
    let rows = usize::from(height.saturating_sub(1));
    if lines > rows { rows.saturating_sub(1) } else { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_row_is_always_shown_and_no_room_is_wasted() {
        for count in 0..30 {
            for room in 1..12 {
                for chosen in 0..count {
                    let first = first_shown(chosen, count, room);
                    assert!((first..first + room).contains(&chosen), "{chosen} of {count} in {room}");
                    assert!(first == 0 || first + room <= count);
                }
            }
        }
    }
}
