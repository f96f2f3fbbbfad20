//! Target groups that several clusters share: each remembers in a ConfigMap which targets are its own, and
//! deregisters no others.

use aws_api::elbv2::Target;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::api::{Api, DeleteParams, ObjectMeta, PostParams};
use parking_lot::Mutex;
use runtime::Key;
use std::collections::{BTreeSet, HashMap};

/// Key within the ConfigMap.
const TARGETS: &str = "targets";

/// Why a ConfigMap could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OwnTargetsError {
    #[error("cannot read ConfigMap {name}")]
    Read { name: String, source: kube::Error },
    #[error("cannot write ConfigMap {name}")]
    Write { name: String, source: kube::Error },
    #[error("cannot delete ConfigMap {name}")]
    Delete { name: String, source: kube::Error },
}

/// Targets of this cluster, as `id:port`.
pub(crate) type Owned = BTreeSet<String>;

/// Reads and writes the ConfigMaps; what was read or written last is kept.
pub(crate) struct OwnTargets {
    client: Client,
    known: Mutex<HashMap<Key, Owned>>,
}

impl OwnTargets {
    /// Nothing is known yet.
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::default(),
        }
    }

    /// The targets that this cluster registered for a binding; None if it has no record yet.
    pub(crate) async fn load(&self, binding: &Key) -> Result<Option<Owned>, OwnTargetsError> {
        if let Some(owned) = self.known.lock().get(binding) {
            return Ok(Some(owned.clone()));
        }
        let name = config_map_name(binding);
        let found = self.api(binding).get_opt(&name).await;
        let found = found.map_err(|source| OwnTargetsError::Read { name, source })?;
        let owned = found.map(|map| {
            parse(
                map.data
                    .as_ref()
                    .and_then(|data| data.get(TARGETS))
                    .map_or("", |csv| csv),
            )
        });
        if let Some(owned) = &owned {
            self.known.lock().insert(binding.clone(), owned.clone());
        }
        Ok(owned)
    }

    /// Writes the record, if it differs from the last one.
    pub(crate) async fn store(&self, binding: &Key, owned: &Owned) -> Result<(), OwnTargetsError> {
        if self.known.lock().get(binding) == Some(owned) {
            return Ok(());
        }
        let name = config_map_name(binding);
        let map = ConfigMap {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                namespace: Some(binding.namespace.clone()),
                ..ObjectMeta::default()
            },
            data: Some([(TARGETS.to_owned(), format(owned))].into()),
            ..ConfigMap::default()
        };
        let api = self.api(binding);
        let written = match api.replace(&name, &PostParams::default(), &map).await {
            Err(kube::Error::Api(status)) if status.code == 404 => api.create(&PostParams::default(), &map).await,
            other => other,
        };
        written.map_err(|source| OwnTargetsError::Write { name, source })?;
        self.known.lock().insert(binding.clone(), owned.clone());
        Ok(())
    }

    /// Deletes the record.
    pub(crate) async fn delete(&self, binding: &Key) -> Result<(), OwnTargetsError> {
        self.known.lock().remove(binding);
        let name = config_map_name(binding);
        match self.api(binding).delete(&name, &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(source) => Err(OwnTargetsError::Delete { name, source }),
            Ok(_) => Ok(()),
        }
    }

    fn api(&self, binding: &Key) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &binding.namespace)
    }
}

fn config_map_name(binding: &Key) -> String {
    format!("aws-lbc-targets-{}", binding.name)
}

/// How a target is written in the record.
pub(crate) fn identifier(target: &Target) -> String {
    format!("{}:{}", target.id, target.port)
}

fn parse(csv: &str) -> Owned {
    csv.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn format(owned: &Owned) -> String {
    owned.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_round_trips() {
        let owned = parse("10.0.0.2:80,10.0.0.1:80, ,i-0ab:30080");
        assert_eq!(owned.len(), 3);
        assert_eq!(parse(&format(&owned)), owned);
        assert_eq!(parse(""), Owned::new());
        assert_eq!(config_map_name(&Key::new("app", "web")), "aws-lbc-targets-web");
    }
}
