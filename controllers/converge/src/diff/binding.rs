//! TargetGroupBindings: found by target group, changed in place.

use super::Diff;
use crate::bindings::ResolvedBinding;
use crate::change::Change;
use model::Binding;

impl Diff<'_> {
    pub(super) fn bindings(&self, changes: &mut Vec<Change>) {
        for desired in &self.desired.bindings {
            match self.live_binding(desired) {
                None => changes.push(Change::CreateBinding(desired.clone())),
                Some(live) => {
                    // The name is not part of what a binding is: it was given when the target group was made.
                    let named = Binding {
                        name: live.key.name.clone(),
                        ..desired.clone()
                    };
                    if self.observed.resolve_binding(&named, self.desired).as_ref() != Some(live) {
                        changes.push(Change::UpdateBinding(named));
                    }
                }
            }
        }
    }

    pub(super) fn orphaned_bindings(&self, changes: &mut Vec<Change>) {
        let live = self.observed.bindings.iter();
        let orphans = live.filter(|live| {
            let mut desired = self.desired.bindings.iter();
            !desired.any(|desired| self.live_binding(desired).is_some_and(|kept| std::ptr::eq(kept, *live)))
        });
        changes.extend(orphans.map(|live| Change::DeleteBinding(live.key.clone())));
    }

    fn live_binding(&self, desired: &Binding) -> Option<&ResolvedBinding> {
        let arn = self
            .observed
            .own_target_group_arn(&desired.target_group, self.desired)?;
        let mut live = self.observed.bindings.iter();
        live.find(|live| live.key.namespace == desired.namespace && live.target_group_arn() == Some(arn))
    }
}
