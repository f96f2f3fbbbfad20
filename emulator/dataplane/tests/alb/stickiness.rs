//! Clients that come back to where they were.

use std::time::Duration;

use http_body_util::Full;
use hyper::{Response, body::Bytes};
use seatrial_dataplane::config::{TargetState, application::Stickiness};

use crate::{
    client::{Reply, once},
    fixture::{Fixture, forward, forward_sticky},
    target,
};

const LIFE: Duration = Duration::from_secs(3600);

/// The cookies that an answer sets, as a client sends them back.
fn cookies(reply: &Reply) -> String {
    let lines = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|line| line.to_str().ok());
    let pairs: Vec<_> = lines.filter_map(|line| line.split(';').next()).collect();
    pairs.join("; ")
}

async fn lb(net: u8, stickiness: Stickiness) -> anyhow::Result<Fixture> {
    let mut lb = Fixture::start(net)?;
    for host in [11, 12, 13] {
        target::serve(net, host, move |_| async move {
            let response = Response::builder().header("set-cookie", "SESSION=1; Path=/");
            response
                .body(Full::new(Bytes::from(host.to_string())))
                .unwrap_or_default()
        })
        .await?;
    }
    lb.add_group("tg", &[11, 12, 13]).application.stickiness = Some(stickiness);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    Ok(lb)
}

#[tokio::test]
async fn the_load_balancer_s_cookie() -> anyhow::Result<()> {
    let mut lb = lb(30, Stickiness::LoadBalancerCookie(LIFE)).await?;
    let first = once(lb.front(80), "/", &[]).await?;
    let cookie = cookies(&first);
    assert!(cookie.contains("AWSALB=") && cookie.contains("AWSALBCORS="), "{cookie}");
    for _ in 0..10 {
        assert_eq!(once(lb.front(80), "/", &[("cookie", &cookie)]).await?.text, first.text);
    }
    // A target that is on its way out gets no request, whatever a cookie says.
    for target in &mut lb.config.target_groups[0].targets {
        if target.id.ends_with(&first.text) {
            target.state = TargetState::Draining;
        }
    }
    lb.serve().await?;
    crate::fixture::eventually("another target answers", async || {
        once(lb.front(80), "/", &[("cookie", &cookie)])
            .await
            .is_ok_and(|reply| reply.text != first.text)
    })
    .await
}

#[tokio::test]
async fn the_application_s_cookie() -> anyhow::Result<()> {
    let lb = lb(31, Stickiness::ApplicationCookie("SESSION".to_owned())).await?;
    let first = once(lb.front(80), "/", &[]).await?;
    let cookie = cookies(&first);
    assert!(
        cookie.contains("SESSION=1") && cookie.contains("AWSALBAPP-0="),
        "{cookie}"
    );
    for _ in 0..10 {
        assert_eq!(once(lb.front(80), "/", &[("cookie", &cookie)]).await?.text, first.text);
    }
    // Both cookies are needed.
    let own = cookie
        .split("; ")
        .find(|pair| pair.starts_with("AWSALBAPP"))
        .unwrap_or_default();
    let mut answers = std::collections::BTreeSet::new();
    for _ in 0..6 {
        answers.insert(once(lb.front(80), "/", &[("cookie", own)]).await?.text);
    }
    assert_eq!(answers.len(), 3);
    Ok(())
}

#[tokio::test]
async fn target_groups_by_weight_and_cookie() -> anyhow::Result<()> {
    let mut lb = Fixture::start(32)?;
    for host in [11, 12] {
        target::echo(32, host).await?;
    }
    lb.add_group("one", &[11]);
    lb.add_group("two", &[12]);
    lb.add_rule("/sticky", forward_sticky(&[("one", 1), ("two", 1)], Some(LIFE)));
    lb.by_default(&forward(&[("one", 3), ("two", 1)]));
    lb.serve().await?;
    let mut first = 0;
    for _ in 0..200 {
        first += usize::from(once(lb.front(80), "/", &[]).await?.text.starts_with("11"));
    }
    assert!((110..190).contains(&first), "{first} of 200");
    let reply = once(lb.front(80), "/sticky", &[]).await?;
    let cookie = cookies(&reply);
    assert!(cookie.contains("AWSALBTG="), "{cookie}");
    for _ in 0..10 {
        let again = once(lb.front(80), "/sticky", &[("cookie", &cookie)]).await?;
        assert_eq!(again.text.lines().next(), reply.text.lines().next());
    }
    Ok(())
}
