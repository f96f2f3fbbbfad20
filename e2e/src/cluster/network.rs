//! The VPC as network namespaces: one for the VPC's router and load balancers, one per node, one link from the host.

use crate::address_plan::AddressPlan;
use crate::host::{HostError, run};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// Names of namespaces and links of one instance.
#[derive(Debug, Clone)]
pub struct Network {
    name: String,
}

impl Network {
    /// The network of the instance `name` (at most 8 characters, so that link names fit the kernel's 15).
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    /// The namespace that owns the load balancers' addresses and routes between nodes.
    #[must_use]
    pub fn vpc(&self) -> String {
        format!("st-{}-vpc", self.name)
    }

    /// The namespace of a node.
    #[must_use]
    pub fn node(&self, index: usize) -> String {
        format!("st-{}-n{index}", self.name)
    }

    fn host_link(&self) -> String {
        format!("st-{}", self.name)
    }

    /// Namespaces of this instance that exist.
    #[must_use]
    pub fn namespaces(&self) -> Vec<String> {
        let listed = run("ip netns list").unwrap_or_default();
        let names = listed.lines().filter_map(|line| line.split_whitespace().next());
        names.filter(|name| self.owns(name)).map(str::to_owned).collect()
    }

    /// Whether a namespace is this instance's, and not that of one whose name begins as its does.
    fn owns(&self, namespace: &str) -> bool {
        let node = namespace.strip_prefix(&format!("st-{}-n", self.name));
        namespace == self.vpc() || node.is_some_and(|index| index.parse::<usize>().is_ok())
    }

    /// What of it is still on this host: namespaces, the host's link, and routes over it.
    #[must_use]
    pub fn leftovers(&self) -> Vec<String> {
        let link = self.host_link();
        let lines = |command: &str, mark: String, kind: &str| -> Vec<String> {
            let printed = run(command).unwrap_or_default();
            let ours = printed.lines().filter(|line| format!("{line} ").contains(&mark));
            ours.map(|line| format!("{kind} {line}")).collect()
        };
        let mut left: Vec<String> = self
            .namespaces()
            .iter()
            .map(|name| format!("namespace {name}"))
            .collect();
        left.extend(lines("ip -o link", format!(": {link}@"), "link"));
        left.extend(lines("ip -4 route show table all", format!(" dev {link} "), "route"));
        left
    }

    /// Makes the namespaces, links and routes.
    ///
    /// # Errors
    /// When `ip` or `sysctl` fails, such as without the privilege to make namespaces.
    pub fn create(&self, plan: &AddressPlan) -> Result<(), HostError> {
        let vpc = self.vpc();
        let inside = |line: &str| run(&format!("ip -n {vpc} {line}"));
        run(&format!("ip netns add {vpc}"))?;
        inside("link set lo up")?;
        for address in [plan.router(), plan.resolver(), plan.api_server()] {
            inside(&format!("addr add {address}/32 dev lo"))?;
        }
        for zone in &plan.zones {
            // Every address of the range is the namespace's own: a load balancer's interface needs no configuration.
            inside(&format!("route add local {} dev lo", zone.load_balancers))?;
        }
        sysctl(&vpc, "net.ipv4.ip_forward=1")?;
        sysctl(&vpc, "net.ipv4.ip_unprivileged_port_start=0")?;
        self.link_host(plan)?;
        for (index, zone) in plan.zones.iter().enumerate() {
            self.create_node(index, plan.router(), zone.node, zone.pods)?;
        }
        Ok(())
    }

    fn link_host(&self, plan: &AddressPlan) -> Result<(), HostError> {
        let (vpc, link) = (self.vpc(), self.host_link());
        let (host, inner) = plan.host_link();
        run(&format!("ip link add {link} type veth peer name host netns {vpc}"))?;
        run(&format!("ip addr add {host}/30 dev {link}"))?;
        run(&format!("ip link set {link} up"))?;
        run(&format!("ip -n {vpc} addr add {inner}/30 dev host"))?;
        run(&format!("ip -n {vpc} link set host up"))?;
        run(&format!("ip route add {} via {inner} dev {link}", plan.vpc)).map(drop)
    }

    fn create_node(&self, index: usize, router: Ipv4Addr, address: Ipv4Addr, pods: Ipv4Net) -> Result<(), HostError> {
        let (vpc, node) = (self.vpc(), self.node(index));
        run(&format!("ip netns add {node}"))?;
        run(&format!("ip -n {node} link set lo up"))?;
        run(&format!(
            "ip link add eth0 netns {node} type veth peer name n{index} netns {vpc}"
        ))?;
        run(&format!("ip -n {node} addr add {address}/32 dev eth0"))?;
        run(&format!("ip -n {node} link set eth0 up"))?;
        run(&format!("ip -n {node} route add {router} dev eth0"))?;
        run(&format!("ip -n {node} route add default via {router} dev eth0"))?;
        run(&format!("ip -n {vpc} link set n{index} up"))?;
        run(&format!("ip -n {vpc} route add {address} dev n{index}"))?;
        run(&format!(
            "ip -n {vpc} route add {pods} via {address} dev n{index} onlink"
        ))?;
        sysctl(&node, "net.ipv4.ip_forward=1")
    }

    /// Removes all of it. What is not there is no error.
    pub fn remove(&self) {
        let _not_there = run(&format!("ip link del {}", self.host_link()));
        for namespace in self.namespaces() {
            let _not_there = run(&format!("ip netns del {namespace}"));
        }
    }
}

fn sysctl(namespace: &str, setting: &str) -> Result<(), HostError> {
    run(&format!("nsenter --net=/run/netns/{namespace} sysctl -qw {setting}")).map(drop)
}

/// The first plan whose VPC overlaps no route of this host.
///
/// # Errors
/// When `ip` fails.
pub fn free_plan(zones: u8) -> Result<Option<AddressPlan>, HostError> {
    let routes = run("ip -4 route show table all")?;
    let taken: Vec<Ipv4Net> = routes.split_whitespace().filter_map(parse_destination).collect();
    let free = |plan: &AddressPlan| taken.iter().all(|net| !overlap(*net, plan.vpc));
    Ok(AddressPlan::candidates(zones).find(free))
}

fn parse_destination(word: &str) -> Option<Ipv4Net> {
    word.parse()
        .ok()
        .or_else(|| word.parse::<Ipv4Addr>().ok().map(Ipv4Net::from))
}

fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.prefix_len() > 0 && (one.contains(&other.network()) || other.contains(&one.network()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_owns_no_namespace_of_one_whose_name_begins_alike() {
        let network = Network::of("a");
        assert!(network.owns("st-a-vpc") && network.owns("st-a-n1"));
        assert!(!network.owns("st-a-b-vpc") && !network.owns("st-a-next-n0"));
    }

    #[test]
    fn a_default_route_takes_nothing_and_a_narrower_route_takes_its_vpc() {
        let net = |text: &str| text.parse::<Ipv4Net>().unwrap();
        assert!(!overlap(net("0.0.0.0/0"), net("192.168.0.0/16")));
        assert!(overlap(net("192.168.7.0/24"), net("192.168.0.0/16")));
        assert!(!overlap(net("192.169.0.0/16"), net("192.168.0.0/16")));
    }
}
