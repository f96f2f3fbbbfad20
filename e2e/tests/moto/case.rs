//! The cases: those that were recorded, and variants of them.

use anyhow::{Context, Result};
use seatrial_e2e::toolchain::checkout;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

/// Manifests, and what becomes of them.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    /// Its file's name, or the variant's.
    #[serde(skip)]
    pub(crate) name: String,
    /// What users apply; ids of AWS are named.
    pub(crate) manifests: Vec<Value>,
    /// Which Services or Ingresses get an address.
    pub(crate) has_address: BTreeMap<String, bool>,
    /// The state of AWS; ids are named.
    pub(crate) aws: Value,
}

/// A case told by its differences from another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    /// The other case.
    of: String,
    /// Annotations of the Service without their prefix; null removes one.
    #[serde(default)]
    annotations: BTreeMap<String, Option<String>>,
    /// Merged into the Service's spec.
    #[serde(default)]
    spec: Value,
    /// JSON pointers into the state of AWS and what is there instead; null removes it. The last ones go first, so that
    /// places hold.
    #[serde(default)]
    becomes: BTreeMap<String, Value>,
    /// Services that get another answer to whether they have an address.
    #[serde(default)]
    has_address: BTreeMap<String, bool>,
}

/// All recorded cases by name, and the variants of those of Services.
pub(crate) fn all() -> Result<Vec<Case>> {
    let folder = checkout().join("e2e/golden");
    let mut recorded = BTreeMap::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.extension().is_some_and(|extension| extension == "json") {
            let case: Case = serde_json::from_slice(&fs::read(&path)?).with_context(|| name.clone())?;
            recorded.insert(name.clone(), Case { name, ..case });
        }
    }
    let variants = fs::read_to_string(folder.join("variants.yaml"))?;
    let variants: BTreeMap<String, Variant> = serde_saphyr::from_str(&variants).context("variants.yaml")?;
    let mut cases: Vec<_> = recorded.values().cloned().collect();
    for (name, variant) in variants {
        let base = recorded
            .get(&variant.of)
            .with_context(|| format!("{name} is of no case"))?;
        cases.push(varied(base, name, &variant)?);
    }
    Ok(cases)
}

fn varied(base: &Case, name: String, variant: &Variant) -> Result<Case> {
    let mut case = Case { name, ..base.clone() };
    let service = case.manifests.first_mut().context("no manifest")?;
    for (key, value) in &variant.annotations {
        let key = format!("service.beta.kubernetes.io/{key}");
        merge(&mut service["metadata"]["annotations"], &json!({ key: value }));
    }
    if variant.spec.is_object() {
        merge(&mut service["spec"], &variant.spec);
    }
    case.has_address.extend(variant.has_address.clone());
    for (pointer, value) in variant.becomes.iter().rev() {
        let (parent, key) = pointer.rsplit_once('/').context("a JSON pointer begins with /")?;
        let parent = case
            .aws
            .pointer_mut(parent)
            .with_context(|| format!("{}: no {parent}", case.name))?;
        let key = key.replace("~1", "/");
        match parent.as_array_mut().zip(key.parse().ok()) {
            Some((list, index)) if value.is_null() => drop(list.remove(index)),
            Some((list, index)) if index == list.len() => list.push(value.clone()),
            Some((list, index)) => list[index] = value.clone(),
            None => merge(parent, &json!({ key: value })),
        }
    }
    Ok(case)
}

/// A JSON merge patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            drop(target.as_object_mut().and_then(|target| target.remove(key)));
        } else {
            merge(&mut target[key], value);
        }
    }
}
