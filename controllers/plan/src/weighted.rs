//! `actions.PROTO-PORT`: several target groups behind one listener, with weights.

use crate::{PlanError, Subject};
use controllers_api::annotation::Annotations;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Deserialize;

/// The annotation's JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    #[serde(rename = "type")]
    kind: String,
    forward_config: Option<Forward>,
}

/// Where to forward to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Forward {
    /// Weight of the Service's own target group.
    pub(crate) base_service_weight: Option<i32>,
    /// Others.
    #[serde(default)]
    pub(crate) target_groups: Vec<Tuple>,
    target_group_stickiness_config: Option<Stickiness>,
}

/// One other target group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tuple {
    #[serde(rename = "targetGroupARN")]
    pub(crate) target_group_arn: Option<String>,
    pub(crate) service_name: Option<String>,
    pub(crate) service_port: Option<IntOrString>,
    pub(crate) weight: Option<i32>,
    pub(crate) decrypt: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Stickiness {
    enabled: Option<bool>,
}

impl Forward {
    pub(crate) fn stickiness(&self) -> Option<bool> {
        self.target_group_stickiness_config
            .as_ref()
            .and_then(|config| config.enabled)
    }
}

/// Names of the Services that any action names; malformed actions are reported when they are planned.
pub(crate) fn services(annotations: Annotations<'_>) -> Vec<String> {
    let prefix = format!("{}actions.", controllers_api::annotation::PREFIX);
    let actions = annotations.0.iter().filter(|(key, _)| key.starts_with(&prefix));
    let parsed = actions.filter_map(|(_, text)| serde_json::from_str::<Action>(text).ok());
    let tuples = parsed
        .filter_map(|action| action.forward_config)
        .flat_map(|forward| forward.target_groups);
    tuples.filter_map(|tuple| tuple.service_name).collect()
}

/// The action of one listener, checked.
pub(crate) fn action(subject: &Subject<'_>, protocol: &str, port: i32) -> Result<Option<Forward>, PlanError> {
    let key = format!("actions.{protocol}-{port}");
    let Some(text) = subject
        .annotations
        .text(&key)
        .filter(|_| subject.config.gates.weighted_target_groups)
    else {
        return Ok(None);
    };
    let wrong = |expected: String| -> PlanError {
        let remedy = "see the guide for the form of forward actions";
        subject.annotations.error(&key, expected, remedy).into()
    };
    let action: Action = serde_json::from_str(text).map_err(|error| wrong(format!("JSON of an action: {error}")))?;
    if action.kind != "forward" {
        return Err(wrong(format!(
            "an action of type forward: its type is {:?}",
            action.kind
        )));
    }
    let forward = action
        .forward_config
        .ok_or_else(|| wrong("complete: forwardConfig is missing".to_owned()))?;
    let several = forward.target_groups.len() + usize::from(forward.base_service_weight.is_some()) > 1;
    for tuple in &forward.target_groups {
        if tuple.target_group_arn.is_some() == tuple.service_name.is_some() {
            return Err(wrong(
                "right: a target group needs either targetGroupARN or serviceName".to_owned(),
            ));
        }
        if tuple.service_name.is_some() && tuple.service_port.is_none() {
            return Err(wrong("complete: serviceName needs servicePort".to_owned()));
        }
        if several && tuple.weight.is_none() {
            return Err(wrong(
                "complete: with several target groups each needs a weight".to_owned(),
            ));
        }
        if tuple.weight.is_some_and(|weight| !(0..=999).contains(&weight)) {
            return Err(wrong("right: weights are 0 to 999".to_owned()));
        }
    }
    Ok(Some(forward))
}
