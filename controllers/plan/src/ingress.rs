//! Groups of Ingresses to application load balancers.
//!
//! ```text
//! Ingress, class, facts -> Portion -+
//! Ingress, class, facts -> Portion -+-> Attempt -> Stack
//! Portion that was good once -------+
//! ```
//! Each member is read by itself. Then the portions are put together; if one contradicts those before it, or the load balancer, it is to blame, and the
//! next attempt is made with its last good portion, or without it.

pub mod admission;
mod attempt;
mod class;
mod facts;
mod group;
mod key;
mod lessons;
mod portion;
mod resilience;

pub use class::{ClassError, Classes};
pub use facts::{ByName, Facts, KnownCertificate, Needs, needs, services};
pub use group::{Group, Member, Membership, finalizer, held, load, membership};
pub use key::IngressKey;
pub use lessons::{Lessons, Part};
pub use portion::Portion;
pub use resilience::{GroupError, GroupPlan, Refusal, plan};

use crate::NO_ANNOTATIONS;
use controllers_api::annotation::{Annotations, Layer};
use k8s_openapi::api::networking::v1::Ingress;
use std::collections::BTreeMap;

fn annotations_of(ingress: &Ingress) -> &BTreeMap<String, String> {
    ingress.metadata.annotations.as_ref().unwrap_or(&NO_ANNOTATIONS)
}

/// The annotations of an Ingress. Errors about them are about the Ingress itself.
fn annotations(ingress: &Ingress) -> Annotations<'_> {
    Annotations::ingress(Layer {
        object: "",
        annotations: annotations_of(ingress),
    })
}
