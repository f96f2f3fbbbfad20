//! STS, API version 2011-06-15. Any caller is the account's root.

crate::action::actions! {
    read {
        "AssumeRole" => assume_role,
        "GetCallerIdentity" => get_caller_identity,
    }
    write {}
}
