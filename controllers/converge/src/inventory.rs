//! What this cluster has on AWS, by stack, kept in memory.
//!
//! One listing at the start (all load balancers, all target groups, their tags 20 per call, the security groups that
//! carry the cluster's tag), then our own writes keep it true. So a Service costs the same number of calls whether
//! there are ten of them or a thousand. It is listed again when it is old, or when AWS contradicted it.

use crate::observed::{LiveCertificate, LiveLoadBalancer, LiveTargetGroup, Observed};
use aws_api::ec2::SecurityGroup;
use aws_api::{Aws, AwsError, Tags};
use model::tags::{CLUSTER_KEY, Owner};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// The objects of one cluster in one VPC.
pub struct Inventory {
    aws: Aws,
    owner: Owner,
    cluster: String,
    vpc_id: String,
    max_age: Duration,
    /// Whether stacks can have certificates, which ACM lists one by one.
    certificates: bool,
    /// Held while listing, so that all who need a listing share one.
    listing: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stacks: BTreeMap<String, Observed>,
    /// When the current contents were asked for.
    listed: Option<Instant>,
    /// How many listings were finished.
    listings: u64,
    /// Stacks that AWS contradicted; their contents are not to be relied on.
    suspect: BTreeSet<String>,
    /// How many listings were begun.
    epoch: u64,
    /// Stacks with secrets that were changed since AWS was sent them.
    stale_secrets: BTreeSet<String>,
    /// Stacks written to, with the epoch of the last write. A listing of that epoch may not know of the write.
    written: BTreeMap<String, u64>,
}

