//! Application Load Balancers: requests from clients to targets.
//!
//! ```text
//! connection (TLS, HTTP) -> exchange: admission -> router -> authenticate, validate a token -> redirect, fixed response
//!                                                         -> forward: stickiness, balance -> rewrite, headers -> upstream
//! ```
//! What decides is pure; what moves bytes lives on one thread and shares nothing but the routes, which it reads without a lock.

use std::{
    cell::Cell,
    hash::{BuildHasher, RandomState},
    rc::Rc,
    sync::Arc,
};

use arc_swap::ArcSwap;

use crate::{flows::Flows, routes::Routes, selection::mix, tls::TargetTls};

mod access_log;
mod admission;
mod authenticate;
mod balance;
mod body;
mod calls;
mod condition;
mod connection;
mod exchange;
mod forward;
mod headers;
mod issuer_keys;
mod jwt;
mod pattern;
mod progress;
mod redirect;
mod respond;
mod rewrite;
mod router;
pub(crate) mod stickiness;
mod streams;
mod trace;
mod tunnel;
mod upstream;

pub(crate) use access_log::AccessLogs;
pub(crate) use authenticate::Keys;
pub(crate) use balance::{Balance, Load};
pub(crate) use connection::serve;
pub(crate) use router::Router;

use calls::Calls;
use issuer_keys::IssuerKeys;
use progress::Clock;
use upstream::Pool;

/// What the requests of one thread share.
#[derive(Debug)]
pub(crate) struct Server {
    routes: Arc<ArcSwap<Routes>>,
    flows: Rc<Flows>,
    pool: Rc<Pool>,
    clock: Rc<Clock>,
    logs: AccessLogs,
    keys: Arc<Keys>,
    calls: Calls,
    issuer_keys: IssuerKeys,
    /// How often something was cut.
    cuts: Cell<u32>,
    random: Cell<u64>,
}

impl Server {
    pub(crate) fn new(
        routes: Arc<ArcSwap<Routes>>,
        flows: Rc<Flows>,
        tls: TargetTls,
        logs: AccessLogs,
        keys: Arc<Keys>,
    ) -> Self {
        Self {
            routes,
            flows,
            calls: Calls::new(tls.clone()),
            pool: Rc::new(Pool::new(tls)),
            clock: Rc::default(),
            logs,
            keys,
            issuer_keys: IssuerKeys::default(),
            cuts: Cell::new(0),
            random: Cell::new(RandomState::new().hash_one(0)),
        }
    }

    /// Keeps time and closes unused connections for as long as it is polled.
    pub(crate) async fn run(self: Rc<Self>) {
        let pool = self.pool.clone();
        self.clock.clone().run(move || pool.sweep()).await;
    }

    /// Has every connection look whether its load balancer is still there.
    pub(crate) fn cut(&self) {
        self.cuts.update(|cuts| cuts.wrapping_add(1));
        self.clock.wake_all();
    }

    /// A number that nobody can foresee without having seen others.
    fn random(&self) -> u64 {
        self.random.update(|state| state.wrapping_add(0x9e37_79b9_7f4a_7c15));
        mix(self.random.get())
    }
}
