//! Clients that come at a fixed rate, each with a connection of its own, and what they were answered.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;

/// How long a client waits for its answer.
const PATIENCE: Duration = Duration::from_secs(5);

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

    fn count(&mut self, outcome: io::Result<String>) {
        match outcome {
            Ok(body) => *self.answers.entry(body).or_default() += 1,
            Err(error) => self.failures.push(error.to_string()),
        }
    }
}

impl ClientLoop {
    /// Sends `per_second` clients to `address` from now on.
    #[must_use]
    pub fn start(address: SocketAddr, per_second: u32) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(run(address, per_second, stopped)))
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

async fn run(address: SocketAddr, per_second: u32, stop: CancellationToken) -> Tally {
    let mut due = interval(Duration::from_secs(1) / per_second);
    let (mut clients, mut tally) = (JoinSet::new(), Tally::default());
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = due.tick() => drop(clients.spawn(get(address, "/", PATIENCE))),
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

/// The body of a 200 to a GET on a connection of its own.
///
/// # Errors
/// When there is none within `patience`; the error says what there was instead.
pub async fn get(address: SocketAddr, path: &str, patience: Duration) -> io::Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut response = String::new();
        stream.read_to_string(&mut response).await?;
        io::Result::Ok(response)
    };
    let response = timeout(patience, exchange).await??;
    match response.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        Some((head, _)) => Err(io::Error::other(head.lines().next().unwrap_or_default().to_owned())),
        None => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers each of the first connections with one of `responses`, then none.
    fn server(responses: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for response in responses {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 256];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(response.as_bytes()).unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn only_a_200_is_an_answer() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "",
        ]);
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.count(get(address, "/", PATIENCE).await);
        }
        assert_eq!((tally.answered(), tally.answers.get("a")), (1, Some(&1)));
        assert_eq!(
            tally.failures,
            ["HTTP/1.1 503 Service Unavailable", "unexpected end of file"]
        );
    }
}
