//! Whether some request could match two rules. In doubt it could.

use aws_api::elbv2::{Condition, Patterns};

/// Whether a request could match both lists of conditions.
pub(super) fn overlap(one: &[Condition], other: &[Condition]) -> bool {
    !one.iter().any(|one| other.iter().any(|other| exclude(one, other)))
}

/// Whether no request meets both conditions. Only what has one value per request can exclude: host, path and method.
fn exclude(one: &Condition, other: &Condition) -> bool {
    match (one, other) {
        (Condition::HostHeader(Patterns::Globs(one)), Condition::HostHeader(Patterns::Globs(other))) => {
            let lower = |globs: &[String]| globs.iter().map(|glob| glob.to_ascii_lowercase()).collect::<Vec<_>>();
            none_common(&lower(one), &lower(other))
        }
        (Condition::PathPattern(Patterns::Globs(one)), Condition::PathPattern(Patterns::Globs(other))) => {
            none_common(one, other)
        }
        (Condition::HttpRequestMethod(one), Condition::HttpRequestMethod(other)) => {
            one.iter().all(|method| !other.contains(method))
        }
        _ => false,
    }
}

fn none_common(one: &[String], other: &[String]) -> bool {
    one.iter()
        .all(|one| other.iter().all(|other| globs_exclude(one, other)))
}

/// Two globs exclude each other when their fixed beginnings, or their fixed ends, contradict.
fn globs_exclude(one: &str, other: &str) -> bool {
    let (one, other) = (Glob::of(one), Glob::of(other));
    match (one.literal, other.literal) {
        (true, true) => one.head != other.head,
        (true, false) => !other.could_be(one.head),
        (false, true) => !one.could_be(other.head),
        (false, false) => {
            !agree(one.head.bytes(), other.head.bytes()) || !agree(one.tail.bytes().rev(), other.tail.bytes().rev())
        }
    }
}

/// A pattern's text before its first wildcard and after its last.
struct Glob<'a> {
    head: &'a str,
    tail: &'a str,
    literal: bool,
}

impl<'a> Glob<'a> {
    fn of(text: &'a str) -> Self {
        let wildcard = |letter: char| matches!(letter, '*' | '?');
        match (text.find(wildcard), text.rfind(wildcard)) {
            (Some(first), Some(last)) => Self {
                head: &text[..first],
                tail: &text[last + 1..],
                literal: false,
            },
            _ => Self {
                head: text,
                tail: text,
                literal: true,
            },
        }
    }

    fn could_be(&self, text: &str) -> bool {
        text.starts_with(self.head) && text.ends_with(self.tail)
    }
}

/// Whether one sequence is the beginning of the other.
fn agree(one: impl Iterator<Item = u8>, other: impl Iterator<Item = u8>) -> bool {
    one.zip(other).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let table = [
            ("/a", "/b", true),
            ("/a", "/a", false),
            ("/a", "/A", true),
            ("/a", "/a/*", true),
            ("/a/b", "/a/*", false),
            ("/a/*", "/b/*", true),
            ("/a*", "/ab/*", false),
            ("*.a.test", "x.a.test", false),
            ("*.a.test", "x.b.test", true),
            ("*.a.test", "*.b.test", true),
            ("/?", "/b", false),
            ("/*", "/b", false),
            ("*", "", false),
        ];
        for (one, other, expected) in table {
            assert_eq!(globs_exclude(one, other), expected, "{one} {other}");
            assert_eq!(globs_exclude(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn rules() {
        let globs = |values: &[&str]| Patterns::Globs(values.iter().map(|value| (*value).to_owned()).collect());
        let host = |values: &[&str]| Condition::HostHeader(globs(values));
        let path = |values: &[&str]| Condition::PathPattern(globs(values));
        let method = |values: &[&str]| Condition::HttpRequestMethod(values.iter().map(|v| (*v).to_owned()).collect());
        let regex = |value: &str| Condition::PathPattern(Patterns::Regexes(vec![value.to_owned()]));
        let table = [
            (
                vec![host(&["a.test"]), path(&["/*"])],
                vec![host(&["b.test"]), path(&["/*"])],
                false,
            ),
            (vec![host(&["a.test"])], vec![host(&["A.test"])], true),
            (vec![host(&["a.test"])], vec![path(&["/b"])], true),
            (vec![path(&["/a", "/b"])], vec![path(&["/b"])], true),
            (vec![path(&["/a"])], vec![regex("/b")], true),
            (vec![method(&["GET"])], vec![method(&["PUT", "POST"])], false),
        ];
        for (one, other, expected) in table {
            assert_eq!(overlap(&one, &other), expected, "{one:?} {other:?}");
        }
    }
}
