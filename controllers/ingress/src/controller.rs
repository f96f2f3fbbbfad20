//! The reconcile of one group of Ingresses.

use crate::cluster::Cluster;
use crate::error::{Error, PLAN_AGAIN};
use crate::facts::FactSource;
use crate::memory::{Memory, Versions, versions};
use crate::permissions::Permissions;
use crate::status;
use crate::taught::{Taught, part};
use crate::told::Told;
use controllers_api::SERVICE_FINALIZER;
use converge::{ConvergeError, Converged, Converger};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use kube::{Api, Client};
use loadbalancing::claims::any_holds;
use model::{GroupId, Stack};
use plan::Config;
use plan::ingress::{Group, GroupPlan, IngressKey, Lessons, Refusal, finalizer, plan};
use runtime::chain::Chain;
use runtime::events::Events;
use runtime::metrics::Metrics;
use runtime::queue::Outcome;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

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
    pub(crate) memory: Memory,
    pub(crate) taught: Taught,
    pub(crate) told: Told,
}

/// What a group asks for, and the Secrets in it.
struct Planned {
    plan: GroupPlan,
    secrets: Versions,
}

impl Controller {
    /// Brings AWS in line with the group, and says so in the status and Events of its members.
    pub(crate) async fn reconcile(&self, id: GroupId) -> Outcome {
        let group = self
            .metrics
            .time("fetch_ingress", async { self.cluster.group(&id, &self.config) })
            .await;
        if group.members.is_empty() && group.inactive.is_empty() {
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
        let refused = self.serve(group).await?;
        let remove = self.remove_finalizers(group, &finalizer);
        self.metrics.time("remove_group_finalizer", remove).await?;
        let refused: BTreeSet<_> = refused.into_iter().map(|refusal| refusal.key).collect();
        let members = group.members.iter().map(|member| &*member.ingress);
        for ingress in members.filter(|ingress| !refused.contains(&IngressKey::of(ingress))) {
            let note = "Successfully reconciled";
            self.events.normal(ingress, "SuccessfullyReconciled", note).await;
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

    /// Brings AWS in line with the plan. When AWS refuses what a member asks for, it is planned anew without that.
    async fn serve(&self, group: &Group) -> Result<Vec<Refusal>, Error> {
        loop {
            let Planned { mut plan, secrets } = self.metrics.time("build_model", self.plan(group)).await?;
            let stack = self.permissions.permitted(std::mem::take(&mut plan.stack)).await;
            let deploy = self.deploy(group, &stack);
            match self.metrics.time("deploy_model", deploy).await {
                Ok(converged) => {
                    self.remember(group, &mut plan, secrets).await;
                    let changes = converged.map(|converged| converged.changes);
                    tracing::info!(group = stack.id, changes, "reconciled");
                    return Ok(plan.refused);
                }
                Err(Error::Converge(error)) if self.learn(group, &plan, &error).await? => {
                    tracing::warn!(group = stack.id, error = %Chain(&error), "planning without what AWS refuses");
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether a failure teaches something new about the group.
    async fn learn(&self, group: &Group, plan: &GroupPlan, error: &ConvergeError) -> Result<bool, Error> {
        let id = &group.id;
        if self.config.strict_groups {
            return Ok(false);
        }
        if error.is_too_many_rules() {
            let most = self.converger.rules(&id.to_string()).await.map_err(Error::Live)?;
            let learn = |lessons: &mut Lessons| lessons.most_rules.replace(most) != Some(most);
            return Ok(self.taught.teach(id, Instant::now(), learn));
        }
        let refused = error
            .refused()
            .and_then(|(change, refusal)| Some((part(change)?, refusal)));
        Ok(refused.is_some_and(|(part, refusal)| {
            let learn = |lessons: &mut Lessons| lessons.refuse(part, refusal, plan);
            self.taught.teach(id, Instant::now(), learn)
        }))
    }

    /// What AWS took is what a member keeps when it becomes bad.
    async fn remember(&self, group: &Group, plan: &mut GroupPlan, secrets: Versions) {
        if group.members.is_empty() {
            return self.memory.forget(&group.id).await;
        }
        self.memory
            .keep(&group.id, std::mem::take(&mut plan.good), secrets)
            .await;
    }

    /// What the group asks for. Members whose wishes are not met hear of it.
    async fn plan(&self, group: &Group) -> Result<Planned, Error> {
        let id = &group.id;
        let last_good = self.memory.portions(id).await.map_err(Error::Recall)?;
        let live = self
            .converger
            .load_balancer(&id.to_string())
            .await
            .map_err(Error::Live)?;
        let lessons = self.taught.of(id, Instant::now());
        let facts = self.facts.gather(group, live, &last_good, lessons).await;
        let facts = facts.map_err(Error::Facts)?;
        let plan = plan(group, &facts, &last_good, &self.config).map_err(Error::Plan)?;
        tracing::debug!(stack = %model::printed(&plan.stack), "planned");
        let secrets = versions(&facts.secrets);
        if self.memory.differs(id, &secrets).await.map_err(Error::Recall)? {
            self.converger.secrets_changed(&id.to_string());
        }
        self.tell_refused(group, &plan.refused).await;
        Ok(Planned { plan, secrets })
    }

    async fn tell_refused(&self, group: &Group, refused: &[Refusal]) {
        let left = group.inactive.iter();
        left.for_each(|ingress| self.told.forget(&IngressKey::of(ingress)));
        for member in &group.members {
            let key = IngressKey::of(&member.ingress);
            let Some(refusal) = refused.iter().find(|refusal| refusal.key == key) else {
                self.told.forget(&key);
                continue;
            };
            self.metrics.failed("build_model_error");
            if self.told.is_news(&key, &refusal.error, Instant::now()) {
                tracing::warn!(group = %group.id, ingress = %key, keeps_rules = refusal.keeps_rules,
                    error = %Chain(&refusal.error), "left out");
                let warning = self
                    .events
                    .warning(&*member.ingress, "FailedBuildModel", &refusal.error);
                warning.await;
            }
        }
    }

    /// Makes AWS what the stack says, and the status of the members as soon as it serves; nothing is left of a group without members.
    async fn deploy(&self, group: &Group, stack: &Stack) -> Result<Option<Converged>, Error> {
        let claimed = self.claimed(group, stack).await?;
        if stack.load_balancer.is_none() {
            let cleaned = self.converger.cleanup(&stack.id, &claimed).await;
            return cleaned.map(|()| None).map_err(Error::Converge);
        }
        let told = OnceCell::new();
        let tell = async |serving: &Converged| {
            let update = self.update_status(group, stack, serving);
            let updated = self.metrics.time("dns_resolve_and_update_status", update).await;
            let _told_before = told.set(updated);
        };
        let converged = self.converger.converge_and_tell(stack, &claimed, tell).await;
        let converged = converged.map_err(Error::Converge)?;
        told.into_inner().transpose()?;
        Ok(Some(converged))
    }

    /// Ids of the stacks that have something on AWS. Who gives up what all share asks whether Services have it, too.
    async fn claimed(&self, group: &Group, stack: &Stack) -> Result<Vec<String>, Error> {
        let mut claimed = self.cluster.claimed(&group.id, !group.members.is_empty());
        if !stack.needs_backend_security_group {
            let others = any_holds::<Service>(&self.client, |finalizer| finalizer == SERVICE_FINALIZER);
            claimed.extend(others.await.map_err(Error::Claims)?.then(|| "services".to_owned()));
        }
        Ok(claimed)
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
