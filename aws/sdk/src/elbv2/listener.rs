//! Listeners, their certificates, trust stores.

use super::{Elbv2Client, PAGE, convert};
use crate::call::created;
use async_trait::async_trait;
use aws_api::elbv2::{Attributes, Listener, ListenerSpec, Listeners, TrustStore};
use aws_api::{Result, Tags};

#[async_trait]
impl Listeners for Elbv2Client {
    async fn describe_listeners(&self, load_balancer_arn: &str) -> Result<Vec<Listener>> {
        let request = |marker| {
            self.client
                .describe_listeners()
                .load_balancer_arn(load_balancer_arn)
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeListeners", request, |page| page.next_marker())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.listeners.unwrap_or_default())
            .map(convert::listener)
            .collect())
    }

    async fn create_listener(&self, load_balancer_arn: &str, spec: &ListenerSpec, tags: &Tags) -> Result<Listener> {
        let request = self
            .client
            .create_listener()
            .load_balancer_arn(load_balancer_arn)
            .port(spec.port)
            .protocol(spec.protocol.as_str().into())
            .set_default_actions(Some(convert::actions(&spec.default_actions)))
            .set_certificates(spec.certificate.as_ref().map(|arn| convert::certificates([arn])))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_alpn_policy(spec.alpn_policy.clone().map(|policy| vec![policy]))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(convert::mutual_authentication))
            .set_tags(Some(convert::tags(tags)));
        let answer = self.caller.call("CreateListener", request.send()).await?;
        created("CreateListener", answer.listeners).map(convert::listener)
    }

    async fn modify_listener(&self, arn: &str, spec: &ListenerSpec) -> Result<()> {
        let request = self
            .client
            .modify_listener()
            .listener_arn(arn)
            .port(spec.port)
            .protocol(spec.protocol.as_str().into())
            .set_default_actions(Some(convert::actions(&spec.default_actions)))
            .set_certificates(spec.certificate.as_ref().map(|arn| convert::certificates([arn])))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_alpn_policy(spec.alpn_policy.clone().map(|policy| vec![policy]))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(convert::mutual_authentication));
        self.caller.call("ModifyListener", request.send()).await.map(drop)
    }

    async fn delete_listener(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_listener().listener_arn(arn);
        self.caller.call("DeleteListener", request.send()).await.map(drop)
    }

    async fn describe_listener_attributes(&self, arn: &str) -> Result<Attributes> {
        let request = self.client.describe_listener_attributes().listener_arn(arn);
        let answer = self.caller.call("DescribeListenerAttributes", request.send()).await?;
        Ok(convert::of_listener_attributes(answer.attributes.unwrap_or_default()))
    }

    async fn modify_listener_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()> {
        let request = self
            .client
            .modify_listener_attributes()
            .listener_arn(arn)
            .set_attributes(Some(convert::listener_attributes(attributes)));
        self.caller
            .call("ModifyListenerAttributes", request.send())
            .await
            .map(drop)
    }

    async fn describe_listener_certificates(&self, arn: &str) -> Result<Vec<String>> {
        let request = |marker| {
            self.client
                .describe_listener_certificates()
                .listener_arn(arn)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeListenerCertificates", request, |page| page.next_marker())
            .await?;
        let certificates = pages.into_iter().flat_map(|page| page.certificates.unwrap_or_default());
        let extra = certificates.filter(|certificate| certificate.is_default != Some(true));
        Ok(extra.filter_map(|certificate| certificate.certificate_arn).collect())
    }

    async fn add_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()> {
        let certificates = convert::certificates(certificates);
        let request = self
            .client
            .add_listener_certificates()
            .listener_arn(arn)
            .set_certificates(Some(certificates));
        self.caller
            .call("AddListenerCertificates", request.send())
            .await
            .map(drop)
    }

    async fn remove_listener_certificates(&self, arn: &str, certificates: &[String]) -> Result<()> {
        let certificates = convert::certificates(certificates);
        let request = self
            .client
            .remove_listener_certificates()
            .listener_arn(arn)
            .set_certificates(Some(certificates));
        self.caller
            .call("RemoveListenerCertificates", request.send())
            .await
            .map(drop)
    }

    async fn describe_trust_stores(&self, names: &[String]) -> Result<Vec<TrustStore>> {
        let request = |marker| {
            self.client
                .describe_trust_stores()
                .set_names(Some(names.to_vec()))
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeTrustStores", request, |page| page.next_marker())
            .await?;
        let stores = pages.into_iter().flat_map(|page| page.trust_stores.unwrap_or_default());
        Ok(stores.map(convert::trust_store).collect())
    }
}
