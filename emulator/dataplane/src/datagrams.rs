//! UDP at one address of a listener. The datagrams of one client are a flow: they go to one target and its answers go back, until nothing
//! moves for too long, or the target is gone.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    pin::pin,
    rc::{Rc, Weak},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use arc_swap::ArcSwap;
use socket2::SockRef;
use tokio::{
    net::UdpSocket,
    task::spawn_local,
    time::{Instant, sleep},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    flows::{Counted, Flows},
    proxy_protocol,
    routes::{Destination, Endpoint, FlowRoute, Route, Routes, Service},
    selection::Flow,
};

/// Datagrams that are taken from one socket before others get their turn.
const TURN: usize = 64;

/// The flows that come to one socket. They end with it.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: UdpSocket,
    endpoint: Endpoint,
    routes: Arc<ArcSwap<Routes>>,
    flows: Rc<Flows>,
    open: RefCell<HashMap<SocketAddrV4, OpenFlow>>,
}

#[derive(Debug)]
struct OpenFlow {
    path: Rc<Path>,
    _answers: AbortOnDropHandle<()>,
}

/// The way of one flow.
#[derive(Debug)]
struct Path {
    client: SocketAddrV4,
    /// Connected, so that it hears its target alone.
    target: UdpSocket,
    destination: Arc<Destination>,
    /// What each datagram begins with.
    greeting: Option<[u8; proxy_protocol::LENGTH]>,
    moved: Cell<Instant>,
    _counted: Counted,
    route: Arc<Route>,
}

impl Datagrams {
    pub(crate) fn new(socket: UdpSocket, endpoint: Endpoint, routes: Arc<ArcSwap<Routes>>, flows: Rc<Flows>) -> Self {
        Self {
            socket,
            endpoint,
            routes,
            flows,
            open: RefCell::default(),
        }
    }

    /// Carries datagrams for as long as it is polled.
    pub(crate) async fn run(self: Rc<Self>) {
        while self.socket.readable().await.is_ok() {
            self.take_turn();
        }
    }

    fn take_turn(self: &Rc<Self>) {
        let mut buffer = self.flows.scratch().borrow();
        for _ in 0..TURN {
            match self.socket.try_recv_from(&mut buffer) {
                Ok((length, SocketAddr::V4(client))) => self.send(client, &buffer[..length]),
                Ok((_, SocketAddr::V6(_))) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => tracing::debug!(address = %self.endpoint.address, %error, "cannot receive"),
            }
        }
    }

    /// Sends a client's datagram to its target. As in any network, one that finds no place is lost.
    fn send(self: &Rc<Self>, client: SocketAddrV4, datagram: &[u8]) {
        let known = self.open.borrow().get(&client).map(|flow| flow.path.clone());
        let Some(path) = known.or_else(|| self.open(client)) else {
            return;
        };
        path.moved.set(Instant::now());
        let socket = SockRef::from(&path.target);
        let sent = match &path.greeting {
            None => socket.send(datagram),
            Some(greeting) => socket.send(&[greeting, datagram].concat()),
        };
        match sent {
            Ok(_) => drop(
                path.route
                    .counters
                    .bytes_to_targets
                    .fetch_add(datagram.len() as u64, Relaxed),
            ),
            Err(error) => tracing::debug!(target = %path.destination.address, %error, "a datagram is lost"),
        }
    }

    /// Begins a flow, if there is a target for it.
    fn open(self: &Rc<Self>, client: SocketAddrV4) -> Option<Rc<Path>> {
        let route = self.routes.load().listeners.get(&self.endpoint)?.clone();
        let Service::Flows(to) = &route.service else {
            return None;
        };
        let flow = Flow {
            client,
            listener: self.endpoint.address,
        };
        let destination = to.destinations.candidates(flow.hash()).next()?.clone();
        let target = match connect(destination.address) {
            Ok(target) => target,
            Err(error) => {
                tracing::warn!(target = %destination.address, %error, "no socket for a flow");
                return None;
            }
        };
        let greeting = (destination.proxy_protocol).then(|| proxy_protocol::datagram_header(client, flow.listener));
        let path = Rc::new(Path {
            client,
            target,
            destination,
            greeting,
            moved: Cell::new(Instant::now()),
            _counted: Counted::begin(route.counters.clone()),
            route,
        });
        let answers = spawn_local(answer(Rc::downgrade(self), self.flows.clone(), path.clone()));
        let opened = OpenFlow {
            path: path.clone(),
            _answers: AbortOnDropHandle::new(answers),
        };
        self.open.borrow_mut().insert(client, opened);
        Some(path)
    }

    fn give_back(&self, path: &Path) {
        let mut buffer = self.flows.scratch().borrow();
        let to_client = SockRef::from(&self.socket);
        for _ in 0..TURN {
            match path.target.try_recv(&mut buffer) {
                Ok(length) => {
                    path.moved.set(Instant::now());
                    let sent = to_client.send_to(&buffer[..length], &SocketAddr::V4(path.client).into());
                    let sent = sent.unwrap_or(0) as u64;
                    path.route.counters.bytes_to_clients.fetch_add(sent, Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // The target's host says that nobody listens there. Health checks decide what follows from that.
                Err(error) => tracing::debug!(target = %path.destination.address, %error, "no answer"),
            }
        }
    }
}

/// Carries a flow's answers until it ends. What it ends with, `datagrams`, holds this task.
async fn answer(datagrams: Weak<Datagrams>, flows: Rc<Flows>, path: Rc<Path>) {
    let Service::Flows(FlowRoute { idle_timeout, .. }) = &path.route.service else {
        return;
    };
    let (mut cut, _registered) = flows.register(path.route.load_balancer.clone(), path.destination.clone());
    let mut idle = pin!(sleep(*idle_timeout));
    loop {
        tokio::select! {
            _ = &mut cut => break,
            ready = path.target.readable() => match datagrams.upgrade() {
                Some(datagrams) if ready.is_ok() => datagrams.give_back(&path),
                _ => break,
            },
            () = &mut idle => {
                let deadline = path.moved.get() + *idle_timeout;
                if deadline <= Instant::now() {
                    break;
                }
                idle.as_mut().reset(deadline);
            }
        }
    }
    if let Some(datagrams) = datagrams.upgrade() {
        datagrams.open.borrow_mut().remove(&path.client);
    }
}

fn connect(target: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(target)?;
    UdpSocket::from_std(socket)
}

#[cfg(test)]
mod tests;
