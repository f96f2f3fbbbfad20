//! Certificates of one Ingress: named, to be made, or found among those of ACM.

use super::Reading;
use crate::PlanError;
use crate::ingress::facts::KnownCertificate;
use k8s_openapi::api::networking::v1::IngressSpec;
use model::tags::Owner;
use model::{Certificate, CertificateRef, names};
use std::collections::BTreeSet;

const ARN: &str = "certificate-arn";

/// The hosts that an Ingress serves: those of rules and those of `tls`.
pub(crate) fn hosts(spec: &IngressSpec) -> BTreeSet<&str> {
    let rules = spec.rules.iter().flatten().filter_map(|rule| rule.host.as_deref());
    let tls = spec.tls.iter().flatten().flat_map(|tls| tls.hosts.iter().flatten());
    rules
        .chain(tls.map(String::as_str))
        .filter(|host| !host.is_empty())
        .collect()
}

/// The certificates that serve all hosts, by ARN; or the first host that none serves.
pub(crate) fn discover<'h>(
    hosts: &BTreeSet<&'h str>,
    certificates: &[KnownCertificate],
    authorities: &BTreeSet<String>,
) -> Result<BTreeSet<String>, &'h str> {
    let trusted = |certificate: &&KnownCertificate| {
        let authority = certificate.authority_arn.as_ref();
        authorities.is_empty() || authority.is_some_and(|authority| authorities.contains(authority))
    };
    let mut found = BTreeSet::new();
    for host in hosts {
        let serves = |certificate: &&KnownCertificate| certificate.domains.iter().any(|domain| serves(domain, host));
        let matching = certificates.iter().filter(trusted).filter(serves);
        let before = matching.map(|certificate| certificate.arn.clone()).collect::<Vec<_>>();
        if before.is_empty() {
            return Err(host);
        }
        found.extend(before);
    }
    Ok(found)
}

/// Whether a name of a certificate covers a host: the same, or a wildcard that differs in the first label alone.
fn serves(domain: &str, host: &str) -> bool {
    if domain == host {
        return true;
    }
    let Some(parent) = domain.strip_prefix("*.") else {
        return false;
    };
    host.split_once('.').is_some_and(|(_, rest)| rest == parent)
}

impl Reading<'_> {
    /// Certificates that need not be looked for.
    pub(crate) fn explicit_certificates(&self, made: Option<&Certificate>) -> Vec<CertificateRef> {
        let of_class = self
            .params
            .map(|class| class.certificate_arn.clone())
            .unwrap_or_default();
        let named = if of_class.is_empty() {
            self.annotations.list(ARN)
        } else {
            of_class
        };
        match named.is_empty() {
            true => made
                .map(|made| CertificateRef::Id(made.id.clone()))
                .into_iter()
                .collect(),
            false => named.into_iter().map(CertificateRef::Arn).collect(),
        }
    }

    /// Certificates of ACM that serve the hosts, sorted by ARN, so that the first is the same each time.
    pub(crate) fn discovered_certificates(&self) -> Result<Vec<CertificateRef>, PlanError> {
        let hosts = hosts(self.spec);
        let authorities = &self.config.allowed_certificate_authorities;
        match discover(&hosts, &self.facts.certificates, authorities) {
            Ok(found) => Ok(found.into_iter().map(CertificateRef::Arn).collect()),
            Err(host) => Err(PlanError::Field {
                object: None,
                field: "rules[].host or spec.tls[].hosts".to_owned(),
                value: host.to_owned(),
                problem: "no issued certificate of ACM has this name".to_owned(),
                remedy: format!(
                    "import or request one, or name one in the annotation {}{ARN}",
                    self.annotations.prefix()
                ),
            }),
        }
    }

    /// The certificate to be made for the Ingress, if it asks for one.
    pub(crate) fn certificate(&self) -> Result<Option<Certificate>, PlanError> {
        let key = "create-acm-cert";
        let asked = self.annotations.boolean(key).unwrap_or_default().unwrap_or(false);
        if !self.config.gates.certificate_management || !asked || !self.annotations.list(ARN).is_empty() {
            return Ok(None);
        }
        let hosts = hosts(self.spec);
        let Some(first) = hosts.first() else {
            let remedy = "name a host in spec.rules or spec.tls";
            return Err(self.annotations.error(key, "possible without a host", remedy).into());
        };
        let authority = self.annotations.text("acm-pca-arn").filter(|arn| !arn.is_empty());
        let authority = authority.unwrap_or(&self.config.default_pca_arn);
        let mut certificate = Certificate {
            domain_name: (*first).to_owned(),
            subject_alternative_names: hosts.iter().map(|host| (*host).to_owned()).collect(),
            certificate_authority_arn: (!authority.is_empty()).then(|| authority.to_owned()),
            ..Certificate::default()
        };
        let (namespace, name) = (&self.key.namespace, &self.key.name);
        certificate.id = names::ingress::certificate_id(certificate.kind(), first, namespace, name);
        // Default tags win here, whatever the gate says that lets them lose elsewhere.
        let mut tags = self.user_tags(self.annotations)?;
        tags.extend(self.config.default_tags.clone());
        let group = self.group.to_string();
        certificate.tags = Owner::Ingress.resource_tags(&self.config.cluster, &group, &certificate.id, &tags);
        Ok(Some(certificate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_one_label() {
        for (domain, host, covered) in [
            ("a.example.com", "a.example.com", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", "*.example.com", true),
            ("a.example.com", "*.example.com", false),
            ("A.example.com", "a.example.com", false),
        ] {
            assert_eq!(serves(domain, host), covered, "{domain} {host}");
        }
    }

    #[test]
    fn each_host_needs_a_certificate() {
        let known = |arn: &str, domain: &str, authority: Option<&str>| KnownCertificate {
            arn: arn.to_owned(),
            domains: vec![domain.to_owned()],
            authority_arn: authority.map(str::to_owned),
        };
        let certificates = [
            known("c", "*.example.com", None),
            known("b", "a.example.com", Some("pca")),
        ];
        let found = |hosts: &[&'static str], authorities: &[&str]| {
            let authorities = authorities.iter().map(|&arn| arn.to_owned()).collect();
            discover(&hosts.iter().copied().collect(), &certificates, &authorities)
        };
        let arns = |arns: &[&str]| Ok(arns.iter().map(|&arn| arn.to_owned()).collect());
        assert_eq!(found(&["a.example.com"], &[]), arns(&["b", "c"]));
        assert_eq!(found(&["a.example.com"], &["pca"]), arns(&["b"]));
        assert_eq!(found(&["a.example.com", "shop.test"], &[]), Err("shop.test"));
        assert_eq!(found(&[], &[]), arns(&[]));
    }
}
