//! The wire protocols of AWS: awsQuery (Elastic Load Balancing, STS), ec2Query and awsJson1.1 (ACM, WAF, Shield), typed structs in and
//! out.
//!
//! A request is a form or JSON. [`form`] reads a form as a tree and gives any serde type from it; [`xml`] writes any serde type as an
//! answer.
//! Which service and region are meant is in the credential scope of the signature ([`scope`]); secrets are not checked.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod answer;
mod call;
pub mod form;
mod json;
pub mod protocol;
pub mod scope;
pub mod xml;

pub use answer::Answer;
pub use call::{Call, Message};
