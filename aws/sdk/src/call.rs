//! One call: admitted by the client-side rates, counted, its error translated.

use crate::error;
use crate::metrics::{CallLabels, Metrics};
use crate::service::Service;
use crate::throttle::Throttles;
use aws_api::{AwsError, Result};
use aws_sdk_ec2::operation::RequestId;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::future::Future;
use std::time::Instant;

/// Makes the calls of one service.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) service: Service,
    pub(crate) throttles: Throttles,
    pub(crate) metrics: Metrics,
}

impl Caller {
    /// Makes one call.
    pub(crate) async fn call<T, E>(
        &self,
        operation: &'static str,
        send: impl Future<Output = std::result::Result<T, SdkError<E, Response>>>,
    ) -> Result<T>
    where
        E: std::error::Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
    {
        self.throttles.admit(self.service, operation).await;
        let started = Instant::now();
        let answer = send.await;
        let (status_code, error_code) = match &answer {
            Ok(_) => ("200".to_owned(), String::new()),
            Err(error) => {
                let status = error
                    .raw_response()
                    .map(|response| response.status().as_u16().to_string());
                (status.unwrap_or_default(), error::code(error).to_owned())
            }
        };
        let labels = CallLabels {
            service: self.service.id(),
            operation,
            status_code,
            error_code,
        };
        self.metrics.observe(&labels, started.elapsed());
        answer.map_err(|error| error::from_sdk(operation, &error))
    }

    /// Makes the calls of a paged list: `send` takes the token of a page, `next` finds the token of the one after it.
    pub(crate) async fn pages<T, E, F>(
        &self,
        operation: &'static str,
        mut send: impl FnMut(Option<String>) -> F,
        next: impl Fn(&T) -> Option<&str>,
    ) -> Result<Vec<T>>
    where
        E: std::error::Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
        F: Future<Output = std::result::Result<T, SdkError<E, Response>>>,
    {
        let mut pages = Vec::new();
        let mut token = None;
        loop {
            let page = self.call(operation, send(token)).await?;
            token = next(&page).filter(|token| !token.is_empty()).map(str::to_owned);
            pages.push(page);
            if token.is_none() {
                return Ok(pages);
            }
        }
    }
}

/// The answer to a create call has one object; without it the call did not do what was asked.
pub(crate) fn created<T>(operation: &'static str, objects: Option<Vec<T>>) -> Result<T> {
    objects.unwrap_or_default().into_iter().next().ok_or_else(|| AwsError {
        operation,
        code: "RequestFailed".to_owned(),
        message: "the answer does not contain the created object".to_owned(),
        request_id: None,
    })
}
