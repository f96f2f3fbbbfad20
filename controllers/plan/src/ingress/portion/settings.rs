//! What one Ingress wishes for the load balancer.

use super::Reading;
use crate::PlanError;
use aws_api::Tags;
use aws_api::elbv2::Attributes;
use controllers_api::ingress_class_params::SubnetSelector;
use model::Association;
use serde::{Deserialize, Serialize};

/// Wishes for the load balancer. Those of different members must agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) name: Option<String>,
    pub(crate) scheme: Option<String>,
    pub(crate) ip_address_type: Option<String>,
    pub(crate) subnets: Option<SubnetWish>,
    pub(crate) customer_owned_ipv4_pool: Option<String>,
    pub(crate) ipv4_ipam_pool: Option<String>,
    pub(crate) attributes: Attributes,
    pub(crate) minimum_capacity: Option<i32>,
    /// What counts only if the Ingress is the first of its group.
    pub(crate) of_class: ClassSettings,
    pub(crate) tags: Tags,
    /// Ids or Name tags, in order.
    pub(crate) security_groups: Option<Vec<String>>,
    pub(crate) manage_backend_rules: Option<bool>,
    pub(crate) ssl_redirect: Option<i32>,
    /// By name, which is looked up in the facts.
    pub(crate) wafv2_name: Option<String>,
    /// By ARN.
    pub(crate) wafv2: Option<Association>,
    pub(crate) waf_regional: Option<Association>,
    pub(crate) shield: Option<bool>,
}

/// What the parameters of a class decide for a group whose first member is of the class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClassSettings {
    pub(crate) attributes: Attributes,
    pub(crate) minimum_capacity: Option<i32>,
    pub(crate) ipv4_ipam_pool: Option<String>,
}

/// Which subnets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum SubnetWish {
    /// By id or Name tag.
    Named(Vec<String>),
    /// As the parameters of a class say.
    Selected(SubnetSelector),
}

/// The word that takes a web ACL away.
const DETACH: &str = "none";

