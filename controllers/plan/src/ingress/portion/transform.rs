//! Transforms of rules, which are written as annotations: `transforms.<name>`.

use aws_api::elbv2::{Rewrite, Transform};
use controllers_api::annotation::{AnnotationError, Annotations};
use controllers_api::json;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    r#type: String,
    urlrewriteconfig: Option<RawRewrites>,
    hostheaderrewriteconfig: Option<RawRewrites>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawRewrites {
    rewrites: Vec<RawRewrite>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawRewrite {
    regex: String,
    replace: String,
}

/// The transforms of this name; none if the annotation is not there.
pub(crate) fn read(annotations: Annotations<'_>, name: &str) -> Result<Vec<Transform>, AnnotationError> {
    let key = format!("transforms.{name}");
    let Some(text) = annotations.text(&key) else {
        return Ok(Vec::new());
    };
    let remedy = "write [{\"type\":\"url-rewrite\",\"urlRewriteConfig\":{\"rewrites\":[{\"regex\":\"...\",\"replace\":\"...\"}]}}]";
    let wrong = |problem: &str| annotations.error(&key, format!("a list of transforms in JSON: {problem}"), remedy);
    let raw: Vec<Raw> = json::folded(text).map_err(|error| wrong(&error.to_string()))?;
    let transform = |raw: Raw| match raw.r#type.as_str() {
        "url-rewrite" => rewrites(raw.urlrewriteconfig)
            .map(Transform::UrlRewrite)
            .ok_or_else(|| wrong("a url-rewrite has no urlRewriteConfig with rewrites")),
        "host-header-rewrite" => rewrites(raw.hostheaderrewriteconfig)
            .map(Transform::HostHeaderRewrite)
            .ok_or_else(|| wrong("a host-header-rewrite has no hostHeaderRewriteConfig with rewrites")),
        other => Err(wrong(&format!(
            "there is no type {other:?}, only url-rewrite and host-header-rewrite"
        ))),
    };
    raw.into_iter().map(transform).collect()
}

fn rewrites(config: Option<RawRewrites>) -> Option<Vec<Rewrite>> {
    let rewrite = |raw: RawRewrite| Rewrite {
        regex: raw.regex,
        replace: raw.replace,
    };
    let rewrites: Vec<_> = config?.rewrites.into_iter().map(rewrite).collect();
    (!rewrites.is_empty()).then_some(rewrites)
}
