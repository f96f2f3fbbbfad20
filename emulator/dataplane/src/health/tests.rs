use super::*;
use crate::{
    config::{HealthCheckProtocol, ProtocolVersion},
    matcher::Matcher,
};

fn check(healthy_threshold: u32, unhealthy_threshold: u32) -> HealthCheck {
    HealthCheck {
        protocol: HealthCheckProtocol::Tcp,
        port: None,
        version: ProtocolVersion::Http1,
        path: "/".to_owned(),
        interval: Duration::from_secs(10),
        timeout: Duration::from_secs(6),
        healthy_threshold,
        unhealthy_threshold,
        matcher: Matcher::default(),
    }
}

fn monitor(check: &HealthCheck, timing: Timing, start: Instant) -> Monitor {
    Monitor::new(Schedule::new(check, timing), Health::INITIAL, start, 0.0)
}

/// The state after each of the results: `+` success, `-` failure; letters are initial, healthy, unhealthy.
fn states(healthy_threshold: u32, unhealthy_threshold: u32, results: &str) -> String {
    let now = Instant::now();
    let mut monitor = monitor(&check(healthy_threshold, unhealthy_threshold), Timing::Realistic, now);
    let state = |result| {
        let outcome = if result == '+' {
            Outcome::Success
        } else {
            Outcome::Failed
        };
        monitor.on_result(outcome, now, now);
        &monitor.health.state.as_str()[..1]
    };
    results.chars().map(state).collect()
}

#[test]
fn thresholds_count_results_in_a_row() {
    for (healthy, unhealthy, results, expected) in [
        (3, 3, "+++", "iih"),
        (3, 3, "---", "iiu"),
        (3, 3, "++-++-", "iiiiii"),
        (2, 3, "++--+---+-++", "ihhhhhhuuuuh"),
        (1, 1, "+-+-", "huhu"),
        (3, 2, "--++-+++", "iuuuuuuh"),
    ] {
        assert_eq!(
            states(healthy, unhealthy, results),
            expected,
            "{healthy}/{unhealthy} {results}"
        );
    }
}

#[test]
fn a_transition_is_told_once_and_names_its_cause() {
    let now = Instant::now();
    let mut monitor = monitor(&check(2, 2), Timing::Realistic, now);
    assert_eq!(monitor.on_result(Outcome::Mismatch(503), now, now), None);
    let health = monitor.on_result(Outcome::Mismatch(503), now, now).unwrap();
    assert_eq!(
        health.reason(),
        Some((
            HealthReason::ResponseCodeMismatch,
            "Health checks failed with these codes: [503]".to_owned()
        ))
    );
    assert_eq!(monitor.on_result(Outcome::Mismatch(503), now, now), None);
    let health = monitor.on_result(Outcome::TimedOut, now, now).unwrap();
    assert_eq!(
        health.reason(),
        Some((HealthReason::Timeout, "Request timed out".to_owned()))
    );
}

#[test]
fn first_probes_are_quick_unless_realistic() {
    let start = Instant::now();
    for (timing, expected) in [
        (Timing::Realistic, [10_000, 20_000, 30_000]),
        (Timing::default(), [50, 100, 1100]),
    ] {
        let mut monitor = monitor(&check(3, 3), timing, start);
        let due = expected.map(|_| {
            let begun = monitor.next_probe();
            monitor.on_result(Outcome::Success, begun, begun);
            (monitor.next_probe() - start).as_millis()
        });
        assert_eq!(due, expected, "{timing:?}");
    }
}

#[test]
fn a_slow_probe_does_not_cause_a_burst() {
    let start = Instant::now();
    let mut monitor = monitor(&check(1, 1), Timing::Realistic, start);
    let late = start + Duration::from_secs(35);
    monitor.on_result(Outcome::TimedOut, start, late);
    assert_eq!(monitor.next_probe(), late);
}
