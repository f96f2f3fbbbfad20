//! Access logs.

use seatrial_dataplane::Options;

use crate::{
    client::{Client, get},
    fixture::{Fixture, fixed, forward},
    target,
};

#[tokio::test]
async fn a_line_per_request_in_a_file_per_load_balancer() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let options = Options {
        access_logs: Some(directory.path().to_owned()),
        ..Options::default()
    };
    let mut lb = Fixture::start_with(90, &options)?;
    target::echo(90, 11).await?;
    lb.add_group("tg", &[11]);
    lb.add_rule("/fixed", fixed(418, "short"));
    lb.by_default(&forward(&[("tg", 1)]));
    lb.attributes().access_log = true;
    lb.serve().await?;
    let mut client = Client::connect(lb.front(80)).await?;
    client
        .send(get("www.example.com", "/a?b=c", &[("user-agent", "curl/8")])?)
        .await?;
    client.send(get("www.example.com", "/fixed", &[])?).await?;
    drop(client);
    lb.plane.shutdown().await;
    let log = std::fs::read_to_string(directory.path().join("app.web.50dc.log"))?;
    let lines: Vec<Vec<&str>> = log.lines().map(|line| line.split(' ').collect()).collect();
    let [forwarded, answered] = &lines[..] else {
        anyhow::bail!("two lines are wanted: {log}");
    };
    assert_eq!(
        (forwarded[0], forwarded[2], forwarded[4]),
        ("http", "app/web/50dc", "127.65.90.11:9000")
    );
    assert_eq!((forwarded[8], forwarded[9]), ("200", "200"));
    assert_eq!(
        forwarded[12..16].join(" "),
        "\"GET http://www.example.com:80/a?b=c HTTP/1.1\" \"curl/8\""
    );
    assert!(log.contains(" tg \"Root=1-") && log.contains(" 0 2"), "{log}");
    assert_eq!((answered[4], answered[8], answered[9]), ("-", "418", "-"));
    assert!(
        log.lines()
            .nth(1)
            .is_some_and(|line| line.contains("\"fixed-response\"")),
        "{log}"
    );
    Ok(())
}
