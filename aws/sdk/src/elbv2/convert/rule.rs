//! Rules, their conditions and transforms.

use super::actions_of;
use aws_api::elbv2::{Condition, Patterns, QueryPair, Rewrite, Rule, RuleSpec, Transform};
use aws_sdk_elasticloadbalancingv2::types as sdk;

pub(in super::super) fn rule(from: sdk::Rule) -> Rule {
    let conditions = from.conditions.unwrap_or_default().into_iter();
    let transforms = from.transforms.unwrap_or_default().into_iter();
    Rule {
        arn: from.rule_arn.unwrap_or_default(),
        spec: RuleSpec {
            // The default rule's priority is a word.
            priority: from.priority.and_then(|text| text.parse().ok()).unwrap_or_default(),
            conditions: conditions.filter_map(condition_of).collect(),
            actions: actions_of(from.actions),
            transforms: transforms.filter_map(transform_of).collect(),
        },
        is_default: from.is_default.unwrap_or_default(),
    }
}

fn patterns_of(values: Option<Vec<String>>, regexes: Option<Vec<String>>) -> Patterns {
    match regexes.filter(|regexes| !regexes.is_empty()) {
        Some(regexes) => Patterns::Regexes(regexes),
        None => Patterns::Globs(values.unwrap_or_default()),
    }
}

/// Host and path may be told by the older form alone.
fn condition_of(from: sdk::RuleCondition) -> Option<Condition> {
    Some(match from.field.as_deref()? {
        "host-header" => Condition::HostHeader(match from.host_header_config {
            Some(config) => patterns_of(config.values, config.regex_values),
            None => patterns_of(from.values, from.regex_values),
        }),
        "path-pattern" => Condition::PathPattern(match from.path_pattern_config {
            Some(config) => patterns_of(config.values, config.regex_values),
            None => patterns_of(from.values, from.regex_values),
        }),
        "http-header" => {
            let config = from.http_header_config?;
            Condition::HttpHeader {
                name: config.http_header_name.unwrap_or_default(),
                patterns: patterns_of(config.values, config.regex_values),
            }
        }
        "http-request-method" => {
            Condition::HttpRequestMethod(from.http_request_method_config?.values.unwrap_or_default())
        }
        "query-string" => {
            let pairs = from.query_string_config?.values.unwrap_or_default().into_iter();
            let pair = |pair: sdk::QueryStringKeyValuePair| QueryPair {
                key: pair.key,
                value: pair.value.unwrap_or_default(),
            };
            Condition::QueryString(pairs.map(pair).collect())
        }
        "source-ip" => Condition::SourceIp(from.source_ip_config?.values.unwrap_or_default()),
        _ => return None,
    })
}

pub(in super::super) fn conditions(from: &[Condition]) -> Vec<sdk::RuleCondition> {
    from.iter().map(condition).collect()
}

fn condition(from: &Condition) -> sdk::RuleCondition {
    let builder = sdk::RuleCondition::builder().field(from.field());
    match from {
        Condition::HostHeader(patterns) => {
            let (values, regexes) = lists(patterns);
            let config = sdk::HostHeaderConditionConfig::builder();
            builder.host_header_config(config.set_values(values).set_regex_values(regexes).build())
        }
        Condition::PathPattern(patterns) => {
            let (values, regexes) = lists(patterns);
            let config = sdk::PathPatternConditionConfig::builder();
            builder.path_pattern_config(config.set_values(values).set_regex_values(regexes).build())
        }
        Condition::HttpHeader { name, patterns } => {
            let (values, regexes) = lists(patterns);
            let config = sdk::HttpHeaderConditionConfig::builder().http_header_name(name);
            builder.http_header_config(config.set_values(values).set_regex_values(regexes).build())
        }
        Condition::HttpRequestMethod(methods) => {
            let config = sdk::HttpRequestMethodConditionConfig::builder();
            builder.http_request_method_config(config.set_values(Some(methods.clone())).build())
        }
        Condition::QueryString(pairs) => {
            let pair = |pair: &QueryPair| {
                sdk::QueryStringKeyValuePair::builder()
                    .set_key(pair.key.clone())
                    .value(&pair.value)
                    .build()
            };
            let config = sdk::QueryStringConditionConfig::builder();
            builder.query_string_config(config.set_values(Some(pairs.iter().map(pair).collect())).build())
        }
        Condition::SourceIp(ranges) => {
            let config = sdk::SourceIpConditionConfig::builder();
            builder.source_ip_config(config.set_values(Some(ranges.clone())).build())
        }
    }
    .build()
}

/// Values and regular expressions, of which AWS takes one.
fn lists(patterns: &Patterns) -> (Option<Vec<String>>, Option<Vec<String>>) {
    match patterns {
        Patterns::Globs(values) => (Some(values.clone()), None),
        Patterns::Regexes(regexes) => (None, Some(regexes.clone())),
    }
}

fn transform_of(from: sdk::RuleTransform) -> Option<Transform> {
    let rewrites = |from: Option<Vec<sdk::RewriteConfig>>| {
        let from = from.unwrap_or_default().into_iter();
        let rewrite = |from: sdk::RewriteConfig| Rewrite {
            regex: from.regex.unwrap_or_default(),
            replace: from.replace.unwrap_or_default(),
        };
        from.map(rewrite).collect()
    };
    match (from.url_rewrite_config, from.host_header_rewrite_config) {
        (Some(url), _) => Some(Transform::UrlRewrite(rewrites(url.rewrites))),
        (None, Some(host)) => Some(Transform::HostHeaderRewrite(rewrites(host.rewrites))),
        (None, None) => None,
    }
}

pub(in super::super) fn transforms(from: &[Transform]) -> Vec<sdk::RuleTransform> {
    from.iter().map(transform).collect()
}

fn transform(from: &Transform) -> sdk::RuleTransform {
    let rewrites = |from: &[Rewrite]| {
        let rewrite = |from: &Rewrite| {
            sdk::RewriteConfig::builder()
                .regex(&from.regex)
                .replace(&from.replace)
                .build()
        };
        Some(from.iter().map(rewrite).collect())
    };
    let builder = sdk::RuleTransform::builder();
    match from {
        Transform::UrlRewrite(from) => builder
            .r#type(sdk::TransformTypeEnum::UrlRewrite)
            .url_rewrite_config(sdk::UrlRewriteConfig::builder().set_rewrites(rewrites(from)).build()),
        Transform::HostHeaderRewrite(from) => builder
            .r#type(sdk::TransformTypeEnum::HostHeaderRewrite)
            .host_header_rewrite_config(
                sdk::HostHeaderRewriteConfig::builder()
                    .set_rewrites(rewrites(from))
                    .build(),
            ),
    }
    .build()
}
