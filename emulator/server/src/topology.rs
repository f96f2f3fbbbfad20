//! The cloud's load balancers as configuration of the data plane. Pure: the state at a moment in, the configuration out.

use cloud::elbv2::load_balancer;
use cloud::{Cloud, Region, Timestamp};
use dataplane::config::{Config, LoadBalancer, ZoneAddress};
use std::collections::{BTreeMap, HashMap};

mod attributes;
mod listener;
mod rule;
mod target_group;

/// What the data plane serves at `now`.
pub(crate) fn configuration(cloud: &Cloud, now: Timestamp) -> Config {
    let mut config = Config::default();
    for (_, region) in cloud.regions() {
        let elbv2 = &region.elbv2;
        let mut listeners = listeners_by_load_balancer(&elbv2.listeners);
        let load_balancers = elbv2.load_balancers.iter();
        config.load_balancers.extend(load_balancers.map(|(arn, found)| {
            let listeners = listeners.remove(arn.as_str()).unwrap_or_default();
            load_balancer(arn, found, &listeners, region, now)
        }));
        let target_groups = elbv2.target_groups.iter();
        config
            .target_groups
            .extend(target_groups.map(|(arn, group)| target_group::target_group(arn, group, region, now)));
    }
    config
}

/// When the configuration next changes by itself: a load balancer becomes active, a target has drained, a certificate is issued.
pub(crate) fn next_change(cloud: &Cloud, now: Timestamp) -> Option<Timestamp> {
    let later = |region: &Region| {
        let load_balancers = region.elbv2.load_balancers.values();
        let active = load_balancers.map(|load_balancer| load_balancer.active_from);
        let groups = region.elbv2.target_groups.values();
        let targets = groups.flat_map(|group| group.targets.values());
        let certificates = region.acm.certificates.values();
        active
            .chain(targets.filter_map(|target| target.drains_until))
            .chain(certificates.map(|certificate| certificate.issued_from))
            .filter(|time| *time > now)
            .min()
    };
    cloud.regions().filter_map(|(_, region)| later(region)).min()
}

/// A listener with its ARN.
type Named<'c> = (&'c str, &'c cloud::elbv2::listener::Listener);

/// One walk over all listeners, since a walk per load balancer would make every write slower with their number squared.
fn listeners_by_load_balancer(
    listeners: &BTreeMap<String, cloud::elbv2::listener::Listener>,
) -> HashMap<&str, Vec<Named<'_>>> {
    let mut by_load_balancer: HashMap<&str, Vec<Named<'_>>> = HashMap::new();
    for (arn, found) in listeners {
        let of_this_one = by_load_balancer.entry(&found.load_balancer_arn).or_default();
        of_this_one.push((arn, found));
    }
    by_load_balancer
}

fn load_balancer(
    arn: &str,
    found: &load_balancer::LoadBalancer,
    listeners: &[Named<'_>],
    region: &Region,
    now: Timestamp,
) -> LoadBalancer {
    let address = |zone: &load_balancer::Zone| {
        let interface = region.ec2.interfaces.get(&zone.interface_id)?;
        Some(ZoneAddress {
            zone: zone.zone.clone(),
            address: interface.primary()?,
        })
    };
    LoadBalancer {
        arn: arn.to_owned(),
        dns_name: found.dns_name.clone(),
        active: found.is_active(now),
        cross_zone: found.crosses_zones(),
        zones: found.zones.iter().filter_map(address).collect(),
        listeners: listeners
            .iter()
            .map(|(arn, listener)| listener::listener(arn, listener, found, region, now))
            .collect(),
        application: attributes::of_load_balancer(&found.attributes),
    }
}
