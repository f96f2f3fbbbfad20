//! Headers of requests on their way to targets and of responses on their way back ("HTTP headers and Application Load Balancers"). Pure.

use std::net::SocketAddrV4;

use hyper::header::{
    CONNECTION, COOKIE, EXPECT, Entry, HOST, HeaderMap, HeaderName, HeaderValue, SERVER, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};

use super::trace::{self, TraceId};
use crate::config::application::{Attributes, ForwardedFor, ListenerAttributes};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
/// Headers that a proxy does not pass on.
const OF_ONE_CONNECTION: [HeaderName; 7] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
/// How many headers every request gets.
const ADDED: usize = 4;
/// More addresses in `X-Forwarded-For` are answered with 463.
const MOST_FORWARDED: usize = 30;

/// What a connection adds to all of its requests, made once.
#[derive(Debug)]
pub(crate) struct Forwarded {
    address: HeaderValue,
    address_and_port: HeaderValue,
    protocol: HeaderValue,
    port: HeaderValue,
    /// Of TLS and of the client's certificate.
    own: Vec<(HeaderName, HeaderValue)>,
}

impl Forwarded {
    pub(crate) fn new(client: SocketAddrV4, listener: SocketAddrV4, secure: bool) -> Self {
        let value = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-"));
        Self {
            address: value(client.ip().to_string()),
            address_and_port: value(client.to_string()),
            protocol: HeaderValue::from_static(if secure { "https" } else { "http" }),
            port: listener.port().into(),
            own: Vec::new(),
        }
    }

    pub(crate) fn with(self, own: Vec<(HeaderName, HeaderValue)>) -> Self {
        Self { own, ..self }
    }

    fn client(&self, attributes: &Attributes) -> &HeaderValue {
        if attributes.forwarded_for_port {
            &self.address_and_port
        } else {
            &self.address
        }
    }
}

/// Makes a client's headers those of the request to a target.
pub(crate) fn to_target(headers: &mut HeaderMap, forwarded: &Forwarded, attributes: &Attributes, id: TraceId) {
    if attributes.drop_invalid_header_fields {
        drop_invalid(headers);
    }
    end_to_end(headers);
    headers.remove(EXPECT);
    // Once: the map was made for the headers that came, and would grow with each that is added.
    headers.reserve(ADDED + forwarded.own.len());
    match attributes.forwarded_for {
        ForwardedFor::Append => append_client(headers, forwarded.client(attributes)),
        ForwardedFor::Preserve => {}
        ForwardedFor::Remove => drop(headers.remove(FORWARDED_FOR)),
    }
    headers.insert(FORWARDED_PROTO, forwarded.protocol.clone());
    headers.insert(FORWARDED_PORT, forwarded.port.clone());
    add_trace(headers, id);
    for (name, value) in &forwarded.own {
        headers.insert(name, value.clone());
    }
}

/// Takes away what concerns only one connection (RFC 9110, 7.6.1), on the way there and back.
pub(crate) fn end_to_end(headers: &mut HeaderMap) {
    if let Some(connection) = headers.remove(CONNECTION) {
        let named = connection.to_str().unwrap_or_default().split(',').map(str::trim);
        // `te` may stay, and the other two are no names of headers that anybody sends alone.
        let is_other = |name: &&str| {
            !["te", "close", "keep-alive"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
        };
        for name in named.filter(is_other) {
            headers.remove(name);
        }
    }
    if !headers.keys().any(|name| OF_ONE_CONNECTION.contains(name)) {
        return;
    }
    for name in &OF_ONE_CONNECTION {
        // gRPC asks for trailers; nothing else of that header concerns the other side.
        if name != TE || headers.get(TE).is_some_and(|value| value != "trailers") {
            headers.remove(name);
        }
    }
}

fn add_trace(headers: &mut HeaderMap, id: TraceId) {
    let value = |header: Option<&HeaderValue>| {
        let header = header.and_then(|value| value.to_str().ok());
        HeaderValue::try_from(trace::updated(header, id))
    };
    match headers.entry(TRACE_ID) {
        Entry::Vacant(entry) => {
            if let Ok(value) = value(None) {
                entry.insert(value);
            }
        }
        Entry::Occupied(mut entry) => {
            if let Ok(value) = value(Some(entry.get())) {
                entry.insert(value);
            }
        }
    }
}

fn append_client(headers: &mut HeaderMap, client: &HeaderValue) {
    match headers.entry(FORWARDED_FOR) {
        Entry::Vacant(entry) => drop(entry.insert(client.clone())),
        Entry::Occupied(mut entry) => {
            let mut joined = entry
                .iter()
                .map(HeaderValue::as_bytes)
                .collect::<Vec<_>>()
                .join(&b", "[..]);
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(client.as_bytes());
            if let Ok(joined) = HeaderValue::from_bytes(&joined) {
                entry.insert(joined);
            }
        }
    }
}

/// Whether `X-Forwarded-For` names more addresses than AWS takes.
pub(crate) fn is_forwarded_too_often(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let addresses = lines.map(|line| line.as_bytes().split(|byte| *byte == b',').count());
    addresses.sum::<usize>() > MOST_FORWARDED
}

/// Attribute `routing.http.drop_invalid_header_fields.enabled`: names of letters, digits and hyphens stay.
fn drop_invalid(headers: &mut HeaderMap) {
    let valid = |name: &HeaderName| {
        name.as_str()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let invalid: Vec<_> = headers.keys().filter(|name| !valid(name)).cloned().collect();
    for name in invalid {
        headers.remove(name);
    }
}

/// The `Host` of the request to the target: unless it is preserved, with the listener's port where that is not a default one, without any
/// where it is ("Host header preservation").
pub(crate) fn host_for_target(host: &str, listener_port: u16, attributes: &Attributes) -> Option<HeaderValue> {
    let bare = without_port(host);
    let text = match listener_port {
        _ if attributes.preserve_host_header => return None,
        80 | 443 if bare.len() == host.len() => return None,
        80 | 443 => HeaderValue::from_str(bare),
        _ if bare.len() < host.len() => return None,
        port => HeaderValue::try_from(format!("{host}:{port}")),
    };
    text.ok()
}

/// A host without the port that may follow it.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !bare.is_empty() => bare,
        _ => host,
    }
}

/// Many lines of HTTP/2 become the one of HTTP/1.1 (RFC 9113, 8.2.3).
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    if headers.get_all(COOKIE).iter().nth(1).is_none() {
        return;
    }
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let joined = lines.collect::<Vec<_>>().join(&b"; "[..]);
    if let Ok(joined) = HeaderValue::from_bytes(&joined) {
        headers.insert(COOKIE, joined);
    }
}

/// Adds and removes what the listener's attributes say of responses.
pub(crate) fn to_client(headers: &mut HeaderMap, attributes: &ListenerAttributes) {
    if attributes.hide_server {
        headers.remove(SERVER);
    }
    for (header, value) in &attributes.response_headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(header.name()), value);
        }
    }
}

/// Whether a client asks to change the protocol of its connection, and to which.
pub(crate) fn wanted_upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let connection = headers.get(CONNECTION)?.to_str().ok()?;
    let asks = connection
        .split(',')
        .any(|name| name.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(UPGRADE).filter(|_| asks).cloned()
}

/// The host that a request names, by its URL or its header.
pub(crate) fn host_of<'a>(uri: &'a hyper::Uri, headers: &'a HeaderMap) -> &'a str {
    let header = || headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = uri.authority().map(hyper::http::uri::Authority::as_str);
    authority.or_else(header).unwrap_or_default()
}

#[cfg(test)]
mod tests;
