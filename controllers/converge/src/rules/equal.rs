//! What makes two rules the same to AWS, which fills in what was not said.

use aws_api::elbv2::{Action, AuthenticateOidc, Condition, Forward, Redirect, RuleSpec, Transform};

/// Whether a rule serves as `desired` says. Priorities do not count.
pub(crate) fn same_rule(current: &RuleSpec, desired: &RuleSpec) -> bool {
    conditions_equal(&current.conditions, &desired.conditions)
        && !actions_differ(&current.actions, &desired.actions)
        && transforms(&current.transforms) == transforms(&desired.transforms)
}

/// Whether conditions are for the same requests. Their order means nothing.
pub(super) fn conditions_equal(current: &[Condition], desired: &[Condition]) -> bool {
    conditions(current) == conditions(desired)
}

fn conditions(conditions: &[Condition]) -> Vec<&Condition> {
    let mut sorted: Vec<_> = conditions.iter().collect();
    sorted.sort_by_cached_key(|condition| format!("{condition:?}"));
    sorted
}

/// By kind; a rule has at most one transform of each.
fn transforms(transforms: &[Transform]) -> Vec<&Transform> {
    let mut sorted: Vec<_> = transforms.iter().collect();
    sorted.sort_by_key(|transform| matches!(transform, Transform::UrlRewrite(_)));
    sorted
}

/// Whether actions are not as wanted.
pub(crate) fn actions_differ(current: &[Action], desired: &[Action]) -> bool {
    let differ = |(current, desired): (&Action, &Action)| match (current, desired) {
        (Action::Forward(current), Action::Forward(desired)) => forwards_differ(current, desired),
        (Action::Redirect(current), Action::Redirect(desired)) => redirect(current) != redirect(desired),
        (Action::AuthenticateOidc(current), Action::AuthenticateOidc(desired)) => oidc_differs(current, desired),
        _ => current != desired,
    };
    current.len() != desired.len() || current.iter().zip(desired).any(differ)
}

/// AWS never shows a secret: a hidden one counts as the one that is wanted.
fn oidc_differs(current: &AuthenticateOidc, desired: &AuthenticateOidc) -> bool {
    let secrets = current.client_secret.as_ref().zip(desired.client_secret.as_ref());
    let without_secret = |oidc: &AuthenticateOidc| AuthenticateOidc {
        client_secret: None,
        ..oidc.clone()
    };
    secrets.is_some_and(|(current, desired)| current != desired) || without_secret(current) != without_secret(desired)
}

/// A target group without weight weighs 1; stickiness that is not wanted explicitly may be anything.
fn forwards_differ(current: &Forward, desired: &Forward) -> bool {
    let weighted = |forward: &Forward| {
        let targets = forward.targets.iter();
        let mut targets: Vec<_> = targets
            .map(|target| (target.target_group.clone(), target.weight.unwrap_or(1)))
            .collect();
        targets.sort();
        // The weight of a single target group means nothing.
        if let [(_, weight)] = targets.as_mut_slice() {
            *weight = 1;
        }
        targets
    };
    let sticks = |current: &Forward, desired: &Forward| {
        let wanted = desired.stickiness.unwrap_or_default();
        let has = current.stickiness.unwrap_or_default();
        let on = has.enabled.unwrap_or(false);
        wanted.enabled.is_none_or(|wanted| wanted == on)
            && (!on || wanted.duration.is_none_or(|wanted| has.duration == Some(wanted)))
    };
    weighted(current) != weighted(desired) || !sticks(current, desired)
}

