//! What an attachment is waiting for.

use super::ControllerError;
use aws_api::ebs::{Attachment, Volume};

/// An attachment that takes longer is stuck: the instance does not take the device.
const STUCK_SECONDS: i64 = 90;

/// How far an attachment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Progress {
    /// Under this name.
    Attached(String),
    /// On the way.
    Waiting,
    /// For too long.
    Stuck,
}

/// Where a volume is attached, and not on its way from.
pub(super) fn instances(volume: &Volume) -> Vec<&str> {
    let attached = volume
        .attachments
        .iter()
        .filter(|attachment| attachment.state != "detached");
    attached.map(|attachment| attachment.instance_id.as_str()).collect()
}

fn at<'a>(volume: &'a Volume, instance: &str) -> Option<&'a Attachment> {
    volume
        .attachments
        .iter()
        .find(|attachment| attachment.instance_id == instance)
}

/// How far the attachment to `instance` is at `now`, in seconds of the Unix epoch.
pub(super) fn progress(volume: &Volume, instance: &str, now: i64) -> Result<Progress, ControllerError> {
    let elsewhere: Vec<_> = instances(volume)
        .into_iter()
        .filter(|other| *other != instance)
        .collect();
    if !elsewhere.is_empty() && !volume.multi_attach {
        return Err(ControllerError::AttachedElsewhere {
            volume: volume.id.clone(),
            instances: elsewhere.join(", "),
        });
    }
    let Some(attachment) = at(volume, instance) else {
        return Ok(Progress::Waiting);
    };
    let is_stuck = || attachment.since.is_some_and(|since| now - since > STUCK_SECONDS);
    Ok(match attachment.state.as_str() {
        "attached" => Progress::Attached(attachment.device.clone()),
        "attaching" if is_stuck() => Progress::Stuck,
        _ => Progress::Waiting,
    })
}

/// Whether nothing is left of the attachment to `instance`.
pub(super) fn is_detached(volume: &Volume, instance: &str) -> bool {
    at(volume, instance).is_none_or(|attachment| attachment.state == "detached")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(attachments: &[(&str, &str)], multi_attach: bool) -> Volume {
        let attachment = |(instance, state): &(&str, &str)| Attachment {
            instance_id: (*instance).into(),
            device: "/dev/xvdaa".into(),
            state: (*state).into(),
            card: None,
            since: Some(1000),
        };
        Volume {
            id: "vol-1".into(),
            multi_attach,
            attachments: attachments.iter().map(attachment).collect(),
            ..Volume::default()
        }
    }

    #[test]
    fn progress_of_attachments() {
        let here =
            |attachments: &[(&str, &str)], multi_attach| progress(&volume(attachments, multi_attach), "i-1", 1010).ok();
        let attached = Some(Progress::Attached("/dev/xvdaa".into()));
        assert_eq!(here(&[], false), Some(Progress::Waiting));
        assert_eq!(here(&[("i-1", "attaching")], false), Some(Progress::Waiting));
        assert_eq!(here(&[("i-1", "attached")], false), attached);
        assert_eq!(here(&[("i-2", "attached")], false), None);
        assert_eq!(here(&[("i-2", "detached")], false), Some(Progress::Waiting));
        assert_eq!(here(&[("i-2", "attached"), ("i-1", "attached")], true), attached);
        let late = progress(&volume(&[("i-1", "attaching")], false), "i-1", 1091);
        assert_eq!(late.ok(), Some(Progress::Stuck));
    }

    #[test]
    fn a_detaching_volume_is_not_detached() {
        assert!(is_detached(&volume(&[("i-2", "attached")], true), "i-1"));
        assert!(!is_detached(&volume(&[("i-1", "detaching")], false), "i-1"));
        assert!(is_detached(&volume(&[("i-1", "detached")], false), "i-1"));
    }
}
