//! DescribeTags.

use super::filter::{Filter, Resource, select};
use super::shape::one;
use crate::page::page;
use crate::{ApiError, Context, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which tags.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default, rename = "Filter")]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    tag_set: Vec<TagDescription>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TagDescription {
    resource_id: String,
    resource_type: String,
    key: String,
    value: String,
}

/// One tag of one resource, as filters see it.
struct Tagged {
    resource_id: String,
    resource_type: &'static str,
    tag: Tags,
}

impl Resource for Tagged {
    const KIND: &'static str = "tag";
    const NOT_FOUND: &'static str = "InvalidID";

    fn tags(&self) -> &Tags {
        &self.tag
    }

    fn field(&self, _: &str, name: &str, _: Timestamp) -> Option<Vec<String>> {
        match name {
            "resource-id" => one(&self.resource_id),
            "resource-type" => one(&self.resource_type),
            "key" => Some(self.tag.keys().cloned().collect()),
            "value" => Some(self.tag.values().cloned().collect()),
            _ => None,
        }
    }
}

/// Lists tags of resources of all types.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let mut all = BTreeMap::new();
    for (resource_type, resource_id, tags) in region.ec2.tagged(context.now) {
        for (key, value) in tags {
            let tag = Tags::from([(key.clone(), value.clone())]);
            all.insert(
                format!("{resource_id}/{key}"),
                Tagged {
                    resource_id: resource_id.clone(),
                    resource_type,
                    tag,
                },
            );
        }
    }
    let tags = select(&all, &[], &input.filters, context.now)?;
    let (tags, next_token) = page(tags, |(id, _)| id, input.next_token.as_deref(), input.max_results);
    let item = |(_, tagged): (&String, &Tagged)| {
        let (resource_id, resource_type) = (tagged.resource_id.clone(), tagged.resource_type.to_owned());
        tagged.tag.iter().next().map(|(key, value)| TagDescription {
            resource_id,
            resource_type,
            key: key.clone(),
            value: value.clone(),
        })
    };
    Ok(Output {
        tag_set: tags.into_iter().filter_map(item).collect(),
        next_token,
    })
}
