//! The addresses that pairs of balancers share: VRRP as in RFC 5798, with keepalived's timers.
//!
//! keepalived is a separate process beside each balancer. The master sends an advertisement at a fixed interval,
//! typically one second. The backup takes over the address if it receives none for three intervals plus a skew of
//! (256 − priority) / 256 s. keepalived always starts as a backup. Advertisements of a lower priority do not keep it from
//! taking over, so a master with a higher priority gets the address back when it returns.
//!
//! keepalived notices that its balancer has ended only if it tracks the process: a script runs at a fixed interval, and
//! after a number of failures keepalived gives up the address with an advertisement of priority 0, after which the backup
//! waits for its skew only. A keepalived that ends in order (SIGTERM) sends the same advertisement. One that is killed
//! leaves the address on its machine.
//!
//! Users' packets go to the machine that announced the address last (gratuitous ARP). With two masters that cannot hear
//! each other, that is the one that took over last. With `use_vmac`, advertisements come from the virtual MAC address, so
//! the switch forwards users' packets to the balancer that advertised last, and the address flaps between the two.
//!
//! In a crossed pair, each balancer is master of one address and backup for the other: its keepalived has two virtual
//! routers, which this module keeps apart.
//!
//! Advertisements arrive at once: their transit time is negligible compared with the timers.

use crate::clock::Clock;
use crate::event::{Kind, RENUMBERED};
use crate::index::{AddressIx, IndexVec, Ix, LinkIx, RouterIx, StationIx};
use crate::plan::{Plan, RouterPlan};
use crate::time::SimTime;

/// Seconds after which the users' router asks for the address again, if the machine that it knows does not answer: Linux
/// probes a neighbour after 5 s (`delay_first_probe_time`), three times a second apart.
const ARP_EXPIRES_S: u8 = 8;

/// How keepalived ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VrrpEnd {
    /// By SIGKILL: the address stays on the machine.
    Killed,
    /// By SIGTERM: it removes the address and says so.
    Stopped,
}

/// One virtual router of a keepalived.
#[expect(clippy::struct_excessive_bools, reason = "independent flags")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Router {
    /// Whether its machine is off.
    is_off: bool,
    ended: Option<VrrpEnd>,
    /// Whether tracking has found that the balancer has ended.
    is_faulty: bool,
    master: bool,
    /// Whether its machine has the address: as master, or because keepalived was killed as master.
    holds: bool,
    /// Sequence number of the pending event: the master's next advertisement, or the backup's takeover. Zero if it is
    /// neither.
    timer: u64,
    /// Sequence number of the run of the tracking script that changes its mind; zero if none will.
    verdict: u64,
}

impl Router {
    const fn is_running(&self) -> bool {
        !self.is_off && self.ended.is_none()
    }
}

/// Where users' packets for an address go.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Target {
    /// The link on which they reach the site.
    entry: LinkIx,
    /// Seconds for which nothing has answered at `entry`.
    unanswered_s: u8,
}

/// The addresses that users connect to, and the balancers that share them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SharedAddress {
    routers: IndexVec<RouterIx, Router>,
    targets: IndexVec<AddressIx, Target>,
}

impl SharedAddress {
    pub(crate) fn new(plan: &Plan) -> Self {
        let targets = plan.addresses.entries.iter().map(|entry| Target { entry: *entry, unanswered_s: 0 });
        Self { routers: IndexVec::of(Router::default(), plan.pair.len()), targets: targets.collect() }
    }

    /// The link on which users' packets reach an address: in a pair, to the balancer that announced it last.
    #[inline]
    pub(crate) fn entry(&self, address: AddressIx) -> LinkIx {
        self.targets[address].entry
    }

    /// The link on which users' packets reach the first address.
    #[inline]
    pub(crate) fn first_entry(&self) -> LinkIx {
        self.entry(AddressIx::default())
    }

    /// Starts each pair with the balancer of higher priority as master.
    pub(crate) fn start(&mut self, plan: &Plan, clock: &mut Clock) {
        for (number, router) in plan.pair.enumerate() {
            let master = router.entry == self.entry(router.address);
            let wait = if master { router.advert } else { router.patience };
            let timer = clock.schedule(clock.now() + wait, Kind::Advert, number.raw());
            self.routers[number] = Router { master, holds: master, timer, ..Router::default() };
        }
    }

    /// Whether an event is a pending event of a balancer.
    pub(crate) fn waits_for(&self, number: RouterIx, sequence: u64) -> bool {
        self.routers[number].timer == sequence || self.is_verdict(number, sequence)
    }

    /// Whether an event is the pending run of a tracking script.
    pub(crate) fn is_verdict(&self, number: RouterIx, sequence: u64) -> bool {
        self.routers[number].verdict == sequence
    }

