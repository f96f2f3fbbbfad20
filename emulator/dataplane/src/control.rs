//! The thread that decides: it takes configurations, has targets probed, compiles routes, and tells the workers.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    net::SocketAddrV4,
    sync::Arc,
    time::Instant,
};

use arc_swap::ArcSwap;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_local,
    time::sleep_until,
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    config::{Config, TargetGroup, TargetState},
    departure::{Departure, departures},
    health::{Health, Monitor, Schedule, probe::Probe},
    options::Timing,
    report::{HealthReport, HealthState},
    routes::{CountersByLoadBalancer, Known, Routes, TargetKey},
    standing,
    tls::TargetTls,
    worker::Order,
};

/// Changes of health that are handled together when many come at once.
const BATCH: usize = 4096;
/// How many times as long as it took to handle changes, none are handled: with many targets they are taken together.
const REST: u32 = 2;

/// What the control thread shares with the handle and the workers.
pub(crate) struct Links {
    pub(crate) routes: Arc<ArcSwap<Routes>>,
    pub(crate) counters: Arc<ArcSwap<CountersByLoadBalancer>>,
    pub(crate) workers: Vec<mpsc::UnboundedSender<Order>>,
    pub(crate) reports: mpsc::UnboundedSender<Vec<HealthReport>>,
}

type Change = (TargetKey, Health);

pub(crate) struct Control {
    links: Links,
    timing: Timing,
    tls: TargetTls,
    config: Arc<Config>,
    known: Known,
    targets: HashMap<TargetKey, Watched>,
    /// Given to the tasks that probe.
    changed: mpsc::UnboundedSender<Change>,
    changes: mpsc::UnboundedReceiver<Change>,
}

/// A target that is being probed, until dropped.
struct Watched {
    probe: Probe,
    health: Health,
    _task: AbortOnDropHandle<()>,
}

impl Control {
    pub(crate) fn new(links: Links, timing: Timing, tls: TargetTls) -> Self {
        let (changed, changes) = mpsc::unbounded_channel();
        Self {
            links,
            timing,
            tls,
            config: Arc::default(),
            known: Known::default(),
            targets: HashMap::new(),
            changed,
            changes,
        }
    }

    /// Works until nobody is left to apply a configuration.
    pub(crate) async fn run(mut self, mut configs: watch::Receiver<Arc<Config>>) {
        let mut changes = Vec::new();
        let mut rested = Instant::now();
        loop {
            let changed = async {
                sleep_until(rested.into()).await;
                self.changes.recv_many(&mut changes, BATCH).await
            };
            tokio::select! {
                applied = configs.changed() => {
                    if applied.is_err() {
                        return;
                    }
                    let config = configs.borrow_and_update().clone();
                    self.apply(config);
                }
                _ = changed => {
                    let began = Instant::now();
                    self.take(changes.drain(..));
                    rested = Instant::now() + began.elapsed() * REST;
                }
            }
        }
    }

    fn apply(&mut self, config: Arc<Config>) {
        let gone = departures(&self.config, &config);
        self.config = config;
        self.known.follow(&self.config);
        self.watch_targets();
        self.count();
        self.publish();
        self.tell(gone);
        for worker in &self.links.workers {
            // A worker ends only after this thread.
            let _ = worker.send(Order::Listen);
        }
    }

    /// Begins to probe what is new, ends it for what is gone, and begins anew where the settings changed.
    fn watch_targets(&mut self) {
        let wanted = wanted_probes(&self.config);
        self.targets.retain(|key, _| wanted.contains_key(key));
        let mut reports = Vec::new();
        for (key, probe) in wanted {
            let health = match self.targets.entry(key.clone()) {
                Entry::Occupied(watched) if watched.get().probe == probe => continue,
                Entry::Occupied(watched) => watched.get().health,
                Entry::Vacant(_) => {
                    self.known.standings.reset(&key);
                    reports.push(report(&key, Health::INITIAL));
                    Health::INITIAL
                }
            };
            let watched = self.watch(key.clone(), probe, health);
            self.targets.insert(key, watched);
        }
        self.report(reports);
    }

