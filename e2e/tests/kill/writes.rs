//! Kills between the calls to AWS: as soon as a watch shows what a controller has written to Kubernetes.

use crate::operation::Operation;
use crate::walk::{NAMESPACE, Scene, Walk};
use anyhow::{Context, Result, bail};
use controllers_api::SERVICE_FINALIZER;
use controllers_api::target_group_binding::TargetGroupBinding;
use futures::stream::{BoxStream, StreamExt};
use k8s_openapi::api::core::v1::Service;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Resource, ResourceExt};
use seatrial_e2e::instance::CONTROLLERS;
use seatrial_e2e::load_balancer::hostname;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// What a controller writes.
#[derive(Clone, Copy)]
enum Written {
    Service(fn(&Service) -> bool),
    Binding(fn(&TargetGroupBinding) -> bool),
}

/// A write, and who makes it.
struct Write {
    what: &'static str,
    operation: Operation,
    writer: &'static str,
    written: Written,
}

/// In the order in which they come; creates and deletes in turn, so that each leaves what the next needs.
fn writes() -> [Write; 8] {
    use Operation::{Create, Delete};
    let [service, _, binding] = CONTROLLERS;
    let write = |operation, writer, what, written| Write {
        what,
        operation,
        writer,
        written,
    };
    [
        write(
            Create,
            service,
            "the Service's finalizer",
            Written::Service(|it| it.finalizers().iter().any(|one| one == SERVICE_FINALIZER)),
        ),
        write(
            Delete,
            service,
            "the binding's deletion",
            Written::Binding(|it| it.meta().deletion_timestamp.is_some()),
        ),
        write(Create, service, "the binding", Written::Binding(|_| true)),
        write(
            Delete,
            binding,
            "the release of the binding",
            Written::Binding(|it| it.meta().deletion_timestamp.is_some() && it.finalizers().is_empty()),
        ),
        write(
            Create,
            binding,
            "the binding's finalizer",
            Written::Binding(|it| !it.finalizers().is_empty()),
        ),
        write(
            Delete,
            service,
            "the cleared status",
            Written::Service(|it| it.meta().deletion_timestamp.is_some() && hostname(it).is_none()),
        ),
        write(
            Create,
            service,
            "the status",
            Written::Service(|it| hostname(it).is_some()),
        ),
        write(
            Delete,
            binding,
            "the binding's deletion",
            Written::Binding(|it| it.meta().deletion_timestamp.is_some()),
        ),
    ]
}

impl Walk<'_> {
    /// Creates and deletes the Service, each time with the writer killed after another of its writes.
    pub(crate) async fn writes(&self, scene: Scene) -> Result<()> {
        for write in writes() {
            let Write {
                operation,
                writer,
                what,
                ..
            } = write;
            let at = || format!("{operation:?} {scene:?}, {writer} killed after it wrote {what}");
            self.killed_after(&write, scene).await.with_context(at)?;
        }
        Ok(())
    }

    async fn killed_after(&self, write: &Write, scene: Scene) -> Result<()> {
        let mut seen = match write.written {
            Written::Service(is_written) => self.watch(is_written).await?,
            Written::Binding(is_written) => self.watch(is_written).await?,
        };
        self.begin(write.operation, scene.example).await?;
        tokio::select! {
            Some(()) = seen.next() => {}
            over = self.converged(write.operation, scene) => {
                over?;
                bail!("it was never seen");
            }
        }
        self.kill(write.writer).await?;
        self.restart(write.writer).await?;
        self.converged(write.operation, scene).await
    }

    /// Yields each time that an object is as `is_written` says; whatever happens from now on is seen.
    async fn watch<K>(&self, is_written: fn(&K) -> bool) -> Result<BoxStream<'static, ()>>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + Debug
            + DeserializeOwned
            + Send
            + 'static,
    {
        let api: Api<K> = Api::namespaced(self.client.clone(), NAMESPACE);
        let mut events = watcher(api, watcher::Config::default()).boxed();
        while !matches!(events.next().await.context("the watch ended")??, Event::InitDone) {}
        let written = move |event: Result<Event<K>, watcher::Error>| async move {
            let object = match event.ok()? {
                Event::Apply(object) | Event::InitApply(object) => object,
                Event::Delete(mut object) => {
                    // The event shows it as it was before its last finalizer went.
                    object.finalizers_mut().clear();
                    object
                }
                Event::Init | Event::InitDone => return None,
            };
            is_written(&object).then_some(())
        };
        Ok(events.filter_map(written).boxed())
    }
}