impl Inventory {
    /// An inventory of the stacks of one kind of owner. It has not been listed yet and lists again after `max_age`.
    #[must_use]
    pub fn new(aws: Aws, owner: Owner, cluster: &str, vpc_id: &str, max_age: Duration) -> Self {
        Self {
            aws,
            owner,
            cluster: cluster.to_owned(),
            vpc_id: vpc_id.to_owned(),
            max_age,
            certificates: false,
            listing: tokio::sync::Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// The same, which lists certificates, too.
    #[must_use]
    pub fn with_certificates(self) -> Self {
        Self {
            certificates: true,
            ..self
        }
    }

    /// What the stacks belong to.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// What the stack has.
    ///
    /// # Errors
    /// When it must be listed and that fails.
    pub async fn observe(&self, stack: &str) -> Result<Observed, AwsError> {
        let seen = {
            let state = self.state.lock();
            if !state.must_list(stack, self.max_age) {
                return Ok(state.stacks.get(stack).cloned().unwrap_or_default());
            }
            state.listings
        };
        let _alone = self.listing.lock().await;
        if self.state.lock().listings == seen || self.state.lock().must_list(stack, self.max_age) {
            self.list().await?;
        }
        Ok(self.state.lock().stacks.get(stack).cloned().unwrap_or_default())
    }

    /// Keeps what the stack's only writer just did on AWS, or learned of it.
    pub fn keep(&self, stack: &str, observed: &Observed) {
        let mut state = self.state.lock();
        let epoch = state.epoch;
        state.written.insert(stack.to_owned(), epoch);
        if observed.is_empty() {
            state.stacks.remove(stack);
        } else {
            state.stacks.insert(stack.to_owned(), observed.clone());
        }
    }

    /// AWS contradicted the contents: list again before the stack is observed next.
    pub fn suspect(&self, stack: &str) {
        self.state.lock().suspect.insert(stack.to_owned());
    }

    /// Secrets of the stack were changed: AWS, which never shows what it has, has others.
    pub(crate) fn secrets_changed(&self, stack: &str) {
        self.state.lock().stale_secrets.insert(stack.to_owned());
    }

    /// AWS has the secrets of the stack.
    pub(crate) fn secrets_sent(&self, stack: &str) {
        self.state.lock().stale_secrets.remove(stack);
    }

    /// Whether AWS may have other secrets than the stack's.
    pub(crate) fn has_stale_secrets(&self, stack: &str) -> bool {
        self.state.lock().stale_secrets.contains(stack)
    }

    /// The ids of all stacks that have something on AWS, as of the last listing and our own writes.
    #[must_use]
    pub fn stacks(&self) -> Vec<String> {
        self.state.lock().stacks.keys().cloned().collect()
    }

    async fn list(&self) -> Result<(), AwsError> {
        let (asked, suspects) = {
            let mut state = self.state.lock();
            state.epoch += 1;
            (Instant::now(), state.suspect.clone())
        };
        let listed = self.read().await?;
        let mut state = self.state.lock();
        state.install(listed, &suspects);
        state.listed = Some(asked);
        Ok(())
    }

    async fn read(&self) -> Result<BTreeMap<String, Observed>, AwsError> {
        let filters = vec![
            ("vpc-id".to_owned(), vec![self.vpc_id.clone()]),
            (format!("tag:{CLUSTER_KEY}"), vec![self.cluster.clone()]),
        ];
        let (load_balancers, target_groups, security_groups) = tokio::try_join!(
            self.aws.elbv2.describe_load_balancers(),
            self.aws.elbv2.describe_target_groups(),
            self.aws.ec2.describe_security_groups(&[], &filters),
        )?;
        let load_balancers = load_balancers.into_iter().filter(|one| one.vpc_id == self.vpc_id);
        let target_groups = target_groups.into_iter().filter(|one| one.vpc_id == self.vpc_id);
        let (load_balancers, target_groups): (Vec<_>, Vec<_>) = (load_balancers.collect(), target_groups.collect());
        let arns = load_balancers.iter().map(|one| one.arn.clone());
        let arns: Vec<_> = arns.chain(target_groups.iter().map(|one| one.arn.clone())).collect();
        let mut tags = self.aws.elbv2.describe_tags(&arns).await?;

        let mut stacks = ByStack {
            owner: self.owner,
            cluster: &self.cluster,
            stacks: BTreeMap::new(),
        };
        for load_balancer in load_balancers {
            let tags = tags.remove(&load_balancer.arn).unwrap_or_default();
            if let Some(observed) = stacks.of(&tags) {
                observed
                    .load_balancers
                    .push(LiveLoadBalancer::found(load_balancer, tags));
            }
        }
        for group in target_groups {
            let tags = tags.remove(&group.arn).unwrap_or_default();
            if let Some(observed) = stacks.of(&tags) {
                observed.target_groups.push(LiveTargetGroup::found(group, tags));
            }
        }
        for group in security_groups {
            let SecurityGroup { tags, .. } = &group;
            if let Some(observed) = stacks.of(tags) {
                observed.security_groups.push(group);
            }
        }
        if self.certificates {
            self.read_certificates(&mut stacks).await?;
        }
        Ok(stacks.stacks)
    }

    async fn read_certificates(&self, stacks: &mut ByStack<'_>) -> Result<(), AwsError> {
        for arn in self.aws.acm.list_certificates(&[]).await? {
            let tags = self.aws.acm.list_tags_for_certificate(&arn).await?;
            if let Some(observed) = stacks.of(&tags) {
                let certificate = self.aws.acm.describe_certificate(&arn).await?;
                observed.certificates.push(LiveCertificate { certificate, tags });
            }
        }
        Ok(())
    }
}

impl State {
    fn must_list(&self, stack: &str, max_age: Duration) -> bool {
        self.suspect.contains(stack) || self.listed.is_none_or(|listed| listed.elapsed() > max_age)
    }

    /// Replaces the contents by what was listed, except for stacks that were written to meanwhile.
    fn install(&mut self, mut listed: BTreeMap<String, Observed>, suspects: &BTreeSet<String>) {
        let epoch = self.epoch;
        self.written.retain(|_, written| *written == epoch);
        for stack in self.written.keys().filter(|stack| !suspects.contains(*stack)) {
            match self.stacks.remove(stack) {
                Some(observed) => listed.insert(stack.clone(), observed),
                None => listed.remove(stack),
            };
        }
        self.stacks = listed;
        self.listings += 1;
        self.suspect.retain(|stack| !suspects.contains(stack));
    }
}

/// Sorts objects of this cluster by the stack that their tags name.
struct ByStack<'a> {
    owner: Owner,
    cluster: &'a str,
    stacks: BTreeMap<String, Observed>,
}

impl ByStack<'_> {
    fn of(&mut self, tags: &Tags) -> Option<&mut Observed> {
        if tags.get(CLUSTER_KEY).map(String::as_str) != Some(self.cluster) {
            return None;
        }
        let stack = tags.get(self.owner.stack_key())?;
        Some(self.stacks.entry(stack.clone()).or_default())
    }
}
