//! Clients of a relay.

use anyhow::{Context, Result, ensure};
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// What the clients do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Fetch 1 MiB again and again, on kept connections.
    Bulk,
    /// Fetch one byte, each time on a new connection.
    NewConnections,
    /// Fetch 80 bytes again and again, on kept connections.
    SmallRequests,
}

/// Kinds with their names and units in the report.
pub(crate) const KINDS: [(Kind, &str, &str); 3] = [
    (Kind::Bulk, "relayed 1 MiB responses", "GB/s"),
    (Kind::NewConnections, "relayed new connections", "1/s"),
    (Kind::SmallRequests, "relayed small requests on kept connections", "1/s"),
];

impl Kind {
    fn size(self) -> u64 {
        match self {
            Self::Bulk => 1 << 20,
            Self::NewConnections => 1,
            Self::SmallRequests => 80,
        }
    }

    /// From responses to the unit of the report.
    fn scale(self) -> f64 {
        match self {
            Self::Bulk => self.size() as f64 / 1e9,
            _ => 1.0,
        }
    }
}

/// How many clients, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelayLoad {
    pub(crate) kind: Kind,
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
}

impl RelayLoad {
    /// What was carried per second, in the kind's unit, and all of it.
    pub(crate) fn run(self, address: SocketAddr) -> Result<(f64, f64)> {
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, self.load(address))
        });
        let (responses, took) = thread.join().ok().context("a client panicked")??;
        ensure!(responses > 0, "nothing came through {address}");
        let carried = responses as f64 * self.kind.scale();
        Ok((carried / took.as_secs_f64(), carried))
    }

    async fn load(self, address: SocketAddr) -> Result<(u64, Duration)> {
        let responses = Rc::new(Cell::new(0_u64));
        let began = Instant::now();
        let until = began + self.duration;
        let clients: Vec<_> = (0..self.connections)
            .map(|_| {
                let responses = responses.clone();
                tokio::task::spawn_local(async move {
                    while Instant::now() < until {
                        self.connection(address, until, &responses).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for client in clients {
            client.await??;
        }
        Ok((responses.get(), began.elapsed()))
    }

    async fn connection(self, address: SocketAddr, until: Instant, responses: &Cell<u64>) -> Result<()> {
        let mut stream = TcpStream::connect(address)
            .await
            .context("cannot connect to the relay")?;
        stream.set_nodelay(true)?;
        let mut buffer = vec![0; 1 << 16];
        while Instant::now() < until {
            stream.write_u64(self.kind.size()).await?;
            let mut left = self.kind.size();
            while left > 0 {
                let read = stream.read(&mut buffer).await?;
                ensure!(read > 0, "the relay closed a connection");
                left -= read as u64;
            }
            responses.set(responses.get() + 1);
            if self.kind == Kind::NewConnections {
                break;
            }
        }
        Ok(())
    }
}
