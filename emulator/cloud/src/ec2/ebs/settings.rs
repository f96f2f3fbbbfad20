//! Size and performance of a volume, checked as CreateVolume and ModifyVolume do.

use super::volume_type::VolumeType;
use crate::ApiError;

/// What can be modified of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Type.
    pub kind: VolumeType,
    /// GiB.
    pub size: u32,
    /// Provisioned IOPS, of types that have them.
    pub iops: Option<u32>,
    /// Provisioned MiB per second, of types that have them.
    pub throughput: Option<u32>,
    /// Whether several instances may attach it.
    pub multi_attach: bool,
}

impl Settings {
    /// Fills in what the type takes by default.
    ///
    /// # Errors
    /// `InvalidParameterValue` for what is out of the type's range or ratio, `InvalidParameterCombination` for what the type does not
    /// have, `MissingParameter` for IOPS of io1 and io2.
    pub(super) fn check(self) -> Result<Self, ApiError> {
        let Self {
            kind,
            size,
            multi_attach,
            ..
        } = self;
        self.check_type()?;
        check_size(kind, size)?;
        let iops = checked_iops(kind, size, self.iops)?;
        let throughput = checked_throughput(kind, iops, self.throughput)?;
        Ok(Self {
            kind,
            size,
            iops,
            throughput,
            multi_attach,
        })
    }

    /// That nothing is asked for that the type does not have.
    fn check_type(&self) -> Result<(), ApiError> {
        let kind = self.kind;
        let missing = [
            ("iops", self.iops.is_some() && kind.iops().is_none()),
            ("throughput", self.throughput.is_some() && kind.throughput().is_none()),
            ("MultiAttachEnabled", self.multi_attach && !kind.has_multi_attach()),
        ];
        let Some((parameter, _)) = missing.into_iter().find(|(_, missing)| *missing) else {
            return Ok(());
        };
        let message = format!(
            "The parameter {parameter} is not supported for {} volumes.",
            kind.name()
        );
        Err(ApiError::new("InvalidParameterCombination", message))
    }

    /// IOPS as Describe calls show them: gp2 has some by its size.
    pub fn shown_iops(&self) -> Option<u32> {
        match self.kind {
            VolumeType::Gp2 => Some(self.size.saturating_mul(3).clamp(100, 16_000)),
            _ => self.iops,
        }
    }
}

fn check_size(kind: VolumeType, size: u32) -> Result<(), ApiError> {
    let (least, most) = kind.sizes();
    let name = kind.name();
    let wrong = if size < least {
        format!("Volume of {size}GiB is too small for volume type {name}; minimum is {least}GiB.")
    } else if size > most {
        format!("Volume of {size}GiB is too large for volume type {name}; maximum is {most}GiB.")
    } else {
        return Ok(());
    };
    Err(ApiError::new("InvalidParameterValue", wrong))
}

