//! Texts with wildcards ("Condition types for listener rules"): `*` is any number of characters, `?` is exactly one. Pure.

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    shape: Shape,
    case: Case,
}

/// Whether `A` is `a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Matters,
    Ignored,
}

/// Most patterns are one of the first two, which are compared at once.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Whole(Box<[u8]>),
    Prefix(Box<[u8]>),
    Mixed(Box<[Token]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    One,
    Many,
}

impl Pattern {
    /// A pattern in which every `*` and `?` is a wildcard.
    pub(crate) fn new(text: &str, case: Case) -> Self {
        Self::of(text.bytes().map(wildcard), case)
    }

    /// A pattern in which a wildcard after a backslash is meant itself, as is a backslash.
    pub(crate) fn with_escapes(text: &str, case: Case) -> Self {
        let mut bytes = text.bytes().peekable();
        let tokens = std::iter::from_fn(|| match bytes.next()? {
            b'\\' => match bytes.next_if(|next| matches!(next, b'*' | b'?' | b'\\')) {
                Some(escaped) => Some(Token::Byte(escaped)),
                None => Some(Token::Byte(b'\\')),
            },
            byte => Some(wildcard(byte)),
        });
        Self::of(tokens, case)
    }

    fn of(tokens: impl Iterator<Item = Token>, case: Case) -> Self {
        let tokens: Box<[Token]> = tokens.collect();
        let shape = match tokens.split_last() {
            _ if bytes(&tokens).is_some() => Shape::Whole(bytes(&tokens).unwrap_or_default()),
            Some((Token::Many, rest)) if bytes(rest).is_some() => Shape::Prefix(bytes(rest).unwrap_or_default()),
            _ => Shape::Mixed(tokens),
        };
        Self { shape, case }
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        match &self.shape {
            Shape::Whole(whole) => self.case.same(text, whole),
            Shape::Prefix(prefix) => text
                .get(..prefix.len())
                .is_some_and(|start| self.case.same(start, prefix)),
            Shape::Mixed(tokens) => matches_mixed(tokens, text, self.case),
        }
    }
}

fn wildcard(byte: u8) -> Token {
    match byte {
        b'*' => Token::Many,
        b'?' => Token::One,
        byte => Token::Byte(byte),
    }
}

/// The text, if there is no wildcard.
fn bytes(tokens: &[Token]) -> Option<Box<[u8]>> {
    let byte = |token: &Token| match token {
        Token::Byte(byte) => Some(*byte),
        Token::One | Token::Many => None,
    };
    tokens.iter().map(byte).collect()
}

impl Case {
    fn same(self, a: &[u8], b: &[u8]) -> bool {
        match self {
            Self::Matters => a == b,
            Self::Ignored => a.eq_ignore_ascii_case(b),
        }
    }
}

/// Tries the shortest run for each `*`, and only ever lengthens that of the last one: longer runs for earlier ones cannot help.
fn matches_mixed(tokens: &[Token], text: &[u8], case: Case) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut last_many: Option<(usize, usize)> = None;
    loop {
        let fits = match (tokens.get(token), text.get(at)) {
            (None, None) => return true,
            (Some(Token::Many), _) => {
                last_many = Some((token + 1, at));
                token += 1;
                continue;
            }
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Byte(wanted)), Some(found)) => case.same(&[*found], &[*wanted]),
            _ => false,
        };
        if fits {
            (token, at) = (token + 1, at + 1);
            continue;
        }
        match &mut last_many {
            Some((after, from)) if *from < text.len() => {
                *from += 1;
                (token, at) = (*after, *from);
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("/img/*", "/img/", true),
            ("/img/*", "/img/a/b", true),
            ("/img/*", "/img", false),
            ("/img/*/pics", "/img/a/b/pics", true),
            ("/img/*/pics", "/img/pics", false),
            ("/a?c", "/abc", true),
            ("/a?c", "/ac", false),
            ("/a?", "/abc", false),
            ("*.jpg", "/x.jpg.jpg", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("/*a*b*", "/xaybz", true),
            ("/*a*b*", "/xbya", false),
            ("/Img", "/img", false),
            ("a\\*", "a\\bc", true),
        ] {
            assert_eq!(
                Pattern::new(pattern, Case::Matters).matches(text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn case_and_escapes() {
        for (pattern, text, expected) in [
            ("*.Example.COM", "www.eXample.com", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            (r"a\?", "a?", true),
            (r"a\\*", r"a\b", true),
            (r"a\b", r"A\B", true),
        ] {
            assert_eq!(
                Pattern::with_escapes(pattern, Case::Ignored).matches(text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    /// The definition, without regard to time.
    fn by_definition(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => (0..=text.len()).any(|run| by_definition(rest, &text[run..])),
            ([b'?', rest @ ..], [_, others @ ..]) => by_definition(rest, others),
            ([wanted, rest @ ..], [found, others @ ..]) => wanted == found && by_definition(rest, others),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn is_what_it_is_defined_to_be(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(
                Pattern::new(&pattern, Case::Matters).matches(text.as_bytes()),
                by_definition(pattern.as_bytes(), text.as_bytes())
            );
        }
    }
}
