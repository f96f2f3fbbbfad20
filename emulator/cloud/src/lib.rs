//! The state machines of EC2, Elastic Load Balancing, ACM, WAF, Shield and STS.
//!
//! Nothing in here reads a clock, rolls dice or waits. Time, ids and timing are in the [`Context`] of a call, and state that takes
//! time is derived from timestamps when it is read. The same calls at the same times therefore make the same cloud, which is what
//! lets a journal of calls be the database.
//!
//! One action is one file, `<service>/<action>.rs`: a typed `Input`, a typed `Output`, one `call`. The table in `<service>.rs` says
//! which of them write. An action checks everything before it changes anything: one that fails leaves no trace.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod acm;
pub mod action;
pub mod context;
pub mod ec2;
pub mod elbv2;
pub mod error;
pub mod ids;
mod page;
pub mod shield;
pub mod sts;
pub mod waf_regional;
pub mod wafv2;
pub mod world;

pub use action::{Access, Exchange, Service};
pub use context::{Context, Timestamp, Timing};
pub use error::ApiError;
pub use ids::Ids;
pub use world::World;

use std::collections::BTreeMap;
use std::sync::Arc;

/// Where clients look for Shield, whatever their own region is.
const SHIELD_REGION: &str = "us-east-1";

/// Tags of a resource: key to value.
pub type Tags = BTreeMap<String, String>;

/// What one region holds. Regions share nothing.
#[derive(Debug, Default, Clone)]
pub struct Region {
    /// Networks, instances, security groups.
    pub ec2: ec2::State,
    /// Load balancers.
    pub elbv2: elbv2::State,
    /// Certificates.
    pub acm: acm::State,
    /// Web ACLs.
    pub wafv2: wafv2::State,
    /// Web ACLs of WAF Classic.
    pub waf_regional: waf_regional::State,
    /// Protections.
    pub shield: shield::State,
}

/// An account in all its regions.
#[derive(Debug, Clone)]
pub struct Cloud {
    world: World,
    objects: Arc<BTreeMap<(String, String), String>>,
    timing: Timing,
    regions: BTreeMap<String, Region>,
    pristine: Region,
    writes: u64,
}

impl Cloud {
    /// The cloud as `world` declares it, before the first call.
    pub fn new(world: World, timing: Timing) -> Self {
        let home = Region {
            ec2: ec2::State::from_world(&world),
            // Whoever parsed the world has been told of certificates that cannot be.
            acm: acm::State::from_world(&world).unwrap_or_default(),
            wafv2: wafv2::State::from_world(&world),
            ..Region::default()
        };
        let mut regions = BTreeMap::from([(world.region.clone(), home)]);
        if world.shield_subscription {
            for region in [world.region.as_str(), SHIELD_REGION] {
                regions.entry(region.to_owned()).or_default().shield.subscribed = true;
            }
        }
        Self {
            objects: Arc::new(world.objects()),
            world,
            timing,
            regions,
            pristine: Region::default(),
            writes: 0,
        }
    }

    /// What this cloud began as.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// How many calls have changed it.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// A region, by name; empty when nothing was ever made in it.
    pub fn region(&self, name: &str) -> &Region {
        self.regions.get(name).unwrap_or(&self.pristine)
    }

    /// A region for changes that no API call asks for, such as what health checks observe.
    pub fn region_mut(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// All regions in which something exists.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Region)> {
        self.regions.iter().map(|(name, region)| (name.as_str(), region))
    }

    /// The context of a call in `region` at `now`. Ids depend on the world's seed and on how many writes came before.
    pub fn context(&self, region: &str, now: Timestamp) -> Context {
        Context {
            now,
            region: region.to_owned(),
            account: self.world.account.clone(),
            dns_suffix: self.world.dns_suffix.clone(),
            ids: Ids::new(self.world.seed, self.writes),
            timing: self.timing,
            quotas: self.world.quotas.clone(),
            objects: Arc::clone(&self.objects),
            seed: self.world.seed,
        }
    }

    /// Runs an action that reads. Absent when the service has no such action, or when it writes.
    pub fn read<X: Exchange>(
        &self,
        service: Service,
        action: &str,
        exchange: &X,
        region: &str,
        now: Timestamp,
    ) -> Option<Result<X::Answer, ApiError>> {
        let context = self.context(region, now);
        let region = self.region(region);
        match service {
            Service::Acm => acm::read(action, exchange, region, &context),
            Service::Ec2 => ec2::dry_run::read(action, exchange, region, &context),
            Service::Elbv2 => elbv2::read(action, exchange, region, &context),
            Service::Shield => shield::read(action, exchange, region, &context),
            Service::Sts => sts::read(action, exchange, region, &context),
            Service::WafRegional => waf_regional::read(action, exchange, region, &context),
            Service::Wafv2 => wafv2::read(action, exchange, region, &context),
        }
    }

    /// Runs an action that writes. Absent when the service has no such action, or when it only reads.
    pub fn write<X: Exchange>(
        &mut self,
        service: Service,
        action: &str,
        exchange: &X,
        region: &str,
        now: Timestamp,
    ) -> Option<Result<X::Answer, ApiError>> {
        let mut context = self.context(region, now);
        let region = self.region_mut(region);
        let result = match service {
            Service::Acm => acm::write(action, exchange, region, &mut context),
            Service::Ec2 => ec2::dry_run::write(action, exchange, region, &mut context),
            Service::Elbv2 => elbv2::write(action, exchange, region, &mut context),
            Service::Shield => shield::write(action, exchange, region, &mut context),
            Service::Sts => sts::write(action, exchange, region, &mut context),
            Service::WafRegional => waf_regional::write(action, exchange, region, &mut context),
            Service::Wafv2 => wafv2::write(action, exchange, region, &mut context),
        };
        if matches!(result, Some(Ok(_))) {
            self.writes += 1;
        }
        result
    }
}
