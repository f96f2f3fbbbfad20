//! Observe AWS by tags, diff against the model, apply the changes in order.
//!
//! ```text
//! Inventory -> Observed -+
//!                        +-> diff (pure) -> [Change] -> apply -> AWS, TargetGroupBindings
//! Stack (the model) -----+                                |
//!                        Observed <- record (pure) <------+
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod apply;
mod backend_security_group;
mod bindings;
mod change;
mod converger;
mod defaults;
mod diff;
mod inventory;
mod learn;
mod observed;
mod patience;
mod record;
mod resolve;
mod rules;
pub mod tags;

pub use apply::ApplyError;
pub use backend_security_group::{BackendSecurityGroup, BackendSecurityGroupConfig};
pub use bindings::{BindingError, BindingKey, Bindings, ResolvedBinding, TARGET_GROUP_ARN};
pub use change::{Change, ListenerChange, LoadBalancerChange};
pub use converger::{ConvergeError, Converged, Converger};
pub use defaults::Defaults;
pub use diff::diff;
pub use inventory::Inventory;
pub use observed::{LiveCertificate, LiveListener, LiveLoadBalancer, LiveRule, LiveTargetGroup, Observed, Role};
pub use record::Made;
