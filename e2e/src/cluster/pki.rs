//! The cluster's own certificate authority and what it signs.

use super::ClusterError;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A certificate authority in a folder, which also receives all that it signs.
pub(super) struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// Who a certificate is for.
pub(super) struct Subject<'a> {
    /// File name without extension.
    pub file: &'a str,
    /// Common name: the user.
    pub name: &'a str,
    /// Organisations: the groups.
    pub groups: &'a [&'a str],
    /// Names and addresses of a server.
    pub hosts: Vec<String>,
}

impl Authority {
    /// Makes a new authority and writes `ca.crt`.
    ///
    /// # Errors
    /// When a key cannot be made or a file cannot be written.
    pub(super) fn create(folder: &Path) -> Result<Self, ClusterError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name("seatrial-ca", &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(ClusterError::Certificate)?;
        let certificate = params.self_signed(&key).map_err(ClusterError::Certificate)?;
        let authority = Self {
            folder: folder.to_owned(),
            issuer: Issuer::new(params, key),
        };
        fs::create_dir_all(folder).map_err(|source| ClusterError::State {
            path: folder.to_owned(),
            source,
        })?;
        authority.write("ca.crt", &certificate.pem())?;
        authority.write_service_account_key()?;
        Ok(authority)
    }

    /// The path of a file of this authority.
    #[must_use]
    pub(super) fn path(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }

    /// Signs a certificate for servers and clients; writes `<file>.crt` and `<file>.key`.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub(super) fn sign(&self, subject: &Subject<'_>) -> Result<(), ClusterError> {
        let mut params = CertificateParams::new(subject.hosts.clone()).map_err(ClusterError::Certificate)?;
        params.distinguished_name = name(subject.name, subject.groups);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().map_err(ClusterError::Certificate)?;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(ClusterError::Certificate)?;
        self.write(&format!("{}.crt", subject.file), &certificate.pem())?;
        self.write(&format!("{}.key", subject.file), &key.serialize_pem())
    }

    /// Signs a client certificate and writes a kubeconfig `<file>.conf` around it.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub(super) fn kubeconfig(&self, server: &str, subject: &Subject<'_>) -> Result<PathBuf, ClusterError> {
        self.sign(subject)?;
        let (ca, crt, key) = (
            self.path("ca.crt"),
            self.path(&format!("{}.crt", subject.file)),
            self.path(&format!("{}.key", subject.file)),
        );
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: seatrial\n\
             clusters:\n- name: seatrial\n  cluster: {{server: \"{server}\", certificate-authority: \"{ca}\"}}\n\
             users:\n- name: seatrial\n  user: {{client-certificate: \"{crt}\", client-key: \"{key}\"}}\n\
             contexts:\n- name: seatrial\n  context: {{cluster: seatrial, user: seatrial}}\n"
        );
        let file = format!("{}.conf", subject.file);
        self.write(&file, &text)?;
        Ok(self.folder.join(file))
    }

    fn write_service_account_key(&self) -> Result<(), ClusterError> {
        let key = KeyPair::generate().map_err(ClusterError::Certificate)?;
        self.write("service-accounts.key", &key.serialize_pem())?;
        self.write("service-accounts.pub", &key.public_key_pem())
    }

    fn write(&self, file: &str, text: &str) -> Result<(), ClusterError> {
        let path = self.folder.join(file);
        fs::write(&path, text).map_err(|source| ClusterError::State { path, source })
    }
}

fn name(common: &str, groups: &[&str]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    for group in groups {
        name.push(DnType::OrganizationName, *group);
    }
    name
}
