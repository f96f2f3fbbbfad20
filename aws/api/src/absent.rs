//! Services that a process does not call.

use crate::acm::{Certificate, NewCertificate};
use crate::shield::Protection;
use crate::wafv2::WebAcl;
use crate::{Acm, AwsError, Result, Shield, Tags, WafRegional, Wafv2};
use async_trait::async_trait;

/// Stands for the services beside load balancing in a process that has no use for them, so that it does not carry
/// their clients. A call is an error that says so.
#[derive(Debug, Clone, Copy)]
pub struct Absent;

fn absent<T>(operation: &'static str) -> Result<T> {
    Err(AwsError {
        operation,
        code: "NotCalledHere".to_owned(),
        message: "this program has no client for the service of this call".to_owned(),
        request_id: None,
    })
}

#[async_trait]
impl Acm for Absent {
    async fn list_certificates(&self, _: &[&str]) -> Result<Vec<String>> {
        absent("ListCertificates")
    }
    async fn describe_certificate(&self, _: &str) -> Result<Certificate> {
        absent("DescribeCertificate")
    }
    async fn list_tags_for_certificate(&self, _: &str) -> Result<Tags> {
        absent("ListTagsForCertificate")
    }
    async fn request_certificate(&self, _: &NewCertificate) -> Result<String> {
        absent("RequestCertificate")
    }
    async fn delete_certificate(&self, _: &str) -> Result<()> {
        absent("DeleteCertificate")
    }
}

#[async_trait]
impl Wafv2 for Absent {
    async fn list_web_acls(&self) -> Result<Vec<WebAcl>> {
        absent("ListWebACLs")
    }
    async fn get_web_acl_for_resource(&self, _: &str) -> Result<Option<String>> {
        absent("GetWebACLForResource")
    }
    async fn associate_web_acl(&self, _: &str, _: &str) -> Result<()> {
        absent("AssociateWebACL")
    }
    async fn disassociate_web_acl(&self, _: &str) -> Result<()> {
        absent("DisassociateWebACL")
    }
}

#[async_trait]
impl WafRegional for Absent {
    async fn get_web_acl_for_resource(&self, _: &str) -> Result<Option<String>> {
        absent("GetWebACLForResource")
    }
    async fn associate_web_acl(&self, _: &str, _: &str) -> Result<()> {
        absent("AssociateWebACL")
    }
    async fn disassociate_web_acl(&self, _: &str) -> Result<()> {
        absent("DisassociateWebACL")
    }
}

#[async_trait]
impl Shield for Absent {
    async fn is_subscribed(&self) -> Result<bool> {
        absent("GetSubscriptionState")
    }
    async fn describe_protection(&self, _: &str) -> Result<Option<Protection>> {
        absent("DescribeProtection")
    }
    async fn create_protection(&self, _: &str, _: &str) -> Result<String> {
        absent("CreateProtection")
    }
    async fn delete_protection(&self, _: &str) -> Result<()> {
        absent("DeleteProtection")
    }
}
