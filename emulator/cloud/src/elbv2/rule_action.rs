//! What listeners and rules do with a request: a list of actions, of which the last one answers or forwards it.

mod authenticate;
mod check;
mod description;
mod fixed_response;
mod forward;
mod jwt_validation;
mod redirect;

pub use authenticate::{AuthenticateCognito, AuthenticateOidc, OnUnauthenticated, Session};
pub use check::Place;
pub use description::ActionDescription;
pub use fixed_response::FixedResponse;
pub use forward::{Forward, ForwardTarget, Stickiness};
pub use jwt_validation::{ClaimFormat, JwtClaim, JwtValidation};
pub use redirect::{Redirect, RedirectStatus};

/// An action, and where in its list it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// 1 to 50000; the actions of a list are in ascending order.
    pub order: u32,
    /// What it does.
    pub step: Step,
}

/// What an action does. The first two and [`Step::FixedResponse`] end a list; the others come before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends the request to a target group.
    Forward(Forward),
    /// Answers with another URL.
    Redirect(Redirect),
    /// Answers with a fixed body.
    FixedResponse(FixedResponse),
    /// Lets Cognito say who the user is.
    AuthenticateCognito(AuthenticateCognito),
    /// Lets an OpenID provider say who the user is.
    AuthenticateOidc(AuthenticateOidc),
    /// Checks a JSON Web Token.
    JwtValidation(JwtValidation),
}

impl Step {
    /// Its type on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Forward(_) => "forward",
            Self::Redirect(_) => "redirect",
            Self::FixedResponse(_) => "fixed-response",
            Self::AuthenticateCognito(_) => "authenticate-cognito",
            Self::AuthenticateOidc(_) => "authenticate-oidc",
            Self::JwtValidation(_) => "jwt-validation",
        }
    }

    /// Whether a list of actions ends with it.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Forward(_) | Self::Redirect(_) | Self::FixedResponse(_))
    }
}

/// Where a list of actions forwards to.
pub fn targets(actions: &[Action]) -> &[ForwardTarget] {
    let forward = actions.iter().find_map(|action| match &action.step {
        Step::Forward(forward) => Some(&*forward.target_groups),
        _ => None,
    });
    forward.unwrap_or_default()
}
