//! Answers that the load balancer gives itself ("Troubleshoot your Application Load Balancers": HTTP errors). Pure.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue, LOCATION, SERVER},
};

use crate::config::application::FixedResponse;

/// An answer that is there as a whole.
pub(crate) type Whole = Response<Full<Bytes>>;

/// The target's group wants another protocol than the client speaks.
pub(crate) const INCOMPATIBLE_PROTOCOL: u16 = 464;
/// `X-Forwarded-For` names too many addresses.
pub(crate) const TOO_MANY_FORWARDED: u16 = 463;
/// The client was gone before it could be answered. Only logs tell it.
pub(crate) const CLIENT_CLOSED: u16 = 460;
/// The identity provider did not authenticate the user.
pub(crate) const NOT_AUTHENTICATED: u16 = 561;

/// A status with AWS's page; its own codes have none.
pub(crate) fn status(code: u16) -> Whole {
    let body = title(code).map(page).unwrap_or_default();
    let mut response = own(code, Bytes::from(body));
    if title(code).is_some() {
        let html = HeaderValue::from_static("text/html");
        response.headers_mut().insert(CONTENT_TYPE, html);
    }
    response
}

/// A page that points to where the client is sent.
pub(crate) fn redirect(code: StatusCode, location: HeaderValue) -> Whole {
    let mut response = status(code.as_u16());
    response.headers_mut().insert(LOCATION, location);
    response
}

/// What a fixed-response action says.
pub(crate) fn fixed(action: &FixedResponse) -> Whole {
    let body = action.body.clone().unwrap_or_default();
    let mut response = own(action.status, Bytes::from(body));
    let kind = action.content_type.as_deref().unwrap_or("text/plain");
    if let Ok(kind) = HeaderValue::try_from(format!("{kind}; charset=utf-8")) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn own(code: u16, body: Bytes) -> Whole {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(SERVER, HeaderValue::from_static("awselb/2.0"));
    response
}

fn title(code: u16) -> Option<&'static str> {
    Some(match code {
        301 => "301 Moved Permanently",
        302 => "302 Found",
        400 => "400 Bad Request",
        401 => "401 Authorization Required",
        403 => "403 Forbidden",
        405 => "405 Not Allowed",
        408 => "408 Request Time-out",
        414 => "414 Request-URI Too Large",
        500 => "500 Internal Server Error",
        502 => "502 Bad Gateway",
        503 => "503 Service Temporarily Unavailable",
        504 => "504 Gateway Time-out",
        _ => return None,
    })
}

fn page(title: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
}

#[cfg(test)]
mod tests {
    use hyper::body::Body;

    use super::*;

    #[test]
    fn pages_are_as_long_as_those_of_aws() {
        for (code, length) in [(301, 134), (502, 122), (503, 162), (504, 132), (464, 0)] {
            let response = status(code);
            assert_eq!(response.body().size_hint().exact(), Some(length), "{code}");
            assert_eq!(response.headers()[SERVER], "awselb/2.0");
        }
    }

    #[test]
    fn fixed_responses() {
        let response = fixed(&FixedResponse {
            status: 404,
            content_type: Some("application/json".to_owned()),
            body: Some("{}".to_owned()),
        });
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
    }
}
