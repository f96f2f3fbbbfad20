//! Which tags to write and which to take away.

use aws_api::Tags;
use std::collections::BTreeSet;

/// What makes the tags of an object those wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagChange {
    /// Tags to write.
    pub set: Tags,
    /// Keys to take away.
    pub remove: Vec<String>,
}

impl TagChange {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }

    /// Does it to `tags`.
    pub fn apply(&self, tags: &mut Tags) {
        tags.retain(|key, _| !self.remove.contains(key));
        tags.extend(self.set.clone());
    }
}

/// Keys that are not ours to touch, beside AWS's own.
pub type ExternalTags = BTreeSet<String>;

/// Tags by which older controllers marked what is theirs; a load balancer that they made keeps them.
const LEGACY_KEYS: [&str; 6] = [
    "ingress.k8s.aws/cluster",
    "kubernetes.io/cluster-name",
    "kubernetes.io/ingress-name",
    "kubernetes.io/namespace",
    "kubernetes.io/service-name",
    "kubernetes.io/service-port",
];
const LEGACY_PREFIX: &str = "kubernetes.io/cluster/";

/// The change from `current` to `desired`, leaving alone what AWS or others manage.
#[must_use]
pub fn diff(current: &Tags, desired: &Tags, external: &ExternalTags) -> TagChange {
    let ours = |key: &str| !key.starts_with("aws:") && !external.contains(key);
    let legacy = |key: &str| key.starts_with(LEGACY_PREFIX) || LEGACY_KEYS.contains(&key);
    let set = desired
        .iter()
        .filter(|(key, value)| ours(key) && current.get(*key) != Some(*value));
    let remove = current
        .keys()
        .filter(|key| ours(key) && !legacy(key) && !desired.contains_key(*key));
    TagChange {
        set: set.map(|(key, value)| (key.clone(), value.clone())).collect(),
        remove: remove.cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn only_our_tags_change() {
        let current = tags([
            ("aws:cloudformation:stack-id", "s"),
            ("kubernetes.io/cluster/c", "owned"),
            ("cost-centre", "7"),
            ("old", "1"),
            ("kept", "1"),
            ("changed", "1"),
        ]);
        let desired = tags([("kept", "1"), ("changed", "2"), ("new", "1"), ("cost-centre", "8")]);
        let change = diff(&current, &desired, &ExternalTags::from(["cost-centre".to_owned()]));
        assert_eq!(change.set, tags([("changed", "2"), ("new", "1")]));
        assert_eq!(change.remove, ["old"]);
    }
}
