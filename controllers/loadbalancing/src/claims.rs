//! Whether the other controller's objects still need what both share.

use kube::api::ListParams;
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Objects per page.
const PAGE: u32 = 500;

/// Whether any object of a kind carries a finalizer that `is_ours` knows. It is asked when the last stack of the other kind goes, so it is not watched.
///
/// # Errors
/// When the objects cannot be listed.
pub async fn any_holds<K>(client: &Client, is_ours: impl Fn(&str) -> bool) -> kube::Result<bool>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let api: Api<K> = Api::all(client.clone());
    let mut page = ListParams::default().limit(PAGE);
    loop {
        let listed = api.list_metadata(&page).await?;
        if listed
            .items
            .iter()
            .any(|object| object.finalizers().iter().any(|one| is_ours(one)))
        {
            return Ok(true);
        }
        match listed.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return Ok(false),
        }
    }
}
