//! What AWS WAF holds in one region.

use super::web_acl::{WebAcl, arn, not_found};
use crate::world::World;
use crate::{ApiError, Ids, Tags};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The web ACLs of a region.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Web ACLs by ARN.
    pub web_acls: BTreeMap<String, WebAcl>,
    /// ARNs of resources, each with that of its web ACL.
    pub associations: BTreeMap<String, String>,
}

impl State {
    /// A web ACL by ARN.
    ///
    /// # Errors
    /// `WAFNonexistentItemException`.
    pub fn web_acl(&self, arn: &str) -> Result<&WebAcl, ApiError> {
        self.web_acls
            .get(arn)
            .ok_or_else(|| not_found(&format!("The web ACL '{arn}'")))
    }

    /// A web ACL and its ARN by what else tells it apart.
    ///
    /// # Errors
    /// `WAFNonexistentItemException`.
    pub fn named(&self, name: &str, scope: &str, id: &str) -> Result<(&String, &WebAcl), ApiError> {
        let is_meant = |acl: &WebAcl| acl.name == name && acl.scope == scope && acl.id == id;
        let mut all = self.web_acls.iter();
        all.find(|(_, acl)| is_meant(acl))
            .ok_or_else(|| not_found(&format!("The web ACL '{name}'")))
    }

    /// The web ACLs that the world declares: they let everything pass.
    pub(crate) fn from_world(world: &World) -> Self {
        let declare = |spec: &crate::world::WebAclSpec| {
            let arn = arn(&world.region, &world.account, "REGIONAL", &spec.name, &spec.id);
            let acl = WebAcl {
                name: spec.name.clone(),
                id: spec.id.clone(),
                scope: "REGIONAL".to_owned(),
                description: format!("{} of the world", spec.name),
                default_action: json!({ "Allow": {} }),
                rules: Vec::new(),
                visibility_config: Value::Null,
                lock_token: Ids::new(world.seed, 0).uuid(),
                tags: Tags::new(),
            };
            (arn, acl)
        };
        Self {
            web_acls: world.web_acls.iter().map(declare).collect(),
            associations: BTreeMap::new(),
        }
    }
}
