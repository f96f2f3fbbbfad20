//! AWS Shield Advanced, API version 2016-06-02, as records: a subscription and protections.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

mod state;

pub use state::{Protection, State};

crate::action::actions! {
    read {
        "DescribeProtection" => describe_protection,
        "GetSubscriptionState" => get_subscription_state,
        "ListProtections" => list_protections,
    }
    write {
        "CreateProtection" => create_protection,
        "CreateSubscription" => create_subscription,
        "DeleteProtection" => delete_protection,
    }
}
