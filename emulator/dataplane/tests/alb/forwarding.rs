//! What targets see, and what clients see of targets.

use std::collections::BTreeMap;

use http_body_util::Full;
use hyper::{Request, Response, body::Bytes};
use seatrial_dataplane::config::application::{Algorithm, ResponseHeader, Rewrite, TargetProtocol, Transform};

use crate::{
    client::{Client, Reply, get, once},
    fixture::{Fixture, address, fixed, forward},
    target,
};

fn asked(reply: &Reply) -> Vec<&str> {
    let mut lines: Vec<_> = reply
        .text
        .lines()
        .filter(|line| !line.starts_with("x-amzn-trace-id"))
        .collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn a_target_is_told_of_the_client() -> anyhow::Result<()> {
    let mut lb = Fixture::start(20)?;
    target::echo(20, 11).await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let headers = [
        ("connection", "x-private, keep-alive"),
        ("x-private", "1"),
        ("x-forwarded-for", "192.0.2.1"),
    ];
    let reply = once(lb.front(80), "/p?q=1", &headers).await?;
    insta::assert_debug_snapshot!(asked(&reply), @r#"
    [
        "",
        "11",
        "GET /p?q=1 HTTP/1.1",
        "host: www.example.com",
        "x-forwarded-for: 192.0.2.1, 127.0.0.1",
        "x-forwarded-port: 80",
        "x-forwarded-proto: http",
    ]
    "#);
    assert!(reply.text.contains("x-amzn-trace-id: Root=1-"));
    Ok(())
}

#[tokio::test]
async fn targets_take_turns_over_one_connection() -> anyhow::Result<()> {
    let mut lb = Fixture::start(21)?;
    for host in [11, 12, 13] {
        target::echo(21, host).await?;
    }
    lb.add_group("tg", &[11, 12, 13]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    let mut counts = BTreeMap::<String, u32>::new();
    for _ in 0..30 {
        let reply = client.send(get("x", "/", &[])?).await?;
        *counts
            .entry(reply.text.lines().next().unwrap_or_default().to_owned())
            .or_default() += 1;
    }
    assert!(
        counts.len() == 3 && counts.values().all(|count| *count >= 9),
        "{counts:?}"
    );
    let totals = lb.plane.requests().into_values().next().unwrap_or_default();
    assert_eq!((totals.requests, totals.target_codes), (30, [30, 0, 0, 0]));
    Ok(())
}

#[tokio::test]
async fn bodies_stream_both_ways() -> anyhow::Result<()> {
    let mut lb = Fixture::start(22)?;
    target::echo(22, 11).await?;
    lb.add_group("tg", &[11]).application.algorithm = Algorithm::LeastOutstandingRequests;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let body = "0123456789abcdef".repeat(256 * 1024);
    let mut client = Client::connect(lb.front(80)).await?;
    for _ in 0..3 {
        let request = Request::post("/up")
            .header("host", "x")
            .body(Full::new(Bytes::from(body.clone())))?;
        let reply = client.send(request).await?;
        assert!(reply.text.ends_with(&body));
    }
    Ok(())
}

#[tokio::test]
async fn transforms_change_what_the_target_sees() -> anyhow::Result<()> {
    let mut lb = Fixture::start(23)?;
    target::echo(23, 11).await?;
    lb.add_group("tg", &[11]);
    lb.add_rule("/api/*", forward(&[("tg", 1)]));
    let rewrite = |regex: &str, replace: &str| Rewrite {
        regex: regex.to_owned(),
        replace: replace.to_owned(),
    };
    lb.listener(0).rules[0].transforms = vec![
        Transform::Url(rewrite("^/api/(.*)$", "/$1")),
        Transform::Host(rewrite("^www\\.(.*)$", "inner.$1")),
    ];
    lb.serve().await?;
    let reply = once(lb.front(80), "/api/users?x=1", &[]).await?;
    assert!(asked(&reply).contains(&"GET /users?x=1 HTTP/1.1"), "{}", reply.text);
    assert!(asked(&reply).contains(&"host: inner.example.com"), "{}", reply.text);
    Ok(())
}

#[tokio::test]
async fn responses_lose_and_get_headers() -> anyhow::Result<()> {
    let mut lb = Fixture::start(24)?;
    target::serve(24, 11, async |_| {
        let response = Response::builder()
            .header("server", "own")
            .header("connection", "x-hop")
            .header("x-hop", "1")
            .header("x-end", "1");
        response
            .body(Full::new(Bytes::from_static(b"hello")))
            .unwrap_or_default()
    })
    .await?;
    lb.add_group("tg", &[11]);
    lb.add_rule("/fixed", fixed(200, "fixed"));
    lb.by_default(&forward(&[("tg", 1)]));
    let attributes = &mut lb.listener(0).attributes;
    attributes.hide_server = true;
    let header = ResponseHeader::of_attribute("routing.http.response.x_frame_options.header_value");
    attributes.response_headers = header.map(|header| (header, "DENY".to_owned())).into_iter().collect();
    lb.serve().await?;
    let reply = once(lb.front(80), "/", &[]).await?;
    let seen = ["server", "x-hop", "x-end", "x-frame-options"].map(|name| reply.header(name));
    assert_eq!(seen, [None, None, Some("1"), Some("DENY")]);
    let reply = once(lb.front(80), "/fixed", &[]).await?;
    assert_eq!(
        (reply.header("server"), reply.header("x-frame-options")),
        (None, Some("DENY"))
    );
    Ok(())
}

#[tokio::test]
async fn a_target_that_speaks_tls_is_not_verified() -> anyhow::Result<()> {
    let mut lb = Fixture::start(25)?;
    target::echo_tls(25, 11).await?;
    lb.add_group("tg", &[11]).application.protocol = TargetProtocol::Https;
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    for _ in 0..3 {
        let reply = client.send(get("www.example.com", "/", &[])?).await?;
        assert_eq!(reply.status, 200);
        assert!(reply.text.starts_with("11\n"));
    }
    Ok(())
}

#[tokio::test]
async fn zones_are_apart_where_the_group_says_so() -> anyhow::Result<()> {
    let mut lb = Fixture::start(26)?;
    for host in [11, 12] {
        target::echo(26, host).await?;
    }
    lb.add_group("tg", &[11, 12]).cross_zone = Some(false);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    for (zone, expected) in [(1, "11\n"), (2, "12\n")] {
        let front = std::net::SocketAddrV4::new(address(26, zone), 80);
        for _ in 0..4 {
            assert!(once(front, "/", &[]).await?.text.starts_with(expected));
        }
    }
    Ok(())
}

#[tokio::test]
async fn head_and_empty_answers_keep_connections() -> anyhow::Result<()> {
    let mut lb = Fixture::start(27)?;
    target::serve(27, 11, async |request| {
        let mut response = Response::new(Full::default());
        if request.uri().path() == "/204" {
            *response.status_mut() = hyper::StatusCode::NO_CONTENT;
        } else {
            *response.body_mut() = Full::new(Bytes::from_static(b"body"));
        }
        response
    })
    .await?;
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    for _ in 0..3 {
        let head = client
            .send(Request::head("/").header("host", "x").body(Full::default())?)
            .await?;
        assert_eq!(
            (head.status.as_u16(), head.header("content-length"), head.text.as_str()),
            (200, Some("4"), "")
        );
        assert_eq!(client.send(get("x", "/204", &[])?).await?.status, 204);
        assert_eq!(client.send(get("x", "/", &[])?).await?.text, "body");
    }
    Ok(())
}
