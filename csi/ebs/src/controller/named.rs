//! What has a name already, since the answer to an earlier request may have been lost.

use super::ControllerError;
use aws_api::ebs::{Snapshot, Volume};

/// What the cluster names.
pub(super) trait Named {
    const KIND: &'static str;

    fn id(&self) -> &str;
}

impl Named for Volume {
    const KIND: &'static str = "volume";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Named for Snapshot {
    const KIND: &'static str = "snapshot";

    fn id(&self) -> &str {
        &self.id
    }
}

/// The only one of those that have the name, if it is as asked for.
///
/// # Errors
/// `Taken` when it is not, which `difference` says; `Ambiguous` when there are several.
pub(super) fn only<T: Named>(
    name: &str,
    mut found: Vec<T>,
    difference: impl FnOnce(&T) -> Option<String>,
) -> Result<Option<T>, ControllerError> {
    match found.as_slice() {
        [] => Ok(None),
        [one] => match difference(one) {
            None => Ok(found.pop()),
            Some(difference) => Err(ControllerError::Taken {
                kind: T::KIND,
                id: one.id().to_owned(),
                name: name.to_owned(),
                difference,
            }),
        },
        several => Err(ControllerError::Ambiguous {
            kind: T::KIND,
            name: name.to_owned(),
            ids: several.iter().map(T::id).collect::<Vec<_>>().join(", "),
        }),
    }
}