    /// Sends a balancer's advertisement. Returns whether it was the backup until now.
    pub(crate) fn advertise(&mut self, number: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let timer = clock.schedule(clock.now() + plan.pair[number].advert, Kind::Advert, number.raw());
        let router = &mut self.routers[number];
        (router.holds, router.timer) = (true, timer);
        !std::mem::replace(&mut router.master, true)
    }

    /// Receives another balancer's advertisement. Returns whether this balancer stops being master.
    pub(crate) fn receive_advert(&mut self, number: RouterIx, from: RouterIx, plan: &Plan, clock: &mut Clock) -> bool {
        let (own, sender) = (plan.pair[number], plan.pair[from]);
        // Among equal priorities, the higher address wins; positions stand for addresses.
        let is_better = (sender.priority, sender.station) > (own.priority, own.station);
        let router = &mut self.routers[number];
        if router.timer == 0 || !(is_better || !router.master && sender.priority == own.priority) {
            return false;
        }
        router.timer = clock.schedule(clock.now() + own.patience, Kind::Advert, number.raw());
        router.holds = false;
        std::mem::replace(&mut router.master, false)
    }

    /// Receives an advertisement of priority 0: the master gives up the address, so a backup waits for its skew only.
    pub(crate) fn receive_farewell(&mut self, number: RouterIx, plan: &Plan, clock: &mut Clock) {
        let router = &mut self.routers[number];
        if router.timer != 0 && !router.master {
            router.timer = clock.schedule(clock.now() + plan.pair[number].skew, Kind::Advert, number.raw());
        }
    }

    /// Moves users' packets to a balancer that announces its address. Returns whether they went elsewhere before.
    pub(crate) fn announce(&mut self, number: RouterIx, plan: &Plan) -> bool {
        let RouterPlan { entry, address, .. } = plan.pair[number];
        std::mem::replace(&mut self.targets[address].entry, entry) != entry
    }

    /// Counts a second. `answers` says which balancers answer ARP requests from users. Returns whether users' packets move,
    /// because their router has found another machine with an address.
    pub(crate) fn age(&mut self, answers: impl Fn(RouterIx) -> bool, plan: &Plan) -> bool {
        let mut moved = false;
        for address in self.targets.indices() {
            let entry = self.entry(address);
            let answers =
                |number: &RouterIx| plan.pair[*number].address == address && self.routers[*number].holds && answers(*number);
            let holders = || plan.pair.indices().filter(answers);
            let found = holders().find(|number| plan.pair[*number].entry == entry).or_else(|| holders().next());
            let target = &mut self.targets[address];
            target.unanswered_s = match found {
                Some(number) if plan.pair[number].entry == entry => 0,
                _ => target.unanswered_s.saturating_add(1),
            };
            if let Some(number) = found
                && target.unanswered_s >= ARP_EXPIRES_S
            {
                moved |= self.announce(number, plan);
            }
        }
        moved
    }
}

/// The end and the start of keepalived, and of the balancer that it tracks.
impl SharedAddress {
    /// Ends keepalived. Returns whether it was master and says that it gives up the address.
    pub(crate) fn end(&mut self, number: RouterIx, how: VrrpEnd) -> bool {
        let router = &mut self.routers[number];
        let leaves = router.master && how == VrrpEnd::Stopped;
        *router = Router {
            is_off: router.is_off,
            ended: Some(how),
            holds: router.holds && how == VrrpEnd::Killed,
            ..Router::default()
        };
        leaves
    }

    /// Ends keepalived with its machine.
    pub(crate) fn power_off(&mut self, station: StationIx, plan: &Plan) {
        for number in plan.routers(station) {
            self.routers[number] = Router { is_off: true, ..Router::default() };
        }
    }

    /// Starts keepalived, with its machine or alone. `has_balancer` says whether its balancer is running.
    pub(crate) fn launch(&mut self, number: RouterIx, has_balancer: bool, boots: bool, plan: &Plan, clock: &mut Clock) {
        let is_off = self.routers[number].is_off && !boots;
        let is_faulty = plan.pair[number].track.is_some() && !has_balancer;
        let starts = !is_off && !is_faulty;
        let wait = clock.now() + plan.pair[number].patience;
        let timer = if starts { clock.schedule(wait, Kind::Advert, number.raw()) } else { 0 };
        self.routers[number] = Router { is_off, is_faulty, timer, ..Router::default() };
    }

    /// How keepalived ended; `None` if it did not, or with its machine.
    pub(crate) fn ended(&self, number: RouterIx) -> Option<VrrpEnd> {
        self.routers[number].ended
    }

    /// Whether keepalived runs.
    pub(crate) fn is_running(&self, number: RouterIx) -> bool {
        self.routers[number].is_running()
    }

