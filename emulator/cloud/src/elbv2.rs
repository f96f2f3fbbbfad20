//! Elastic Load Balancing v2, API version 2015-12-01: application and network load balancers.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

pub mod arn;
pub mod attributes;
pub mod capacity;
pub mod condition;
pub mod health_check;
pub mod limits;
pub mod listener;
pub mod load_balancer;
pub mod mutual_authentication;
pub mod placement;
pub mod regex;
pub mod request;
pub mod rule;
pub mod rule_action;
pub mod ssl_policy;
mod state;
pub mod tags;
pub mod target_description;
pub mod target_group;
pub mod target_health;
pub mod tls;
pub mod transform;
pub mod trust_store;

#[cfg(test)]
pub(crate) mod tests;

pub use state::State;

crate::action::actions! {
    read {
        "DescribeAccountLimits" => describe_account_limits,
        "DescribeCapacityReservation" => describe_capacity_reservation,
        "DescribeListenerAttributes" => describe_listener_attributes,
        "DescribeListenerCertificates" => describe_listener_certificates,
        "DescribeListeners" => describe_listeners,
        "DescribeLoadBalancerAttributes" => describe_load_balancer_attributes,
        "DescribeLoadBalancers" => describe_load_balancers,
        "DescribeRules" => describe_rules,
        "DescribeSSLPolicies" => describe_ssl_policies,
        "DescribeTags" => describe_tags,
        "DescribeTargetGroupAttributes" => describe_target_group_attributes,
        "DescribeTargetGroups" => describe_target_groups,
        "DescribeTargetHealth" => describe_target_health,
        "DescribeTrustStoreAssociations" => describe_trust_store_associations,
        "DescribeTrustStoreRevocations" => describe_trust_store_revocations,
        "DescribeTrustStores" => describe_trust_stores,
    }
    write {
        "AddListenerCertificates" => add_listener_certificates,
        "AddTags" => add_tags,
        "AddTrustStoreRevocations" => add_trust_store_revocations,
        "CreateListener" => create_listener,
        "CreateLoadBalancer" => create_load_balancer,
        "CreateRule" => create_rule,
        "CreateTargetGroup" => create_target_group,
        "CreateTrustStore" => create_trust_store,
        "DeleteListener" => delete_listener,
        "DeleteLoadBalancer" => delete_load_balancer,
        "DeleteRule" => delete_rule,
        "DeleteTargetGroup" => delete_target_group,
        "DeleteTrustStore" => delete_trust_store,
        "DeregisterTargets" => deregister_targets,
        "ModifyCapacityReservation" => modify_capacity_reservation,
        "ModifyIpPools" => modify_ip_pools,
        "ModifyListener" => modify_listener,
        "ModifyListenerAttributes" => modify_listener_attributes,
        "ModifyLoadBalancerAttributes" => modify_load_balancer_attributes,
        "ModifyRule" => modify_rule,
        "ModifyTargetGroup" => modify_target_group,
        "ModifyTargetGroupAttributes" => modify_target_group_attributes,
        "ModifyTrustStore" => modify_trust_store,
        "RegisterTargets" => register_targets,
        "RemoveListenerCertificates" => remove_listener_certificates,
        "RemoveTags" => remove_tags,
        "RemoveTrustStoreRevocations" => remove_trust_store_revocations,
        "SetIpAddressType" => set_ip_address_type,
        "SetRulePriorities" => set_rule_priorities,
        "SetSecurityGroups" => set_security_groups,
        "SetSubnets" => set_subnets,
    }
}
