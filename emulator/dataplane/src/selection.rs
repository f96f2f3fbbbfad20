//! Which target a flow goes to. Pure: the same flow and the same targets give the same answer.

use std::net::SocketAddrV4;

/// A flow, seen from the listener. With the protocol (always TCP) this is the 5-tuple that AWS hashes ("Network Load Balancer
/// overview": a flow hash algorithm based on protocol, addresses and ports).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) client: SocketAddrV4,
    pub(crate) listener: SocketAddrV4,
}

impl Flow {
    /// A number that is spread evenly even when clients differ only in their ports, which are given out in order.
    pub(crate) fn hash(self) -> u64 {
        let pack = |address: SocketAddrV4| u64::from(address.ip().to_bits()) << 16 | u64::from(address.port());
        mix(mix(pack(self.client)) ^ pack(self.listener))
    }
}

/// The finalizer of SplitMix64: every bit of the input changes half of the output's.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A choice among weighted groups of equal members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weighted<T> {
    groups: Vec<(u32, Vec<T>)>,
    total: u64,
}

impl<T> Default for Weighted<T> {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            total: 0,
        }
    }
}

impl<T> FromIterator<(u32, Vec<T>)> for Weighted<T> {
    fn from_iter<I: IntoIterator<Item = (u32, Vec<T>)>>(groups: I) -> Self {
        let groups: Vec<_> = groups.into_iter().collect();
        let total = groups.iter().map(|(weight, _)| u64::from(*weight)).sum();
        Self { groups, total }
    }
}

impl<T> Weighted<T> {
    /// The members to try for a flow, best first: all of one group, which the weights choose. Empty when the group is: as on AWS
    /// ("Listener rules": weighted target groups), its share does not go to another.
    pub(crate) fn candidates(&self, hash: u64) -> impl Iterator<Item = &T> {
        let members = self.group(hash);
        // The group took the lower bits; members take others, or each group would see only some of the remainders.
        let start = usize::try_from(mix(hash) >> 32)
            .unwrap_or(0)
            .checked_rem(members.len())
            .unwrap_or(0);
        members[start..].iter().chain(&members[..start])
    }

    fn group(&self, hash: u64) -> &[T] {
        let Some(mut ticket) = hash.checked_rem(self.total) else {
            return &[];
        };
        for (weight, members) in &self.groups {
            match ticket.checked_sub(u64::from(*weight)) {
                Some(rest) => ticket = rest,
                None => return members,
            }
        }
        &[]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn hashes(count: u16) -> impl Iterator<Item = u64> {
        let listener = SocketAddrV4::new([10, 0, 0, 10].into(), 80);
        (0..count).map(move |n| {
            Flow {
                client: SocketAddrV4::new([10, 0, 1, 7].into(), 32768 + n),
                listener,
            }
            .hash()
        })
    }

    fn shares<T: Copy + Eq + std::hash::Hash>(choice: &Weighted<T>, flows: u16) -> HashMap<T, u32> {
        let mut shares = HashMap::new();
        for target in hashes(flows).filter_map(|hash| choice.candidates(hash).next()) {
            *shares.entry(*target).or_default() += 1;
        }
        shares
    }

    #[test]
    fn consecutive_ports_spread_evenly() {
        let shares = shares(&Weighted::from_iter([(1, vec!['a', 'b', 'c'])]), 3000);
        for (target, flows) in shares {
            assert!((900..=1100).contains(&flows), "{target}: {flows} of 3000");
        }
    }

    #[test]
    fn weights_share_the_flows() {
        let shares = shares(
            &Weighted::from_iter([(90, vec!['a', 'b']), (10, vec!['c']), (0, vec!['d'])]),
            10_000,
        );
        let tolerance = |target, expected: u32| (expected - 300..expected + 300).contains(&shares[&target]);
        assert!(
            tolerance('a', 4500) && tolerance('b', 4500) && tolerance('c', 1000),
            "{shares:?}"
        );
        assert!(!shares.contains_key(&'d'));
    }

    #[test]
    fn every_member_is_a_candidate_once() {
        let choice = Weighted::from_iter([(1, vec![1, 2, 3, 4])]);
        for hash in hashes(50) {
            let mut candidates: Vec<_> = choice.candidates(hash).copied().collect();
            candidates.sort_unstable();
            assert_eq!(candidates, [1, 2, 3, 4]);
        }
    }

    #[test]
    fn nothing_to_choose() {
        for empty in [
            Weighted::<u8>::default(),
            Weighted::from_iter([(0, vec![1])]),
            Weighted::from_iter([(5, vec![])]),
        ] {
            assert_eq!(hashes(20).find_map(|hash| empty.candidates(hash).next().copied()), None);
        }
    }
}
