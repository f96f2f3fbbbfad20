//! What the controllers that make load balancers share: flags, TargetGroupBindings in Kubernetes, facts of the network.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod args;
pub mod bindings;
pub mod claims;
pub mod feature_gates;
pub mod fresh;
pub mod network;

pub use args::LoadBalancerArgs;
pub use bindings::{KubeBindings, Seen};
pub use feature_gates::{FeatureGates, Gate};
pub use fresh::Fresh;
pub use network::Network;
