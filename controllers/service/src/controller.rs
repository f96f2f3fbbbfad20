//! The reconcile of one Service.

use crate::error::Error;
use crate::event_filter::has_finalizer;
use crate::facts::FactSource;
use crate::status;
use controllers_api::{GROUP_FINALIZER_PREFIX, INGRESS_FINALIZER, SERVICE_FINALIZER};
use converge::Converger;
use k8s_openapi::api::core::v1::{LoadBalancerStatus, Service};
use k8s_openapi::api::networking::v1::Ingress;
use kube::{Api, Client};
use loadbalancing::claims::any_holds;
use model::Stack;
use plan::Config;
use plan::service::claim::is_ours;
use plan::service::{Facts, plan, stack_id};
use runtime::cache::Cache;
use runtime::chain::Chain;
use runtime::events::Events;
use runtime::metrics::Metrics;
use runtime::queue::Outcome;
use runtime::{Key, finalizer};
use std::time::Duration;

/// Everything a reconcile uses.
pub(crate) struct Controller {
    pub(crate) client: Client,
    pub(crate) services: Cache<Service>,
    pub(crate) config: Config,
    pub(crate) facts: FactSource,
    pub(crate) converger: Converger,
    pub(crate) events: Events,
    pub(crate) metrics: Metrics,
    /// How long a Service that is as it should be goes unvisited.
    pub(crate) sync_period: Duration,
}

impl Controller {
    /// Brings AWS in line with the Service of this key, and says so in its status and Events.
    pub(crate) async fn reconcile(&self, key: Key) -> Outcome {
        let Some(service) = self.services.get(&key) else {
            return Outcome::Done;
        };
        let reconciled = if is_ours(&service, &self.config) {
            self.provide(&service).await
        } else if has_finalizer(&service) {
            self.cleanup(&service).await
        } else {
            return Outcome::Done;
        };
        match reconciled {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(service = %key, error = %Chain(&error), "reconcile failed");
                self.metrics.failed(error.category());
                self.events.warning(&*service, error.reason(), &error).await;
                error.outcome()
            }
        }
    }

    /// Makes the load balancer what the Service says.
    async fn provide(&self, service: &Service) -> Result<Outcome, Error> {
        let api = self.api(service);
        let stack = self.metrics.time("build_model", self.plan(service)).await?;
        let finalizer = finalizer::add(&api, service, SERVICE_FINALIZER);
        self.metrics
            .time("add_finalizers", finalizer)
            .await
            .map_err(Error::AddFinalizer)?;
        let claimed = self.claimed(!stack.needs_backend_security_group).await?;
        let converged = self
            .metrics
            .time("deploy_model", self.converger.converge(&stack, &claimed))
            .await;
        let converged = match converged {
            Err(error) if let Some(again) = error.waits() => {
                tracing::info!(service = stack.id, error = %Chain(&error), "waiting");
                return Ok(Outcome::After(again));
            }
            converged => converged.map_err(Error::Converge)?,
        };
        let status = status::update(&api, service, status::wanted(service, &converged.dns_name));
        self.metrics
            .time("update_status", status)
            .await
            .map_err(Error::UpdateStatus)?;
        tracing::info!(service = stack.id, changes = converged.changes, "reconciled");
        self.events
            .normal(service, "SuccessfullyReconciled", "Successfully reconciled")
            .await;
        Ok(Outcome::After(self.sync_period))
    }

    /// Removes everything that the Service had. The finalizer goes last.
    async fn cleanup(&self, service: &Service) -> Result<Outcome, Error> {
        let api = self.api(service);
        let stack = plan(service, &Facts::default(), &self.config).map_err(Error::Plan)?;
        let others = self.claimed(true).await?;
        let cleanup = self.converger.cleanup(&stack.id, &others);
        self.metrics
            .time("cleanup_load_balancer", cleanup)
            .await
            .map_err(Error::Converge)?;
        status::update(&api, service, LoadBalancerStatus::default())
            .await
            .map_err(Error::CleanupStatus)?;
        finalizer::remove(&api, service, SERVICE_FINALIZER)
            .await
            .map_err(Error::RemoveFinalizer)?;
        tracing::info!(service = stack.id, "cleaned up");
        Ok(Outcome::Done)
    }

    async fn plan(&self, service: &Service) -> Result<Stack, Error> {
        let live = self
            .converger
            .load_balancer(&stack_id(service))
            .await
            .map_err(Error::Live)?;
        let facts = self.facts.gather(service, live).await.map_err(Error::Facts)?;
        let stack = plan(service, &facts, &self.config).map_err(Error::Plan)?;
        tracing::debug!(stack = %model::printed(&stack), "planned");
        Ok(stack)
    }

    /// Ids of the stacks that have, or are about to have, something on AWS. What is being cleaned up is not among them. Who gives up what all
    /// share asks whether Ingresses have it, too.
    async fn claimed(&self, gives_up: bool) -> Result<Vec<String>, Error> {
        let claimed = |service: &Service| has_finalizer(service) && is_ours(service, &self.config);
        let mut stacks = self
            .services
            .filter_map(|_, service| claimed(service).then(|| stack_id(service)));
        if gives_up {
            let ours =
                |finalizer: &str| finalizer == INGRESS_FINALIZER || finalizer.starts_with(GROUP_FINALIZER_PREFIX);
            let others = any_holds::<Ingress>(&self.client, ours).await.map_err(Error::Claims)?;
            stacks.extend(others.then(|| "ingresses".to_owned()));
        }
        Ok(stacks)
    }

    fn api(&self, service: &Service) -> Api<Service> {
        Api::namespaced(
            self.client.clone(),
            service.metadata.namespace.as_deref().unwrap_or("default"),
        )
    }
}
