//! Transforms of rules: what a request that a rule applies to is changed to before it goes on.

use super::regex;
use crate::ApiError;
use serde::{Deserialize, Serialize};

/// A transform. A rule has at most one of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transform {
    /// Of the Host header.
    HostHeaderRewrite(Vec<Rewrite>),
    /// Of path and query.
    UrlRewrite(Vec<Rewrite>),
}

/// What is replaced by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rewrite {
    /// Regular expression; without a match nothing changes.
    pub regex: String,
    /// Replacement, in which `$1` to `$9` are groups.
    pub replace: String,
}

/// A transform on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TransformDescription {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host_header_rewrite_config: Option<RewriteConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url_rewrite_config: Option<RewriteConfig>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RewriteConfig {
    #[serde(default)]
    rewrites: Vec<Rewrite>,
}

impl TransformDescription {
    /// As an answer shows a transform.
    pub fn of(transform: &Transform) -> Self {
        let config = |rewrites: &Vec<Rewrite>| {
            Some(RewriteConfig {
                rewrites: rewrites.clone(),
            })
        };
        match transform {
            Transform::HostHeaderRewrite(rewrites) => Self {
                kind: "host-header-rewrite".to_owned(),
                host_header_rewrite_config: config(rewrites),
                url_rewrite_config: None,
            },
            Transform::UrlRewrite(rewrites) => Self {
                kind: "url-rewrite".to_owned(),
                host_header_rewrite_config: None,
                url_rewrite_config: config(rewrites),
            },
        }
    }

    fn parse(self) -> Result<Transform, ApiError> {
        let make = match (&*self.kind, self.host_header_rewrite_config, self.url_rewrite_config) {
            ("host-header-rewrite", Some(config), None) => (Transform::HostHeaderRewrite as fn(_) -> _, config),
            ("url-rewrite", None, Some(config)) => (Transform::UrlRewrite as fn(_) -> _, config),
            (kind @ ("host-header-rewrite" | "url-rewrite"), ..) => {
                return invalid(format!(
                    "A transform of type '{kind}' must have its configuration and no other"
                ));
            }
            (kind, ..) => return invalid(format!("The transform type '{kind}' is not known")),
        };
        let (transform, RewriteConfig { rewrites }) = make;
        if rewrites.len() != 1 {
            return invalid(format!("A transform of type '{}' must have one rewrite", self.kind));
        }
        rewrites
            .iter()
            .try_for_each(|rewrite| regex::check(&self.kind, &rewrite.regex))?;
        Ok(transform(rewrites))
    }
}

/// The transforms of a request.
///
/// # Errors
/// `ValidationError` for an unknown type, a configuration that is not its own, or two of a type.
pub fn check_all(transforms: Vec<TransformDescription>) -> Result<Vec<Transform>, ApiError> {
    let transforms = transforms
        .into_iter()
        .map(TransformDescription::parse)
        .collect::<Result<Vec<_>, _>>()?;
    let hosts = transforms
        .iter()
        .filter(|found| matches!(found, Transform::HostHeaderRewrite(_)))
        .count();
    if hosts > 1 || transforms.len() - hosts > 1 {
        return invalid("A rule can have one transform of each type".to_owned());
    }
    Ok(transforms)
}

fn invalid<T>(message: String) -> Result<T, ApiError> {
    Err(ApiError::new("ValidationError", message))
}
