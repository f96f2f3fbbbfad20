//! Services whose clients are not linked yet: every call says so.

use async_trait::async_trait;
use aws_api::acm::{Acm, Certificate, NewCertificate};
use aws_api::shield::{Protection, Shield};
use aws_api::wafv2::{Wafv2, WebAcl};
use aws_api::{AwsError, Result, Tags, WafRegional};

/// A service without a client.
pub(crate) struct Unlinked;

fn unlinked<T>(operation: &'static str) -> Result<T> {
    Err(AwsError {
        operation,
        code: "RequestFailed".to_owned(),
        message: "this build has no client of the service".to_owned(),
        request_id: None,
    })
}

#[async_trait]
impl Acm for Unlinked {
    async fn list_certificates(&self, _: &[&str]) -> Result<Vec<String>> {
        unlinked("ListCertificates")
    }
    async fn describe_certificate(&self, _: &str) -> Result<Certificate> {
        unlinked("DescribeCertificate")
    }
    async fn list_tags_for_certificate(&self, _: &str) -> Result<Tags> {
        unlinked("ListTagsForCertificate")
    }
    async fn request_certificate(&self, _: &NewCertificate) -> Result<String> {
        unlinked("RequestCertificate")
    }
    async fn delete_certificate(&self, _: &str) -> Result<()> {
        unlinked("DeleteCertificate")
    }
}

#[async_trait]
impl Wafv2 for Unlinked {
    async fn list_web_acls(&self) -> Result<Vec<WebAcl>> {
        unlinked("ListWebACLs")
    }
    async fn get_web_acl_for_resource(&self, _: &str) -> Result<Option<String>> {
        unlinked("GetWebACLForResource")
    }
    async fn associate_web_acl(&self, _: &str, _: &str) -> Result<()> {
        unlinked("AssociateWebACL")
    }
    async fn disassociate_web_acl(&self, _: &str) -> Result<()> {
        unlinked("DisassociateWebACL")
    }
}

#[async_trait]
impl WafRegional for Unlinked {
    async fn get_web_acl_for_resource(&self, _: &str) -> Result<Option<String>> {
        unlinked("GetWebACLForResource")
    }
    async fn associate_web_acl(&self, _: &str, _: &str) -> Result<()> {
        unlinked("AssociateWebACL")
    }
    async fn disassociate_web_acl(&self, _: &str) -> Result<()> {
        unlinked("DisassociateWebACL")
    }
}

#[async_trait]
impl Shield for Unlinked {
    async fn is_subscribed(&self) -> Result<bool> {
        unlinked("GetSubscriptionState")
    }
    async fn describe_protection(&self, _: &str) -> Result<Option<Protection>> {
        unlinked("DescribeProtection")
    }
    async fn create_protection(&self, _: &str, _: &str) -> Result<String> {
        unlinked("CreateProtection")
    }
    async fn delete_protection(&self, _: &str) -> Result<()> {
        unlinked("DeleteProtection")
    }
}
