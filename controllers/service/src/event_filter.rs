//! Which changes of a Service are worth a reconcile.

use controllers_api::SERVICE_FINALIZER;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt;

/// Whether the Service must not vanish before its load balancer does.
pub(crate) fn has_finalizer(service: &Service) -> bool {
    service
        .finalizers()
        .iter()
        .any(|finalizer| finalizer == SERVICE_FINALIZER)
}

/// Whether the step from `old` to `new` calls for a reconcile. The same version seen again does: that is a resync.
pub(crate) fn concerns_us(old: Option<&Service>, new: &Service, claimed: impl Fn(&Service) -> bool) -> bool {
    let unchanged = old.is_some_and(|old| {
        old.resource_version() != new.resource_version()
            && old.annotations() == new.annotations()
            && old.spec == new.spec
            && old.metadata.deletion_timestamp.is_some() == new.metadata.deletion_timestamp.is_some()
    });
    !unchanged && (has_finalizer(new) || claimed(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
    use serde_json::json;

    fn service(version: &str) -> Service {
        let service = json!({
            "metadata": {"name": "web", "namespace": "shop", "resourceVersion": version, "annotations": {"a": "1"}},
            "spec": {"ports": [{"port": 80}]},
        });
        serde_json::from_value(service).unwrap()
    }

    #[test]
    fn table() {
        type Edit = fn(&mut Service);
        let nothing: Edit = |_| {};
        let table: [(&str, Edit, bool, bool); 8] = [
            ("nothing but the version", nothing, true, false),
            (
                "labels",
                |new| drop(new.labels_mut().insert("l".to_owned(), "1".to_owned())),
                true,
                false,
            ),
            ("status", |new| new.status = Some(Default::default()), true, false),
            (
                "annotation",
                |new| drop(new.annotations_mut().insert("a".to_owned(), "2".to_owned())),
                true,
                true,
            ),
            ("spec", |new| new.spec = None, true, true),
            (
                "deletion",
                |new| new.metadata.deletion_timestamp = Some(Time(Default::default())),
                true,
                true,
            ),
            (
                "annotation of another's",
                |new| new.annotations_mut().clear(),
                false,
                false,
            ),
            (
                "resync",
                |new| new.metadata.resource_version = Some("1".to_owned()),
                true,
                true,
            ),
        ];
        for (what, edit, claimed, expected) in table {
            let old = service("1");
            let mut new = service("2");
            edit(&mut new);
            assert_eq!(concerns_us(Some(&old), &new, |_| claimed), expected, "{what}");
        }
    }

    #[test]
    fn first_sight_and_finalizer() {
        let mut new = service("1");
        assert!(concerns_us(None, &new, |_| true));
        assert!(!concerns_us(None, &new, |_| false));
        new.finalizers_mut().push(SERVICE_FINALIZER.to_owned());
        assert!(concerns_us(None, &new, |_| false));
    }
}
