//! Threads that live in a network namespace: a socket belongs to the namespace of the thread that made it.

use std::{
    fs::File,
    io,
    os::fd::AsFd,
    path::Path,
    thread::{Builder, JoinHandle},
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::runtime::{Builder as RuntimeBuilder, LocalOptions, LocalRuntime};

/// Starts a thread that enters `netns`, then runs a future on a runtime of its own. Errors of all of this are returned, not left to the thread.
pub(crate) fn spawn<F, Fut>(name: &str, netns: Option<&Path>, main: F) -> io::Result<JoinHandle<()>>
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    let namespace = netns.map(File::open).transpose()?;
    let (entered, result) = std::sync::mpsc::channel();
    let thread = Builder::new()
        .name(name.to_owned())
        .spawn(move || match enter(namespace.as_ref()) {
            Ok(runtime) => {
                let _ = entered.send(Ok(()));
                runtime.block_on(main());
            }
            Err(error) => {
                let _ = entered.send(Err(error));
            }
        })?;
    result
        .recv()
        .map_err(|_| io::Error::other("the thread ended before it began"))??;
    Ok(thread)
}

fn enter(namespace: Option<&File>) -> io::Result<LocalRuntime> {
    if let Some(namespace) = namespace {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
    }
    RuntimeBuilder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
}
