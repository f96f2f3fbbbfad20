//! Clients that come at a fixed rate, each with a connection of its own, and what they were answered.

use crate::client::{Ask, ClientError};
use std::collections::BTreeMap;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// A loop that runs in a thread of its own, so that what else the program does delays no client.
#[derive(Debug)]
pub struct ClientLoop {
    stop: CancellationToken,
    thread: JoinHandle<io::Result<Tally>>,
}

/// What the clients of a loop saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often each body came, with status 200.
    pub answers: BTreeMap<String, u64>,
    /// What went wrong, once per client that got no such answer.
    pub failures: Vec<String>,
}

impl Tally {
    /// How many clients got an answer.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answers.values().sum()
    }

    fn count(&mut self, outcome: Result<String, ClientError>) {
        match outcome {
            Ok(body) => *self.answers.entry(body).or_default() += 1,
            Err(error) => self.failures.push(error.to_string()),
        }
    }
}

impl ClientLoop {
    /// Sends `per_second` clients from now on, which ask one of `asks` each, in turn.
    #[must_use]
    pub fn start(asks: Vec<Ask>, per_second: u32) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(run(asks, per_second, stopped)))
        });
        Self { stop, thread }
    }

    /// Sends no more clients, waits for those that are under way, and tells what all of them saw.
    ///
    /// # Errors
    /// When the loop could not run.
    pub fn stop(self) -> io::Result<Tally> {
        self.stop.cancel();
        self.thread
            .join()
            .map_err(|_| io::Error::other("the client loop panicked"))?
    }
}

async fn run(asks: Vec<Ask>, per_second: u32, stop: CancellationToken) -> Tally {
    let mut due = interval(Duration::from_secs(1) / per_second);
    let (mut clients, mut tally) = (JoinSet::new(), Tally::default());
    let mut next = asks.iter().cycle();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = due.tick() => {
                let Some(ask) = next.next().cloned() else { break };
                clients.spawn(async move { ask.body().await });
            }
            Some(Ok(outcome)) = clients.join_next() => tally.count(outcome),
        }
    }
    clients
        .join_all()
        .await
        .into_iter()
        .for_each(|outcome| tally.count(outcome));
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::sync::mpsc::{Receiver, channel};

    /// Answers each connection with the path that it asks for, and tells which one that was.
    fn echo() -> (SocketAddr, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut request) = (stream.unwrap(), [0; 512]);
                let read = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let path = request.split(' ').nth(1).unwrap();
                let status = if path == "/none" { 404 } else { 200 };
                let length = path.len();
                write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{path}").unwrap();
                let _nobody_listens_any_more = seen.send(path.to_owned());
            }
        });
        (address, asked)
    }

    #[test]
    fn clients_ask_in_turn_and_what_is_no_200_is_a_failure() {
        let (address, asked) = echo();
        let asks = ["/a", "/none"].map(|path| Ask::get(address, "a.test", path));
        let clients = ClientLoop::start(asks.to_vec(), 200);
        let seen: BTreeSet<String> = asked.iter().take(4).collect();
        let tally = clients.stop().unwrap();
        assert!(seen.iter().eq(["/a", "/none"]), "{seen:?}");
        assert!(tally.answers.keys().eq(["/a"]) && tally.answered() >= 2, "{tally:?}");
        assert!(tally.failures.len() >= 2, "{tally:?}");
        assert!(
            tally
                .failures
                .iter()
                .all(|failure| failure.contains("/none is answered with 404")),
            "{tally:?}"
        );
    }
}
