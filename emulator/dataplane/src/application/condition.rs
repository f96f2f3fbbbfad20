//! Conditions of rules, compiled ("Condition types for listener rules"). Pure.

use std::net::IpAddr;

use hyper::{
    Method,
    header::{HeaderMap, HeaderName},
};
use ipnet::IpNet;
use regex::bytes::{Regex, RegexBuilder};

use super::pattern::{Case, Pattern};
use crate::config::application::{self as config, QueryValue};

/// What of a request conditions look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a Method,
    /// Without its port.
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    /// Without its question mark.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) client: IpAddr,
}

/// A compiled condition.
#[derive(Debug)]
pub(crate) enum Condition {
    Host(Values),
    Path(Values),
    Header(HeaderName, Values),
    Method(Vec<String>),
    Query(Vec<(Option<Pattern>, Pattern)>),
    SourceIp(Vec<IpNet>),
}

/// Why a condition, or a transform, cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRule {
    #[error("{0:?} is no regular expression that can be matched in linear time")]
    Regex(String),
    #[error("{0:?} is no name of a header")]
    HeaderName(String),
}

impl Condition {
    pub(crate) fn compile(condition: &config::Condition) -> Result<Self, InvalidRule> {
        Ok(match condition {
            config::Condition::Host(values) => Self::Host(Values::compile(values, Case::Ignored)?),
            config::Condition::Path(values) => Self::Path(Values::compile(values, Case::Matters)?),
            config::Condition::Header { name, values } => {
                let parsed = name.parse().map_err(|_| InvalidRule::HeaderName(name.clone()))?;
                Self::Header(parsed, Values::compile(values, Case::Ignored)?)
            }
            config::Condition::Method(methods) => Self::Method(methods.clone()),
            config::Condition::Query(values) => Self::Query(values.iter().map(query_patterns).collect()),
            config::Condition::SourceIp(networks) => Self::SourceIp(networks.clone()),
        })
    }

    pub(crate) fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Host(values) => values.match_one(subject.host.as_bytes()),
            Self::Path(values) => values.match_one(subject.path.as_bytes()),
            Self::Header(name, values) => {
                let mut found = subject.headers.get_all(name).iter();
                found.any(|value| values.match_one(value.as_bytes()))
            }
            Self::Method(methods) => methods.iter().any(|method| method == subject.method.as_str()),
            Self::Query(wanted) => wanted.iter().any(|wanted| has_pair(subject.query, wanted)),
            Self::SourceIp(networks) => networks.iter().any(|network| network.contains(&subject.client)),
        }
    }
}

fn query_patterns(value: &QueryValue) -> (Option<Pattern>, Pattern) {
    let pattern = |text: &str| Pattern::with_escapes(text, Case::Ignored);
    (value.key.as_deref().map(pattern), pattern(&value.value))
}

fn has_pair(query: &str, (key, value): &(Option<Pattern>, Pattern)) -> bool {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.any(|(found_key, found_value)| {
        let key = key.as_ref().is_none_or(|key| key.matches(found_key.as_bytes()));
        key && value.matches(found_value.as_bytes())
    })
}

/// Compiled values, one of which must match.
#[derive(Debug)]
pub(crate) enum Values {
    Patterns(Vec<Pattern>),
    Regexes(Vec<Regex>),
}

impl Values {
    fn compile(values: &config::Values, case: Case) -> Result<Self, InvalidRule> {
        Ok(match values {
            config::Values::Patterns(patterns) => {
                Self::Patterns(patterns.iter().map(|text| Pattern::new(text, case)).collect())
            }
            config::Values::Regexes(regexes) => {
                let compiled: Result<_, _> = regexes.iter().map(|text| compile_regex(text, case)).collect();
                Self::Regexes(compiled?)
            }
        })
    }

    fn match_one(&self, text: &[u8]) -> bool {
        match self {
            Self::Patterns(patterns) => patterns.iter().any(|pattern| pattern.matches(text)),
            Self::Regexes(regexes) => regexes.iter().any(|regex| regex.is_match(text)),
        }
    }
}

/// Regular expressions without look-around and back-references, as AWS's are; bytes, since nothing says that a path is UTF-8.
pub(crate) fn compile_regex(text: &str, case: Case) -> Result<Regex, InvalidRule> {
    RegexBuilder::new(text)
        .unicode(false)
        .case_insensitive(case == Case::Ignored)
        .build()
        .map_err(|_| InvalidRule::Regex(text.to_owned()))
}

#[cfg(test)]
mod tests;
