//! AWS Certificate Manager over the SDK.

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::acm::{Certificate, NewCertificate, ValidationRecord};
use aws_api::{Acm, AwsError, Result, Tags};
use aws_sdk_acm::Client;
use aws_sdk_acm::types::{CertificateDetail, DomainValidation, Filters, KeyAlgorithm, Tag, ValidationMethod};

/// All algorithms of keys; a list that names none shows RSA keys of up to 2048 bits only.
const KEY_TYPES: [KeyAlgorithm; 7] = [
    KeyAlgorithm::Rsa1024,
    KeyAlgorithm::Rsa2048,
    KeyAlgorithm::Rsa3072,
    KeyAlgorithm::Rsa4096,
    KeyAlgorithm::EcPrime256v1,
    KeyAlgorithm::EcSecp384r1,
    KeyAlgorithm::EcSecp521r1,
];

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct AcmClient {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

#[async_trait]
impl Acm for AcmClient {
    async fn list_certificates(&self, statuses: &[&str]) -> Result<Vec<String>> {
        let statuses: Vec<_> = statuses.iter().map(|status| (*status).into()).collect();
        let statuses = (!statuses.is_empty()).then_some(statuses);
        let includes = Filters::builder().set_key_types(Some(KEY_TYPES.to_vec())).build();
        let request = |token| {
            self.client
                .list_certificates()
                .set_certificate_statuses(statuses.clone())
                .includes(includes.clone())
                .set_next_token(token)
                .send()
        };
        let pages = self
            .caller
            .pages("ListCertificates", request, |page| page.next_token())
            .await?;
        let listed = pages
            .into_iter()
            .flat_map(|page| page.certificate_summary_list.unwrap_or_default());
        Ok(listed.filter_map(|summary| summary.certificate_arn).collect())
    }

    async fn describe_certificate(&self, arn: &str) -> Result<Certificate> {
        let request = self.client.describe_certificate().certificate_arn(arn);
        let answer = self.caller.call("DescribeCertificate", request.send()).await?;
        answer
            .certificate
            .map(certificate)
            .ok_or_else(|| empty("DescribeCertificate"))
    }

    async fn list_tags_for_certificate(&self, arn: &str) -> Result<Tags> {
        let request = self.client.list_tags_for_certificate().certificate_arn(arn);
        let answer = self.caller.call("ListTagsForCertificate", request.send()).await?;
        let tags = answer.tags.unwrap_or_default().into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
    }

    async fn request_certificate(&self, new: &NewCertificate) -> Result<String> {
        let by_dns = new.certificate_authority_arn.is_none().then_some(ValidationMethod::Dns);
        let mut request = self
            .client
            .request_certificate()
            .domain_name(&new.domain_name)
            .set_subject_alternative_names(Some(new.subject_alternative_names.clone()))
            .set_certificate_authority_arn(new.certificate_authority_arn.clone())
            .set_validation_method(by_dns);
        for (key, value) in &new.tags {
            let tag = Tag::builder().key(key).value(value).build();
            request = request.tags(tag.map_err(|error| unbuilt("RequestCertificate", &error))?);
        }
        let answer = self.caller.call("RequestCertificate", request.send()).await?;
        answer.certificate_arn.ok_or_else(|| empty("RequestCertificate"))
    }

    async fn delete_certificate(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_certificate().certificate_arn(arn);
        self.caller.call("DeleteCertificate", request.send()).await.map(drop)
    }
}

fn certificate(detail: CertificateDetail) -> Certificate {
    let validations = detail.domain_validation_options.unwrap_or_default();
    Certificate {
        arn: detail.certificate_arn.unwrap_or_default(),
        domain_name: detail.domain_name.unwrap_or_default(),
        subject_alternative_names: detail.subject_alternative_names.unwrap_or_default(),
        status: detail
            .status
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        kind: detail.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        certificate_authority_arn: detail.certificate_authority_arn,
        created_at: detail.created_at.map(|at| at.secs()),
        validation_records: validations.into_iter().filter_map(validation_record).collect(),
    }
}

fn validation_record(validation: DomainValidation) -> Option<ValidationRecord> {
    let record = validation.resource_record?;
    Some(ValidationRecord {
        domain_name: validation.domain_name,
        name: record.name,
        kind: record.r#type.as_str().to_owned(),
        value: record.value,
    })
}

fn empty(operation: &'static str) -> AwsError {
    failed(operation, "the answer does not contain the certificate".to_owned())
}

fn unbuilt(operation: &'static str, error: &dyn std::error::Error) -> AwsError {
    failed(operation, error.to_string())
}

fn failed(operation: &'static str, message: String) -> AwsError {
    AwsError {
        operation,
        code: "RequestFailed".to_owned(),
        message,
        request_id: None,
    }
}
