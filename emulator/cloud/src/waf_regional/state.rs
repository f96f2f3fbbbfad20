//! What AWS WAF Classic holds in one region.

use crate::wafv2::web_acl::not_found;
use crate::{ApiError, Ids};
use serde::Serialize;
use std::collections::BTreeMap;

/// The web ACLs of a region.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Web ACLs by id.
    pub web_acls: BTreeMap<String, WebAcl>,
    /// ARNs of resources, each with the id of its web ACL.
    pub associations: BTreeMap<String, String>,
}

/// A web ACL.
#[derive(Debug, Clone)]
pub struct WebAcl {
    /// Name.
    pub name: String,
    /// Name of its metrics.
    pub metric_name: String,
}

/// A web ACL in lists.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    /// Id.
    #[serde(rename = "WebACLId")]
    pub(super) id: String,
    #[serde(rename = "Name")]
    name: String,
}

impl Summary {
    /// Of a web ACL.
    pub(super) fn of(id: &str, found: &WebAcl) -> Self {
        Self {
            id: id.to_owned(),
            name: found.name.clone(),
        }
    }
}

impl State {
    /// A web ACL by id.
    ///
    /// # Errors
    /// `WAFNonexistentItemException`.
    pub fn web_acl(&self, id: &str) -> Result<&WebAcl, ApiError> {
        self.web_acls
            .get(id)
            .ok_or_else(|| not_found(&format!("The web ACL '{id}'")))
    }
}

/// A token for a change. It depends on how many writes came before, as all ids do; any token is taken.
pub(super) fn change_token(ids: &Ids) -> String {
    ids.clone().uuid()
}
