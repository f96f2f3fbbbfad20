//! Security policies ("Security policies for your Application Load Balancer") as far as rustls has their protocols and ciphers. Pure.
//!
//! rustls has TLS 1.2 with forward secrecy and AEAD ciphers, and TLS 1.3. So older versions, and ciphers with CBC, that a policy also allows
//! are not offered; clients that know nothing better are refused.

use rustls::{
    CipherSuite, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{CryptoProvider, aws_lc_rs},
    version::{TLS12, TLS13},
};

/// What a policy allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    tls12: bool,
    tls13: bool,
    fips: bool,
}

impl Policy {
    /// The policy of this name. Names tell the versions: `TLS13-1-2` has 1.3 and 1.2, those without `TLS13` end at 1.2.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("ELBSecurityPolicy-")?;
        let tls13 = rest.starts_with("TLS13-");
        let known = tls13
            || rest.starts_with("TLS-1-")
            || rest.starts_with("FS-1-")
            || rest.starts_with("FS-20")
            || rest.starts_with("20");
        known.then_some(Self {
            tls12: !rest.starts_with("TLS13-1-3"),
            tls13,
            fips: rest.contains("FIPS"),
        })
    }

    pub(crate) fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        match (self.tls13, self.tls12) {
            (true, true) => &BOTH,
            (true, false) => &BOTH[..1],
            (false, _) => &BOTH[1..],
        }
    }

    /// The ciphers that rustls has and AWS offers.
    pub(crate) fn provider(self) -> CryptoProvider {
        let mut provider = aws_lc_rs::default_provider();
        provider.cipher_suites.retain(|suite| self.offers(suite));
        provider
    }

    fn offers(self, suite: &SupportedCipherSuite) -> bool {
        match suite.suite() {
            CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => self.tls13 && !self.fips,
            CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => false,
            _ => true,
        }
    }
}

/// A cipher in OpenSSL's words, as headers and access logs have it.
pub(crate) fn cipher_name(suite: CipherSuite) -> &'static str {
    match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
        _ => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_versions() {
        for (name, expected) in [
            ("ELBSecurityPolicy-TLS13-1-2-2021-06", Some((true, true))),
            ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", Some((true, true))),
            ("ELBSecurityPolicy-TLS13-1-3-2021-06", Some((false, true))),
            ("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", Some((false, true))),
            ("ELBSecurityPolicy-2016-08", Some((true, false))),
            ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", Some((true, false))),
            ("ELBSecurityPolicy-FS-1-2-Res-2020-10", Some((true, false))),
            ("ELBSecurityPolicy-Nonsense", None),
            ("2016-08", None),
        ] {
            let policy = Policy::named(name).map(|policy| (policy.tls12, policy.tls13));
            assert_eq!(policy, expected, "{name}");
        }
    }

    #[test]
    fn every_offered_cipher_has_a_name() {
        let policy = Policy::named("ELBSecurityPolicy-TLS13-1-2-2021-06").unwrap();
        let names: Vec<_> = policy
            .provider()
            .cipher_suites
            .iter()
            .map(|suite| cipher_name(suite.suite()))
            .collect();
        assert!(names.len() == 7 && !names.contains(&"-"), "{names:?}");
    }
}
