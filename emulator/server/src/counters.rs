//! How often each action was called, and with what outcome.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Names of unknown actions are kept up to this many, so that a scanner cannot fill the memory.
const MOST_NAMES: usize = 256;

/// Outcome to number of calls; the outcome of a success is `OK`, otherwise it is the error code.
type Outcomes = BTreeMap<String, u64>;

/// Calls per service, action and outcome.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<BTreeMap<String, BTreeMap<String, Outcomes>>>);

impl Counters {
    /// Counts a call.
    pub(crate) fn count(&self, service: &str, action: &str, outcome: &str) {
        let mut services = self.0.lock();
        let actions = entry(&mut services, service);
        let named = action.bytes().all(|byte| byte.is_ascii_alphanumeric()) && action.len() <= 128;
        let known = actions.contains_key(action) || (named && actions.len() < MOST_NAMES);
        let outcomes = entry(actions, if known { action } else { "other" });
        *entry(outcomes, outcome) += 1;
    }

    /// `{service: {action: {outcome: calls}}}`.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(&*self.0.lock()).unwrap_or_default()
    }

    /// The same in the text format of Prometheus.
    pub(crate) fn prometheus(&self) -> String {
        let name = "seatrial_aws_requests_total";
        let mut text = format!("# HELP {name} Calls by service, action and error code.\n# TYPE {name} counter\n");
        for (service, actions) in &*self.0.lock() {
            for (action, outcomes) in actions {
                for (code, calls) in outcomes {
                    // Writing to a String cannot fail.
                    let _ = writeln!(
                        text,
                        "{name}{{service=\"{service}\",action=\"{action}\",code=\"{code}\"}} {calls}"
                    );
                }
            }
        }
        text
    }
}

fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, key: &str) -> &'m mut V {
    map.entry(key.to_owned()).or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_outcome_and_odd_names_together() {
        let counters = Counters::default();
        counters.count("ec2", "DescribeVpcs", "OK");
        counters.count("ec2", "DescribeVpcs", "OK");
        counters.count("ec2", "\"}", "InvalidAction");
        assert_eq!(
            counters.json(),
            r#"{"ec2":{"DescribeVpcs":{"OK":2},"other":{"InvalidAction":1}}}"#
        );
    }
}
