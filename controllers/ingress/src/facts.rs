//! Asks AWS and the cluster for what the plan of a group needs to know.

use crate::secrets::Secrets;
use aws_api::acm::Certificate;
use aws_api::elbv2::LoadBalancer;
use aws_api::wafv2::WebAcl;
use aws_api::{Aws, AwsError};
use k8s_openapi::api::core::v1::Service;
use loadbalancing::network::shown;
use loadbalancing::{Fresh, Network};
use model::tags::Owner;
use parking_lot::Mutex;
use plan::Config;
use plan::ingress::{ByName, Facts, Group, IngressKey, KnownCertificate, Lessons, Needs, Portion, needs, services};
use runtime::Key;
use runtime::cache::Cache;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How long lists that others may add to are believed.
const LIST_LIFETIME: Duration = Duration::from_secs(60);
/// How long the names of an imported certificate are believed: it can be imported anew with others.
const IMPORTED_LIFETIME: Duration = Duration::from_secs(300);
/// Certificates whose names change.
const IMPORTED: &str = "IMPORTED";

/// Where facts come from. What all groups share is asked for once for all of them.
pub(crate) struct FactSource {
    aws: Aws,
    config: Config,
    services: Cache<Service>,
    secrets: Secrets,
    network: Network,
    web_acls: Fresh<Vec<WebAcl>>,
    certificates: Fresh<Vec<KnownCertificate>>,
    described: Mutex<BTreeMap<String, (Instant, Certificate)>>,
}

impl FactSource {
    pub(crate) fn new(aws: Aws, config: Config, services: Cache<Service>, secrets: Secrets) -> Self {
        Self {
            network: Network::new(aws.ec2.clone(), &config.vpc_id),
            aws,
            config,
            services,
            secrets,
            web_acls: Fresh::new(LIST_LIFETIME),
            certificates: Fresh::new(LIST_LIFETIME),
            described: Mutex::default(),
        }
    }

    /// What the plan of `group` needs, whose load balancer on AWS is `live`.
    pub(crate) async fn gather(
        &self,
        group: &Group,
        live: Option<LoadBalancer>,
        last_good: &BTreeMap<IngressKey, Portion>,
        lessons: Lessons,
    ) -> Result<Facts, AwsError> {
        let services = self.services(group);
        let subnets = self.network.subnets().await?;
        let needs = needs(group, &services, &subnets, last_good, &self.config);
        let route_tables = match needs.route_tables {
            true => self.network.route_tables().await?,
            false => Vec::new(),
        };
        let secrets = self.secrets.of(&group.id, &needs.secrets).await;
        Ok(Facts {
            subnets,
            route_tables,
            live: live.map(shown),
            lessons,
            services,
            secrets,
            certificates: self.certificates(&needs).await?,
            web_acls: self.web_acls(&needs).await?,
            target_groups: self.target_groups(&needs.target_groups).await?,
            trust_stores: self.trust_stores(&needs.trust_stores).await?,
            security_groups: self.network.security_groups(needs.security_groups).await?,
        })
    }

    fn services(&self, group: &Group) -> ByName<Service> {
        let named: BTreeSet<_> = group
            .members
            .iter()
            .flat_map(|member| services(&member.ingress))
            .collect();
        let found = named.into_iter().filter_map(|name| {
            let service = self.services.get(&Key::new(&name.0, &name.1))?;
            Some((name, Service::clone(&service)))
        });
        found.collect()
    }

    async fn target_groups(&self, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, AwsError> {
        let mut found = BTreeMap::new();
        for name in names {
            match self.aws.elbv2.describe_target_group_by_name(name).await {
                Ok(group) => drop(found.insert(name.clone(), group.arn)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn trust_stores(&self, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, AwsError> {
        let mut found = BTreeMap::new();
        for name in names {
            // One unknown name would fail a request by names.
            match self.aws.elbv2.describe_trust_stores(std::slice::from_ref(name)).await {
                Ok(stores) => found.extend(stores.into_iter().map(|store| (store.name, store.arn))),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn web_acls(&self, needs: &Needs) -> Result<BTreeMap<String, String>, AwsError> {
        if !needs.web_acls {
            return Ok(BTreeMap::new());
        }
        let acls = self
            .web_acls
            .get(Instant::now(), self.aws.wafv2.list_web_acls())
            .await?;
        Ok(acls.iter().map(|acl| (acl.name.clone(), acl.arn.clone())).collect())
    }

    async fn certificates(&self, needs: &Needs) -> Result<Vec<KnownCertificate>, AwsError> {
        if !needs.certificates {
            return Ok(Vec::new());
        }
        let list = self.certificates.get(Instant::now(), self.list_certificates());
        Ok(list.await?.to_vec())
    }

    async fn list_certificates(&self) -> Result<Vec<KnownCertificate>, AwsError> {
        let mut known = Vec::new();
        for arn in self.aws.acm.list_certificates(&["ISSUED"]).await? {
            if self.config.gates.certificate_management && self.made_by_us(&arn).await? {
                continue;
            }
            let certificate = self.describe(&arn).await?;
            known.push(KnownCertificate {
                arn,
                domains: certificate.subject_alternative_names,
                authority_arn: certificate.certificate_authority_arn,
            });
        }
        Ok(known)
    }

    /// Certificates that a group asked for are of that group alone.
    async fn made_by_us(&self, arn: &str) -> Result<bool, AwsError> {
        let tags = self.aws.acm.list_tags_for_certificate(arn).await?;
        Ok(tags.contains_key(Owner::Ingress.stack_key()))
    }

    async fn describe(&self, arn: &str) -> Result<Certificate, AwsError> {
        let known = self.described.lock().get(arn).cloned();
        if let Some((since, certificate)) = known
            && (certificate.kind != IMPORTED || since.elapsed() < IMPORTED_LIFETIME)
        {
            return Ok(certificate);
        }
        let certificate = self.aws.acm.describe_certificate(arn).await?;
        let entry = (Instant::now(), certificate.clone());
        self.described.lock().insert(arn.to_owned(), entry);
        Ok(certificate)
    }
}
