//! Conditions of rules: of host and path, and those that are written as annotations, `conditions.<name>`.

use aws_api::elbv2::{Condition, Patterns, QueryPair};
use controllers_api::annotation::{AnnotationError, Annotations};
use controllers_api::json;
use ipnet::IpNet;
use k8s_openapi::api::networking::v1::HTTPIngressPath;
use serde::Deserialize;

use crate::PlanError;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    field: String,
    hostheaderconfig: Option<RawPatterns>,
    pathpatternconfig: Option<RawPatterns>,
    httpheaderconfig: Option<RawHeader>,
    httprequestmethodconfig: Option<RawValues>,
    querystringconfig: Option<RawQuery>,
    sourceipconfig: Option<RawValues>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawPatterns {
    values: Vec<String>,
    regexvalues: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawHeader {
    httpheadername: String,
    values: Vec<String>,
    regexvalues: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawValues {
    values: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawQuery {
    values: Vec<RawPair>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawPair {
    key: Option<String>,
    value: String,
}

/// The conditions of this name; none if the annotation is not there. A condition on a field that is not known is left out, as it always was.
pub(crate) fn read(annotations: Annotations<'_>, name: &str) -> Result<Vec<Condition>, AnnotationError> {
    let key = format!("conditions.{name}");
    let Some(text) = annotations.text(&key) else {
        return Ok(Vec::new());
    };
    let raw: Vec<Raw> = json::folded(text).map_err(|error| {
        let remedy = "write [{\"field\":\"host-header\",\"hostHeaderConfig\":{\"values\":[\"...\"]}}]";
        annotations.error(&key, format!("a list of conditions in JSON: {error}"), remedy)
    })?;
    let mut conditions = Vec::new();
    for raw in raw {
        let field = raw.field.clone();
        let condition = condition(raw).map_err(|remedy| {
            annotations.error(
                &key,
                format!("right: the condition on {field} has no values, or wrong ones"),
                remedy,
            )
        })?;
        conditions.extend(condition);
    }
    Ok(conditions)
}

fn condition(raw: Raw) -> Result<Option<Condition>, &'static str> {
    let patterns = |config: Option<RawPatterns>, remedy| {
        let config = config.unwrap_or_default();
        one_kind(config.values, config.regexvalues).ok_or(remedy)
    };
    Ok(Some(match raw.field.as_str() {
        "host-header" => Condition::HostHeader(patterns(
            raw.hostheaderconfig,
            "add hostHeaderConfig with values, or with regexValues",
        )?),
        "path-pattern" => Condition::PathPattern(patterns(
            raw.pathpatternconfig,
            "add pathPatternConfig with values, or with regexValues",
        )?),
        "http-header" => {
            let config = raw.httpheaderconfig.unwrap_or_default();
            let patterns = one_kind(config.values, config.regexvalues);
            Condition::HttpHeader {
                name: config.httpheadername,
                patterns: patterns.ok_or("add httpHeaderConfig with values, or with regexValues")?,
            }
        }
        "http-request-method" => Condition::HttpRequestMethod(
            some(raw.httprequestmethodconfig).ok_or("add httpRequestMethodConfig with values")?,
        ),
        "query-string" => {
            let pairs = raw.querystringconfig.unwrap_or_default().values;
            if pairs.is_empty() || pairs.iter().any(|pair| pair.value.is_empty()) {
                return Err("add queryStringConfig with values, each with a value");
            }
            let pair = |raw: RawPair| QueryPair {
                key: raw.key,
                value: raw.value,
            };
            Condition::QueryString(pairs.into_iter().map(pair).collect())
        }
        "source-ip" => {
            let ranges = some(raw.sourceipconfig).ok_or("add sourceIPConfig with values")?;
            if ranges.iter().any(|range| range.parse::<IpNet>().is_err()) {
                return Err("write each of sourceIPConfig's values in CIDR notation, as 203.0.113.0/24");
            }
            Condition::SourceIp(ranges)
        }
        _ => return Ok(None),
    }))
}

fn some(config: Option<RawValues>) -> Option<Vec<String>> {
    config.map(|config| config.values).filter(|values| !values.is_empty())
}

fn one_kind(values: Vec<String>, regexes: Vec<String>) -> Option<Patterns> {
    match (values.is_empty(), regexes.is_empty()) {
        (false, true) => Some(Patterns::Globs(values)),
        (true, false) => Some(Patterns::Regexes(regexes)),
        _ => None,
    }
}

/// All conditions of a rule, in the order in which they always were: annotated ones, host, path. A rule without any matches all paths.
pub(crate) fn of_rule(
    host: Option<&str>,
    path: Option<Patterns>,
    annotated: Vec<Condition>,
    name: &str,
    annotations: Annotations<'_>,
) -> Result<Vec<Condition>, PlanError> {
    let mut hosts: Vec<_> = host
        .filter(|host| !host.is_empty())
        .map(|host| Patterns::Globs(vec![host.to_owned()]))
        .into_iter()
        .collect();
    let mut paths: Vec<_> = path.into_iter().collect();
    let mut conditions = Vec::new();
    for condition in annotated {
        match condition {
            Condition::HostHeader(patterns) => hosts.push(patterns),
            Condition::PathPattern(patterns) => paths.push(patterns),
            other => conditions.push(other),
        }
    }
    let together = |patterns: Vec<Patterns>, what: &str| {
        joined(patterns).map_err(|()| {
            let expected = format!("of one kind: the rule would have values and regexValues for the {what}");
            let remedy = format!("write all as regexValues, in a rule without {what}, or all as values");
            annotations.error(&format!("conditions.{name}"), expected, remedy)
        })
    };
    conditions.extend(together(hosts, "host")?.map(Condition::HostHeader));
    conditions.extend(together(paths, "path")?.map(Condition::PathPattern));
    if conditions.is_empty() {
        conditions.push(Condition::PathPattern(Patterns::Globs(vec!["/*".to_owned()])));
    }
    Ok(conditions)
}

/// All patterns in one, unless they are of two kinds.
fn joined(all: Vec<Patterns>) -> Result<Option<Patterns>, ()> {
    let mut joined: Option<Patterns> = None;
    for patterns in all {
        match (&mut joined, patterns) {
            (Some(Patterns::Globs(values)), Patterns::Globs(more))
            | (Some(Patterns::Regexes(values)), Patterns::Regexes(more)) => values.extend(more),
            (Some(_), _) => return Err(()),
            (None, patterns) => joined = Some(patterns),
        }
    }
    Ok(joined)
}

/// The longest pattern that AWS takes.
const LONGEST: usize = 128;

/// What a path of an Ingress matches; none if it is empty.
pub(crate) fn of_path(path: &HTTPIngressPath, regex: bool) -> Result<Option<Patterns>, PlanError> {
    let text = path.path.as_deref().unwrap_or_default();
    let wrong = |problem: &str, remedy: &str| field("path", text, problem, remedy);
    let literal = |globs| match text.contains(['*', '?']) {
        true => Err(wrong(
            "has * or ?, which paths of this type take literally and load balancers do not",
            "use pathType ImplementationSpecific for patterns",
        )),
        false => Ok(globs),
    };
    let globs = match kind(path) {
        Kind::Unknown => {
            let remedy = "use Exact, Prefix or ImplementationSpecific";
            return Err(field("pathType", &path.path_type, "is no type of path", remedy));
        }
        _ if text.is_empty() => return Ok(None),
        Kind::Implementation if regex => {
            let pattern = text.chars().skip(1).collect();
            return Ok(Some(Patterns::Regexes(vec![pattern])));
        }
        Kind::Implementation => vec![text.to_owned()],
        Kind::Exact => literal(vec![text.to_owned()])?,
        Kind::Prefix if text == "/" => vec!["/*".to_owned()],
        Kind::Prefix => {
            let begin = text.strip_suffix('/').unwrap_or(text);
            literal(vec![begin.to_owned(), format!("{begin}/*")])?
        }
    };
    match globs.iter().any(|glob| glob.chars().count() > LONGEST) {
        true => Err(wrong(
            "is longer than the 128 characters that a load balancer compares",
            "shorten it",
        )),
        false => Ok(Some(Patterns::Globs(globs))),
    }
}

fn field(name: &str, value: &str, problem: &str, remedy: &str) -> PlanError {
    PlanError::field(format!("rules[].http.paths[].{name}"), value, problem, remedy)
}

/// How many values the conditions of a rule can have, and how many wildcards. See "Quotas for your Application Load Balancers".
const MOST_VALUES: usize = 5;
const MOST_WILDCARDS: usize = 6;

/// What there is too much of in the conditions of a rule that AWS refused.
pub(crate) fn excess(conditions: &[Condition]) -> Option<String> {
    let texts = conditions.iter().flat_map(texts);
    let wildcards = texts.map(|text| text.matches(['*', '?']).count()).sum::<usize>();
    let values = values(conditions).len();
    let (number, what, most) = match () {
        () if values > MOST_VALUES => (values, "values", MOST_VALUES),
        () if wildcards > MOST_WILDCARDS => (wildcards, "wildcards", MOST_WILDCARDS),
        () => return None,
    };
    Some(format!(
        "host, path and conditions have {number} {what} together, and AWS takes {most} per rule"
    ))
}

/// All values of conditions.
pub(crate) fn values(conditions: &[Condition]) -> Vec<&str> {
    conditions.iter().flat_map(values_of).map(String::as_str).collect()
}

fn values_of(condition: &Condition) -> Vec<&String> {
    match condition {
        Condition::HostHeader(patterns) | Condition::PathPattern(patterns) | Condition::HttpHeader { patterns, .. } => {
            match patterns {
                Patterns::Globs(texts) | Patterns::Regexes(texts) => texts.iter().collect(),
            }
        }
        Condition::HttpRequestMethod(texts) | Condition::SourceIp(texts) => texts.iter().collect(),
        Condition::QueryString(pairs) => pairs.iter().map(|pair| &pair.value).collect(),
    }
}

/// The texts in which `*` and `?` are wildcards.
fn texts(condition: &Condition) -> Vec<&str> {
    match condition {
        Condition::HostHeader(Patterns::Globs(texts))
        | Condition::PathPattern(Patterns::Globs(texts))
        | Condition::HttpHeader {
            patterns: Patterns::Globs(texts),
            ..
        } => texts.iter().map(String::as_str).collect(),
        Condition::QueryString(pairs) => {
            let both = pairs
                .iter()
                .flat_map(|pair| [pair.key.as_deref(), Some(pair.value.as_str())]);
            both.flatten().collect()
        }
        _ => Vec::new(),
    }
}

#[derive(PartialEq)]
enum Kind {
    Exact,
    Prefix,
    Implementation,
    Unknown,
}

fn kind(path: &HTTPIngressPath) -> Kind {
    match path.path_type.as_str() {
        "Exact" => Kind::Exact,
        "Prefix" => Kind::Prefix,
        "ImplementationSpecific" | "" => Kind::Implementation,
        _ => Kind::Unknown,
    }
}

/// The paths of one rule in the order in which they are tried: exact ones, prefixes from long to short, the rest.
pub(crate) fn in_order(paths: &[HTTPIngressPath]) -> Vec<&HTTPIngressPath> {
    let mut sorted: Vec<_> = paths.iter().collect();
    sorted.sort_by_key(|path| match kind(path) {
        Kind::Exact => (0, 0),
        Kind::Prefix => (1, usize::MAX - path.path.as_deref().unwrap_or_default().len()),
        Kind::Implementation | Kind::Unknown => (2, 0),
    });
    sorted
}
