//! Sessions of returning users, and the cookies with which balancers recognise them.
//!
//! A user has one session at a time, at one holder: an application that keeps sessions in its memory, or a session store.
//! A user who logs in elsewhere gets a new session cookie, so the earlier session is never used again. The lists are empty
//! unless the infrastructure keeps sessions or has a sticky balancer.

mod plan;
mod view;

use crate::index::{CookieIx, IndexVec, Ix, StationIx, UserIx, count};
pub(crate) use plan::SessionsPlan;
pub use view::SessionsView;

/// One returning user.
#[derive(Clone, Debug, Default, PartialEq)]
struct Member {
    /// The component that holds the user's session; `None` if there is none.
    holder: Option<StationIx>,
    /// The backend that each of the balancers' cookies names.
    cookies: Box<[Option<StationIx>]>,
}

/// The sessions and cookies of all returning users.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sessions {
    members: IndexVec<UserIx, Member>,
    /// Number of requests that each component turned away because it did not know the session.
    turned_away: IndexVec<StationIx, u64>,
}

impl Sessions {
    pub(crate) fn new(plan: &SessionsPlan, stations: usize) -> Self {
        let stations = if plan.holders.is_empty() { 0 } else { stations };
        Self { members: IndexVec::default(), turned_away: IndexVec::of(0, stations) }
    }

    /// Adapts to a plan with other cookies. All cookies are discarded.
    pub(crate) fn adopt(&mut self, plan: &SessionsPlan) {
        let cookies = plan.cookies.len();
        for member in self.members.iter_mut().filter(|member| member.cookies.len() != cookies) {
            member.cookies = vec![None; cookies].into();
        }
    }

    /// The first user who has not been added.
    pub(crate) fn next(&self) -> UserIx {
        UserIx::from_raw(count(self.members.len()))
    }

    /// Adds the next user with a session at `holder` and with these cookies.
    pub(crate) fn add(&mut self, holder: Option<StationIx>, cookies: Box<[Option<StationIx>]>) {
        self.members.push(Member { holder, cookies });
    }

    /// The component that holds a user's session.
    pub(crate) fn holder(&self, user: UserIx) -> Option<StationIx> {
        self.members.get(user)?.holder
    }

    /// Records that a user has logged in: the session is at `holder`.
    pub(crate) fn log_in(&mut self, user: UserIx, holder: StationIx) {
        if let Some(member) = self.members.get_mut(user) {
            member.holder = Some(holder);
        }
    }

    /// Records that a component turned a request away because it did not know the session.
    pub(crate) fn turn_away(&mut self, station: StationIx) {
        self.turned_away[station] += 1;
    }

    /// Discards all sessions at a component. Returns their number.
    pub(crate) fn discard(&mut self, holder: StationIx) -> u32 {
        let mut lost = 0;
        for member in self.members.iter_mut().filter(|member| member.holder == Some(holder)) {
            member.holder = None;
            lost += 1;
        }
        lost
    }

    /// The backend that a user's cookie names.
    pub(crate) fn backend(&self, cookie: CookieIx, user: UserIx) -> Option<StationIx> {
        *self.members.get(user)?.cookies.get(cookie.place())?
    }

    /// Gives a user a cookie that names this backend.
    pub(crate) fn insert_cookie(&mut self, cookie: CookieIx, user: UserIx, backend: StationIx) {
        if let Some(member) = self.members.get_mut(user) {
            member.cookies[cookie.place()] = Some(backend);
        }
    }

    /// Takes over the sessions and cookies of the same users before a rebuild. `holder` and `backend` find the components of
    /// the new infrastructure that stand for earlier ones; `cookie` finds the earlier cookie.
    pub(crate) fn carry(
        &mut self,
        old: &Self,
        holder: impl Fn(StationIx) -> Option<StationIx>,
        backend: impl Fn(StationIx) -> Option<StationIx>,
        cookie: impl Fn(CookieIx) -> Option<CookieIx>,
    ) {
        for (member, earlier) in self.members.iter_mut().zip(&old.members) {
            member.holder = earlier.holder.and_then(&holder);
            for (place, named) in (0..).map(CookieIx::from_raw).zip(&mut member.cookies) {
                if let Some(before) = cookie(place) {
                    *named = earlier.cookies[before.place()].and_then(&backend);
                }
            }
        }
    }

    /// Number of users whose session a component holds, and of requests that it turned away.
    pub(crate) fn view(&self, station: StationIx, holds: bool) -> SessionsView {
        let held = self.members.iter().filter(|member| member.holder == Some(station)).count();
        SessionsView { held: holds.then(|| count(held)), turned_away: self.turned_away.get(station).copied().unwrap_or_default() }
    }

    pub(crate) fn footprint(&self) -> usize {
        let cookies: usize = self.members.iter().map(|member| size_of_val(&*member.cookies)).sum();
        self.members.len() * size_of::<Member>() + cookies
    }
}
