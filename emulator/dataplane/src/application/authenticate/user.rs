//! How targets are told who the user is ("User claims encoding and signature verification"). Pure.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    error::Unspecified,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::session::Session;
use crate::config::application::Authenticate;

pub(crate) const ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-amzn-oidc-accesstoken");
pub(crate) const IDENTITY: HeaderName = HeaderName::from_static("x-amzn-oidc-identity");
pub(crate) const DATA: HeaderName = HeaderName::from_static("x-amzn-oidc-data");
/// For how long what is signed holds, in seconds.
const LIFE: i64 = 120;

/// The key that signs, and its public half for targets that verify.
#[derive(Debug)]
pub(crate) struct Signer {
    key: EcdsaKeyPair,
    pub(crate) id: String,
    /// PEM.
    pub(crate) public_key: String,
}

impl Signer {
    pub(crate) fn new() -> Result<Self, Unspecified> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let der: PublicKeyX509Der<'_> = key.public_key().as_der()?;
        let public_key = pem(der.as_ref());
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id)?;
        Ok(Self {
            key,
            id: uuid(id),
            public_key,
        })
    }

    /// Puts what the session says into a request's headers, for the load balancer of this ARN.
    pub(crate) fn tell(
        &self,
        headers: &mut HeaderMap,
        session: &Session,
        action: &Authenticate,
        load_balancer: &str,
        now: Timestamp,
    ) {
        let data = self.sign(session, action, load_balancer, now);
        let told = [
            (ACCESS_TOKEN, Some(session.access_token.clone())),
            (IDENTITY, Some(session.subject().to_owned())),
            (DATA, data),
        ];
        for (name, value) in told {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
    }

    /// The claims as a JSON Web Token. As on AWS, its parts are padded.
    fn sign(&self, session: &Session, action: &Authenticate, load_balancer: &str, now: Timestamp) -> Option<String> {
        let issuer = action
            .provider
            .as_ref()
            .map(|provider| provider.issuer.as_str())
            .unwrap_or_default();
        let expires = now.as_second() + LIFE;
        let header = json!({
            "typ": "JWT", "alg": "ES256", "kid": self.id, "iss": issuer, "client": action.client_id,
            "signer": load_balancer, "exp": expires,
        });
        let mut claims = session.claims.clone();
        claims.insert("exp".to_owned(), expires.into());
        claims.insert("iss".to_owned(), issuer.into());
        let part = |value: &Value| BASE64URL.encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&header), part(&Value::Object(claims)));
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).ok()?;
        Some(format!("{text}.{}", BASE64URL.encode(signature.as_ref())))
    }
}

/// Takes away what a client says of its user itself.
pub(crate) fn forget(headers: &mut HeaderMap) {
    for name in [ACCESS_TOKEN, IDENTITY, DATA] {
        headers.remove(name);
    }
}

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

fn uuid(bytes: [u8; 16]) -> String {
    let hex = HEXLOWER.encode(&bytes);
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;
    use crate::application::authenticate::tests::action;

    #[test]
    fn targets_can_verify_what_they_are_told() {
        let signer = Signer::new().unwrap();
        let session = Session {
            claims: json!({ "sub": "me", "email": "me@example.com" })
                .as_object()
                .unwrap()
                .clone(),
            access_token: "token".to_owned(),
            refresh_token: None,
            stale_from: None,
            ends: 1000,
        };
        let mut headers = HeaderMap::new();
        let now = Timestamp::from_second(500).unwrap();
        signer.tell(&mut headers, &session, &action(), "arn:lb", now);
        assert!(headers[ACCESS_TOKEN] == "token" && headers[IDENTITY] == "me");
        let data = headers[DATA].to_str().unwrap();
        let (text, signature) = data.rsplit_once('.').unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, signer.key.public_key().as_ref());
        let signature = BASE64URL.decode(signature.as_bytes()).unwrap();
        key.verify(text.as_bytes(), &signature).unwrap();
        let parts: Vec<Value> = text
            .split('.')
            .map(|part| serde_json::from_slice(&BASE64URL.decode(part.as_bytes()).unwrap()).unwrap())
            .collect();
        assert_eq!(
            (&parts[0]["signer"], &parts[0]["kid"]),
            (&json!("arn:lb"), &json!(signer.id))
        );
        let claims = json!({ "sub": "me", "email": "me@example.com", "exp": 620, "iss": "https://idp.example.com" });
        assert_eq!(parts[1], claims);
        forget(&mut headers);
        assert!(headers.is_empty());
    }
}
