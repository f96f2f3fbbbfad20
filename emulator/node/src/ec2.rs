//! What a node asks of EC2, in ec2Query over plain HTTP.

use crate::http::{Endpoint, HttpError};
use ::http::Request;
use quick_xml::de::from_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// EC2 of a region.
#[derive(Debug, Clone)]
pub struct Ec2 {
    endpoint: Endpoint,
    region: String,
}

/// Why EC2 gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Ec2Error {
    /// There was no answer.
    #[error("{action} got no answer")]
    Http {
        /// The action.
        action: String,
        /// Why.
        source: HttpError,
    },
    /// EC2 refused.
    #[error("{action} failed: {code}: {message}")]
    Refused {
        /// The action.
        action: String,
        /// Error code.
        code: String,
        /// What is wrong.
        message: String,
    },
    /// The answer is none of EC2's.
    #[error("the answer to {action} cannot be read")]
    Answer {
        /// The action.
        action: String,
        /// Why.
        source: quick_xml::DeError,
    },
    /// The instance is not there.
    #[error("EC2 has no instance {0}; start the node with the id of one that it has")]
    NoInstance(String),
}

#[derive(Deserialize)]
struct Failure {
    #[serde(rename = "Errors")]
    errors: Errors,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(rename = "Error")]
    error: Cause,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(rename = "Code")]
    code: String,
    #[serde(rename = "Message", default)]
    message: String,
}

/// A list of ec2Query: entries that are called `item`.
#[derive(Debug, Clone, Deserialize)]
pub struct List<T> {
    /// The entries.
    #[serde(rename = "item", default = "Vec::new")]
    pub items: Vec<T>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

/// A volume.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// `vol-...`.
    pub volume_id: String,
    /// GiB.
    pub size: u64,
    /// The snapshot that it comes from; empty if from none.
    #[serde(default)]
    pub snapshot_id: String,
    /// The volume that it is a copy of.
    pub source_volume_id: Option<String>,
    /// Such as `available`.
    pub status: String,
    /// When it was made, ISO 8601.
    #[serde(default)]
    pub create_time: String,
    /// Where it is attached.
    #[serde(default)]
    pub attachment_set: List<Attachment>,
}

/// A volume at an instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The instance.
    pub instance_id: String,
    /// Such as `/dev/xvdaa`.
    #[serde(default)]
    pub device: String,
    /// Such as `attached`.
    pub status: String,
}

/// A snapshot.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// `snap-...`.
    pub snapshot_id: String,
    /// Its volume.
    #[serde(default)]
    pub volume_id: String,
    /// GiB.
    pub volume_size: u64,
    /// When it was made, ISO 8601.
    #[serde(default)]
    pub start_time: String,
}

/// An instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// `i-...`.
    pub instance_id: String,
    /// Such as `m5.large`.
    pub instance_type: String,
    /// When it started, ISO 8601.
    #[serde(default)]
    pub launch_time: String,
    /// Where it is.
    pub placement: Placement,
    /// Primary private address.
    #[serde(default)]
    pub private_ip_address: String,
    /// Device of its root volume.
    #[serde(default)]
    pub root_device_name: String,
    /// Interfaces.
    #[serde(default)]
    pub network_interface_set: List<Interface>,
    /// The account; part of the reservation on the wire.
    #[serde(skip)]
    pub account: String,
}

/// Where an instance is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    /// Zone name.
    pub availability_zone: String,
    /// Zone id.
    pub availability_zone_id: Option<String>,
}

/// An interface of an instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interface {
    /// `eni-...`.
    pub network_interface_id: String,
    /// Its VPC.
    #[serde(default)]
    pub vpc_id: String,
    /// Its subnet.
    #[serde(default)]
    pub subnet_id: String,
    /// MAC address, if the endpoint tells it.
    pub mac_address: Option<String>,
    /// Primary private address.
    #[serde(default)]
    pub private_ip_address: String,
    /// Security groups.
    #[serde(default)]
    pub group_set: List<Group>,
    /// How it is attached.
    pub attachment: Option<InterfaceAttachment>,
}

/// A security group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// `sg-...`.
    pub group_id: String,
    /// Name.
    #[serde(default)]
    pub group_name: String,
}

