//! Client tokens: by them AWS knows a volume that is asked for again.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The token of the volume that the cluster calls `name`. An attempt above the first has another: AWS binds a token to the first
/// request for half a day, even one that came to nothing.
#[must_use]
pub fn client_token(name: &str, attempt: u32) -> String {
    let text = if attempt <= 1 {
        name.to_owned()
    } else {
        format!("{name}-{attempt}")
    };
    HEXLOWER.encode(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_go_driver() {
        insta::assert_snapshot!(client_token("pvc-1", 1), @"f2868e1aa7cab669517cd9f5ab1b7957c0b92df38fef583267e34e1acc8253fe");
        assert_eq!(client_token("pvc-1", 2), client_token("pvc-1-2", 1));
    }
}
