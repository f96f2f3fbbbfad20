//! Rules: what becomes of which is decided in [`crate::rules`].

use super::Diff;
use crate::change::{Change, ListenerChange};
use crate::observed::{LiveListener, LiveRule};
use crate::rules::{Step, Wanted, plan};
use model::{Listener, Rule};

impl Diff<'_> {
    /// Changes of the listener's rules; changes of their tags go to `changes`.
    pub(super) fn rules(
        &self,
        live: &LiveListener,
        desired: &Listener,
        changes: &mut Vec<Change>,
    ) -> Vec<ListenerChange> {
        let mut live: Vec<&LiveRule> = live.rules.iter().flatten().collect();
        live.sort_by_key(|live| live.rule.spec.priority);
        let mut desired: Vec<&Rule> = desired.rules.iter().collect();
        desired.sort_by_key(|desired| desired.spec.priority);
        let wanted: Vec<_> = desired.iter().map(|rule| self.wanted(rule)).collect();
        let current: Vec<_> = live.iter().map(|live| &live.rule).collect();
        let plan = plan(&current, &wanted);
        for (rule, wanted) in plan.stay {
            let (live, desired) = (live[rule], desired[wanted]);
            changes.extend(self.tags_if_managed(&live.rule.arn, &live.tags, &desired.tags));
        }
        let steps = plan.steps.into_iter();
        steps.map(|step| change(step, &live, &desired)).collect()
    }

    fn wanted<'r>(&self, rule: &'r Rule) -> Wanted<'r> {
        Wanted {
            priority: rule.spec.priority,
            conditions: &rule.spec.conditions,
            spec: self.observed.rule_spec(rule, self.desired),
        }
    }
}

fn change(step: Step, live: &[&LiveRule], desired: &[&Rule]) -> ListenerChange {
    let arn = |rule: usize| live[rule].rule.arn.clone();
    match step {
        Step::Move(moves) => ListenerChange::MoveRules(moves),
        Step::Create { wanted, priority } => {
            let mut rule = desired[wanted].clone();
            rule.spec.priority = priority;
            ListenerChange::CreateRule(Box::new(rule))
        }
        Step::Modify { rule, wanted } => ListenerChange::ModifyRule {
            arn: arn(rule),
            rule: Box::new(desired[wanted].clone()),
        },
        Step::Delete { rule } => ListenerChange::DeleteRule { arn: arn(rule) },
    }
}
