use std::time::Duration;

use tokio::{
    runtime::{Builder, LocalOptions},
    time::timeout,
};

use super::*;
use crate::{
    application::Load,
    counters::Counters,
    routes::{TargetKey, Transport},
    selection::Weighted,
};

const PATIENCE: Duration = Duration::from_secs(10);

fn v4(socket: &UdpSocket) -> SocketAddrV4 {
    match socket.local_addr().unwrap() {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(_) => panic!("no address of IPv4"),
    }
}

async fn bind() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

/// Routes from one endpoint to one target.
fn routes(endpoint: Endpoint, target: SocketAddrV4, idle_timeout: Duration, counters: &Arc<Counters>) -> Routes {
    let destination = Arc::new(Destination {
        key: TargetKey {
            group: "tg".into(),
            id: "target".to_owned(),
            port: target.port(),
        },
        address: target,
        proxy_protocol: false,
        healthy: true,
        cookie: 0,
        load: Arc::new(Load::default()),
        slow_start_from: None,
    });
    let route = Route {
        load_balancer: "lb".into(),
        listener: "listener".into(),
        tls: None,
        counters: counters.clone(),
        service: Service::Flows(FlowRoute {
            idle_timeout,
            destinations: Weighted::from_iter([(1, vec![destination])]),
        }),
    };
    Routes {
        listeners: HashMap::from([(endpoint, Arc::new(route))]),
        ..Routes::default()
    }
}

#[test]
fn an_idle_flow_ends_and_the_next_datagram_begins_another() {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .unwrap();
    runtime.block_on(async {
        let (client, target, socket) = (bind().await, bind().await, bind().await);
        let endpoint = Endpoint {
            transport: Transport::Udp,
            address: v4(&socket),
        };
        let counters = Arc::<Counters>::default();
        let routes = routes(endpoint, v4(&target), Duration::from_millis(50), &counters);
        let routes = Arc::new(ArcSwap::from_pointee(routes));
        let datagrams = Datagrams::new(socket, endpoint, routes, Rc::default());
        let _carrying = AbortOnDropHandle::new(spawn_local(Rc::new(datagrams).run()));
        let mut heard = [0; 16];
        let mut ports = Vec::new();
        for flow in 1..=2 {
            client.send_to(b"hello", endpoint.address).await.unwrap();
            let (length, from) = timeout(PATIENCE, target.recv_from(&mut heard)).await.unwrap().unwrap();
            assert_eq!(&heard[..length], b"hello");
            ports.push(from.port());
            let ended = async {
                while counters.active.load(Relaxed) > 0 {
                    tokio::task::yield_now().await;
                }
            };
            timeout(PATIENCE, ended).await.unwrap();
            assert_eq!(counters.new.load(Relaxed), flow);
        }
        assert_ne!(ports[0], ports[1]);
    });
}
