//! Conditions on the wire: a field and the configuration of that field. Host and path have an older way beside it.

use super::{Condition, Patterns, QueryPair};
use crate::ApiError;
use serde::{Deserialize, Serialize};

/// A condition as requests bring it and answers show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConditionDescription {
    #[serde(default)]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    regex_values: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host_header_config: Option<PatternConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_pattern_config: Option<PatternConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http_header_config: Option<HeaderConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query_string_config: Option<QueryConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http_request_method_config: Option<ValueConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_ip_config: Option<ValueConfig>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PatternConfig {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    regex_values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HeaderConfig {
    #[serde(default)]
    http_header_name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    regex_values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueryConfig {
    #[serde(default)]
    values: Vec<PairDescription>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PairDescription {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default)]
    value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ValueConfig {
    #[serde(default)]
    values: Vec<String>,
}

impl ConditionDescription {
    /// As an answer shows a condition. Host and path are shown both ways.
    pub fn of(condition: &Condition) -> Self {
        let shown = Self {
            field: Some(condition.field().to_owned()),
            ..Self::default()
        };
        match condition {
            Condition::HostHeader(patterns) => {
                let config = PatternConfig::of(patterns);
                let (values, regex_values) = (config.values.clone(), config.regex_values.clone());
                Self {
                    values,
                    regex_values,
                    host_header_config: Some(config),
                    ..shown
                }
            }
            Condition::PathPattern(patterns) => {
                let config = PatternConfig::of(patterns);
                let (values, regex_values) = (config.values.clone(), config.regex_values.clone());
                Self {
                    values,
                    regex_values,
                    path_pattern_config: Some(config),
                    ..shown
                }
            }
            Condition::HttpHeader { name, patterns } => {
                let PatternConfig { values, regex_values } = PatternConfig::of(patterns);
                let config = HeaderConfig {
                    http_header_name: name.clone(),
                    values,
                    regex_values,
                };
                Self {
                    http_header_config: Some(config),
                    ..shown
                }
            }
            Condition::QueryString(pairs) => {
                let describe = |pair: &QueryPair| PairDescription {
                    key: pair.key.clone(),
                    value: pair.value.clone(),
                };
                let config = QueryConfig {
                    values: pairs.iter().map(describe).collect(),
                };
                Self {
                    query_string_config: Some(config),
                    ..shown
                }
            }
            Condition::HttpRequestMethod(values) => {
                let config = ValueConfig { values: values.clone() };
                Self {
                    http_request_method_config: Some(config),
                    ..shown
                }
            }
            Condition::SourceIp(values) => {
                let config = ValueConfig { values: values.clone() };
                Self {
                    source_ip_config: Some(config),
                    ..shown
                }
            }
        }
    }

    /// The condition that a request means.
    ///
    /// # Errors
    /// `ValidationError` for an unknown field, a field without values of its own, or with those of another.
    pub(super) fn parse(self) -> Result<Condition, ApiError> {
        let invalid = |message: String| Err(ApiError::new("ValidationError", message));
        let Some(field) = self.field.clone() else {
            return invalid("A condition must have a field".to_owned());
        };
        if let Some(other) = self.foreign_config(&field) {
            return invalid(format!("A condition with field '{field}' cannot have {other}"));
        }
        match &*field {
            "host-header" => {
                let config = self.host_header_config;
                patterns(&field, self.values, self.regex_values, config).map(Condition::HostHeader)
            }
            "path-pattern" => {
                let config = self.path_pattern_config;
                patterns(&field, self.values, self.regex_values, config).map(Condition::PathPattern)
            }
            "http-header" => {
                let Some(HeaderConfig {
                    http_header_name,
                    values,
                    regex_values,
                }) = self.http_header_config
                else {
                    return invalid("A condition with field 'http-header' must have HttpHeaderConfig".to_owned());
                };
                let patterns = patterns(&field, values, regex_values, None)?;
                Ok(Condition::HttpHeader {
                    name: http_header_name,
                    patterns,
                })
            }
            "query-string" => {
                let values = self.query_string_config.map(|config| config.values).unwrap_or_default();
                let pair = |found: PairDescription| QueryPair {
                    key: found.key.filter(|key| !key.is_empty()),
                    value: found.value,
                };
                some(&field, values.into_iter().map(pair).collect()).map(Condition::QueryString)
            }
            "http-request-method" => {
                let values = self
                    .http_request_method_config
                    .map(|config| config.values)
                    .unwrap_or_default();
                some(&field, values).map(Condition::HttpRequestMethod)
            }
            "source-ip" => {
                let values = self.source_ip_config.map(|config| config.values).unwrap_or_default();
                some(&field, values).map(Condition::SourceIp)
            }
            _ => invalid(format!("The condition field '{field}' is not known")),
        }
    }

    /// The name of a configuration that belongs to another field.
    fn foreign_config(&self, field: &str) -> Option<&'static str> {
        let old_way = !self.values.is_empty() || !self.regex_values.is_empty();
        let present = [
            ("host-header", "HostHeaderConfig", self.host_header_config.is_some()),
            ("path-pattern", "PathPatternConfig", self.path_pattern_config.is_some()),
            ("http-header", "HttpHeaderConfig", self.http_header_config.is_some()),
            ("query-string", "QueryStringConfig", self.query_string_config.is_some()),
            (
                "http-request-method",
                "HttpRequestMethodConfig",
                self.http_request_method_config.is_some(),
            ),
            ("source-ip", "SourceIpConfig", self.source_ip_config.is_some()),
        ];
        let foreign = present
            .iter()
            .find(|(owner, _, present)| *present && *owner != field)
            .map(|(_, name, _)| *name);
        let has_old_way = matches!(field, "host-header" | "path-pattern");
        foreign.or((old_way && !has_old_way).then_some("Values or RegexValues beside its configuration"))
    }
}

impl PatternConfig {
    fn of(patterns: &Patterns) -> Self {
        match patterns.clone() {
            Patterns::Wildcards(values) => Self {
                values,
                regex_values: Vec::new(),
            },
            Patterns::Regexes(regex_values) => Self {
                values: Vec::new(),
                regex_values,
            },
        }
    }
}

/// The patterns of a field that are given in the old way, the new one, or alike in both.
fn patterns(
    field: &str,
    values: Vec<String>,
    regex_values: Vec<String>,
    config: Option<PatternConfig>,
) -> Result<Patterns, ApiError> {
    let direct = PatternConfig { values, regex_values };
    let given = match config {
        Some(config) if direct == PatternConfig::default() || direct == config => config,
        Some(_) => {
            let message = format!("The values of a condition with field '{field}' must be given in one way");
            return Err(ApiError::new("ValidationError", message));
        }
        None => direct,
    };
    match (given.values.is_empty(), given.regex_values.is_empty()) {
        (false, true) => Ok(Patterns::Wildcards(given.values)),
        (true, false) => Ok(Patterns::Regexes(given.regex_values)),
        _ => {
            let message = format!("A condition with field '{field}' must have either values or regex values");
            Err(ApiError::new("ValidationError", message))
        }
    }
}

fn some<T>(field: &str, values: Vec<T>) -> Result<Vec<T>, ApiError> {
    if values.is_empty() {
        let message = format!("A condition with field '{field}' must have at least one value");
        return Err(ApiError::new("ValidationError", message));
    }
    Ok(values)
}
