//! Certificates of the stack: found by resource id and names, replaced when the names differ.

use super::Diff;
use crate::change::Change;
use crate::observed::LiveCertificate;

/// Status of a certificate that can be used.
pub(crate) const ISSUED: &str = "ISSUED";

impl Diff<'_> {
    pub(super) fn certificates(&self, changes: &mut Vec<Change>) {
        for desired in &self.desired.certificates {
            let live = self.observed.certificate(desired);
            if live.is_none() {
                changes.push(Change::RequestCertificate(desired.clone()));
            }
            if live.is_none_or(|live| live.certificate.status != ISSUED) {
                changes.push(Change::AwaitCertificate {
                    certificate: desired.id.clone(),
                });
            }
        }
    }

    pub(super) fn orphaned_certificates(&self, changes: &mut Vec<Change>) {
        let kept = |live: &LiveCertificate| {
            let mut wanted = self.desired.certificates.iter();
            wanted.any(|desired| {
                let kept = self.observed.certificate(desired);
                kept.is_some_and(|kept| kept.certificate.arn == live.certificate.arn)
            })
        };
        let orphans = self.observed.certificates.iter().filter(|live| !kept(live));
        changes.extend(orphans.map(|live| Change::DeleteCertificate {
            arn: live.certificate.arn.clone(),
        }));
    }
}
