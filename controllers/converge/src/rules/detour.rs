//! Moving rules where the endpoint takes no priority that some rule still has.
//!
//! AWS looks at priorities as they are after SetRulePriorities, so that rules can swap. An endpoint that looks at them as they are before can still
//! be brought there in two calls: all rules of the listener move, in their new order, to priorities that nobody has or wants, and then to where they belong.

use super::LAST_PRIORITY;
use std::collections::{BTreeMap, BTreeSet};

/// Rules and their priorities.
type Priorities = Vec<(String, i32)>;

/// The two moves that together do what `moves` says. `current` are all rules of the listener.
pub(crate) fn detour(current: &[(String, i32)], moves: &[(String, i32)]) -> (Priorities, Priorities) {
    let moved: BTreeMap<&str, i32> = moves.iter().map(|(arn, priority)| (arn.as_str(), *priority)).collect();
    let target = |(arn, priority): &(String, i32)| moved.get(arn.as_str()).copied().unwrap_or(*priority);
    let mut last: Priorities = current.iter().map(|rule| (rule.0.clone(), target(rule))).collect();
    last.sort_by_key(|(_, priority)| *priority);
    let taken: BTreeSet<i32> = current.iter().chain(&last).map(|(_, priority)| *priority).collect();
    let mut free: Vec<i32> = (1..=LAST_PRIORITY)
        .rev()
        .filter(|priority| !taken.contains(priority))
        .take(last.len())
        .collect();
    free.reverse();
    let first = last.iter().zip(free).map(|((arn, _), free)| (arn.clone(), free));
    (first.collect(), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[(&str, i32)]) -> Priorities {
        rules
            .iter()
            .map(|(arn, priority)| ((*arn).to_owned(), *priority))
            .collect()
    }

    #[test]
    fn neither_move_takes_what_is_taken() {
        let current = rules(&[("a", 1), ("b", 2), ("c", 3), ("gone", 50_000)]);
        let (first, last) = detour(&current, &rules(&[("a", 2), ("b", 1)]));
        assert_eq!(
            first,
            rules(&[("b", 49_996), ("a", 49_997), ("c", 49_998), ("gone", 49_999)])
        );
        assert_eq!(last, rules(&[("b", 1), ("a", 2), ("c", 3), ("gone", 50_000)]));
    }
}
