//! Security policies of TLS and HTTPS listeners, as the
//! [guide](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html) lists them.

use serde::Serialize;

const TLS_1_3: &[&str] = &["TLSv1.3"];
const TLS_1_2: &[&str] = &["TLSv1.2"];
const FROM_1_2: &[&str] = &["TLSv1.2", "TLSv1.3"];
const FROM_1_1: &[&str] = &["TLSv1.1", "TLSv1.2", "TLSv1.3"];
const FROM_1_0: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const OLD_FROM_1_1: &[&str] = &["TLSv1.1", "TLSv1.2"];
const OLD_FROM_1_0: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2"];

const OF_1_3: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];
const OF_1_3_FIPS: &[&str] = &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"];
const FORWARD_GCM: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
];
const FORWARD_SHA2: &[&str] = &[
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
];
const FORWARD_SHA1: &[&str] = &[
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
];
const RSA_SHA2: &[&str] = &[
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
];
const RSA_SHA1: &[&str] = &["AES128-SHA", "AES256-SHA"];
const TRIPLE_DES: &[&str] = &["DES-CBC3-SHA"];

/// Name, protocols, ciphers in order of preference.
type Policy = (
    &'static str,
    &'static [&'static str],
    &'static [&'static [&'static str]],
);

const SECURE: &[&[&str]] = &[OF_1_3, FORWARD_GCM, FORWARD_SHA2];
const RESTRICTED: &[&[&str]] = &[OF_1_3, FORWARD_GCM];
const EXTENDED_1: &[&[&str]] = &[OF_1_3, FORWARD_GCM, FORWARD_SHA2, RSA_SHA2];
const EXTENDED_2: &[&[&str]] = &[OF_1_3, FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1, RSA_SHA2, RSA_SHA1];
const FIPS: &[&[&str]] = &[OF_1_3_FIPS, FORWARD_GCM, FORWARD_SHA2];
const FIPS_RESTRICTED: &[&[&str]] = &[OF_1_3_FIPS, FORWARD_GCM];
const FIPS_EXTENDED_0: &[&[&str]] = &[OF_1_3_FIPS, FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1];
const FIPS_EXTENDED_1: &[&[&str]] = &[OF_1_3_FIPS, FORWARD_GCM, FORWARD_SHA2, RSA_SHA2];
const FIPS_EXTENDED_2: &[&[&str]] = &[OF_1_3_FIPS, FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1, RSA_SHA2, RSA_SHA1];
const COMPATIBLE: &[&[&str]] = &[FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1, RSA_SHA2, RSA_SHA1];
const FORWARD: &[&[&str]] = &[FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1];

const POLICIES: &[Policy] = &[
    ("ELBSecurityPolicy-2015-05", OLD_FROM_1_0, COMPATIBLE),
    ("ELBSecurityPolicy-2016-08", OLD_FROM_1_0, COMPATIBLE),
    ("ELBSecurityPolicy-FS-1-1-2019-08", OLD_FROM_1_1, FORWARD),
    ("ELBSecurityPolicy-FS-1-2-2019-08", TLS_1_2, FORWARD),
    (
        "ELBSecurityPolicy-FS-1-2-Res-2019-08",
        TLS_1_2,
        &[FORWARD_GCM, FORWARD_SHA2],
    ),
    ("ELBSecurityPolicy-FS-1-2-Res-2020-10", TLS_1_2, &[FORWARD_GCM]),
    ("ELBSecurityPolicy-FS-2018-06", OLD_FROM_1_0, FORWARD),
    (
        "ELBSecurityPolicy-TLS-1-0-2015-04",
        OLD_FROM_1_0,
        &[FORWARD_GCM, FORWARD_SHA2, FORWARD_SHA1, RSA_SHA2, RSA_SHA1, TRIPLE_DES],
    ),
    ("ELBSecurityPolicy-TLS-1-1-2017-01", OLD_FROM_1_1, COMPATIBLE),
    (
        "ELBSecurityPolicy-TLS-1-2-2017-01",
        TLS_1_2,
        &[FORWARD_GCM, FORWARD_SHA2, RSA_SHA2],
    ),
    ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", TLS_1_2, COMPATIBLE),
    ("ELBSecurityPolicy-TLS13-1-0-2021-06", FROM_1_0, EXTENDED_2),
    ("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", FROM_1_0, FIPS_EXTENDED_2),
    ("ELBSecurityPolicy-TLS13-1-1-2021-06", FROM_1_1, EXTENDED_2),
    ("ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04", FROM_1_1, FIPS_EXTENDED_2),
    ("ELBSecurityPolicy-TLS13-1-2-2021-06", FROM_1_2, SECURE),
    (
        "ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04",
        FROM_1_2,
        FIPS_EXTENDED_0,
    ),
    ("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", FROM_1_2, EXTENDED_1),
    (
        "ELBSecurityPolicy-TLS13-1-2-Ext1-FIPS-2023-04",
        FROM_1_2,
        FIPS_EXTENDED_1,
    ),
    ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", FROM_1_2, EXTENDED_2),
    (
        "ELBSecurityPolicy-TLS13-1-2-Ext2-FIPS-2023-04",
        FROM_1_2,
        FIPS_EXTENDED_2,
    ),
    ("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04", FROM_1_2, FIPS),
    ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", FROM_1_2, RESTRICTED),
    (
        "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
        FROM_1_2,
        FIPS_RESTRICTED,
    ),
    ("ELBSecurityPolicy-TLS13-1-3-2021-06", TLS_1_3, &[OF_1_3]),
    ("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", TLS_1_3, &[OF_1_3_FIPS]),
    // With post-quantum key exchange where the client has it.
    ("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", FROM_1_2, SECURE),
    ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", FROM_1_2, RESTRICTED),
    ("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", TLS_1_3, &[OF_1_3]),
];

/// A policy as DescribeSSLPolicies shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SslPolicy {
    /// Name.
    pub name: &'static str,
    /// Protocol versions, from `TLSv1` to `TLSv1.3`.
    pub ssl_protocols: &'static [&'static str],
    /// Ciphers, in order of preference.
    pub ciphers: Vec<Cipher>,
    supported_load_balancer_types: &'static [&'static str],
}

/// A cipher of a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cipher {
    /// Name, as OpenSSL writes it.
    pub name: &'static str,
    /// Place in the order of preference, from 1.
    pub priority: usize,
}

/// Whether there is a policy of this name.
pub fn exists(name: &str) -> bool {
    POLICIES.iter().any(|(known, ..)| *known == name)
}

/// The policy of a name.
pub fn find(name: &str) -> Option<SslPolicy> {
    POLICIES.iter().find(|(known, ..)| *known == name).map(describe)
}

/// All policies.
pub fn all() -> Vec<SslPolicy> {
    POLICIES.iter().map(describe).collect()
}

fn describe((name, ssl_protocols, ciphers): &Policy) -> SslPolicy {
    let numbered = ciphers.concat().into_iter().zip(1..);
    SslPolicy {
        name,
        ssl_protocols,
        ciphers: numbered.map(|(name, priority)| Cipher { name, priority }).collect(),
        supported_load_balancer_types: &["application", "network"],
    }
}
