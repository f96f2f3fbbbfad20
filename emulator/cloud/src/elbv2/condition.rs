//! Conditions of rules: what a request must be for a rule to apply.

mod check;
mod description;

pub use check::check_all;
pub use description::ConditionDescription;

/// One condition. It holds when one of its values fits; a rule applies when all its conditions hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The host name of the request; case does not matter.
    HostHeader(Patterns),
    /// The path of the URL, without the query; case matters.
    PathPattern(Patterns),
    /// A header.
    HttpHeader {
        /// Its name; case does not matter.
        name: String,
        /// Its value; case does not matter.
        patterns: Patterns,
    },
    /// The method; case matters.
    HttpRequestMethod(Vec<String>),
    /// The query string; case does not matter.
    QueryString(Vec<QueryPair>),
    /// The address of the client, not of a proxy that a header names: CIDR blocks of IPv4 or IPv6, as they were sent.
    SourceIp(Vec<String>),
}

/// Texts to compare with: one of the two kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patterns {
    /// `*` fits any number of characters, `?` exactly one.
    Wildcards(Vec<String>),
    /// Regular expressions.
    Regexes(Vec<String>),
}

/// A key and a value in a query string, both with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPair {
    /// Key; any when absent.
    pub key: Option<String>,
    /// Value.
    pub value: String,
}

impl Patterns {
    /// The texts of either kind.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::Wildcards(texts) | Self::Regexes(texts) => texts,
        }
    }
}

impl Condition {
    /// Its name on the wire.
    pub fn field(&self) -> &'static str {
        match self {
            Self::HostHeader(_) => "host-header",
            Self::PathPattern(_) => "path-pattern",
            Self::HttpHeader { .. } => "http-header",
            Self::HttpRequestMethod(_) => "http-request-method",
            Self::QueryString(_) => "query-string",
            Self::SourceIp(_) => "source-ip",
        }
    }

    /// Every text that a request is compared with; the quotas of a rule count them.
    pub fn values(&self) -> Vec<&str> {
        match self {
            Self::HostHeader(patterns) | Self::PathPattern(patterns) | Self::HttpHeader { patterns, .. } => {
                patterns.texts().iter().map(String::as_str).collect()
            }
            Self::HttpRequestMethod(values) | Self::SourceIp(values) => values.iter().map(String::as_str).collect(),
            Self::QueryString(pairs) => pairs.iter().map(|pair| pair.value.as_str()).collect(),
        }
    }

    /// Every text in which `*` and `?` are wildcards.
    fn wildcard_texts(&self) -> Vec<&str> {
        match self {
            Self::HostHeader(patterns) | Self::PathPattern(patterns) | Self::HttpHeader { patterns, .. } => {
                match patterns {
                    Patterns::Wildcards(texts) => texts.iter().map(String::as_str).collect(),
                    Patterns::Regexes(_) => Vec::new(),
                }
            }
            Self::QueryString(pairs) => pairs
                .iter()
                .flat_map(|pair| pair.key.iter().chain([&pair.value]))
                .map(String::as_str)
                .collect(),
            Self::HttpRequestMethod(_) | Self::SourceIp(_) => Vec::new(),
        }
    }
}
