//! What AWS allows in conditions: characters, lengths, how many of each.

use super::{Condition, ConditionDescription, Patterns};
use crate::ApiError;
use crate::elbv2::limits::{self, Quotas};
use ipnet::IpNet;

const LONGEST_TEXT: usize = 128;
const LONGEST_HEADER_NAME: usize = 40;
const LONGEST_METHOD: usize = 40;

/// The conditions of a request.
///
/// # Errors
/// `ValidationError` for what no condition can be, a field twice that can stand once, and more values or wildcards in all than the
/// quotas allow.
pub fn check_all(conditions: Vec<ConditionDescription>, quotas: &Quotas) -> Result<Vec<Condition>, ApiError> {
    let conditions = conditions
        .into_iter()
        .map(ConditionDescription::parse)
        .collect::<Result<Vec<_>, _>>()?;
    if conditions.is_empty() {
        return Err(ApiError::new("ValidationError", "A condition must be specified"));
    }
    conditions.iter().try_for_each(check)?;
    for single in ["host-header", "path-pattern", "http-request-method", "source-ip"] {
        if conditions
            .iter()
            .filter(|condition| condition.field() == single)
            .count()
            > 1
        {
            let message = format!("A rule can have one condition with field '{single}'");
            return Err(ApiError::new("ValidationError", message));
        }
    }
    let values = conditions.iter().map(|condition| condition.values().len()).sum();
    limits::CONDITION_VALUES.allow(values, quotas)?;
    let texts = conditions.iter().flat_map(Condition::wildcard_texts);
    let wildcards = texts.map(|text| text.matches(['*', '?']).count()).sum();
    limits::CONDITION_WILDCARDS.allow(wildcards, quotas)?;
    Ok(conditions)
}

fn check(condition: &Condition) -> Result<(), ApiError> {
    for text in condition.values() {
        check_length("value", condition.field(), text, LONGEST_TEXT)?;
    }
    match condition {
        Condition::HostHeader(patterns) => check_patterns(condition.field(), patterns, is_host),
        Condition::PathPattern(patterns) => check_patterns(condition.field(), patterns, is_path),
        Condition::HttpHeader { name, patterns } => {
            check_length("header name", condition.field(), name, LONGEST_HEADER_NAME)?;
            if name.eq_ignore_ascii_case("host") || !name.bytes().all(is_token) {
                return invalid(format!(
                    "'{name}' cannot be the header name of a condition; for Host use host-header"
                ));
            }
            check_patterns(condition.field(), patterns, is_printable)
        }
        Condition::HttpRequestMethod(methods) => {
            let wrong = |method: &&String| {
                method.len() > LONGEST_METHOD
                    || !method
                        .bytes()
                        .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
            };
            methods.iter().find(wrong).map_or(Ok(()), |method| {
                invalid(format!(
                    "'{method}' is not a valid method: A-Z, hyphen (-) and underscore (_)"
                ))
            })
        }
        Condition::QueryString(pairs) => {
            for pair in pairs {
                let key = pair.key.iter();
                key.clone()
                    .try_for_each(|key| check_length("key", condition.field(), key, LONGEST_TEXT))?;
                if !key.chain([&pair.value]).all(|text| is_printable(text)) {
                    return invalid(format!("'{}' is not a valid value of a query string", pair.value));
                }
            }
            Ok(())
        }
        Condition::SourceIp(blocks) => {
            let wrong = blocks.iter().find(|block| block.parse::<IpNet>().is_err());
            wrong.map_or(Ok(()), |block| {
                invalid(format!("The source IP '{block}' is not a CIDR block"))
            })
        }
    }
}

fn check_length(what: &str, field: &str, text: &str, longest: usize) -> Result<(), ApiError> {
    if (1..=longest).contains(&text.chars().count()) {
        return Ok(());
    }
    invalid(format!(
        "The {what} '{text}' of a condition with field '{field}' must have from 1 to {longest} characters"
    ))
}

fn check_patterns(field: &str, patterns: &Patterns, allows: fn(&str) -> bool) -> Result<(), ApiError> {
    match patterns {
        Patterns::Wildcards(texts) => match texts.iter().find(|text| !allows(text)) {
            Some(wrong) => invalid(format!("The value '{wrong}' is not valid for the field '{field}'")),
            None => Ok(()),
        },
        Patterns::Regexes(texts) => texts
            .iter()
            .try_for_each(|text| crate::elbv2::regex::check(field, text)),
    }
}

/// Letters, digits, `-`, `.` and wildcards.
fn is_host(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-.*?".contains(&byte))
}

/// Letters, digits, wildcards and what the guide names beside them.
fn is_path(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.$/~\"'@:+&*?".contains(&byte))
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn invalid<T>(message: String) -> Result<T, ApiError> {
    Err(ApiError::new("ValidationError", message))
}
