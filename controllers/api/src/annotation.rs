//! Annotations of Services and Ingresses: their keys, and typed reading with errors that say what to write instead.

use crate::value;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Prefix of the annotations of a Service that asks for a load balancer.
pub const SERVICE_PREFIX: &str = "service.beta.kubernetes.io/";
/// Prefix of the annotations of an Ingress and of the Services behind it.
pub const INGRESS_PREFIX: &str = "alb.ingress.kubernetes.io/";

/// An annotation that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("annotation {key}{}: {value:?} is not {expected}; {remedy}", of(object))]
pub struct AnnotationError {
    /// The whole key.
    pub key: String,
    /// What carries it, such as `Service shop/web`; empty for the object that is planned.
    pub object: Box<str>,
    /// The value as written.
    pub value: String,
    /// What would be right.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

fn of(object: &str) -> String {
    if object.is_empty() {
        String::new()
    } else {
        format!(" of {object}")
    }
}

/// The annotations of one object.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// What it is, such as `Service shop/web`; empty for the object that is planned.
    pub object: &'a str,
    /// Its annotations.
    pub annotations: &'a BTreeMap<String, String>,
}

/// The annotations of an object, or of one over another. Keys are given without their prefix.
#[derive(Debug, Clone, Copy)]
pub struct Annotations<'a> {
    prefix: &'static str,
    base: Layer<'a>,
    top: Option<Layer<'a>>,
}

impl<'a> Annotations<'a> {
    /// Those of a Service that asks for a load balancer.
    #[must_use]
    pub fn service(annotations: &'a BTreeMap<String, String>) -> Self {
        Self {
            prefix: SERVICE_PREFIX,
            base: Layer {
                object: "",
                annotations,
            },
            top: None,
        }
    }

    /// Those of an Ingress, or of a Service behind one.
    #[must_use]
    pub fn ingress(base: Layer<'a>) -> Self {
        Self {
            prefix: INGRESS_PREFIX,
            base,
            top: None,
        }
    }

    /// The same with those of another object over them: where both have a key, the other's value counts.
    #[must_use]
    pub fn under<'b>(&self, top: Layer<'b>) -> Annotations<'b>
    where
        'a: 'b,
    {
        Annotations {
            prefix: self.prefix,
            base: self.base,
            top: Some(top),
        }
    }

    /// What all keys begin with.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The value as written.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.found(key).map(|(_, value)| value)
    }

    fn found(&self, key: &str) -> Option<(&'a str, &'a str)> {
        let key = format!("{}{key}", self.prefix);
        let mut layers = self.top.into_iter().chain([self.base]);
        layers.find_map(|layer| Some((layer.object, layer.annotations.get(&key)?.as_str())))
    }

    /// What follows `begin` in the keys that begin so.
    pub fn keys_with(&self, begin: &str) -> impl Iterator<Item = &'a str> {
        let begin = format!("{}{begin}", self.prefix);
        let layers = [Some(self.base), self.top].into_iter().flatten();
        layers
            .flat_map(|layer| layer.annotations.keys())
            .filter_map(move |key| key.strip_prefix(&begin))
    }

    /// An error about an annotation.
    #[must_use]
    pub fn error(&self, key: &str, expected: impl Into<String>, remedy: impl Into<String>) -> AnnotationError {
        let (object, value) = self.found(key).unwrap_or((self.base.object, ""));
        AnnotationError {
            key: format!("{}{key}", self.prefix),
            object: object.into(),
            value: value.to_owned(),
            expected: expected.into(),
            remedy: remedy.into(),
        }
    }

    /// A boolean, in the spellings that Go's `strconv.ParseBool` takes.
    ///
    /// # Errors
    /// When it is spelled otherwise.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, AnnotationError> {
        let read =
            |text| value::boolean(text).ok_or_else(|| self.error(key, "a boolean", "write \"true\" or \"false\""));
        self.text(key).map(read).transpose()
    }

    /// A number.
    ///
    /// # Errors
    /// When it is no decimal integer of 32 bits.
    pub fn number(&self, key: &str) -> Result<Option<i32>, AnnotationError> {
        self.parsed(key)
    }

    /// A number within bounds.
    ///
    /// # Errors
    /// When it is none, or out of them.
    pub fn bounded(&self, key: &str, bounds: RangeInclusive<i32>) -> Result<Option<i32>, AnnotationError> {
        match self.number(key)? {
            Some(number) if !bounds.contains(&number) => {
                let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
                Err(self.error(key, expected, "use a number within these bounds"))
            }
            number => Ok(number),
        }
    }

    /// A number that may be long.
    ///
    /// # Errors
    /// When it is no decimal integer of 64 bits.
    pub fn long_number(&self, key: &str) -> Result<Option<i64>, AnnotationError> {
        self.parsed(key)
    }

    fn parsed<N: std::str::FromStr>(&self, key: &str) -> Result<Option<N>, AnnotationError> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| self.error(key, "a number", "write a decimal integer in quotes"))
        };
        self.text(key).map(read).transpose()
    }

    /// A list, split at commas; empty items are dropped.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<String> {
        self.text(key).map(value::list).unwrap_or_default()
    }

    /// A map of `key=value` pairs.
    ///
    /// # Errors
    /// When a part has no `=` or no key.
    pub fn map(&self, key: &str) -> Result<BTreeMap<String, String>, AnnotationError> {
        let read = |text| {
            value::map(text).map_err(|part| {
                let expected = format!("a list of key=value pairs: {part:?} has no key and \"=\"");
                self.error(key, expected, "write key1=value1,key2=value2")
            })
        };
        self.text(key).map(read).transpose().map(Option::unwrap_or_default)
    }

    /// One of some words.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn word(&self, key: &str, words: &[&str]) -> Result<Option<&'a str>, AnnotationError> {
        match self.text(key) {
            Some(text) if !words.contains(&text) => {
                let all = words.join(", ");
                Err(self.error(
                    key,
                    format!("one of {all}"),
                    "use one of these values or remove the annotation",
                ))
            }
            other => Ok(other),
        }
    }
}
