//! What a watch has seen, and what of it is kept.

use crate::Key;
use futures::TryStreamExt;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch_objects};
use kube::{Api, Resource};
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::sync::Arc;
use tokio::sync::watch;

/// Objects per page of the first list, so that its decoded form stays small.
const PAGE: u32 = 100;

/// Objects of one kind, each reduced to what its users need of it. Clones share one cache.
#[derive(Debug)]
pub struct Cache<T> {
    shared: Arc<Shared<T>>,
}

#[derive(Debug)]
struct Shared<T> {
    objects: RwLock<HashMap<Key, Arc<T>>>,
    /// Whether the first list is complete; marked as changed with every change of the objects.
    listed: watch::Sender<bool>,
}

/// What a watch event changed in the cache.
#[derive(Debug)]
pub enum Change<T> {
    /// The object was created, modified or seen again in a list.
    Applied {
        /// What the cache held before.
        old: Option<Arc<T>>,
        /// What it holds now.
        new: Arc<T>,
        /// Whether this is from a list, such as the one at start, rather than news.
        listed: bool,
    },
    /// The object is gone; this was it.
    Deleted(Arc<T>),
}

impl<T> Clone for Cache<T> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        let shared = Shared {
            objects: RwLock::default(),
            listed: watch::Sender::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl<T> Cache<T> {
    /// The object, if it exists.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Arc<T>> {
        self.shared.objects.read().get(key).cloned()
    }

    /// The objects for which `wanted` holds, in no order.
    pub fn select(&self, mut wanted: impl FnMut(&Key, &T) -> bool) -> Vec<Arc<T>> {
        let objects = self.shared.objects.read();
        let selected = objects.iter().filter(|(key, object)| wanted(key, object));
        selected.map(|(_, object)| object.clone()).collect()
    }

    /// What `pick` makes of the objects, in no order.
    pub fn filter_map<R>(&self, mut pick: impl FnMut(&Key, &T) -> Option<R>) -> Vec<R> {
        let objects = self.shared.objects.read();
        objects.iter().filter_map(|(key, object)| pick(key, object)).collect()
    }

    /// The keys of all objects.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.shared.objects.read().keys().cloned().collect()
    }

    /// Number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.objects.read().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until the first list is complete.
    pub async fn wait_until_listed(&self) {
        self.wait_for(|cache| cache.shared.listed.borrow().then_some(())).await;
    }

    /// Waits until `look` finds what it looks for; it is asked again after every change.
    pub async fn wait_for<R>(&self, mut look: impl FnMut(&Self) -> Option<R>) -> R {
        let mut changes = self.shared.listed.subscribe();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            // The sender lives in `self`, so the channel cannot close.
            let _open = changes.changed().await;
        }
    }

    fn apply(&self, key: Key, object: T, listed: bool) -> Change<T> {
        let new = Arc::new(object);
        let old = self.shared.objects.write().insert(key, new.clone());
        self.shared.listed.send_modify(|_| ());
        Change::Applied { old, new, listed }
    }

    fn delete(&self, key: &Key) -> Option<Change<T>> {
        let old = self.shared.objects.write().remove(key)?;
        self.shared.listed.send_modify(|_| ());
        Some(Change::Deleted(old))
    }
}

/// Watches forever: keeps in `cache` what `keep` makes of each object, and calls `on_change` after every change of it.
/// Failures are logged and repeated with growing delay.
pub async fn follow<K, T>(
    api: Api<K>,
    selection: watcher::Config,
    cache: &Cache<T>,
    keep: impl Fn(K) -> T,
    mut on_change: impl FnMut(Key, Change<T>),
) where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let stream = watch_objects(api, selection.page_size(PAGE)).default_backoff();
    let mut events = std::pin::pin!(stream.modify(|object| object.meta_mut().managed_fields = None));
    let mut unseen = HashSet::new();
    loop {
        match events.try_next().await {
            Ok(Some(event)) => step(cache, event, &mut unseen, &keep, &mut on_change),
            Ok(None) => return,
            Err(error) => tracing::warn!(error = %crate::chain::Chain(&error), kind = %K::kind(&()), "watch failed"),
        }
    }
}

/// Brings one event into the cache. `unseen` holds, during a list, what the cache has and the list did not show yet.
fn step<K: Resource<DynamicType = ()>, T>(
    cache: &Cache<T>,
    event: Event<K>,
    unseen: &mut HashSet<Key>,
    keep: impl Fn(K) -> T,
    mut on_change: impl FnMut(Key, Change<T>),
) {
    match event {
        Event::Init => *unseen = cache.keys().into_iter().collect(),
        Event::InitApply(object) => {
            let key = Key::of(&object);
            unseen.remove(&key);
            let change = cache.apply(key.clone(), keep(object), true);
            on_change(key, change);
        }
        Event::InitDone => {
            for key in unseen.drain() {
                if let Some(change) = cache.delete(&key) {
                    on_change(key, change);
                }
            }
            cache.shared.listed.send_replace(true);
        }
        Event::Apply(object) => {
            let key = Key::of(&object);
            let change = cache.apply(key.clone(), keep(object), false);
            on_change(key, change);
        }
        Event::Delete(object) => {
            let key = Key::of(&object);
            if let Some(change) = cache.delete(&key) {
                on_change(key, change);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::ConfigMap;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

    fn object(name: &str) -> ConfigMap {
        let metadata = ObjectMeta {
            namespace: Some("ns".to_owned()),
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        };
        ConfigMap {
            metadata,
            ..ConfigMap::default()
        }
    }

    #[tokio::test]
    async fn a_new_list_deletes_what_it_does_not_show() {
        let cache = Cache::default();
        let mut unseen = HashSet::new();
        let mut log = Vec::new();
        let events = [
            Event::Init,
            Event::InitApply(object("a")),
            Event::InitApply(object("b")),
            Event::InitDone,
            Event::Apply(object("a")),
            Event::Init,
            Event::InitApply(object("a")),
            Event::InitDone,
            Event::Delete(object("a")),
            Event::Delete(object("never")),
        ];
        for event in events {
            step(&cache, event, &mut unseen, drop, |key, change| {
                log.push(match change {
                    Change::Applied { old, listed, .. } => format!("{key} old={} listed={listed}", old.is_some()),
                    Change::Deleted(_) => format!("{key} deleted"),
                });
            });
        }
        let expected = [
            "ns/a old=false listed=true",
            "ns/b old=false listed=true",
            "ns/a old=true listed=false",
            "ns/a old=true listed=true",
            "ns/b deleted",
            "ns/a deleted",
        ];
        assert_eq!(log, expected);
        cache.wait_until_listed().await;
        assert!(cache.is_empty());
    }
}
