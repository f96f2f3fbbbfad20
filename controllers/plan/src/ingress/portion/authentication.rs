//! Who asks: the annotations `auth-*` and `jwt-validation`. They count on HTTPS listeners only.

use crate::PlanError;
use crate::ingress::{Facts, IngressKey};
use aws_api::elbv2::{Action, AuthenticateCognito, AuthenticateOidc, Authentication, JwtClaim, JwtValidation};
use controllers_api::annotation::Annotations;
use controllers_api::json;
use k8s_openapi::api::core::v1::Secret;
use model::TargetGroupRef;
use serde::Deserialize;
use std::collections::BTreeMap;

const TYPE: &str = "auth-type";
const COGNITO: &str = "auth-idp-cognito";
const OIDC: &str = "auth-idp-oidc";
const JWT: &str = "jwt-validation";

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawCognito {
    userpoolarn: String,
    userpoolclientid: String,
    userpooldomain: String,
    authenticationrequestextraparams: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawOidc {
    issuer: String,
    authorizationendpoint: String,
    tokenendpoint: String,
    userinfoendpoint: String,
    secretname: String,
    authenticationrequestextraparams: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawJwt {
    jwksendpoint: String,
    issuer: String,
    additionalclaims: Vec<RawClaim>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawClaim {
    format: String,
    name: String,
    values: Vec<String>,
}

/// Name of the Secret that authentication needs, if it can be read and is used.
pub(crate) fn secret(annotations: Annotations<'_>) -> Option<String> {
    let raw: RawOidc = json::folded(annotations.text(OIDC)?).ok()?;
    (annotations.text(TYPE) == Some("oidc") && !raw.secretname.is_empty()).then_some(raw.secretname)
}

/// The actions that come before the one that answers. `backend` are the annotations of the Service over those of the Ingress, `own` those of the Ingress.
pub(crate) fn read(
    backend: Annotations<'_>,
    own: Annotations<'_>,
    ingress: &IngressKey,
    facts: &Facts,
    label: Option<&(String, String)>,
) -> Result<Vec<Action<TargetGroupRef>>, PlanError> {
    let cognito: Option<RawCognito> = parse(backend, COGNITO)?;
    let oidc: Option<RawOidc> = parse(backend, OIDC)?;
    let how = |extra_params| common(backend, extra_params);
    let missing = |key: &str| {
        let kind = backend.text(TYPE).unwrap_or_default();
        let expected = format!("possible without the annotation {}{key}", backend.prefix());
        let remedy = format!("add the annotation, or write none instead of {kind}");
        backend.error(TYPE, expected, remedy)
    };
    let authenticate = match backend.word(TYPE, &["none", "cognito", "oidc"])? {
        Some("cognito") => {
            let raw = cognito.ok_or_else(|| missing(COGNITO))?;
            Some(Action::AuthenticateCognito(AuthenticateCognito {
                user_pool_arn: raw.userpoolarn,
                user_pool_client_id: raw.userpoolclientid,
                user_pool_domain: raw.userpooldomain,
                authentication: how(raw.authenticationrequestextraparams)?,
            }))
        }
        Some("oidc") => {
            let raw = oidc.ok_or_else(|| missing(OIDC))?;
            let (client_id, client_secret) = credentials(backend, &raw.secretname, ingress, facts, label)?;
            Some(Action::AuthenticateOidc(AuthenticateOidc {
                issuer: raw.issuer,
                authorization_endpoint: raw.authorizationendpoint,
                token_endpoint: raw.tokenendpoint,
                user_info_endpoint: raw.userinfoendpoint,
                client_id,
                client_secret: Some(client_secret),
                authentication: how(raw.authenticationrequestextraparams)?,
            }))
        }
        _ => None,
    };
    let jwt = jwt(own)?.map(Action::JwtValidation);
    if authenticate.is_some() && jwt.is_some() {
        let expected = format!("possible together with the annotation {}{TYPE}", own.prefix());
        return Err(own.error(JWT, expected, "keep one of the two").into());
    }
    Ok(authenticate.into_iter().chain(jwt).collect())
}

fn parse<T: serde::de::DeserializeOwned>(annotations: Annotations<'_>, key: &str) -> Result<Option<T>, PlanError> {
    let read = |text| {
        json::folded(text).map_err(|error| {
            let expected = format!("an object in JSON: {error}");
            annotations
                .error(key, expected, "correct it as the guide to this annotation shows")
                .into()
        })
    };
    annotations.text(key).map(read).transpose()
}

fn common(annotations: Annotations<'_>, extra_params: BTreeMap<String, String>) -> Result<Authentication, PlanError> {
    let text = |key: &str, default: &str| Some(annotations.text(key).unwrap_or(default).to_owned());
    let timeout = annotations.long_number("auth-session-timeout")?;
    Ok(Authentication {
        on_unauthenticated_request: text("auth-on-unauthenticated-request", "authenticate"),
        scope: text("auth-scope", "openid"),
        session_cookie_name: text("auth-session-cookie", "AWSELBAuthSessionCookie"),
        session_timeout: Some(timeout.unwrap_or(604_800)),
        extra_params,
    })
}

/// Client id and secret.
fn credentials(
    annotations: Annotations<'_>,
    name: &str,
    ingress: &IngressKey,
    facts: &Facts,
    label: Option<&(String, String)>,
) -> Result<(String, String), PlanError> {
    let object = format!("Secret {}/{name}", ingress.namespace);
    let wrong = |problem: String, remedy: &str| PlanError::Object {
        object: object.clone(),
        problem,
        remedy: remedy.to_owned(),
    };
    let secret = facts
        .secrets
        .get(&(ingress.namespace.clone(), name.to_owned()))
        .ok_or_else(|| {
            let expected = format!("right: there is no {object}");
            annotations.error(OIDC, expected, "make it, with the keys clientID and clientSecret")
        })?;
    if let Some((key, value)) = label {
        let labels = secret.metadata.labels.as_ref();
        if labels.and_then(|labels| labels.get(key)) != Some(value) {
            let problem = format!("has no label {key}={value}, which --required-secrets-label demands");
            return Err(wrong(problem, "add the label"));
        }
    }
    let id = value(secret, "clientID").or_else(|| value(secret, "clientId"));
    let id = id.ok_or_else(|| wrong("has no key clientID".to_owned(), "add it"))?;
    let client = value(secret, "clientSecret");
    let client = client.ok_or_else(|| wrong("has no key clientSecret".to_owned(), "add it"))?;
    Ok((
        id.trim_end().to_owned(),
        client.trim_end_matches(char::is_control).to_owned(),
    ))
}

fn value(secret: &Secret, key: &str) -> Option<String> {
    let bytes = secret.data.as_ref()?.get(key)?;
    Some(String::from_utf8_lossy(&bytes.0).into_owned())
}

fn jwt(annotations: Annotations<'_>) -> Result<Option<JwtValidation>, PlanError> {
    let Some(raw) = parse::<RawJwt>(annotations, JWT)? else {
        return Ok(None);
    };
    let wrong = |problem: &str, remedy: &str| annotations.error(JWT, format!("complete: {problem}"), remedy);
    if raw.jwksendpoint.is_empty() || raw.issuer.is_empty() {
        return Err(wrong("jwksEndpoint or issuer is missing", "add both").into());
    }
    let whole = |claim: &RawClaim| !claim.format.is_empty() && !claim.name.is_empty() && !claim.values.is_empty();
    if !raw.additionalclaims.iter().all(whole) {
        let problem = "a claim has no format, no name or no values";
        return Err(wrong(problem, "give each of additionalClaims all three").into());
    }
    let claim = |raw: RawClaim| JwtClaim {
        format: raw.format,
        name: raw.name,
        values: raw.values,
    };
    Ok(Some(JwtValidation {
        jwks_endpoint: raw.jwksendpoint,
        issuer: raw.issuer,
        additional_claims: raw.additionalclaims.into_iter().map(claim).collect(),
    }))
}
