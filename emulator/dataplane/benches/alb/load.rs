//! The load: HTTP/1.1 in the clear and over TLS from wrk, HTTP/2 from h2load, over kept connections.

use std::process::Command;

use anyhow::Context as _;

use crate::{output, process::Process};

pub(crate) const HTTP_PORT: u16 = 8080;
pub(crate) const HTTPS_PORT: u16 = 8443;
const SECONDS: u64 = 6;
const CONNECTIONS: u64 = 64;

#[derive(Clone, Copy)]
pub(crate) enum Load {
    Http,
    Https,
    Http2,
}

/// What one run showed.
pub(crate) struct Measured {
    pub(crate) requests_per_second: f64,
    pub(crate) p99_milliseconds: Option<f64>,
    pub(crate) cpu_microseconds_per_request: f64,
}

impl Load {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Http2 => "http2",
        }
    }

    pub(crate) fn url(self, address: &str, path: &str) -> String {
        match self {
            Self::Http => format!("http://{address}:{HTTP_PORT}{path}"),
            Self::Https | Self::Http2 => format!("https://{address}:{HTTPS_PORT}{path}"),
        }
    }

    pub(crate) fn run(self, proxy: &Process, url: &str) -> anyhow::Result<Measured> {
        let before = proxy.cpu()?;
        let (requests_per_second, p99_milliseconds) = match self {
            Self::Http | Self::Https => wrk(url)?,
            Self::Http2 => (h2load(url)?, None),
        };
        let cpu = proxy.cpu()? - before;
        let requests = requests_per_second * SECONDS as f64;
        let measured = Measured {
            requests_per_second,
            p99_milliseconds,
            cpu_microseconds_per_request: cpu.as_secs_f64() * 1e6 / requests,
        };
        eprintln!(
            "{} {url}: {requests_per_second:.0}/s, p99 {p99_milliseconds:?} ms, {:.1} us",
            self.name(),
            measured.cpu_microseconds_per_request
        );
        Ok(measured)
    }
}

fn wrk(url: &str) -> anyhow::Result<(f64, Option<f64>)> {
    let connections = format!("-c{CONNECTIONS}");
    let text = output(Command::new("wrk").args(["-t1", &connections, &format!("-d{SECONDS}s"), "--latency", url]))?;
    anyhow::ensure!(!text.contains("Non-2xx"), "{text}");
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(name))
            .map(str::trim)
    };
    let requests = field("Requests/sec:").and_then(|text| text.parse().ok());
    Ok((
        requests.with_context(|| text.clone())?,
        field("99%").and_then(milliseconds),
    ))
}

/// `1.23ms`, `456.00us` or `1.00s`.
fn milliseconds(text: &str) -> Option<f64> {
    let number = |unit: &str| text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok());
    number("ms")
        .or_else(|| number("us").map(|microseconds| microseconds / 1e3))
        .or_else(|| number("s").map(|seconds| seconds * 1e3))
}

fn h2load(url: &str) -> anyhow::Result<f64> {
    let text = output(Command::new("h2load").args(["-t1", "-c16", "-m8", &format!("-D{SECONDS}"), url]))?;
    let line = text
        .lines()
        .find(|line| line.starts_with("finished in"))
        .with_context(|| text.clone())?;
    let rate = line.split(", ").find_map(|part| part.strip_suffix(" req/s"));
    anyhow::ensure!(text.contains(" 0 failed, 0 errored"), "{text}");
    rate.and_then(|rate| rate.parse().ok()).with_context(|| text.clone())
}
