//! What the SDK's errors become.

use crate::retry;
use aws_api::AwsError;
use aws_sdk_ec2::operation::RequestId;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The code of a call that got no answer with a code.
const NO_ANSWER: &str = "RequestFailed";

/// The code of an answer by which an endpoint says, in whatever way, that it does not have the action.
const NO_SUCH_ACTION: &str = "InvalidAction";

/// The error of `operation`: the code, message and request id of the answer, or what went wrong on the way.
pub(crate) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, Response>) -> AwsError
where
    E: std::error::Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    AwsError {
        operation,
        code: code(error).to_owned(),
        message: error
            .message()
            .map_or_else(|| DisplayErrorContext(error).to_string(), str::to_owned),
        request_id: error.request_id().map(str::to_owned),
    }
}

/// The error code of the answer.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, Response>) -> &str {
    if error.raw_response().is_some_and(retry::lacks_action) {
        return NO_SUCH_ACTION;
    }
    error.code().unwrap_or(NO_ANSWER)
}
