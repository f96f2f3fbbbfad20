//! Kubernetes Events: what users see in `kubectl describe`.

use crate::chain::{Chain, cut};
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource};
use std::error::Error;

/// Longest note that the API server accepts, in bytes.
const NOTE_LIMIT: usize = 1024;

/// Publishes Events in the name of one controller. Repeated ones are counted in a series, not written anew.
#[derive(Clone)]
pub struct Events {
    recorder: Recorder,
}

impl Events {
    /// Events reported by `controller`, of which `instance` is the running process.
    #[must_use]
    pub fn new(client: Client, controller: &str, instance: &str) -> Self {
        let reporter = Reporter {
            controller: controller.to_owned(),
            instance: Some(instance.to_owned()),
        };
        Self {
            recorder: Recorder::new(client, reporter),
        }
    }

    /// Something went as it should.
    pub async fn normal(&self, object: &impl Resource<DynamicType = ()>, reason: &str, note: &str) {
        self.publish(object, EventType::Normal, reason, note).await;
    }

    /// Something failed; the note is the error and all its causes.
    pub async fn warning(
        &self,
        object: &impl Resource<DynamicType = ()>,
        reason: &str,
        error: &(dyn Error + Send + Sync + 'static),
    ) {
        let note = Chain(error).to_string();
        self.publish(object, EventType::Warning, reason, &note).await;
    }

    /// An Event is a courtesy: when it cannot be written, that is logged and work goes on.
    async fn publish(&self, object: &impl Resource<DynamicType = ()>, type_: EventType, reason: &str, note: &str) {
        let event = Event {
            type_,
            reason: reason.to_owned(),
            note: Some(cut(note, NOTE_LIMIT).to_owned()),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = self.recorder.publish(&event, &object.object_ref(&())).await {
            tracing::warn!(reason, error = %Chain(&error), "cannot write the event");
        }
    }
}
