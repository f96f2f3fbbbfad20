//! Clients of HTTP/2.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use seatrial_dataplane::config::application::{Condition, Rule, Values};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
    time::timeout,
};

use super::{
    grpc::connect,
    tls::{Authority, tls},
};
use crate::{
    client::Client,
    fixture::{Fixture, PATIENCE, TARGET_PORT, address, fixed, forward},
};

/// A target with an answer without end. Tells when nobody takes it any more.
async fn endless_target(net: u8, host: u8) -> anyhow::Result<oneshot::Receiver<()>> {
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    let (ended, is_ended) = oneshot::channel();
    tokio::spawn(async move {
        let mut ended = Some(ended);
        while let Ok((mut stream, _)) = listener.accept().await {
            // Health checks say nothing.
            if stream.read(&mut [0; 1024]).await.is_ok_and(|length| length > 0) {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                ended.take().map(|ended| ended.send(()));
            }
        }
    });
    Ok(is_ended)
}

#[tokio::test]
async fn a_client_that_takes_nothing_holds_no_target_for_ever() -> anyhow::Result<()> {
    let mut lb = Fixture::start(72)?;
    let authority = Authority::new()?;
    lb.add_https(tls(vec![authority.sign("default", &["www.example.com"])?]));
    lb.attributes().idle_timeout = Duration::from_secs(1);
    let is_ended = endless_target(72, 11).await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.listener(1).rules.push(Rule {
        priority: 1,
        conditions: vec![Condition::Path(Values::Patterns(vec!["/fixed".to_owned()]))],
        actions: vec![fixed(200, "fine")],
        transforms: Vec::new(),
    });
    lb.serve().await?;
    let mut client = connect(&lb, &authority).await?;
    let Client::Http2(sender) = &mut client else {
        anyhow::bail!("no HTTP/2");
    };
    let request = Request::get("https://www.example.com/").body(Full::default())?;
    let stalled = timeout(PATIENCE, sender.send_request(request)).await??;
    assert_eq!(stalled.status(), 200);
    timeout(PATIENCE, is_ended).await??;
    // Only that stream is ended, not its connection.
    let request = Request::get("https://www.example.com/fixed").body(Full::default())?;
    assert_eq!(client.send(request).await?.text, "fine");
    let body = timeout(PATIENCE, stalled.into_body().collect()).await?;
    assert!(body.is_err(), "it ended as if it were whole");
    Ok(())
}