impl Reading<'_> {
    pub(crate) fn settings(&self) -> Result<Settings, PlanError> {
        let (own, class) = (self.annotations, self.params);
        let pool = own.text("customer-owned-ipv4-pool");
        if pool == Some("") {
            let remedy = "write the id of a pool, or remove the annotation";
            return Err(own.error("customer-owned-ipv4-pool", "the id of a pool", remedy).into());
        }
        Ok(Settings {
            name: self.load_balancer_name()?,
            scheme: match class.and_then(|class| class.scheme) {
                Some(scheme) => Some(scheme.as_str().to_owned()),
                None => own.word("scheme", &["internal", "internet-facing"])?.map(str::to_owned),
            },
            ip_address_type: match class.and_then(|class| class.ip_address_type) {
                Some(kind) => Some(kind.as_str().to_owned()),
                None => own.word("ip-address-type", &IP_ADDRESS_TYPES)?.map(str::to_owned),
            },
            subnets: self.subnets(),
            customer_owned_ipv4_pool: pool.map(str::to_owned),
            ipv4_ipam_pool: own
                .text("ipam-ipv4-pool-id")
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
            attributes: own.map("load-balancer-attributes")?,
            minimum_capacity: self.minimum_capacity()?,
            of_class: self.class_settings(),
            tags: self.user_tags(own)?,
            security_groups: Some(own.list("security-groups")).filter(|groups| !groups.is_empty()),
            manage_backend_rules: self.manage_backend_rules()?,
            ssl_redirect: self.ssl_redirect()?,
            wafv2_name: self.web_acl_name(),
            wafv2: self.web_acl(),
            waf_regional: self.classic_web_acl(),
            shield: own.boolean("shield-advanced-protection")?,
        })
    }

    fn load_balancer_name(&self) -> Result<Option<String>, PlanError> {
        let of_class = self
            .params
            .map(|class| class.load_balancer_name.as_str())
            .filter(|name| !name.is_empty());
        if let Some(name) = of_class {
            return match name.len() > 32 {
                true => Err(self.of_class("loadBalancerName", name, "is longer than 32 characters", "shorten it")),
                false => Ok(Some(name.to_owned())),
            };
        }
        let key = "load-balancer-name";
        match self.annotations.text(key) {
            Some(name) if name.len() > 32 => {
                let error = self
                    .annotations
                    .error(key, "a name of at most 32 characters", "shorten it");
                Err(error.into())
            }
            name => Ok(name.filter(|name| !name.is_empty()).map(str::to_owned)),
        }
    }

    fn subnets(&self) -> Option<SubnetWish> {
        if let Some(selector) = self.params.and_then(|class| class.subnets.as_ref()) {
            return Some(SubnetWish::Selected(selector.clone()));
        }
        let named = self.annotations.list("subnets");
        (!named.is_empty()).then_some(SubnetWish::Named(named))
    }

    fn minimum_capacity(&self) -> Result<Option<i32>, PlanError> {
        match self.config.gates.capacity_reservation {
            true => crate::attributes::minimum_capacity(self.annotations, "minimum-load-balancer-capacity"),
            false => Ok(None),
        }
    }

    fn class_settings(&self) -> ClassSettings {
        let Some(class) = self.params else {
            return ClassSettings::default();
        };
        let attributes = class.load_balancer_attributes.iter();
        let capacity = class.minimum_load_balancer_capacity.as_ref();
        let ipam = class.ipam_configuration.as_ref();
        ClassSettings {
            attributes: attributes.map(|one| (one.key.clone(), one.value.clone())).collect(),
            minimum_capacity: capacity
                .filter(|_| self.config.gates.capacity_reservation)
                .map(|capacity| capacity.capacity_units),
            ipv4_ipam_pool: ipam
                .and_then(|ipam| ipam.ipv4_ipam_pool_id.clone())
                .filter(|id| !id.is_empty()),
        }
    }

    /// Only with groups of one's own does the question arise.
    fn manage_backend_rules(&self) -> Result<Option<bool>, PlanError> {
        let key = "manage-backend-security-group-rules";
        if self.annotations.list("security-groups").is_empty() {
            return Ok(None);
        }
        let wish = self.annotations.boolean(key)?;
        if wish == Some(true) && !self.config.enable_backend_security_group {
            let remedy = "start the controller with --enable-backend-security-group or write \"false\"";
            let expected = "possible without the backend security group";
            return Err(self.annotations.error(key, expected, remedy).into());
        }
        Ok(wish)
    }

    fn ssl_redirect(&self) -> Result<Option<i32>, PlanError> {
        let of_class = self
            .params
            .map(|class| class.ssl_redirect_port.as_str())
            .filter(|port| !port.is_empty());
        match of_class {
            Some(port) => port.parse().map(Some).map_err(|_| {
                self.of_class(
                    "sslRedirectPort",
                    port,
                    "is no number",
                    "write the port of an HTTPS listener",
                )
            }),
            None => Ok(self.annotations.number("ssl-redirect")?),
        }
    }

    fn web_acl_name(&self) -> Option<String> {
        let of_class = self
            .params
            .map(|class| class.wafv2_acl_name.as_str())
            .filter(|name| !name.is_empty());
        let name = of_class.or_else(|| self.annotations.text("wafv2-acl-name"));
        name.filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// An empty annotation takes the web ACL away, as it always did.
    fn web_acl(&self) -> Option<Association> {
        let of_class = self
            .params
            .map(|class| class.wafv2_acl_arn.as_str())
            .filter(|arn| !arn.is_empty());
        let arn = of_class.or_else(|| self.annotations.text("wafv2-acl-arn"))?;
        Some(association(arn))
    }

    fn classic_web_acl(&self) -> Option<Association> {
        let id = self
            .annotations
            .text("waf-acl-id")
            .or_else(|| self.annotations.text("web-acl-id"));
        id.filter(|id| !id.is_empty()).map(association)
    }
}

/// Values of `ip-address-type`.
pub(crate) const IP_ADDRESS_TYPES: [&str; 3] = ["ipv4", "dualstack", "dualstack-without-public-ipv4"];

/// What a name of a web ACL asks for.
pub(crate) fn association(acl: &str) -> Association {
    match acl {
        "" | DETACH => Association::None,
        acl => Association::With(acl.to_owned()),
    }
}
