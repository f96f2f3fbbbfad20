//! The reconcile of one group of Ingresses.

use crate::cluster::Cluster;
use crate::error::{Error, PLAN_AGAIN};
use crate::facts::FactSource;
use crate::permissions::Permissions;
use crate::status;
use controllers_api::SERVICE_FINALIZER;
use converge::{Converged, Converger};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use kube::{Api, Client};
use loadbalancing::claims::any_holds;
use model::{GroupId, Stack};
use parking_lot::Mutex;
use plan::Config;
use plan::ingress::{Group, GroupPlan, IngressKey, Portion, finalizer, plan};
use runtime::chain::Chain;
use runtime::events::Events;
use runtime::metrics::Metrics;
use runtime::queue::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Everything a reconcile uses.
pub(crate) struct Controller {
    pub(crate) client: Client,
    pub(crate) cluster: Cluster,
    pub(crate) config: Config,
    pub(crate) facts: FactSource,
    pub(crate) permissions: Permissions,
    pub(crate) converger: Converger,
    pub(crate) events: Events,
    pub(crate) metrics: Metrics,
    /// How long a group that is as it should be goes unvisited.
    pub(crate) sync_period: Duration,
    /// What members were when they were right, by group.
    pub(crate) last_good: Mutex<BTreeMap<GroupId, BTreeMap<IngressKey, Portion>>>,
}

impl Controller {
    /// Brings AWS in line with the group, and says so in the status and Events of its members.
    pub(crate) async fn reconcile(&self, id: GroupId) -> Outcome {
        let group = self
            .metrics
            .time("fetch_ingress", async { self.cluster.group(&id, &self.config) })
            .await;
        if group.members.is_empty() && group.inactive.is_empty() {
            self.last_good.lock().remove(&id);
            return Outcome::Done;
        }
        match self.provide(&group).await {
            Ok(outcome) => outcome,
            Err(error) => {
                self.report(&group, &error).await;
                error.outcome()
            }
        }
    }

    async fn provide(&self, group: &Group) -> Result<Outcome, Error> {
        let finalizer = finalizer(&group.id);
        self.metrics
            .time("add_group_finalizer", self.add_finalizers(group, &finalizer))
            .await?;
        let plan = self.metrics.time("build_model", self.plan(group)).await?;
        let stack = self.permissions.permitted(plan.stack).await;
        let converged = self.metrics.time("deploy_model", self.deploy(group, &stack)).await?;
        if let Some(converged) = &converged {
            let update = self.update_status(group, &stack, converged);
            self.metrics.time("dns_resolve_and_update_status", update).await?;
        }
        let remove = self.remove_finalizers(group, &finalizer);
        self.metrics.time("remove_group_finalizer", remove).await?;
        tracing::info!(
            group = stack.id,
            changes = converged.map(|converged| converged.changes),
            "reconciled"
        );
        let refused: BTreeSet<_> = plan.refused.iter().map(|refusal| refusal.key.clone()).collect();
        for member in group
            .members
            .iter()
            .filter(|member| !refused.contains(&IngressKey::of(&member.ingress)))
        {
            let note = "Successfully reconciled";
            self.events
                .normal(&*member.ingress, "SuccessfullyReconciled", note)
                .await;
        }
        let again = if refused.is_empty() {
            self.sync_period
        } else {
            PLAN_AGAIN
        };
        Ok(match group.members.is_empty() {
            true => Outcome::Done,
            false => Outcome::After(again),
        })
    }

    /// What the group asks for. Members whose wishes are not met hear of it.
    async fn plan(&self, group: &Group) -> Result<GroupPlan, Error> {
        let id = &group.id;
        let last_good = self.last_good.lock().get(id).cloned().unwrap_or_default();
        let live = self
            .converger
            .load_balancer(&id.to_string())
            .await
            .map_err(Error::Live)?;
        let facts = self.facts.gather(group, live, &last_good).await.map_err(Error::Facts)?;
        let mut plan = plan(group, &facts, &last_good, &self.config).map_err(Error::Plan)?;
        tracing::debug!(stack = %model::printed(&plan.stack), "planned");
        self.last_good.lock().insert(id.clone(), std::mem::take(&mut plan.good));
        for refusal in &plan.refused {
            self.metrics.failed("build_model_error");
            tracing::warn!(group = %id, ingress = %refusal.key, keeps_rules = refusal.keeps_rules,
                error = %Chain(&refusal.error), "left out");
            let mut members = group.members.iter();
            if let Some(member) = members.find(|member| IngressKey::of(&member.ingress) == refusal.key) {
                self.events
                    .warning(&*member.ingress, "FailedBuildModel", &refusal.error)
                    .await;
            }
        }
        Ok(plan)
    }

    /// Makes AWS what the stack says; nothing is left of a group without members.
    async fn deploy(&self, group: &Group, stack: &Stack) -> Result<Option<Converged>, Error> {
        let mut claimed = self.cluster.claimed(&group.id, !group.members.is_empty());
        // It gives up what all share, so Services count, too.
        if !stack.needs_backend_security_group {
            let others = any_holds::<Service>(&self.client, |finalizer| finalizer == SERVICE_FINALIZER);
            claimed.extend(others.await.map_err(Error::Claims)?.then(|| "services".to_owned()));
        }
        if stack.load_balancer.is_some() {
            let converged = self.converger.converge(stack, &claimed).await;
            return converged.map(Some).map_err(Error::Converge);
        }
        self.converger
            .cleanup(&stack.id, &claimed)
            .await
            .map_err(Error::Converge)?;
        Ok(None)
    }

    async fn add_finalizers(&self, group: &Group, finalizer: &str) -> Result<(), Error> {
        for member in &group.members {
            let added = runtime::finalizer::add(&self.api(&member.ingress), &*member.ingress, finalizer).await;
            added.map_err(Error::AddFinalizer)?;
        }
        Ok(())
    }

    async fn update_status(&self, group: &Group, stack: &Stack, converged: &Converged) -> Result<(), Error> {
        let wanted = status::wanted(stack, converged);
        for member in &group.members {
            let updated = status::update(&self.api(&member.ingress), &member.ingress, &wanted).await;
            updated.map_err(Error::UpdateStatus)?;
        }
        Ok(())
    }

    async fn remove_finalizers(&self, group: &Group, finalizer: &str) -> Result<(), Error> {
        for ingress in &group.inactive {
            let removed = runtime::finalizer::remove(&self.api(ingress), &**ingress, finalizer).await;
            removed.map_err(Error::RemoveFinalizer)?;
        }
        Ok(())
    }

    /// Tells the Ingress that is to blame, or all members.
    async fn report(&self, group: &Group, error: &Error) {
        if error.only_waits() {
            tracing::info!(group = %group.id, error = %Chain(error), "waiting");
            return;
        }
        tracing::warn!(group = %group.id, error = %Chain(error), "reconcile failed");
        self.metrics.failed(error.category());
        let blamed = match error {
            Error::Plan(error) => error.key.as_ref(),
            _ => None,
        };
        let members = group.members.iter().map(|member| &member.ingress);
        for ingress in members.chain(&group.inactive) {
            if blamed.is_none_or(|key| IngressKey::of(ingress) == *key) {
                self.events.warning(&**ingress, error.reason(), error).await;
            }
        }
    }

    fn api(&self, ingress: &Ingress) -> Api<Ingress> {
        let namespace = ingress.metadata.namespace.as_deref().unwrap_or("default");
        Api::namespaced(self.client.clone(), namespace)
    }
}
