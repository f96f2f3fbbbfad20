//! Encryption: which key of KMS a volume or snapshot has. No bytes are encrypted.

use crate::{ApiError, Context, Ids};

/// Ids of the key that AWS manages for EBS come from this place in the world's stream, which no call reaches.
const MANAGED_KEY: u64 = u64::MAX;

/// The ARN of the key that a new volume or snapshot gets; none if it is not encrypted.
///
/// What comes of something encrypted is encrypted, with the same key unless another is named.
///
/// # Errors
/// `InvalidParameterDependency` for a key without encryption.
pub(super) fn key(
    encrypted: Option<bool>,
    key_id: Option<&str>,
    inherited: Option<&str>,
    context: &Context,
) -> Result<Option<String>, ApiError> {
    let key_id = key_id.filter(|id| !id.is_empty());
    let encrypted = encrypted == Some(true) || inherited.is_some();
    match key_id {
        Some(_) if !encrypted => Err(ApiError::new(
            "InvalidParameterDependency",
            "The parameter KmsKeyId requires the parameter Encrypted to be set.",
        )),
        Some(id) => Ok(Some(arn(id, context))),
        None if !encrypted => Ok(None),
        None => Ok(Some(inherited.map_or_else(|| managed_key(context), str::to_owned))),
    }
}

/// The ARN of what may be an id, an alias or an ARN.
fn arn(id: &str, context: &Context) -> String {
    let resource = match id {
        arn if arn.starts_with("arn:") => return arn.to_owned(),
        alias if alias.starts_with("alias/") => alias.to_owned(),
        id => format!("key/{id}"),
    };
    format!("arn:aws:kms:{}:{}:{resource}", context.region, context.account)
}

/// The key `alias/aws/ebs` of the account in its region.
fn managed_key(context: &Context) -> String {
    arn(&Ids::new(context.seed, MANAGED_KEY).uuid(), context)
}
