//! Returning users: their open connections to the site, and their cached addresses.
//!
//! A connection is closed by the component that holds it once it has been idle for too long, and by the end of that
//! component's process. Nothing is scheduled for it: the time of its last use is compared when its user sends the next
//! request. At the start of a run, the users have been there for a while: each paused for an exponential time. Unless the
//! scenario gives their number, it follows the rate, so that pauses stay the same.

use crate::arrivals::closed_user;
use crate::index::{AddressIx, IndexVec, Ix, LinkIx, UserIx, count, length};
use crate::random;
use crate::time::SimTime;
use crate::zone::RecordTarget;

/// Mixed into the key of a request to draw its user.
const USER: u64 = 0x7265_7475_726e_6572;
/// Mixed into the draw of a user's pause before the start of the run.
const AGE: u64 = 0x6167_6500_6167_6500;
/// Time zero of a run on the clock of last uses, which began before it.
const BEFORE: u64 = 86_400 * crate::time::SECOND;

/// One returning user.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ReturningUser {
    /// When the connection was last used, on the clock of last uses; 0 if it is closed.
    used: u64,
    /// The link on which the connection was opened.
    entry: LinkIx,
    /// When the cached address of the site expires.
    address_until: SimTime,
    /// Where the cached record leads.
    target: RecordTarget,
    /// The number of the address that the connection was opened to; a site has at most 28.
    address: Option<u8>,
    /// Whether the component at the end of `entry` counts the connection as idle.
    idle: bool,
    /// Until when the browser uses only https for the site.
    https_until: SimTime,
}

/// The number of an address, as a user remembers it.
#[inline]
fn number(address: AddressIx) -> u8 {
    u8::try_from(address.raw()).expect("a site has at most 28 addresses")
}

/// What the users did before they are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits<'a> {
    /// The seed of the run.
    pub(crate) seed: u64,
    /// Mean pause between two requests, in nanoseconds.
    pub(crate) pause: f64,
    /// The addresses to which they sent their last requests, each an equal share of them, and the links on which they did.
    pub(crate) entries: &'a [(AddressIx, LinkIx)],
    /// How long browsers remember to use only https, in nanoseconds.
    pub(crate) max_age: Option<u64>,
}

impl Habits<'_> {
    /// Nanoseconds since a user's last request: an exponential time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited to a day")]
    fn age(&self, user: UserIx) -> u64 {
        let drawn = random::exponential(random::mix(self.seed ^ random::mix(AGE ^ u64::from(user.raw()))));
        (drawn * self.pause).min((BEFORE - 1) as f64) as u64
    }
}

/// The returning users.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Returning {
    users: IndexVec<UserIx, ReturningUser>,
    /// Number of users among whom requests are distributed now: the first ones of the list.
    active: u32,
}

impl Returning {
    /// `count` users as of the start of a run.
    pub(crate) fn new(count: u32, habits: &Habits<'_>, address_until: impl Fn(UserIx) -> SimTime) -> Self {
        let mut returning = Self { users: IndexVec::default(), active: 0 };
        returning.set_active(count, habits, SimTime::ZERO, address_until);
        returning
    }

    /// Changes the number of users. Those who are added have been there for a while, as at the start. `address_until` is when
    /// the cached address of a user expires.
    pub(crate) fn set_active(
        &mut self,
        active: u32,
        habits: &Habits<'_>,
        now: SimTime,
        address_until: impl Fn(UserIx) -> SimTime,
    ) {
        self.active = active;
        for user in (count(self.users.len())..active).map(UserIx::from_raw) {
            let age = habits.age(user);
            let used = BEFORE + now.nanos() - age;
            let https_until = now + habits.max_age.map_or(0, |max_age| max_age.saturating_sub(age));
            // Users of a site without an address have no connection.
            let entry = length(user.raw()).checked_rem(habits.entries.len()).map(|place| habits.entries[place]);
            let used = if entry.is_some() { used } else { 0 };
            let address = entry.map(|(address, _)| number(address));
            let entry = entry.map(|(_, entry)| entry).unwrap_or_default();
            let (address_until, target) = (address_until(user), RecordTarget::Primary);
            self.users.push(ReturningUser { used, entry, address_until, target, address, idle: false, https_until });
        }
    }

