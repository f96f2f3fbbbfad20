//! STS, API version 2011-06-15. Any caller is the account's root.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

crate::action::actions! {
    read {
        "AssumeRole" => assume_role,
        "GetCallerIdentity" => get_caller_identity,
    }
    write {}
}
