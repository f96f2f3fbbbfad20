//! A rule of a listener in words.

use aws_api::elbv2::{Action, Condition, Patterns, QueryPair};
use serde::Serialize;
use std::fmt;

/// One rule: what it asks of a request, and what becomes of those that have it.
#[derive(Debug, Serialize)]
pub(crate) struct Rule {
    /// 1 to 50000; none for the default rule.
    priority: Option<i32>,
    conditions: Vec<String>,
    actions: Vec<String>,
}

impl Rule {
    /// A rule as DescribeRules shows it.
    pub(crate) fn of(rule: &aws_api::elbv2::Rule) -> Self {
        Self {
            priority: (!rule.is_default).then_some(rule.spec.priority),
            conditions: rule.spec.conditions.iter().map(condition).collect(),
            actions: rule.spec.actions.iter().map(action).collect(),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let priority = self.priority.map_or("default".to_owned(), |number| number.to_string());
        let conditions = self.conditions.join(", ");
        write!(f, "{priority:>7}  {conditions}  -> {}", self.actions.join(", "))
    }
}

fn condition(condition: &Condition) -> String {
    match condition {
        Condition::HostHeader(hosts) => format!("host {}", patterns(hosts)),
        Condition::PathPattern(paths) => format!("path {}", patterns(paths)),
        Condition::HttpHeader { name, patterns: values } => format!("header {name} {}", patterns(values)),
        Condition::HttpRequestMethod(methods) => format!("method {}", methods.join("|")),
        Condition::QueryString(pairs) => {
            let pair = |pair: &QueryPair| format!("{}={}", pair.key.as_deref().unwrap_or("*"), pair.value);
            format!("query {}", pairs.iter().map(pair).collect::<Vec<_>>().join("|"))
        }
        Condition::SourceIp(ranges) => format!("from {}", ranges.join("|")),
    }
}

fn patterns(patterns: &Patterns) -> String {
    match patterns {
        Patterns::Globs(values) => values.join("|"),
        Patterns::Regexes(values) => format!("/{}/", values.join("/|/")),
    }
}

fn action(action: &Action) -> String {
    match action {
        Action::Forward(forward) => {
            let target = |target: &aws_api::elbv2::ForwardTarget| {
                let weight = target.weight.map_or(String::new(), |weight| format!(" ({weight})"));
                format!("{}{weight}", group_name(&target.target_group))
            };
            forward.targets.iter().map(target).collect::<Vec<_>>().join(" | ")
        }
        Action::Redirect(to) => {
            let part = |part: &Option<String>, unchanged: &str| part.clone().unwrap_or_else(|| unchanged.to_owned());
            let (protocol, host) = (part(&to.protocol, "#{protocol}"), part(&to.host, "#{host}"));
            let (port, path) = (part(&to.port, "#{port}"), part(&to.path, "/#{path}"));
            format!("{} {protocol}://{host}:{port}{path}", to.status_code)
        }
        Action::FixedResponse(response) => format!("answer {}", response.status_code),
        Action::AuthenticateCognito(_) => "authenticate (Cognito)".to_owned(),
        Action::AuthenticateOidc(oidc) => format!("authenticate ({})", oidc.issuer),
        Action::JwtValidation(_) => "validate token".to_owned(),
    }
}

/// `arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<name>/<id>`
fn group_name(arn: &str) -> &str {
    arn.rsplit('/').nth(1).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_api::elbv2::{Forward, ForwardTarget, Redirect, RuleSpec};

    #[test]
    fn a_rule_reads_as_what_it_does() {
        let target = |name: &str, weight| ForwardTarget {
            target_group: format!("arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/{name}/0123"),
            weight,
        };
        let rule = aws_api::elbv2::Rule {
            spec: RuleSpec {
                priority: 3,
                conditions: vec![
                    Condition::HostHeader(Patterns::Globs(vec!["a.example.com".into(), "*.b".into()])),
                    Condition::PathPattern(Patterns::Regexes(vec!["^/x".into()])),
                ],
                actions: vec![Action::Forward(Forward {
                    targets: vec![target("web", Some(9)), target("next", None)],
                    stickiness: None,
                })],
                transforms: Vec::new(),
            },
            ..Default::default()
        };
        let shown = "      3  host a.example.com|*.b, path /^/x/  -> web (9) | next";
        assert_eq!(Rule::of(&rule).to_string(), shown);
        let redirect = Action::Redirect(Redirect {
            protocol: Some("HTTPS".into()),
            status_code: "HTTP_301".into(),
            ..Default::default()
        });
        assert_eq!(action(&redirect), "HTTP_301 HTTPS://#{host}:#{port}/#{path}");
    }
}
