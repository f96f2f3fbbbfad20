//! The load balancer itself, and what is attached to it.

use super::agreement::{Wish, same_items};
use super::security_group::Groups;
use super::{Attempt, Blame};
use crate::PlanError;
use crate::ingress::portion::settings::{ClassSettings, SubnetWish, association};
use crate::subnet::{Network, Refusal, Unfound, Zones};
use aws_api::Tags;
use aws_api::ec2::Subnet;
use aws_api::elbv2::SubnetMapping;
use controllers_api::annotation::INGRESS_PREFIX;
use controllers_api::ingress_class_params::SubnetSelector;
use model::{AddOns, LoadBalancer, LoadBalancerKind, names, tags};

/// What the other resources follow from.
pub(super) struct Frame<'a> {
    pub(super) scheme: String,
    pub(super) ip_address_type: String,
    pub(super) subnets: Vec<&'a Subnet>,
}

impl Frame<'_> {
    pub(super) fn is_dualstack(&self) -> bool {
        is_dualstack(&self.ip_address_type)
    }
}

fn is_dualstack(ip_address_type: &str) -> bool {
    ip_address_type != "ipv4"
}

pub(super) fn mappings(subnets: &[&Subnet]) -> Vec<SubnetMapping> {
    let mapping = |subnet: &&Subnet| SubnetMapping {
        subnet_id: subnet.id.clone(),
        ..SubnetMapping::default()
    };
    subnets.iter().map(mapping).collect()
}

