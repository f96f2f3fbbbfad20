//! How often each action of the AWS API was called.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Calls by action, such as `RegisterTargets`; whatever their outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls(BTreeMap<String, u64>);

impl Calls {
    /// What the emulated AWS counted: `/_seatrial/counters`, `{service: {action: {outcome: calls}}}`.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn of_counters(json: &str) -> serde_json::Result<Self> {
        let services: BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>> = serde_json::from_str(json)?;
        let mut calls = BTreeMap::new();
        for (action, outcomes) in services.into_values().flatten() {
            // Two services can have an action of one name, such as DescribeTags.
            *calls.entry(action).or_default() += outcomes.values().sum::<u64>();
        }
        Ok(Self(calls))
    }

    /// Those that were made after `earlier` was read.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let later = |(action, count): (&String, &u64)| {
            let new = count.saturating_sub(earlier.0.get(action).copied().unwrap_or(0));
            (new > 0).then(|| (action.clone(), new))
        };
        Self(self.0.iter().filter_map(later).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many of them change something.
    #[must_use]
    pub fn mutating(&self) -> u64 {
        let reads = |action: &str| ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb));
        let mutating = self.0.iter().filter(|(action, _)| !reads(action));
        mutating.map(|(_, count)| count).sum()
    }
}

impl From<Calls> for Value {
    fn from(calls: Calls) -> Self {
        let counts = calls.0.into_iter().map(|(action, count)| (action, count.into()));
        Value::Object(counts.collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_the_endpoint() {
        let json =
            r#"{"ec2":{"DescribeVpcs":{"OK":2}},"elasticloadbalancing":{"CreateListener":{"OK":1,"Throttling":3}}}"#;
        let calls = Calls::of_counters(json).unwrap();
        assert_eq!((calls.total(), calls.mutating()), (6, 4));
    }

    #[test]
    fn only_what_is_new() {
        let calls = |counts: &[(&str, u64)]| {
            Calls(
                counts
                    .iter()
                    .map(|(action, count)| ((*action).to_owned(), *count))
                    .collect(),
            )
        };
        let (before, after) = (calls(&[("A", 2), ("B", 1)]), calls(&[("A", 2), ("B", 4), ("C", 1)]));
        assert_eq!(after.since(&before), calls(&[("B", 3), ("C", 1)]));
    }
}
