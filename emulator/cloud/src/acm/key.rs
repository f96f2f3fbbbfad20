//! Private keys and serial numbers from a seed: the same calls make the same ones, so that a replayed journal serves the same
//! certificates. Anybody who knows the seed can make them again: they protect nothing but tests.

use super::pem::{ELLIPTIC, P256};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use sha2::{Digest, Sha256};
use x509_cert::der::Error as DerError;
use x509_cert::der::asn1::{Any, BitString};
use x509_cert::der::pem::{self, LineEnding};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// What stands before the secret in PKCS #8, RFC 5958, of a key of P-256 ...
const BEFORE_SECRET: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
    0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20,
];
/// ... and between it and the public point.
const BEFORE_POINT: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

/// A key of the curve P-256.
pub(super) struct Key {
    secret: [u8; 32],
    point: Vec<u8>,
}

impl Key {
    /// The key that a text stands for.
    pub(super) fn from_seed(seed: &str) -> Self {
        let mut secret = digest(seed.as_bytes());
        loop {
            // A digest is no key once in 2^32 times; then that of the digest is.
            match public_point(&secret) {
                Some(point) => return Self { secret, point },
                None => secret = digest(&secret),
            }
        }
    }

    /// The private key, PKCS #8 in PEM.
    ///
    /// # Errors
    /// None that a key of this form is known to cause.
    pub(super) fn pem(&self) -> Result<String, DerError> {
        let der = [&BEFORE_SECRET[..], &self.secret, &BEFORE_POINT, &self.point].concat();
        pem::encode_string("PRIVATE KEY", LineEnding::LF, &der).map_err(DerError::from)
    }

    /// The public key as certificates have it.
    ///
    /// # Errors
    /// None that a key of this form is known to cause.
    pub(super) fn public(&self) -> Result<SubjectPublicKeyInfoOwned, DerError> {
        let algorithm = AlgorithmIdentifierOwned {
            oid: ELLIPTIC,
            parameters: Some(Any::encode_from(&P256)?),
        };
        Ok(SubjectPublicKeyInfoOwned {
            algorithm,
            subject_public_key: BitString::from_bytes(&self.point)?,
        })
    }
}

/// The public point of a secret of P-256, if it is one.
pub(super) fn public_point(secret: &[u8]) -> Option<Vec<u8>> {
    let key = PrivateKey::from_private_key(&ECDH_P256, secret).ok()?;
    Some(key.compute_public_key().ok()?.as_ref().to_vec())
}

/// The serial number that a text stands for: 16 bytes, positive and of full length.
pub(super) fn serial(seed: &str) -> [u8; 16] {
    let mut serial = [0; 16];
    serial.copy_from_slice(&digest(format!("serial/{seed}").as_bytes())[..16]);
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// SHA-256.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
