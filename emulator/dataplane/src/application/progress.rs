//! Whether exchanges get on: when something last moved, and who is to be told when nothing does for too long.
//!
//! A timer for each request would cost more than all the rest of waiting. So one clock per thread ticks a few times a second and looks at
//! what is open.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Waker},
    time::Duration,
};

use tokio::time::{MissedTickBehavior, interval};

use super::Load;

/// Timeouts are kept to within this.
const TICK: Duration = Duration::from_millis(250);

/// The clock of a thread.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    now: Cell<u32>,
    watched: RefCell<Vec<Weak<Progress>>>,
}

/// How one connection, or one exchange on it, gets on.
#[derive(Debug)]
pub(crate) struct Progress {
    clock: Rc<Clock>,
    /// The connection, if this is one of many exchanges on it.
    connection: Option<Rc<Progress>>,
    moved: Cell<u32>,
    idle_timeout: Cell<u32>,
    stalled: Cell<bool>,
    /// When the connection has lived long enough.
    retires: Cell<u32>,
    waker: RefCell<Option<Waker>>,
    /// The target at work.
    load: RefCell<Option<Arc<Load>>>,
    /// Bytes of the request's body that came.
    pub(crate) received: Cell<u64>,
    /// Bytes of the response's body that were handed on.
    pub(crate) sent: Cell<u64>,
    /// Whether the request's body has come to its end.
    pub(crate) request_done: Cell<bool>,
    /// Exchanges that are under way on this connection beside each other.
    exchanges: Cell<u32>,
}

impl Clock {
    /// A connection that begins now, may stand still for `idle_timeout` and live for `life`.
    pub(crate) fn watch(self: &Rc<Self>, idle_timeout: Duration, life: Duration) -> Rc<Progress> {
        self.add(Progress {
            clock: self.clone(),
            connection: None,
            moved: self.now.clone(),
            idle_timeout: Cell::new(ticks(idle_timeout)),
            stalled: Cell::new(false),
            retires: Cell::new(self.now.get().saturating_add(ticks(life))),
            waker: RefCell::default(),
            load: RefCell::default(),
            received: Cell::new(0),
            sent: Cell::new(0),
            request_done: Cell::new(true),
            exchanges: Cell::new(0),
        })
    }

    fn add(&self, progress: Progress) -> Rc<Progress> {
        let progress = Rc::new(progress);
        self.watched.borrow_mut().push(Rc::downgrade(&progress));
        progress
    }

    /// Ticks for as long as it is polled, and calls `each` with every tick.
    pub(crate) async fn run(self: Rc<Self>, each: impl Fn()) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.tick();
            each();
        }
    }

    fn tick(&self) {
        self.now.set(self.now.get() + 1);
        self.watched.borrow_mut().retain(|progress| {
            let progress = progress.upgrade();
            if let Some(progress) = progress.as_ref().filter(|progress| progress.is_due()) {
                progress.wake();
            }
            progress.is_some()
        });
    }

    /// Wakes everything, so that it looks whether it still has a right to be there.
    pub(crate) fn wake_all(&self) {
        let watched = self.watched.borrow();
        watched
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|progress| progress.wake());
    }
}

impl Progress {
    /// An exchange of its own on this connection, which is not idle until all of them have ended.
    pub(crate) fn exchange(self: &Rc<Self>) -> Rc<Self> {
        self.exchanges.update(|exchanges| exchanges + 1);
        self.clock.add(Self {
            clock: self.clock.clone(),
            connection: Some(self.clone()),
            moved: self.clock.now.clone(),
            idle_timeout: self.idle_timeout.clone(),
            stalled: Cell::new(false),
            retires: Cell::new(u32::MAX),
            waker: RefCell::default(),
            load: RefCell::default(),
            received: Cell::new(0),
            sent: Cell::new(0),
            request_done: Cell::new(true),
            exchanges: Cell::new(0),
        })
    }

    /// Something moved.
    pub(crate) fn touch(&self) {
        self.moved.set(self.clock.now.get());
    }

    /// A new exchange begins.
    pub(crate) fn begin(&self, idle_timeout: Duration, request_done: bool) {
        self.touch();
        self.idle_timeout.set(ticks(idle_timeout));
        self.stalled.set(false);
        self.received.set(0);
        self.sent.set(0);
        self.request_done.set(request_done);
    }

    /// The target that the exchange waits for; it stalls when that is gone.
    pub(crate) fn wait_for(&self, load: Option<Arc<Load>>) {
        *self.load.borrow_mut() = load;
    }

    /// The task to wake when it stalls.
    pub(crate) fn listen(&self, cx: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(known) => known.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    pub(crate) fn is_stalled(&self) -> bool {
        self.stalled.get()
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.clock.now.get() >= self.retires.get()
    }

    fn is_due(&self) -> bool {
        let still = self.clock.now.get().saturating_sub(self.moved.get());
        let idle = still > self.idle_timeout.get() && self.exchanges.get() == 0;
        let gone = self.load.borrow().as_ref().is_some_and(|load| load.gone.load(Relaxed));
        self.stalled.set(self.stalled.get() || idle || gone);
        self.is_stalled() || self.is_retired()
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(connection) = &self.connection {
            connection.exchanges.update(|exchanges| exchanges - 1);
            connection.touch();
        }
    }
}

fn ticks(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(3600);

    fn wait(clock: &Clock, seconds: u32) {
        (0..seconds * 4).for_each(|_| clock.tick());
    }

    #[test]
    fn what_does_not_move_stalls() {
        let clock = Rc::new(Clock::default());
        let progress = clock.watch(Duration::from_secs(60), LIFE);
        wait(&clock, 59);
        progress.touch();
        wait(&clock, 60);
        assert!(!progress.is_stalled());
        wait(&clock, 1);
        assert!(progress.is_stalled());
        progress.begin(Duration::from_secs(60), true);
        assert!(!progress.is_stalled());
    }

    #[test]
    fn a_target_that_is_gone_stalls_its_exchanges() {
        let clock = Rc::new(Clock::default());
        let progress = clock.watch(Duration::from_secs(60), LIFE);
        let load = Arc::new(Load::default());
        progress.wait_for(Some(load.clone()));
        load.gone.store(true, Relaxed);
        wait(&clock, 1);
        assert!(progress.is_stalled());
    }

    #[test]
    fn a_connection_is_not_idle_while_an_exchange_is_under_way() {
        let clock = Rc::new(Clock::default());
        let connection = clock.watch(Duration::from_secs(10), LIFE);
        let exchange = connection.exchange();
        wait(&clock, 60);
        assert!(exchange.is_stalled() && !connection.is_stalled());
        drop(exchange);
        wait(&clock, 10);
        assert!(!connection.is_stalled());
        wait(&clock, 1);
        assert!(connection.is_stalled());
    }

    #[test]
    fn connections_retire() {
        let clock = Rc::new(Clock::default());
        let progress = clock.watch(LIFE, Duration::from_secs(10));
        wait(&clock, 9);
        assert!(!progress.is_retired());
        wait(&clock, 1);
        assert!(progress.is_retired());
    }

    #[test]
    fn what_is_dropped_is_forgotten() {
        let clock = Rc::new(Clock::default());
        drop(clock.watch(LIFE, LIFE));
        clock.tick();
        assert!(clock.watched.borrow().is_empty());
    }
}
