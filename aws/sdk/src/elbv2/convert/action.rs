//! Actions.

use super::text;
use aws_api::elbv2::{
    Action, AuthenticateCognito, AuthenticateOidc, Authentication, FixedResponse, Forward, ForwardTarget, JwtClaim,
    JwtValidation, Redirect, Stickiness,
};
use aws_sdk_elasticloadbalancingv2::types as sdk;
use std::collections::{BTreeMap, HashMap};

/// In the order that AWS says they are taken. An action of a kind that is not known here is left out.
pub(in super::super) fn actions_of(from: Option<Vec<sdk::Action>>) -> Vec<Action> {
    let mut from = from.unwrap_or_default();
    from.sort_by_key(|action| action.order);
    from.into_iter().filter_map(action_of).collect()
}

pub(in super::super) fn actions(from: &[Action]) -> Vec<sdk::Action> {
    // Numbered as the Go controller does it, so that the listeners of both read alike.
    let numbered = (1..).zip(from);
    numbered
        .map(|(order, from)| action(from).order(order).build())
        .collect()
}

fn action_of(from: sdk::Action) -> Option<Action> {
    match from.r#type.as_ref()? {
        sdk::ActionTypeEnum::Forward => Some(Action::Forward(forward_of(from))),
        sdk::ActionTypeEnum::Redirect => from.redirect_config.map(redirect_of).map(Action::Redirect),
        sdk::ActionTypeEnum::FixedResponse => from.fixed_response_config.map(response_of).map(Action::FixedResponse),
        sdk::ActionTypeEnum::AuthenticateCognito => from
            .authenticate_cognito_config
            .map(cognito_of)
            .map(Action::AuthenticateCognito),
        sdk::ActionTypeEnum::AuthenticateOidc => {
            from.authenticate_oidc_config.map(oidc_of).map(Action::AuthenticateOidc)
        }
        sdk::ActionTypeEnum::JwtValidation => from.jwt_validation_config.map(jwt_of).map(Action::JwtValidation),
        _ => None,
    }
}

fn action(from: &Action) -> sdk::builders::ActionBuilder {
    let builder = sdk::Action::builder();
    match from {
        Action::Forward(to) => builder.r#type(sdk::ActionTypeEnum::Forward).forward_config(forward(to)),
        Action::Redirect(to) => builder
            .r#type(sdk::ActionTypeEnum::Redirect)
            .redirect_config(redirect(to)),
        Action::FixedResponse(with) => builder
            .r#type(sdk::ActionTypeEnum::FixedResponse)
            .fixed_response_config(response(with)),
        Action::AuthenticateCognito(by) => builder
            .r#type(sdk::ActionTypeEnum::AuthenticateCognito)
            .authenticate_cognito_config(cognito(by)),
        Action::AuthenticateOidc(by) => builder
            .r#type(sdk::ActionTypeEnum::AuthenticateOidc)
            .authenticate_oidc_config(oidc(by)),
        Action::JwtValidation(by) => builder
            .r#type(sdk::ActionTypeEnum::JwtValidation)
            .jwt_validation_config(jwt(by)),
    }
}

/// A single target group may be told by the short form alone.
fn forward_of(from: sdk::Action) -> Forward {
    let config = from.forward_config;
    let stickiness = config
        .as_ref()
        .and_then(|config| config.target_group_stickiness_config.as_ref());
    let stickiness = stickiness.map(|stickiness| Stickiness {
        enabled: stickiness.enabled,
        duration: stickiness.duration_seconds,
    });
    let tuples = config.and_then(|config| config.target_groups).unwrap_or_default();
    let mut targets: Vec<_> = tuples
        .into_iter()
        .map(|tuple| ForwardTarget {
            target_group: tuple.target_group_arn.unwrap_or_default(),
            weight: tuple.weight,
        })
        .collect();
    if targets.is_empty() {
        targets.extend(from.target_group_arn.map(|target_group| ForwardTarget {
            target_group,
            weight: None,
        }));
    }
    Forward { targets, stickiness }
}

fn forward(from: &Forward) -> sdk::ForwardActionConfig {
    let tuple = |target: &ForwardTarget| {
        sdk::TargetGroupTuple::builder()
            .target_group_arn(&target.target_group)
            .set_weight(target.weight)
            .build()
    };
    let stickiness = from.stickiness.map(|stickiness| {
        sdk::TargetGroupStickinessConfig::builder()
            .set_enabled(stickiness.enabled)
            .set_duration_seconds(stickiness.duration)
            .build()
    });
    sdk::ForwardActionConfig::builder()
        .set_target_groups(Some(from.targets.iter().map(tuple).collect()))
        .set_target_group_stickiness_config(stickiness)
        .build()
}

fn redirect_of(from: sdk::RedirectActionConfig) -> Redirect {
    Redirect {
        host: from.host,
        path: from.path,
        port: from.port,
        protocol: from.protocol,
        query: from.query,
        status_code: text(from.status_code.as_ref().map(sdk::RedirectActionStatusCodeEnum::as_str)),
    }
}

fn redirect(from: &Redirect) -> sdk::RedirectActionConfig {
    sdk::RedirectActionConfig::builder()
        .set_host(from.host.clone())
        .set_path(from.path.clone())
        .set_port(from.port.clone())
        .set_protocol(from.protocol.clone())
        .set_query(from.query.clone())
        .status_code(from.status_code.as_str().into())
        .build()
}

