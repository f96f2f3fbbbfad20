//! Instance types: what each has, as DescribeInstanceTypes tells. See "Amazon EC2 instance types" and "Amazon EBS volume limits for
//! Amazon EC2 instances".

/// A type of instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceType {
    /// Name, such as `m5.large`.
    pub name: &'static str,
    /// Virtual processors.
    pub processors: u32,
    /// MiB.
    pub memory: u32,
    /// Most network interfaces.
    pub interfaces: u32,
    /// Most addresses of an interface.
    pub addresses: u32,
    /// Most volumes; if the limit is shared, also interfaces beyond the first count.
    pub attachments: u32,
    /// Whether the limit is for volumes alone.
    pub dedicated: bool,
    /// EBS cards.
    pub cards: u32,
}

const fn shared(name: &'static str, processors: u32, memory: u32, (interfaces, addresses): (u32, u32)) -> InstanceType {
    InstanceType {
        name,
        processors,
        memory: memory * 1024,
        interfaces,
        addresses,
        attachments: 27,
        dedicated: false,
        cards: 1,
    }
}

const fn dedicated(
    name: &'static str,
    processors: u32,
    memory: u32,
    interfaces: (u32, u32),
    attachments: u32,
) -> InstanceType {
    InstanceType {
        attachments,
        dedicated: true,
        ..shared(name, processors, memory, interfaces)
    }
}

/// Those that there are, by name.
pub const ALL: [InstanceType; 28] = [
    shared("c5.large", 2, 4, (3, 10)),
    shared("c5.xlarge", 4, 8, (4, 15)),
    dedicated("c7i.large", 2, 4, (3, 10), 32),
    InstanceType {
        attachments: 9,
        ..shared("g5.48xlarge", 192, 768, (7, 50))
    },
    shared("m5.2xlarge", 8, 32, (4, 15)),
    shared("m5.4xlarge", 16, 64, (8, 30)),
    shared("m5.large", 2, 8, (3, 10)),
    InstanceType {
        attachments: 31,
        ..shared("m5.metal", 96, 384, (15, 50))
    },
    shared("m5.xlarge", 4, 16, (4, 15)),
    InstanceType {
        attachments: 26,
        ..shared("m5d.large", 2, 8, (3, 10))
    },
    shared("m6g.large", 2, 8, (3, 10)),
    shared("m6i.large", 2, 8, (3, 10)),
    shared("m6i.xlarge", 4, 16, (4, 15)),
    dedicated("m7i.48xlarge", 192, 768, (15, 50), 128),
    dedicated("m7i.large", 2, 8, (3, 10), 32),
    dedicated("m7i.xlarge", 4, 16, (4, 15), 32),
    dedicated("m8g.large", 2, 8, (3, 10), 32),
    dedicated("p5.48xlarge", 192, 2048, (64, 50), 64),
    shared("r5.large", 2, 16, (3, 10)),
    shared("r5.xlarge", 4, 32, (4, 15)),
    dedicated("r7i.large", 2, 16, (3, 10), 32),
    InstanceType {
        cards: 2,
        ..dedicated("r8gb.48xlarge", 192, 1536, (24, 64), 128)
    },
    shared("t3.2xlarge", 8, 32, (4, 15)),
    shared("t3.large", 2, 8, (3, 12)),
    shared("t3.medium", 2, 4, (3, 6)),
    shared("t3.micro", 2, 1, (2, 2)),
    shared("t3.small", 2, 2, (3, 4)),
    shared("t3.xlarge", 4, 16, (4, 15)),
];

/// The type of a name.
pub fn find(name: &str) -> Option<&'static InstanceType> {
    ALL.iter().find(|kind| kind.name == name)
}

/// The type of a name; of one that is not known, what most have.
pub(crate) fn of(name: &str) -> InstanceType {
    find(name).copied().unwrap_or(shared("", 2, 8, (3, 10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_in_the_order_of_their_names() {
        assert!(ALL.is_sorted_by(|one, next| one.name < next.name));
    }
}
