//! The operations that are interrupted: a Service is applied, a Service is deleted.

use crate::found::Found;
use crate::walk::{Example, NAMESPACE, Walk};
use anyhow::{Context, Result, bail};
use kube::api::DeleteParams;
use seatrial_e2e::instance::get;
use seatrial_e2e::load_balancer::{addresses, hostname, named};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long an operation may take after a kill.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often it is asked whether it is over.
const PAUSE: Duration = Duration::from_millis(30);

/// What is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The Service gets a load balancer.
    Create,
    /// It goes, with all that it had.
    Delete,
}

impl Walk<'_> {
    /// Asks for the operation; returns before it is done.
    pub(crate) async fn begin(&self, operation: Operation, example: Example) -> Result<()> {
        match operation {
            Operation::Create => Ok(self.instance.cluster.apply(example.manifest()).await?),
            Operation::Delete => {
                let deleted = self.services.delete(example.name(), &DeleteParams::default()).await;
                Ok(deleted.map(drop)?)
            }
        }
    }

    /// Awaits that all is as it must be afterwards.
    pub(crate) async fn converged(&self, operation: Operation, example: Example) -> Result<()> {
        let mut last = String::new();
        let converges = async {
            loop {
                match self.unfinished(operation, example).await {
                    Ok(None) => return,
                    Ok(Some(difference)) => last = difference,
                    Err(error) => last = format!("{error:#}"),
                }
                sleep(PAUSE).await;
            }
        };
        if timeout(PATIENCE, converges).await.is_err() {
            bail!("not converged after {PATIENCE:?}: {last}");
        }
        Ok(())
    }

    /// What is not yet as it must be.
    async fn unfinished(&self, operation: Operation, example: Example) -> Result<Option<String>> {
        let wanted = match operation {
            Operation::Create => Found::whole(self.targets(example)),
            Operation::Delete => Found::default(),
        };
        let found = Found::read(&self.aws, &self.bindings).await?;
        if found != wanted {
            return Ok(Some(format!("{found:?} instead of {wanted:?}")));
        }
        let service = self.services.get_opt(example.name()).await?;
        Ok(match (operation, service) {
            (Operation::Create, Some(service)) => match hostname(&service) {
                Some(hostname) => self.unanswered(hostname).await?,
                None => Some("the Service has no hostname".to_owned()),
            },
            (Operation::Create, None) => Some(format!("no Service {NAMESPACE}/{}", example.name())),
            (Operation::Delete, Some(_)) => Some("the Service is still there".to_owned()),
            (Operation::Delete, None) => None,
        })
    }

    /// Why no pod answers through the load balancer of this name.
    async fn unanswered(&self, hostname: &str) -> Result<Option<String>> {
        let Some(balancer) = named(&self.aws, hostname).await? else {
            return Ok(Some(format!("no load balancer has the name in the status, {hostname}")));
        };
        let address = addresses(&self.aws, &balancer.arn).await?.into_iter().next();
        let socket = SocketAddr::from((address.context("the load balancer has no address")?, 8080));
        let answer = get(socket, "/").unwrap_or_else(|error| error.to_string());
        let answered = answer.starts_with("HTTP/1.1 200") && answer.contains("nginx-");
        Ok((!answered).then(|| format!("{socket} answers {answer:?}")))
    }
}
