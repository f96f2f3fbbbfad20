//! The data plane as others see it: started, fed with configurations, asked, ended.

use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf, sync::Arc, thread::JoinHandle};

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, watch};

use crate::{
    application::{AccessLogs, Keys},
    config::Config,
    control::{Control, Links},
    counters::{Flows, Requests},
    dns, namespace,
    options::Options,
    report::{HealthReport, Problem},
    routes::{CountersByLoadBalancer, Routes},
    tls::TargetTls,
    worker::{BindFailures, Worker},
};

/// Why a data plane could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A thread could not be started in the network namespace.
    #[error("cannot start a data plane thread in the network namespace")]
    Thread(#[source] io::Error),
    /// The directory of access logs could not be made, or its thread.
    #[error("cannot write access logs to {}", directory.display())]
    AccessLogs {
        /// The directory.
        directory: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// TLS to targets cannot be set up.
    #[error("cannot set up TLS to targets")]
    Tls(#[source] rustls::Error),
    /// The keys of users' sessions could not be made.
    #[error("cannot make the keys of sessions")]
    Keys,
    /// The DNS server could not bind its address.
    #[error("cannot answer DNS on {address}")]
    Resolver {
        /// The address that was wanted.
        address: SocketAddr,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The suffix is no DNS name.
    #[error("{suffix:?} is no DNS suffix")]
    Suffix {
        /// The suffix.
        suffix: String,
        /// What is wrong with it.
        #[source]
        source: hickory_proto::ProtoError,
    },
}

/// A public key ("User claims encoding and signature verification").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// What a token's header calls it: `kid`.
    pub id: String,
    /// The key of ES256, PEM.
    pub pem: String,
}

/// Batches of changes of target health, in order. Reading it is optional.
pub type HealthReports = mpsc::UnboundedReceiver<Vec<HealthReport>>;

/// A running data plane. Dropping it ends it without waiting.
#[derive(Debug)]
pub struct DataPlane {
    config: watch::Sender<Arc<Config>>,
    routes: Arc<ArcSwap<Routes>>,
    counters: Arc<ArcSwap<CountersByLoadBalancer>>,
    bind_failures: BindFailures,
    resolver: Option<SocketAddr>,
    keys: Arc<Keys>,
    threads: Vec<JoinHandle<()>>,
}

impl DataPlane {
    /// Starts the threads, which enter the namespace and serve nothing yet. Waits until they run.
    pub fn start(options: &Options) -> Result<(Self, HealthReports), StartError> {
        let routes = Arc::new(ArcSwap::<Routes>::default());
        let counters = Arc::new(ArcSwap::<CountersByLoadBalancer>::default());
        let bind_failures = BindFailures::default();
        let (config, configs) = watch::channel(Arc::default());
        let (reports, health) = mpsc::unbounded_channel();
        let mut threads = Vec::new();
        let tls = TargetTls::new().map_err(StartError::Tls)?;
        let keys = Arc::new(Keys::new().map_err(|_| StartError::Keys)?);
        let logs = start_access_logs(options, &mut threads)?;
        let mut workers = Vec::new();
        for index in 0..options.workers.get() {
            let (orders, received) = mpsc::unbounded_channel();
            let worker = Worker {
                routes: routes.clone(),
                bind_failures: bind_failures.clone(),
                share_addresses: options.workers.get() > 1,
                tls: tls.clone(),
                logs: logs.clone(),
                keys: keys.clone(),
            };
            threads.push(spawn(&format!("flows-{index}"), options, move || worker.run(received))?);
            workers.push(orders);
        }
        let links = Links {
            routes: routes.clone(),
            counters: counters.clone(),
            workers,
            reports,
        };
        let timing = options.timing;
        threads.push(spawn("health", options, move || {
            Control::new(links, timing, tls).run(configs)
        })?);
        let mut resolver = None;
        if let Some(address) = options.resolver {
            let (thread, bound) = start_resolver(address, options, routes.clone(), config.subscribe())?;
            threads.push(thread);
            resolver = Some(bound);
        }
        Ok((
            Self {
                config,
                routes,
                counters,
                bind_failures,
                resolver,
                keys,
                threads,
            },
            health,
        ))
    }

    /// Replaces the configuration. It is in effect milliseconds later; what is replaced before it took effect is skipped.
    pub fn apply(&self, config: Arc<Config>) {
        self.config.send_replace(config);
    }

    /// What of the configuration in effect is not served.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.routes.load().problems.clone();
        problems.extend(self.bind_failures.lock().values().cloned());
        problems
    }

    /// What has flowed through each load balancer, by ARN.
    #[must_use]
    pub fn flows(&self) -> BTreeMap<String, Flows> {
        self.counters
            .load()
            .iter()
            .map(|(arn, counters)| (arn.clone(), counters.read()))
            .collect()
    }

    /// What each load balancer has answered, by ARN.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<String, Requests> {
        let counters = self.counters.load();
        let read = counters
            .iter()
            .map(|(arn, counters)| (arn.clone(), counters.read_requests()));
        read.collect()
    }

    /// Where the DNS server answers, if one was asked for.
    #[must_use]
    pub fn resolver(&self) -> Option<SocketAddr> {
        self.resolver
    }

    /// The key that targets verify `x-amzn-oidc-data` with.
    #[must_use]
    pub fn user_claims_key(&self) -> PublicKey {
        let (id, pem) = self.keys.public();
        PublicKey {
            id: id.to_owned(),
            pem: pem.to_owned(),
        }
    }

    /// Ends every flow and waits until all threads are gone and all addresses are free.
    pub async fn shutdown(self) {
        let Self { config, threads, .. } = self;
        drop(config);
        let join = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        if tokio::task::spawn_blocking(join).await.is_err() {
            tracing::error!("a data plane thread could not be joined");
        }
    }
}

fn spawn<F, Fut>(name: &str, options: &Options, main: F) -> Result<JoinHandle<()>, StartError>
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = ()>,
{
    namespace::spawn(name, options.netns.as_deref(), main).map_err(StartError::Thread)
}

fn start_access_logs(options: &Options, threads: &mut Vec<JoinHandle<()>>) -> Result<AccessLogs, StartError> {
    let Some(directory) = options.access_logs.clone() else {
        return Ok(AccessLogs::none());
    };
    let started = AccessLogs::start(directory.clone());
    let (logs, thread) = started.map_err(|source| StartError::AccessLogs { directory, source })?;
    threads.push(thread);
    Ok(logs)
}

fn start_resolver(
    address: SocketAddr,
    options: &Options,
    routes: Arc<ArcSwap<Routes>>,
    mut configs: watch::Receiver<Arc<Config>>,
) -> Result<(JoinHandle<()>, SocketAddr), StartError> {
    let suffix = &options.dns_suffix;
    let zone = dns::Zone::new(suffix, options.timing.dns_ttl()).map_err(|source| StartError::Suffix {
        suffix: suffix.clone(),
        source,
    })?;
    let (bound, result) = std::sync::mpsc::channel();
    let thread = spawn("dns", options, async move || {
        let server = match dns::Server::bind(address, zone, routes).await {
            Ok(server) => server,
            Err(error) => return drop(bound.send(Err(error))),
        };
        let _ = bound.send(server.address());
        let ended = async { while configs.changed().await.is_ok() {} };
        tokio::select! {
            () = server.serve() => {}
            () = ended => {}
        }
    })?;
    let gone = |_| io::Error::other("the thread ended before it began");
    let bound = result.recv().map_err(gone).flatten();
    Ok((
        thread,
        bound.map_err(|source| StartError::Resolver { address, source })?,
    ))
}