    /// The user who sends the request with this random stream and key.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the quotient is less than the number of users")]
    pub(crate) fn pick(&self, stream: u64, key: u64) -> UserIx {
        let users = self.active;
        let drawn = || ((u128::from(random::mix(key ^ USER)) * u128::from(users)) >> 64) as u32;
        UserIx::from_raw(closed_user(stream).unwrap_or_else(drawn).min(users - 1))
    }

    /// Whether there is a user with this number.
    pub(crate) fn knows(&self, user: UserIx) -> bool {
        user.raw() < count(self.users.len())
    }

    /// Whether a user has an open connection to `entry`, where connections may be idle for `timeout` nanoseconds.
    #[inline]
    pub(crate) fn is_connected(&self, user: UserIx, entry: LinkIx, timeout: u64, now: SimTime) -> bool {
        let state = &self.users[user];
        state.used != 0 && state.entry == entry && BEFORE + now.nanos() - state.used <= timeout
    }

    /// Records that a user's connection to an address, on `entry`, is in use.
    #[inline]
    pub(crate) fn uses(&mut self, user: UserIx, (address, entry): (AddressIx, LinkIx), now: SimTime) {
        let state = &mut self.users[user];
        (state.used, state.entry, state.address) = (BEFORE + now.nanos(), entry, Some(number(address)));
    }

    /// Records that a user's connection is closed.
    pub(crate) fn close(&mut self, user: UserIx) {
        self.users[user].used = 0;
    }

    /// Closes the connections on the selected links.
    pub(crate) fn close_all(&mut self, which: impl Fn(LinkIx) -> bool) {
        let open = self.users.iter_mut().filter(|state| state.used != 0 && which(state.entry));
        open.for_each(|state| (state.used, state.idle) = (0, false));
    }

    /// Records that a user's connection to an address, on `entry`, becomes idle. Returns when, on the clock of last uses.
    #[inline]
    pub(crate) fn rest(&mut self, user: UserIx, at: (AddressIx, LinkIx), now: SimTime) -> u64 {
        self.uses(user, at, now);
        let state = &mut self.users[user];
        state.idle = true;
        state.used
    }

    /// Records that a user's connection is no longer counted as idle. Returns the link of one that was.
    #[inline]
    pub(crate) fn take_idle(&mut self, user: UserIx) -> Option<LinkIx> {
        let state = &mut self.users[user];
        std::mem::take(&mut state.idle).then_some(state.entry)
    }

    /// Forgets which connections on the selected links are counted as idle.
    pub(crate) fn forget_idle(&mut self, which: impl Fn(LinkIx) -> bool) {
        self.users.iter_mut().filter(|state| which(state.entry)).for_each(|state| state.idle = false);
    }

    /// Whether a user's connection to `entry` has been idle since a time.
    #[inline]
    pub(crate) fn is_idle_since(&self, user: UserIx, entry: LinkIx, since: u64) -> bool {
        let state = &self.users[user];
        state.idle && state.used == since && state.entry == entry
    }

    /// Marks the connections as idle of the users from `first` on who were last here no longer ago than `timeout` allows for
    /// their link, where `counts` says that they count. Returns the links, users and times.
    pub(crate) fn rest_from(
        &mut self,
        first: u32,
        timeout: impl Fn(LinkIx) -> Option<u64>,
        now: SimTime,
    ) -> Vec<(LinkIx, UserIx, u64)> {
        let mut idle = Vec::new();
        for user in (first..count(self.users.len())).map(UserIx::from_raw) {
            let state = &mut self.users[user];
            let Some(timeout) = timeout(state.entry).filter(|_| state.used != 0) else { continue };
            if BEFORE + now.nanos() - state.used <= timeout {
                state.idle = true;
                idle.push((state.entry, user, state.used));
            }
        }
        idle
    }

    /// Number of users so far.
    pub(crate) fn len(&self) -> u32 {
        count(self.users.len())
    }

    /// A time on the clock of last uses.
    pub(crate) const fn since(now: SimTime) -> u64 {
        BEFORE + now.nanos()
    }

