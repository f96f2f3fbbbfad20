//! Tasks of one thread, for a library that wants to start some.

use hyper::rt::Executor;
use tokio::task::spawn_local;

/// Starts tasks on the thread's own set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalExecutor;

impl<F> Executor<F> for LocalExecutor
where
    F: Future + 'static,
{
    fn execute(&self, task: F) {
        drop(spawn_local(async move { drop(task.await) }));
    }
}
