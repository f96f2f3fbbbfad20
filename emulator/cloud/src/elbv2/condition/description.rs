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
        let mut shown = Self {
            field: Some(condition.field().to_owned()),
            ..Self::default()
        };
        if let Condition::HostHeader(patterns) | Condition::PathPattern(patterns) = condition {
            PatternConfig {
                values: shown.values,
                regex_values: shown.regex_values,
            } = PatternConfig::of(patterns);
        }
        let values = |values: &Vec<String>| Some(ValueConfig { values: values.clone() });
        match condition {
            Condition::HostHeader(patterns) => shown.host_header_config = Some(PatternConfig::of(patterns)),
            Condition::PathPattern(patterns) => shown.path_pattern_config = Some(PatternConfig::of(patterns)),
            Condition::HttpHeader { name, patterns } => {
                shown.http_header_config = Some(HeaderConfig::of(name, patterns));
            }
            Condition::QueryString(pairs) => shown.query_string_config = Some(QueryConfig::of(pairs)),
            Condition::HttpRequestMethod(methods) => shown.http_request_method_config = values(methods),
            Condition::SourceIp(blocks) => shown.source_ip_config = values(blocks),
        }
        shown
    }

    /// The condition that a request means.
    ///
    /// # Errors
    /// `ValidationError` for an unknown field, a field without values of its own, or with those of another.
    pub(super) fn parse(self) -> Result<Condition, ApiError> {
        let Some(field) = self.field.clone() else {
            return Err(invalid("A condition must have a field"));
        };
        if let Some(other) = self.foreign_config(&field) {
            return Err(invalid(&format!(
                "A condition with field '{field}' cannot have {other}"
            )));
        }
        let direct = PatternConfig {
            values: self.values,
            regex_values: self.regex_values,
        };
        let values = |config: Option<ValueConfig>| some(&field, config.map(|config| config.values).unwrap_or_default());
        match &*field {
            "host-header" => patterns(&field, direct, self.host_header_config).map(Condition::HostHeader),
            "path-pattern" => patterns(&field, direct, self.path_pattern_config).map(Condition::PathPattern),
            "http-header" => {
                let config = self.http_header_config;
                let missing = || invalid("A condition with field 'http-header' must have HttpHeaderConfig");
                config.ok_or_else(missing)?.parse(&field)
            }
            "query-string" => {
                let pairs = self.query_string_config.map(QueryConfig::pairs).unwrap_or_default();
                some(&field, pairs).map(Condition::QueryString)
            }
            "http-request-method" => values(self.http_request_method_config).map(Condition::HttpRequestMethod),
            "source-ip" => values(self.source_ip_config).map(Condition::SourceIp),
            _ => Err(invalid(&format!("The condition field '{field}' is not known"))),
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

impl HeaderConfig {
    fn of(name: &str, patterns: &Patterns) -> Self {
        let PatternConfig { values, regex_values } = PatternConfig::of(patterns);
        Self {
            http_header_name: name.to_owned(),
            values,
            regex_values,
        }
    }

    fn parse(self, field: &str) -> Result<Condition, ApiError> {
        let direct = PatternConfig {
            values: self.values,
            regex_values: self.regex_values,
        };
        Ok(Condition::HttpHeader {
            name: self.http_header_name,
            patterns: patterns(field, direct, None)?,
        })
    }
}

impl QueryConfig {
    fn of(pairs: &[QueryPair]) -> Self {
        let describe = |pair: &QueryPair| PairDescription {
            key: pair.key.clone(),
            value: pair.value.clone(),
        };
        Self {
            values: pairs.iter().map(describe).collect(),
        }
    }

    fn pairs(self) -> Vec<QueryPair> {
        let pair = |found: PairDescription| QueryPair {
            key: found.key.filter(|key| !key.is_empty()),
            value: found.value,
        };
        self.values.into_iter().map(pair).collect()
    }
}

/// The patterns of a field that are given in the old way, the new one, or alike in both.
fn patterns(field: &str, direct: PatternConfig, config: Option<PatternConfig>) -> Result<Patterns, ApiError> {
    let given = match config {
        Some(config) if direct == PatternConfig::default() || direct == config => config,
        Some(_) => {
            return Err(invalid(&format!(
                "The values of a condition with field '{field}' must be given in one way"
            )));
        }
        None => direct,
    };
    match (given.values.is_empty(), given.regex_values.is_empty()) {
        (false, true) => Ok(Patterns::Wildcards(given.values)),
        (true, false) => Ok(Patterns::Regexes(given.regex_values)),
        _ => Err(invalid(&format!(
            "A condition with field '{field}' must have either values or regex values"
        ))),
    }
}

fn some<T>(field: &str, values: Vec<T>) -> Result<Vec<T>, ApiError> {
    if values.is_empty() {
        return Err(invalid(&format!(
            "A condition with field '{field}' must have at least one value"
        )));
    }
    Ok(values)
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("ValidationError", message)
}
