//! Listeners that forward to several Services by weight: the annotations `actions.<protocol>-<port>`.

use crate::service::Subject;
use crate::service::load_balancer::Frame;
use crate::service::security_group::Groups;
use crate::service::target_group::{self, Backend};
use crate::{PlanError, port};
use controllers_api::annotation::Annotations;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::{Stack, TargetGroupRef};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    forward_config: Option<Forward>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Forward {
    base_service_weight: Option<i32>,
    #[serde(default)]
    target_groups: Vec<Target>,
    target_group_stickiness_config: Option<Stickiness>,
}

#[derive(Deserialize)]
struct Stickiness {
    enabled: Option<bool>,
}

/// One of the target groups.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    #[serde(rename = "targetGroupARN")]
    arn: Option<String>,
    service_name: Option<String>,
    service_port: Option<IntOrString>,
    pub(crate) weight: Option<i32>,
    #[serde(default)]
    decrypt: bool,
}

/// A forward action.
pub(crate) struct Action {
    key: String,
    protocol: &'static str,
    pub(crate) base_weight: Option<i32>,
    pub(crate) targets: Vec<Target>,
    pub(crate) stickiness: Option<bool>,
}

/// Names of the Services that a Service's actions forward to. Actions that cannot be read name none; planning tells what is wrong with them.
pub(crate) fn services(annotations: Annotations<'_>) -> Vec<String> {
    let actions = annotations.keys_with("actions.");
    let texts = actions.filter_map(|name| annotations.text(&format!("actions.{name}")));
    let read = texts.filter_map(|text| serde_json::from_str::<Written>(text).ok()?.forward_config);
    let mut names: Vec<_> = read
        .flat_map(|forward| forward.target_groups)
        .filter_map(|target| target.service_name)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The action of a listener, if it has one.
pub(crate) fn action(
    annotations: Annotations<'_>,
    protocol: &'static str,
    port: i32,
) -> Result<Option<Action>, PlanError> {
    let key = format!("actions.{protocol}-{port}");
    let Some(text) = annotations.text(&key) else {
        return Ok(None);
    };
    let wrong = |expected: String, remedy: &str| annotations.error(&key, expected, remedy);
    let written: Written = serde_json::from_str(text).map_err(|error| {
        wrong(
            format!("an action in JSON: {error}"),
            "write {\"type\":\"forward\",\"forwardConfig\":{...}}",
        )
    })?;
    if written.kind != "forward" {
        return Err(wrong("of type forward".to_owned(), "a network load balancer can only forward").into());
    }
    let Some(forward) = written.forward_config else {
        return Err(wrong(
            "complete: forwardConfig is missing".to_owned(),
            "add forwardConfig with targetGroups",
        )
        .into());
    };
    let several = forward.target_groups.len() > 1;
    for target in &forward.target_groups {
        let problem = match (&target.arn, &target.service_name) {
            (Some(_), Some(_)) | (None, None) => {
                Some("each target group needs targetGroupARN or serviceName, not both")
            }
            (None, Some(_)) if target.service_port.is_none() => Some("serviceName needs servicePort"),
            _ if several && target.weight.is_none() => Some("each of several target groups needs a weight"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(wrong(format!("complete: {problem}"), "correct its targetGroups").into());
        }
    }
    let weights = forward
        .target_groups
        .iter()
        .map(|target| target.weight)
        .chain([forward.base_service_weight]);
    if let Some(weight) = weights.flatten().find(|weight| !(0..=999).contains(weight)) {
        return Err(wrong(format!("right: weight {weight}"), "use weights from 0 to 999").into());
    }
    Ok(Some(Action {
        protocol,
        base_weight: forward.base_service_weight,
        targets: forward.target_groups,
        stickiness: forward
            .target_group_stickiness_config
            .and_then(|stickiness| stickiness.enabled),
        key,
    }))
}

/// The target group that a target means, added to the stack if it is a Service's.
pub(crate) fn target(
    subject: &Subject<'_>,
    frame: &Frame<'_>,
    groups: &Groups,
    action: &Action,
    target: &Target,
    stack: &mut Stack,
) -> Result<TargetGroupRef, PlanError> {
    if let Some(arn) = &target.arn {
        return Ok(TargetGroupRef::Arn(arn.clone()));
    }
    let name = target.service_name.as_deref().unwrap_or_default();
    let wanted = target.service_port.clone().unwrap_or_default();
    let wrong = |expected: String| {
        let remedy = "name a Service of the same namespace and one of its ports";
        subject.annotations.error(&action.key, expected, remedy)
    };
    let neighbour = if name == subject.name() {
        Some(subject.service)
    } else {
        subject.facts.services.get(name)
    };
    let service: &Service = neighbour.ok_or_else(|| wrong(format!("right: there is no Service {name}")))?;
    let ports = service
        .spec
        .as_ref()
        .and_then(|spec| spec.ports.as_deref())
        .unwrap_or_default();
    let port = port::find(ports, &wanted).ok_or_else(|| wrong(format!("right: Service {name} has no such port")))?;
    let protocol = match action.protocol {
        "TLS" if target.decrypt => "TCP",
        other => other,
    };
    target_group::add(
        subject,
        frame,
        groups,
        &Backend {
            service,
            port,
            protocol,
        },
        stack,
    )
}
