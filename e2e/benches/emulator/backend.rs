//! The server behind the relays: it is told how many bytes to send, sends them, and is told again.

use anyhow::Result;
use std::net::{SocketAddr, TcpListener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// A backend, in a thread of its own until the program ends.
#[derive(Debug)]
pub(crate) struct Backend {
    address: SocketAddr,
}

impl Backend {
    /// Serves at `address`; port 0 takes a free one.
    pub(crate) fn start(address: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, accept(listener))
        });
        Ok(Self { address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: TcpListener) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A client that goes away has what it wanted.
        tokio::task::spawn_local(async move { drop(serve(stream).await) });
    }
}

/// Eight bytes, big end first, say how many to send.
async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let zeros = vec![0; 1 << 16];
    loop {
        let mut left = usize::try_from(stream.read_u64().await?).unwrap_or_default();
        while left > 0 {
            let some = left.min(zeros.len());
            stream.write_all(&zeros[..some]).await?;
            left -= some;
        }
    }
}
