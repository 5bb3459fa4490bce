//! Leaves out what the defaults say.

use super::Scenario;
use crate::link::LinkSpec;

impl Scenario {
    /// The same scenario without the settings of links that defaults would fill in. A scenario made from an
    /// infrastructure states all of them; an edit could not change what depends on them, such as the port of a web server
    /// that is no longer the entry.
    #[must_use]
    pub fn minimal(self) -> Self {
        let Ok(complete) = self.build_board() else { return self };
        let bare = |link: &LinkSpec| LinkSpec { protocol: None, port: None, latency_ms: None, ..link.clone() };
        let mut minimal = Self { links: self.links.iter().map(bare).collect(), ..self.clone() };
        if minimal.build_board().is_ok_and(|built| built == complete) {
            return minimal;
        }
        // Find the settings that differ from the defaults, one kind after the other.
        minimal.links.clone_from(&self.links);
        let omit: [fn(&mut LinkSpec); 3] = [|link| link.protocol = None, |link| link.latency_ms = None, |link| link.port = None];
        for omit in omit {
            let kept = minimal.links.clone();
            minimal.links.iter_mut().for_each(omit);
            if minimal.build_board().is_ok_and(|built| built == complete) {
                continue;
            }
            minimal.links = kept;
            for at in 0..minimal.links.len() {
                let kept = minimal.links[at].clone();
                omit(&mut minimal.links[at]);
                if minimal.links[at] != kept && !minimal.build_board().is_ok_and(|built| built == complete) {
                    minimal.links[at] = kept;
                }
            }
        }
        minimal
    }
}