fn checked_iops(kind: VolumeType, size: u32, asked: Option<u32>) -> Result<Option<u32>, ApiError> {
    let Some(span) = kind.iops() else { return Ok(None) };
    let iops = match (asked, kind) {
        (Some(iops), _) => iops,
        (None, VolumeType::Gp3) => span.least,
        (None, _) => return Err(ApiError::missing("iops")),
    };
    if iops < span.least {
        let message = format!("Volume iops of {iops} is too low; minimum is {}.", span.least);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if iops > span.most {
        return Err(too_many_iops(kind, iops, span.most, span.ratio));
    }
    // gp3 has its least whatever its size is.
    let by_size = size.saturating_mul(span.ratio);
    let free = if kind == VolumeType::Gp3 { span.least } else { 0 };
    if iops > by_size.max(free) {
        let message = format!(
            "Iops to volume size ratio of {:.6} is too high; maximum is {:.6} iops per GiB.",
            f64::from(iops) / f64::from(size),
            f64::from(span.ratio)
        );
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok(Some(iops))
}

/// What drivers read the highest possible IOPS from.
fn too_many_iops(kind: VolumeType, iops: u32, most: u32, ratio: u32) -> ApiError {
    if kind == VolumeType::Io2 {
        let message = format!(
            "io2 volumes configured with greater than 64 TiB or {}K IOPS or {ratio}:1 IOPS:GB ratio are not supported.",
            most / 1000
        );
        return ApiError::new("InvalidParameterCombination", message);
    }
    let message = format!("Volume iops of {iops} is too high; maximum is {most}.");
    ApiError::new("InvalidParameterValue", message)
}

fn checked_throughput(kind: VolumeType, iops: Option<u32>, asked: Option<u32>) -> Result<Option<u32>, ApiError> {
    let Some(span) = kind.throughput() else { return Ok(None) };
    let throughput = asked.unwrap_or(span.least);
    let iops = iops.unwrap_or_default();
    let wrong = if throughput < span.least {
        format!(
            "Throughput (MiBps) of {throughput} is too low; minimum is {}.",
            span.least
        )
    } else if throughput > span.most {
        format!(
            "Throughput (MiBps) of {throughput} is too high; maximum is {}.",
            span.most
        )
    } else if throughput.saturating_mul(span.ratio) > iops {
        format!(
            "Throughput (MiBps) to iops ratio of {:.6} is too high; maximum is {:.6} MiBps per iops.",
            f64::from(throughput) / f64::from(iops),
            1.0 / f64::from(span.ratio)
        )
    } else {
        return Ok(Some(throughput));
    };
    Err(ApiError::new("InvalidParameterValue", wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: VolumeType, size: u32, iops: Option<u32>, throughput: Option<u32>) -> String {
        let wanted = Settings {
            kind,
            size,
            iops,
            throughput,
            multi_attach: false,
        };
        match wanted.check() {
            Ok(settings) => format!("{:?} {:?}", settings.shown_iops(), settings.throughput),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_type_has_its_ranges_and_ratios() {
        use VolumeType::*;
        let mut found = String::new();
        for (kind, size, iops, throughput) in [
            (Gp3, 1, None, None),
            (Gp3, 0, None, None),
            (Gp3, 65_537, None, None),
            (Gp3, 1, Some(2999), None),
            (Gp3, 6, Some(3001), None),
            (Gp3, 200, Some(80_001), None),
            (Gp3, 160, Some(80_000), Some(2000)),
            (Gp3, 100, Some(4000), Some(1001)),
            (Gp3, 100, None, Some(124)),
            (Io1, 4, Some(200), None),
            (Io1, 4, Some(201), None),
            (Io1, 3, Some(100), None),
            (Io1, 4, Some(i32::MAX as u32), None),
            (Io2, 4, Some(i32::MAX as u32), None),
            (Io2, 4, None, None),
            (Io2, 4, Some(100), Some(125)),
            (Gp2, 1, None, None),
            (Gp2, 100, None, None),
            (Gp2, 4, Some(i32::MAX as u32), None),
            (St1, 124, None, None),
            (Standard, 1024, None, None),
        ] {
            let line = format!("{} {size} {iops:?} {throughput:?}: ", kind.name());
            found.push_str(&(line + &check(kind, size, iops, throughput) + "\n"));
        }
        insta::assert_snapshot!(found, @r#"
    gp3 1 None None: Some(3000) Some(125)
    gp3 0 None None: InvalidParameterValue: Volume of 0GiB is too small for volume type gp3; minimum is 1GiB.
    gp3 65537 None None: InvalidParameterValue: Volume of 65537GiB is too large for volume type gp3; maximum is 65536GiB.
    gp3 1 Some(2999) None: InvalidParameterValue: Volume iops of 2999 is too low; minimum is 3000.
    gp3 6 Some(3001) None: InvalidParameterValue: Iops to volume size ratio of 500.166667 is too high; maximum is 500.000000 iops per GiB.
    gp3 200 Some(80001) None: InvalidParameterValue: Volume iops of 80001 is too high; maximum is 80000.
    gp3 160 Some(80000) Some(2000): Some(80000) Some(2000)
    gp3 100 Some(4000) Some(1001): InvalidParameterValue: Throughput (MiBps) to iops ratio of 0.250250 is too high; maximum is 0.250000 MiBps per iops.
    gp3 100 None Some(124): InvalidParameterValue: Throughput (MiBps) of 124 is too low; minimum is 125.
    io1 4 Some(200) None: Some(200) None
    io1 4 Some(201) None: InvalidParameterValue: Iops to volume size ratio of 50.250000 is too high; maximum is 50.000000 iops per GiB.
    io1 3 Some(100) None: InvalidParameterValue: Volume of 3GiB is too small for volume type io1; minimum is 4GiB.
    io1 4 Some(2147483647) None: InvalidParameterValue: Volume iops of 2147483647 is too high; maximum is 64000.
    io2 4 Some(2147483647) None: InvalidParameterCombination: io2 volumes configured with greater than 64 TiB or 256K IOPS or 1000:1 IOPS:GB ratio are not supported.
    io2 4 None None: MissingParameter: The request must contain the parameter iops
    io2 4 Some(100) Some(125): InvalidParameterCombination: The parameter throughput is not supported for io2 volumes.
    gp2 1 None None: Some(100) None
    gp2 100 None None: Some(300) None
    gp2 4 Some(2147483647) None: InvalidParameterCombination: The parameter iops is not supported for gp2 volumes.
    st1 124 None None: InvalidParameterValue: Volume of 124GiB is too small for volume type st1; minimum is 125GiB.
    standard 1024 None None: None None
    "#);
    }
}
