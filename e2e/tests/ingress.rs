//! A group of three Ingresses in three namespaces shares one ALB, which serves each request as its rule says; a member that goes takes its rules and
//! nothing else, unnoticed by the clients of the others; nothing is left of a group that is gone.

use anyhow::{Context, Result, anyhow, ensure};
use seatrial_e2e::client::{Ask, Trust, Via};
use seatrial_e2e::client_loop::ClientLoop;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::trial::trial;
use seatrial_e2e::webapp::{MEMBERS, WebApp};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Clients per second while members come and go.
const RATE: u32 = 200;
/// How often a member goes and comes back.
const ROUNDS: usize = 5;
/// How many clients come meanwhile, at least.
const CLIENTS: u64 = 100;
/// More requests than it takes for one of ten to be seen.
const MANY: usize = 300;

#[tokio::test]
async fn a_group_of_ingresses_is_served_by_one_load_balancer_and_leaves_nothing() -> Result<()> {
    let setup = Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, exercise).await
}

async fn exercise(instance: &Instance) -> Result<()> {
    let webapp = WebApp::new(instance).await?;
    webapp.apply().await?;
    wait_for("an address in the status of all", 60, async || {
        webapp.front().await.is_some()
    })
    .await?;
    let front = Front {
        address: webapp.front().await.context("it was there")?,
        trust: webapp.trust()?,
    };
    wait_for("healthy targets", 30, async || {
        healthy_groups(&webapp.aws).await.is_ok_and(|groups| groups > 0)
    })
    .await?;
    front.serves().await?;
    front.weighs().await?;
    members_go_and_come(instance, &webapp, &front).await?;
    for (member, _) in MEMBERS {
        webapp.delete(member).await?;
    }
    nothing_is_left(&webapp).await
}

/// Where the load balancer listens, and the authority of its certificate.
struct Front {
    address: IpAddr,
    trust: Trust,
}

impl Front {
    fn http(&self, host: &str, path: &str) -> Ask {
        Ask::get(SocketAddr::new(self.address, 80), host, path)
    }

    fn https(&self, host: &str, path: &str) -> [Ask; 2] {
        let ask = Ask::get(SocketAddr::new(self.address, 443), host, path);
        [Via::Https(self.trust.clone()), Via::Http2(self.trust.clone())].map(|via| ask.clone().via(via))
    }

    /// Each request by host and path, and its answer: status, and the beginning of the body or the location.
    async fn serves(&self) -> Result<()> {
        let catalogue = "https://shop.example.com:443/catalogue";
        let table = [
            // ImplementationSpecific: /* and /assets/*.
            ("echoserver.example.com", "/", 200, "echoserver-"),
            ("echoserver.example.com", "/any/path?and=query", 200, "echoserver-"),
            ("ECHOSERVER.example.com", "/", 200, "echoserver-"),
            ("blog.example.com", "/assets/logo.png", 200, "web-"),
            // Exact: /old and /alive; what is longer is for Prefix /.
            ("shop.example.com", "/old", 301, catalogue),
            ("shop.example.com", "/old?page=2", 301, catalogue),
            ("shop.example.com", "/alive", 200, "alive"),
            ("shop.example.com", "/alive/x", 200, "web-"),
            ("shop.example.com", "/OLD", 200, "web-"),
            ("shop.example.com", "/", 200, "web-"),
            // Hosts of nobody.
            ("example.com", "/", 404, ""),
            ("other.example.com", "/old", 404, ""),
        ];
        for (host, path, status, begins) in table {
            self.answers(&self.http(host, path), status, begins).await?;
        }
        // Only the shop listens on 443, too.
        let encrypted = [
            ("shop.example.com", "/old", 301, catalogue),
            ("shop.example.com", "/alive", 200, "alive"),
            ("shop.example.com", "/catalogue", 200, "web-"),
            ("echoserver.example.com", "/", 404, ""),
            ("blog.example.com", "/assets/logo.png", 404, ""),
        ];
        for (host, path, status, begins) in encrypted {
            for ask in self.https(host, path) {
                self.answers(&ask, status, begins).await?;
            }
        }
        Ok(())
    }

    async fn answers(&self, ask: &Ask, status: u16, begins: &str) -> Result<()> {
        // Until its targets are healthy, a rule answers otherwise.
        let as_wanted = async || match ask.send().await {
            Err(error) => Err(error.to_string()),
            Ok(answer) => {
                let location = answer.headers.get("location").and_then(|value| value.to_str().ok());
                let text = location.unwrap_or(&answer.body);
                match answer.status == status && text.starts_with(begins) {
                    true => Ok(()),
                    false => Err(format!("{} {text:?}", answer.status)),
                }
            }
        };
        let waited = wait_for(&ask.url(), 30, async || as_wanted().await.is_ok()).await;
        waited.with_context(|| format!("{} is not answered with {status} {begins:?}", ask.url()))?;
        // Once right, it stays right.
        as_wanted()
            .await
            .map_err(|found| anyhow!("{} is answered with {found}", ask.url()))
    }

