//! Which rules stay, move, change, come and go, and in which order.

use super::overlap::overlap;
use super::{LAST_PRIORITY, same_rule};
use aws_api::elbv2::{Condition, Rule, RuleSpec};
use std::collections::BTreeSet;

/// A rule that should exist.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// Where it belongs.
    pub(crate) priority: i32,
    /// For which requests it is.
    pub(crate) conditions: &'a [Condition],
    /// All of it, once the target groups that it names exist.
    pub(crate) spec: Option<RuleSpec>,
}

/// One call. Rules are told by their place in the lists that were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Moves rules from one priority to another, at one moment.
    Move(Vec<(i32, i32)>),
    /// Makes a wanted rule at this priority.
    Create { wanted: usize, priority: i32 },
    /// Makes a rule a wanted one, at the priority that it has.
    Modify { rule: usize, wanted: usize },
    /// Deletes a rule.
    Delete { rule: usize },
}

/// What becomes of the rules of a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Calls in order.
    pub(crate) steps: Vec<Step>,
    /// Rules that stay, and the wanted ones that they are.
    pub(crate) stay: Vec<(usize, usize)>,
}

/// The way from `current` to `wanted`, both by ascending priority and without the default rule.
pub(crate) fn plan(current: &[&Rule], wanted: &[Wanted<'_>]) -> Plan {
    let planner = Planner { current, wanted };
    let same = planner.pair(&[], |rule, wanted| {
        wanted.spec.as_ref().is_some_and(|spec| same_rule(&rule.spec, spec))
    });
    // Nothing but moves and deletions: what stays serves as it should from the move on.
    if same.len() == wanted.len() {
        return planner.ordered(same, Vec::new(), Vec::new());
    }
    let alike = planner.pair(&same, |rule, wanted| {
        super::equal::conditions_equal(&rule.spec.conditions, wanted.conditions)
    });
    planner
        .in_place(&same, &alike)
        .unwrap_or_else(|| planner.interleaved(&same, &alike))
}

/// A rule, and the wanted rule that it becomes.
type Pair = (usize, usize);

struct Planner<'a> {
    current: &'a [&'a Rule],
    wanted: &'a [Wanted<'a>],
}

