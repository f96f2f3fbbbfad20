//! Which action answers.

use seatrial_dataplane::config::application::{Action, Condition, Redirect, Rule, Values};

use crate::{
    client::{Client, get, once},
    fixture::{Fixture, fixed},
};

#[tokio::test]
async fn rules_choose_by_host_and_path_and_the_default_takes_the_rest() -> anyhow::Result<()> {
    let mut lb = Fixture::start(10)?;
    lb.add_rule("/a/*", fixed(200, "a"));
    lb.listener(0).rules.push(Rule {
        priority: 50,
        conditions: vec![Condition::Host(Values::Patterns(vec!["*.example.org".to_owned()]))],
        actions: vec![fixed(201, "org")],
        transforms: Vec::new(),
    });
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    for (host, path, status, text) in [
        ("www.example.com", "/a/x?y=z", 200, "a"),
        ("www.example.com", "/b", 404, "default"),
        ("WWW.example.org:80", "/b", 201, "org"),
        ("www.example.org", "/a/", 200, "a"),
    ] {
        let reply = client.send(get(host, path, &[])?).await?;
        assert_eq!(
            (reply.status.as_u16(), reply.text.as_str()),
            (status, text),
            "{host}{path}"
        );
        assert_eq!(reply.header("server"), Some("awselb/2.0"));
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_names_its_port() -> anyhow::Result<()> {
    let mut lb = Fixture::start(11)?;
    lb.by_default(&Action::Redirect(Redirect {
        protocol: "HTTPS".to_owned(),
        port: "443".to_owned(),
        ..Redirect::default()
    }));
    lb.serve().await?;
    let reply = once(lb.front(80), "/p?q=1", &[]).await?;
    assert_eq!(reply.status, 301);
    assert_eq!(reply.header("location"), Some("https://www.example.com:443/p?q=1"));
    assert_eq!(reply.text.len(), 134);
    Ok(())
}

#[tokio::test]
async fn a_new_configuration_is_followed_on_open_connections() -> anyhow::Result<()> {
    let mut lb = Fixture::start(12)?;
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    assert_eq!(client.send(get("x", "/new", &[])?).await?.status, 404);
    lb.add_rule("/new", fixed(200, "new"));
    lb.serve().await?;
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) {
        statuses.push(client.send(get("x", "/new", &[])?).await?.status.as_u16());
    }
    assert!(statuses.iter().all(|status| [404, 200].contains(status)));
    Ok(())
}

#[tokio::test]
async fn connections_end_with_their_load_balancer() -> anyhow::Result<()> {
    let mut lb = Fixture::start(13)?;
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    client.send(get("x", "/", &[])?).await?;
    lb.config.load_balancers.clear();
    lb.plane.apply(std::sync::Arc::new(lb.config.clone()));
    let Client::Http1(sender) = &mut client else {
        unreachable!("it is a connection of HTTP/1.1");
    };
    crate::fixture::eventually("the connection is closed", async || sender.is_closed()).await
}
