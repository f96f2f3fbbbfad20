//! `ingressclassparams.elbv2.k8s.aws`, version v1beta1: what an administrator decides for all Ingresses of a class.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Desired state of an IngressClassParams. What it sets wins over the annotations of an Ingress.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "elbv2.k8s.aws",
    version = "v1beta1",
    kind = "IngressClassParams",
    plural = "ingressclassparams",
    singular = "ingressclassparams",
    printcolumn = r#"{"name":"GROUP-NAME","type":"string","jsonPath":".spec.group.name","description":"The Ingress Group name"}"#,
    printcolumn = r#"{"name":"SCHEME","type":"string","jsonPath":".spec.scheme","description":"The AWS Load Balancer scheme"}"#,
    printcolumn = r#"{"name":"IP-ADDRESS-TYPE","type":"string","jsonPath":".spec.ipAddressType","description":"The AWS Load Balancer ipAddressType"}"#,
    printcolumn = r#"{"name":"AGE","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[kube(validation = Rule::new("!(has(self.spec.prefixListsIDs) && has(self.spec.PrefixListsIDs))")
    .message("cannot specify both 'prefixListsIDs' and 'PrefixListsIDs' fields"))]
#[serde(rename_all = "camelCase")]
pub struct IngressClassParamsSpec {
    /// Certificates of HTTPS listeners, by ARN; the first is the default one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_arn: Vec<String>,
    /// Namespaces whose Ingresses may use the class; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// The group of all Ingresses of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<IngressGroup>,
    /// Name of the load balancer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub load_balancer_name: String,
    /// Scheme of the load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Address ranges that may reach the load balancer.
    #[serde(rename = "inboundCIDRs", default, skip_serializing_if = "Vec::is_empty")]
    pub inbound_cidrs: Vec<String>,
    /// Security policy of HTTPS listeners.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ssl_policy: String,
    /// Port of HTTPS that HTTP is redirected to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ssl_redirect_port: String,
    /// Subnets of the load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnets: Option<SubnetSelector>,
    /// Address type of the load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<LoadBalancerAddressType>,
    /// Tags of everything that is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Kind of the targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<crate::target_group_binding::TargetType>,
    /// Attributes of the load balancer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_attributes: Vec<Attribute>,
    /// Attributes of listeners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<ListenerParams>,
    /// Capacity of the load balancer that is reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_load_balancer_capacity: Option<MinimumCapacity>,
    /// Where the load balancer's public addresses come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipam_configuration: Option<IpamConfiguration>,
    /// Prefix lists that may reach the load balancer.
    #[serde(rename = "prefixListsIDs", default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_lists_ids: Vec<String>,
    /// The same in an older spelling.
    #[serde(rename = "PrefixListsIDs", default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_lists_ids_legacy: Vec<String>,
    /// Web ACL of AWS WAF, by ARN.
    #[serde(rename = "wafv2AclArn", default, skip_serializing_if = "String::is_empty")]
    pub wafv2_acl_arn: String,
    /// Web ACL of AWS WAF, by name.
    #[serde(rename = "wafv2AclName", default, skip_serializing_if = "String::is_empty")]
    pub wafv2_acl_name: String,
}

/// A group of Ingresses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IngressGroup {
    /// Its name.
    pub name: String,
}

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The VPC.
    Internal,
    /// The internet.
    InternetFacing,
}

impl Scheme {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Internal => "internal",
            Scheme::InternetFacing => "internet-facing",
        }
    }
}

/// Address type of a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoadBalancerAddressType {
    /// IPv4.
    Ipv4,
    /// IPv4 and IPv6.
    Dualstack,
    /// IPv6 for the public, IPv4 within.
    DualstackWithoutPublicIpv4,
}

impl LoadBalancerAddressType {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LoadBalancerAddressType::Ipv4 => "ipv4",
            LoadBalancerAddressType::Dualstack => "dualstack",
            LoadBalancerAddressType::DualstackWithoutPublicIpv4 => "dualstack-without-public-ipv4",
        }
    }
}

/// Subnets, by id or by tags: one of the two.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubnetSelector {
    /// Ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), inner(regex(pattern = r"subnet-[0-9a-f]+")))]
    pub ids: Option<Vec<String>>,
    /// Tags: key to the values of which a subnet must have one. All keys must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, Vec<String>>>,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// An attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribute {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// What is decided for a listener. It does not make one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListenerParams {
    /// Its protocol.
    pub protocol: ListenerProtocol,
    /// Its port.
    pub port: i32,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listener_attributes: Vec<Attribute>,
}

/// Protocol of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ListenerProtocol {
    /// HTTP.
    Http,
    /// HTTPS.
    Https,
}

impl ListenerProtocol {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ListenerProtocol::Http => "HTTP",
            ListenerProtocol::Https => "HTTPS",
        }
    }
}

/// Capacity that is reserved.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MinimumCapacity {
    /// Load balancer capacity units; 0 gives them up.
    pub capacity_units: i32,
}

/// Where public addresses come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IpamConfiguration {
    /// Id of an IPAM pool.
    #[serde(rename = "ipv4IPAMPoolId", default, skip_serializing_if = "Option::is_none")]
    pub ipv4_ipam_pool_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::CustomResourceExt;
    use serde_json::json;

    #[test]
    fn the_definition_is_the_one_that_clusters_have() {
        let crd = serde_json::to_value(IngressClassParams::crd()).unwrap();
        assert_eq!(crd["metadata"]["name"], "ingressclassparams.elbv2.k8s.aws");
        let (spec, version) = (&crd["spec"], &crd["spec"]["versions"][0]);
        assert_eq!(
            (&spec["scope"], &version["name"]),
            (&json!("Cluster"), &json!("v1beta1"))
        );
        let columns = version["additionalPrinterColumns"].as_array().unwrap().iter();
        let names: Vec<_> = columns.map(|column| column["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["GROUP-NAME", "SCHEME", "IP-ADDRESS-TYPE", "AGE"]);
        let fields = &version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"];
        assert_eq!(
            fields["scheme"]["enum"].as_array().unwrap()[..2],
            [json!("internal"), json!("internet-facing")]
        );
        assert_eq!(
            fields["subnets"]["properties"]["ids"]["items"]["pattern"],
            "subnet-[0-9a-f]+"
        );
    }

    #[test]
    fn every_field_has_the_name_that_manifests_use() {
        let written = json!({
            "certificateArn": ["c"],
            "namespaceSelector": { "matchLabels": { "a": "b" } },
            "group": { "name": "g" },
            "loadBalancerName": "n",
            "scheme": "internet-facing",
            "inboundCIDRs": ["10.0.0.0/8"],
            "sslPolicy": "p",
            "sslRedirectPort": "443",
            "subnets": { "ids": ["subnet-1"], "tags": { "k": ["v"] } },
            "ipAddressType": "dualstack-without-public-ipv4",
            "tags": [{ "key": "k", "value": "v" }],
            "targetType": "ip",
            "loadBalancerAttributes": [{ "key": "k", "value": "v" }],
            "listeners": [{ "protocol": "HTTPS", "port": 443, "listenerAttributes": [{ "key": "k", "value": "v" }] }],
            "minimumLoadBalancerCapacity": { "capacityUnits": 5 },
            "ipamConfiguration": { "ipv4IPAMPoolId": "i" },
            "prefixListsIDs": ["pl-1"],
            "PrefixListsIDs": ["pl-2"],
            "wafv2AclArn": "a",
            "wafv2AclName": "n",
        });
        let spec: IngressClassParamsSpec = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(spec).unwrap(), written);
    }
}
