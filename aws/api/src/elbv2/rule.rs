//! Rules of a listener: which requests, and what becomes of them.

use super::Action;
use crate::Tags;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A rule as DescribeRules shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// What it is. The default rule has priority 0 here.
    pub spec: RuleSpec,
    /// Whether it is the listener's default rule, which can be neither changed nor deleted as a rule.
    pub is_default: bool,
}

/// What a rule is, apart from its ARN. Used to create and to modify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSpec<T = String> {
    /// 1 to 50000; the lowest that matches wins.
    pub priority: i32,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Actions in order.
    pub actions: Vec<Action<T>>,
    /// What is rewritten before the request is passed on.
    pub transforms: Vec<Transform>,
}

/// A condition; it holds if any of its values matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Of the host name.
    HostHeader(Patterns),
    /// Of the path.
    PathPattern(Patterns),
    /// Of a header.
    HttpHeader {
        /// The header's name.
        name: String,
        /// Its values.
        patterns: Patterns,
    },
    /// The method is one of these.
    HttpRequestMethod(Vec<String>),
    /// Of the query.
    QueryString(Vec<QueryPair>),
    /// The client's address lies in one of these ranges.
    SourceIp(Vec<String>),
}

/// What text is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patterns {
    /// Text in which `*` stands for any characters and `?` for one.
    Globs(Vec<String>),
    /// Regular expressions.
    Regexes(Vec<String>),
}

/// A parameter of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryPair {
    /// Its key; any if absent.
    pub key: Option<String>,
    /// Its value.
    pub value: String,
}

/// A rewriting of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transform {
    /// Of path and query.
    UrlRewrite(Vec<Rewrite>),
    /// Of the host name.
    HostHeaderRewrite(Vec<Rewrite>),
}

/// What matches is replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// The regular expression.
    pub regex: String,
    /// The replacement, which may name groups of the expression.
    pub replace: String,
}

// Derived defaults would demand one of `T`.
impl<T> Default for RuleSpec<T> {
    fn default() -> Self {
        Self {
            priority: 0,
            conditions: Vec::new(),
            actions: Vec::new(),
            transforms: Vec::new(),
        }
    }
}

impl<T> RuleSpec<T> {
    /// The same with target groups named otherwise.
    ///
    /// # Errors
    /// The first error of `map`.
    pub fn try_map<U, E>(&self, mut map: impl FnMut(&T) -> Result<U, E>) -> Result<RuleSpec<U>, E> {
        let actions = self.actions.iter().map(|action| action.try_map(&mut map));
        Ok(RuleSpec {
            priority: self.priority,
            conditions: self.conditions.clone(),
            actions: actions.collect::<Result<_, E>>()?,
            transforms: self.transforms.clone(),
        })
    }
}

impl Condition {
    /// Its name in the API, such as `host-header`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Condition::HostHeader(_) => "host-header",
            Condition::PathPattern(_) => "path-pattern",
            Condition::HttpHeader { .. } => "http-header",
            Condition::HttpRequestMethod(_) => "http-request-method",
            Condition::QueryString(_) => "query-string",
            Condition::SourceIp(_) => "source-ip",
        }
    }
}

/// Calls about rules of listeners.
#[async_trait]
pub trait Rules: Send + Sync {
    /// DescribeRules of a listener, the default rule among them.
    async fn describe_rules(&self, listener_arn: &str) -> crate::Result<Vec<Rule>>;
    /// CreateRule.
    async fn create_rule(&self, listener_arn: &str, spec: &RuleSpec, tags: &Tags) -> crate::Result<Rule>;
    /// ModifyRule: conditions, actions and transforms. The priority of `spec` is not sent.
    async fn modify_rule(&self, arn: &str, spec: &RuleSpec) -> crate::Result<()>;
    /// DeleteRule.
    async fn delete_rule(&self, arn: &str) -> crate::Result<()>;
    /// SetRulePriorities, all at once: rule ARN and priority.
    async fn set_rule_priorities(&self, priorities: &[(String, i32)]) -> crate::Result<()>;
}
