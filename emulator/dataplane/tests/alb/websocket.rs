//! Connections that change their protocol.

use http_body_util::Full;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    fixture::{Fixture, eventually, forward},
    target,
};

#[tokio::test]
async fn bytes_pass_both_ways_after_an_upgrade() -> anyhow::Result<()> {
    let mut lb = Fixture::start(50)?;
    target::serve(50, 11, async |mut request| {
        let asked = request.headers().get("upgrade").cloned();
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgrade.await?);
            stream.write_all(b"hello ").await?;
            let mut heard = [0; 5];
            stream.read_exact(&mut heard).await?;
            stream.write_all(&heard).await?;
            anyhow::Ok(())
        });
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response
            .headers_mut()
            .insert("connection", hyper::header::HeaderValue::from_static("Upgrade"));
        response
            .headers_mut()
            .extend(asked.map(|asked| (hyper::header::UPGRADE, asked)));
        response
    })
    .await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = TcpStream::connect(lb.front(80)).await?;
    client
        .write_all(b"GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n")
        .await?;
    let mut heard = Vec::new();
    while !heard.ends_with(b"hello ") {
        anyhow::ensure!(
            client.read_buf(&mut heard).await? > 0,
            "{}",
            String::from_utf8_lossy(&heard)
        );
    }
    let head = String::from_utf8_lossy(&heard).to_ascii_lowercase();
    assert!(
        head.starts_with("http/1.1 101 ") && head.contains("upgrade: websocket"),
        "{head}"
    );
    client.write_all(b"world").await?;
    let mut rest = String::new();
    client.read_to_string(&mut rest).await?;
    assert_eq!(rest, "world");
    Ok(())
}

#[tokio::test]
async fn a_tunnel_ends_with_its_load_balancer() -> anyhow::Result<()> {
    let mut lb = Fixture::start(51)?;
    target::serve(51, 11, async |mut request| {
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgrade.await?);
            stream.write_all(b"ready").await?;
            stream.read_u8().await?;
            anyhow::Ok(())
        });
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        response
            .headers_mut()
            .insert("connection", hyper::header::HeaderValue::from_static("upgrade"));
        response
            .headers_mut()
            .insert("upgrade", hyper::header::HeaderValue::from_static("own"));
        response
    })
    .await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = TcpStream::connect(lb.front(80)).await?;
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: own\r\n\r\n")
        .await?;
    let mut heard = Vec::new();
    while !heard.ends_with(b"ready") {
        anyhow::ensure!(
            client.read_buf(&mut heard).await? > 0,
            "{}",
            String::from_utf8_lossy(&heard)
        );
    }
    lb.config.load_balancers.clear();
    lb.plane.apply(std::sync::Arc::new(lb.config.clone()));
    let mut ended = false;
    eventually("the tunnel ends", async || {
        ended = ended || !matches!(client.read(&mut [0; 16]).await, Ok(1..));
        ended
    })
    .await
}
