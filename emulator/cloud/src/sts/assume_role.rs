//! AssumeRole.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// How long credentials live unless asked otherwise, in seconds.
const DEFAULT_DURATION: u64 = 3600;

/// The role and the name of the session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_arn: String,
    role_session_name: String,
    duration_seconds: Option<u64>,
}

/// Temporary credentials.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

/// Gives credentials that are valid here as any others are: no secret is ever checked.
///
/// # Errors
/// `ValidationError` when the role is not the ARN of an IAM role or the duration is outside 900..=43200 seconds.
pub fn call(_: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let (_, role) = input
        .role_arn
        .split_once(":role/")
        .filter(|(account, _)| account.starts_with("arn:aws"))
        .ok_or_else(|| ApiError::new("ValidationError", format!("{} is invalid", input.role_arn)))?;
    let duration = input.duration_seconds.unwrap_or(DEFAULT_DURATION);
    if !(900..=43_200).contains(&duration) {
        return Err(ApiError::new("ValidationError", "DurationSeconds must be between 900 and 43200"));
    }
    let mut ids = context.ids.clone();
    let (account, session) = (&context.account, &input.role_session_name);
    Ok(Output {
        credentials: Credentials {
            access_key_id: format!("ASIA{}", ids.hex(16).to_uppercase()),
            secret_access_key: ids.hex(32),
            session_token: ids.hex(32),
            expiration: context.now.after(duration * 1000).iso8601(),
        },
        assumed_role_user: AssumedRoleUser {
            assumed_role_id: format!("AROA{}:{session}", ids.hex(16).to_uppercase()),
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        },
    })
}
