//! Readiness gates: what a pod's condition `target-health.elbv2.k8s.aws/<binding>` should say.

use crate::objects::{Pod, PodCondition};
use aws_api::elbv2::TargetHealth;

/// Prefix of the condition type; the name of the binding follows.
pub(crate) const GATE_PREFIX: &str = "target-health.elbv2.k8s.aws/";
/// The prefix of controllers before v2.
const LEGACY_GATE_PREFIX: &str = "target-health.alb.ingress.k8s.aws/";

/// The condition type of a binding.
pub(crate) fn gate(binding: &str) -> String {
    format!("{GATE_PREFIX}{binding}")
}

/// The binding that a gate waits for, if it is one of ours and could be a name of an object.
pub(crate) fn binding_of_gate(gate: &str) -> Option<&str> {
    let name = gate
        .strip_prefix(GATE_PREFIX)
        .or_else(|| gate.strip_prefix(LEGACY_GATE_PREFIX))?;
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    (name.len() <= 253 && name.split('.').all(label)).then_some(name)
}

/// What a condition is to say: status, reason, message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) status: &'static str,
    pub(crate) reason: String,
    pub(crate) message: String,
}

impl Gate {
    /// By the target's health; None where AWS did not tell.
    pub(crate) fn of_health(health: Option<&TargetHealth>) -> Self {
        let Some(health) = health.filter(|health| !health.state.is_empty()) else {
            return Self {
                status: "Unknown",
                ..Self::default()
            };
        };
        Self {
            status: if health.state == "healthy" { "True" } else { "False" },
            reason: health.reason.clone().unwrap_or_default(),
            message: health.description.clone().unwrap_or_default(),
        }
    }

    /// Of a target that was registered a moment ago.
    pub(crate) fn registering() -> Self {
        Self {
            status: "False",
            reason: "Elb.RegistrationInProgress".to_owned(),
            message: "Target registration is in progress".to_owned(),
        }
    }

    /// Of a binding that is gone: it holds no pod back any more.
    pub(crate) fn released() -> Self {
        Self {
            status: "True",
            reason: String::new(),
            message: "Target Group Binding is deleted".to_owned(),
        }
    }

    /// Whether the pod is ready as far as this goes.
    pub(crate) fn is_open(&self) -> bool {
        self.status == "True"
    }
}

/// The condition to write on `pod`, or None if it says so already or the pod has no such gate.
/// The time of the last transition moves only with the status.
pub(crate) fn condition(pod: &Pod, kind: &str, gate: &Gate, now_millis: i64) -> Option<PodCondition> {
    if !has_gate(pod, kind) {
        return None;
    }
    let current = pod.condition(kind);
    let same = |condition: &PodCondition| {
        condition.status == gate.status && condition.reason == gate.reason && condition.message == gate.message
    };
    if current.is_some_and(same) {
        return None;
    }
    let unmoved = current.filter(|condition| condition.status == gate.status);
    Some(PodCondition {
        kind: kind.to_owned(),
        status: gate.status.to_owned(),
        reason: gate.reason.clone(),
        message: gate.message.clone(),
        changed_millis: unmoved.map_or(now_millis, |condition| condition.changed_millis),
    })
}

/// Whether the pod lists that condition among its gates.
pub(crate) fn has_gate(pod: &Pod, kind: &str) -> bool {
    pod.gates.iter().any(|gate| gate == kind)
}

/// Whether the condition is there and not True: the pod waits for the health of its target.
pub(crate) fn is_waiting(pod: &Pod, kind: &str) -> bool {
    pod.condition(kind).is_some_and(|condition| condition.status != "True")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(status: Option<(&str, &str)>) -> Pod {
        let kind = gate("web");
        let conditions = status.map(|(status, reason)| PodCondition {
            kind: kind.clone(),
            status: status.into(),
            reason: reason.into(),
            message: String::new(),
            changed_millis: 5,
        });
        Pod {
            gates: vec![kind],
            conditions: conditions.into_iter().collect(),
            ..Pod::default()
        }
    }

    fn health(state: &str, reason: &str) -> TargetHealth {
        TargetHealth {
            state: state.into(),
            reason: Some(reason.into()),
            ..TargetHealth::default()
        }
    }

    #[test]
    fn health_decides() {
        assert_eq!(Gate::of_health(None).status, "Unknown");
        assert_eq!(Gate::of_health(Some(&health("", ""))).status, "Unknown");
        assert!(Gate::of_health(Some(&health("healthy", ""))).is_open());
        let failed = Gate::of_health(Some(&health("unhealthy", "Target.Timeout")));
        assert_eq!((failed.status, failed.reason.as_str()), ("False", "Target.Timeout"));
        assert!(!Gate::registering().is_open());
    }

    #[test]
    fn only_changes_are_written() {
        let kind = gate("web");
        let failed = Gate {
            status: "False",
            reason: "Target.Timeout".into(),
            message: String::new(),
        };
        assert_eq!(condition(&Pod::default(), &kind, &failed, 9), None, "no gate");
        assert_eq!(
            condition(&pod(Some(("False", "Target.Timeout"))), &kind, &failed, 9),
            None
        );
        let moved = |pod: &Pod| condition(pod, &kind, &failed, 9).map(|condition| condition.changed_millis);
        assert_eq!(moved(&pod(None)), Some(9));
        assert_eq!(moved(&pod(Some(("True", "")))), Some(9));
        assert_eq!(
            moved(&pod(Some(("False", "other")))),
            Some(5),
            "same status, other reason"
        );
    }

    #[test]
    fn gates_name_bindings() {
        let table = [
            (
                "target-health.elbv2.k8s.aws/k8s-app-web-0123456789",
                Some("k8s-app-web-0123456789"),
            ),
            ("target-health.alb.ingress.k8s.aws/web", Some("web")),
            ("target-health.elbv2.k8s.aws/Web", None),
            ("target-health.elbv2.k8s.aws/", None),
            ("example.com/web", None),
        ];
        for (gate, binding) in table {
            assert_eq!(binding_of_gate(gate), binding, "{gate}");
        }
    }
}