    /// Both Services of a weighted forward are reached, the heavier one more often.
    async fn weighs(&self) -> Result<()> {
        let ask = self.http("blog.example.com", "/");
        for pod in ["web-next-", "web-"] {
            let reached = async || ask.body().await.is_ok_and(|body| body.starts_with(pod));
            wait_for(pod, 30, reached).await?;
        }
        let mut seldom = 0;
        for _ in 0..MANY {
            seldom += usize::from(ask.body().await?.starts_with("web-next-"));
        }
        // One of ten; bounds that chance does not reach.
        ensure!((1..MANY / 3).contains(&seldom), "{seldom} of {MANY} requests");
        Ok(())
    }

    /// Requests to the members that stay.
    fn others(&self) -> Vec<Ask> {
        let mut asks = vec![
            self.http("echoserver.example.com", "/stays"),
            self.http("shop.example.com", "/stays"),
            self.http("shop.example.com", "/alive"),
        ];
        asks.extend(self.https("shop.example.com", "/stays"));
        asks
    }
}

/// A member goes and comes back: its rules do, and those of the others serve all the time.
async fn members_go_and_come(instance: &Instance, webapp: &WebApp<'_>, front: &Front) -> Result<()> {
    let clients = ClientLoop::start(front.others(), RATE);
    let (blog, manifest) = MEMBERS[2];
    let all = rules(&webapp.aws).await?;
    let groups = healthy_groups(&webapp.aws).await?;
    let others: Vec<_> = all
        .iter()
        .filter(|rule| !rule.contains("blog.example.com"))
        .cloned()
        .collect();
    for _ in 0..ROUNDS {
        webapp.delete(blog).await?;
        let left = rules(&webapp.aws).await?;
        ensure!(left == others, "{left:#?} instead of {others:#?}");
        front
            .answers(&front.http("blog.example.com", "/assets/x"), 404, "")
            .await?;
        instance.cluster.apply(manifest).await?;
        // A weighted forward answers for an empty group as well.
        wait_for("healthy targets", 30, async || {
            healthy_groups(&webapp.aws).await.is_ok_and(|now| now == groups)
        })
        .await?;
        front
            .answers(&front.http("blog.example.com", "/assets/x"), 200, "web-")
            .await?;
        let again = rules(&webapp.aws).await?;
        ensure!(again == all, "{again:#?} instead of {all:#?}");
    }
    let tally = clients.stop()?;
    let failures: BTreeSet<_> = tally.failures.iter().collect();
    let answered = tally.answered();
    ensure!(
        failures.is_empty() && answered > CLIENTS,
        "{answered} clients were answered, others saw {failures:?}"
    );
    Ok(())
}

async fn nothing_is_left(webapp: &WebApp<'_>) -> Result<()> {
    let aws = &webapp.aws;
    let balancers = aws.elbv2.describe_load_balancers().await?;
    ensure!(balancers.is_empty(), "load balancers are left: {balancers:#?}");
    let groups = aws.elbv2.describe_target_groups().await?;
    ensure!(groups.is_empty(), "target groups are left: {groups:#?}");
    let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
    let groups = aws.ec2.describe_security_groups(&[], &ours).await?;
    ensure!(groups.is_empty(), "security groups are left: {groups:#?}");
    Ok(())
}

/// How many target groups there are, if all have targets and all of these are healthy; 0 otherwise.
async fn healthy_groups(aws: &aws_sdk::Aws) -> Result<usize> {
    let groups = aws.elbv2.describe_target_groups().await?;
    for group in &groups {
        let targets = aws.elbv2.describe_target_health(&group.arn, &[]).await?;
        if targets.is_empty() || targets.iter().any(|target| target.state != "healthy") {
            return Ok(0);
        }
    }
    Ok(groups.len())
}

/// The conditions of all rules of the one load balancer, in order.
async fn rules(aws: &aws_sdk::Aws) -> Result<Vec<String>> {
    let balancers = aws.elbv2.describe_load_balancers().await?;
    let [balancer] = &balancers[..] else {
        anyhow::bail!("not one load balancer: {balancers:#?}");
    };
    let mut listeners = aws.elbv2.describe_listeners(&balancer.arn).await?;
    listeners.sort_by_key(|listener| listener.spec.port);
    let mut conditions = Vec::new();
    for listener in listeners {
        let mut rules = aws.elbv2.describe_rules(&listener.arn).await?;
        rules.retain(|rule| !rule.is_default);
        rules.sort_by_key(|rule| rule.spec.priority);
        let port = listener.spec.port;
        conditions.extend(rules.iter().map(|rule| format!("{port} {:?}", rule.spec.conditions)));
    }
    Ok(conditions)
}
