//! What is not repeated, beside what the SDK does not repeat by itself.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority};
use aws_smithy_runtime_api::http::Response;

/// Whether an answer says that the endpoint does not have the action. Emulators say so with 501, or with a page of their web
/// framework and status 500; AWS does neither.
pub(crate) fn lacks_action(response: &Response) -> bool {
    let content_type = response.headers().get("content-type").unwrap_or_default();
    match response.status().as_u16() {
        501 => true,
        404 | 405 | 500 => content_type.trim_start().starts_with("text/html"),
        _ => false,
    }
}

/// Lets a call fail at once whose action the endpoint lacks, where the SDK would take the status for a passing failure.
#[derive(Debug)]
pub(crate) struct KnownActions;

impl ClassifyRetry for KnownActions {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if context.response().is_some_and(lacks_action) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "KnownActions"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    #[test]
    fn pages_of_web_frameworks_are_no_passing_failures() {
        let table = [
            (501, "text/xml", true),
            (500, "text/html; charset=utf-8", true),
            (404, "text/html", true),
            (500, "text/xml;charset=UTF-8", false),
            (503, "text/html", false),
            (400, "text/xml", false),
        ];
        for (status, content_type, expected) in table {
            let mut response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
            response.headers_mut().insert("content-type", content_type);
            assert_eq!(lacks_action(&response), expected, "{status} {content_type}");
        }
    }
}
