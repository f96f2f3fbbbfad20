//! A thread that carries flows: its own listening sockets, its own flows, nothing that it shares with others but the routes, which
//! it reads without a lock.

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, SocketAddrV4},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use socket2::{Domain, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream, UdpSocket},
    sync::mpsc,
    task::spawn_local,
    time::sleep,
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    application::{self, AccessLogs, Keys},
    datagrams::Datagrams,
    departure::Departure,
    flows::Flows,
    report::Problem,
    routes::{Endpoint, Routes, Service, Transport},
    selection::Flow,
    tls::TargetTls,
};

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

/// What could not be bound, and why.
pub(crate) type BindFailures = Arc<Mutex<HashMap<Endpoint, Problem>>>;

#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) routes: Arc<ArcSwap<Routes>>,
    pub(crate) bind_failures: BindFailures,
    /// Whether other workers bind the same addresses.
    pub(crate) share_addresses: bool,
    /// How targets that want TLS are spoken to.
    pub(crate) tls: TargetTls,
    pub(crate) logs: AccessLogs,
    pub(crate) keys: Arc<Keys>,
}

impl Worker {
    /// Serves until `orders` ends.
    pub(crate) async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let services = Rc::new(Services::new(&self));
        let _clock = AbortOnDropHandle::new(spawn_local(services.requests.clone().run()));
        let mut listeners = HashMap::new();
        while let Some(order) = orders.recv().await {
            match order {
                Order::Listen => self.listen(&mut listeners, &services),
                Order::Cut(departures) => {
                    services.flows.cut(&departures);
                    services.requests.cut();
                }
            }
        }
    }

    /// Closes the listeners that are gone and binds those that are new or failed before.
    fn listen(&self, listeners: &mut HashMap<Endpoint, AbortOnDropHandle<()>>, services: &Rc<Services>) {
        let routes = self.routes.load_full();
        listeners.retain(|endpoint, _| routes.listeners.contains_key(endpoint));
        self.bind_failures
            .lock()
            .retain(|endpoint, _| routes.listeners.contains_key(endpoint));
        for (endpoint, route) in &routes.listeners {
            if listeners.contains_key(endpoint) {
                continue;
            }
            match self.open(*endpoint, services) {
                Ok(listener) => {
                    self.bind_failures.lock().remove(endpoint);
                    listeners.insert(*endpoint, listener);
                }
                Err(error) => {
                    let listener_arn = route.listener.to_string();
                    let problem = Problem::Bind {
                        listener_arn,
                        address: endpoint.address,
                        reason: error.to_string(),
                    };
                    tracing::warn!("{problem}");
                    self.bind_failures.lock().insert(*endpoint, problem);
                }
            }
        }
    }

    /// Takes what arrives there until dropped.
    fn open(&self, endpoint: Endpoint, services: &Rc<Services>) -> io::Result<AbortOnDropHandle<()>> {
        let socket = bind(endpoint, self.share_addresses)?;
        let task = match endpoint.transport {
            Transport::Tcp => {
                let listener = TcpListener::from_std(socket.into())?;
                spawn_local(accept(listener, endpoint.address, services.clone()))
            }
            Transport::Udp => {
                let socket = UdpSocket::from_std(socket.into())?;
                let (routes, flows) = (self.routes.clone(), services.flows.clone());
                spawn_local(Rc::new(Datagrams::new(socket, endpoint, routes, flows)).run())
            }
        };
        Ok(AbortOnDropHandle::new(task))
    }
}

fn bind(endpoint: Endpoint, share: bool) -> io::Result<Socket> {
    let kind = match endpoint.transport {
        Transport::Tcp => Type::STREAM,
        Transport::Udp => Type::DGRAM,
    };
    let socket = Socket::new(Domain::IPV4, kind.nonblocking().cloexec(), None)?;
    // Only when needed: it would also hide that another program of ours has the address.
    socket.set_reuse_port(share)?;
    // For UDP it would do the same.
    socket.set_reuse_address(endpoint.transport == Transport::Tcp)?;
    socket.bind(&SocketAddr::V4(endpoint.address).into())?;
    if endpoint.transport == Transport::Tcp {
        socket.listen(BACKLOG)?;
    }
    Ok(socket)
}

async fn accept(listener: TcpListener, address: SocketAddrV4, services: Rc<Services>) {
    loop {
        match listener.accept().await {
            Ok((client, SocketAddr::V4(peer))) => {
                let flow = Flow {
                    client: peer,
                    listener: address,
                };
                spawn_local(services.clone().serve(client, flow));
            }
            Ok((_, SocketAddr::V6(_))) => {}
            Err(error) => {
                tracing::warn!(%address, %error, "cannot accept");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What a worker does with connections.
#[derive(Debug)]
struct Services {
    routes: Arc<ArcSwap<Routes>>,
    flows: Rc<Flows>,
    requests: Rc<application::Server>,
}

impl Services {
    fn new(worker: &Worker) -> Self {
        let flows = Rc::new(Flows::default());
        let (routes, tls, logs) = (worker.routes.clone(), worker.tls.clone(), worker.logs.clone());
        let requests = application::Server::new(routes, flows.clone(), tls, logs, worker.keys.clone());
        Self {
            routes: worker.routes.clone(),
            flows,
            requests: Rc::new(requests),
        }
    }

    async fn serve(self: Rc<Self>, client: TcpStream, flow: Flow) {
        let endpoint = Endpoint {
            transport: Transport::Tcp,
            address: flow.listener,
        };
        let route = self.routes.load().listeners.get(&endpoint).cloned();
        let Some(route) = route else {
            let _ = client.set_zero_linger();
            return;
        };
        match &route.service {
            Service::Flows(to) => self.flows.carry(client, flow, &route, to).await,
            Service::Requests(_) => application::serve(self.requests.clone(), client, flow, route).await,
        }
    }
}
