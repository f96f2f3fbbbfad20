//! Rules of a listener.

use super::{Failure, Target};
use crate::change::ListenerChange;
use crate::observed::{LiveListener, Observed};
use crate::patience::Patience;
use crate::record::Made;
use crate::rules::detour;
use model::Rule;

impl Target<'_> {
    pub(super) async fn rule(
        &self,
        listener: &LiveListener,
        change: &ListenerChange,
        observed: &Observed,
    ) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let spec = |rule: &Rule| observed.rule_spec(rule, self.stack).ok_or(Failure::Unresolved);
        match change {
            ListenerChange::MoveRules(moves) => self.move_rules(listener, moves).await?,
            ListenerChange::CreateRule(rule) => {
                let spec = spec(rule)?;
                let create = || elbv2.create_rule(&listener.listener.arn, &spec, &rule.tags);
                return Ok(Made::Rule(Patience::NEW_LISTENER.until_found(create).await?));
            }
            ListenerChange::ModifyRule { arn, rule } => elbv2.modify_rule(arn, &spec(rule)?).await?,
            ListenerChange::DeleteRule { arn } => return super::gone(elbv2.delete_rule(arn).await),
            _ => {}
        }
        Ok(Made::Done)
    }

    /// Moves rules at one moment; at two where the endpoint takes no priority that another rule still has.
    async fn move_rules(&self, listener: &LiveListener, moves: &[(i32, i32)]) -> Result<(), Failure> {
        let elbv2 = &self.aws.elbv2;
        let rules = listener.rules.iter().flatten();
        let current: Vec<_> = rules
            .map(|live| (live.rule.arn.clone(), live.rule.spec.priority))
            .collect();
        let mut wanted = Vec::with_capacity(moves.len());
        for (from, to) in moves {
            let rule = current.iter().find(|(_, priority)| priority == from);
            wanted.push((rule.ok_or(Failure::Unresolved)?.0.clone(), *to));
        }
        match elbv2.set_rule_priorities(&wanted).await {
            Err(error) if error.code == "PriorityInUse" => {
                let (aside, home) = detour(&current, &wanted);
                elbv2.set_rule_priorities(&aside).await?;
                Ok(elbv2.set_rule_priorities(&home).await?)
            }
            outcome => Ok(outcome?),
        }
    }
}
