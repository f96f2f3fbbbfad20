//! Which target of a group a request goes to ("Routing algorithms", "Slow start mode"). Pure but for the turn that targets take.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::{config::application::Algorithm, routes::Destination};

/// What all workers know of a target at this moment.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// Requests that it has not answered to the end.
    pub(crate) outstanding: AtomicU32,
    /// It is not registered any more, and its deregistration delay is over.
    pub(crate) gone: AtomicBool,
}

/// The usable targets of a group.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    pub(crate) algorithm: Algorithm,
    pub(crate) slow_start: Duration,
    pub(crate) members: Vec<Arc<Destination>>,
    /// Whose turn it is; it outlives the configuration.
    pub(crate) turn: Arc<AtomicUsize>,
}

impl Balance {
    /// The target for a request that came `now`, which is asked for only where it matters.
    pub(crate) fn choose(&self, random: u64, now: impl Fn() -> Instant) -> Option<&Arc<Destination>> {
        if self.members.len() < 2 {
            return self.members.first();
        }
        if !self.slow_start.is_zero() && self.is_warming(now()) {
            return self.by_warmth(random, now());
        }
        match self.algorithm {
            Algorithm::RoundRobin => self.members.get(self.next_turn()),
            Algorithm::WeightedRandom => self.members.get(remainder(random, self.members.len())),
            Algorithm::LeastOutstandingRequests => {
                // Equals take turns.
                let (before, from) = self.members.split_at_checked(self.next_turn())?;
                from.iter()
                    .chain(before)
                    .min_by_key(|member| member.load.outstanding.load(Relaxed))
            }
        }
    }

    /// The member that a cookie stands for.
    pub(crate) fn member(&self, cookie: u64) -> Option<&Arc<Destination>> {
        self.members.iter().find(|member| member.cookie == cookie)
    }

    fn next_turn(&self) -> usize {
        self.turn.fetch_add(1, Relaxed) % self.members.len()
    }

    fn is_warming(&self, now: Instant) -> bool {
        self.members.iter().any(|member| self.warmth(member, now) < FULL)
    }

    /// The share of a member, which grows linearly while it is in slow start.
    fn warmth(&self, member: &Destination, now: Instant) -> u64 {
        let Some(since) = member.slow_start_from else {
            return FULL;
        };
        let elapsed = now.saturating_duration_since(since).as_millis();
        let share = elapsed * u128::from(FULL) / self.slow_start.as_millis().max(1);
        u64::try_from(share).unwrap_or(FULL).clamp(1, FULL)
    }

    fn by_warmth(&self, random: u64, now: Instant) -> Option<&Arc<Destination>> {
        let total: u64 = self.members.iter().map(|member| self.warmth(member, now)).sum();
        let mut ticket = random.checked_rem(total)?;
        self.members.iter().find(|member| {
            let warmth = self.warmth(member, now);
            let found = ticket < warmth;
            ticket = ticket.saturating_sub(warmth);
            found
        })
    }
}

/// Share of a target that is not in slow start.
const FULL: u64 = 1000;

fn remainder(random: u64, count: usize) -> usize {
    usize::try_from(random % count as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        net::{Ipv4Addr, SocketAddrV4},
    };

    use super::*;
    use crate::{routes::TargetKey, selection::mix};

    fn member(port: u16, slow_start_from: Option<Instant>) -> Arc<Destination> {
        let key = TargetKey {
            group: "tg".into(),
            id: "127.0.0.1".to_owned(),
            port,
        };
        Arc::new(Destination {
            cookie: u64::from(port),
            address: SocketAddrV4::new(Ipv4Addr::LOCALHOST, port),
            proxy_protocol: false,
            healthy: true,
            load: Arc::default(),
            slow_start_from,
            key,
        })
    }

    fn balance(algorithm: Algorithm, ports: &[u16]) -> Balance {
        Balance {
            algorithm,
            members: ports.iter().map(|port| member(*port, None)).collect(),
            ..Balance::default()
        }
    }

    fn chosen(balance: &Balance, requests: u64) -> Vec<u16> {
        let now = Instant::now();
        let choose = |random| balance.choose(random, || now).map(|member| member.key.port);
        (0..requests).filter_map(choose).collect()
    }

    #[test]
    fn round_robin_takes_turns() {
        assert_eq!(
            chosen(&balance(Algorithm::RoundRobin, &[1, 2, 3]), 7),
            [1, 2, 3, 1, 2, 3, 1]
        );
    }

    #[test]
    fn the_least_busy_is_chosen_and_equals_take_turns() {
        let balance = balance(Algorithm::LeastOutstandingRequests, &[1, 2, 3]);
        assert_eq!(chosen(&balance, 3), [1, 2, 3]);
        balance.members[0].load.outstanding.store(2, Relaxed);
        balance.members[2].load.outstanding.store(1, Relaxed);
        assert_eq!(chosen(&balance, 3), [2, 2, 2]);
    }

    #[test]
    fn random_follows_the_number() {
        assert_eq!(chosen(&balance(Algorithm::WeightedRandom, &[1, 2]), 4), [1, 2, 1, 2]);
    }

    #[test]
    fn a_warming_target_gets_a_growing_share() {
        let start = Instant::now();
        let balance = Balance {
            slow_start: Duration::from_secs(100),
            members: vec![member(1, None), member(2, Some(start))],
            ..Balance::default()
        };
        let share = |seconds| {
            let now = start + Duration::from_secs(seconds);
            let chosen = (0..2000).filter_map(|number| balance.choose(mix(number), || now));
            let mut counts = BTreeMap::<u16, u32>::new();
            chosen.for_each(|member| *counts.entry(member.key.port).or_default() += 1);
            counts.get(&2).copied().unwrap_or(0)
        };
        assert!(share(1) < 50 && (330..470).contains(&share(25)) && share(100) == 1000);
    }

    #[test]
    fn a_cookie_finds_its_target() {
        let balance = balance(Algorithm::RoundRobin, &[1, 2]);
        assert_eq!(balance.member(2).map(|member| member.key.port), Some(2));
        assert!(balance.member(3).is_none());
        assert!(Balance::default().choose(0, Instant::now).is_none());
    }
}
