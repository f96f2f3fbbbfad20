use std::time::Duration;

use super::*;
use crate::tls::TargetTls;

pub(super) fn action() -> Authenticate {
    Authenticate {
        authorization_endpoint: "https://idp.example.com/authorize".to_owned(),
        client_id: "me".to_owned(),
        scope: "openid email".to_owned(),
        extra_parameters: vec![("prompt".to_owned(), "login".to_owned())],
        on_unauthenticated: OnUnauthenticated::Authenticate,
        provider: Some(Provider {
            issuer: "https://idp.example.com".to_owned(),
            token_endpoint: "https://idp.example.com/token".to_owned(),
            user_info_endpoint: "https://idp.example.com/userinfo".to_owned(),
            client_secret: "secret".to_owned(),
        }),
        session_cookie: "AWSELBAuthSessionCookie".to_owned(),
        session_timeout: Duration::from_secs(3600),
    }
}

async fn decision(action: &Authenticate, path: &'static str, headers: &mut HeaderMap) -> Decision {
    let authentication = Authentication {
        action,
        keys: &Keys::new().unwrap(),
        calls: &Calls::new(TargetTls::new().unwrap()),
        load_balancer: "arn:lb",
        now: Timestamp::UNIX_EPOCH,
    };
    authentication.decide(&Uri::from_static(path), headers).await
}

#[tokio::test]
async fn users_that_are_not_known() {
    let of = |on_unauthenticated| Authenticate {
        on_unauthenticated,
        ..action()
    };
    let mut headers = HeaderMap::from_iter([(user::IDENTITY, HeaderValue::from_static("somebody"))]);
    let allowed = decision(&of(OnUnauthenticated::Allow), "/", &mut headers).await;
    assert_eq!(allowed, Decision::Pass(Vec::new()));
    assert!(headers.is_empty(), "a client said who the user is");
    let denied = decision(&of(OnUnauthenticated::Deny), "/", &mut headers).await;
    assert_eq!(denied, Decision::Refuse(401));
    let sent = decision(&of(OnUnauthenticated::Authenticate), "/", &mut headers).await;
    let Decision::Send { location, cookies } = sent else {
        panic!("{sent:?}");
    };
    assert!(
        location
            .to_str()
            .unwrap()
            .starts_with("https://idp.example.com/authorize?client_id=me&")
    );
    assert_eq!(cookies.len(), 1);
}

#[tokio::test]
async fn who_comes_back_without_having_been_sent() {
    let mut headers = HeaderMap::new();
    let path = "/oauth2/idpresponse?code=1&state=x";
    assert_eq!(decision(&action(), path, &mut headers).await, Decision::Refuse(401));
    let cognito = Authenticate {
        provider: None,
        ..action()
    };
    assert_eq!(decision(&cognito, path, &mut headers).await, Decision::Refuse(561));
}
