//! Ids from a seed: the same calls get the same ids.

/// A generator of ids. SplitMix64: small, and every seed gives a different stream.
#[derive(Debug, Clone)]
pub struct Ids {
    state: u64,
}

impl Ids {
    /// The ids of call number `sequence` in a world with this `seed`.
    pub fn new(seed: u64, sequence: u64) -> Self {
        let mut mixed = Self { state: seed };
        mixed.state = mixed.next() ^ sequence.wrapping_mul(0xd134_2543_de82_ef95);
        mixed
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Lower-case hexadecimal, `digits` long (at most 32).
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = format!("{:016x}{:016x}", self.next(), self.next());
        text.truncate(digits);
        text
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> String {
        let digits = self.hex(32);
        let (a, b, c, d, e) = (
            &digits[..8],
            &digits[8..12],
            &digits[13..16],
            &digits[17..20],
            &digits[20..],
        );
        format!("{a}-{b}-4{c}-8{d}-{e}")
    }

    /// An EC2 id: prefix, hyphen, 17 hexadecimal digits that begin with 0.
    pub fn resource(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.hex(16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_seed_and_sequence_only() {
        assert_eq!(Ids::new(1, 2).resource("sg"), Ids::new(1, 2).resource("sg"));
        assert_ne!(Ids::new(1, 2).resource("sg"), Ids::new(1, 3).resource("sg"));
        assert_ne!(Ids::new(1, 2).resource("sg"), Ids::new(2, 2).resource("sg"));
        assert_eq!(Ids::new(1, 2).resource("sg").len(), "sg-".len() + 17);
    }
}
