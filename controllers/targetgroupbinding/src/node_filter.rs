//! Which nodes can be targets, and which changes of a node matter.

use crate::objects::{Node, NodeReady};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;

/// Label that says what runs a node's pods: `fargate`, `hyperpod`, `ec2`.
pub(crate) const COMPUTE_TYPE: &str = "eks.amazonaws.com/compute-type";
/// Labels that keep a node out of every load balancer.
const EXCLUDED_BY_LABEL: [&str; 3] = [
    "node-role.kubernetes.io/master",
    "node.kubernetes.io/exclude-from-external-load-balancers",
    "alpha.service-controller.kubernetes.io/exclude-balancer",
];
const PROVIDER_HYBRID: &str = "eks-hybrid://";

/// Whether a node takes traffic of a binding with that `nodeSelector`, its readiness apart.
pub(crate) fn is_suitable(node: &Node, selector: Option<&LabelSelector>) -> bool {
    let leaving = node.taints.iter().any(|taint| {
        taint.key == "ToBeDeletedByClusterAutoscaler"
            || (taint.key == "karpenter.sh/disrupted" && taint.effect == "NoSchedule")
    });
    !leaving
        && !EXCLUDED_BY_LABEL.iter().any(|label| node.labels.contains_key(*label))
        && node.labels.get(COMPUTE_TYPE).is_none_or(|kind| kind != "fargate")
        && selector.is_none_or(|selector| matches(selector, &node.labels))
}

/// Whether a binding with that selector must look again after a node went from `old` to `new`.
/// A node that is absent counts as unsuitable and not ready.
pub(crate) fn is_interesting(old: Option<&Node>, new: Option<&Node>, selector: Option<&LabelSelector>) -> bool {
    let suitable = |node: Option<&Node>| node.is_some_and(|node| is_suitable(node, selector));
    let ready = |node: Option<&Node>| node.map_or(NodeReady::False, |node| node.ready);
    match (suitable(old), suitable(new)) {
        (false, false) => false,
        (true, true) => ready(old) != ready(new),
        (true, false) => ready(old) != NodeReady::False,
        (false, true) => ready(new) != NodeReady::False,
    }
}

/// The EC2 instance behind a node: the last part of its providerID. None for nodes that are no instances.
pub(crate) fn instance_id(node: &Node) -> Option<&str> {
    node.provider_id.rsplit('/').next().filter(|id| id.starts_with("i-"))
}

/// Whether a node is outside AWS (EKS Hybrid Nodes): it has neither an interface nor a security group.
pub(crate) fn is_hybrid(node: &Node) -> bool {
    node.provider_id.starts_with(PROVIDER_HYBRID)
}

/// Label selector semantics of the Kubernetes API; an operator it does not know selects nothing.
fn matches(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    let equal = selector
        .match_labels
        .iter()
        .flatten()
        .all(|(key, value)| labels.get(key) == Some(value));
    equal
        && selector.match_expressions.iter().flatten().all(|requirement| {
            let value = labels.get(&requirement.key);
            let among = || value.is_some_and(|value| requirement.values.iter().flatten().any(|v| v == value));
            match requirement.operator.as_str() {
                "In" => among(),
                "NotIn" => !among(),
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::Taint;

    fn node(ready: NodeReady) -> Node {
        Node {
            name: "n".into(),
            ready,
            provider_id: "aws:///us-west-2a/i-0ab".into(),
            ..Node::default()
        }
    }

    #[test]
    fn taints_and_labels_exclude() {
        let tainted = |key: &str, effect: &str| Node {
            taints: vec![Taint {
                key: key.into(),
                effect: effect.into(),
            }],
            ..node(NodeReady::True)
        };
        let labelled = |key: &str, value: &str| Node {
            labels: [(key.into(), value.into())].into(),
            ..node(NodeReady::True)
        };
        let table = [
            (node(NodeReady::True), true),
            (tainted("ToBeDeletedByClusterAutoscaler", "PreferNoSchedule"), false),
            (tainted("karpenter.sh/disrupted", "NoSchedule"), false),
            (tainted("karpenter.sh/disrupted", "PreferNoSchedule"), true),
            (tainted("node.kubernetes.io/unschedulable", "NoSchedule"), true),
            (labelled("node-role.kubernetes.io/control-plane", ""), true),
            (labelled("node-role.kubernetes.io/master", ""), false),
            (
                labelled("node.kubernetes.io/exclude-from-external-load-balancers", "x"),
                false,
            ),
            (labelled(COMPUTE_TYPE, "fargate"), false),
            (labelled(COMPUTE_TYPE, "ec2"), true),
        ];
        for (node, suitable) in table {
            assert_eq!(is_suitable(&node, None), suitable, "{node:?}");
        }
    }

    #[test]
    fn selectors_narrow() {
        let parse = |json: &str| serde_json::from_str::<LabelSelector>(json).unwrap();
        let node = Node {
            labels: [("pool".into(), "a".into())].into(),
            ..node(NodeReady::True)
        };
        let table = [
            (r#"{"matchLabels":{"pool":"a"}}"#, true),
            (r#"{"matchLabels":{"pool":"b"}}"#, false),
            (
                r#"{"matchExpressions":[{"key":"pool","operator":"In","values":["a","b"]}]}"#,
                true,
            ),
            (
                r#"{"matchExpressions":[{"key":"pool","operator":"NotIn","values":["a"]}]}"#,
                false,
            ),
            (
                r#"{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}"#,
                true,
            ),
            (r#"{"matchExpressions":[{"key":"zone","operator":"Exists"}]}"#, false),
            (
                r#"{"matchExpressions":[{"key":"zone","operator":"DoesNotExist"}]}"#,
                true,
            ),
            (
                r#"{"matchExpressions":[{"key":"pool","operator":"Like","values":["a"]}]}"#,
                false,
            ),
        ];
        for (selector, suitable) in table {
            assert_eq!(is_suitable(&node, Some(&parse(selector))), suitable, "{selector}");
        }
    }

    #[test]
    fn node_changes() {
        use NodeReady::{False, True, Unknown};
        let unsuitable = |ready| Node {
            labels: [(COMPUTE_TYPE.into(), "fargate".into())].into(),
            ..node(ready)
        };
        let table = [
            (None, Some(node(False)), false),
            (None, Some(node(True)), true),
            (None, Some(node(Unknown)), true),
            (Some(node(True)), Some(node(True)), false),
            (Some(node(True)), Some(node(Unknown)), true),
            (Some(node(Unknown)), Some(node(False)), true),
            (Some(node(True)), None, true),
            (Some(node(False)), None, false),
            (Some(node(True)), Some(unsuitable(True)), true),
            (Some(node(False)), Some(unsuitable(True)), false),
            (Some(unsuitable(True)), Some(unsuitable(False)), false),
            (Some(unsuitable(True)), Some(node(True)), true),
        ];
        for (old, new, interesting) in table {
            assert_eq!(
                is_interesting(old.as_ref(), new.as_ref(), None),
                interesting,
                "{old:?} -> {new:?}"
            );
        }
    }

    #[test]
    fn provider_ids() {
        let with = |provider_id: &str| Node {
            provider_id: provider_id.into(),
            ..Node::default()
        };
        assert_eq!(instance_id(&with("aws:///us-west-2a/i-0ab")), Some("i-0ab"));
        assert_eq!(instance_id(&with("")), None);
        let hybrid = with("eks-hybrid:///us-west-2/prod/mi-0ab");
        assert_eq!(instance_id(&hybrid), None);
        assert!(is_hybrid(&hybrid));
    }
}
