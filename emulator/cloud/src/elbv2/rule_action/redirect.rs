//! Redirects.

use crate::ApiError;
use serde::{Deserialize, Serialize};

const LONGEST: usize = 128;
const KEYWORDS: [&str; 5] = ["#{protocol}", "#{host}", "#{port}", "#{path}", "#{query}"];

/// Answers with another URL. Each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`, where AWS allows them;
/// a part that was not sent is the request's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Redirect {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    #[serde(default = "same_protocol")]
    pub protocol: String,
    /// 1 to 65535 or `#{port}`.
    #[serde(default = "same_port")]
    pub port: String,
    /// Host name; not percent-encoded.
    #[serde(default = "same_host")]
    pub host: String,
    /// Begins with `/`.
    #[serde(default = "same_path")]
    pub path: String,
    /// Without the leading `?`.
    #[serde(default = "same_query")]
    pub query: String,
    /// Whether for good.
    pub status_code: RedirectStatus,
}

/// How long a redirect is meant to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedirectStatus {
    /// Permanent.
    #[serde(rename = "HTTP_301")]
    MovedPermanently,
    /// Temporary.
    #[serde(rename = "HTTP_302")]
    Found,
}

fn same_protocol() -> String {
    "#{protocol}".to_owned()
}

fn same_port() -> String {
    "#{port}".to_owned()
}

fn same_host() -> String {
    "#{host}".to_owned()
}

fn same_path() -> String {
    "/#{path}".to_owned()
}

fn same_query() -> String {
    "#{query}".to_owned()
}

impl Redirect {
    /// Checks the parts.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction` for a part that no URL has, a keyword where AWS knows none, or a redirect to the request's own URL.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let invalid = |what: String| Err(ApiError::new("InvalidLoadBalancerAction", what));
        let is_port = |text: &str| text.parse::<u16>().is_ok_and(|port| port > 0);
        if !matches!(&*self.protocol, "HTTP" | "HTTPS" | "#{protocol}") {
            return invalid(format!(
                "The redirect protocol '{}' must be HTTP, HTTPS or #{{protocol}}",
                self.protocol
            ));
        }
        if self.port != "#{port}" && !is_port(&self.port) {
            return invalid(format!(
                "The redirect port '{}' must be from 1 to 65535 or #{{port}}",
                self.port
            ));
        }
        if !self.path.starts_with('/') {
            return invalid(format!("The redirect path '{}' must begin with '/'", self.path));
        }
        for (part, text, least) in [
            ("host", &self.host, 1),
            ("path", &self.path, 1),
            ("query", &self.query, 0),
        ] {
            if !(least..=LONGEST).contains(&text.len()) {
                return invalid(format!(
                    "The redirect {part} must have from {least} to {LONGEST} characters"
                ));
            }
            if let Some(keyword) = unknown_keyword(text) {
                return invalid(format!("The redirect {part} has the unknown keyword '{keyword}'"));
            }
        }
        if self.is_a_loop() {
            return invalid("A redirect must change at least one of protocol, host, port and path".to_owned());
        }
        Ok(())
    }

    fn is_a_loop(&self) -> bool {
        self.protocol == same_protocol()
            && self.port == same_port()
            && self.host == same_host()
            && self.path == same_path()
    }
}

fn unknown_keyword(text: &str) -> Option<&str> {
    let begins = text.match_indices("#{").map(|(at, _)| &text[at..]);
    let mut unknown = begins.filter(|rest| !KEYWORDS.iter().any(|keyword| rest.starts_with(keyword)));
    unknown.next()
}
