//! DryRun: every action of EC2 can be tried without doing it. See "DryRun" in the common parameters of the EC2 API reference.

use crate::{ApiError, Context, Exchange, Region};
use serde::Deserialize;

#[derive(Deserialize)]
struct Parameters {
    #[serde(default, rename = "DryRun")]
    dry_run: bool,
}

/// Runs an action that reads, or tries whether it could run.
pub(crate) fn read<X: Exchange>(
    action: &str,
    exchange: &X,
    region: &Region,
    context: &Context,
) -> Option<Result<X::Answer, ApiError>> {
    let result = super::read(action, exchange, region, context)?;
    Some(result.and_then(|answer| {
        if tried(exchange)? {
            Err(would_succeed())
        } else {
            Ok(answer)
        }
    }))
}

/// Runs an action that writes; a dry run changes a copy.
pub(crate) fn write<X: Exchange>(
    action: &str,
    exchange: &X,
    region: &mut Region,
    context: &mut Context,
) -> Option<Result<X::Answer, ApiError>> {
    match tried(exchange) {
        Ok(false) => super::write(action, exchange, region, context),
        Ok(true) => {
            let result = super::write(action, exchange, &mut region.clone(), context)?;
            Some(result.and_then(|_| Err(would_succeed())))
        }
        Err(error) => Some(Err(error)),
    }
}

fn tried<X: Exchange>(exchange: &X) -> Result<bool, ApiError> {
    exchange.input::<Parameters>().map(|parameters| parameters.dry_run)
}

/// The error that says that there would be none.
fn would_succeed() -> ApiError {
    let message = "Request would have succeeded, but DryRun flag is set.";
    ApiError::new("DryRunOperation", message).with_status(412)
}
