//! Actions that are written as annotations: `actions.<name>`.

use controllers_api::annotation::{AnnotationError, Annotations};
use controllers_api::json;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Deserialize;

/// An action as it is written, checked by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    Redirect(aws_api::elbv2::Redirect),
    FixedResponse(aws_api::elbv2::FixedResponse),
    Forward(WrittenForward),
}

/// A forward action as it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct WrittenForward {
    pub(crate) targets: Vec<(WrittenTarget, Option<i32>)>,
    pub(crate) stickiness: Option<aws_api::elbv2::Stickiness>,
}

/// What a forward action names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WrittenTarget {
    Arn(String),
    Name(String),
    Service(String, IntOrString),
}

#[derive(Deserialize)]
#[serde(default, rename_all = "lowercase")]
#[derive(Default)]
struct Raw {
    r#type: String,
    targetgrouparn: Option<String>,
    targetgroupname: Option<String>,
    forwardconfig: Option<RawForward>,
    redirectconfig: Option<RawRedirect>,
    fixedresponseconfig: Option<RawResponse>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawForward {
    targetgroups: Vec<RawTarget>,
    targetgroupstickinessconfig: Option<RawStickiness>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawTarget {
    targetgrouparn: Option<String>,
    targetgroupname: Option<String>,
    servicename: Option<String>,
    serviceport: Option<IntOrString>,
    weight: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawStickiness {
    enabled: Option<bool>,
    durationseconds: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawRedirect {
    host: Option<String>,
    path: Option<String>,
    port: Option<String>,
    protocol: Option<String>,
    query: Option<String>,
    statuscode: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawResponse {
    contenttype: Option<String>,
    messagebody: Option<String>,
    statuscode: String,
}

/// What a fixed response may be.
const CONTENT_TYPES: [&str; 6] = [
    "",
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
];

/// The action of this name, if there is one.
pub(crate) fn read(annotations: Annotations<'_>, name: &str) -> Result<Option<Written>, AnnotationError> {
    let key = format!("actions.{name}");
    let Some(text) = annotations.text(&key) else {
        return Ok(None);
    };
    let raw: Raw = json::folded(text).map_err(|error| {
        let remedy = "write {\"type\":\"forward\",\"forwardConfig\":{...}}, or a redirect or fixed-response";
        annotations.error(&key, format!("an action in JSON: {error}"), remedy)
    })?;
    written(raw)
        .map(Some)
        .map_err(|(problem, remedy)| annotations.error(&key, format!("a complete action: {problem}"), remedy))
}

fn written(raw: Raw) -> Result<Written, (String, &'static str)> {
    match raw.r#type.as_str() {
        "redirect" => redirect(raw.redirectconfig.unwrap_or_default()),
        "fixed-response" => response(raw.fixedresponseconfig.unwrap_or_default()),
        "forward" => forward(raw).map(Written::Forward),
        other => Err((
            format!("there is no type {other:?}"),
            "use forward, redirect or fixed-response",
        )),
    }
}

fn redirect(raw: RawRedirect) -> Result<Written, (String, &'static str)> {
    if raw.statuscode.is_empty() {
        let problem = "redirectConfig has no statusCode".to_owned();
        return Err((problem, "add \"statusCode\":\"HTTP_301\" or \"HTTP_302\""));
    }
    if !matches!(raw.statuscode.as_str(), "HTTP_301" | "HTTP_302") {
        let problem = format!("redirectConfig has the statusCode {:?}", raw.statuscode);
        return Err((problem, "use \"HTTP_301\" or \"HTTP_302\""));
    }
    if let Some(path) = raw.path.as_ref().filter(|path| !path.starts_with('/')) {
        let problem = format!("redirectConfig has the path {path:?}");
        return Err((problem, "begin it with /, as in \"/#{path}\""));
    }
    let protocols = ["HTTP", "HTTPS", "#{protocol}"];
    if let Some(protocol) = raw
        .protocol
        .as_ref()
        .filter(|protocol| !protocols.contains(&protocol.as_str()))
    {
        let problem = format!("redirectConfig has the protocol {protocol:?}");
        return Err((problem, "use \"HTTP\", \"HTTPS\" or \"#{protocol}\""));
    }
    Ok(Written::Redirect(aws_api::elbv2::Redirect {
        host: raw.host,
        path: raw.path,
        port: raw.port,
        protocol: raw.protocol,
        query: raw.query,
        status_code: raw.statuscode,
    }))
}

fn response(raw: RawResponse) -> Result<Written, (String, &'static str)> {
    if raw.statuscode.is_empty() {
        let problem = "fixedResponseConfig has no statusCode".to_owned();
        return Err((problem, "add \"statusCode\":\"503\", in quotes"));
    }
    let digits = raw.statuscode.len() == 3 && raw.statuscode.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !raw.statuscode.starts_with(['2', '4', '5']) {
        let problem = format!("fixedResponseConfig has the statusCode {:?}", raw.statuscode);
        return Err((problem, "use a code of 2xx, 4xx or 5xx"));
    }
    if let Some(kind) = raw
        .contenttype
        .as_ref()
        .filter(|kind| !CONTENT_TYPES.contains(&kind.as_str()))
    {
        let problem = format!("fixedResponseConfig has the contentType {kind:?}");
        return Err((
            problem,
            "use text/plain, text/css, text/html, application/javascript or application/json",
        ));
    }
    if raw.messagebody.as_ref().is_some_and(|body| body.chars().count() > 1024) {
        let problem = "fixedResponseConfig has a messageBody of more than 1024 characters".to_owned();
        return Err((problem, "shorten it, or let a Service answer"));
    }
    Ok(Written::FixedResponse(aws_api::elbv2::FixedResponse {
        content_type: raw.contenttype,
        message_body: raw.messagebody,
        status_code: raw.statuscode,
    }))
}

fn forward(raw: Raw) -> Result<WrittenForward, (String, &'static str)> {
    let simple = raw
        .targetgrouparn
        .map(WrittenTarget::Arn)
        .or(raw.targetgroupname.map(WrittenTarget::Name));
    match (simple, raw.forwardconfig) {
        (Some(target), None) => Ok(WrittenForward {
            targets: vec![(target, None)],
            stickiness: None,
        }),
        (None, Some(config)) if !config.targetgroups.is_empty() => {
            let several = config.targetgroups.len() > 1;
            let targets = config.targetgroups.into_iter().map(|raw| target(raw, several));
            let stickiness = config.targetgroupstickinessconfig;
            Ok(WrittenForward {
                targets: targets.collect::<Result<_, _>>()?,
                stickiness: stickiness.map(|stickiness| aws_api::elbv2::Stickiness {
                    enabled: stickiness.enabled,
                    duration: stickiness.durationseconds,
                }),
            })
        }
        (Some(_), Some(_)) => {
            let problem = "it names a target group both by itself and in forwardConfig".to_owned();
            Err((problem, "keep one of the two"))
        }
        (None, _) => {
            let problem = "it says nowhere to forward to".to_owned();
            Err((problem, "add forwardConfig with targetGroups, or targetGroupARN"))
        }
    }
}

fn target(raw: RawTarget, several: bool) -> Result<(WrittenTarget, Option<i32>), (String, &'static str)> {
    let remedy = "give each of targetGroups a targetGroupARN, a targetGroupName, or a serviceName and servicePort";
    let group = raw
        .targetgrouparn
        .map(WrittenTarget::Arn)
        .or(raw.targetgroupname.map(WrittenTarget::Name));
    let target = match (group, raw.servicename, raw.serviceport) {
        (Some(group), None, None) => group,
        (None, Some(name), Some(port)) => WrittenTarget::Service(name, number_if_digits(port)),
        (None, Some(name), None) => return Err((format!("Service {name} has no servicePort"), remedy)),
        (None, None, _) => return Err(("one of targetGroups names nothing".to_owned(), remedy)),
        (Some(_), ..) => {
            return Err((
                "one of targetGroups names a target group and a Service".to_owned(),
                remedy,
            ));
        }
    };
    if several && raw.weight.is_none() {
        let problem = "one of several targetGroups has no weight".to_owned();
        return Err((problem, "give each of them a weight from 0 to 999"));
    }
    if let Some(weight) = raw.weight.filter(|weight| !(0..=999).contains(weight)) {
        return Err((
            format!("one of targetGroups has the weight {weight}"),
            "use weights from 0 to 999",
        ));
    }
    Ok((target, raw.weight))
}

fn number_if_digits(port: IntOrString) -> IntOrString {
    match port {
        IntOrString::String(text) => text.parse().map_or(IntOrString::String(text), IntOrString::Int),
        number @ IntOrString::Int(_) => number,
    }
}
