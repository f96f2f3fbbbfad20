//! A volume at an instance.

use crate::Timestamp;
use serde::Serialize;

/// How a volume is attached to an instance. It is there until it has been detached for long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The instance.
    pub instance_id: String,
    /// The name that was asked for, such as `/dev/xvdaa`.
    pub device: String,
    /// Index of the EBS card, at instances that have several.
    pub card: Option<u32>,
    /// Whether the volume goes with the instance.
    pub delete_on_termination: bool,
    /// When it was asked for.
    pub requested: Timestamp,
    /// From when on it is attached.
    pub attached_from: Timestamp,
    /// From when on it is gone.
    pub gone_from: Option<Timestamp>,
}

impl Attachment {
    /// Whether there is still something of it.
    pub fn exists(&self, now: Timestamp) -> bool {
        self.gone_from.is_none_or(|gone| now < gone)
    }

    /// `attaching`, `attached` or `detaching`.
    pub fn state(&self, now: Timestamp) -> &'static str {
        if self.gone_from.is_some() {
            "detaching"
        } else if now < self.attached_from {
            "attaching"
        } else {
            "attached"
        }
    }
}

/// An attachment in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentItem {
    volume_id: String,
    instance_id: String,
    device: String,
    status: &'static str,
    attach_time: String,
    delete_on_termination: bool,
    ebs_card_index: Option<u32>,
}

impl AttachmentItem {
    /// As it is now.
    pub(super) fn new(volume_id: &str, attachment: &Attachment, now: Timestamp) -> Self {
        Self {
            volume_id: volume_id.to_owned(),
            instance_id: attachment.instance_id.clone(),
            device: attachment.device.clone(),
            status: attachment.state(now),
            attach_time: attachment.requested.iso8601(),
            delete_on_termination: attachment.delete_on_termination,
            ebs_card_index: attachment.card,
        }
    }
}
