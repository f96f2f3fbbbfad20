//! The wire protocols of AWS: awsQuery (Elastic Load Balancing, STS) and ec2Query, typed structs in and out.
//!
//! A request is a form. [`form`] reads it as a tree and gives any serde type from it; [`xml`] writes any serde type as an answer.
//! Which service and region are meant is in the credential scope of the signature ([`scope`]); secrets are not checked.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
mod call;
pub mod form;
pub mod scope;
pub mod xml;

pub use answer::Answer;
pub use call::Call;
