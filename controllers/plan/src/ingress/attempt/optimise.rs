//! Leaves out rules that would redirect to themselves, and rules that no request reaches because an earlier one redirects all of them.

use aws_api::elbv2::{Action, Condition, Patterns, Redirect, RuleSpec};
use model::TargetGroupRef;

type Spec = RuleSpec<TargetGroupRef>;

/// The rules of a listener that do something, in order. What they come with stays with them.
pub(super) fn optimise<T>(port: i32, protocol: &str, rules: Vec<(T, Spec)>) -> Vec<(T, Spec)> {
    let mut kept: Vec<(T, Spec)> = Vec::new();
    for (of, rule) in rules {
        let loops = redirects(&rule).any(|redirect| returns(redirect, &rule, port, protocol));
        let hidden = kept
            .iter()
            .any(|(_, earlier)| redirects(earlier).next().is_some() && covers(earlier, &rule));
        if !loops && !hidden {
            kept.push((of, rule));
        }
    }
    kept
}

fn redirects(rule: &Spec) -> impl Iterator<Item = &Redirect> {
    rule.actions.iter().filter_map(|action| match action {
        Action::Redirect(redirect) => Some(redirect),
        _ => None,
    })
}

/// The plain values that a rule has for hosts or paths; none if it has regular expressions.
fn globs<'r>(rule: &'r Spec, of: impl Fn(&'r Condition) -> Option<&'r Patterns>) -> Option<Vec<&'r String>> {
    let mut values = Vec::new();
    for patterns in rule.conditions.iter().filter_map(of) {
        match patterns {
            Patterns::Globs(globs) => values.extend(globs),
            Patterns::Regexes(_) => return None,
        }
    }
    Some(values)
}

fn host(condition: &Condition) -> Option<&Patterns> {
    match condition {
        Condition::HostHeader(patterns) => Some(patterns),
        _ => None,
    }
}

fn path(condition: &Condition) -> Option<&Patterns> {
    match condition {
        Condition::PathPattern(patterns) => Some(patterns),
        _ => None,
    }
}

/// Whether what is redirected comes to the same rule again.
fn returns(redirect: &Redirect, rule: &Spec, port: i32, protocol: &str) -> bool {
    let Some(paths) = globs(rule, path) else {
        return false;
    };
    let hosts = globs(rule, host).unwrap_or_default();
    let same = |part: &Option<String>, unchanged: &str, here: &dyn Fn(&String) -> bool| match part {
        None => true,
        Some(text) => text == unchanged || here(text),
    };
    same(&redirect.host, "#{host}", &|text| hosts.contains(&text))
        && same(&redirect.path, "/#{path}", &|text| paths.contains(&text))
        && same(&redirect.port, "#{port}", &|text| *text == port.to_string())
        && same(&redirect.protocol, "#{protocol}", &|text| text == protocol)
        && same(&redirect.query, "#{query}", &|_| false)
}

/// Whether every request that meets the later rule meets the earlier one, as far as hosts and paths tell.
fn covers(earlier: &Spec, later: &Spec) -> bool {
    let only = |condition: &Condition| host(condition).or_else(|| path(condition)).is_some();
    if !earlier.conditions.iter().all(only) {
        return false;
    }
    let subset = |of: fn(&Condition) -> Option<&Patterns>, all: Option<&str>| {
        let (first, second) = (texts(earlier, of), texts(later, of));
        first.is_empty()
            || all.is_some_and(|all| first.iter().any(|text| *text == all))
            || !second.is_empty() && second.iter().all(|text| first.contains(text))
    };
    subset(host, None) && subset(path, Some("/*"))
}