    /// When a user's cached address expires.
    #[inline]
    pub(crate) fn address_until(&self, user: UserIx) -> SimTime {
        self.users[user].address_until
    }

    /// Where a user's cached record leads.
    pub(crate) fn target(&self, user: UserIx) -> RecordTarget {
        self.users[user].target
    }

    /// The address that a user's latest connection was opened to; `None` if there was none.
    pub(crate) fn address(&self, user: UserIx) -> Option<AddressIx> {
        self.users[user].address.map(|number| AddressIx::from_raw(u32::from(number)))
    }

    /// The link on which a user's latest connection was opened.
    pub(crate) fn entry(&self, user: UserIx) -> LinkIx {
        self.users[user].entry
    }

    /// Caches the record for a user.
    pub(crate) fn learn(&mut self, user: UserIx, until: SimTime, target: RecordTarget) {
        let state = &mut self.users[user];
        (state.address_until, state.target) = (until, target);
    }

    /// Until when a user's browser uses only https.
    pub(crate) fn https_until(&self, user: UserIx) -> SimTime {
        self.users[user].https_until
    }

    /// Makes a user's browser use only https.
    #[inline]
    pub(crate) fn remember_https(&mut self, user: UserIx, until: SimTime) {
        self.users[user].https_until = until;
    }

    /// Number of users whose browsers use only https.
    pub(crate) fn with_https(&self, now: SimTime) -> usize {
        self.users.iter().filter(|state| now < state.https_until).count()
    }

    /// Number of users with an open connection, where connections to a link may be idle for `timeout` nanoseconds.
    pub(crate) fn connected(&self, timeout: impl Fn(LinkIx) -> u64, now: SimTime) -> usize {
        let open = |state: &&ReturningUser| state.used != 0 && BEFORE + now.nanos() - state.used <= timeout(state.entry);
        self.users.iter().filter(open).count()
    }

    /// Takes over the cached addresses of the same users before a rebuild.
    pub(crate) fn carry(&mut self, old: &Self, has_standby: bool) {
        for (user, earlier) in self.users.iter_mut().zip(&old.users) {
            user.address_until = earlier.address_until;
            user.https_until = earlier.https_until;
            user.target = if has_standby { earlier.target } else { RecordTarget::Primary };
        }
    }

    pub(crate) fn footprint(&self) -> usize {
        self.users.len() * size_of::<ReturningUser>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    fn users(count: u32, pause_s: f64) -> Returning {
        let entries = [(AddressIx::default(), LinkIx::from_raw(0))];
        let habits = Habits { seed: 1, pause: pause_s * SECOND as f64, entries: &entries, max_age: None };
        Returning::new(count, &habits, |_| SimTime::ZERO)
    }

    #[test]
    fn connections_close_when_idle_for_longer_than_the_timeout() {
        let (entry, other) = (LinkIx::from_raw(0), LinkIx::from_raw(1));
        let mut users = users(1, 0.0);
        let user = users.pick(7, 7);
        let at = SimTime::from_secs(5);
        users.uses(user, (AddressIx::default(), entry), at);
        assert!(users.is_connected(user, entry, 10 * SECOND, at + 10 * SECOND));
        assert!(!users.is_connected(user, entry, 10 * SECOND, at + 10 * SECOND + 1));
        assert!(!users.is_connected(user, other, 10 * SECOND, at));
        users.close_all(|link| link == entry);
        assert!(!users.is_connected(user, entry, 10 * SECOND, at));
    }

    #[test]
    fn before_the_start_each_user_paused_for_an_exponential_time() {
        let users = users(10_000, 4.0);
        let open = users.connected(|_| 10 * SECOND, SimTime::ZERO);
        // 1 − exp(−2.5) of them, within four standard errors.
        assert!((9_048..=9_310).contains(&open), "{open}");
    }

    #[test]
    fn closed_loop_users_keep_their_number() {
        let users = users(100, 1.0);
        let picked = users.pick(1 << 62 | 42 << 36 | 3, 99);
        assert_eq!(picked.raw(), 42);
    }
}