impl Planner<'_> {
    /// Pairs what fits and is not paired yet, preferably at the same priority.
    fn pair(&self, paired: &[Pair], fits: impl Fn(&Rule, &Wanted<'_>) -> bool) -> Vec<Pair> {
        let mut rules: BTreeSet<usize> = self.others(paired);
        let mut missing: BTreeSet<usize> = self.missing(paired);
        let mut pairs = Vec::new();
        for same_place in [true, false] {
            for new in missing.clone() {
                let wanted = &self.wanted[new];
                let found = rules.iter().copied().find(|old| {
                    let rule = self.current[*old];
                    (!same_place || rule.spec.priority == wanted.priority) && fits(rule, wanted)
                });
                if let Some(old) = found {
                    rules.remove(&old);
                    missing.remove(&new);
                    pairs.push((old, new));
                }
            }
        }
        pairs.sort_by_key(|(_, new)| *new);
        pairs
    }

    /// The plan in which what goes is behind all that stays; not if something that goes must be tried before something that stays.
    fn in_place(&self, same: &[Pair], alike: &[Pair]) -> Option<Plan> {
        let staying = self.in_order(same.iter().chain(alike).copied().collect());
        let modified: Vec<Pair> = alike.iter().filter(|pair| staying.contains(pair)).copied().collect();
        let replaced = self.replaceable(&staying, &modified);
        let all: Vec<Pair> = staying.iter().chain(&replaced).copied().collect();
        let (leaving, coming) = (self.others(&all), self.missing(&all));
        let moves = all.iter().any(|pair| self.moves(pair)) || self.collide(&leaving, &coming);
        let must_precede = |old: usize| all.iter().any(|(other, _)| *other > old && self.overlap(old, *other));
        if moves && leaving.iter().any(|old| must_precede(*old)) {
            return None;
        }
        let changes = modified.into_iter().chain(replaced).collect();
        Some(self.ordered(all, changes, coming.into_iter().collect()))
    }

    /// Moves, creations, modifications, deletions. What leaves moves behind all others if anything moves.
    fn ordered(&self, stay: Vec<Pair>, modified: Vec<Pair>, coming: Vec<usize>) -> Plan {
        let leaving = self.others(&stay);
        let mut moves: Vec<(i32, i32)> = stay.iter().map(|pair| self.route(pair)).collect();
        moves.retain(|(from, to)| from != to);
        if !moves.is_empty() || self.collide(&leaving, &coming.iter().copied().collect()) {
            let places = (1..=LAST_PRIORITY).rev();
            let behind = leaving.iter().rev().zip(places);
            moves.extend(behind.map(|(old, to)| (self.current[*old].spec.priority, to)));
            moves.retain(|(from, to)| from != to);
        }
        let create = |wanted| Step::Create {
            wanted,
            priority: self.wanted[wanted].priority,
        };
        let mut steps: Vec<Step> = (!moves.is_empty()).then_some(Step::Move(moves)).into_iter().collect();
        steps.extend(coming.into_iter().map(create));
        steps.extend(modified.into_iter().map(|(rule, wanted)| Step::Modify { rule, wanted }));
        steps.extend(leaving.into_iter().rev().map(|rule| Step::Delete { rule }));
        Plan { steps, stay }
    }

    /// The plan in which old and new rules stand among each other, each in its own order, until the old ones are deleted.
    fn interleaved(&self, same: &[Pair], alike: &[Pair]) -> Plan {
        let stay = longest_in_order(same.iter().chain(alike).copied().collect());
        let (leaving, coming) = (self.others(&stay), self.missing(&stay));
        let (mut before, mut steps, mut after) = (Vec::new(), Vec::new(), Vec::new());
        let mut place = 0;
        let ends = stay.iter().copied().map(Some).chain([None]);
        let mut from = (0, 0);
        for end in ends {
            let to = end.unwrap_or((self.current.len(), self.wanted.len()));
            for wanted in coming.range(from.1..to.1).copied() {
                place += 1;
                steps.push(Step::Create {
                    wanted,
                    priority: place,
                });
                after.push((place, self.wanted[wanted].priority));
            }
            for old in leaving.range(from.0..to.0) {
                place += 1;
                before.push((self.current[*old].spec.priority, place));
            }
            if let Some((old, new)) = end {
                place += 1;
                before.push((self.current[old].spec.priority, place));
                after.push((place, self.wanted[new].priority));
                from = (old + 1, new + 1);
            }
        }
        for moves in [&mut before, &mut after] {
            moves.retain(|(from, to)| from != to);
        }
        steps.splice(..0, (!before.is_empty()).then_some(Step::Move(before)));
        let modified = alike.iter().filter(|pair| stay.contains(pair));
        steps.extend(modified.map(|(rule, wanted)| Step::Modify {
            rule: *rule,
            wanted: *wanted,
        }));
        steps.extend(leaving.iter().rev().map(|rule| Step::Delete { rule: *rule }));
        steps.extend((!after.is_empty()).then_some(Step::Move(after)));
        Plan { steps, stay }
    }

    /// The pairs without those that would pass another one with which they have requests in common.
    fn in_order(&self, mut pairs: Vec<Pair>) -> Vec<Pair> {
        pairs.sort_by_key(|(_, new)| *new);
        let conflict =
            |one: &Pair, other: &Pair| (one.0 < other.0) != (one.1 < other.1) && self.overlap(one.0, other.0);
        loop {
            let conflicts = |pair: &Pair| {
                pairs
                    .iter()
                    .filter(|other| *other != pair && conflict(pair, other))
                    .count()
            };
            let worst = pairs
                .iter()
                .map(conflicts)
                .enumerate()
                .max_by_key(|(_, conflicts)| *conflicts);
            match worst {
                Some((index, conflicts)) if conflicts > 0 => drop(pairs.remove(index)),
                _ => return pairs,
            }
        }
    }

    /// Rules at the priority of a wanted one that can become it with no other change in between mattering: no other rule that changes has requests
    /// in common with either, and none that stays passes them.
    fn replaceable(&self, staying: &[Pair], modified: &[Pair]) -> Vec<Pair> {
        let (leaving, coming) = (self.others(staying), self.missing(staying));
        let apart = |pair: &Pair, conditions: &[Condition]| {
            !overlap(&self.current[pair.0].spec.conditions, conditions)
                && !overlap(self.wanted[pair.1].conditions, conditions)
        };
        let independent = |pair: &Pair| {
            let old = |old: &usize| *old == pair.0 || apart(pair, &self.current[*old].spec.conditions);
            let new = |new: &usize| *new == pair.1 || apart(pair, self.wanted[*new].conditions);
            leaving.iter().all(old) && coming.iter().all(new) && modified.iter().all(|(stays, _)| old(stays))
        };
        let passed = |pair: &Pair| {
            staying.iter().any(|(old, new)| {
                (*old < pair.0) != (*new < pair.1) && !apart(pair, &self.current[*old].spec.conditions)
            })
        };
        let candidates = leaving.iter().filter_map(|old| {
            let priority = self.current[*old].spec.priority;
            let new = coming.iter().find(|new| self.wanted[**new].priority == priority)?;
            Some((*old, *new))
        });
        candidates.filter(|pair| independent(pair) && !passed(pair)).collect()
    }

    fn others(&self, pairs: &[Pair]) -> BTreeSet<usize> {
        let paired: BTreeSet<usize> = pairs.iter().map(|(old, _)| *old).collect();
        (0..self.current.len()).filter(|old| !paired.contains(old)).collect()
    }

    fn missing(&self, pairs: &[Pair]) -> BTreeSet<usize> {
        let paired: BTreeSet<usize> = pairs.iter().map(|(_, new)| *new).collect();
        (0..self.wanted.len()).filter(|new| !paired.contains(new)).collect()
    }

    fn overlap(&self, one: usize, other: usize) -> bool {
        overlap(&self.current[one].spec.conditions, &self.current[other].spec.conditions)
    }

    fn route(&self, pair: &Pair) -> (i32, i32) {
        (self.current[pair.0].spec.priority, self.wanted[pair.1].priority)
    }

    fn moves(&self, pair: &Pair) -> bool {
        let (from, to) = self.route(pair);
        from != to
    }

    /// Whether a rule that comes needs the place of one that leaves.
    fn collide(&self, leaving: &BTreeSet<usize>, coming: &BTreeSet<usize>) -> bool {
        let taken: BTreeSet<i32> = leaving.iter().map(|old| self.current[*old].spec.priority).collect();
        coming.iter().any(|new| taken.contains(&self.wanted[*new].priority))
    }
}

/// The most pairs that are in the same order on both sides.
fn longest_in_order(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_by_key(|(_, new)| *new);
    // For each pair, the length of the longest row that ends with it, and the pair before it in that row.
    let mut rows: Vec<(usize, Option<usize>)> = Vec::with_capacity(pairs.len());
    for (index, (old, _)) in pairs.iter().enumerate() {
        let fitting = (0..index).filter(|before| pairs[*before].0 < *old);
        let before = fitting.max_by_key(|before| rows[*before].0);
        rows.push((before.map_or(1, |before| rows[before].0 + 1), before));
    }
    let last = (0..pairs.len()).max_by_key(|index| rows[*index].0);
    let mut row: Vec<Pair> = std::iter::successors(last, |index| rows[*index].1)
        .map(|index| pairs[index])
        .collect();
    row.reverse();
    row
}

#[cfg(test)]
#[path = "plan/tests.rs"]
mod tests;
