//! How many volumes an instance takes.

/// What an instance type takes, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Attachments in all.
    pub attachments: i64,
    /// Whether network interfaces count among them.
    pub shared: bool,
}

/// Families from before Nitro.
const XEN: [&str; 18] = [
    "c1", "c3", "c4", "d2", "h1", "i2", "i3", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2", "x1", "x1e", "cc2",
];

/// What DescribeInstanceTypes says (EbsInfo) where it is not the usual: family, attachments, kind, sizes.
const TABLE: &str = include_str!("attach_limits.txt");

/// What instances of a type take.
#[must_use]
pub fn of_type(kind: &str) -> Limit {
    let (family, size) = kind.split_once('.').unwrap_or((kind, ""));
    let line = |line: &str| {
        let mut words = line.split(' ');
        let is_family = words.next()? == family;
        let attachments = words.next()?.parse().ok()?;
        let shared = words.next()? == "shared";
        let sizes = words.next()?;
        let is_listed = is_family && (sizes == "*" || sizes.split(',').any(|other| other == size));
        is_listed.then_some(Limit { attachments, shared })
    };
    let usual = if XEN.contains(&family) {
        Limit {
            attachments: 39,
            shared: false,
        }
    } else {
        Limit {
            attachments: 27,
            shared: true,
        }
    };
    TABLE.lines().find_map(line).unwrap_or(usual)
}

/// What an instance has that takes attachments, beside volumes of the driver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InUse {
    /// Network interfaces.
    pub interfaces: i64,
    /// Volumes that were there at the start, the root not counted.
    pub block_devices: i64,
}

/// How many volumes of the driver an instance takes: what a flag says, or what the type leaves; one at least.
#[must_use]
pub fn volumes(kind: &str, in_use: InUse, fixed: Option<i64>, reserved: Option<i64>) -> i64 {
    if let Some(fixed) = fixed {
        return fixed;
    }
    let limit = of_type(kind);
    let reserved = reserved.unwrap_or(in_use.block_devices + 1);
    let interfaces = if limit.shared { in_use.interfaces - 1 } else { 0 };
    (limit.attachments - reserved - interfaces.max(0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_types() {
        let table = [
            ("m5.large", 27, true),
            ("m5d.large", 26, true),
            ("m5.metal", 31, false),
            ("m7i.large", 32, false),
            ("m7i.48xlarge", 128, false),
            ("g5.48xlarge", 9, true),
            ("p5.48xlarge", 64, false),
            ("t3.micro", 27, true),
            ("t2.micro", 39, false),
            ("c4.large", 39, false),
            ("z99.large", 27, true),
            ("", 27, true),
        ];
        for (kind, attachments, shared) in table {
            assert_eq!(of_type(kind), Limit { attachments, shared }, "{kind}");
        }
    }

    #[test]
    fn what_is_left_for_volumes() {
        let in_use = |interfaces, block_devices| InUse {
            interfaces,
            block_devices,
        };
        assert_eq!(volumes("m5.large", in_use(1, 0), None, None), 26);
        assert_eq!(volumes("m5.large", in_use(3, 1), None, None), 23);
        assert_eq!(volumes("m7i.large", in_use(3, 0), None, None), 31);
        assert_eq!(volumes("m5.large", in_use(3, 1), None, Some(5)), 20);
        assert_eq!(volumes("g5.48xlarge", in_use(15, 0), None, None), 1);
        assert_eq!(volumes("m5.large", in_use(3, 1), Some(7), None), 7);
        assert_eq!(volumes("m5.large", in_use(3, 1), Some(0), None), 0);
    }
}
