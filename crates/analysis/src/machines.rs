//! Index of the components on each server.

use std::collections::BTreeMap;

use hoplight_model::{ComponentIx, Infrastructure, ServerId};

/// Components by server, in authored order. Empty servers are omitted.
#[derive(Debug)]
pub(super) struct Machines<'a>(BTreeMap<&'a ServerId, Vec<ComponentIx>>);

impl<'a> Machines<'a> {
    pub(super) fn of(infra: &'a Infrastructure) -> Self {
        let mut machines: BTreeMap<&ServerId, Vec<ComponentIx>> = BTreeMap::new();
        for (ix, component) in infra.components() {
            if let Some(server) = &component.server {
                machines.entry(server).or_default().push(ix);
            }
        }
        Self(machines)
    }

    /// Components on one server.
    pub(super) fn on(&self, server: &ServerId) -> &[ComponentIx] {
        self.0.get(server).map_or(&[], Vec::as_slice)
    }

    /// Components that share an address with `ix`: those on its server, `ix` first.
    pub(super) fn same_address(&self, infra: &Infrastructure, ix: ComponentIx) -> Vec<ComponentIx> {
        let on_same = infra.component(ix).server.as_ref().map_or(&[][..], |server| self.on(server));
        std::iter::once(ix).chain(on_same.iter().copied().filter(|other| *other != ix)).collect()
    }
}
