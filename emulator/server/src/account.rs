//! The cloud that an endpoint serves: reads side by side, writes one after the other, each in the journal before its answer.

use crate::changes::Changes;
use crate::counters::Counters;
use crate::fault::Moment;
use crate::faults::Faults;
use crate::journal::{Entry, Journal};
use cloud::{Access, ApiError, Cloud, Timestamp};
use parking_lot::{Mutex, RwLock};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use wire::scope::{Scope, ScopeError};
use wire::{Answer, Call, Message};

/// A cloud and what is kept beside it.
#[derive(Debug)]
pub(crate) struct Account {
    cloud: RwLock<Cloud>,
    journal: Option<Mutex<Journal>>,
    counters: Counters,
    faults: Faults,
    requests: AtomicU64,
    changed: Notify,
    changes: Changes,
}

/// The time now.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

impl Account {
    /// A cloud, journaled if there is a journal.
    pub(crate) fn new(cloud: Cloud, journal: Option<Journal>) -> Self {
        Self {
            changes: Changes::new(cloud.writes()),
            cloud: RwLock::new(cloud),
            journal: journal.map(Mutex::new),
            counters: Counters::default(),
            faults: Faults::default(),
            requests: AtomicU64::new(0),
            changed: Notify::new(),
        }
    }

    /// Counters of calls.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What calls are to meet.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Looks at the cloud.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Cloud) -> T) -> T {
        at(&self.cloud.read())
    }

    /// Changes the cloud as no call does, such as by what a health check found.
    pub(crate) fn observe(&self, change: impl FnOnce(&mut Cloud)) {
        change(&mut self.cloud.write());
    }

    /// Waits until a call has changed the cloud since this was last awaited.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Who waits for changes.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Answers a request, whatever it is.
    pub(crate) async fn answer(&self, authorization: Option<&str>, message: Message<'_>) -> Answer {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let request_id = format!("00000000-0000-4000-8000-{number:012x}");
        let scope = match Scope::parse(authorization) {
            Ok(scope) => scope,
            Err(error) => {
                let error = unrouted(&error);
                self.counters.count("other", "other", &error.code);
                return wire::answer::failure(None, &request_id, &error);
            }
        };
        let service = scope.service.signing_name();
        let call = match Call::parse(&scope, message, &request_id) {
            Ok(call) => call,
            Err(error) => {
                self.counters
                    .count(service, &message.action(scope.service), &error.code);
                return wire::answer::failure(Some(scope.service), &request_id, &error);
            }
        };
        let result = self.carry_out(&call, &scope, message).await;
        let outcome = result.as_ref().map_or_else(|error| error.code.as_ref(), |_| "OK");
        self.counters.count(service, call.action(), outcome);
        result.unwrap_or_else(|error| wire::answer::failure(Some(scope.service), &request_id, &error))
    }

    /// Runs a call between the faults that it meets.
    async fn carry_out(&self, call: &Call<'_>, scope: &Scope, message: Message<'_>) -> Result<Answer, ApiError> {
        let (action, access) = (call.action(), call.access());
        self.faults.strike(Moment::Before, action, access).await?;
        let result = match access {
            Access::Read => call.read(&self.cloud.read(), now()),
            Access::Write => self.write(call, scope, message),
        };
        self.faults.strike(Moment::After, action, access).await?;
        result
    }

    /// The journal is written while the cloud is locked, so that both have the same order.
    fn write(&self, call: &Call<'_>, scope: &Scope, message: Message<'_>) -> Result<Answer, ApiError> {
        let mut cloud = self.cloud.write();
        let now = now();
        let answer = call.write(&mut cloud, now)?;
        if let Some(journal) = &self.journal {
            let entry = Entry {
                now,
                region: &scope.region,
                service: scope.service.signing_name(),
                target: message.target.map(Cow::Borrowed),
                params: String::from_utf8_lossy(message.body),
            };
            journal.lock().append(&entry).map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "a write is lost");
                ApiError::new("ServiceUnavailable", error.to_string()).with_status(503)
            })?;
        }
        self.changes.made(cloud.writes());
        drop(cloud);
        self.changed.notify_one();
        Ok(answer)
    }
}

/// The error for a request that names no service of this endpoint.
fn unrouted(error: &ScopeError) -> ApiError {
    match error {
        ScopeError::Missing => ApiError::new("MissingAuthenticationToken", error.to_string()).with_status(403),
        ScopeError::Malformed => ApiError::new("IncompleteSignature", error.to_string()),
        ScopeError::Service(_) => ApiError::new("InvalidAction", error.to_string()),
    }
}
