//! Security policies of TLS listeners: those that controllers and examples name most.

use serde::Serialize;

const TLS12_CIPHERS: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
];
const TLS13_CIPHERS: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];

/// Name, protocols, ciphers in order of preference.
type Policy = (
    &'static str,
    &'static [&'static str],
    &'static [&'static [&'static str]],
);

const POLICIES: &[Policy] = &[
    (
        "ELBSecurityPolicy-2016-08",
        &["TLSv1", "TLSv1.1", "TLSv1.2"],
        &[TLS12_CIPHERS],
    ),
    ("ELBSecurityPolicy-TLS-1-2-2017-01", &["TLSv1.2"], &[TLS12_CIPHERS]),
    (
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
        &["TLSv1.2", "TLSv1.3"],
        &[TLS13_CIPHERS, TLS12_CIPHERS],
    ),
    (
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        &["TLSv1.2", "TLSv1.3"],
        &[TLS13_CIPHERS, TLS12_CIPHERS],
    ),
    ("ELBSecurityPolicy-TLS13-1-3-2021-06", &["TLSv1.3"], &[TLS13_CIPHERS]),
];

/// A policy as DescribeSSLPolicies shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SslPolicy {
    /// Name.
    pub name: &'static str,
    ssl_protocols: &'static [&'static str],
    ciphers: Vec<Cipher>,
    supported_load_balancer_types: &'static [&'static str],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cipher {
    name: &'static str,
    priority: usize,
}

/// Whether there is a policy of this name.
pub fn exists(name: &str) -> bool {
    POLICIES.iter().any(|(known, ..)| *known == name)
}

/// All policies.
pub fn all() -> Vec<SslPolicy> {
    let describe = |(name, ssl_protocols, ciphers): &Policy| {
        let numbered = ciphers.concat().into_iter().zip(1..);
        SslPolicy {
            name,
            ssl_protocols,
            ciphers: numbered.map(|(name, priority)| Cipher { name, priority }).collect(),
            supported_load_balancer_types: &["application", "network"],
        }
    };
    POLICIES.iter().map(describe).collect()
}
