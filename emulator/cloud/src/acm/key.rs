//! Private keys and serial numbers from a seed: the same calls make the same ones, so that a replayed journal serves the same
//! certificates.

use p256::SecretKey;
use sha2::{Digest, Sha256};

/// The key that a text stands for. Anybody who knows the text can make it again: it protects nothing but tests.
pub(super) fn from_seed(seed: &str) -> SecretKey {
    let mut digest = Sha256::digest(seed);
    loop {
        // A digest is no key once in 2^32 times; then that of the digest is.
        match SecretKey::from_slice(&digest) {
            Ok(key) => return key,
            Err(_) => digest = Sha256::digest(digest),
        }
    }
}

/// The serial number that a text stands for: 16 bytes, positive and of full length.
pub(super) fn serial(seed: &str) -> [u8; 16] {
    let mut serial = [0; 16];
    serial.copy_from_slice(&Sha256::digest(format!("serial/{seed}"))[..16]);
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}
