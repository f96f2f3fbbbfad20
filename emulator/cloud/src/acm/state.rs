//! What ACM holds in one region.

use super::certificate::Certificate;
use std::collections::BTreeMap;

/// The certificates of a region.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Certificates by ARN.
    pub certificates: BTreeMap<String, Certificate>,
}
