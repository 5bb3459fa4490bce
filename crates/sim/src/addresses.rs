//! The addresses of the site: which ones its DNS record lists, and which one a browser tries first.
//!
//! A resolver returns the records rotated, and a browser tries them in order. A returning user's browser starts with the
//! address that responded last, for as long as the cached record is valid, and so leaves a dead one once. A new lookup
//! knows nothing of that: DNS does not check addresses, so it keeps returning the dead one.

use std::collections::BTreeMap;

use hoplight_model::behaviour::Address;

use crate::index::{AddressIx, IndexVec, LinkIx};
use crate::random;
use crate::zone::RecordTarget;

/// Salt for the rotation of the records.
const ROTATION: u64 = 0x726f_7461_7465_6400;

/// The addresses in a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AddressesPlan {
    /// The link on which users reach each address at the start: in a VRRP pair, to the balancer with the higher priority.
    pub(crate) entries: IndexVec<AddressIx, LinkIx>,
    /// The address that a link leads to at the start or, for the backup of a pair, the one that it may lead to.
    of_link: BTreeMap<LinkIx, AddressIx>,
    /// The links on which users may reach each address.
    links: IndexVec<AddressIx, Vec<LinkIx>>,
    /// The addresses that the record lists, by its target.
    listed: [Vec<AddressIx>; 2],
    /// Time after which a browser tries the next address, in nanoseconds.
    pub(crate) attempt_timeout: u64,
}

impl AddressesPlan {
    pub(crate) fn new(addresses: &[Address], attempt_timeout: u64) -> Self {
        let mut plan = Self {
            entries: IndexVec::default(),
            of_link: BTreeMap::new(),
            links: IndexVec::default(),
            listed: [Vec::new(), Vec::new()],
            attempt_timeout,
        };
        for address in addresses {
            let number = plan.entries.push(*address.links.first().expect("an address has a link"));
            // Of the two addresses of a crossed pair, a link leads to the one of its own balancer.
            for (place, link) in address.links.iter().enumerate() {
                let of_link = plan.of_link.entry(*link).or_insert(number);
                if place == 0 {
                    *of_link = number;
                }
            }
            plan.links.push(address.links.clone());
            let target = if address.standby { RecordTarget::Standby } else { RecordTarget::Primary };
            plan.listed[target.index()].push(number);
        }
        plan
    }

    /// Whether the site has no address: a drawing in progress, in which the browser leads nowhere yet.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.len() == 0
    }

    /// Whether the site has only one address.
    #[inline]
    pub(crate) fn is_single(&self) -> bool {
        self.entries.len() == 1
    }

    /// The address that a link leads to, if it leads from the browser to the site.
    pub(crate) fn of_link(&self, link: LinkIx) -> Option<AddressIx> {
        self.of_link.get(&link).copied()
    }

    /// The addresses that users may reach on a link: two, if it leads to a balancer of a crossed pair.
    pub(crate) fn reached_on(&self, link: LinkIx) -> impl Iterator<Item = AddressIx> + '_ {
        self.links.enumerate().filter(move |(_, links)| links.contains(&link)).map(|(address, _)| address)
    }

    /// The addresses that the record lists.
    pub(crate) fn listed(&self, target: RecordTarget) -> &[AddressIx] {
        &self.listed[target.index()]
    }

    /// Whether there is a standby site.
    pub(crate) fn has_standby(&self) -> bool {
        !self.listed(RecordTarget::Standby).is_empty()
    }

    /// The target of the record that lists an address.
    pub(crate) fn target_of(&self, address: AddressIx) -> RecordTarget {
        let is_listed = |target: &RecordTarget| self.listed(*target).contains(&address);
        RecordTarget::ALL.into_iter().find(is_listed).expect("an address is listed")
    }

    /// The address that a browser tries after the one at `first`, in its attempt with this number.
    pub(crate) fn choice(&self, target: RecordTarget, first: u8, attempt: u8) -> AddressIx {
        let listed = self.listed(target);
        listed[(usize::from(first) + usize::from(attempt)) % listed.len()]
    }

    /// The place in the record of the address that a browser tries first: the one that it used last or, if it is not in
    /// the record, the first one of the rotated records.
    pub(crate) fn first_choice(&self, target: RecordTarget, used: Option<AddressIx>, key: u64) -> u8 {
        let listed = self.listed(target);
        let used = used.and_then(|used| listed.iter().position(|address| *address == used));
        let rotated = || usize::try_from(random::mix(key ^ ROTATION) % listed.len() as u64).expect("a place in the list");
        u8::try_from(used.unwrap_or_else(rotated)).expect("a site has at most 28 addresses")
    }
}
