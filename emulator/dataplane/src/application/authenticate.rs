//! Authentication actions ("Authenticate users using an Application Load Balancer") as far as they go without an identity provider. Pure.

use hyper::{Uri, header::HeaderValue};

use super::respond::NOT_AUTHENTICATED;
use crate::config::application::{Authenticate, OnUnauthenticated};

/// Where the provider sends users back to.
const CALLBACK: &str = "/oauth2/idpresponse";

/// What becomes of a request whose user is not known: nobody is, since no provider is asked for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The next action follows.
    Pass,
    /// It is answered with this status.
    Refuse(u16),
    /// The client is sent to the provider.
    LogIn(HeaderValue),
}

/// Decides by the action's settings. `state` is what the provider gives back with the user.
pub(crate) fn decide(action: &Authenticate, host: &str, uri: &Uri, state: &str) -> Decision {
    if uri.path() == CALLBACK {
        return Decision::Refuse(NOT_AUTHENTICATED);
    }
    match action.on_unauthenticated {
        OnUnauthenticated::Allow => Decision::Pass,
        OnUnauthenticated::Deny => Decision::Refuse(401),
        OnUnauthenticated::Authenticate => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("client_id", &action.client_id)
                .append_pair("redirect_uri", &format!("https://{host}{CALLBACK}"))
                .append_pair("response_type", "code")
                .append_pair("scope", &action.scope)
                .append_pair("state", state)
                .extend_pairs(&action.extra_parameters)
                .finish();
            let location = HeaderValue::try_from(format!("{}?{query}", action.authorization_endpoint));
            location.map_or(Decision::Refuse(500), Decision::LogIn)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(on_unauthenticated: OnUnauthenticated, path: &'static str) -> Decision {
        let action = Authenticate {
            authorization_endpoint: "https://idp.example.com/authorize".to_owned(),
            client_id: "me".to_owned(),
            scope: "openid email".to_owned(),
            extra_parameters: vec![("prompt".to_owned(), "login".to_owned())],
            on_unauthenticated,
        };
        decide(&action, "www.example.com", &Uri::from_static(path), "abc")
    }

    #[test]
    fn users_that_are_not_known() {
        assert_eq!(decision(OnUnauthenticated::Allow, "/"), Decision::Pass);
        assert_eq!(decision(OnUnauthenticated::Deny, "/"), Decision::Refuse(401));
        assert_eq!(
            decision(OnUnauthenticated::Authenticate, "/oauth2/idpresponse?code=1"),
            Decision::Refuse(561)
        );
        let Decision::LogIn(location) = decision(OnUnauthenticated::Authenticate, "/") else {
            panic!("not sent to the provider");
        };
        insta::assert_snapshot!(location.to_str().unwrap(), @"https://idp.example.com/authorize?client_id=me&redirect_uri=https%3A%2F%2Fwww.example.com%2Foauth2%2Fidpresponse&response_type=code&scope=openid+email&state=abc&prompt=login");
    }
}
