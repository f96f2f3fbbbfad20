//! From what is and what should be to the steps between, in the order in which AWS accepts them.

mod add_on;
mod binding;
mod certificate;
mod listener;
mod load_balancer;
mod rule;
mod security_group;
mod target_group;

pub(crate) use add_on::{PROTECTION, associated};
pub(crate) use certificate::ISSUED;

use crate::change::Change;
use crate::observed::{Observed, Role};
use crate::tags::ExternalTags;
use aws_api::Tags;
use aws_api::elbv2::Attributes;
use model::Stack;

/// The changes that lead from `observed` to `desired`: what others will refer to is made first, what others may still
/// refer to is deleted last. Empty when there is nothing to do. An object without details (attributes, listeners, rules)
/// is taken to have none.
#[must_use]
pub fn diff(observed: &Observed, desired: &Stack, external: &ExternalTags) -> Vec<Change> {
    let diff = Diff {
        observed,
        desired,
        external,
    };
    let mut changes = Vec::new();
    diff.security_group(&mut changes);
    diff.unwanted_targets(&mut changes);
    diff.certificates(&mut changes);
    diff.target_groups(&mut changes);
    diff.unwanted_load_balancers(&mut changes);
    for role in [Role::Main, Role::Frontend] {
        diff.load_balancer(role, &mut changes);
        diff.listeners(role, &mut changes);
    }
    diff.bindings(&mut changes);
    diff.orphaned_bindings(&mut changes);
    diff.orphaned_target_groups(&mut changes);
    diff.orphaned_certificates(&mut changes);
    diff.orphaned_security_groups(&mut changes);
    diff.add_ons(&mut changes);
    diff.load_balancer_targets(&mut changes);
    diff.capacity(&mut changes);
    changes
}

/// The two sides of a comparison. Each kind of object has its methods in its own file.
struct Diff<'a> {
    observed: &'a Observed,
    desired: &'a Stack,
    external: &'a ExternalTags,
}

impl Diff<'_> {
    fn tags(&self, arn: &str, current: &Tags, desired: &Tags) -> Option<Change> {
        let tags = crate::tags::diff(current, desired, self.external);
        (!tags.is_empty()).then(|| Change::Tag {
            arn: arn.to_owned(),
            tags,
        })
    }

    /// Listeners and rules whose tags nobody manages are wanted without any.
    fn tags_if_managed(&self, arn: &str, current: &Tags, desired: &Tags) -> Option<Change> {
        if desired.is_empty() {
            return None;
        }
        self.tags(arn, current, desired)
    }
}

/// The wanted attributes that `current` does not have. Attributes that nobody wants stay as they are.
fn differing(current: Option<&Attributes>, desired: &Attributes) -> Option<Attributes> {
    let has = |key: &String, value: &String| current.and_then(|current| current.get(key)) == Some(value);
    let differing: Attributes = desired
        .iter()
        .filter(|(key, value)| !has(key, value))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    (!differing.is_empty()).then_some(differing)
}
