//! What a group remembers when the controller is restarted: a ConfigMap per group, beside the lease.
//!
//! Two things cannot be read back from AWS: which member asked for a rule, and what the secret of a rule is. So a member that became bad while the
//! controller was down would lose its rules, and a rule with a secret would be written at every start. Nothing more may be on AWS than the Go
//! controller puts there, and an annotation of the member would be copied and applied by its owner's tools. ConfigMaps the Go controller keeps, too, so
//! its role suffices. One is read once per process, written when what is remembered changes, and deleted with its group; of secrets it holds
//! versions only. Without the right to write it, all holds but for restarts.

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, DeleteParams, ObjectMeta, PostParams};
use model::GroupId;
use model::names::ingress::memory_of;
use parking_lot::Mutex;
use plan::ingress::{ByName, IngressKey, Portion};
use runtime::chain::Chain;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key of the ConfigMap's data.
const REMEMBERED: &str = "remembered";
/// A ConfigMap takes no more than 1 MiB in all.
const LARGEST: usize = 1_000_000;

/// Portions that were good, by member.
pub(crate) type Portions = BTreeMap<IngressKey, Portion>;
/// Versions of Secrets, by namespace and name.
pub(crate) type Versions = BTreeMap<String, String>;

/// Memory of all groups.
pub(crate) struct Memory {
    api: Api<ConfigMap>,
    groups: Mutex<BTreeMap<GroupId, Entry>>,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    portions: Portions,
    sent: Option<Versions>,
    /// Whether the ConfigMap was looked for.
    looked: bool,
    /// What the ConfigMap says.
    written: Option<String>,
}

/// The text of a ConfigMap.
#[derive(Default, Serialize, Deserialize)]
struct Document {
    group: String,
    portions: Vec<(IngressKey, Portion)>,
    sent: Option<Versions>,
}

impl Memory {
    /// Nothing was read yet.
    pub(crate) fn new(api: Api<ConfigMap>) -> Self {
        Self {
            api,
            groups: Mutex::default(),
        }
    }

    /// What was good of the group's members.
    ///
    /// # Errors
    /// When it was not read yet and cannot be.
    pub(crate) async fn portions(&self, group: &GroupId) -> kube::Result<Portions> {
        // A group of one is planned by its only member, or not at all.
        if matches!(group, GroupId::Explicit(_)) {
            self.look(group).await?;
        }
        let groups = self.groups.lock();
        Ok(groups
            .get(group)
            .map(|entry| entry.portions.clone())
            .unwrap_or_default())
    }

    /// Whether AWS was sent other versions of Secrets than these. What was sent before this memory began is taken for the same.
    ///
    /// # Errors
    /// As above.
    pub(crate) async fn differs(&self, group: &GroupId, versions: &Versions) -> kube::Result<bool> {
        if versions.is_empty() {
            return Ok(false);
        }
        self.look(group).await?;
        let groups = self.groups.lock();
        let sent = groups.get(group).and_then(|entry| entry.sent.as_ref());
        Ok(sent.is_some_and(|sent| {
            versions
                .iter()
                .any(|(secret, version)| sent.get(secret) != Some(version))
        }))
    }

    /// AWS has these portions, with these versions of Secrets.
    pub(crate) async fn keep(&self, group: &GroupId, portions: Portions, versions: Versions) {
        {
            let mut groups = self.groups.lock();
            let entry = groups.entry(group.clone()).or_default();
            entry.portions = portions;
            entry.sent = (!versions.is_empty()).then_some(versions);
        }
        self.write(group).await;
    }

    /// The group is gone.
    pub(crate) async fn forget(&self, group: &GroupId) {
        let entry = self.groups.lock().remove(group).unwrap_or_default();
        if (entry.written.is_some() || !entry.looked)
            && let Err(error) = self.delete(group).await
        {
            tracing::warn!(%group, error = %Chain(&error), "cannot forget");
        }
    }

