//! What the metadata service tells of an instance. See "Instance metadata categories" in the EC2 User Guide.

use crate::ec2::{Group, Instance, Interface};
use serde_json::json;
use std::collections::BTreeMap;

/// A tree: the full path of each leaf below `/latest/`, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// All of it.
    pub fn new(instance: &Instance, region: &str) -> Self {
        let mut leaves = BTreeMap::new();
        let mut put = |path: &str, value: &str| {
            if !value.is_empty() {
                leaves.insert(path.to_owned(), value.to_owned());
            }
        };
        let zone = &instance.placement.availability_zone;
        let zone_id = instance.placement.availability_zone_id.as_deref().unwrap_or_default();
        let host = format!(
            "ip-{}.{region}.compute.internal",
            instance.private_ip_address.replace('.', "-")
        );
        put("meta-data/instance-id", &instance.instance_id);
        put("meta-data/instance-type", &instance.instance_type);
        put("meta-data/instance-life-cycle", "on-demand");
        put("meta-data/hostname", &host);
        put("meta-data/local-hostname", &host);
        put("meta-data/local-ipv4", &instance.private_ip_address);
        put("meta-data/placement/availability-zone", zone);
        put("meta-data/placement/availability-zone-id", zone_id);
        put("meta-data/placement/region", region);
        put("meta-data/services/domain", "amazonaws.com");
        put("meta-data/services/partition", "aws");
        put(
            "meta-data/block-device-mapping/ami",
            instance.root_device_name.trim_start_matches("/dev/"),
        );
        put("meta-data/block-device-mapping/root", &instance.root_device_name);
        for interface in &instance.network_interface_set.items {
            let mac = mac(interface);
            if index(interface) == 0 {
                put("meta-data/mac", &mac);
            }
            for (name, value) in describe(interface, &mac, &instance.account) {
                put(&format!("meta-data/network/interfaces/macs/{mac}/{name}"), &value);
            }
        }
        put("dynamic/instance-identity/document", &document(instance, region));
        Self(leaves)
    }

    /// What is at a path below `/latest/`: a leaf, or the names below it, one a line, each with a slash if there is more below.
    pub fn at(&self, path: &str) -> Option<String> {
        let path = path.trim_end_matches('/');
        if let Some(leaf) = self.0.get(path) {
            return Some(leaf.clone());
        }
        let prefix = format!("{path}/");
        let mut names: Vec<String> = self
            .0
            .range(prefix.clone()..)
            .map_while(|(leaf, _)| leaf.strip_prefix(&prefix))
            .map(|rest| {
                rest.split_once('/')
                    .map_or_else(|| rest.to_owned(), |(name, _)| format!("{name}/"))
            })
            .collect();
        names.dedup();
        (!names.is_empty()).then(|| names.join("\n"))
    }
}

fn index(interface: &Interface) -> u32 {
    interface
        .attachment
        .as_ref()
        .map_or(0, |attachment| attachment.device_index)
}

/// The MAC address; if the endpoint does not tell it, one of the local kind that is made of the private address.
fn mac(interface: &Interface) -> String {
    let made = || {
        let octets = interface
            .private_ip_address
            .split('.')
            .map(|octet| octet.parse().unwrap_or_default());
        octets.fold("0a:00".to_owned(), |text, octet: u8| format!("{text}:{octet:02x}"))
    };
    interface
        .mac_address
        .clone()
        .filter(|mac| !mac.is_empty())
        .unwrap_or_else(made)
}

fn describe(interface: &Interface, mac: &str, account: &str) -> [(&'static str, String); 9] {
    let groups = |name: fn(&Group) -> &str| {
        interface
            .group_set
            .items
            .iter()
            .map(name)
            .collect::<Vec<_>>()
            .join("\n")
    };
    [
        ("device-number", index(interface).to_string()),
        ("interface-id", interface.network_interface_id.clone()),
        ("local-ipv4s", interface.private_ip_address.clone()),
        ("mac", mac.to_owned()),
        ("owner-id", account.to_owned()),
        ("security-group-ids", groups(|group| &group.group_id)),
        ("security-groups", groups(|group| &group.group_name)),
        ("subnet-id", interface.subnet_id.clone()),
        ("vpc-id", interface.vpc_id.clone()),
    ]
}

fn document(instance: &Instance, region: &str) -> String {
    let document = json!({
        "accountId": instance.account,
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
        "availabilityZone": instance.placement.availability_zone,
        "imageId": null,
        "instanceId": instance.instance_id,
        "instanceType": instance.instance_type,
        "pendingTime": instance.launch_time,
        "privateIp": instance.private_ip_address,
        "region": region,
        "version": "2017-09-30",
    });
    format!("{document:#}")
}
