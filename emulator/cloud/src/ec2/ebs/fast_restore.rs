//! Fast restore of a snapshot in a zone. See "Amazon EBS fast snapshot restore" in the EBS User Guide.

use crate::ec2::network::zone_id;
use crate::{Context, Timestamp};
use serde::Serialize;

/// A snapshot and a zone.
pub type Key = (String, String);

/// Fast restore of one snapshot in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FastRestore {
    /// When it was asked for.
    pub enabling: Timestamp,
    /// From when on it is prepared.
    pub optimizing_from: Timestamp,
    /// From when on volumes have all their blocks at once.
    pub enabled_from: Timestamp,
    /// When its end was asked for, and from when on it is over.
    pub disabled: Option<(Timestamp, Timestamp)>,
}

impl FastRestore {
    /// `enabling`, `optimizing`, `enabled`, `disabling` or `disabled`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        match self.disabled {
            Some((_, over)) if now >= over => "disabled",
            Some(_) => "disabling",
            None if now < self.optimizing_from => "enabling",
            None if now < self.enabled_from => "optimizing",
            None => "enabled",
        }
    }
}

/// A fast restore in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FastRestoreItem {
    snapshot_id: String,
    availability_zone: String,
    availability_zone_id: String,
    state: &'static str,
    state_transition_reason: &'static str,
    owner_id: String,
    enabling_time: String,
    optimizing_time: Option<String>,
    enabled_time: Option<String>,
    disabling_time: Option<String>,
    disabled_time: Option<String>,
}

impl FastRestoreItem {
    /// As it is now.
    pub(super) fn new((snapshot_id, zone): &Key, found: &FastRestore, context: &Context) -> Self {
        let now = context.now;
        let past = |time: Timestamp| (now >= time).then(|| time.iso8601());
        let reason = if now == found.enabling || found.disabled.is_some() {
            "Client.UserInitiated"
        } else {
            "Client.UserInitiated - Lifecycle state transition"
        };
        Self {
            snapshot_id: snapshot_id.clone(),
            availability_zone: zone.clone(),
            availability_zone_id: zone_id(zone),
            state: found.state(now),
            state_transition_reason: reason,
            owner_id: context.account.clone(),
            enabling_time: found.enabling.iso8601(),
            optimizing_time: past(found.optimizing_from),
            enabled_time: past(found.enabled_from),
            disabling_time: found.disabled.map(|(disabling, _)| disabling.iso8601()),
            disabled_time: found.disabled.and_then(|(_, over)| past(over)),
        }
    }
}
