//! The load balancer's own answers when something is wrong.

use std::time::Duration;

use http_body_util::Full;
use hyper::{Request, Response, body::Bytes};
use seatrial_dataplane::config::{ProtocolVersion, TargetState};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    client::{Client, once},
    fixture::{Fixture, TARGET_PORT, address, eventually, fixed, forward},
    target,
};

#[tokio::test]
async fn requests_that_are_turned_away() -> anyhow::Result<()> {
    let mut lb = Fixture::start(40)?;
    lb.by_default(&fixed(200, "fine"));
    lb.serve().await?;
    let trace = Request::builder()
        .method("TRACE")
        .uri("/")
        .header("host", "x")
        .body(Full::default())?;
    assert_eq!(Client::connect(lb.front(80)).await?.send(trace).await?.status, 405);
    let forwarded = vec!["192.0.2.1"; 31].join(", ");
    assert_eq!(
        once(lb.front(80), "/", &[("x-forwarded-for", &forwarded)])
            .await?
            .status,
        463
    );
    assert_eq!(
        once(lb.front(80), &format!("/{}", "a".repeat(17_000)), &[])
            .await?
            .status,
        414
    );
    assert_eq!(
        once(lb.front(80), "/", &[("x-long", &"a".repeat(17_000))])
            .await?
            .status,
        400
    );
    let mut raw = TcpStream::connect(lb.front(80)).await?;
    raw.write_all(b"NONSENSE\r\n\r\n").await?;
    let mut answer = String::new();
    raw.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    Ok(())
}

#[tokio::test]
async fn no_target_no_connection_no_answer() -> anyhow::Result<()> {
    let mut lb = Fixture::start(41)?;
    lb.attributes().idle_timeout = Duration::from_secs(1);
    let silent = TcpListener::bind((address(41, 12), TARGET_PORT)).await?;
    let broken = TcpListener::bind((address(41, 13), TARGET_PORT)).await?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = broken.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 OK what?\r\n\r\n").await;
        }
    });
    lb.add_group("empty", &[]);
    lb.add_group("refusing", &[11]);
    lb.add_group("silent", &[12]);
    lb.add_group("broken", &[13]);
    for (path, group) in [
        ("/empty", "empty"),
        ("/refusing", "refusing"),
        ("/silent", "silent"),
        ("/broken", "broken"),
    ] {
        lb.add_rule(path, forward(&[(group, 1)]));
    }
    lb.add_rule("/zero", forward(&[("silent", 0), ("broken", 0)]));
    lb.add_rule("/missing", forward(&[("nothing", 1)]));
    lb.serve().await?;
    for (path, status, length) in [
        ("/empty", 503, 162),
        ("/missing", 503, 162),
        ("/zero", 503, 162),
        ("/refusing", 502, 122),
        ("/broken", 502, 122),
        ("/silent", 504, 132),
    ] {
        let reply = once(lb.front(80), path, &[]).await?;
        assert_eq!((reply.status.as_u16(), reply.text.len()), (status, length), "{path}");
    }
    drop(silent);
    Ok(())
}

#[tokio::test]
async fn an_idle_client_is_closed_and_a_slow_one_is_told() -> anyhow::Result<()> {
    let mut lb = Fixture::start(42)?;
    lb.attributes().idle_timeout = Duration::from_secs(1);
    target::echo(42, 11).await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut idle = TcpStream::connect(lb.front(80)).await?;
    let mut slow = TcpStream::connect(lb.front(80)).await?;
    slow.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
        .await?;
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await?;
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert_eq!(idle.read(&mut [0; 1]).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_client_that_lived_long_is_told_to_leave() -> anyhow::Result<()> {
    let mut lb = Fixture::start(43)?;
    lb.attributes().client_keep_alive = Duration::from_secs(1);
    lb.serve().await?;
    let mut idle = TcpStream::connect(lb.front(80)).await?;
    assert_eq!(idle.read(&mut [0; 1]).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_kept_connection_that_the_target_closed_is_replaced() -> anyhow::Result<()> {
    let mut lb = Fixture::start(44)?;
    target::serve(44, 11, async |_| {
        let response = Response::builder().header("connection", "close");
        response.body(Full::new(Bytes::from_static(b"bye"))).unwrap_or_default()
    })
    .await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    for _ in 0..20 {
        assert_eq!(client.send(crate::client::get("x", "/", &[])?).await?.text, "bye");
    }
    Ok(())
}

#[tokio::test]
async fn protocols_that_do_not_fit() -> anyhow::Result<()> {
    let mut lb = Fixture::start(45)?;
    target::echo(45, 11).await?;
    lb.add_group("grpc", &[11]).application.version = ProtocolVersion::Grpc;
    lb.add_group("http1", &[11]);
    lb.add_rule("/grpc", forward(&[("grpc", 1)]));
    lb.by_default(&forward(&[("http1", 1)]));
    lb.serve().await?;
    let reply = once(lb.front(80), "/grpc", &[]).await?;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (464, ""));
    assert_eq!(
        once(lb.front(80), "/", &[("content-type", "application/grpc")])
            .await?
            .status,
        464
    );
    Ok(())
}

#[tokio::test]
async fn a_request_is_cut_when_its_target_is_gone() -> anyhow::Result<()> {
    let mut lb = Fixture::start(46)?;
    let silent = TcpListener::bind((address(46, 11), TARGET_PORT)).await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let front = lb.front(80);
    let waiting = tokio::spawn(async move { once(front, "/", &[]).await });
    let totals = |lb: &Fixture| lb.plane.requests().into_values().next().unwrap_or_default();
    eventually("the request is under way", async || totals(&lb).requests == 1).await?;
    lb.config.target_groups[0].targets[0].state = TargetState::Draining;
    lb.serve().await?;
    lb.config.target_groups[0].targets.clear();
    lb.serve().await?;
    assert_eq!(waiting.await??.status, 504);
    drop(silent);
    Ok(())
}
