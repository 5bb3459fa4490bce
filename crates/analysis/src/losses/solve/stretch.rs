//! Servers whose cores are busy: how much longer work takes on them.

use hoplight_model::{ComponentIx, RequestKind};

use super::super::cores::{self, CoreUse};
use super::{Solver, TOLERANCE};

impl Solver<'_> {
    /// Recomputes the factor by which work is stretched on a server with a number of cores. Returns whether it has changed.
    pub(super) fn adopt_stretch(&mut self, number: usize, round: usize) -> bool {
        let processor = &self.site.processors[number];
        let known = self.stretches[number];
        let uses: Vec<CoreUse> = processor.on_it.iter().filter_map(|ix| self.core_use(*ix, known)).collect();
        let found = cores::stretch(processor.cores, &uses);
        let now = if round < 2 { found } else { f64::midpoint(known, found) };
        if (now - known).abs() <= TOLERANCE * known {
            return false;
        }
        if let Some(before) = &mut self.before {
            before.stretches.entry(number).or_insert(known);
        }
        self.stretches[number] = now;
        true
    }

    /// The use that a component makes of its server's cores, while work is stretched by a factor.
    fn core_use(&self, ix: ComponentIx, stretch: f64) -> Option<CoreUse> {
        let (rates, node) = (self.rates[ix.index()], &self.nodes[ix.index()]);
        let (mut busy, mut held, mut computes) = (0.0, 0.0, 0.0);
        for kind in RequestKind::ALL {
            let (rate, (work_s, handshakes_s)) = (rates[kind.index()], self.site.cpu_s(ix, kind));
            busy += rate * (work_s + handshakes_s);
            held += rate * node.holds_s[kind.index()];
            computes += rate * work_s;
        }
        if busy <= 0.0 {
            return None;
        }
        let slots = f64::from(self.site.stations[ix.index()].slots);
        let idle_s = (held - computes * stretch).max(0.0);
        // Requests that find no slot even while nothing competes for a core.
        let admitted = (slots / (idle_s + computes)).min(1.0);
        Some(CoreUse { busy: busy * admitted, slots, idle: idle_s / busy })
    }
}
