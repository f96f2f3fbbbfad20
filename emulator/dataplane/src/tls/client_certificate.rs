//! What targets are told of a client's certificate ("Mutual authentication with TLS": HTTP headers). Pure.

use rustls::pki_types::CertificateDer;
use x509_cert::{Certificate, der::Decode, time::Time};

use crate::config::{ClientAuthentication, application::RequestHeader};

/// Headers and their values for the chain that a client sent.
pub(crate) fn headers(
    authentication: &ClientAuthentication,
    chain: &[CertificateDer<'_>],
) -> Vec<(RequestHeader, String)> {
    let Some(leaf) = chain.first() else {
        return Vec::new();
    };
    match authentication {
        ClientAuthentication::Off => Vec::new(),
        ClientAuthentication::Passthrough => {
            vec![(RequestHeader::ClientCertificate, encoded(chain.iter().map(pem)))]
        }
        ClientAuthentication::Verify(_) => described(leaf).unwrap_or_default(),
    }
}

fn described(leaf: &CertificateDer<'_>) -> Option<Vec<(RequestHeader, String)>> {
    let certificate = Certificate::from_der(leaf).ok()?.tbs_certificate;
    let serial = data_encoding::HEXUPPER.encode(certificate.serial_number.as_bytes());
    let validity = certificate.validity;
    Some(vec![
        (RequestHeader::ClientCertificateSerialNumber, serial),
        (RequestHeader::ClientCertificateIssuer, certificate.issuer.to_string()),
        (RequestHeader::ClientCertificateSubject, certificate.subject.to_string()),
        (
            RequestHeader::ClientCertificateValidity,
            format!(
                "NotBefore={};NotAfter={}",
                time(validity.not_before),
                time(validity.not_after)
            ),
        ),
        (
            RequestHeader::ClientCertificateLeaf,
            encoded(std::iter::once(pem(leaf))),
        ),
    ])
}

fn time(time: Time) -> String {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds)
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let text = data_encoding::BASE64.encode(certificate);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let body: String = lines.map(|line| format!("{line}\n")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

/// URL-encoded, with `+`, `=` and `/` left as they are.
fn encoded(certificates: impl Iterator<Item = String>) -> String {
    let text: String = certificates.collect();
    let mut result = String::with_capacity(text.len() * 11 / 10);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'+' | b'=' | b'/' => {
                result.push(byte.into());
            }
            byte => result.push_str(&format!("%{byte:02X}")),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber};

    use super::*;
    use crate::config::TrustStore;

    fn certificate() -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "US");
        name.push(DnType::OrganizationName, "mTLS");
        name.push(DnType::CommonName, "client");
        params.distinguished_name = name;
        params.serial_number = Some(SerialNumber::from(vec![0x03, 0xa5, 0xb1]));
        params.not_before = rcgen::date_time_ymd(2024, 1, 2);
        params.not_after = rcgen::date_time_ymd(2034, 1, 2);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    #[test]
    fn a_verified_certificate_is_described() {
        let verify = ClientAuthentication::Verify(TrustStore {
            authorities: String::new(),
            revocations: Vec::new(),
            ignore_expiry: false,
            advertise_names: false,
        });
        let headers = headers(&verify, &[certificate()]);
        let texts: Vec<_> = headers
            .iter()
            .take(4)
            .map(|(header, value)| format!("{}: {value}", header.name()))
            .collect();
        insta::assert_snapshot!(texts.join("\n"), @r"
        x-amzn-mtls-clientcert-serial-number: 03A5B1
        x-amzn-mtls-clientcert-issuer: CN=client,O=mTLS,C=US
        x-amzn-mtls-clientcert-subject: CN=client,O=mTLS,C=US
        x-amzn-mtls-clientcert-validity: NotBefore=2024-01-02T00:00:00Z;NotAfter=2034-01-02T00:00:00Z
        ");
        assert!(headers[4].1.starts_with("-----BEGIN%20CERTIFICATE-----%0AMII"));
    }

    #[test]
    fn a_chain_is_passed_through_whole() {
        let chain = [certificate(), certificate()];
        let headers = headers(&ClientAuthentication::Passthrough, &chain);
        assert_eq!(headers[0].1.matches("BEGIN%20CERTIFICATE").count(), 2);
        assert!(super::headers(&ClientAuthentication::Passthrough, &[]).is_empty());
        assert!(super::headers(&ClientAuthentication::Off, &chain).is_empty());
    }
}
