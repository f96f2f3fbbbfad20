//! UDP, and TCP beside it.

use std::{
    collections::BTreeSet,
    net::{SocketAddr, SocketAddrV4},
    time::Duration,
};

use seatrial_dataplane::config::{Protocol, TargetGroup};
use tokio::{net::UdpSocket, time::timeout};

use crate::fixture::{Fixture, PATIENCE, TARGET_PORT, address, echo_target, eventually, visit};

/// A target that answers a datagram with its number and what it heard. Health checks, over TCP, find it too.
async fn datagram_target(net: u8, host: u8) -> anyhow::Result<()> {
    echo_target(net, host).await?;
    let socket = UdpSocket::bind((address(net, host), TARGET_PORT)).await?;
    tokio::spawn(async move {
        let mut heard = [0; 2048];
        while let Ok((length, client)) = socket.recv_from(&mut heard).await {
            let answer = [&[host], &heard[..length]].concat();
            let _ = socket.send_to(&answer, client).await;
        }
    });
    Ok(())
}

async fn start(net: u8, targets: &[u8], protocol: Protocol) -> anyhow::Result<Fixture> {
    start_with(net, targets, protocol, |_| {}).await
}

async fn start_with(
    net: u8,
    targets: &[u8],
    protocol: Protocol,
    change: impl FnOnce(&mut TargetGroup),
) -> anyhow::Result<Fixture> {
    for host in targets {
        datagram_target(net, *host).await?;
    }
    let mut lb = Fixture::start(net, targets)?;
    lb.listener().protocol = protocol;
    change(lb.group());
    lb.apply();
    lb.all_healthy().await?;
    Ok(lb)
}

struct Client(UdpSocket);

impl Client {
    async fn new(net: u8, front: SocketAddrV4) -> anyhow::Result<Self> {
        let socket = UdpSocket::bind((address(net, 99), 0)).await?;
        socket.connect(front).await?;
        Ok(Self(socket))
    }

    /// The target that answers, and what it says.
    async fn ask(&self, question: &[u8]) -> anyhow::Result<(u8, Vec<u8>)> {
        self.0.send(question).await?;
        let mut answer = vec![0; 2048];
        let length = timeout(PATIENCE, self.0.recv(&mut answer)).await??;
        anyhow::ensure!(length > 0, "an empty answer");
        Ok((answer[0], answer[1..length].to_vec()))
    }

    /// Asks until this target answers. Meanwhile answers may get lost.
    async fn ask_until(&self, host: u8) -> anyhow::Result<()> {
        eventually("the other target answers", || async {
            let asked = timeout(Duration::from_millis(200), self.ask(b"who?")).await;
            asked.is_ok_and(|answer| answer.is_ok_and(|(answered, _)| answered == host))
        })
        .await
    }
}

#[tokio::test]
async fn clients_spread_and_each_stays_with_its_target() -> anyhow::Result<()> {
    let lb = start(30, &[11, 12, 13], Protocol::Udp).await?;
    let mut used = BTreeSet::new();
    for _ in 0..40 {
        let client = Client::new(30, lb.front(1)).await?;
        let (host, heard) = client.ask(b"first").await?;
        assert_eq!(heard, b"first");
        assert_eq!(client.ask(b"second").await?, (host, b"second".to_vec()));
        used.insert(host);
    }
    assert_eq!(used, BTreeSet::from([11, 12, 13]));
    let totals = || lb.plane.flows()["lb"];
    assert_eq!((totals().new, totals().active), (40, 40));
    eventually("all bytes are counted", || async {
        (totals().bytes_to_targets, totals().bytes_to_clients) == (40 * 11, 40 * 13)
    })
    .await
}

#[tokio::test]
async fn one_port_for_both() -> anyhow::Result<()> {
    let lb = start(31, &[11], Protocol::TcpUdp).await?;
    assert_eq!(visit(lb.front(1)).await?, 11);
    assert_eq!(Client::new(31, lb.front(1)).await?.ask(b"x").await?.0, 11);
    assert_eq!(lb.plane.problems(), []);
    Ok(())
}

#[tokio::test]
async fn largest_datagrams() -> anyhow::Result<()> {
    let lb = start(32, &[11], Protocol::Udp).await?;
    let client = Client::new(32, lb.front(1)).await?;
    let question = vec![7; 2000];
    assert_eq!(client.ask(&question).await?, (11, question));
    Ok(())
}

#[tokio::test]
async fn the_flows_of_a_target_that_is_gone_go_to_another() -> anyhow::Result<()> {
    let terminating = |group: &mut TargetGroup| group.connection_termination = true;
    let mut lb = start_with(33, &[11], Protocol::Udp, terminating).await?;
    let client = Client::new(33, lb.front(1)).await?;
    assert_eq!(client.ask(b"x").await?.0, 11);
    datagram_target(33, 13).await?;
    lb.group().targets = crate::fixture::config(33, &[13]).target_groups.remove(0).targets;
    lb.apply();
    client.ask_until(13).await?;
    assert_eq!(lb.plane.flows()["lb"].new, 2);
    Ok(())
}

#[tokio::test]
async fn flows_end_with_their_listener() -> anyhow::Result<()> {
    let mut lb = start(34, &[11], Protocol::Udp).await?;
    let client = Client::new(34, lb.front(1)).await?;
    assert_eq!(client.ask(b"x").await?.0, 11);
    lb.config.load_balancers[0].listeners.clear();
    lb.apply();
    eventually("no flow is left", || async { lb.plane.flows()["lb"].active == 0 }).await?;
    UdpSocket::bind(SocketAddr::V4(lb.front(1))).await?;
    Ok(())
}

#[tokio::test]
async fn proxy_protocol_names_the_client_in_each_datagram() -> anyhow::Result<()> {
    let naming = |group: &mut TargetGroup| group.proxy_protocol_v2 = true;
    let lb = start_with(35, &[11], Protocol::Udp, naming).await?;
    let client = Client::new(35, lb.front(1)).await?;
    let port = client.0.local_addr()?.port().to_be_bytes();
    for question in [b"one", b"two"] {
        let (_, heard) = client.ask(question).await?;
        assert_eq!(heard[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c");
        assert_eq!(heard[16..24], [127, 64, 35, 99, 127, 64, 35, 1]);
        assert_eq!((&heard[24..26], &heard[28..]), (&port[..], &question[..]));
    }
    Ok(())
}
