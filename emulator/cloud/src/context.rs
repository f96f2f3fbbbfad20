//! What a call may know besides its input and the state: time, place, ids.

use crate::Ids;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This time plus so many milliseconds.
    #[must_use]
    pub fn after(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Seconds since the epoch, as AWS writes times in JSON.
    pub fn seconds(self) -> f64 {
        std::time::Duration::from_millis(self.0).as_secs_f64()
    }

    /// Reads ISO 8601 in UTC, such as `2026-01-31T12:00:00Z` or with a fraction of a second.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let numbers = |text: &str, separator| -> Option<Vec<u64>> {
            text.split(separator).map(|part| part.parse().ok()).collect()
        };
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let (&[year, month, day], &[hour, minute, second]) = (&*numbers(date, '-')?, &*numbers(time, ':')?) else {
            return None;
        };
        let valid = (1970..=9999).contains(&year) && hour < 24 && minute < 60 && second < 60;
        // The day is the one that is written as the text writes it: 31 February is none.
        let days = (year - 1970) * 365 + (year - 1969) / 4;
        let day = (days.saturating_sub(32)..days + 400).find(|&days| civil(days) == (year, month, day))?;
        let milliseconds: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        valid.then_some(Self(
            ((day * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + milliseconds,
        ))
    }

    /// ISO 8601 in UTC with milliseconds, as AWS writes times in XML.
    pub fn iso8601(self) -> String {
        let (seconds, milliseconds) = (self.0 / 1000, self.0 % 1000);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z")
    }
}

/// Date in the Gregorian calendar of a day counted from 1970-01-01, by eras of 400 years that begin in March.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// How long transitions take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    /// Milliseconds.
    #[default]
    Instant,
    /// As on AWS.
    Realistic,
}

impl Timing {
    /// Chooses between AWS's duration and the short one, in milliseconds.
    pub fn choose(self, realistic: u64, instant: u64) -> u64 {
        match self {
            Self::Realistic => realistic,
            Self::Instant => instant,
        }
    }
}

/// The circumstances of one call.
#[derive(Debug, Clone)]
pub struct Context {
    /// When.
    pub now: Timestamp,
    /// The region that the signature names.
    pub region: String,
    /// The account, twelve digits.
    pub account: String,
    /// Suffix of the load balancers' DNS names.
    pub dns_suffix: String,
    /// Ids for what the call makes.
    pub ids: Ids,
    /// How long transitions take.
    pub timing: Timing,
    /// Quotas that the world changes: of Elastic Load Balancing by the name that DescribeAccountLimits gives them, and of EBS.
    pub quotas: BTreeMap<String, usize>,
    /// What the world has in the buckets of S3: bucket and key to content.
    pub objects: Arc<BTreeMap<(String, String), String>>,
    /// The seed of the world, from which its certificate authority comes.
    pub seed: u64,
}

impl Context {
    /// The content of an object of S3.
    pub fn object(&self, bucket: &str, key: &str) -> Option<&str> {
        self.objects
            .get(&(bucket.to_owned(), key.to_owned()))
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_aws_writes_them() {
        assert_eq!(Timestamp(0).iso8601(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(951_782_399_999).iso8601(), "2000-02-28T23:59:59.999Z");
        assert_eq!(Timestamp(951_782_400_000).iso8601(), "2000-02-29T00:00:00.000Z");
        assert_eq!(Timestamp(1_735_689_599_001).iso8601(), "2024-12-31T23:59:59.001Z");
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for time in [
            0,
            951_782_399_999,
            951_782_400_000,
            1_735_689_599_001,
            253_402_300_799_999,
        ] {
            assert_eq!(Timestamp::parse(&Timestamp(time).iso8601()), Some(Timestamp(time)));
        }
        assert_eq!(Timestamp::parse("1970-01-01T00:00:01Z"), Some(Timestamp(1000)));
        for wrong in [
            "2026-02-31T00:00:00Z",
            "2026-01-01",
            "2026-01-01T25:00:00Z",
            "tomorrow",
            "",
        ] {
            assert_eq!(Timestamp::parse(wrong), None, "{wrong}");
        }
    }
}
