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
        let mut calls = Self::default();
        for (action, outcomes) in services.into_values().flatten() {
            calls.add(action, outcomes.values().sum());
        }
        Ok(calls)
    }

    /// What a controller counted: the samples of `aws_api_requests_total` among its metrics. Retries count too.
    #[must_use]
    pub fn of_metrics(text: &str) -> Self {
        let mut calls = Self::default();
        for sample in text
            .lines()
            .filter_map(|line| line.strip_prefix("aws_api_requests_total{"))
        {
            let action = sample
                .split("operation=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let count = sample.rsplit(' ').next().and_then(|count| count.parse().ok());
            if let (Some(action), Some(count)) = (action, count) {
                calls.add(action.to_owned(), count);
            }
        }
        calls
    }

    fn add(&mut self, action: String, count: u64) {
        *self.0.entry(action).or_default() += count;
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(action, count)| self.add(action, count));
        self
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
    fn metrics_of_a_controller() {
        let text = "# TYPE aws_api_requests counter\n\
                    aws_api_requests_total{service=\"EC2\",operation=\"DescribeVpcs\"} 2\n\
                    aws_api_requests_total{service=\"Elastic Load Balancing v2\",operation=\"RegisterTargets\"} 3\n\
                    aws_api_calls_total{service=\"EC2\",operation=\"DescribeVpcs\"} 2\n";
        let calls = Calls::of_metrics(text);
        assert_eq!((calls.total(), calls.mutating()), (5, 3));
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
        assert_eq!(calls(&[("A", 1)]).and(calls(&[("A", 2)])), calls(&[("A", 3)]));
    }
}
