//! A 4-ary heap of `u128` with lazy pop: popping leaves a hole at the root, which the next push fills.
//!
//! Four siblings share a cache line. The root is node 3, so that the children of node n are the nodes of line n − 2.

#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine([u128; 4]);

pub struct Heap {
    lines: Vec<CacheLine>,
    /// One past the last node in use.
    end: usize,
    /// Whether the root has been popped and not yet refilled.
    hole: bool,
}

const ROOT: usize = 3;
/// The value of unused nodes, so that a line always has four children to compare.
const NOTHING: u128 = u128::MAX;

impl Heap {
    pub fn new() -> Self {
        Self { lines: vec![CacheLine([NOTHING; 4])], end: ROOT, hole: false }
    }

    #[inline]
    fn set(&mut self, node: usize, event: u128) {
        self.lines[node / 4].0[node % 4] = event;
    }

    #[inline]
    pub fn push(&mut self, event: u128) {
        if self.hole {
            self.hole = false;
            self.sift_down(event);
        } else {
            self.sift_up(event);
        }
    }

    /// Pops the smallest event; `None` if the heap is empty.
    #[inline]
    pub fn pop(&mut self) -> Option<u128> {
        if self.hole {
            self.fill();
        }
        let event = self.lines[0].0[ROOT];
        self.hole = event != NOTHING;
        self.hole.then_some(event)
    }

    /// Moves the last event into the hole.
    fn fill(&mut self) {
        self.hole = false;
        self.end -= 1;
        let node = self.end;
        let last = self.lines[node / 4].0[node % 4];
        self.set(node, NOTHING);
        if node > ROOT {
            self.sift_down(last);
        }
    }

    #[inline]
    fn sift_down(&mut self, event: u128) {
        let mut node = ROOT;
        while let Some(line) = self.lines.get(node - 2) {
            let [a, b, c, d] = line.0;
            let (ab, first) = if b < a { (b, 1) } else { (a, 0) };
            let (cd, second) = if d < c { (d, 3) } else { (c, 2) };
            let (least, lane) = if cd < ab { (cd, second) } else { (ab, first) };
            if least >= event {
                break;
            }
            self.set(node, least);
            node = (node - 2) * 4 + lane;
        }
        self.set(node, event);
    }

    #[inline]
    fn sift_up(&mut self, event: u128) {
        let mut node = self.end;
        self.end += 1;
        if node / 4 == self.lines.len() {
            self.lines.push(CacheLine([NOTHING; 4]));
        }
        while node > ROOT {
            let parent = node / 4 + 2;
            let above = self.lines[parent / 4].0[parent % 4];
            if above <= event {
                break;
            }
            self.set(node, above);
            node = parent;
        }
        self.set(node, event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn events_come_out_in_order_whatever_the_mix_of_pushes_and_pops() {
        let (mut heap, mut random, mut known) = (Heap::new(), Random::new(1), Vec::new());
        for round in 0..20_000u128 {
            if random.exponential(1000.0) < 700 || known.is_empty() {
                let event = (u128::from(random.exponential(1e6)) << 64) | round;
                heap.push(event);
                known.push(event);
            } else {
                known.sort_unstable_by(|a, b| b.cmp(a));
                assert_eq!(heap.pop(), known.pop());
            }
        }
        known.sort_unstable();
        assert_eq!(std::iter::from_fn(|| heap.pop()).collect::<Vec<_>>(), known);
        assert_eq!(heap.pop(), None);
    }
}
