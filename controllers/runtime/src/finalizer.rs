//! Finalizers: what keeps an object until its cloud resources are gone.

use kube::api::{Patch, PatchParams};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

/// Conflicts with other writers that are borne before giving up.
const ATTEMPTS: u32 = 5;

/// Puts the finalizer on the object, unless it has it.
///
/// # Errors
/// Whatever the API server answers, other than a few conflicts.
pub async fn add<K>(api: &Api<K>, object: &K, finalizer: &str) -> kube::Result<()>
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    change(api, object, |present| with(present, finalizer)).await
}

/// Takes the finalizer off the object, if it has it. An object that is gone is fine.
///
/// # Errors
/// Whatever the API server answers, other than a few conflicts.
pub async fn remove<K>(api: &Api<K>, object: &K, finalizer: &str) -> kube::Result<()>
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    match change(api, object, |present| without(present, finalizer)).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        result => result,
    }
}

/// The finalizers with one more, or nothing if it is there.
fn with(present: &[String], finalizer: &str) -> Option<Vec<String>> {
    if present.iter().any(|other| other == finalizer) {
        return None;
    }
    Some(present.iter().cloned().chain([finalizer.to_owned()]).collect())
}

/// The finalizers without one, or nothing if it is not there.
fn without(present: &[String], finalizer: &str) -> Option<Vec<String>> {
    let rest: Vec<_> = present.iter().filter(|other| *other != finalizer).cloned().collect();
    (rest.len() < present.len()).then_some(rest)
}

/// Patches the finalizers of exactly the version that was looked at; looks again when it was not the newest.
async fn change<K>(api: &Api<K>, object: &K, next: impl Fn(&[String]) -> Option<Vec<String>>) -> kube::Result<()>
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    let name = object.name_any();
    let mut attempt = 1;
    let mut newest = None;
    loop {
        let seen = newest.as_ref().unwrap_or(object);
        let Some(finalizers) = next(seen.finalizers()) else {
            return Ok(());
        };
        let patch = patch(seen.meta().resource_version.as_deref(), &finalizers);
        match api
            .patch_metadata(&name, &PatchParams::default(), &Patch::Merge(patch))
            .await
        {
            Err(kube::Error::Api(status)) if status.code == 409 && attempt < ATTEMPTS => attempt += 1,
            result => return result.map(drop),
        }
        newest = Some(api.get(&name).await?);
    }
}

fn patch(resource_version: Option<&str>, finalizers: &[String]) -> Value {
    json!({ "metadata": { "resourceVersion": resource_version, "finalizers": finalizers } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_finalizers_stay() {
        let present = ["a".to_owned(), "b".to_owned()];
        assert_eq!(with(&present, "a"), None);
        assert_eq!(
            with(&present, "c"),
            Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()])
        );
        assert_eq!(without(&present, "a"), Some(vec!["b".to_owned()]));
        assert_eq!(without(&present, "c"), None);
    }

    #[test]
    fn a_patch_names_the_version_it_was_made_for() {
        let expected = r#"{"metadata":{"finalizers":["a"],"resourceVersion":"7"}}"#;
        assert_eq!(patch(Some("7"), &["a".to_owned()]).to_string(), expected);
    }
}
