//! A client of the AWS API that costs little: fixed requests on kept connections, of the answers only status and length are read.

use anyhow::{Context, Result, ensure};
use seatrial_e2e::usage::Usage;
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// How many connections ask, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiLoad {
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
}

/// What was answered, and what it cost the client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) answered: u64,
    took: Duration,
    client: Duration,
}

impl Done {
    pub(crate) fn per_second(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    /// Processor time of the client per answer.
    pub(crate) fn client_micros(&self) -> f64 {
        self.client.as_secs_f64() * 1e6 / self.answered as f64
    }
}

/// A request as an SDK sends it; its signature is one in form only.
pub(crate) fn describe_target_health(target_group: &str, region: &str) -> String {
    let arn: String = target_group
        .chars()
        .map(|c| match c {
            ':' => "%3A".to_owned(),
            '/' => "%2F".to_owned(),
            c => c.to_string(),
        })
        .collect();
    let body = format!("Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn={arn}");
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         user-agent: aws-sdk-rust/1.3.9 os/linux lang/rust/1.95.0\r\nx-amz-date: 20260101T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=seatrial/20260101/{region}/elasticloadbalancing/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature={:064}\r\ncontent-length: {}\r\n\r\n{body}",
        0,
        body.len()
    )
}

impl ApiLoad {
    /// Sends `request` again and again, from a thread of its own.
    pub(crate) fn run(self, address: SocketAddr, request: &str) -> Result<Done> {
        let before = Usage::of(std::process::id())?.cpu;
        let request = request.to_owned();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, self.load(address, Rc::from(request)))
        });
        let (answered, took) = thread.join().ok().context("the client panicked")??;
        ensure!(answered > 0, "{address} answered nothing");
        let client = Usage::of(std::process::id())?.cpu - before;
        Ok(Done { answered, took, client })
    }

    async fn load(self, address: SocketAddr, request: Rc<str>) -> Result<(u64, Duration)> {
        let answered = Rc::new(Cell::new(0_u64));
        let began = Instant::now();
        let clients: Vec<_> = (0..self.connections)
            .map(|_| {
                let (request, answered) = (request.clone(), answered.clone());
                tokio::task::spawn_local(async move {
                    while began.elapsed() < self.duration {
                        ask(address, &request, &answered, began + self.duration).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for client in clients {
            client.await??;
        }
        Ok((answered.get(), began.elapsed()))
    }
}

/// Asks on one connection until the time is up or the server closes it.
async fn ask(address: SocketAddr, request: &str, answered: &Cell<u64>, until: Instant) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    while Instant::now() < until {
        stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        let (whole, closes) = loop {
            if let Some(head) = Head::parse(&buffer[..filled])? {
                break (head.whole, head.closes);
            }
            filled += read(&mut stream, &mut buffer[filled..]).await?;
        };
        while filled < whole {
            filled += read(&mut stream, &mut buffer[filled..]).await?;
        }
        answered.set(answered.get() + 1);
        if closes {
            break;
        }
    }
    Ok(())
}

async fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    let read = stream.read(buffer).await?;
    ensure!(
        read > 0,
        "the server closed the connection within an answer, or the answer is longer than expected"
    );
    Ok(read)
}

/// What of an answer's head matters.
struct Head {
    /// Length of head and body.
    whole: usize,
    closes: bool,
}

impl Head {
    /// None while it is not complete.
    fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&bytes[..end])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 200"), "answered: {head}");
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length: usize = field("content-length:")
            .context("an answer without a length")?
            .parse()?;
        Ok(Some(Self {
            whole: end + 4 + length,
            closes: field("connection:") == Some("close"),
        }))
    }
}
