//! The flows of one thread: from the choice of a target to the end, and who is cut.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{net::TcpStream, sync::oneshot, time::timeout};

use crate::{
    counters::Counters,
    departure::Departure,
    flow::{End, Scratch, relay},
    proxy_protocol,
    routes::{Destination, FlowRoute, Route},
    selection::Flow,
    stream::Stream,
};

/// AWS leaves connecting to client and target. Here the client is connected before the target is known to be: so a target that
/// refuses, or has vanished, is passed over for another one as long as there is, where AWS would let the client feel it.
const ATTEMPTS: usize = 3;
/// Long enough for one lost SYN, which is sent again after a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Time for a TLS handshake with a client.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// The flows of one worker, and the tunnels through its HTTP connections.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    scratch: Scratch,
    open: RefCell<HashMap<u64, OpenFlow>>,
    next_id: Cell<u64>,
}

#[derive(Debug)]
struct OpenFlow {
    load_balancer: Arc<str>,
    destination: Arc<Destination>,
    cut: oneshot::Sender<()>,
}

impl Flows {
    pub(crate) async fn carry(&self, client: TcpStream, flow: Flow, route: &Route, to: &FlowRoute) {
        let counters = Counted::begin(route.counters.clone());
        let Some(mut client) = accept(client, route).await else {
            return;
        };
        let candidates = to.destinations.candidates(flow.hash()).take(ATTEMPTS);
        let Some((mut target, destination)) = connect_first(candidates).await else {
            let _ = client.tcp().set_zero_linger();
            counters.0.elb_resets.fetch_add(1, Relaxed);
            return;
        };
        let _ = (client.tcp().set_nodelay(true), target.set_nodelay(true));
        let greeting = match destination.proxy_protocol {
            true => proxy_protocol::header(flow.client, flow.listener).to_vec(),
            false => Vec::new(),
        };
        let (is_cut, _registered) = self.register(route.load_balancer.clone(), destination.clone());
        let (idle_timeout, totals) = (to.idle_timeout, &counters.0);
        let end = relay(
            &mut client,
            &mut target,
            greeting,
            idle_timeout,
            &self.scratch,
            is_cut,
            totals,
        )
        .await;
        if end != End::Finished {
            // A side that breaks is felt as a reset on the other. Only fails on a socket that is gone already.
            let _ = (client.tcp().set_zero_linger(), target.set_zero_linger());
        }
        match end {
            End::Finished => 0,
            End::ClientReset => totals.client_resets.fetch_add(1, Relaxed),
            End::TargetReset => totals.target_resets.fetch_add(1, Relaxed),
            End::Idle | End::Cut => totals.elb_resets.fetch_add(1, Relaxed),
        };
    }

    /// The buffer of all flows of this thread.
    pub(crate) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Has a flow known until what is returned is dropped; the receiver tells when it is cut.
    pub(crate) fn register(
        &self,
        load_balancer: Arc<str>,
        destination: Arc<Destination>,
    ) -> (oneshot::Receiver<()>, Registered<'_>) {
        let (cut, is_cut) = oneshot::channel();
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        let flow = OpenFlow {
            load_balancer,
            destination,
            cut,
        };
        self.open.borrow_mut().insert(id, flow);
        (is_cut, Registered { flows: self, id })
    }

    pub(crate) fn cut(&self, departures: &[Departure]) {
        let gone = |flow: &mut OpenFlow| {
            departures.iter().any(|departure| match departure {
                Departure::LoadBalancer(arn) => **arn == *flow.load_balancer,
                Departure::Target(key) => *key == flow.destination.key,
                Departure::Unhealthy(key) => flow.destination.healthy && *key == flow.destination.key,
            })
        };
        for (_, flow) in self.open.borrow_mut().extract_if(|_, flow| gone(flow)) {
            let _ = flow.cut.send(());
        }
    }
}

/// The client's side, after the TLS handshake if the listener ends TLS.
async fn accept(client: TcpStream, route: &Route) -> Option<Stream> {
    let Some(tls) = &route.tls else {
        return Some(Stream::Plain(client));
    };
    match timeout(HANDSHAKE_TIMEOUT, tls.accept(client)).await {
        Ok(Ok(stream)) => Some(Stream::Tls(Box::new(stream.into()))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no TLS handshake");
            None
        }
        Err(_) => None,
    }
}

async fn connect_first<'a>(
    candidates: impl Iterator<Item = &'a Arc<Destination>>,
) -> Option<(TcpStream, &'a Arc<Destination>)> {
    for destination in candidates {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(destination.address)).await {
            Ok(Ok(target)) => return Some((target, destination)),
            Ok(Err(error)) => tracing::debug!(target = %destination.address, %error, "cannot connect"),
            Err(_) => tracing::debug!(target = %destination.address, "cannot connect in time"),
        }
    }
    None
}

/// Counts a flow as active until dropped.
#[derive(Debug)]
pub(crate) struct Counted(Arc<Counters>);

impl Counted {
    pub(crate) fn begin(counters: Arc<Counters>) -> Self {
        counters.new.fetch_add(1, Relaxed);
        counters.active.fetch_add(1, Relaxed);
        Self(counters)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Relaxed);
    }
}

/// Keeps a flow known to its worker until dropped.
#[derive(Debug)]
pub(crate) struct Registered<'a> {
    flows: &'a Flows,
    id: u64,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.flows.open.borrow_mut().remove(&self.id);
    }
}
