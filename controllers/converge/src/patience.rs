//! How long to wait for AWS to let go of something.
//!
//! AWS has no call that waits until a target group or a security group is unused, so the deletion itself is repeated.

use aws_api::{AwsError, ErrorClass, Result};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Bounds of repeating: the first pause, the longest pause, the time after which the last error stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// The first pause; each further one is twice as long.
    first: Duration,
    /// The longest pause.
    longest: Duration,
    /// When to give up.
    total: Duration,
}

impl Patience {
    const fn seconds(total: u64) -> Self {
        Self {
            first: Duration::from_millis(50),
            longest: Duration::from_secs(2),
            total: Duration::from_secs(total),
        }
    }

    /// For target groups that a listener may still name.
    pub(crate) const TARGET_GROUP: Self = Self::seconds(20);
    /// For certificates that a listener may still name.
    pub(crate) const CERTIFICATE: Self = Self::seconds(30);
    /// For listeners that have just been made, which AWS may not find at once.
    pub(crate) const NEW_LISTENER: Self = Self::seconds(20);
    /// For security groups that interfaces of a deleted load balancer may still carry.
    pub(crate) const SECURITY_GROUP: Self = Self::seconds(120);

    /// Repeats `delete` while the object is in use. An object that does not exist counts as deleted.
    ///
    /// # Errors
    /// The last error, or the first that waiting does not cure.
    pub(crate) async fn delete<F: Future<Output = Result<()>>>(self, delete: impl FnMut() -> F) -> Result<()> {
        match self.repeat(delete, in_use).await {
            Err(error) if error.is_not_found() => Ok(()),
            outcome => outcome,
        }
    }

    /// Repeats `call` while AWS does not find what it is about.
    ///
    /// # Errors
    /// The last error, or the first that waiting does not cure.
    pub(crate) async fn until_found<T, F: Future<Output = Result<T>>>(self, call: impl FnMut() -> F) -> Result<T> {
        self.repeat(call, |error| error.code == "ListenerNotFound").await
    }

    async fn repeat<T, F: Future<Output = Result<T>>>(
        self,
        mut call: impl FnMut() -> F,
        passes: impl Fn(&AwsError) -> bool,
    ) -> Result<T> {
        let deadline = Instant::now() + self.total;
        let mut pause = self.first;
        loop {
            match call().await {
                Err(error) if passes(&error) && Instant::now() + pause <= deadline => {}
                outcome => return outcome,
            }
            sleep(pause).await;
            pause = (pause * 2).min(self.longest);
        }
    }
}

fn in_use(error: &AwsError) -> bool {
    error.class() == ErrorClass::InUse
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn error(code: &str) -> AwsError {
        AwsError {
            operation: "DeleteTargetGroup",
            code: code.to_owned(),
            message: String::new(),
            request_id: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_until_it_is_free() {
        let calls = Cell::new(0);
        let outcome = Patience::TARGET_GROUP.delete(|| {
            calls.set(calls.get() + 1);
            let free = calls.get() > 3;
            async move { if free { Ok(()) } else { Err(error("ResourceInUse")) } }
        });
        outcome.await.unwrap();
        assert_eq!(calls.get(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_at_the_deadline() {
        let started = Instant::now();
        let outcome = Patience::TARGET_GROUP
            .delete(|| async { Err(error("ResourceInUse")) })
            .await;
        assert_eq!(outcome.unwrap_err().code, "ResourceInUse");
        assert!(started.elapsed() <= Patience::TARGET_GROUP.total);
        assert!(started.elapsed() >= Duration::from_secs(15));
    }

    #[tokio::test]
    async fn what_is_gone_is_deleted_and_other_errors_stand() {
        Patience::TARGET_GROUP
            .delete(|| async { Err(error("TargetGroupNotFound")) })
            .await
            .unwrap();
        let outcome = Patience::TARGET_GROUP
            .delete(|| async { Err(error("AccessDenied")) })
            .await;
        assert_eq!(outcome.unwrap_err().code, "AccessDenied");
    }
}
