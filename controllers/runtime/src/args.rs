//! Arguments that every controller has, with the names and defaults of the Go controller.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Arguments of the process. Flatten it into a binary's arguments with `#[command(flatten)]`.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Least severe level that is logged: error, warn, info, debug, trace, or directives such as info,kube=debug
    #[arg(long, env = "LOG_LEVEL", default_value = "info")]
    pub log_level: String,
    /// Form of a log line
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Kubeconfig file; in-cluster configuration when absent
    #[arg(long, env = "KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Address of /metrics; 0 switches it off
    #[arg(long, env = "METRICS_BIND_ADDR", default_value = ":8080")]
    pub metrics_bind_addr: BindAddress,
    /// Address of /healthz and /readyz; 0 switches it off
    #[arg(long, env = "HEALTH_PROBE_BIND_ADDR", default_value = ":61779")]
    pub health_probe_bind_addr: BindAddress,
    /// Only the holder of a lease works
    #[arg(long, env = "ENABLE_LEADER_ELECTION", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = clap::ArgAction::Set)]
    pub enable_leader_election: bool,
    /// Name of the lease
    #[arg(long, env = "LEADER_ELECTION_ID")]
    pub leader_election_id: Option<String>,
    /// Namespace of the lease; the controller's own when absent
    #[arg(long, env = "LEADER_ELECTION_NAMESPACE")]
    pub leader_election_namespace: Option<String>,
    /// Holder name in the lease. Whoever comes with the name of the holder continues its lease at once, so it must be
    /// unique among running processes, as a pod's name is. Host name and process id when absent
    #[arg(long, env = "POD_NAME")]
    pub leader_election_identity: Option<String>,
    /// The one namespace to watch; all when absent
    #[arg(long, env = "WATCH_NAMESPACE")]
    pub watch_namespace: Option<String>,
    /// Every object is reconciled at least this often (10h, 30m, 90s, 500ms)
    #[arg(long, env = "SYNC_PERIOD", default_value = "10h", value_parser = duration)]
    pub sync_period: Duration,
}

impl Args {
    /// The namespace of the lease, and of what else belongs to the controller itself.
    #[must_use]
    pub fn lease_namespace<'a>(&'a self, client: &'a kube::Client) -> &'a str {
        self.leader_election_namespace
            .as_deref()
            .unwrap_or(client.default_namespace())
    }
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object per line.
    Json,
}

/// Where a server listens: `host:port`, `:port` for all addresses, or `0` for nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BindAddress(pub Option<SocketAddr>);

impl FromStr for BindAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "0" || text.is_empty() {
            return Ok(Self(None));
        }
        let any = |port: &str| {
            port.parse()
                .map(|port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
                .ok()
        };
        let address = text.strip_prefix(':').map_or_else(|| text.parse().ok(), any);
        address
            .map(|address| Self(Some(address)))
            .ok_or_else(|| format!("{text:?} is not host:port, :port or 0"))
    }
}

/// A duration as Go writes it: numbers with unit `h`, `m`, `s`, `ms`, such as `1h30m`.
///
/// # Errors
/// A text for people when it is not one.
pub fn duration(text: &str) -> Result<Duration, String> {
    let malformed = || format!("{text:?} is not a duration such as 10h, 1m30s or 500ms");
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(malformed)?;
        let number: f64 = rest[..digits].parse().map_err(|_| malformed())?;
        let after = &rest[digits..];
        let unit_len = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let seconds = match &after[..unit_len] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(malformed()),
        };
        total += Duration::try_from_secs_f64(number * seconds).map_err(|_| malformed())?;
        rest = &after[unit_len..];
    }
    if text.is_empty() { Err(malformed()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_writes_them() {
        let table = [
            ("10h", Some(36_000_000)),
            ("1000s", Some(1_000_000)),
            ("16m40s", Some(1_000_000)),
            ("500ms", Some(500)),
            ("1.5s", Some(1_500)),
            ("10h0m0s", Some(36_000_000)),
            ("", None),
            ("10", None),
            ("h", None),
            ("3 days", None),
        ];
        for (text, millis) in table {
            assert_eq!(duration(text).ok(), millis.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn bind_addresses() {
        let table = [
            (":8080", Some(Some("0.0.0.0:8080"))),
            ("127.0.0.1:0", Some(Some("127.0.0.1:0"))),
            ("0", Some(None)),
            ("here", None),
            (":http", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|address| BindAddress(address.map(|address| address.parse().unwrap())));
            assert_eq!(text.parse().ok(), expected, "{text:?}");
        }
    }
}
