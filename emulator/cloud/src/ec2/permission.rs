//! `IpPermissions`: many peers for one range of ports, as requests and answers carry rules.

use super::security_group::{Peer, Rule, Traffic};
use crate::ApiError;
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A permission in a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PermissionParameter {
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    #[serde(default)]
    ip_ranges: Vec<Ipv4Parameter>,
    #[serde(default)]
    ipv6_ranges: Vec<Ipv6Parameter>,
    #[serde(default, alias = "UserIdGroupPairs")]
    groups: Vec<GroupParameter>,
    #[serde(default)]
    prefix_list_ids: Vec<PrefixListParameter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ipv4Parameter {
    cidr_ip: String,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ipv6Parameter {
    cidr_ipv6: String,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupParameter {
    group_id: String,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrefixListParameter {
    prefix_list_id: String,
    description: Option<String>,
}

/// A permission in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionItem {
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    ip_ranges: Vec<Ipv4Item>,
    ipv6_ranges: Vec<Ipv6Item>,
    groups: Vec<GroupItem>,
    prefix_list_ids: Vec<PrefixListItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ipv4Item {
    cidr_ip: String,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ipv6Item {
    cidr_ipv6: String,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupItem {
    user_id: String,
    group_id: String,
    description: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PrefixListItem {
    prefix_list_id: String,
    description: Option<String>,
}

impl PermissionParameter {
    /// One rule for each peer.
    ///
    /// # Errors
    /// `InvalidParameterValue` for a malformed block, protocol or range, `MissingParameter` without peers.
    pub(crate) fn rules(self) -> Result<Vec<Rule>, ApiError> {
        let traffic = traffic(&self.ip_protocol, self.from_port, self.to_port)?;
        let mut peers = Vec::new();
        for range in self.ip_ranges {
            peers.push((Peer::Ipv4(ipv4_block(&range.cidr_ip)?), range.description));
        }
        for range in self.ipv6_ranges {
            peers.push((Peer::Ipv6(ipv6_block(&range.cidr_ipv6)?), range.description));
        }
        peers.extend(
            self.groups
                .into_iter()
                .map(|group| (Peer::Group(group.group_id), group.description)),
        );
        peers.extend(
            self.prefix_list_ids
                .into_iter()
                .map(|list| (Peer::PrefixList(list.prefix_list_id), list.description)),
        );
        if peers.is_empty() {
            return Err(ApiError::missing(
                "IpPermissions.IpRanges, Ipv6Ranges, Groups or PrefixListIds",
            ));
        }
        Ok(peers
            .into_iter()
            .map(|(peer, description)| Rule {
                traffic: traffic.clone(),
                peer,
                description,
            })
            .collect())
    }
}

/// Protocol by name and ports; all protocols have no ports, whatever was given.
fn traffic(protocol: &str, from_port: Option<i32>, to_port: Option<i32>) -> Result<Traffic, ApiError> {
    let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
    let protocol = match protocol {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        "all" => "-1",
        other => other,
    };
    let numbered = protocol.parse::<u8>().is_ok();
    if !numbered && !["tcp", "udp", "icmp", "icmpv6", "-1"].contains(&protocol) {
        return Err(invalid(format!(
            "Invalid value '{protocol}' for IP protocol. Unknown protocol."
        )));
    }
    if matches!(protocol, "tcp" | "udp") {
        let (Some(from), Some(to)) = (from_port, to_port) else {
            return Err(invalid(
                "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.".to_owned(),
            ));
        };
        if from > to || !(0..=65_535).contains(&from) || to > 65_535 {
            return Err(invalid(format!("Invalid TCP/UDP port range ({from}:{to})")));
        }
    }
    let ports = protocol != "-1";
    Ok(Traffic {
        protocol: protocol.to_owned(),
        from_port: from_port.filter(|_| ports),
        to_port: to_port.filter(|_| ports),
    })
}

/// The block with its host bits cleared, as EC2 stores it; a bare address is a /32.
fn ipv4_block(text: &str) -> Result<String, ApiError> {
    let bare = || text.parse::<Ipv4Addr>().ok().map(Ipv4Net::from);
    let block = text.parse::<Ipv4Net>().ok().or_else(bare);
    block
        .map(|block| block.trunc().to_string())
        .ok_or_else(|| invalid_block(text))
}

fn ipv6_block(text: &str) -> Result<String, ApiError> {
    let bare = || text.parse::<Ipv6Addr>().ok().map(Ipv6Net::from);
    let block = text.parse::<Ipv6Net>().ok().or_else(bare);
    block
        .map(|block| block.trunc().to_string())
        .ok_or_else(|| invalid_block(text))
}

fn invalid_block(text: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", format!("CIDR block {text} is malformed"))
}

/// Rules as an answer shows them: those of the same traffic in one permission.
pub(crate) fn permissions(rules: &[Rule], account: &str) -> Vec<PermissionItem> {
    let mut by_traffic: BTreeMap<&Traffic, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        by_traffic.entry(&rule.traffic).or_default().push(rule);
    }
    by_traffic
        .into_iter()
        .map(|(traffic, rules)| PermissionItem::new(traffic, rules, account))
        .collect()
}

impl PermissionItem {
    fn new(traffic: &Traffic, rules: Vec<&Rule>, account: &str) -> Self {
        let Traffic {
            protocol,
            from_port,
            to_port,
        } = traffic.clone();
        let mut item = Self {
            ip_protocol: protocol,
            from_port,
            to_port,
            ip_ranges: Vec::new(),
            ipv6_ranges: Vec::new(),
            groups: Vec::new(),
            prefix_list_ids: Vec::new(),
        };
        for Rule { peer, description, .. } in rules.into_iter().cloned() {
            match peer {
                Peer::Ipv4(cidr_ip) => item.ip_ranges.push(Ipv4Item { cidr_ip, description }),
                Peer::Ipv6(cidr_ipv6) => item.ipv6_ranges.push(Ipv6Item { cidr_ipv6, description }),
                Peer::Group(group_id) => {
                    item.groups.push(GroupItem {
                        user_id: account.to_owned(),
                        group_id,
                        description,
                    });
                }
                Peer::PrefixList(prefix_list_id) => {
                    item.prefix_list_ids.push(PrefixListItem {
                        prefix_list_id,
                        description,
                    });
                }
            }
        }
        item
    }
}
