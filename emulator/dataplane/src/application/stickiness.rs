//! Cookies by which a client stays with a target or a target group ("Sticky sessions for your Application Load Balancer"). Pure.

use std::time::Duration;

use hyper::header::{COOKIE, HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};

/// Which target a client had, for as long as the target group says.
pub(crate) const TARGET: Names = Names {
    plain: "AWSALB",
    cors: "AWSALBCORS",
};
/// Which target group a client had.
pub(crate) const GROUP: Names = Names {
    plain: "AWSALBTG",
    cors: "AWSALBTGCORS",
};
/// Which target a client had when it got the application's own cookie.
pub(crate) const APPLICATION: &str = "AWSALBAPP-0";
/// Life of [`APPLICATION`].
pub(crate) const APPLICATION_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A cookie and its twin for requests from other sites.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    plain: &'static str,
    cors: &'static str,
}

impl Names {
    /// What the request's cookie says.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<u64> {
        read(headers, self.plain).or_else(|| read(headers, self.cors))
    }

    /// The two `Set-Cookie` values. Only a secure cookie is sent to another site, so over plain HTTP the twin is of no use, but AWS sets it.
    pub(crate) fn set(self, id: u64, life: Duration, now: Timestamp, secure: bool) -> [Option<HeaderValue>; 2] {
        let secure = if secure { "; Secure" } else { "" };
        [
            set(self.plain, id, life, now, ""),
            set(self.cors, id, life, now, &format!("; SameSite=None{secure}")),
        ]
    }
}

/// What a cookie of ours says.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<u64> {
    let value = cookie(headers, name)?;
    u64::from_str_radix(value.strip_prefix(PREFIX)?, 16).ok()
}

/// The value of a request's cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// A `Set-Cookie` value that says `id`.
pub(crate) fn set(name: &str, id: u64, life: Duration, now: Timestamp, more: &str) -> Option<HeaderValue> {
    let expires = now.saturating_add(SignedDuration::try_from(life).ok()?).ok()?;
    let expires = expires.strftime("%a, %d %b %Y %H:%M:%S GMT");
    HeaderValue::try_from(format!("{name}={PREFIX}{id:016x}; Expires={expires}; Path=/{more}")).ok()
}

/// Whether a response sets a cookie of this name.
pub(crate) fn sets(headers: &HeaderMap, name: &str) -> bool {
    let mut lines = headers.get_all(hyper::header::SET_COOKIE).iter();
    lines.any(|line| {
        let rest = line.as_bytes().strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"="))
    })
}

/// Marks a cookie as one that this program made.
const PREFIX: &str = "st1-";

/// A number for a target or a target group that is the same in every process (FNV-1a).
pub(crate) fn id(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter().chain(&[0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (COOKIE, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn what_is_set_can_be_read() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let [plain, cors] = TARGET.set(0xab, Duration::from_secs(86400), now, true);
        assert_eq!(
            plain.unwrap(),
            "AWSALB=st1-00000000000000ab; Expires=Wed, 25 Nov 2026 10:00:00 GMT; Path=/"
        );
        assert_eq!(
            cors.unwrap(),
            "AWSALBCORS=st1-00000000000000ab; Expires=Wed, 25 Nov 2026 10:00:00 GMT; Path=/; SameSite=None; Secure"
        );
        assert_eq!(TARGET.read(&headers(&["a=b; AWSALB=st1-00000000000000ab"])), Some(0xab));
        assert_eq!(TARGET.read(&headers(&["a=b", "AWSALBCORS=st1-ab; c=d"])), Some(0xab));
    }

    #[test]
    fn foreign_cookies_say_nothing() {
        for line in ["AWSALB=xyz", "AWSALB=st1-zz", "XAWSALB=st1-ab", "AWSALB"] {
            assert_eq!(TARGET.read(&headers(&[line])), None, "{line}");
        }
    }

    #[test]
    fn ids_do_not_depend_on_the_process() {
        assert_eq!(id(&[b"tg", b"i-1"]), 0xa2bd_2096_d31c_6c97);
        assert_ne!(id(&[b"ab", b"c"]), id(&[b"a", b"bc"]));
    }

    #[test]
    fn the_application_s_cookie_is_noticed() {
        let set =
            |line: &'static str| HeaderMap::from_iter([(hyper::header::SET_COOKIE, HeaderValue::from_static(line))]);
        assert!(sets(&set("SESSION=1; Path=/"), "SESSION"));
        assert!(!sets(&set("SESSION2=1"), "SESSION"));
    }
}
