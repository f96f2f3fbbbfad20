//! The way between any two sets of rules: it ends where it should, AWS accepts every step, and no request is served wrongly on the way.

use super::*;
use aws_api::elbv2::{Action, FixedResponse, Patterns};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Paths that requests have. Rules match all of a prefix, or one.
const PATHS: [&str; 4] = ["/a", "/a/x", "/b", "/b/x"];
const PATTERNS: [&str; 6] = ["/a", "/a/*", "/b", "/b/*", "/a/x", "/*"];
const HOSTS: [&str; 2] = ["one.test", "two.test"];

/// What a rule says; its answer stands for its actions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    host: Option<&'static str>,
    path: &'static str,
    answer: u8,
}

fn said() -> impl Strategy<Value = Said> {
    let host = proptest::option::of(select(HOSTS.to_vec()));
    (host, select(PATTERNS.to_vec()), 0_u8..3).prop_map(|(host, path, answer)| Said { host, path, answer })
}

fn spec(said: &Said, priority: i32) -> RuleSpec {
    let globs = |glob: &str| Patterns::Globs(vec![glob.to_owned()]);
    let host = said.host.map(|host| Condition::HostHeader(globs(host)));
    let path = Condition::PathPattern(globs(said.path));
    let answer = FixedResponse {
        status_code: format!("20{}", said.answer),
        ..FixedResponse::default()
    };
    RuleSpec {
        priority,
        conditions: host.into_iter().chain([path]).collect(),
        actions: vec![Action::FixedResponse(answer)],
        transforms: Vec::new(),
    }
}

/// A listener, as far as rules go: AWS's checks, and what a request meets.
#[derive(Debug, Clone)]
struct Endpoint(Vec<Rule>);

impl Endpoint {
    fn of(said: &[Said]) -> Self {
        let rule = |(index, said): (usize, &Said)| Rule {
            arn: format!("rule/{index}"),
            spec: spec(said, i32::try_from(index).unwrap() + 1),
            is_default: false,
        };
        Self(said.iter().enumerate().map(rule).collect())
    }

    fn insert(&mut self, rule: Rule) {
        assert!(
            self.0.iter().all(|other| other.spec.priority != rule.spec.priority),
            "PriorityInUse"
        );
        self.0.push(rule);
        self.sort();
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|rule| rule.spec.priority);
        assert!(
            self.0.windows(2).all(|two| two[0].spec.priority < two[1].spec.priority),
            "PriorityInUse"
        );
    }

    fn make(&mut self, step: &Step, at_start: &[Rule], wanted: &[Wanted<'_>]) {
        let spec = |wanted: &Wanted<'_>| wanted.spec.clone().unwrap();
        let place = |rules: &[Rule], arn: &str| rules.iter().position(|rule| rule.arn == arn).unwrap();
        match step {
            Step::Move(moves) => {
                let places: Vec<_> = moves
                    .iter()
                    .map(|(from, _)| self.0.iter().position(|rule| rule.spec.priority == *from).unwrap())
                    .collect();
                for (place, (_, to)) in places.into_iter().zip(moves) {
                    self.0[place].spec.priority = *to;
                }
                self.sort();
            }
            Step::Create { wanted: new, priority } => self.insert(Rule {
                arn: format!("created/{new}/{}", self.0.len()),
                spec: RuleSpec {
                    priority: *priority,
                    ..spec(&wanted[*new])
                },
                is_default: false,
            }),
            Step::Modify { rule, wanted: new } => {
                let place = place(&self.0, &at_start[*rule].arn);
                let priority = self.0[place].spec.priority;
                self.0[place].spec = RuleSpec {
                    priority,
                    ..spec(&wanted[*new])
                };
            }
            Step::Delete { rule } => drop(self.0.remove(place(&self.0, &at_start[*rule].arn))),
        }
    }

    /// What each request gets.
    fn answers(&self) -> Vec<Option<String>> {
        let requests = HOSTS
            .iter()
            .flat_map(|host| PATHS.iter().map(move |path| (*host, *path)));
        requests.map(|(host, path)| self.answer(host, path)).collect()
    }

    fn answer(&self, host: &str, path: &str) -> Option<String> {
        let matches = |glob: &str, text: &str| match glob.strip_suffix('*') {
            Some(prefix) => text.starts_with(prefix),
            None => glob == text,
        };
        let meets = |condition: &Condition| match condition {
            Condition::HostHeader(Patterns::Globs(globs)) => globs.iter().any(|glob| matches(glob, host)),
            Condition::PathPattern(Patterns::Globs(globs)) => globs.iter().any(|glob| matches(glob, path)),
            _ => false,
        };
        let rule = self.0.iter().find(|rule| rule.spec.conditions.iter().all(meets))?;
        match rule.spec.actions.first()? {
            Action::FixedResponse(answer) => Some(answer.status_code.clone()),
            _ => None,
        }
    }
}

fn wanted(specs: &[RuleSpec]) -> Vec<Wanted<'_>> {
    let wanted = |spec: &RuleSpec| Wanted {
        priority: spec.priority,
        conditions: &[],
        spec: Some(spec.clone()),
    };
    specs
        .iter()
        .map(|spec| Wanted {
            conditions: &spec.conditions,
            ..wanted(spec)
        })
        .collect()
}

