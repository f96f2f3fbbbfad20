//! Attributes of load balancers, listeners and target groups: which keys exist for a type, what they are by default, what they may be.

mod listener;
mod load_balancer;
mod target_group;

pub use listener::of_listener;
pub use load_balancer::of_load_balancer;
pub use target_group::of_target_group;

use crate::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Attributes as they are stored.
pub type Attributes = BTreeMap<String, String>;

/// An attribute on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// The key.
    pub key: String,
    /// The value; empty when it is not sent.
    #[serde(default)]
    pub value: String,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
enum Values {
    Text,
    Flag,
    Number(u64, u64),
    NumberOr(&'static str, u64, u64),
    OneOf(&'static [&'static str]),
    HeaderName,
}

impl Values {
    fn allow(self, value: &str) -> bool {
        let number = |low, high| value.parse::<u64>().is_ok_and(|number| (low..=high).contains(&number));
        match self {
            Self::Text => value.len() <= 1024,
            Self::Flag => matches!(value, "true" | "false"),
            Self::Number(low, high) => number(low, high),
            Self::NumberOr(word, low, high) => value == word || number(low, high),
            Self::OneOf(words) => words.contains(&value),
            Self::HeaderName => {
                let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                (1..=40).contains(&value.len()) && value.bytes().all(of_name)
            }
        }
    }
}

/// Key, default, values.
type Known = (&'static str, &'static str, Values);

/// Checks attributes that depend on each other.
type Together = fn(&Attributes) -> Result<(), ApiError>;

/// The attributes that a resource has.
#[derive(Debug, Clone)]
pub struct Catalogue {
    known: Vec<&'static [Known]>,
    together: Together,
}

impl Catalogue {
    /// What a new resource has.
    pub fn defaults(&self) -> Attributes {
        let known = self.known.iter().copied().flatten();
        known
            .map(|(key, value, _)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// What a resource has after changes to what it has now.
    ///
    /// # Errors
    /// `ValidationError` for a key that it does not have, `InvalidConfigurationRequest` for a value that is not possible, or not beside
    /// the others.
    pub fn change(&self, current: &Attributes, changes: Vec<Attribute>) -> Result<Attributes, ApiError> {
        let mut changed = current.clone();
        for Attribute { key, value } in changes {
            let Some((_, _, values)) = self.known.iter().copied().flatten().find(|(known, ..)| *known == key) else {
                let message = format!("The attribute key '{key}' is not recognized, or not supported for this type");
                return Err(ApiError::new("ValidationError", message));
            };
            if !values.allow(&value) {
                return Err(impossible(format!(
                    "The value '{value}' is not valid for the attribute '{key}'"
                )));
            }
            changed.insert(key, value);
        }
        (self.together)(&changed)?;
        Ok(changed)
    }
}

fn impossible(message: String) -> ApiError {
    ApiError::new("InvalidConfigurationRequest", message)
}

/// Attributes that do not depend on each other.
fn independent(_: &Attributes) -> Result<(), ApiError> {
    Ok(())
}

/// Whether an attribute is there and on.
pub fn is_on(attributes: &Attributes, key: &str) -> bool {
    attributes.get(key).is_some_and(|value| value == "true")
}

/// Attributes as the wire lists them.
pub fn list(attributes: &Attributes) -> Vec<Attribute> {
    let entry = |(key, value): (&String, &String)| Attribute {
        key: key.clone(),
        value: value.clone(),
    };
    attributes.iter().map(entry).collect()
}
