//! A thread that carries flows: its own listening sockets, its own flows, nothing that it shares with others but the routes, which
//! it reads without a lock.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    io,
    net::{SocketAddr, SocketAddrV4},
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use socket2::{Domain, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::spawn_local,
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    counters::Counters,
    departure::Departure,
    flow::{End, Scratch, relay},
    proxy_protocol,
    report::Problem,
    routes::{Destination, Routes},
    selection::Flow,
};

/// AWS leaves connecting to client and target. Here the client is connected before the target is known to be: so a target that
/// refuses, or has vanished, is passed over for another one as long as there is, where AWS would let the client feel it.
const ATTEMPTS: usize = 3;
/// Long enough for one lost SYN, which is sent again after a second.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const BACKLOG: i32 = 4096;
/// Wait before accepting again when the process has no descriptor left: nothing tells when there is one.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// What a worker is told. It ends when nobody is left to tell it anything.
#[derive(Debug)]
pub(crate) enum Order {
    /// The listeners may have changed.
    Listen,
    /// These flows are to end now.
    Cut(Arc<[Departure]>),
}

/// Addresses that could not be bound, and why.
pub(crate) type BindFailures = Arc<Mutex<BTreeMap<SocketAddrV4, Problem>>>;

#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) routes: Arc<ArcSwap<Routes>>,
    pub(crate) bind_failures: BindFailures,
    /// Whether other workers bind the same addresses.
    pub(crate) share_addresses: bool,
}

impl Worker {
    /// Serves until `orders` ends.
    pub(crate) async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let flows = Rc::new(Flows::new(self.routes.clone()));
        let mut listeners = HashMap::new();
        while let Some(order) = orders.recv().await {
            match order {
                Order::Listen => self.listen(&mut listeners, &flows),
                Order::Cut(departures) => flows.cut(&departures),
            }
        }
    }

    /// Closes the listeners that are gone and binds those that are new or failed before.
    fn listen(&self, listeners: &mut HashMap<SocketAddrV4, AbortOnDropHandle<()>>, flows: &Rc<Flows>) {
        let routes = self.routes.load_full();
        listeners.retain(|address, _| routes.listeners.contains_key(address));
        self.bind_failures
            .lock()
            .retain(|address, _| routes.listeners.contains_key(address));
        for (address, route) in &routes.listeners {
            if listeners.contains_key(address) {
                continue;
            }
            match bind(*address, self.share_addresses) {
                Ok(listener) => {
                    self.bind_failures.lock().remove(address);
                    let accepting = spawn_local(accept(listener, *address, flows.clone()));
                    listeners.insert(*address, AbortOnDropHandle::new(accepting));
                }
                Err(error) => {
                    let listener_arn = route.listener.to_string();
                    let problem = Problem::Bind {
                        listener_arn,
                        address: *address,
                        reason: error.to_string(),
                    };
                    tracing::warn!("{problem}");
                    self.bind_failures.lock().insert(*address, problem);
                }
            }
        }
    }
}

fn bind(address: SocketAddrV4, share: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking().cloexec(), None)?;
    socket.set_reuse_address(true)?;
    // Only when needed: it would also hide that another program of ours has the address.
    socket.set_reuse_port(share)?;
    socket.bind(&SocketAddr::V4(address).into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

async fn accept(listener: TcpListener, address: SocketAddrV4, flows: Rc<Flows>) {
    loop {
        match listener.accept().await {
            Ok((client, SocketAddr::V4(peer))) => {
                let flow = Flow {
                    client: peer,
                    listener: address,
                };
                spawn_local(flows.clone().carry(client, flow));
            }
            Ok((_, SocketAddr::V6(_))) => {}
            Err(error) => {
                tracing::warn!(%address, %error, "cannot accept");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The flows of one worker.
struct Flows {
    routes: Arc<ArcSwap<Routes>>,
    scratch: Scratch,
    open: RefCell<HashMap<u64, OpenFlow>>,
    next_id: Cell<u64>,
}

struct OpenFlow {
    load_balancer: Arc<str>,
    destination: Arc<Destination>,
    cut: oneshot::Sender<()>,
}

impl Flows {
    fn new(routes: Arc<ArcSwap<Routes>>) -> Self {
        Self {
            routes,
            scratch: Scratch::default(),
            open: RefCell::default(),
            next_id: Cell::new(0),
        }
    }

    async fn carry(self: Rc<Self>, client: TcpStream, flow: Flow) {
        let Some(plan) = self.plan(flow) else {
            let _ = client.set_zero_linger();
            return;
        };
        let counters = Counted::begin(plan.counters.clone());
        let Some((target, destination)) = connect_first(&plan.candidates).await else {
            let _ = client.set_zero_linger();
            counters.0.elb_resets.fetch_add(1, Relaxed);
            return;
        };
        let _ = (client.set_nodelay(true), target.set_nodelay(true));
        let greeting = match destination.proxy_protocol {
            true => proxy_protocol::header(flow.client, flow.listener).to_vec(),
            false => Vec::new(),
        };
        let (cut, is_cut) = oneshot::channel();
        let open = OpenFlow {
            load_balancer: plan.load_balancer,
            destination,
            cut,
        };
        let _registered = self.register(open);
        match relay(
            client,
            target,
            greeting,
            plan.idle_timeout,
            &self.scratch,
            is_cut,
            &counters.0,
        )
        .await
        {
            End::Finished => 0,
            End::ClientReset => counters.0.client_resets.fetch_add(1, Relaxed),
            End::TargetReset => counters.0.target_resets.fetch_add(1, Relaxed),
            End::Idle | End::Cut => counters.0.elb_resets.fetch_add(1, Relaxed),
        };
    }

    /// What the routes of this moment say of a flow. Nothing when its listener has just gone.
    fn plan(&self, flow: Flow) -> Option<FlowPlan> {
        let routes = self.routes.load();
        let route = routes.listeners.get(&flow.listener)?;
        Some(FlowPlan {
            load_balancer: route.load_balancer.clone(),
            idle_timeout: route.idle_timeout,
            candidates: route
                .destinations
                .candidates(flow.hash())
                .take(ATTEMPTS)
                .cloned()
                .collect(),
            counters: route.counters.clone(),
        })
    }

    fn register(&self, flow: OpenFlow) -> Registered<'_> {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        self.open.borrow_mut().insert(id, flow);
        Registered { flows: self, id }
    }

    fn cut(&self, departures: &[Departure]) {
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

struct FlowPlan {
    load_balancer: Arc<str>,
    idle_timeout: Duration,
    candidates: Vec<Arc<Destination>>,
    counters: Arc<Counters>,
}

async fn connect_first(candidates: &[Arc<Destination>]) -> Option<(TcpStream, Arc<Destination>)> {
    for destination in candidates {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(destination.address)).await {
            Ok(Ok(target)) => return Some((target, destination.clone())),
            Ok(Err(error)) => tracing::debug!(target = %destination.address, %error, "cannot connect"),
            Err(_) => tracing::debug!(target = %destination.address, "cannot connect in time"),
        }
    }
    None
}

/// Counts a flow as active until dropped.
struct Counted(Arc<Counters>);

impl Counted {
    fn begin(counters: Arc<Counters>) -> Self {
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
struct Registered<'a> {
    flows: &'a Flows,
    id: u64,
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.flows.open.borrow_mut().remove(&self.id);
    }
}
