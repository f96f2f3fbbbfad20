//! The emulated AWS's beginning, for one address plan: its VPC, subnets, and an instance per node.

use crate::address_plan::AddressPlan;
use crate::certificate::ImportedCertificate;
use serde_json::{Value, json};

/// Cluster name of every instance of Seatrial.
pub const CLUSTER: &str = "seatrial";
/// Region of the world.
pub const REGION: &str = "us-west-2";
/// VPC of the world.
pub const VPC: &str = "vpc-0a000000000000001";
/// Security group of the nodes.
pub const NODE_GROUP: &str = "sg-0a000000000000001";

/// What the ARN of the certificate ends with that is imported into ACM.
pub const CERTIFICATE: &str = "0a000000-0000-4000-8000-00000000000a";
/// Its names.
pub const CERTIFIED: [&str; 2] = ["example.com", "*.example.com"];

/// The world file, in JSON, which is YAML too. `imported` is in ACM from the beginning.
#[must_use]
pub fn world(plan: &AddressPlan, imported: &ImportedCertificate) -> Value {
    let cluster_tag = format!("kubernetes.io/cluster/{CLUSTER}");
    let subnets: Vec<Value> = plan
        .zones
        .iter()
        .map(|zone| {
            let tags =
                json!({ "kubernetes.io/role/elb": "1", "kubernetes.io/role/internal-elb": "1", (cluster_tag.clone()): "shared" });
            json!({ "id": zone.subnet_id, "zone": zone.zone, "cidr": zone.subnet, "tags": tags })
        })
        .collect();
    let instances: Vec<Value> = plan
        .zones
        .iter()
        .map(|zone| {
            // The VPC CNI delegates prefixes of 16 addresses; all of the node's range is delegated here.
            let prefixes: Vec<String> = zone
                .pods
                .subnets(28)
                .into_iter()
                .flatten()
                .map(|net| net.to_string())
                .collect();
            json!({
                "id": zone.instance_id,
                "interface": zone.instance_id.replacen("i-", "eni-", 1),
                "subnet": zone.subnet_id,
                "address": zone.node,
                "prefixes": prefixes,
                "securityGroups": [NODE_GROUP],
                "tags": { (cluster_tag.clone()): "owned" },
            })
        })
        .collect();
    json!({
        "account": "123456789012",
        "region": REGION,
        "seed": 1,
        "vpc": {
            "id": VPC,
            "cidr": plan.vpc,
            "internetGateway": "igw-0a000000000000001",
            "mainRouteTable": "rtb-0a000000000000001",
            "tags": { "Name": CLUSTER },
        },
        "subnets": subnets,
        "securityGroups": [
            { "id": NODE_GROUP, "name": "node-sg", "tags": { (cluster_tag): "owned" } },
            { "id": "sg-0a000000000000002", "name": "public-web" },
            { "id": "sg-0a000000000000003", "name": "office" },
        ],
        "certificates": [
            {
                "id": CERTIFICATE,
                "certificate": imported.certificate,
                "privateKey": imported.private_key,
                "chain": imported.authority,
            },
        ],
        "instances": instances,
        "addresses": [
            { "id": "eipalloc-0a00000000000000a", "publicIp": "198.51.100.10" },
            { "id": "eipalloc-0a00000000000000b", "publicIp": "198.51.100.11" },
        ],
    })
}
