//! One call: logged without its secrets, carried out apart from its connection, counted, its error made a status.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::error::Error;
use std::fmt::Debug;
use std::time::Instant;
use tonic::{Code, Request, Response, Status};

/// Bucket bounds, in seconds: from a look at a mount table to a volume that is copied.
const SECONDS: [f64; 10] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0];

/// An error that a caller is told of.
pub trait Refusal: Error {
    /// The gRPC code, as the CSI specification gives it for the call.
    fn code(&self) -> Code;
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method_name: &'static str,
    grpc_status_code: String,
}

/// Carries out the calls of a driver. Clones share their metrics.
#[derive(Debug, Clone)]
pub struct Rpcs {
    seconds: Family<Labels, Histogram, fn() -> Histogram>,
}

impl Rpcs {
    /// Registers `csi_plugin_operations_seconds`.
    #[must_use]
    pub fn register(registry: &mut Registry) -> Self {
        let seconds: Family<Labels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("csi_plugin_operations_seconds", "Time per CSI call", seconds.clone());
        Self { seconds }
    }

    /// Answers a call with what `work` makes of the request.
    ///
    /// The work is a task of its own: a caller that hangs up does not tear an attachment or a mkfs apart, and whoever asks
    /// again meets the operation that is still under way. A panic ends this call alone.
    ///
    /// # Errors
    /// The status of the work's error; Internal when it panicked.
    pub async fn answer<I, T, E, F>(
        &self,
        method: &'static str,
        request: Request<I>,
        work: impl FnOnce(I) -> F,
    ) -> Result<Response<T>, Status>
    where
        I: Debug,
        T: Debug + Send + 'static,
        E: Refusal + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let (started, request) = (Instant::now(), request.into_inner());
        tracing::debug!(method, ?request, "called");
        let outcome = match tokio::spawn(work(request)).await {
            Ok(Ok(answer)) => Ok(Response::new(answer)),
            Ok(Err(refusal)) => Err(status(&refusal)),
            Err(_panicked) => Err(Status::internal(format!(
                "{method} failed in the driver itself; its log says where"
            ))),
        };
        let took = started.elapsed();
        let code = outcome.as_ref().map_or_else(Status::code, |_| Code::Ok);
        match &outcome {
            Ok(answer) => tracing::debug!(method, answer = ?answer.get_ref(), ?took, "answered"),
            Err(status) => tracing::error!(method, ?code, message = status.message(), ?took, "refused"),
        }
        let labels = Labels {
            method_name: method,
            grpc_status_code: format!("{code:?}"),
        };
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
        outcome
    }
}

/// The status of an error: its code, its text and the texts of what caused it.
fn status(refusal: &impl Refusal) -> Status {
    let mut message = refusal.to_string();
    let mut cause = refusal.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    Status::new(refusal.code(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot mount {path}")]
    struct Unmountable {
        path: &'static str,
        source: std::io::Error,
    }

    impl Refusal for Unmountable {
        fn code(&self) -> Code {
            Code::FailedPrecondition
        }
    }

    #[tokio::test]
    async fn a_status_says_what_failed_and_why() {
        let rpcs = Rpcs::register(&mut Registry::default());
        let refuse = |path| async move {
            Err::<(), _>(Unmountable {
                path,
                source: std::io::Error::other("no such device"),
            })
        };
        let status = rpcs
            .answer("NodeStageVolume", Request::new("/a"), refuse)
            .await
            .unwrap_err();
        assert_eq!(
            (status.code(), status.message()),
            (Code::FailedPrecondition, "cannot mount /a: no such device")
        );
    }

    #[tokio::test]
    async fn a_panic_ends_one_call() {
        let rpcs = Rpcs::register(&mut Registry::default());
        let panic = |_: ()| async {
            if true {
                panic!("a defect")
            } else {
                Ok::<(), Unmountable>(())
            }
        };
        let status = rpcs.answer("Probe", Request::new(()), panic).await.unwrap_err();
        assert_eq!(status.code(), Code::Internal);
        let succeed = |_: ()| async { Ok::<_, Unmountable>(7) };
        assert_eq!(
            rpcs.answer("Probe", Request::new(()), succeed)
                .await
                .unwrap()
                .into_inner(),
            7
        );
    }
}
