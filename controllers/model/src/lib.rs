//! What a load balancer should be: plain data, names, tags. No I/O, no kube client, no AWS SDK.
//!
//! A [`Stack`] is everything one Service asks for. Its resources name each other by resource id; ids of AWS are known only while the stack is applied.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod names;
mod printed;
mod stack;
pub mod tags;

pub use printed::printed;
pub use stack::{Binding, Listener, LoadBalancer, SecurityGroup, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef};