    /// Schedules the run of the tracking script that notices that the balancer has ended or started.
    pub(crate) fn balancer_changed(&mut self, station: StationIx, is_up: bool, plan: &Plan, clock: &mut Clock) {
        for number in plan.routers(station) {
            let (router, Some((interval, fall))) = (&mut self.routers[number], plan.pair[number].track) else { continue };
            router.verdict = 0;
            if !router.is_running() || router.is_faulty != is_up {
                continue;
            }
            // The script runs at multiples of its interval. A single success is enough.
            let runs = if is_up { 1 } else { u64::from(fall) };
            let at = (clock.now().nanos() / interval + runs) * interval;
            router.verdict = clock.schedule(SimTime::from_nanos(at), Kind::Advert, number.raw());
        }
    }

    /// Acts on the result of the tracking script. Returns whether the balancer was master and gives up the address.
    pub(crate) fn judge_balancer(&mut self, number: RouterIx, is_up: bool, plan: &Plan, clock: &mut Clock) -> bool {
        let router = &mut self.routers[number];
        let was_master = router.master;
        let wait = clock.now() + plan.pair[number].patience;
        let timer = if is_up { clock.schedule(wait, Kind::Advert, number.raw()) } else { 0 };
        *router = Router { is_faulty: !is_up, timer, ..Router::default() };
        was_master
    }
}

/// Rebuilds, renumbering and views.
impl SharedAddress {
    /// Restores the holders of the addresses from before a rebuild. `held` is `None` for balancers that were in no pair
    /// then; `led` says which of them received users' packets.
    pub(crate) fn carry(
        &mut self,
        held: impl Fn(&RouterPlan) -> Option<bool>,
        led: impl Fn(&RouterPlan) -> bool,
        plan: &Plan,
        clock: &mut Clock,
    ) {
        for (number, router_plan) in plan.pair.enumerate() {
            let mut pair = plan.pair.iter().filter(|other| other.address == router_plan.address);
            if !pair.clone().any(|other| held(other) == Some(true)) {
                continue;
            }
            let holds = held(router_plan) == Some(true);
            let router = &mut self.routers[number];
            if router.timer != 0 {
                let wait = if holds { router_plan.advert } else { router_plan.patience };
                let timer = clock.schedule(clock.now() + wait, Kind::Advert, number.raw());
                *router = Router { master: holds, holds, timer, ..*router };
            } else if router.ended == Some(VrrpEnd::Killed) {
                router.holds = holds;
            }
            let is_led = pair.any(&led);
            if led(router_plan) || !is_led && router.master {
                self.targets[router_plan.address].entry = router_plan.entry;
            }
        }
    }

    /// A number that changes with every advertisement of the pair on a link.
    pub(crate) fn adverts(&self, link: LinkIx, plan: &Plan) -> u64 {
        let masters = plan.pair.iter().zip(&self.routers).filter(|(plan, router)| plan.link == link && router.master);
        masters.fold(0, |sum, (_, router)| sum.wrapping_add(router.timer))
    }

    /// The priority of the balancer that receives users' packets, in the pair that exchanges advertisements on a link; 0
    /// if there is none.
    pub(crate) fn leading_priority(&self, link: LinkIx, plan: &Plan) -> u8 {
        let leads = |router: &&RouterPlan| router.link == link && router.entry == self.entry(router.address);
        plan.pair.iter().find(leads).map_or(0, |router| router.priority)
    }

    /// Whether a balancer considers itself master of the only address that it shares; `None` if it does not, or if keepalived is
    /// not running.
    pub(crate) fn is_master(&self, station: StationIx, plan: &Plan) -> Option<bool> {
        let [number] = plan.routers(station)[..] else { return None };
        Some(self.routers[number]).filter(Router::is_running).map(|router| router.master)
    }

    /// Whether the machine of a balancer has an address; `None` if it does not share it.
    pub(crate) fn holds(&self, station: StationIx, address: AddressIx, plan: &Plan) -> Option<bool> {
        let number = plan.pair.position(|router| router.station == station && router.address == address)?;
        Some(self.routers[number].holds)
    }

    /// Whether the machine of a balancer has the address that it shares as this virtual router.
    pub(crate) fn router_holds(&self, number: RouterIx) -> bool {
        self.routers[number].holds
    }

    /// The balancers whose machines have a shared address, one for each address.
    pub(crate) fn holders<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = StationIx> + 'a {
        let pairs = plan.pair.iter().zip(&self.routers);
        pairs.filter(|(_, router)| router.holds).map(|(plan, _)| plan.station)
    }

    /// Updates the sequence number of a balancer's pending event.
    pub(crate) fn renumber(&mut self, number: RouterIx, old: u64, new: u64) {
        let router = &mut self.routers[number];
        let pending = if router.verdict == old { &mut router.verdict } else { &mut router.timer };
        *pending = RENUMBERED | new;
    }

    /// Clears the marks of renumbered events when renumbering is complete.
    pub(crate) fn end_renumbering(&mut self) {
        for router in &mut self.routers {
            router.timer &= !RENUMBERED;
            router.verdict &= !RENUMBERED;
        }
    }
}
