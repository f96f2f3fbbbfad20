//! JSON Web Tokens of clients ("Verify JWTs using an Application Load Balancer"). Pure.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use data_encoding::{BASE64URL_NOPAD, DecodeError};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::config::application::{Claim, ClaimFormat, TokenValidation};

/// AWS takes no more keys of one issuer ("JWT verification limits").
const MOST_KEYS: usize = 10;

/// An issuer's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    id: Option<String>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// Why a list of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidKeys {
    #[error("it is no JSON Web Key Set")]
    Format(#[source] serde_json::Error),
    #[error("it has {0} keys, more than {MOST_KEYS}")]
    TooMany(usize),
    #[error("a key is not in base64url")]
    Encoding(#[source] DecodeError),
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejected {
    #[error("the request has no bearer token")]
    Missing,
    #[error("it is no JSON Web Token")]
    Format,
    #[error("it is signed with {0}, not with RS256")]
    Algorithm(String),
    #[error("it is signed with a key that is not its issuer's")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("it is of another issuer")]
    Issuer,
    #[error("it has expired, or does not hold yet")]
    Time,
    #[error("claim {0} is not as it must be")]
    Claim(String),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<JsonKey>,
}

#[derive(Deserialize)]
struct JsonKey {
    kty: String,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

/// Reads a JSON Web Key Set. Keys that are not of RSA are left out.
pub(crate) fn keys(json: &[u8]) -> Result<Vec<Key>, InvalidKeys> {
    let set: KeySet = serde_json::from_slice(json).map_err(InvalidKeys::Format)?;
    if set.keys.len() > MOST_KEYS {
        return Err(InvalidKeys::TooMany(set.keys.len()));
    }
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes());
    let of_rsa = set
        .keys
        .into_iter()
        .filter(|key| key.kty == "RSA")
        .filter_map(|key| Some((key.kid, key.n?, key.e?)));
    let keys = of_rsa.map(|(id, modulus, exponent)| {
        Ok(Key {
            id,
            modulus: decode(&modulus)?,
            exponent: decode(&exponent)?,
        })
    });
    keys.collect::<Result<_, _>>().map_err(InvalidKeys::Encoding)
}

/// Checks the token of an `Authorization` header.
pub(crate) fn verify(
    authorization: Option<&str>,
    keys: &[Key],
    validation: &TokenValidation,
    now: Timestamp,
) -> Result<(), Rejected> {
    let (scheme, token) = authorization
        .and_then(|text| text.split_once(' '))
        .ok_or(Rejected::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejected::Missing);
    }
    let claims = signed_claims(token.trim(), keys)?;
    if claims.get("iss").and_then(Value::as_str) != Some(&validation.issuer) {
        return Err(Rejected::Issuer);
    }
    if !holds(&claims, now) {
        return Err(Rejected::Time);
    }
    let missing = validation.claims.iter().find(|claim| !has(&claims, claim));
    missing.map_or(Ok(()), |claim| Err(Rejected::Claim(claim.name.clone())))
}

fn signed_claims(token: &str, keys: &[Key]) -> Result<Map<String, Value>, Rejected> {
    let (text, signature) = token.rsplit_once('.').ok_or(Rejected::Format)?;
    let (header, payload) = text.split_once('.').ok_or(Rejected::Format)?;
    let header: Header = part(header)?;
    if header.alg != "RS256" {
        return Err(Rejected::Algorithm(header.alg));
    }
    let signature = BASE64URL_NOPAD
        .decode(signature.as_bytes())
        .map_err(|_| Rejected::Format)?;
    let fits = |key: &&Key| header.kid.is_none() || key.id.is_none() || key.id == header.kid;
    let mut candidates = keys.iter().filter(fits).peekable();
    candidates.peek().ok_or(Rejected::UnknownKey)?;
    let signs = |key: &Key| {
        let components = RsaPublicKeyComponents {
            n: &key.modulus,
            e: &key.exponent,
        };
        components
            .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
            .is_ok()
    };
    if candidates.any(signs) {
        part(payload)
    } else {
        Err(Rejected::Signature)
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, Rejected> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Rejected::Format)?;
    serde_json::from_slice(&bytes).map_err(|_| Rejected::Format)
}

/// `exp` must be there; `nbf` and `iat` must not be in the future if they are.
fn holds(claims: &Map<String, Value>, now: Timestamp) -> bool {
    let now = now.as_second() as f64;
    let time = |name: &str| claims.get(name).map(Value::as_f64);
    let expires = time("exp").flatten().is_some_and(|until| now < until);
    let past = |name: &str| time(name).is_none_or(|from| from.is_some_and(|from| from <= now));
    expires && past("nbf") && past("iat")
}

/// Whether a claim has one of the values that it may have, in the format that it must have.
fn has(claims: &Map<String, Value>, wanted: &Claim) -> bool {
    let among = |value: &str| wanted.values.iter().any(|wanted| wanted == value);
    match (wanted.format, claims.get(&wanted.name)) {
        (ClaimFormat::SingleString, Some(Value::String(text))) => among(text),
        (ClaimFormat::SpaceSeparatedValues, Some(Value::String(text))) => text.split(' ').any(among),
        (ClaimFormat::StringArray, Some(Value::Array(values))) => values.iter().filter_map(Value::as_str).any(among),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        encoding::{AsDer, PublicKeyX509Der},
        rand::SystemRandom,
        rsa::{KeyPair, KeySize},
        signature::{KeyPair as _, RSA_PKCS1_SHA256},
    };
    use serde_json::json;

    use super::*;

    struct Issuer(KeyPair);

    impl Issuer {
        fn new() -> Self {
            Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
        }

        /// The numbers of a key of 2048 bits stand at the end of its DER.
        fn keys(&self, id: &str) -> Vec<Key> {
            let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
            let der = der.as_ref();
            assert_eq!(der.len(), 294);
            let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
            let key = json!({ "kty": "RSA", "kid": id, "n": encode(&der[33..289]), "e": encode(&der[291..]) });
            keys(
                json!({ "keys": [key, { "kty": "EC", "crv": "P-256" }] })
                    .to_string()
                    .as_bytes(),
            )
            .unwrap()
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
            let text = format!("{}.{}", part(header), part(claims));
            let mut signature = vec![0; self.0.public_modulus_len()];
            self.0
                .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
                .unwrap();
            format!("Bearer {text}.{}", BASE64URL_NOPAD.encode(&signature))
        }
    }

    fn validation(claims: &[(ClaimFormat, &str, &[&str])]) -> TokenValidation {
        let claim = |(format, name, values): &(ClaimFormat, &str, &[&str])| Claim {
            name: (*name).to_owned(),
            format: *format,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        TokenValidation {
            jwks_endpoint: "https://idp.example.com/keys".to_owned(),
            issuer: "https://idp.example.com".to_owned(),
            claims: claims.iter().map(claim).collect(),
        }
    }

    #[test]
    fn tokens() {
        let (issuer, other) = (Issuer::new(), Issuer::new());
        let keys = issuer.keys("a");
        assert_eq!(keys.len(), 1);
        let header = json!({ "alg": "RS256", "kid": "a" });
        let good = json!({ "iss": "https://idp.example.com", "exp": 101, "scope": "read write", "groups": ["x", "y"] });
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            claims
        };
        let plain = validation(&[]);
        let now = Timestamp::from_second(100).unwrap();
        let check = |token: &str, validation: &TokenValidation| verify(Some(token), &keys, validation, now);
        for (claims, expected) in [
            (good.clone(), Ok(())),
            (with("exp", json!(100)), Err(Rejected::Time)),
            (with("exp", Value::Null), Err(Rejected::Time)),
            (with("nbf", json!(101)), Err(Rejected::Time)),
            (with("iat", json!(100)), Ok(())),
            (with("iss", json!("https://idp.example.com/")), Err(Rejected::Issuer)),
        ] {
            assert_eq!(check(&issuer.token(&header, &claims), &plain), expected, "{claims}");
        }
        for (header, expected) in [
            (json!({ "alg": "RS256" }), Ok(())),
            (json!({ "alg": "RS256", "kid": "b" }), Err(Rejected::UnknownKey)),
            (json!({ "alg": "none" }), Err(Rejected::Algorithm("none".to_owned()))),
        ] {
            assert_eq!(check(&issuer.token(&header, &good), &plain), expected, "{header}");
        }
        assert_eq!(check(&other.token(&header, &good), &plain), Err(Rejected::Signature));
        assert_eq!(check("Bearer a.b", &plain), Err(Rejected::Format));
        assert_eq!(check("Basic a:b", &plain), Err(Rejected::Missing));
        assert_eq!(verify(None, &keys, &plain, now), Err(Rejected::Missing));
        let token = issuer.token(&header, &good);
        for (format, name, values, expected) in [
            (
                ClaimFormat::SpaceSeparatedValues,
                "scope",
                &["admin", "write"][..],
                true,
            ),
            (ClaimFormat::SpaceSeparatedValues, "scope", &["admin"], false),
            (ClaimFormat::SingleString, "scope", &["read write"], true),
            (ClaimFormat::SingleString, "scope", &["read"], false),
            (ClaimFormat::StringArray, "groups", &["y"], true),
            (ClaimFormat::StringArray, "groups", &["z"], false),
            (ClaimFormat::StringArray, "scope", &["read"], false),
            (ClaimFormat::SingleString, "missing", &["x"], false),
        ] {
            let result = check(&token, &validation(&[(format, name, values)]));
            let expected = if expected {
                Ok(())
            } else {
                Err(Rejected::Claim(name.to_owned()))
            };
            assert_eq!(result, expected, "{format:?} {name} {values:?}");
        }
    }

    #[test]
    fn lists_of_keys_that_cannot_be_used() {
        let key = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
        assert!(matches!(keys(b"[]"), Err(InvalidKeys::Format(_))));
        let many = json!({ "keys": vec![key; 11] }).to_string();
        assert!(matches!(keys(many.as_bytes()), Err(InvalidKeys::TooMany(11))));
        let odd = json!({ "keys": [{ "kty": "RSA", "n": "?", "e": "AQAB" }] }).to_string();
        assert!(matches!(keys(odd.as_bytes()), Err(InvalidKeys::Encoding(_))));
    }
}
