//! The grammar of annotation values.

use std::collections::BTreeMap;

/// A boolean in one of Go's spellings.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A list: split at commas, trimmed, without empty items.
#[must_use]
pub fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A map of `key=value` pairs, both trimmed. A comma ends a pair if a `=` comes after it, and belongs to the value otherwise. `\` takes the next character
/// as it is.
///
/// # Errors
/// The part that has no key or no `=`.
pub fn map(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut pairs = BTreeMap::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let (pair, after) = split_pair(rest);
        let (key, value) = pair
            .split_once(|letter: Letter| letter == Letter::Plain('='))
            .ok_or_else(|| pair.to_text())?;
        if key.to_text().trim().is_empty() {
            return Err(pair.to_text());
        }
        pairs.insert(key.to_text().trim().to_owned(), value.to_text().trim().to_owned());
        rest = after;
    }
    Ok(pairs)
}

/// A character, and whether a backslash took away its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    Plain(char),
    Escaped(char),
}

struct Letters(Vec<Letter>);

impl Letters {
    fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|letter| match letter {
                Letter::Plain(c) | Letter::Escaped(c) => *c,
            })
            .collect()
    }

    fn split_once(&self, separator: impl Fn(Letter) -> bool) -> Option<(Self, Self)> {
        let place = self.0.iter().position(|letter| separator(*letter))?;
        Some((Self(self.0[..place].to_vec()), Self(self.0[place + 1..].to_vec())))
    }
}

/// The first pair of a map, and the text after the comma that ends it.
fn split_pair(text: &str) -> (Letters, &str) {
    let mut letters = Vec::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => letters.push(match characters.next() {
                Some((_, next)) => Letter::Escaped(next),
                None => Letter::Plain('\\'),
            }),
            ',' if text[place + 1..].contains('=') => {
                return (Letters(letters), &text[place + 1..]);
            }
            other => letters.push(Letter::Plain(other)),
        }
    }
    (Letters(letters), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_separates_pairs() {
        let read = |text: &str| map(text).unwrap().into_iter().collect::<Vec<_>>();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read("k1=a,k2=b"), [pair("k1", "a"), pair("k2", "b")]);
        assert_eq!(read("k=a\\,b=c"), [pair("k", "a,b=c")]);
        assert_eq!(read(" k = a , l = b "), [pair("k", "a"), pair("l", "b")]);
        assert_eq!(read("k=a=b,k=c"), [pair("k", "c")]);
        assert_eq!(read("k=a,"), [pair("k", "a,")]);
        assert_eq!(read(" k ="), [pair("k", "")]);
        assert_eq!(read(""), []);
        assert_eq!(read("k=a,b"), [pair("k", "a,b")]);
        assert_eq!(read("k=a\\"), [pair("k", "a\\")]);
        for malformed in ["k", "=v", "k,k2=v"] {
            assert!(map(malformed).is_err(), "{malformed}");
        }
    }

    proptest::proptest! {
        /// Any pairs come back whose special characters are escaped.
        #[test]
        fn escaped_pairs_come_back(pairs in proptest::collection::btree_map("[a-z.][a-z.,=\\\\]{0,8}", "([!-~é]([ -~é]{0,10}[!-~é])?)?", 0..5)) {
            let escape = |text: &str| {
                text.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\=")
            };
            let written: Vec<_> = pairs.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect();
            proptest::prop_assert_eq!(map(&written.join(",")), Ok(pairs));
        }

        /// Whatever is written, the parser answers, and no key is empty.
        #[test]
        fn no_key_is_empty(text in ".{0,40}") {
            if let Ok(pairs) = map(&text) {
                proptest::prop_assert!(pairs.keys().all(|key| !key.is_empty()));
            }
        }
    }

    #[test]
    fn lists_drop_what_is_empty() {
        assert_eq!(list(" a, ,b,"), ["a", "b"]);
        assert_eq!(boolean("True"), Some(true));
        assert_eq!(boolean("yes"), None);
    }
}
