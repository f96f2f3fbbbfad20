//! Actions on the wire: a type, an order and the configuration of that type.

use super::authenticate::{CognitoConfig, OidcConfig};
use super::forward::ForwardConfig;
use super::{Action, AuthenticateOidc, FixedResponse, Forward, JwtValidation, Redirect, Step};
use crate::ApiError;
use serde::{Deserialize, Serialize};

const HIGHEST_ORDER: u32 = 50_000;

/// An action as requests bring it and answers show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionDescription {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forward_config: Option<ForwardConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_config: Option<Redirect>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed_response_config: Option<FixedResponse>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authenticate_cognito_config: Option<CognitoConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authenticate_oidc_config: Option<OidcConfig>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jwt_validation_config: Option<JwtValidation>,
}

impl ActionDescription {
    /// As an answer shows an action.
    pub fn of(action: &Action) -> Self {
        let shown = Self {
            kind: action.step.name().to_owned(),
            order: Some(action.order),
            ..Self::default()
        };
        match &action.step {
            Step::Forward(forward) => Self {
                target_group_arn: forward.only().map(str::to_owned),
                forward_config: Some(forward.config()),
                ..shown
            },
            Step::Redirect(redirect) => Self {
                redirect_config: Some(redirect.clone()),
                ..shown
            },
            Step::FixedResponse(response) => Self {
                fixed_response_config: Some(response.clone()),
                ..shown
            },
            Step::AuthenticateCognito(action) => Self {
                authenticate_cognito_config: Some(CognitoConfig::of(action)),
                ..shown
            },
            Step::AuthenticateOidc(action) => Self {
                authenticate_oidc_config: Some(OidcConfig::of(action)),
                ..shown
            },
            Step::JwtValidation(validation) => Self {
                jwt_validation_config: Some(validation.clone()),
                ..shown
            },
        }
    }

    /// The order that a request gives.
    ///
    /// # Errors
    /// `ValidationError` when it is out of range.
    pub(super) fn order(&self) -> Result<Option<u32>, ApiError> {
        match self.order {
            Some(order) if !(1..=HIGHEST_ORDER).contains(&order) => {
                let message = format!("The order of an action must be from 1 to {HIGHEST_ORDER}, not {order}");
                Err(ApiError::new("ValidationError", message))
            }
            order => Ok(order),
        }
    }

    /// What the action does. `before` is the OpenID authentication that it may replace, whose secret it may wish to keep.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction` for an unknown type, one without its configuration or with that of another, and whatever the
    /// configuration has wrong.
    pub(super) fn step(self, before: Option<&AuthenticateOidc>) -> Result<Step, ApiError> {
        let kind = self.kind.clone();
        self.check_only(&kind)?;
        let missing = |config: &str| {
            ApiError::new(
                "InvalidLoadBalancerAction",
                format!("An action of type '{kind}' must have {config}"),
            )
        };
        Ok(match &*kind {
            "forward" => Step::Forward(Forward::parse(self.target_group_arn, self.forward_config)?),
            "redirect" => {
                let redirect = self.redirect_config.ok_or_else(|| missing("RedirectConfig"))?;
                redirect.check()?;
                Step::Redirect(redirect)
            }
            "fixed-response" => {
                let response = self
                    .fixed_response_config
                    .ok_or_else(|| missing("FixedResponseConfig"))?;
                response.check()?;
                Step::FixedResponse(response)
            }
            "authenticate-cognito" => {
                let config = self
                    .authenticate_cognito_config
                    .ok_or_else(|| missing("AuthenticateCognitoConfig"))?;
                Step::AuthenticateCognito(config.parse()?)
            }
            "authenticate-oidc" => {
                let config = self
                    .authenticate_oidc_config
                    .ok_or_else(|| missing("AuthenticateOidcConfig"))?;
                Step::AuthenticateOidc(config.parse(before)?)
            }
            "jwt-validation" => {
                let validation = self
                    .jwt_validation_config
                    .ok_or_else(|| missing("JwtValidationConfig"))?;
                validation.check()?;
                Step::JwtValidation(validation)
            }
            _ => {
                let message = format!("The action type '{kind}' is not known");
                return Err(ApiError::new("InvalidLoadBalancerAction", message));
            }
        })
    }

    /// That no configuration is there but that of its type.
    fn check_only(&self, kind: &str) -> Result<(), ApiError> {
        let present = [
            (
                "forward",
                self.forward_config.is_some() || self.target_group_arn.is_some(),
            ),
            ("redirect", self.redirect_config.is_some()),
            ("fixed-response", self.fixed_response_config.is_some()),
            ("authenticate-cognito", self.authenticate_cognito_config.is_some()),
            ("authenticate-oidc", self.authenticate_oidc_config.is_some()),
            ("jwt-validation", self.jwt_validation_config.is_some()),
        ];
        match present.iter().find(|(owner, present)| *present && *owner != kind) {
            Some((owner, _)) => {
                let message = format!("An action of type '{kind}' cannot have the configuration of type '{owner}'");
                Err(ApiError::new("InvalidLoadBalancerAction", message))
            }
            None => Ok(()),
        }
    }
}
