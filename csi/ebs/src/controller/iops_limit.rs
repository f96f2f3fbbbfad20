//! The most I/O operations a second of a type, found out by asking for far too many without meaning it.

use crate::names::TAG_VOLUME_NAME;
use crate::performance::{Discovered, most_in};
use aws_api::Ebs;
use aws_api::ebs::{NewVolume, Zone};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer counts.
const FOUND: Duration = Duration::from_hours(12);

/// How long a question that came to nothing is not asked again.
const NOT_FOUND: Duration = Duration::from_mins(10);

/// Size of the volume that is asked for: the smallest that every type with I/O operations has.
const GIB: i32 = 4;

/// What was found out, by type and place. Clones share it.
#[derive(Clone)]
pub(super) struct IopsLimits {
    ebs: Arc<dyn Ebs>,
    known: Arc<Mutex<BTreeMap<String, (Discovered, Instant)>>>,
    /// Whether the endpoint has shown that it only tries when it is told to: one that does not would make volumes.
    tries: Arc<tokio::sync::OnceCell<bool>>,
}

impl IopsLimits {
    pub(super) fn new(ebs: Arc<dyn Ebs>) -> Self {
        Self {
            ebs,
            known: Arc::default(),
            tries: Arc::default(),
        }
    }

    /// The most of the type of `new` where it is to be made; `None` when that cannot be found out.
    pub(super) async fn of(&self, new: &NewVolume) -> Discovered {
        crate::performance::range(&new.kind)?;
        let place = match &new.zone {
            Zone::Name(zone) | Zone::Id(zone) => zone,
        };
        let key = format!(
            "{}|{place}|{}",
            new.kind,
            new.outpost_arn.as_deref().unwrap_or_default()
        );
        if let Some((known, until)) = self.known.lock().get(&key).copied()
            && Instant::now() < until
        {
            return known;
        }
        let found = self.find(new).await;
        let validity = if found.is_some() { FOUND } else { NOT_FOUND };
        self.known.lock().insert(key, (found, Instant::now() + validity));
        found
    }

    async fn find(&self, new: &NewVolume) -> Discovered {
        let tries = self.tries.get_or_init(|| async {
            let answer = self.ebs.probe().await;
            answer.is_err_and(|error| error.code == "DryRunOperation")
        });
        if !*tries.await {
            return None;
        }
        let far_too_many = NewVolume {
            client_token: None,
            size: GIB,
            iops: Some(i32::MAX),
            throughput: None,
            initialization_rate: None,
            snapshot_id: None,
            multi_attach: false,
            tags: [(TAG_VOLUME_NAME.to_owned(), "IopsLimitDryRun".to_owned())].into(),
            ..new.clone()
        };
        let error = self.ebs.dry_run_create_volume(&far_too_many).await?;
        most_in(&new.kind, &error.code, &error.message)
    }
}
