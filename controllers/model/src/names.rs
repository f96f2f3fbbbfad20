//! Names of AWS objects: a readable part and ten hex digits of a SHA-256. They are the Go controller's, to the byte.

pub mod ingress;
pub mod service;

use sha2::{Digest, Sha256};

/// Name of the cluster's shared backend security group.
#[must_use]
pub fn backend_security_group(cluster: &str) -> String {
    format!("k8s-traffic-{}-{}", readable(cluster, 232), digest(&[cluster]))
}

/// `k8s-<namespace>-<name>-<digits>`.
fn of_object(namespace: &str, name: &str, hashed: &[&str]) -> String {
    format!(
        "k8s-{}-{}-{}",
        readable(namespace, 8),
        readable(name, 8),
        digest(hashed)
    )
}

/// The first letters and digits of a text.
fn readable(text: &str, length: usize) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(length).collect()
}

/// The first ten hex digits of the SHA-256 of all parts in a row.
fn digest(parts: &[&str]) -> String {
    hexadecimal(parts, 5)
}

/// The first bytes of the SHA-256 of all parts in a row, two hex digits each.
fn hexadecimal(parts: &[&str], bytes: usize) -> String {
    let hash = Sha256::digest(parts.concat());
    hash.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backend_security_groups() {
        for (cluster, name) in [
            ("testCluster", "k8s-traffic-testCluster-411a1bcdb1"),
            ("my-cluster", "k8s-traffic-mycluster-4cbfcec96c"),
            ("demo", "k8s-traffic-demo-2a97516c35"),
        ] {
            assert_eq!(backend_security_group(cluster), name);
        }
    }
}
