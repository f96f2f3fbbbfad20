//! Transforms ("Transforms for listener rules"): host header and URL of a request as the target sees them. Pure.

use hyper::{Uri, header::HeaderValue, http::uri::PathAndQuery};
use regex::bytes::{Captures, Match, Regex};

use super::{
    condition::{InvalidRule, compile_regex},
    pattern::Case,
};
use crate::config::application::{self as config, Transform};

/// The compiled transforms of a rule.
#[derive(Debug, Default)]
pub(crate) struct Rewrites {
    host: Option<Rewrite>,
    url: Option<Rewrite>,
}

/// A rewritten text that is no host or no URL: AWS answers 500.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the transform makes no valid {0}")]
pub(crate) struct InvalidResult(pub(crate) &'static str);

#[derive(Debug)]
struct Rewrite {
    regex: Regex,
    replace: String,
}

impl Rewrites {
    pub(crate) fn compile(transforms: &[Transform]) -> Result<Self, InvalidRule> {
        let mut rewrites = Self::default();
        for transform in transforms {
            match transform {
                Transform::Host(rewrite) => rewrites.host = Some(Rewrite::compile(rewrite, Case::Ignored)?),
                Transform::Url(rewrite) => rewrites.url = Some(Rewrite::compile(rewrite, Case::Matters)?),
            }
        }
        Ok(rewrites)
    }

    /// Another host header, if one is to be sent.
    pub(crate) fn host(&self, host: &str) -> Result<Option<HeaderValue>, InvalidResult> {
        let rewritten = self.host.as_ref().and_then(|rewrite| rewrite.apply(host));
        let value = rewritten.map(|text| HeaderValue::from_bytes(&text));
        value.transpose().map_err(|_| InvalidResult("host header"))
    }

    /// Another path and query, if they are to be sent.
    pub(crate) fn url(&self, uri: &Uri) -> Result<Option<PathAndQuery>, InvalidResult> {
        let Some(rewrite) = &self.url else {
            return Ok(None);
        };
        let found = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let path = rewrite.apply(found).map(|text| match text.first() {
            Some(b'/') => PathAndQuery::try_from(text),
            _ => PathAndQuery::try_from([b"/", text.as_slice()].concat()),
        });
        path.transpose().map_err(|_| InvalidResult("URL"))
    }
}

impl Rewrite {
    fn compile(rewrite: &config::Rewrite, case: Case) -> Result<Self, InvalidRule> {
        Ok(Self {
            regex: compile_regex(&rewrite.regex, case)?,
            replace: rewrite.replace.clone(),
        })
    }

    /// The text with its first match replaced; nothing without a match.
    fn apply(&self, text: &str) -> Option<Vec<u8>> {
        let captures = self.regex.captures(text.as_bytes())?;
        let whole = captures.get(0)?;
        let mut result = text.as_bytes()[..whole.start()].to_vec();
        expand(&self.replace, &captures, &mut result);
        result.extend_from_slice(&text.as_bytes()[whole.end()..]);
        Some(result)
    }
}

/// `$1` to `$9` are what the groups found; a dollar before anything else is itself.
fn expand(replace: &str, captures: &Captures<'_>, result: &mut Vec<u8>) {
    let mut bytes = replace.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match bytes.next_if(|next| byte == b'$' && next.is_ascii_digit()) {
            Some(digit) => {
                let group = captures.get(usize::from(digit - b'0'));
                result.extend_from_slice(group.as_ref().map_or(&[], Match::as_bytes));
            }
            None => result.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrite(regex: &str, replace: &str) -> config::Rewrite {
        config::Rewrite {
            regex: regex.to_owned(),
            replace: replace.to_owned(),
        }
    }

    #[test]
    fn urls() {
        for (regex, replace, url, expected) in [
            ("^/api/v1/(.*)$", "/$1", "/api/v1/users?x=1", "/users?x=1"),
            (
                "^/dp/([A-Za-z0-9]+)/?$",
                "/product.php?id=$1",
                "/dp/B09G3HRMW",
                "/product.php?id=B09G3HRMW",
            ),
            ("^/api", "", "/api", "/"),
            ("^/a(b)?c", "/$1$x$", "/ac", "/$x$"),
            ("^/other", "/", "/api?y", "/api?y"),
            ("/a", "/b", "/a/a", "/b/a"),
        ] {
            let rewrites = Rewrites::compile(&[Transform::Url(rewrite(regex, replace))]).unwrap();
            let uri: Uri = url.parse().unwrap();
            let result = rewrites.url(&uri).unwrap();
            assert_eq!(
                result.map_or(url.to_owned(), |path| format!("{path}")),
                expected,
                "{regex} {url}"
            );
        }
    }

    #[test]
    fn hosts() {
        let transform = Transform::Host(rewrite("^mywebsite-(.+).com$", "internal.dev.$1.myweb.com"));
        let rewrites = Rewrites::compile(&[transform]).unwrap();
        let host = rewrites.host("MyWebsite-example.com").unwrap();
        assert_eq!(host.unwrap(), "internal.dev.example.myweb.com");
        assert_eq!(rewrites.host("other.com").unwrap(), None);
    }

    #[test]
    fn a_result_that_cannot_be_sent_is_an_error() {
        let rewrites = Rewrites::compile(&[Transform::Url(rewrite("^/", "/a b"))]).unwrap();
        assert_eq!(rewrites.url(&Uri::from_static("/")).unwrap_err(), InvalidResult("URL"));
    }
}