/// How an interface is attached.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InterfaceAttachment {
    /// 0 is the primary interface.
    pub device_index: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Volumes {
    #[serde(default)]
    volume_set: List<Volume>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshots {
    #[serde(default)]
    snapshot_set: List<Snapshot>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Instances {
    #[serde(default)]
    reservation_set: List<Reservation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reservation {
    #[serde(default)]
    owner_id: String,
    #[serde(default)]
    instances_set: List<Instance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zones {
    #[serde(default)]
    availability_zone_info: List<Zone>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zone {
    #[serde(default)]
    zone_id: String,
}

/// What a node makes of EC2: all volumes and all own snapshots.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Snapshots.
    pub snapshots: Vec<Snapshot>,
}

impl Ec2 {
    /// EC2 of a region at an endpoint.
    pub fn new(endpoint: Endpoint, region: &str) -> Self {
        let region = region.to_owned();
        Self { endpoint, region }
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Calls an action and reads its answer. The signature only names region and service, which emulators go by.
    ///
    /// # Errors
    /// When EC2 refuses, or there is no answer of this shape.
    pub async fn call<T: DeserializeOwned>(&self, action: &str, parameters: &[(&str, &str)]) -> Result<T, Ec2Error> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", "2016-11-15")
            .extend_pairs(parameters)
            .finish();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=node/20260101/{}/ec2/aws4_request, SignedHeaders=host, Signature=0",
            self.region
        );
        let request = Request::post("/")
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let failed = |source| Ec2Error::Http {
            action: action.to_owned(),
            source,
        };
        let (status, body) = self.endpoint.send(request, form).await.map_err(failed)?;
        let body = String::from_utf8_lossy(&body);
        let unread = |source| Ec2Error::Answer {
            action: action.to_owned(),
            source,
        };
        if status.is_success() {
            return from_str(&body).map_err(unread);
        }
        let Cause { code, message } = from_str::<Failure>(&body).map_err(unread)?.errors.error;
        Err(Ec2Error::Refused {
            action: action.to_owned(),
            code,
            message,
        })
    }

    /// All volumes and all own snapshots.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn view(&self) -> Result<View, Ec2Error> {
        let mut view = View::default();
        let mut token = String::new();
        loop {
            let page: Volumes = self.call("DescribeVolumes", &next(&token)).await?;
            view.volumes.extend(page.volume_set.items);
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(next) => token = next,
                None => break,
            }
        }
        token.clear();
        loop {
            let mut parameters = next(&token);
            parameters.push(("Owner.1", "self"));
            let page: Snapshots = self.call("DescribeSnapshots", &parameters).await?;
            view.snapshots.extend(page.snapshot_set.items);
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(next) => token = next,
                None => return Ok(view),
            }
        }
    }

    /// An instance.
    ///
    /// # Errors
    /// `NoInstance`; otherwise as [`Self::call`].
    pub async fn instance(&self, id: &str) -> Result<Instance, Ec2Error> {
        let missing = || Ec2Error::NoInstance(id.to_owned());
        let found: Instances = match self.call("DescribeInstances", &[("InstanceId.1", id)]).await {
            Err(Ec2Error::Refused { code, .. }) if code.starts_with("InvalidInstanceID") => return Err(missing()),
            found => found?,
        };
        let reservation = found.reservation_set.items.into_iter().next().ok_or_else(missing)?;
        let mut instance = reservation.instances_set.items.into_iter().next().ok_or_else(missing)?;
        instance.account = reservation.owner_id;
        if instance.placement.availability_zone_id.is_none() {
            let zone = instance.placement.availability_zone.clone();
            let zones: Zones = self.call("DescribeAvailabilityZones", &[("ZoneName.1", &zone)]).await?;
            instance.placement.availability_zone_id = zones
                .availability_zone_info
                .items
                .into_iter()
                .next()
                .map(|zone| zone.zone_id);
        }
        Ok(instance)
    }

    /// Waits until something has changed since `cursor`, at an endpoint that can tell; the next cursor.
    ///
    /// # Errors
    /// When it cannot tell.
    pub async fn changed(&self, cursor: &str) -> Result<Option<String>, HttpError> {
        let page = format!("/_seatrial/changes?region={}&after={cursor}", self.region);
        let (status, body) = self.endpoint.send(Request::get(page), String::new()).await?;
        Ok(status
            .is_success()
            .then(|| String::from_utf8_lossy(&body).trim().to_owned()))
    }
}

/// The parameters of the next page.
fn next(token: &str) -> Vec<(&str, &str)> {
    if token.is_empty() {
        Vec::new()
    } else {
        vec![("NextToken", token)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whatever_else_they_say() {
        let answer = "<DescribeVolumesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>\
            <volumeSet><item><volumeId>vol-1</volumeId><size>4</size><snapshotId/><status>in-use</status>\
            <createTime>2026-01-01T00:00:00.000Z</createTime><attachmentSet><item><instanceId>i-1</instanceId>\
            <device>/dev/xvdaa</device><status>attached</status></item></attachmentSet><tagSet/></item>\
            <item><volumeId>vol-2</volumeId><size>1</size><status>available</status><attachmentSet/></item></volumeSet>\
            </DescribeVolumesResponse>";
        let volumes = from_str::<Volumes>(answer).unwrap().volume_set.items;
        assert_eq!(volumes[0].attachment_set.items[0].device, "/dev/xvdaa");
        assert_eq!(
            (volumes[1].volume_id.as_str(), volumes[1].attachment_set.items.len()),
            ("vol-2", 0)
        );
        let none = from_str::<Volumes>("<DescribeVolumesResponse><volumeSet/></DescribeVolumesResponse>").unwrap();
        assert!(none.volume_set.items.is_empty());
    }
}
