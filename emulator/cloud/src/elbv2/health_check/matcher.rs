//! Codes that pass a health check.

use crate::ApiError;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Codes that pass, such as `200-399` or `200,204`: of HTTP or of gRPC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Matcher {
    /// Codes and ranges of codes of HTTP, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_code: Option<String>,
    /// The same of gRPC, with protocol version GRPC only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc_code: Option<String>,
}

impl Matcher {
    /// Of HTTP.
    pub fn http(codes: &str) -> Self {
        Self {
            http_code: Some(codes.to_owned()),
            grpc_code: None,
        }
    }

    /// Of gRPC.
    pub fn grpc(codes: &str) -> Self {
        Self {
            http_code: None,
            grpc_code: Some(codes.to_owned()),
        }
    }

    /// Checks that there are codes of the protocol that is spoken, all within its `range`.
    ///
    /// # Errors
    /// `ValidationError`.
    pub(super) fn check(&self, speaks_grpc: bool, range: &RangeInclusive<u16>) -> Result<(), ApiError> {
        let (wanted, other, name) = if speaks_grpc {
            (&self.grpc_code, &self.http_code, "GrpcCode")
        } else {
            (&self.http_code, &self.grpc_code, "HttpCode")
        };
        let codes = wanted.as_deref().filter(|_| other.is_none());
        let fits = codes.is_some_and(|codes| codes.split(',').all(|part| is_within(part.trim(), range)));
        if fits {
            return Ok(());
        }
        let (low, high) = (range.start(), range.end());
        let message =
            format!("Health check matcher must have {name} alone, with codes and ranges of codes from {low} to {high}");
        Err(ApiError::new("ValidationError", message))
    }
}

fn is_within(part: &str, range: &RangeInclusive<u16>) -> bool {
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| range.contains(code));
    match part.split_once('-') {
        Some((low, high)) => matches!((code(low), code(high)), (Some(low), Some(high)) if low <= high),
        None => code(part).is_some(),
    }
}
