//! Rules: conditions, actions, transforms.

use super::listener::forward;
use cloud::elbv2::condition::{Condition as CloudCondition, Patterns};
use cloud::elbv2::rule;
use cloud::elbv2::rule_action::{
    self, ClaimFormat as CloudClaimFormat, JwtClaim, OnUnauthenticated as CloudOnUnauthenticated, RedirectStatus,
    Session, Step,
};
use cloud::elbv2::transform::{self, Transform as CloudTransform};
use dataplane::config::application::{
    Action, Authenticate, Claim, ClaimFormat, Condition, FixedResponse, ForwardAction, OnUnauthenticated, Provider,
    QueryValue, Redirect, Rewrite, Rule, TokenValidation, Transform, Values,
};
use std::time::Duration;

pub(super) fn rule(found: &rule::Rule) -> Rule {
    Rule {
        priority: found.priority,
        conditions: found.conditions.iter().map(condition).collect(),
        actions: found.actions.iter().map(action).collect(),
        transforms: found.transforms.iter().flat_map(transforms).collect(),
    }
}

fn condition(found: &CloudCondition) -> Condition {
    match found {
        CloudCondition::HostHeader(patterns) => Condition::Host(values(patterns)),
        CloudCondition::PathPattern(patterns) => Condition::Path(values(patterns)),
        CloudCondition::HttpHeader { name, patterns } => Condition::Header {
            name: name.clone(),
            values: values(patterns),
        },
        CloudCondition::HttpRequestMethod(methods) => Condition::Method(methods.clone()),
        CloudCondition::QueryString(pairs) => {
            let value = |pair: &cloud::elbv2::condition::QueryPair| QueryValue {
                key: pair.key.clone(),
                value: pair.value.clone(),
            };
            Condition::Query(pairs.iter().map(value).collect())
        }
        CloudCondition::SourceIp(blocks) => {
            Condition::SourceIp(blocks.iter().filter_map(|block| block.parse().ok()).collect())
        }
    }
}

fn values(patterns: &Patterns) -> Values {
    match patterns {
        Patterns::Wildcards(texts) => Values::Patterns(texts.clone()),
        Patterns::Regexes(texts) => Values::Regexes(texts.clone()),
    }
}

fn transforms(found: &CloudTransform) -> impl Iterator<Item = Transform> {
    let (make, rewrites): (fn(Rewrite) -> Transform, _) = match found {
        CloudTransform::HostHeaderRewrite(rewrites) => (Transform::Host, rewrites),
        CloudTransform::UrlRewrite(rewrites) => (Transform::Url, rewrites),
    };
    let rewrite = |found: &transform::Rewrite| Rewrite {
        regex: found.regex.clone(),
        replace: found.replace.clone(),
    };
    rewrites.iter().map(rewrite).map(make)
}

pub(super) fn action(found: &rule_action::Action) -> Action {
    match &found.step {
        Step::Forward(found) => Action::Forward(forward_action(found)),
        Step::Redirect(found) => Action::Redirect(Redirect {
            protocol: found.protocol.clone(),
            host: found.host.clone(),
            port: found.port.clone(),
            path: found.path.clone(),
            query: found.query.clone(),
            permanent: found.status_code == RedirectStatus::MovedPermanently,
        }),
        Step::FixedResponse(found) => Action::FixedResponse(FixedResponse {
            status: found.status_code.parse().unwrap_or(500),
            content_type: found.content_type.clone(),
            body: found.message_body.clone(),
        }),
        Step::AuthenticateOidc(found) => {
            let endpoint = found.authorization_endpoint.clone();
            let provider = Provider {
                issuer: found.issuer.clone(),
                token_endpoint: found.token_endpoint.clone(),
                user_info_endpoint: found.user_info_endpoint.clone(),
                client_secret: found.client_secret.clone(),
            };
            authenticate(endpoint, found.client_id.clone(), Some(provider), &found.session)
        }
        Step::AuthenticateCognito(found) => {
            let endpoint = format!("https://{}/oauth2/authorize", cognito_domain(found));
            authenticate(endpoint, found.user_pool_client_id.clone(), None, &found.session)
        }
        Step::JwtValidation(found) => Action::ValidateToken(TokenValidation {
            jwks_endpoint: found.jwks_endpoint.clone(),
            issuer: found.issuer.clone(),
            claims: found.additional_claims.iter().map(claim).collect(),
        }),
    }
}

fn claim(found: &JwtClaim) -> Claim {
    Claim {
        name: found.name.clone(),
        format: match found.format {
            CloudClaimFormat::SingleString => ClaimFormat::SingleString,
            CloudClaimFormat::StringArray => ClaimFormat::StringArray,
            CloudClaimFormat::SpaceSeparatedValues => ClaimFormat::SpaceSeparatedValues,
        },
        values: found.values.clone(),
    }
}

/// A domain of the user's own, or a prefix of Cognito's in the pool's region.
fn cognito_domain(found: &rule_action::AuthenticateCognito) -> String {
    let domain = &found.user_pool_domain;
    if domain.contains('.') {
        return domain.clone();
    }
    let region = found.user_pool_arn.split(':').nth(3).unwrap_or_default();
    format!("{domain}.auth.{region}.amazoncognito.com")
}

fn forward_action(found: &rule_action::Forward) -> ForwardAction {
    let stickiness = &found.stickiness;
    let life = stickiness.duration_seconds.filter(|_| stickiness.enabled);
    ForwardAction {
        target_groups: found.target_groups.iter().map(forward).collect(),
        stickiness: life.map(|seconds| Duration::from_secs(seconds.into())),
    }
}

fn authenticate(
    authorization_endpoint: String,
    client_id: String,
    provider: Option<Provider>,
    session: &Session,
) -> Action {
    let extra = session.extra_params.iter();
    Action::Authenticate(Authenticate {
        authorization_endpoint,
        client_id,
        scope: session.scope.clone(),
        extra_parameters: extra.map(|(name, value)| (name.clone(), value.clone())).collect(),
        on_unauthenticated: match session.on_unauthenticated {
            CloudOnUnauthenticated::Deny => OnUnauthenticated::Deny,
            CloudOnUnauthenticated::Allow => OnUnauthenticated::Allow,
            CloudOnUnauthenticated::Authenticate => OnUnauthenticated::Authenticate,
        },
        provider,
        session_cookie: session.cookie_name.clone(),
        session_timeout: Duration::from_secs(session.timeout),
    })
}
