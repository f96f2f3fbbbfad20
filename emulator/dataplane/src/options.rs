//! How a data plane is started.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf, time::Duration};

/// Where and how a data plane runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Network namespace that its threads enter, such as `/run/netns/vpc`; `None` stays in that of the process.
    pub netns: Option<PathBuf>,
    /// Where the DNS server answers, over UDP and TCP, inside the namespace; `None` starts none.
    pub resolver: Option<SocketAddr>,
    /// The suffix that the DNS server is the authority for, such as `seatrial.test`.
    pub dns_suffix: String,
    /// Threads that carry flows. More than one share each address with `SO_REUSEPORT`.
    pub workers: NonZeroUsize,
    /// Where access logs go, a file per load balancer that has them enabled: `app.<name>.<id>.log`. `None` writes none.
    pub access_logs: Option<PathBuf>,
    /// AWS's times, or shorter ones.
    pub timing: Timing,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            netns: None,
            resolver: None,
            dns_suffix: "seatrial.test".to_owned(),
            workers: NonZeroUsize::MIN,
            access_logs: None,
            timing: Timing::default(),
        }
    }
}

/// How long things take that are only waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// As configured: AWS's times.
    Realistic,
    /// New targets are probed in quick succession until their state is decided; afterwards the interval is divided by `factor`.
    Compressed {
        /// What a health check's interval and timeout are divided by.
        factor: NonZeroUsize,
    },
}

/// Compressed timeouts are not shorter than this, or a target under load would look dead.
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);
/// Compressed intervals are not shorter than this, or probing would become a load.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

impl Default for Timing {
    fn default() -> Self {
        Self::Compressed {
            factor: NonZeroUsize::MIN.saturating_add(9),
        }
    }
}

impl Timing {
    /// Time between probes of a target whose state is decided.
    pub(crate) fn interval(self, configured: Duration) -> Duration {
        self.divide(configured, SHORTEST_INTERVAL)
    }

    /// Time that a probe may take.
    pub(crate) fn timeout(self, configured: Duration) -> Duration {
        self.divide(configured, SHORTEST_TIMEOUT)
    }

    /// Time until the next probe of a target whose state is not decided: (after a success, after a failure).
    pub(crate) fn initial(self, configured: Duration) -> (Duration, Duration) {
        match self {
            Self::Realistic => (configured, configured),
            Self::Compressed { .. } => (Duration::from_millis(50), Duration::from_millis(100)),
        }
    }

    /// Time to live of DNS answers: AWS's 60 s, or short enough that a change is seen soon.
    pub(crate) fn dns_ttl(self) -> u32 {
        match self {
            Self::Realistic => 60,
            Self::Compressed { .. } => 5,
        }
    }

    fn divide(self, configured: Duration, shortest: Duration) -> Duration {
        match self {
            Self::Realistic => configured,
            Self::Compressed { factor } => {
                let factor = u32::try_from(factor.get()).unwrap_or(u32::MAX);
                (configured / factor).max(shortest.min(configured))
            }
        }
    }
}
