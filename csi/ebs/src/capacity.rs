//! How big a volume is.

use csi_proto::csi::CapacityRange;

/// Bytes of a GiB, the unit of EBS.
pub const GIB: i64 = 1 << 30;

/// GiB of a volume for whose size nobody asked.
const DEFAULT_GIB: i32 = 100;

/// A size that cannot be had. Its gRPC code is OutOfRange.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    /// EBS has whole GiB only.
    #[error(
        "capacity_range: {required} bytes are {gib} GiB when rounded up, more than limit_bytes {limit}: raise the limit"
    )]
    Limit {
        /// What is required.
        required: i64,
        /// In GiB.
        gib: i64,
        /// What is allowed.
        limit: i64,
    },
    /// Below zero, or more than any volume has.
    #[error("capacity_range: {0} bytes are no size of a volume: give 0 to 64 TiB")]
    Size(i64),
}

/// The smallest volume of a type, in GiB.
#[must_use]
pub fn smallest(kind: &str) -> i32 {
    match kind {
        "io1" | "io2" => 4,
        "st1" | "sc1" => 125,
        _ => 1,
    }
}

/// GiB for a range: what is required, rounded up; the default when there is no range, the smallest of the type when the range
/// requires nothing.
///
/// # Errors
/// When rounding up exceeds the limit, or the range makes no sense.
pub fn gib(range: Option<&CapacityRange>, kind: &str) -> Result<i32, CapacityError> {
    let Some(range) = range else {
        return Ok(DEFAULT_GIB);
    };
    let (required, limit) = (range.required_bytes, range.limit_bytes);
    if required < 0 || limit < 0 {
        return Err(CapacityError::Size(required.min(limit)));
    }
    let gib = if required == 0 {
        smallest(kind).into()
    } else {
        required / GIB + i64::from(required % GIB > 0)
    };
    if limit > 0 && gib * GIB > limit {
        return Err(CapacityError::Limit { required, gib, limit });
    }
    i32::try_from(gib)
        .ok()
        .filter(|gib| *gib <= 64 * 1024)
        .ok_or(CapacityError::Size(required))
}

/// Bytes of a size in GiB.
#[must_use]
pub fn bytes(gib: i32) -> i64 {
    i64::from(gib) * GIB
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(required_bytes: i64, limit_bytes: i64, kind: &str) -> Option<i32> {
        gib(
            Some(&CapacityRange {
                required_bytes,
                limit_bytes,
            }),
            kind,
        )
        .ok()
    }

    #[test]
    fn sizes_are_whole_gib() {
        let table = [
            (GIB, 0, "gp3", Some(1)),
            (GIB + 1, 0, "gp3", Some(2)),
            (1, GIB, "gp3", Some(1)),
            (GIB + 1, 2 * GIB - 1, "gp3", None),
            (0, 0, "gp3", Some(1)),
            (0, 0, "st1", Some(125)),
            (0, 3 * GIB, "io2", None),
            (-1, 0, "gp3", None),
            (i64::MAX, 0, "gp3", None),
            (65_536 * GIB, 0, "gp3", Some(65_536)),
        ];
        for (required, limit, kind, expected) in table {
            assert_eq!(of(required, limit, kind), expected, "{required} {limit} {kind}");
        }
        assert_eq!(gib(None, "gp3"), Ok(100));
    }

    proptest! {
        #[test]
        fn never_less_than_required_nor_a_gib_more(required in 1..=65_536 * GIB) {
            let bytes = bytes(of(required, 0, "gp3").unwrap());
            prop_assert!(bytes >= required && bytes - required < GIB);
        }
    }
}
