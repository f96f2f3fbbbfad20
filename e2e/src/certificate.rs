//! A certificate as whoever imports one into ACM has it: with its key, and signed by an authority of their own.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};

/// PEM of a certificate, its key, and the authority's certificate.
#[derive(Debug, Clone)]
pub struct ImportedCertificate {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub private_key: String,
    /// The authority: what clients have to trust.
    pub authority: String,
}

impl ImportedCertificate {
    /// A certificate for servers of these names, by a new authority.
    ///
    /// # Errors
    /// When a name cannot be in a certificate.
    pub fn of(names: &[&str]) -> Result<Self, rcgen::Error> {
        let mut root = params("Seatrial example authority", &[])?;
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let root_key = KeyPair::generate()?;
        let authority = root.self_signed(&root_key)?.pem();
        let own_key = KeyPair::generate()?;
        let subject = names.first().copied().unwrap_or_default();
        let own = params(subject, names)?.signed_by(&own_key, &Issuer::new(root, root_key))?;
        Ok(Self {
            certificate: own.pem(),
            private_key: own_key.serialize_pem(),
            authority,
        })
    }
}

fn params(subject: &str, names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, subject);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 12, 31));
    Ok(params)
}
