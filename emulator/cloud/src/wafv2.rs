//! AWS WAF, API version 2019-07-29, as records: web ACLs, and the load balancers that are associated with them. No rule is applied.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

mod state;
pub mod web_acl;

#[cfg(test)]
mod tests;

pub use state::State;

crate::action::actions! {
    read {
        "GetWebACL" => get_web_acl,
        "GetWebACLForResource" => get_web_acl_for_resource,
        "ListResourcesForWebACL" => list_resources_for_web_acl,
        "ListWebACLs" => list_web_acls,
    }
    write {
        "AssociateWebACL" => associate_web_acl,
        "CreateWebACL" => create_web_acl,
        "DeleteWebACL" => delete_web_acl,
        "DisassociateWebACL" => disassociate_web_acl,
    }
}