impl<'a> Attempt<'a> {
    pub(super) fn frame(&self) -> Result<Frame<'a>, Blame> {
        let scheme = self.agreed("scheme", |portion| portion.settings.scheme.as_ref())?;
        let scheme = scheme.map_or(&self.config.default_scheme, |wish| wish.value).clone();
        let ip_address_type = self
            .ip_address_type()?
            .map_or_else(|| "ipv4".to_owned(), |wish| wish.value.clone());
        let zones = Zones {
            dualstack: is_dualstack(&ip_address_type),
            at_least: if self.config.gates.alb_single_subnet { 1 } else { 2 },
        };
        Ok(Frame {
            subnets: self.subnets(&scheme, zones)?,
            scheme,
            ip_address_type,
        })
    }

    pub(super) fn network(&self) -> Network<'a> {
        Network {
            subnets: &self.facts.subnets,
            route_tables: &self.facts.route_tables,
        }
    }

    /// Those that are wished, or those of the live load balancer of the same scheme, or those found.
    fn subnets(&self, scheme: &str, zones: Zones) -> Result<Vec<&'a Subnet>, Blame> {
        let same = |a: &SubnetWish, b: &SubnetWish| match (a, b) {
            (SubnetWish::Named(a), SubnetWish::Named(b)) => same_items(a, b),
            _ => a == b,
        };
        let network = self.network();
        match self.agreed_by("subnets", |portion| portion.settings.subnets.as_ref(), same)? {
            Some(Wish {
                by,
                value: SubnetWish::Named(names),
            }) => network
                .named(names, zones)
                .map_err(|(expected, remedy)| self.wrong(by, "subnets", &names.join(","), expected, remedy)),
            Some(Wish {
                by,
                value: SubnetWish::Selected(selector),
            }) => self.selected(by, selector, scheme, zones),
            None => match self.facts.live.as_ref().and_then(|live| network.kept(live, scheme)) {
                Some(kept) => Ok(kept),
                None => self.found(scheme, zones, "subnets"),
            },
        }
    }

    fn ip_address_type(&self) -> Result<Option<Wish<'a, String>>, Blame> {
        self.agreed("ip-address-type", |portion| portion.settings.ip_address_type.as_ref())
    }

    /// Those whose tags fit. `key` is the annotation by which others can be named.
    pub(super) fn found(&self, scheme: &str, zones: Zones, key: &str) -> Result<Vec<&'a Subnet>, Blame> {
        let annotation = format!("{INGRESS_PREFIX}{key}");
        let found = self.network().found(scheme, zones, self.config, annotation);
        found.map_err(|unfound| match unfound {
            Unfound::Ipv6(refusal) => self.no_ipv6(refusal),
            Unfound::Unfit(error) => (*error).into(),
        })
    }

    /// Blames whoever wants IPv6 where there is none.
    fn no_ipv6(&self, (expected, remedy): Refusal) -> Blame {
        match self.ip_address_type() {
            Ok(Some(wish)) => self.wrong(wish.by, "ip-address-type", wish.value, expected, remedy),
            Ok(None) => PlanError::Conflict {
                problem: format!("IPv6 is not {expected}"),
                remedy: remedy.to_owned(),
            }
            .into(),
            Err(blame) => blame,
        }
    }

    /// Those that the parameters of a class select.
    fn selected(
        &self,
        by: usize,
        selector: &SubnetSelector,
        scheme: &str,
        zones: Zones,
    ) -> Result<Vec<&'a Subnet>, Blame> {
        let network = self.network();
        if let Some(ids) = &selector.ids {
            return network.named(ids, zones).map_err(|(expected, remedy)| {
                let error = PlanError::Field {
                    object: Some(format!("IngressClassParams of {}", self.named(by)).into()),
                    field: "subnets.ids".to_owned(),
                    value: ids.join(","),
                    problem: format!("is not {expected}"),
                    remedy: remedy.to_owned(),
                };
                self.blame(by, error)
            });
        }
        let nothing = std::collections::BTreeMap::new();
        let tags = selector.tags.as_ref().unwrap_or(&nothing);
        let annotation = format!("{INGRESS_PREFIX}subnets");
        let selected = network.selected(tags, scheme, zones, self.config, annotation);
        selected.map_err(|unfound| match unfound {
            Unfound::Ipv6(refusal) => self.no_ipv6(refusal),
            Unfound::Unfit(error) => self.blame(by, *error),
        })
    }

    /// What the class of the first member decides for all.
    fn class(&self) -> Option<&'a ClassSettings> {
        self.portions.first().map(|portion| &portion.settings.of_class)
    }

    pub(super) fn load_balancer(&self, frame: &Frame<'_>, groups: &Groups) -> Result<LoadBalancer, Blame> {
        let class = self.class().cloned().unwrap_or_default();
        let name = self.agreed("load-balancer-name", |portion| portion.settings.name.as_ref())?;
        let pool = self.agreed("customer-owned-ipv4-pool", |portion| {
            portion.settings.customer_owned_ipv4_pool.as_ref()
        })?;
        let ipam = match class.ipv4_ipam_pool {
            Some(pool) => Some(pool),
            None => {
                let wish = self.agreed("ipam-ipv4-pool-id", |portion| portion.settings.ipv4_ipam_pool.as_ref())?;
                wish.map(|wish| wish.value.clone())
            }
        };
        let capacity = match class.minimum_capacity {
            Some(units) => Some(units),
            None => {
                let key = "minimum-load-balancer-capacity";
                let wish = self.agreed(key, |portion| portion.settings.minimum_capacity.as_ref())?;
                wish.map(|wish| *wish.value)
            }
        };
        let attributes = |portion: &'a crate::ingress::Portion| Some(&portion.settings.attributes);
        Ok(LoadBalancer {
            name: name.map_or_else(
                || names::ingress::load_balancer(&self.config.cluster, self.group, &frame.scheme),
                |wish| wish.value.clone(),
            ),
            kind: LoadBalancerKind::Application,
            scheme: frame.scheme.clone(),
            ip_address_type: frame.ip_address_type.clone(),
            subnets: mappings(&frame.subnets),
            security_groups: groups.attached.clone(),
            customer_owned_ipv4_pool: pool.map(|wish| wish.value.clone()),
            ipv4_ipam_pool: ipam,
            attributes: self.merged("load-balancer-attributes", attributes, &class.attributes)?,
            minimum_capacity: capacity,
            tags: self.resource_tags(tags::LOAD_BALANCER_ID, &self.tags()?),
            ..LoadBalancer::default()
        })
    }

    /// Tags of what all members share.
    pub(super) fn tags(&self) -> Result<Tags, Blame> {
        self.merged("tags", |portion| Some(&portion.settings.tags), &Tags::new())
    }

    pub(super) fn add_ons(&self) -> Result<AddOns, Blame> {
        let name = self.agreed("wafv2-acl-name", |portion| portion.settings.wafv2_name.as_ref())?;
        let arn = self.agreed("wafv2-acl-arn", |portion| portion.settings.wafv2.as_ref())?;
        let classic = self.agreed("waf-acl-id", |portion| portion.settings.waf_regional.as_ref())?;
        let key = "shield-advanced-protection";
        let shield = self.agreed(key, |portion| portion.settings.shield.as_ref())?;
        let wafv2 = match name {
            Some(wish) if wish.value == "none" => Some(association("")),
            Some(wish) => {
                let arn = self.facts.web_acls.get(wish.value).ok_or_else(|| {
                    let expected = "the name of a regional web ACL: there is none of this name".to_owned();
                    self.wrong(
                        wish.by,
                        "wafv2-acl-name",
                        wish.value,
                        expected,
                        "make it, or name one that exists",
                    )
                })?;
                Some(association(arn))
            }
            None => arn.map(|wish| wish.value.clone()),
        };
        Ok(AddOns {
            wafv2,
            waf_regional: classic.map(|wish| wish.value.clone()),
            shield: shield.map(|wish| *wish.value),
        })
    }
}
