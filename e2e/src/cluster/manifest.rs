//! YAML documents to the API server, by server-side apply.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::discovery::{self, Scope};
use kube::{Client, ResourceExt};

/// Manifests that could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not YAML, or not a Kubernetes object.
    #[error("document {number} is not a Kubernetes object")]
    Parse {
        /// Its place in the file, from 1.
        number: usize,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The API server does not know the kind, or refused the object.
    #[error("{object} was refused")]
    Apply {
        /// Kind and name.
        object: String,
        /// Why.
        source: Box<kube::Error>,
    },
}

/// Applies documents in order.
pub(super) async fn apply(client: &Client, yaml: &str) -> Result<(), ManifestError> {
    for (index, document) in yaml.split("\n---").enumerate() {
        let document = document.trim_start_matches('-').trim();
        if document
            .lines()
            .all(|line| line.trim().is_empty() || line.starts_with('#'))
        {
            continue;
        }
        let number = index + 1;
        let object: DynamicObject = serde_saphyr::from_str(document).map_err(|source| ManifestError::Parse {
            number,
            source: Box::new(source),
        })?;
        apply_object(client, number, &object).await?;
    }
    Ok(())
}

async fn apply_object(client: &Client, number: usize, object: &DynamicObject) -> Result<(), ManifestError> {
    let types = object.types.as_ref().ok_or_else(|| ManifestError::Parse {
        number,
        source: "apiVersion and kind are missing".into(),
    })?;
    let shown = format!("{} {}", types.kind, object.name_any());
    let refused = |source| ManifestError::Apply {
        object: shown.clone(),
        source: Box::new(source),
    };
    let kind = GroupVersionKind::try_from(types).map_err(|source| ManifestError::Parse {
        number,
        source: Box::new(source),
    })?;
    let (resource, capabilities) = discovery::pinned_kind(client, &kind).await.map_err(refused)?;
    let namespace = object.namespace().unwrap_or_else(|| "default".to_owned());
    let api: Api<DynamicObject> = match capabilities.scope {
        Scope::Cluster => Api::all_with(client.clone(), &resource),
        Scope::Namespaced => Api::namespaced_with(client.clone(), &namespace, &resource),
    };
    let how = PatchParams::apply("seatrial").force();
    api.patch(&object.name_any(), &how, &Patch::Apply(object))
        .await
        .map_err(refused)
        .map(drop)
}
