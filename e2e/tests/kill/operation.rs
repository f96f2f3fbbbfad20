//! The operations that are interrupted: a Service is applied, a Service is deleted.

use crate::found::Found;
use crate::walk::{Example, NAMESPACE, Scene, Walk, until_finished};
use anyhow::{Context, Result};
use kube::api::DeleteParams;
use seatrial_e2e::instance::get;
use seatrial_e2e::load_balancer::{addresses, hostname, named};
use std::net::SocketAddr;

/// What is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The Service gets a load balancer.
    Create,
    /// It goes, with all that it had.
    Delete,
    /// It is to get a load balancer, and is deleted before that is finished.
    Abandon,
}

impl Operation {
    /// What is asked for first, and what in the end.
    pub(crate) fn ends(self) -> (Self, Self) {
        match self {
            Self::Abandon => (Self::Create, Self::Delete),
            one => (one, one),
        }
    }
}

impl Walk<'_> {
    /// Asks for the first part of the operation; returns before it is done.
    pub(crate) async fn begin(&self, operation: Operation, example: Example) -> Result<()> {
        if operation == Operation::Delete {
            let deleted = self.services.delete(example.name(), &DeleteParams::default()).await;
            return Ok(deleted.map(drop)?);
        }
        Ok(self.instance.cluster.apply(example.manifest()).await?)
    }

    /// Awaits that all is as it must be after the last part of it.
    pub(crate) async fn converged(&self, operation: Operation, scene: Scene) -> Result<()> {
        let (_, operation) = operation.ends();
        let own = (operation == Operation::Create).then_some(scene.example);
        let there: Vec<Example> = own.into_iter().chain(scene.beside).collect();
        until_finished(async || self.unfinished(&there, scene.example).await).await
    }

    /// What is not yet as it must be when the Services `there` are there and `example` is not, unless it is one of them.
    async fn unfinished(&self, there: &[Example], example: Example) -> Result<Option<String>> {
        let targets: Vec<_> = there.iter().map(|example| self.targets(*example)).collect();
        let (found, wanted) = (Found::read(&self.aws, &self.bindings).await?, Found::of(&targets));
        if found != wanted {
            return Ok(Some(format!("{found:?} instead of {wanted:?}")));
        }
        for example in there {
            let service = self.services.get_opt(example.name()).await?;
            let service = service.with_context(|| format!("no Service {NAMESPACE}/{}", example.name()))?;
            let hostname = hostname(&service).context("the Service has no hostname")?;
            if let Some(unanswered) = self.unanswered(hostname).await? {
                return Ok(Some(unanswered));
            }
        }
        if !there.contains(&example) && self.services.get_opt(example.name()).await?.is_some() {
            return Ok(Some("the Service is still there".to_owned()));
        }
        Ok(None)
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
