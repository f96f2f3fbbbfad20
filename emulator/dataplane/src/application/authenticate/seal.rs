//! What a client keeps for the load balancer and cannot read or change: sessions, and what is on its way through a provider.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    error::Unspecified,
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Serialize, de::DeserializeOwned};

const NONCE: usize = 12;

/// The key of one data plane, which ends with it.
#[derive(Debug)]
pub(crate) struct Seal(RandomizedNonceKey);

impl Seal {
    pub(crate) fn new() -> Result<Self, Unspecified> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key)?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).map(Self)
    }

    /// A value as text that fits into URLs and cookies. It can be opened for the same purpose only.
    pub(crate) fn close(&self, purpose: &str, value: &impl Serialize) -> Option<String> {
        let mut bytes = serde_json::to_vec(value).ok()?;
        let nonce = self.0.seal_in_place_append_tag(Aad::from(purpose), &mut bytes).ok()?;
        bytes.extend_from_slice(nonce.as_ref());
        Some(BASE64URL_NOPAD.encode(&bytes))
    }

    pub(crate) fn open<T: DeserializeOwned>(&self, purpose: &str, text: &str) -> Option<T> {
        let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let sealed = bytes.len().checked_sub(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(bytes.get(sealed..)?).ok()?;
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(purpose), bytes.get_mut(..sealed)?)
            .ok()?;
        serde_json::from_slice(opened).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_closed_it_opens_it_and_for_that_purpose() {
        let (own, other) = (Seal::new().unwrap(), Seal::new().unwrap());
        let text = own.close("session", &["a", "b"]).unwrap();
        assert_eq!(own.open::<Vec<String>>("session", &text).unwrap(), ["a", "b"]);
        assert!(own.open::<Vec<String>>("login", &text).is_none());
        assert!(other.open::<Vec<String>>("session", &text).is_none());
        for changed in ["", "AAAA", &text[1..], &text[..text.len() - 1]] {
            assert!(own.open::<Vec<String>>("session", changed).is_none(), "{changed}");
        }
    }
}
