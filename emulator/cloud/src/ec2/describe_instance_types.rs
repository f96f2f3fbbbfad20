//! DescribeInstanceTypes.

use super::filter::{Filter, passing};
use super::instance_type::{self, InstanceType};
use super::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region, Tags};
use serde::{Deserialize, Serialize};

/// Which types.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "InstanceType")]
    names: Vec<String>,
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of types.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    instance_type_set: Vec<TypeItem>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TypeItem {
    instance_type: &'static str,
    current_generation: bool,
    bare_metal: bool,
    hypervisor: Option<&'static str>,
    v_cpu_info: Processors,
    memory_info: Memory,
    ebs_info: Ebs,
    network_info: Network,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Processors {
    default_v_cpus: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Memory {
    size_in_mi_b: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ebs {
    ebs_optimized_support: &'static str,
    encryption_support: &'static str,
    nvme_support: &'static str,
    maximum_ebs_attachments: u32,
    attachment_limit_type: &'static str,
    maximum_ebs_cards: u32,
    ebs_card_set: Vec<Card>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Card {
    ebs_card_index: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Network {
    maximum_network_interfaces: u32,
    maximum_network_cards: u32,
    ipv4_addresses_per_interface: u32,
    ipv6_supported: bool,
}

impl TypeItem {
    fn new(kind: &InstanceType) -> Self {
        let metal = is_metal(kind);
        Self {
            instance_type: kind.name,
            current_generation: true,
            bare_metal: metal,
            hypervisor: (!metal).then_some("nitro"),
            v_cpu_info: Processors {
                default_v_cpus: kind.processors,
            },
            memory_info: Memory {
                size_in_mi_b: kind.memory,
            },
            ebs_info: Ebs {
                ebs_optimized_support: "default",
                encryption_support: "supported",
                nvme_support: "required",
                maximum_ebs_attachments: kind.attachments,
                attachment_limit_type: if kind.dedicated { "dedicated" } else { "shared" },
                maximum_ebs_cards: kind.cards,
                ebs_card_set: (0..kind.cards).map(|ebs_card_index| Card { ebs_card_index }).collect(),
            },
            network_info: Network {
                maximum_network_interfaces: kind.interfaces,
                maximum_network_cards: 1,
                ipv4_addresses_per_interface: kind.addresses,
                ipv6_supported: true,
            },
        }
    }
}

fn is_metal(kind: &InstanceType) -> bool {
    kind.name.contains(".metal")
}

fn field(kind: &InstanceType, name: &str) -> Option<Vec<String>> {
    match name {
        "instance-type" => one(kind.name),
        "bare-metal" => one(&is_metal(kind)),
        "current-generation" => one(&true),
        "hypervisor" => one("nitro"),
        "ebs-info.nvme-support" => one("required"),
        "memory-info.size-in-mib" => one(&kind.memory),
        "vcpu-info.default-vcpus" => one(&kind.processors),
        "network-info.maximum-network-interfaces" => one(&kind.interfaces),
        _ => None,
    }
}

/// Lists instance types.
///
/// # Errors
/// `InvalidInstanceType` for one that is not known, `InvalidParameterValue`.
pub fn call(_: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    let unknown: Vec<&str> =
        input.names.iter().map(String::as_str).filter(|name| instance_type::find(name).is_none()).collect();
    if !unknown.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(ApiError::new("InvalidInstanceType", message));
    }
    let named = |kind: &&InstanceType| input.names.is_empty() || input.names.iter().any(|name| name == kind.name);
    let kinds: Vec<&InstanceType> = instance_type::ALL.iter().filter(named).collect();
    let untagged = Tags::new();
    let kinds = passing(kinds, &input.filters, |_| &untagged, field)?;
    let (kinds, next_token) = page(kinds, |kind| kind.name, input.next_token.as_deref(), input.max_results);
    Ok(Output {
        instance_type_set: kinds.into_iter().map(TypeItem::new).collect(),
        next_token,
    })
}