    async fn look(&self, group: &GroupId) -> kube::Result<()> {
        if self.groups.lock().get(group).is_some_and(|entry| entry.looked) {
            return Ok(());
        }
        let found = match self.api.get_opt(&memory_of(group)).await {
            Err(kube::Error::Api(status)) if status.code == 403 => {
                tracing::warn!(%group, "not allowed to read what was remembered: {}", status.message);
                None
            }
            found => found?,
        };
        let mut data = found.and_then(|found| found.data).unwrap_or_default();
        let text = data.remove(REMEMBERED);
        let document = text.as_deref().map(|text| read(group, text)).unwrap_or_default();
        let mut groups = self.groups.lock();
        let entry = groups.entry(group.clone()).or_default();
        if entry.portions.is_empty() {
            entry.portions.extend(document.portions);
        }
        entry.sent = document.sent;
        entry.written = text;
        entry.looked = true;
        Ok(())
    }

    /// Writes what is to be remembered, if that is not what is written.
    async fn write(&self, group: &GroupId) {
        let Some(entry) = self.groups.lock().get(group).cloned() else {
            return;
        };
        let text = text(group, &entry);
        if text == entry.written {
            return;
        }
        let written = match &text {
            Some(text) => self.put(group, text).await,
            None => self.delete(group).await,
        };
        match written {
            Ok(()) => {
                if let Some(entry) = self.groups.lock().get_mut(group) {
                    entry.written = text;
                }
            }
            Err(error) => tracing::warn!(%group, error = %Chain(&error), "cannot remember across a restart"),
        }
    }

    async fn put(&self, group: &GroupId, text: &str) -> kube::Result<()> {
        let name = memory_of(group);
        let object = ConfigMap {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                ..ObjectMeta::default()
            },
            data: Some([(REMEMBERED.to_owned(), text.to_owned())].into()),
            ..ConfigMap::default()
        };
        match self.api.replace(&name, &PostParams::default(), &object).await {
            Err(kube::Error::Api(status)) if status.code == 404 => {
                self.api.create(&PostParams::default(), &object).await.map(drop)
            }
            replaced => replaced.map(drop),
        }
    }

    async fn delete(&self, group: &GroupId) -> kube::Result<()> {
        match self.api.delete(&memory_of(group), &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            deleted => deleted.map(drop),
        }
    }
}

/// What to write; nothing if there is nothing that a restart would lose.
fn text(group: &GroupId, entry: &Entry) -> Option<String> {
    let shared = matches!(group, GroupId::Explicit(_));
    let portions = entry.portions.iter().filter(|_| shared);
    let document = Document {
        group: group.to_string(),
        portions: portions
            .map(|(key, portion)| (key.clone(), portion.clone().without_secrets()))
            .collect(),
        sent: entry.sent.clone(),
    };
    if document.portions.is_empty() && document.sent.is_none() {
        return None;
    }
    let text = serde_json::to_string(&document).ok()?;
    if text.len() > LARGEST {
        tracing::warn!(%group, bytes = text.len(), "too large to remember across a restart");
        return None;
    }
    Some(text)
}

/// What was written, unless it is another group's or of another version.
fn read(group: &GroupId, text: &str) -> Document {
    match serde_json::from_str::<Document>(text) {
        Ok(document) if document.group == group.to_string() => document,
        Ok(document) => {
            tracing::warn!(%group, other = document.group, "what was remembered is another group's");
            Document::default()
        }
        Err(error) => {
            tracing::warn!(%group, %error, "what was remembered cannot be read");
            Document::default()
        }
    }
}

/// The versions of Secrets.
pub(crate) fn versions(secrets: &ByName<Secret>) -> Versions {
    let version = |secret: &Secret| secret.metadata.resource_version.clone().unwrap_or_default();
    secrets
        .iter()
        .map(|((namespace, name), secret)| (format!("{namespace}/{name}"), version(secret)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sent: Option<&str>) -> Entry {
        Entry {
            sent: sent.map(|version| [("shop/oidc".to_owned(), version.to_owned())].into()),
            ..Entry::default()
        }
    }

    #[test]
    fn what_was_written_is_read_by_its_group_only() {
        let group = GroupId::from("shop/web");
        let text = text(&group, &entry(Some("7"))).unwrap();
        assert_eq!(read(&group, &text).sent.unwrap()["shop/oidc"], "7");
        assert!(read(&GroupId::from("shop/other"), &text).sent.is_none());
        assert!(read(&group, "{").sent.is_none());
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(text(&GroupId::from("web"), &entry(None)), None);
        assert_eq!(text(&GroupId::from("shop/web"), &entry(None)), None);
    }
}
