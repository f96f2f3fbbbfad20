//! Keeps the data plane at what the cloud says, and the cloud at what health checks say.

use crate::account::{Account, now};
use crate::topology;
use cloud::elbv2::target_group::Observation;
use cloud::elbv2::target_health;
use dataplane::{DataPlane, HealthReport, HealthReports, HealthState};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How many times as long as a configuration took to make, none is made: with many load balancers, writes are taken together.
const REST: u32 = 2;

/// Runs until `stop`; then ends the data plane.
pub(crate) async fn drive(account: Arc<Account>, plane: DataPlane, mut health: HealthReports, stop: CancellationToken) {
    loop {
        let (now, began) = (now(), Instant::now());
        let (config, next) =
            account.look(|cloud| (topology::configuration(cloud, now), topology::next_change(cloud, now)));
        plane.apply(Arc::new(config));
        let rested = Instant::now() + began.elapsed() * REST;
        let due = async {
            match next {
                Some(next) => tokio::time::sleep(Duration::from_millis(next.0.saturating_sub(now.0))).await,
                None => std::future::pending().await,
            }
        };
        let mut due = std::pin::pin!(due);
        loop {
            let changed = async {
                tokio::time::sleep_until(rested).await;
                account.changed().await;
            };
            tokio::select! {
                () = stop.cancelled() => return plane.shutdown().await,
                () = changed => break,
                () = &mut due => break,
                Some(reports) = health.recv() => observe(&account, reports),
            }
        }
    }
}

fn observe(account: &Account, reports: Vec<HealthReport>) {
    account.observe(|cloud| {
        for report in reports {
            // arn:aws:elasticloadbalancing:<region>:...
            let Some(region) = report.target_group_arn.split(':').nth(3).map(str::to_owned) else {
                continue;
            };
            let observation = Observation {
                state: match report.state {
                    HealthState::Initial => target_health::HealthState::Initial,
                    HealthState::Healthy => target_health::HealthState::Healthy,
                    HealthState::Unhealthy => target_health::HealthState::Unhealthy,
                },
                reason: report.reason.map(|reason| reason.as_str().to_owned()),
                description: report.description,
            };
            let elbv2 = &mut cloud.region_mut(&region).elbv2;
            elbv2.observe_health(&report.target_group_arn, &report.id, report.port, observation);
        }
    });
}
