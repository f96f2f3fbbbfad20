//! I/O operations a second: what each type has, and what a request is cut down or lifted to.

use std::cmp::{max, min};

/// What a type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub min: i32,
    /// The most, where it could not be found out; AWS raises it from time to time.
    pub max: i32,
    /// The most per GiB.
    pub per_gib: i32,
}

/// The range of a type; the other types have no I/O operations to choose.
#[must_use]
pub fn range(kind: &str) -> Option<Range> {
    let (min, max, per_gib) = match kind {
        "gp3" => (3000, 16_000, 500),
        "io1" => (100, 64_000, 50),
        "io2" => (100, 256_000, 1000),
        _ => return None,
    };
    Some(Range { min, max, per_gib })
}

/// The type's most, as it was found out; `Some(0)` is no bound.
pub type Discovered = Option<i32>;

/// What is asked of AWS when `wanted` is asked of the driver: lifted to the least if that is allowed, cut down to the most and to what the size allows.
#[must_use]
pub fn capped(kind: &str, wanted: i64, gib: i32, lift: bool, discovered: Discovered) -> i32 {
    let narrow = |iops: i64| i32::try_from(iops).unwrap_or(i32::MAX);
    let Some(range) = range(kind) else {
        return narrow(wanted);
    };
    let most = match discovered {
        Some(0) => i32::MAX,
        Some(most) => most,
        None => range.max,
    };
    let mut iops = wanted;
    if lift {
        iops = max(iops, range.min.into());
    }
    iops = min(iops, most.into());
    let by_size = i64::from(range.per_gib) * i64::from(gib);
    if by_size >= range.min.into() {
        iops = min(iops, by_size);
    }
    narrow(iops)
}

/// The most that AWS names in the error of a volume with far too many.
#[must_use]
pub fn most_in(kind: &str, code: &str, message: &str) -> Discovered {
    let message = message.to_ascii_lowercase();
    if message.contains("parameter iops is not supported") {
        return Some(0);
    }
    if code == "DryRunOperation" {
        return None;
    }
    if kind == "io2" {
        let before = message
            .split("k iops")
            .next()
            .filter(|before| before.len() < message.len())?;
        return last_number(before)?.checked_mul(1000);
    }
    let after = message.split_once("maximum is")?.1;
    number(after.trim_start())
}

fn number(text: &str) -> Option<i32> {
    let digits: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(|c| *c != ',')
        .collect();
    digits.parse().ok()
}

fn last_number(text: &str) -> Option<i32> {
    let text = text.trim_end();
    let start = text.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    text[start..].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_are_cut_down_and_lifted() {
        let table = [
            // type, wanted, GiB, lift, discovered, sent
            ("gp3", 4000, 100, false, None, 4000),
            ("gp3", 20_000, 100, false, None, 16_000),
            ("gp3", 80_001, 1000, false, Some(80_000), 80_000),
            ("gp3", 100, 1, false, None, 100),
            ("gp3", 100, 1, true, None, 3000),
            ("gp3", 16_000, 10, false, None, 5000),
            // 500 for a GiB is less than the least, which any size may have.
            ("gp3", 3000, 1, false, None, 3000),
            ("io1", 50, 10, true, None, 100),
            ("io1", 600, 10, false, None, 500),
            ("io1", 600, 1, false, None, 600),
            ("io2", 300_000, 1000, false, None, 256_000),
            ("io2", 300_000, 1000, false, Some(0), 300_000),
            ("gp2", 100, 10, true, None, 100),
            ("gp2", i64::MAX, 10, true, None, i32::MAX),
        ];
        for (kind, wanted, gib, lift, discovered, expected) in table {
            assert_eq!(
                capped(kind, wanted, gib, lift, discovered),
                expected,
                "{kind} {wanted} {gib} {lift}"
            );
        }
    }

    #[test]
    fn the_most_is_in_the_message() {
        let table = [
            (
                "gp3",
                "InvalidParameterValue",
                "Volume iops of 2147483647 is too high; maximum is 80000.",
                Some(80_000),
            ),
            (
                "io1",
                "InvalidParameterValue",
                "Volume iops of 2147483647 is too high; maximum is 64,000.",
                Some(64_000),
            ),
            (
                "io2",
                "InvalidParameterValue",
                "io2 volumes support up to 256K IOPS in this zone",
                Some(256_000),
            ),
            (
                "gp2",
                "InvalidParameterCombination",
                "The parameter iops is not supported for gp2 volumes",
                Some(0),
            ),
            (
                "gp3",
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.",
                None,
            ),
            ("gp3", "UnauthorizedOperation", "You are not authorized", None),
            ("io2", "UnauthorizedOperation", "You are not authorized", None),
        ];
        for (kind, code, message, expected) in table {
            assert_eq!(most_in(kind, code, message), expected, "{message}");
        }
    }

    proptest! {
        #[test]
        fn never_more_than_the_most(wanted in 0..i64::MAX, gib in 1..65_536, lift: bool, most in 3000..300_000) {
            prop_assert!(capped("gp3", wanted, gib, lift, Some(most)) <= most);
        }
    }
}
