//! The checkpoint: a fingerprint of the endpoints and the spec that were last put into effect.
//!
//! It is kept in an annotation, so that a controller that starts knows without a call what needs no work. The format
//! is the Go controller's: either controller recognises the other's checkpoints.

use crate::endpoints::Endpoint;
use controllers_api::target_group_binding::TargetGroupBinding;
use data_encoding::BASE64URL_NOPAD;
use kube::ResourceExt;
use parking_lot::Mutex;
use runtime::Key;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Annotation that holds the checkpoint.
pub(crate) const ANNOTATION: &str = "elbv2.k8s.aws/checkpoint";
/// Annotation that holds the unix seconds at which it was written.
pub(crate) const TIMESTAMP_ANNOTATION: &str = "elbv2.k8s.aws/checkpoint-timestamp";

/// The checkpoints that this process wrote, for as long as the watch has not shown them.
#[derive(Default)]
pub(crate) struct Checkpoints {
    /// Resource version and checkpoint of the last write.
    written: Mutex<HashMap<Key, (u64, String)>>,
}

impl Checkpoints {
    /// The checkpoint of a binding: what was written last if `object` is older, else what its annotation says.
    pub(crate) fn current(&self, object: &TargetGroupBinding) -> String {
        let written = self.written.lock();
        match written.get(&Key::of(object)) {
            Some((version, checkpoint)) if resource_version(object) < *version => checkpoint.clone(),
            _ => object.annotations().get(ANNOTATION).cloned().unwrap_or_default(),
        }
    }

    /// Records a write by the object that the API server answered with.
    pub(crate) fn wrote(&self, answer: &TargetGroupBinding) {
        let checkpoint = answer.annotations().get(ANNOTATION).cloned().unwrap_or_default();
        self.written
            .lock()
            .insert(Key::of(answer), (resource_version(answer), checkpoint));
    }

    /// Forgets a binding that is gone.
    pub(crate) fn forget(&self, binding: &Key) {
        self.written.lock().remove(binding);
    }
}

/// Resource versions of one kind are ordered numbers.
fn resource_version(object: &TargetGroupBinding) -> u64 {
    object
        .resource_version()
        .and_then(|version| version.parse().ok())
        .unwrap_or(0)
}

/// The checkpoint of these endpoints under this spec.
pub(crate) fn checkpoint(endpoints: &[Endpoint], spec: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut ids: Vec<String> = endpoints
        .iter()
        .map(|endpoint| format!("{}:{}:{}", endpoint.id, endpoint.port, endpoint.created_millis()))
        .collect();
    ids.sort();
    let spec = serde_json::to_vec(spec)?;
    Ok(format!("{}/{}", digest(ids.join(",").as_bytes()), digest(&spec)))
}

fn digest(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::Backend;
    use crate::objects::Pod;
    use std::sync::Arc;

    fn endpoint(id: &str, created_millis: i64) -> Endpoint {
        let pod = Pod {
            created_millis,
            ..Pod::default()
        };
        Endpoint {
            id: id.into(),
            port: 80,
            backend: Backend::Pod(Arc::new(pod)),
        }
    }

    #[test]
    fn hashes_of_csv_and_json() {
        // printf '' | sha256sum, printf '{}' | sha256sum; base64url without padding
        let empty = checkpoint(&[], &serde_json::json!({})).unwrap();
        assert_eq!(
            empty,
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU/RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o"
        );
    }

    #[test]
    fn a_write_counts_until_the_watch_shows_something_newer() {
        let object = |version: &str, checkpoint: &str| {
            let mut object = TargetGroupBinding::new(
                "web",
                controllers_api::target_group_binding::TargetGroupBindingSpec::default(),
            );
            object.metadata.namespace = Some("app".into());
            object.metadata.resource_version = Some(version.into());
            object.annotations_mut().insert(ANNOTATION.into(), checkpoint.into());
            object
        };
        let checkpoints = Checkpoints::default();
        assert_eq!(checkpoints.current(&object("9", "a")), "a");
        checkpoints.wrote(&object("10", "b"));
        assert_eq!(checkpoints.current(&object("9", "a")), "b", "the watch lags");
        assert_eq!(checkpoints.current(&object("11", "")), "", "someone cleared it");
        checkpoints.forget(&Key::new("app", "web"));
        assert_eq!(checkpoints.current(&object("9", "a")), "a");
    }

    #[test]
    fn order_does_not_matter_but_age_does() {
        let of = |endpoints: &[Endpoint]| checkpoint(endpoints, &"spec").unwrap();
        let (a, b) = (endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2));
        assert_eq!(of(&[a.clone(), b.clone()]), of(&[b.clone(), a.clone()]));
        assert_ne!(of(&[a, b.clone()]), of(&[endpoint("10.0.0.1", 7), b]));
    }
}
