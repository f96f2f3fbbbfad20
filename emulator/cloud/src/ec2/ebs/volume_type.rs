//! Types of volumes and what each can be. See "Amazon EBS volume types" in the EBS User Guide.

use crate::ApiError;

/// A type of volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VolumeType {
    /// Magnetic.
    Standard,
    /// Provisioned IOPS SSD.
    Io1,
    /// Provisioned IOPS SSD, the later one.
    Io2,
    /// General purpose SSD.
    Gp2,
    /// Cold HDD.
    Sc1,
    /// Throughput-optimised HDD.
    St1,
    /// General purpose SSD, the later one.
    Gp3,
}

/// What can be chosen of something: from, to, and how much of it per unit of something else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) least: u32,
    pub(super) most: u32,
    /// At most so many for each GiB (of IOPS), or IOPS for each of it (of throughput).
    pub(super) ratio: u32,
}

impl VolumeType {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Standard,
        Self::Io1,
        Self::Io2,
        Self::Gp2,
        Self::Sc1,
        Self::St1,
        Self::Gp3,
    ];

    /// As the API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Io1 => "io1",
            Self::Io2 => "io2",
            Self::Gp2 => "gp2",
            Self::Sc1 => "sc1",
            Self::St1 => "st1",
            Self::Gp3 => "gp3",
        }
    }

    /// The type of a name.
    ///
    /// # Errors
    /// `UnknownVolumeType`.
    pub fn parse(name: &str) -> Result<Self, ApiError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| ApiError::new("UnknownVolumeType", format!("Unsupported volume type '{name}'.")))
    }

    /// Sizes in GiB.
    pub(super) fn sizes(self) -> (u32, u32) {
        match self {
            Self::Standard => (1, 1024),
            Self::Io1 => (4, 16_384),
            Self::Io2 => (4, 65_536),
            Self::Gp2 => (1, 16_384),
            Self::Sc1 | Self::St1 => (125, 16_384),
            Self::Gp3 => (1, 65_536),
        }
    }

    /// IOPS that can be provisioned.
    pub(super) fn iops(self) -> Option<Span> {
        let span = |least, most, ratio| Some(Span { least, most, ratio });
        match self {
            Self::Io1 => span(100, 64_000, 50),
            Self::Io2 => span(100, 256_000, 1000),
            Self::Gp3 => span(3000, 80_000, 500),
            Self::Standard | Self::Gp2 | Self::Sc1 | Self::St1 => None,
        }
    }

    /// MiB per second that can be provisioned.
    pub(super) fn throughput(self) -> Option<Span> {
        (self == Self::Gp3).then_some(Span {
            least: 125,
            most: 2000,
            ratio: 4,
        })
    }

    /// Whether a volume can be attached to several instances at once.
    pub(super) fn has_multi_attach(self) -> bool {
        matches!(self, Self::Io1 | Self::Io2)
    }
}