fn texts<'r>(rule: &'r Spec, of: fn(&'r Condition) -> Option<&'r Patterns>) -> Vec<&'r String> {
    let patterns = rule.conditions.iter().filter_map(of);
    patterns
        .flat_map(|patterns| match patterns {
            Patterns::Globs(texts) | Patterns::Regexes(texts) => texts,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_api::elbv2::FixedResponse;

    fn rule(hosts: &[&str], paths: &[&str], action: Action<TargetGroupRef>) -> Spec {
        let globs = |values: &[&str]| Patterns::Globs(values.iter().map(|&value| value.to_owned()).collect());
        let host = (!hosts.is_empty()).then(|| Condition::HostHeader(globs(hosts)));
        let path = (!paths.is_empty()).then(|| Condition::PathPattern(globs(paths)));
        RuleSpec {
            conditions: host.into_iter().chain(path).collect(),
            actions: vec![action],
            ..RuleSpec::default()
        }
    }

    fn to(change: impl FnOnce(&mut Redirect)) -> Action<TargetGroupRef> {
        let mut redirect = Redirect {
            status_code: "HTTP_301".to_owned(),
            ..Redirect::default()
        };
        change(&mut redirect);
        Action::Redirect(redirect)
    }

    fn answer() -> Action<TargetGroupRef> {
        Action::FixedResponse(FixedResponse::default())
    }

    fn kept(rules: Vec<Spec>) -> Vec<usize> {
        let rules = rules.into_iter().enumerate().collect();
        optimise(80, "HTTP", rules)
            .into_iter()
            .map(|(place, _)| place)
            .collect()
    }

    #[test]
    fn a_redirect_to_itself_is_left_out() {
        let text = |text: &str| Some(text.to_owned());
        let rows: Vec<(Action<TargetGroupRef>, bool)> = vec![
            (to(|_| {}), true),
            (to(|it| it.host = text("#{host}")), true),
            (to(|it| it.host = text("a.test")), true),
            (to(|it| it.host = text("b.test")), false),
            (to(|it| it.path = text("/#{path}")), true),
            (to(|it| it.path = text("/x")), true),
            (to(|it| it.path = text("/y")), false),
            (to(|it| it.port = text("80")), true),
            (to(|it| it.port = text("443")), false),
            (to(|it| it.protocol = text("HTTP")), true),
            (to(|it| it.protocol = text("HTTPS")), false),
            (to(|it| it.query = text("#{query}")), true),
            (to(|it| it.query = text("a=b")), false),
        ];
        for (action, loops) in rows {
            let all = kept(vec![rule(&["a.test"], &["/x"], action.clone())]);
            assert_eq!(all.is_empty(), loops, "{action:?}");
        }
    }

    #[test]
    fn a_regular_expression_is_no_loop() {
        let mut rule = rule(&[], &[], to(|_| {}));
        rule.conditions
            .push(Condition::PathPattern(Patterns::Regexes(vec!["^/x".to_owned()])));
        assert_eq!(kept(vec![rule]), [0]);
    }

    #[test]
    fn what_a_redirect_covers_is_left_out() {
        let away = || to(|it| it.protocol = Some("HTTPS".to_owned()));
        let header = Condition::HttpHeader {
            name: "x".to_owned(),
            patterns: Patterns::Globs(vec!["y".to_owned()]),
        };
        let mut narrow = rule(&["a.test"], &["/*"], away());
        narrow.conditions.push(header);
        for (earlier, later, hidden) in [
            (
                rule(&["a.test"], &["/*"], away()),
                rule(&["a.test"], &["/x"], answer()),
                true,
            ),
            (
                rule(&["a.test"], &["/*"], away()),
                rule(&["b.test"], &["/x"], answer()),
                false,
            ),
            (rule(&["a.test"], &["/*"], away()), rule(&[], &["/x"], answer()), false),
            (
                rule(&["a.test", "b.test"], &["/x"], away()),
                rule(&["b.test"], &["/x"], answer()),
                true,
            ),
            (
                rule(&["a.test"], &["/x"], away()),
                rule(&["a.test"], &["/x", "/y"], answer()),
                false,
            ),
            (
                rule(&["a.test"], &["/x"], away()),
                rule(&["a.test"], &[], answer()),
                false,
            ),
            (rule(&[], &["/*"], away()), rule(&["b.test"], &["/x"], answer()), true),
            (
                rule(&["a.test"], &["/*"], answer()),
                rule(&["a.test"], &["/x"], answer()),
                false,
            ),
            (narrow, rule(&["a.test"], &["/x"], answer()), false),
        ] {
            let expected: &[usize] = if hidden { &[0] } else { &[0, 1] };
            assert_eq!(
                kept(vec![earlier.clone(), later.clone()]),
                expected,
                "{earlier:?} {later:?}"
            );
        }
    }
}