/// With AWS's defaults where nothing was said.
fn redirect(redirect: &Redirect) -> [&str; 6] {
    [
        redirect.host.as_deref().unwrap_or("#{host}"),
        redirect.path.as_deref().unwrap_or("/#{path}"),
        redirect.port.as_deref().unwrap_or("#{port}"),
        redirect.protocol.as_deref().unwrap_or("#{protocol}"),
        redirect.query.as_deref().unwrap_or("#{query}"),
        &redirect.status_code,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_api::elbv2::{ForwardTarget, Patterns, Stickiness};

    fn forward(targets: &[(&str, Option<i32>)], stickiness: Option<(bool, Option<i32>)>) -> Action {
        let target = |(group, weight): &(&str, Option<i32>)| ForwardTarget {
            target_group: (*group).to_owned(),
            weight: *weight,
        };
        Action::Forward(Forward {
            targets: targets.iter().map(target).collect(),
            stickiness: stickiness.map(|(enabled, duration)| Stickiness {
                enabled: Some(enabled),
                duration,
            }),
        })
    }

    #[test]
    fn a_hidden_secret_is_the_wanted_one() {
        let oidc = |id: &str, secret: Option<&str>| {
            Action::AuthenticateOidc(AuthenticateOidc {
                client_id: id.to_owned(),
                client_secret: secret.map(str::to_owned),
                ..AuthenticateOidc::default()
            })
        };
        let table = [
            (oidc("id", None), oidc("id", Some("a")), false),
            (oidc("id", Some("a")), oidc("id", Some("a")), false),
            (oidc("id", Some("a")), oidc("id", None), false),
            (oidc("id", Some("a")), oidc("id", Some("b")), true),
            (oidc("id", None), oidc("other", Some("a")), true),
        ];
        for (current, desired, differ) in table {
            let (current, desired) = ([current], [desired]);
            assert_eq!(actions_differ(&current, &desired), differ, "{current:?} {desired:?}");
        }
    }

    #[test]
    fn forwards() {
        let off = Some((false, None));
        let table = [
            (forward(&[("a", Some(1))], off), forward(&[("a", None)], None), false),
            (forward(&[("a", Some(7))], off), forward(&[("a", Some(2))], None), false),
            (forward(&[("a", Some(1))], off), forward(&[("b", None)], None), true),
            (
                forward(&[("b", Some(2)), ("a", Some(1))], off),
                forward(&[("a", None), ("b", Some(2))], None),
                false,
            ),
            (
                forward(&[("a", Some(1)), ("b", Some(2))], off),
                forward(&[("a", Some(1)), ("b", Some(3))], None),
                true,
            ),
            (
                forward(&[("a", None)], Some((true, Some(60)))),
                forward(&[("a", None)], None),
                false,
            ),
            (
                forward(&[("a", None)], Some((true, Some(60)))),
                forward(&[("a", None)], off),
                true,
            ),
            (
                forward(&[("a", None)], Some((true, Some(60)))),
                forward(&[("a", None)], Some((true, Some(90)))),
                true,
            ),
        ];
        for (current, desired, expected) in table {
            assert_eq!(
                actions_differ(std::slice::from_ref(&current), std::slice::from_ref(&desired)),
                expected,
                "{current:?} to {desired:?}"
            );
        }
    }

    #[test]
    fn redirects_have_defaults() {
        let answered = Redirect {
            host: Some("#{host}".to_owned()),
            path: Some("/#{path}".to_owned()),
            port: Some("443".to_owned()),
            protocol: Some("HTTPS".to_owned()),
            query: Some("#{query}".to_owned()),
            status_code: "HTTP_301".to_owned(),
        };
        let asked = Redirect {
            port: Some("443".to_owned()),
            protocol: Some("HTTPS".to_owned()),
            status_code: "HTTP_301".to_owned(),
            ..Redirect::default()
        };
        let actions = [Action::Redirect(answered)];
        assert!(!actions_differ(&actions, &[Action::Redirect(asked.clone())]));
        let temporary = Redirect {
            status_code: "HTTP_302".to_owned(),
            ..asked
        };
        assert!(actions_differ(&actions, &[Action::Redirect(temporary)]));
    }

    #[test]
    fn the_order_of_conditions_means_nothing() {
        let globs = |values: &[&str]| Patterns::Globs(values.iter().map(|value| (*value).to_owned()).collect());
        let rule = |conditions: Vec<Condition>| RuleSpec::<String> {
            conditions,
            ..RuleSpec::default()
        };
        let (host, path) = (
            Condition::HostHeader(globs(&["a.test"])),
            Condition::PathPattern(globs(&["/a", "/b"])),
        );
        assert!(same_rule(
            &rule(vec![host.clone(), path.clone()]),
            &rule(vec![path, host.clone()])
        ));
        let other = Condition::PathPattern(globs(&["/b", "/a"]));
        assert!(!same_rule(
            &rule(vec![host.clone(), other]),
            &rule(vec![host, Condition::PathPattern(globs(&["/a", "/b"]))])
        ));
    }
}
