//! What is attached to the load balancer. What is not known, or not wished for, stays as it is.

use super::Diff;
use crate::change::{Change, LoadBalancerChange};
use crate::observed::{LiveLoadBalancer, Role};
use model::Association;

/// Name of the protections that we make.
pub(crate) const PROTECTION: &str = "managed by aws-load-balancer-controller";
/// Names of the protections that we end: ours, and those of the controller's first version.
const OUR_PROTECTIONS: [&str; 2] = [PROTECTION, "managed by aws-alb-ingress-controller"];

impl Diff<'_> {
    pub(super) fn add_ons(&self, changes: &mut Vec<Change>) {
        if self.desired.load_balancer.is_none() {
            return;
        }
        let unattached = LiveLoadBalancer::created(Default::default(), Default::default(), None);
        let live = self.kept(Role::Main).unwrap_or(&unattached);
        let wishes = &self.desired.add_ons;
        let associations = [
            (
                &wishes.wafv2,
                &live.web_acl,
                LoadBalancerChange::SetWebAcl as fn(_) -> _,
            ),
            (
                &wishes.waf_regional,
                &live.classic_web_acl,
                LoadBalancerChange::SetClassicWebAcl,
            ),
        ];
        for (wish, current, change) in associations {
            if let (Some(wish), Some(current)) = (wish, current)
                && associated(wish) != current.as_deref()
            {
                changes.push(Change::LoadBalancer(Role::Main, change(wish.clone())));
            }
        }
        let ours = |name: &str| OUR_PROTECTIONS.contains(&name);
        let change = match (wishes.shield, &live.protection) {
            (Some(true), Some(None)) => LoadBalancerChange::Protect,
            (Some(false), Some(Some(current))) if ours(&current.name) => LoadBalancerChange::Unprotect {
                protection: current.id.clone(),
            },
            _ => return,
        };
        changes.push(Change::LoadBalancer(Role::Main, change));
    }
}

/// What is attached when a wish is met.
pub(crate) fn associated(wish: &Association) -> Option<&str> {
    match wish {
        Association::With(acl) => Some(acl),
        Association::None => None,
    }
}
