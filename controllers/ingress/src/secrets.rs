//! Secrets that authentication needs, watched one by one: a controller need not see all Secrets of the cluster.

use k8s_openapi::api::core::v1::Secret;
use kube::runtime::watcher;
use kube::{Api, Client};
use model::GroupId;
use parking_lot::Mutex;
use plan::ingress::ByName;
use runtime::cache::{Cache, Change, follow};
use runtime::queue::Queue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long the first look at a Secret may take. A Secret that cannot be seen counts as one that is not there.
const PATIENCE: Duration = Duration::from_secs(5);

type Name = (String, String);

/// Watches of Secrets, each for as long as a group needs it.
pub(crate) struct Secrets {
    client: Client,
    queue: Queue<GroupId>,
    watched: Mutex<BTreeMap<Name, Watch>>,
}

struct Watch {
    cache: Cache<Secret>,
    groups: Arc<Mutex<BTreeSet<GroupId>>>,
    task: JoinHandle<()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Secrets {
    /// No Secret is watched yet. Groups go to `queue` when one of theirs changes.
    pub(crate) fn new(client: Client, queue: Queue<GroupId>) -> Self {
        Self {
            client,
            queue,
            watched: Mutex::default(),
        }
    }

    /// Those that exist of the Secrets that a group needs now.
    pub(crate) async fn of(&self, group: &GroupId, needed: &BTreeSet<Name>) -> ByName<Secret> {
        self.forget_others(group, needed);
        let mut found = ByName::new();
        for name in needed {
            let cache = self.watch(group, name);
            if timeout(PATIENCE, cache.wait_until_listed()).await.is_err() {
                tracing::warn!(namespace = name.0, name = name.1, "the secret cannot be seen");
            }
            let secret = cache.filter_map(|_, secret| Some(secret.clone())).into_iter().next();
            found.extend(secret.map(|secret| (name.clone(), secret)));
        }
        found
    }

    fn watch(&self, group: &GroupId, name: &Name) -> Cache<Secret> {
        let mut watched = self.watched.lock();
        let watch = watched.entry(name.clone()).or_insert_with(|| self.begin(name));
        watch.groups.lock().insert(group.clone());
        watch.cache.clone()
    }

    fn begin(&self, (namespace, name): &Name) -> Watch {
        let api: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
        let selection = watcher::Config::default().fields(&format!("metadata.name={name}"));
        let (cache, groups) = (Cache::default(), Arc::<Mutex<BTreeSet<GroupId>>>::default());
        let (kept, concerned, queue) = (cache.clone(), groups.clone(), self.queue.clone());
        let task = tokio::spawn(async move {
            let changed = |_, change| {
                let same = matches!(&change, Change::Applied { old: Some(old), new, .. } if data(old) == data(new));
                let first = matches!(
                    change,
                    Change::Applied {
                        old: None,
                        listed: true,
                        ..
                    }
                );
                if !same && !first {
                    concerned
                        .lock()
                        .iter()
                        .for_each(|group: &GroupId| queue.push_first(group.clone()));
                }
            };
            follow(api, selection, &kept, |secret| secret, changed).await;
        });
        Watch { cache, groups, task }
    }

    fn forget_others(&self, group: &GroupId, needed: &BTreeSet<Name>) {
        self.watched.lock().retain(|name, watch| {
            let mut groups = watch.groups.lock();
            if !needed.contains(name) {
                groups.remove(group);
            }
            !groups.is_empty()
        });
    }
}

fn data(secret: &Secret) -> impl PartialEq + '_ {
    (&secret.data, &secret.metadata.labels)
}
