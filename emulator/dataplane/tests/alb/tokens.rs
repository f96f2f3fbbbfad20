//! Clients that bring JSON Web Tokens.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::Full;
use hyper::{Response, body::Bytes};
use seatrial_dataplane::config::application::{Action, Claim, ClaimFormat, TokenValidation};
use serde_json::{Value, json};

use crate::{
    client::once,
    fixture::{Fixture, TARGET_PORT, address, fixed},
    target,
};

fn validation(net: u8) -> Action {
    Action::ValidateToken(TokenValidation {
        jwks_endpoint: format!("https://{}:{TARGET_PORT}/keys", address(net, 99)),
        issuer: "https://idp.example.com".to_owned(),
        claims: vec![Claim {
            name: "scope".to_owned(),
            format: ClaimFormat::SpaceSeparatedValues,
            values: vec!["write".to_owned()],
        }],
    })
}

/// Its numbers stand at the end of the DER of a key of 2048 bits.
fn key_set(key: &KeyPair) -> anyhow::Result<String> {
    let der: PublicKeyX509Der<'_> = key.public_key().as_der()?;
    let der = der.as_ref();
    let (modulus, exponent) = (
        BASE64URL_NOPAD.encode(&der[33..289]),
        BASE64URL_NOPAD.encode(&der[291..]),
    );
    Ok(json!({ "keys": [{ "kty": "RSA", "kid": "a", "n": modulus, "e": exponent }] }).to_string())
}

fn token(key: &KeyPair, claims: &Value) -> anyhow::Result<String> {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let text = format!("{}.{}", part(&json!({ "alg": "RS256", "kid": "a" })), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)?;
    Ok(format!("Bearer {text}.{}", BASE64URL_NOPAD.encode(&signature)))
}

#[tokio::test]
async fn only_good_tokens_pass() -> anyhow::Result<()> {
    let key = KeyPair::generate(KeySize::Rsa2048)?;
    let keys = key_set(&key)?;
    target::serve_tls(90, 99, move |_| {
        let keys = keys.clone();
        async move { Response::new(Full::new(Bytes::from(keys))) }
    })
    .await?;
    let mut lb = Fixture::start(90)?;
    lb.listener(0).default_actions = vec![validation(90), fixed(200, "in")];
    lb.serve().await?;
    let claims = |scope: &str| json!({ "iss": "https://idp.example.com", "exp": 4_000_000_000_u32, "scope": scope });
    let good = token(&key, &claims("read write"))?;
    let weak = token(&key, &claims("read"))?;
    let forged = token(&KeyPair::generate(KeySize::Rsa2048)?, &claims("write"))?;
    assert_eq!(once(lb.front(80), "/", &[]).await?.status, 401);
    for (token, status) in [(&good, 200), (&weak, 401), (&forged, 401), (&good, 200)] {
        let reply = once(lb.front(80), "/", &[("authorization", token)]).await?;
        assert_eq!(reply.status, status, "{token}");
    }
    Ok(())
}

#[tokio::test]
async fn without_the_issuer_s_keys_nothing_passes() -> anyhow::Result<()> {
    let mut lb = Fixture::start(91)?;
    lb.listener(0).default_actions = vec![validation(91), fixed(200, "in")];
    lb.serve().await?;
    let reply = once(lb.front(80), "/", &[("authorization", "Bearer a.b.c")]).await?;
    assert_eq!(reply.status, 500);
    Ok(())
}
