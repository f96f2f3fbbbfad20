//! The instance metadata service, version 2. See "Use the Instance Metadata Service to access instance metadata" in the EC2 User
//! Guide.

use crate::metadata::Metadata;
use crate::serve::{plain, serve};
use ::http::{HeaderMap, Method, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Bytes;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
/// Longest life of a token: six hours.
const LONGEST: u64 = 21_600;
/// Bytes of a token.
const TOKEN_SIZE: usize = 32;
/// Tokens that are kept at most; the one that ends first makes room.
const MOST_TOKENS: usize = 1024;

/// A metadata service.
#[derive(Debug)]
pub struct Imds {
    metadata: Metadata,
    /// Whether requests without a token are answered.
    allow_v1: bool,
    tokens: Mutex<BTreeMap<String, Instant>>,
}

impl Imds {
    /// A service that tells `metadata`.
    pub fn new(metadata: Metadata, allow_v1: bool) -> Self {
        Self {
            metadata,
            allow_v1,
            tokens: Mutex::default(),
        }
    }

    /// Serves for ever.
    pub async fn serve(self, listener: TcpListener) {
        serve(listener, move |request| {
            self.answer(request.method(), request.uri().path(), request.headers())
        })
        .await;
    }

    /// The answer to a request.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Full<Bytes>> {
        match (method, path.trim_end_matches('/')) {
            (&Method::PUT, "/latest/api/token") => self.give_token(headers),
            (&Method::GET, path) => self.tell(path, headers),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, String::new()),
        }
    }

    /// A new token. Requests that came through a proxy get none.
    fn give_token(&self, headers: &HeaderMap) -> Response<Full<Bytes>> {
        if headers.contains_key("x-forwarded-for") {
            return plain(StatusCode::FORBIDDEN, String::new());
        }
        let text = headers.get(TTL).and_then(|value| value.to_str().ok());
        let Some(seconds) = text
            .and_then(|text| text.parse().ok())
            .filter(|ttl| (1..=LONGEST).contains(ttl))
        else {
            let message = format!("{TTL} must be a number from 1 to {LONGEST}\n");
            return plain(StatusCode::BAD_REQUEST, message);
        };
        let Ok(token) = random_token() else {
            return plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "there is no randomness to be had\n".to_owned(),
            );
        };
        let now = Instant::now();
        let mut tokens = self.tokens.lock();
        tokens.retain(|_, ends| *ends > now);
        if tokens.len() >= MOST_TOKENS
            && let Some(first) = tokens
                .iter()
                .min_by_key(|(_, ends)| **ends)
                .map(|(token, _)| token.clone())
        {
            tokens.remove(&first);
        }
        tokens.insert(token.clone(), now + Duration::from_secs(seconds));
        let mut response = plain(StatusCode::OK, token);
        response.headers_mut().insert(TTL, header::HeaderValue::from(seconds));
        response
    }

    fn tell(&self, path: &str, headers: &HeaderMap) -> Response<Full<Bytes>> {
        let token = headers.get(TOKEN).map(|value| value.to_str().unwrap_or_default());
        let admitted = match token {
            Some(token) => self.tokens.lock().get(token).is_some_and(|ends| *ends > Instant::now()),
            None => self.allow_v1,
        };
        if !admitted {
            return plain(StatusCode::UNAUTHORIZED, String::new());
        }
        let told = match path {
            "" => Some("latest".to_owned()),
            "/latest" => Some("dynamic\nmeta-data".to_owned()),
            path => path.strip_prefix("/latest/").and_then(|path| self.metadata.at(path)),
        };
        match told {
            Some(text) => plain(StatusCode::OK, text),
            None => plain(StatusCode::NOT_FOUND, String::new()),
        }
    }
}

fn random_token() -> std::io::Result<String> {
    let mut bytes = [0_u8; TOKEN_SIZE];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests;
