//! What a load balancer should be: plain data, names, tags. No I/O, no kube client, no AWS SDK.
//!
//! A [`Stack`] is everything one Service, or one group of Ingresses, asks for. Its resources name each other by resource id; ids of AWS are known only
//! while the stack is applied.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod group_id;
pub mod names;
mod printed;
mod stack;
pub mod tags;

pub use group_id::GroupId;
pub use printed::printed;
pub use stack::{
    AddOns, AlbTargetGroup, Association, Binding, Certificate, CertificateRef, FrontendNlb, Listener, LoadBalancer,
    LoadBalancerKind, Rule, SecurityGroup, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef,
};