fn specs(said: &[Said]) -> Vec<RuleSpec> {
    said.iter()
        .zip(1..)
        .map(|(said, priority)| spec(said, priority))
        .collect()
}

fn steps(endpoint: &Endpoint, desired: &[RuleSpec]) -> Vec<Step> {
    plan(&endpoint.0.iter().collect::<Vec<_>>(), &wanted(desired)).steps
}

/// Makes up to `limit` steps, and looks at what every request gets after each.
fn walk(endpoint: &mut Endpoint, desired: &[RuleSpec], limit: usize) {
    let (before, at_start) = (endpoint.answers(), endpoint.0.clone());
    let mut end = Endpoint(Vec::new());
    for (spec, index) in desired.iter().zip(0..) {
        end.insert(Rule {
            arn: format!("end/{index}"),
            spec: spec.clone(),
            is_default: false,
        });
    }
    let after = end.answers();
    for step in steps(endpoint, desired).iter().take(limit) {
        endpoint.make(step, &at_start, &wanted(desired));
        for ((now, before), after) in endpoint.answers().iter().zip(&before).zip(&after) {
            assert!(
                now == before || now == after,
                "after {step:?}: {now:?}, neither {before:?} nor {after:?}"
            );
        }
    }
}

/// One list made of another: some left out, some changed, some new, perhaps in another order.
fn two() -> impl Strategy<Value = (Vec<Said>, Vec<Said>)> {
    let old = proptest::collection::vec(said(), 0..7);
    let edit = |old: Vec<Said>| {
        let len = old.len();
        let kept = subsequence(old.clone(), 0..=len);
        let new = proptest::collection::vec((any::<prop::sample::Index>(), said()), 0..4);
        let shuffled = (kept, any::<bool>()).prop_flat_map(|(kept, shuffle)| match shuffle {
            true => Just(kept).prop_shuffle().boxed(),
            false => Just(kept).boxed(),
        });
        let edited = (shuffled, new).prop_map(|(mut kept, new)| {
            for (index, said) in new {
                kept.insert(index.index(kept.len() + 1), said);
            }
            kept
        });
        (Just(old), edited)
    };
    old.prop_flat_map(edit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_request_is_served_wrongly_on_the_way((old, new) in two()) {
        let mut endpoint = Endpoint::of(&old);
        let desired = specs(&new);
        walk(&mut endpoint, &desired, usize::MAX);
        let reached: Vec<_> = endpoint.0.iter().map(|rule| rule.spec.clone()).collect();
        prop_assert_eq!(&reached, &desired);
        prop_assert_eq!(steps(&endpoint, &desired), []);
    }

    #[test]
    fn nor_after_an_interruption((old, new) in two(), limit in 0_usize..8) {
        let mut endpoint = Endpoint::of(&old);
        let desired = specs(&new);
        walk(&mut endpoint, &desired, limit);
        walk(&mut endpoint, &desired, usize::MAX);
        let reached: Vec<_> = endpoint.0.iter().map(|rule| rule.spec.clone()).collect();
        prop_assert_eq!(reached, desired);
    }
}

fn app(path: &'static str) -> Said {
    Said {
        host: None,
        path,
        answer: 0,
    }
}

/// How many calls of each kind: moves, creations, modifications, deletions.
fn calls(old: &[Said], new: &[Said]) -> [usize; 4] {
    let steps = steps(&Endpoint::of(old), &specs(new));
    let count = |kind: fn(&Step) -> bool| steps.iter().filter(|step| kind(step)).count();
    [
        count(|step| matches!(step, Step::Move(_))),
        count(|step| matches!(step, Step::Create { .. })),
        count(|step| matches!(step, Step::Modify { .. })),
        count(|step| matches!(step, Step::Delete { .. })),
    ]
}

#[test]
fn few_calls() {
    let (a, b, c) = (app("/a"), app("/b"), app("/a/x"));
    let answers_else = Said { answer: 1, ..b.clone() };
    let table = [
        (
            "nothing",
            vec![a.clone(), b.clone()],
            vec![a.clone(), b.clone()],
            [0, 0, 0, 0],
        ),
        (
            "a path changed",
            vec![a.clone(), b.clone()],
            vec![a.clone(), c.clone()],
            [0, 0, 1, 0],
        ),
        (
            "an answer changed",
            vec![a.clone(), b.clone()],
            vec![a.clone(), answers_else],
            [0, 0, 1, 0],
        ),
        (
            "the first deleted",
            vec![a.clone(), b.clone(), c.clone()],
            vec![b.clone(), c.clone()],
            [1, 0, 0, 1],
        ),
        (
            "the last deleted",
            vec![a.clone(), b.clone()],
            vec![a.clone()],
            [0, 0, 0, 1],
        ),
        (
            "one before all",
            vec![a.clone(), b.clone()],
            vec![c.clone(), a.clone(), b.clone()],
            [1, 1, 0, 0],
        ),
        (
            "swapped",
            vec![a.clone(), b.clone()],
            vec![b.clone(), a.clone()],
            [1, 0, 0, 0],
        ),
        ("all new", vec![], vec![a, b, c], [0, 3, 0, 0]),
    ];
    for (what, old, new, expected) in table {
        assert_eq!(calls(&old, &new), expected, "{what}");
    }
}