    fn watch(&self, key: TargetKey, probe: Probe, health: Health) -> Watched {
        let schedule = Schedule::new(&probe.check, self.timing);
        let monitor = Monitor::new(schedule, health, Instant::now(), jitter(&key));
        let changed = self.changed.clone();
        let task = probe
            .clone()
            .watch(monitor, self.timing, self.tls.clone(), move |health| {
                // Nobody listens any more when the data plane is ending.
                let _ = changed.send((key.clone(), health));
            });
        Watched {
            probe,
            health,
            _task: AbortOnDropHandle::new(spawn_local(task)),
        }
    }

    fn take(&mut self, changes: impl Iterator<Item = Change>) {
        let config = self.config.clone();
        let groups: HashMap<_, _> = config
            .target_groups
            .iter()
            .map(|group| (group.arn.as_str(), group))
            .collect();
        let now = Instant::now();
        let mut reports = Vec::new();
        let mut unhealthy = Vec::new();
        for (key, health) in changes {
            let (Some(watched), Some(group)) = (self.targets.get_mut(&key), groups.get(&*key.group)) else {
                continue;
            };
            let before = std::mem::replace(&mut watched.health, health);
            self.known.standings.set(&key, health.state, group, now);
            reports.push(report(&key, health));
            let fell = before.state == HealthState::Healthy && health.state == HealthState::Unhealthy;
            if fell && group.unhealthy_connection_termination {
                unhealthy.push(key);
            }
        }
        self.publish();
        self.report(reports);
        self.tell(unhealthy.into_iter().map(Departure::Unhealthy).collect());
    }

    /// Keeps the totals of load balancers that stay, begins those of new ones.
    fn count(&self) {
        let before = self.links.counters.load();
        let counters = self.config.load_balancers.iter().map(|balancer| {
            let counters = before.get(&balancer.arn).cloned().unwrap_or_default();
            (balancer.arn.clone(), counters)
        });
        self.links.counters.store(Arc::new(counters.collect()));
    }

    fn publish(&self) {
        let routes = Routes::compile(&self.config, &self.known, &self.links.counters.load());
        self.links.routes.store(Arc::new(routes));
    }

    fn tell(&self, gone: Vec<Departure>) {
        if gone.is_empty() {
            return;
        }
        let gone: Arc<[_]> = gone.into();
        for worker in &self.links.workers {
            let _ = worker.send(Order::Cut(gone.clone()));
        }
    }

    fn report(&self, reports: Vec<HealthReport>) {
        if !reports.is_empty() {
            // Who does not want reports drops the receiver.
            let _ = self.links.reports.send(reports);
        }
    }
}

/// The probe of every registered target of the groups that listeners use.
fn wanted_probes(config: &Config) -> HashMap<TargetKey, Probe> {
    let listeners = config.load_balancers.iter().flat_map(|balancer| &balancer.listeners);
    let used: HashSet<_> = listeners
        .flat_map(|listener| listener.kind.forwards())
        .map(|to| to.target_group_arn.as_str())
        .collect();
    let probed = |group: &&TargetGroup| used.contains(group.arn.as_str());
    config.target_groups.iter().filter(probed).flat_map(probes_of).collect()
}

fn probes_of(group: &TargetGroup) -> impl Iterator<Item = (TargetKey, Probe)> {
    let targets = standing::keys(group).zip(&group.targets);
    let registered = targets.filter(|(_, target)| target.state == TargetState::Registered);
    registered.map(|(key, target)| {
        let address = SocketAddrV4::new(target.address, group.health_check.port.unwrap_or(target.port));
        let check = group.health_check.clone();
        (key, Probe { check, address })
    })
}

fn report(key: &TargetKey, health: Health) -> HealthReport {
    let (reason, description) = health.reason().unzip();
    HealthReport {
        target_group_arn: key.group.to_string(),
        id: key.id.clone(),
        port: key.port,
        state: health.state,
        reason,
        description,
    }
}

/// From 0 to 1, always the same for a target.
fn jitter(key: &TargetKey) -> f64 {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
    f64::from(u32::try_from(hash >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}
