//! AWS WAF Classic of a region, API version 2016-11-28, as records: web ACLs by id, and the load balancers that are associated with them.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

mod state;

pub use state::{State, WebAcl};

crate::action::actions! {
    read {
        "GetChangeToken" => get_change_token,
        "GetWebACLForResource" => get_web_acl_for_resource,
        "ListWebACLs" => list_web_acls,
    }
    write {
        "AssociateWebACL" => associate_web_acl,
        "CreateWebACL" => create_web_acl,
        "DeleteWebACL" => delete_web_acl,
        "DisassociateWebACL" => disassociate_web_acl,
    }
}
