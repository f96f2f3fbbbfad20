//! Certificates of ACM.

use super::{Failure, Target};
use crate::change::Change;
use crate::diff::ISSUED;
use crate::observed::Observed;
use crate::patience::Patience;
use crate::record::Made;
use aws_api::acm::{Certificate, NewCertificate};
use std::time::Duration;

/// When to look again whether a certificate is issued.
const NOT_ISSUED: Duration = Duration::from_secs(15);

impl Target<'_> {
    pub(super) async fn certificate(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let acm = &self.aws.acm;
        match change {
            Change::RequestCertificate(wanted) => {
                let new = NewCertificate {
                    domain_name: wanted.domain_name.clone(),
                    subject_alternative_names: wanted.subject_alternative_names.clone(),
                    certificate_authority_arn: wanted.certificate_authority_arn.clone(),
                    tags: wanted.tags.clone(),
                };
                let arn = acm.request_certificate(&new).await?;
                // ACM shows the rest only after a while.
                return Ok(Made::Certificate(Certificate {
                    arn,
                    domain_name: new.domain_name,
                    subject_alternative_names: new.subject_alternative_names,
                    kind: wanted.kind().to_owned(),
                    certificate_authority_arn: new.certificate_authority_arn,
                    ..Certificate::default()
                }));
            }
            Change::AwaitCertificate { certificate } => {
                let wanted = self.stack.certificates.iter().find(|wanted| wanted.id == *certificate);
                let live = wanted.and_then(|wanted| observed.certificate(wanted));
                return self.issued(&live.ok_or(Failure::Unresolved)?.certificate).await;
            }
            Change::DeleteCertificate { arn } => {
                Patience::CERTIFICATE.delete(|| acm.delete_certificate(arn)).await?;
            }
            _ => {}
        }
        Ok(Made::Done)
    }

    /// Names are proved to ACM by DNS records, which whoever runs the zone must make.
    async fn issued(&self, known: &Certificate) -> Result<Made, Failure> {
        let now = self.aws.acm.describe_certificate(&known.arn).await?;
        if now.status == ISSUED {
            // Names as they were asked for tell it from others, also while ACM does not show them.
            let subject_alternative_names = known.subject_alternative_names.clone();
            return Ok(Made::Certificate(Certificate {
                subject_alternative_names,
                ..now
            }));
        }
        let records = now.validation_records.iter();
        let records: Vec<_> = records
            .map(|record| format!("{} {} {}", record.name, record.kind, record.value))
            .collect();
        Err(Failure::Waiting {
            reason: format!(
                "certificate {} is {}; DNS records: {}",
                now.arn,
                now.status,
                records.join(", ")
            ),
            again: NOT_ISSUED,
        })
    }
}
