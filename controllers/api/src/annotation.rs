//! Annotations of a Service: their keys, and typed reading with errors that say what to write instead.

use crate::value;
use std::collections::BTreeMap;

/// Prefix of all annotations of a Service.
pub const PREFIX: &str = "service.beta.kubernetes.io/";

/// An annotation that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("annotation {key}: {value:?} is not {expected}; {remedy}")]
pub struct AnnotationError {
    /// The whole key.
    pub key: String,
    /// The value as written.
    pub value: String,
    /// What would be right.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

/// The annotations of one object. Keys are given without [`PREFIX`].
#[derive(Debug, Clone, Copy)]
pub struct Annotations<'a>(pub &'a BTreeMap<String, String>);

impl<'a> Annotations<'a> {
    /// The value as written.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.0.get(&format!("{PREFIX}{key}")).map(String::as_str)
    }

    /// An error about an annotation.
    #[must_use]
    pub fn error(&self, key: &str, expected: impl Into<String>, remedy: impl Into<String>) -> AnnotationError {
        AnnotationError {
            key: format!("{PREFIX}{key}"),
            value: self.text(key).unwrap_or_default().to_owned(),
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
