//! Scroll arithmetic: the number of visible lines, the first visible line, and the offset after scrolling.

/// Returns the offset after scrolling from `at` by `by` lines; `most` is the largest offset.
pub fn scrolled(at: u16, by: i16, most: u16) -> u16 {
    at.min(most).saturating_add_signed(by).min(most)
}

/// Returns the index of the first visible row such that row `chosen` of `count` rows is visible in `room` rows, centred if
/// possible.
pub fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    chosen.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// Returns how many of `lines` fit below the title of a pane of `height` rows. If they do not all fit, the last row shows the
/// number of remaining lines instead.
pub fn room(height: u16, lines: usize) -> usize {
    let rows = usize::from(height.saturating_sub(1));
    if lines > rows { rows.saturating_sub(1) } else { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_always_visible_and_no_row_is_wasted() {
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