fn response_of(from: sdk::FixedResponseActionConfig) -> FixedResponse {
    FixedResponse {
        content_type: from.content_type,
        message_body: from.message_body,
        status_code: from.status_code.unwrap_or_default(),
    }
}

fn response(from: &FixedResponse) -> sdk::FixedResponseActionConfig {
    sdk::FixedResponseActionConfig::builder()
        .set_content_type(from.content_type.clone())
        .set_message_body(from.message_body.clone())
        .status_code(&from.status_code)
        .build()
}

fn cognito_of(from: sdk::AuthenticateCognitoActionConfig) -> AuthenticateCognito {
    AuthenticateCognito {
        user_pool_arn: from.user_pool_arn.unwrap_or_default(),
        user_pool_client_id: from.user_pool_client_id.unwrap_or_default(),
        user_pool_domain: from.user_pool_domain.unwrap_or_default(),
        authentication: Authentication {
            on_unauthenticated_request: from.on_unauthenticated_request.map(|value| value.as_str().to_owned()),
            scope: from.scope,
            session_cookie_name: from.session_cookie_name,
            session_timeout: from.session_timeout,
            extra_params: sorted(from.authentication_request_extra_params),
        },
    }
}

fn cognito(from: &AuthenticateCognito) -> sdk::AuthenticateCognitoActionConfig {
    let how = &from.authentication;
    sdk::AuthenticateCognitoActionConfig::builder()
        .user_pool_arn(&from.user_pool_arn)
        .user_pool_client_id(&from.user_pool_client_id)
        .user_pool_domain(&from.user_pool_domain)
        .set_on_unauthenticated_request(how.on_unauthenticated_request.as_deref().map(Into::into))
        .set_scope(how.scope.clone())
        .set_session_cookie_name(how.session_cookie_name.clone())
        .set_session_timeout(how.session_timeout)
        .set_authentication_request_extra_params(params(&how.extra_params))
        .build()
}

fn oidc_of(from: sdk::AuthenticateOidcActionConfig) -> AuthenticateOidc {
    AuthenticateOidc {
        issuer: from.issuer.unwrap_or_default(),
        authorization_endpoint: from.authorization_endpoint.unwrap_or_default(),
        token_endpoint: from.token_endpoint.unwrap_or_default(),
        user_info_endpoint: from.user_info_endpoint.unwrap_or_default(),
        client_id: from.client_id.unwrap_or_default(),
        client_secret: from.client_secret,
        authentication: Authentication {
            on_unauthenticated_request: from.on_unauthenticated_request.map(|value| value.as_str().to_owned()),
            scope: from.scope,
            session_cookie_name: from.session_cookie_name,
            session_timeout: from.session_timeout,
            extra_params: sorted(from.authentication_request_extra_params),
        },
    }
}

fn oidc(from: &AuthenticateOidc) -> sdk::AuthenticateOidcActionConfig {
    let how = &from.authentication;
    sdk::AuthenticateOidcActionConfig::builder()
        .issuer(&from.issuer)
        .authorization_endpoint(&from.authorization_endpoint)
        .token_endpoint(&from.token_endpoint)
        .user_info_endpoint(&from.user_info_endpoint)
        .client_id(&from.client_id)
        .set_client_secret(from.client_secret.clone())
        .set_use_existing_client_secret(from.client_secret.is_none().then_some(true))
        .set_on_unauthenticated_request(how.on_unauthenticated_request.as_deref().map(Into::into))
        .set_scope(how.scope.clone())
        .set_session_cookie_name(how.session_cookie_name.clone())
        .set_session_timeout(how.session_timeout)
        .set_authentication_request_extra_params(params(&how.extra_params))
        .build()
}

fn jwt_of(from: sdk::JwtValidationActionConfig) -> JwtValidation {
    let claim = |from: sdk::JwtValidationActionAdditionalClaim| JwtClaim {
        format: from.format.map(|format| format.as_str().to_owned()).unwrap_or_default(),
        name: from.name.unwrap_or_default(),
        values: from.values.unwrap_or_default(),
    };
    JwtValidation {
        jwks_endpoint: from.jwks_endpoint.unwrap_or_default(),
        issuer: from.issuer.unwrap_or_default(),
        additional_claims: from
            .additional_claims
            .unwrap_or_default()
            .into_iter()
            .map(claim)
            .collect(),
    }
}

fn jwt(from: &JwtValidation) -> sdk::JwtValidationActionConfig {
    let claim = |from: &JwtClaim| {
        sdk::JwtValidationActionAdditionalClaim::builder()
            .format(from.format.as_str().into())
            .name(&from.name)
            .set_values(Some(from.values.clone()))
            .build()
    };
    let claims = from.additional_claims.iter().map(claim).collect::<Vec<_>>();
    sdk::JwtValidationActionConfig::builder()
        .jwks_endpoint(&from.jwks_endpoint)
        .issuer(&from.issuer)
        .set_additional_claims((!claims.is_empty()).then_some(claims))
        .build()
}

fn sorted(from: Option<HashMap<String, String>>) -> BTreeMap<String, String> {
    from.unwrap_or_default().into_iter().collect()
}

fn params(from: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!from.is_empty()).then(|| from.clone().into_iter().collect())
}
