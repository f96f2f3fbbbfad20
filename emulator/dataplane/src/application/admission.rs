//! Requests that are turned away before any rule is asked ("Quotas": HTTP headers; "HTTP 4XX errors"; "Desync mitigation mode"). Pure.

use hyper::{HeaderMap, Method, Request};

use super::{headers, respond::TOO_MANY_FORWARDED};
use crate::config::application::{Attributes, DesyncMitigation};

/// Longest request line.
const LONGEST_LINE: usize = 16 * 1024;
/// Longest single header.
const LONGEST_HEADER: usize = 16 * 1024;
/// Longest of all headers together.
pub(crate) const LONGEST_HEADERS: usize = 64 * 1024;

/// How far a request is from what RFC 7230 says, with the reason that access logs name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Classification {
    Compliant,
    Acceptable(&'static str),
    Ambiguous(&'static str),
}

/// Why a request is not served: the status of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) u16);

/// Checks a request's form and says how it is classified.
pub(crate) fn admit<B>(request: &Request<B>, attributes: &Attributes) -> Result<Classification, Refused> {
    if request.method() == Method::TRACE {
        return Err(Refused(405));
    }
    if request.method() == Method::CONNECT {
        return Err(Refused(400));
    }
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > LONGEST_LINE {
        return Err(Refused(414));
    }
    if !has_short_headers(request.headers()) {
        return Err(Refused(400));
    }
    if headers::is_forwarded_too_often(request.headers()) {
        return Err(Refused(TOO_MANY_FORWARDED));
    }
    let class = classify(request.method(), request.headers());
    match (attributes.desync_mitigation, class) {
        (DesyncMitigation::Strictest, Classification::Acceptable(_) | Classification::Ambiguous(_)) => {
            Err(Refused(400))
        }
        _ => Ok(class),
    }
}

fn has_short_headers(headers: &HeaderMap) -> bool {
    let mut total = 0;
    headers.iter().all(|(name, value)| {
        let length = name.as_str().len() + value.len() + ": \r\n".len();
        total += length;
        length <= LONGEST_HEADER && total <= LONGEST_HEADERS
    })
}

/// What is left of ambiguity: the HTTP library refuses contradicting lengths and odd encodings itself.
fn classify(method: &Method, headers: &HeaderMap) -> Classification {
    use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
    let bodiless = matches!(*method, Method::GET | Method::HEAD);
    if bodiless && headers.contains_key(TRANSFER_ENCODING) {
        return Classification::Ambiguous("UndefinedTransferEncodingSemantics");
    }
    match headers.get(CONTENT_LENGTH).filter(|_| bodiless) {
        Some(length) if length == "0" => return Classification::Acceptable("GetHeadZeroContentLength"),
        Some(_) => return Classification::Acceptable("UndefinedContentLengthSemantics"),
        None => {}
    }
    if headers.values().any(|value| !value.as_bytes().is_ascii()) {
        return Classification::Acceptable("NonCompliantHeader");
    }
    Classification::Compliant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn what_is_turned_away() {
        let long = |length: usize| format!("/{}", "a".repeat(length));
        let forwarded = vec!["192.0.2.1"; 31].join(",");
        for (request, status) in [
            (request("TRACE", "/", &[]), 405),
            (request("GET", &long(16 * 1024), &[]), 414),
            (request("GET", "/", &[("x-long", &long(16 * 1024))]), 400),
            (request("GET", "/", &[("x-forwarded-for", &forwarded)]), 463),
        ] {
            assert_eq!(admit(&request, &Attributes::default()), Err(Refused(status)));
        }
        assert_eq!(
            admit(&request("GET", &long(1000), &[]), &Attributes::default()),
            Ok(Classification::Compliant)
        );
    }

    #[test]
    fn classes() {
        let strictest = Attributes {
            desync_mitigation: DesyncMitigation::Strictest,
            ..Attributes::default()
        };
        for (request, class) in [
            (
                request("GET", "/", &[("content-length", "0")]),
                Classification::Acceptable("GetHeadZeroContentLength"),
            ),
            (
                request("HEAD", "/", &[("content-length", "5")]),
                Classification::Acceptable("UndefinedContentLengthSemantics"),
            ),
            (
                request("GET", "/", &[("transfer-encoding", "chunked")]),
                Classification::Ambiguous("UndefinedTransferEncodingSemantics"),
            ),
            (
                request("GET", "/", &[("x-name", "é")]),
                Classification::Acceptable("NonCompliantHeader"),
            ),
        ] {
            assert_eq!(admit(&request, &Attributes::default()), Ok(class));
            assert_eq!(admit(&request, &strictest), Err(Refused(400)));
        }
        assert_eq!(
            admit(&request("POST", "/", &[("content-length", "5")]), &strictest),
            Ok(Classification::Compliant)
        );
    }
}
