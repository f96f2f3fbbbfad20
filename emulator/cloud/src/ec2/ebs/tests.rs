//! The actions as a client sees them, in virtual time.

mod any_sequence;
mod attaching;
mod creating;
mod modifying;
mod snapshots;

use crate::elbv2::tests::{Lab, text};
use crate::{ApiError, Service, Timing, World};
use serde_json::{Value, json};

const ZONE_A: &str = "us-west-2a";
const ZONE_B: &str = "us-west-2b";
const NODE_A: &str = "i-0a00000000000000a";
const NODE_B: &str = "i-0a00000000000000b";
/// Longer than any short transition.
const SOON: u64 = 50;

/// An account with volumes.
struct Disks(Lab);

impl Disks {
    fn new() -> Self {
        Self::with(Timing::Instant)
    }

    fn with(timing: Timing) -> Self {
        Self(Lab::with(timing))
    }

    /// A world that is changed before it begins.
    fn of(change: impl FnOnce(&mut World)) -> Self {
        let mut world = World::default();
        change(&mut world);
        Self(Lab::of(world, Timing::Instant))
    }

    fn call(&mut self, action: &str, input: Value) -> Result<Value, ApiError> {
        self.0.ask(Service::Ec2, action, input)
    }

    /// `ok`, or the code of the error.
    fn code(&mut self, action: &str, input: Value) -> String {
        let result = self.call(action, input);
        result.map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
    }

    fn wait(&mut self, milliseconds: u64) {
        self.0.wait(milliseconds);
    }

    /// A volume of a GiB that is available.
    fn volume(&mut self, zone: &str) -> String {
        self.made(json!({"AvailabilityZone": zone, "Size": 1, "VolumeType": "gp3"}))
    }

    /// A volume that is available.
    fn made(&mut self, input: Value) -> String {
        let made = self.call("CreateVolume", input).unwrap();
        self.wait(SOON);
        text(&made["volumeId"])
    }

    /// A snapshot that is completed.
    fn snapshot(&mut self, volume: &str) -> String {
        let made = self.call("CreateSnapshot", json!({"VolumeId": volume})).unwrap();
        self.wait(SOON);
        text(&made["snapshotId"])
    }

    fn attach(&mut self, volume: &str, instance: &str, device: &str) -> String {
        self.code(
            "AttachVolume",
            json!({"VolumeId": volume, "InstanceId": instance, "Device": device}),
        )
    }

    /// A volume as it is described.
    fn described(&mut self, volume: &str) -> Value {
        self.call("DescribeVolumes", json!({"VolumeId": [volume]})).unwrap()["volumeSet"][0].clone()
    }

    /// State of a volume and of its attachments.
    fn states(&mut self, volume: &str) -> Vec<String> {
        let found = self.described(volume);
        let attachments = found["attachmentSet"].as_array().unwrap().iter();
        let states = attachments.map(|attachment| text(&attachment["status"]));
        std::iter::once(text(&found["status"])).chain(states).collect()
    }
}
