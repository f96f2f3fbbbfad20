//! Actions.

use super::{TARGET_GROUP, list, reference, without_nulls};
use crate::TargetGroupRef;
use aws_api::elbv2::{Action, Authentication, Forward, ForwardTarget, JwtClaim, Stickiness};
use serde_json::{Value, json};

const REDACTED: &str = "[REDACTED]";

pub(super) fn action(of: &Action<TargetGroupRef>) -> Value {
    let (kind, config, value) = match of {
        Action::Forward(to) => ("forward", "forwardConfig", forward(to)),
        Action::Redirect(to) => {
            let value = json!({
                "host": to.host, "path": to.path, "port": to.port, "protocol": to.protocol, "query": to.query,
                "statusCode": to.status_code,
            });
            ("redirect", "redirectConfig", value)
        }
        Action::FixedResponse(of) => {
            let value = json!({
                "contentType": of.content_type, "messageBody": of.message_body, "statusCode": of.status_code,
            });
            ("fixed-response", "fixedResponseConfig", value)
        }
        Action::AuthenticateCognito(of) => {
            let mut value = authentication(&of.authentication);
            value["userPoolARN"] = json!(of.user_pool_arn);
            value["userPoolClientID"] = json!(of.user_pool_client_id);
            value["userPoolDomain"] = json!(of.user_pool_domain);
            ("authenticate-cognito", "authenticateCognitoConfig", value)
        }
        Action::AuthenticateOidc(of) => {
            let mut value = authentication(&of.authentication);
            value["issuer"] = json!(of.issuer);
            value["authorizationEndpoint"] = json!(of.authorization_endpoint);
            value["tokenEndpoint"] = json!(of.token_endpoint);
            value["userInfoEndpoint"] = json!(of.user_info_endpoint);
            value["clientID"] = json!(REDACTED);
            value["clientSecret"] = json!(REDACTED);
            ("authenticate-oidc", "authenticateOIDCConfig", value)
        }
        Action::JwtValidation(of) => {
            let claim =
                |claim: &JwtClaim| json!({ "format": claim.format, "name": claim.name, "values": claim.values });
            let claims = list(&of.additional_claims, claim);
            let value = json!({ "jwksEndpoint": of.jwks_endpoint, "issuer": of.issuer, "additionalClaims": claims });
            ("jwt-validation", "jwtValidationConfig", value)
        }
    };
    json!({ "type": kind, config: without_nulls(value) })
}

fn forward(of: &Forward<TargetGroupRef>) -> Value {
    let target = |target: &ForwardTarget<TargetGroupRef>| {
        let arn = match &target.target_group {
            TargetGroupRef::Arn(arn) => json!(arn),
            TargetGroupRef::Id(id) => reference(TARGET_GROUP, id, "targetGroupARN"),
        };
        without_nulls(json!({ "targetGroupARN": arn, "weight": target.weight }))
    };
    let stickiness = |stickiness: Stickiness| {
        without_nulls(json!({ "enabled": stickiness.enabled, "durationSeconds": stickiness.duration }))
    };
    json!({
        "targetGroups": of.targets.iter().map(target).collect::<Vec<_>>(),
        "targetGroupStickinessConfig": of.stickiness.map(stickiness),
    })
}

fn authentication(of: &Authentication) -> Value {
    json!({
        "authenticationRequestExtraParams": (!of.extra_params.is_empty()).then_some(&of.extra_params),
        "onUnauthenticatedRequest": of.on_unauthenticated_request,
        "scope": of.scope,
        "sessionCookieName": of.session_cookie_name,
        "sessionTimeout": of.session_timeout,
    })
}
