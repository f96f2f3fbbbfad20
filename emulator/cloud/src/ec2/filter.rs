//! Describe calls: choose by id, then by filters. See "Filter" of each action in the EC2 API reference.

use super::state::not_found;
use crate::{ApiError, Tags, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One filter: any of its values must match; `*` stands for any text and `?` for one character.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    name: String,
    #[serde(default, rename = "Value")]
    values: Vec<String>,
}

/// Something that Describe calls select.
pub(crate) trait Resource {
    /// What it is called in messages.
    const KIND: &'static str;
    /// Error code for an id that names none.
    const NOT_FOUND: &'static str;

    /// Its tags.
    fn tags(&self) -> &Tags;

    /// The values that a filter of this name sees at a time; absent when there is no such filter.
    fn field(&self, id: &str, name: &str, now: Timestamp) -> Option<Vec<String>>;

    /// Whether it is there; what was deleted may be kept for a while.
    fn exists(&self, _: Timestamp) -> bool {
        true
    }

    /// That a text can be the id of such a resource.
    ///
    /// # Errors
    /// The error for one that cannot.
    fn check_id(_: &str) -> Result<(), ApiError> {
        Ok(())
    }
}

/// The resources with these ids (all, if none are named) that pass every filter, in order of id.
///
/// # Errors
/// The resource's code for an id that is unknown or malformed, `InvalidParameterValue` for an unknown filter.
pub(crate) fn select<'a, R: Resource>(
    all: &'a BTreeMap<String, R>,
    ids: &[String],
    filters: &[Filter],
    now: Timestamp,
) -> Result<Vec<(&'a String, &'a R)>, ApiError> {
    let mut chosen: Vec<(&String, &R)> = if ids.is_empty() {
        all.iter().filter(|(_, resource)| resource.exists(now)).collect()
    } else {
        ids.iter()
            .map(|id| {
                R::check_id(id)?;
                all.get_key_value(id)
                    .filter(|(_, resource)| resource.exists(now))
                    .ok_or_else(|| not_found(R::NOT_FOUND, R::KIND, id))
            })
            .collect::<Result<_, _>>()?
    };
    chosen.sort_by_key(|(id, _)| *id);
    chosen.dedup_by_key(|(id, _)| *id);
    passing(
        chosen,
        filters,
        |(_, resource)| resource.tags(),
        |(id, resource), name| resource.field(id, name, now),
    )
}

/// Those of `chosen` that pass every filter, by their tags and fields.
///
/// # Errors
/// `InvalidParameterValue` for an unknown filter.
pub(crate) fn passing<'a, T: Copy>(
    mut chosen: Vec<T>,
    filters: &[Filter],
    tags: impl Fn(T) -> &'a Tags,
    field: impl Fn(T, &str) -> Option<Vec<String>>,
) -> Result<Vec<T>, ApiError> {
    for filter in filters {
        let mut kept = Vec::with_capacity(chosen.len());
        for item in chosen {
            if filter.passes(tags(item), |name| field(item, name))? {
                kept.push(item);
            }
        }
        chosen = kept;
    }
    Ok(chosen)
}

impl Filter {
    /// Whether it is the one of this name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn passes(&self, tags: &Tags, field: impl Fn(&str) -> Option<Vec<String>>) -> Result<bool, ApiError> {
        let any = |text: &str| {
            self.values
                .iter()
                .any(|pattern| glob(pattern.as_bytes(), text.as_bytes()))
        };
        if let Some(key) = self.name.strip_prefix("tag:") {
            return Ok(tags.get(key).is_some_and(|value| any(value)));
        }
        if self.name == "tag-key" {
            return Ok(tags.keys().any(|key| any(key)));
        }
        match field(&self.name) {
            Some(values) => Ok(values.iter().any(|value| any(value))),
            None => Err(ApiError::new(
                "InvalidParameterValue",
                format!("The filter '{}' is invalid", self.name),
            )),
        }
    }
}

/// Whether `text` is of the form `pattern`. Iterative, so that no pattern takes exponential time.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, read));
                at += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after_star, from)) = retry else { return false };
                retry = Some((after_star, from + 1));
                at = after_star;
                read = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, matches) in [
            ("*", "", true),
            ("k8s-*-x", "k8s-a-b-x", true),
            ("k?s", "k8s", true),
            ("k8s", "k8s-", false),
            ("a*b", "ac", false),
        ] {
            assert_eq!(glob(pattern.as_bytes(), text.as_bytes()), matches, "{pattern} {text}");
        }
    }
}
