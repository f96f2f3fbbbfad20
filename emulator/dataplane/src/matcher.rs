//! Which status codes of a health check are successes.

use std::{fmt, ops::RangeInclusive, str::FromStr};

/// Codes and ranges of codes, as the API writes them: `200`, `200-399`, `200-299,404`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Matcher(Vec<RangeInclusive<u16>>);

/// Text that is no list of codes and ranges.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("health check codes {0:?} are not a list of codes and ranges, such as 200-399,404")]
pub struct InvalidMatcher(String);

impl Matcher {
    /// Whether a response with this status is a success.
    #[must_use]
    pub fn matches(&self, status: u16) -> bool {
        self.0.iter().any(|codes| codes.contains(&status))
    }
}

impl Default for Matcher {
    /// `200-399`, the default of Network Load Balancers.
    fn default() -> Self {
        Self(vec![200..=399])
    }
}

impl FromStr for Matcher {
    type Err = InvalidMatcher;

    fn from_str(text: &str) -> Result<Self, InvalidMatcher> {
        let codes = |item: &str| {
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let range = first.trim().parse().ok()?..=last.trim().parse().ok()?;
            (!range.is_empty()).then_some(range)
        };
        let ranges: Option<Vec<_>> = text.split(',').map(codes).collect();
        ranges.map(Self).ok_or_else(|| InvalidMatcher(text.to_owned()))
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, codes) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match (codes.start(), codes.end()) {
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ranges() -> Result<(), InvalidMatcher> {
        let matcher: Matcher = "200-299,404".parse()?;
        for (status, success) in [
            (199, false),
            (200, true),
            (299, true),
            (300, false),
            (404, true),
            (503, false),
        ] {
            assert_eq!(matcher.matches(status), success, "{status}");
        }
        assert_eq!(matcher.to_string(), "200-299,404");
        assert_eq!("200-399".parse::<Matcher>()?, Matcher::default());
        Ok(())
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "abc", "200-", "399-200", "200,,404"] {
            assert!(text.parse::<Matcher>().is_err(), "{text:?}");
        }
    }
}
