//! Bytes in JSON.

use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, de};

/// A text that requests carry as base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob(pub String);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let encoded = String::deserialize(deserializer)?;
        let bytes = BASE64
            .decode(encoded.as_bytes())
            .map_err(|_| de::Error::custom("a blob must be base64"))?;
        String::from_utf8(bytes)
            .map(Self)
            .map_err(|_| de::Error::custom("a certificate or key must be PEM"))
    }
}
