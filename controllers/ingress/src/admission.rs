//! The webhooks of Ingresses and IngressClassParams: what the verdict in [`plan::ingress::admission`] needs to know, and how it is told.

use crate::cluster::Cluster;
use async_trait::async_trait;
use controllers_api::ingress_class_params::IngressClassParams;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use kube::{Api, Client};
use plan::Config;
use plan::ingress::Classes;
use plan::ingress::admission::{Refused, class_params, ingress};
use runtime::metrics::Metrics;
use runtime::webhook::{Admission, Request, ReviewError, Verdict};

const INGRESS: &str = "/validate-networking-v1-ingress";
const CLASS_PARAMS: &str = "/validate-elbv2-k8s-aws-v1beta1-ingressclassparams";

/// Judges by the classes that there are.
pub(crate) struct Gate {
    pub(crate) client: Client,
    pub(crate) cluster: Cluster,
    pub(crate) config: Config,
    pub(crate) metrics: Metrics,
}

#[async_trait]
impl Admission for Gate {
    fn paths(&self) -> &'static [&'static str] {
        &[INGRESS, CLASS_PARAMS]
    }

    async fn review(&self, path: &str, request: &Request) -> Result<Verdict, ReviewError> {
        if !matches!(request.operation.as_str(), "CREATE" | "UPDATE") {
            return Ok(Verdict::Allowed);
        }
        let (name, judged) = match path {
            INGRESS => (INGRESS, self.ingress(request).await?),
            _ => (CLASS_PARAMS, judge_class_params(request)?),
        };
        Ok(match judged {
            Ok(()) => Verdict::Allowed,
            Err(refused) => {
                self.metrics.refused(name, refused.check);
                Verdict::Denied(refused.to_string())
            }
        })
    }
}

impl Gate {
    async fn ingress(&self, request: &Request) -> Result<Result<(), Refused>, ReviewError> {
        let (old, new): (Option<Ingress>, Ingress) = (request.old_object()?, request.object()?);
        let classes = self.classes(&new).await?;
        Ok(ingress(old.as_ref(), &new, &classes, &self.config))
    }

    /// The classes; that of the Ingress, too, if it came together with it and the watch has not shown it yet.
    async fn classes(&self, ingress: &Ingress) -> Result<Classes, ReviewError> {
        self.cluster.classes.wait_until_listed().await;
        let mut classes = self.cluster.classes();
        let named = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_ref());
        if let Some(name) = named.filter(|name| !classes.classes.contains_key(*name)) {
            let api: Api<IngressClass> = Api::all(self.client.clone());
            let found = api
                .get_opt(name)
                .await
                .map_err(|error| ReviewError::Look(error.into()))?;
            classes.classes.extend(found.map(|class| (name.clone(), class)));
        }
        Ok(classes)
    }
}

fn judge_class_params(request: &Request) -> Result<Result<(), Refused>, ReviewError> {
    let (old, new): (Option<IngressClassParams>, IngressClassParams) = (request.old_object()?, request.object()?);
    Ok(class_params(old.as_ref(), &new))
}
