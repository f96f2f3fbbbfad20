//! Users who log in at a provider.

use std::{sync::Arc, time::Duration};

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD};
use http_body_util::{BodyExt, Collected, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
};
use parking_lot::Mutex;
use seatrial_dataplane::config::application::{Action, Authenticate, OnUnauthenticated, Provider};
use serde_json::{Value, json};

use crate::{
    client::{Reply, once},
    fixture::{Fixture, TARGET_PORT, address, fixed, forward},
    target,
};

const PROVIDER: u8 = 99;

/// What a provider answers with, and what it was asked for tokens with.
#[derive(Clone, Default)]
struct OpenId {
    expires_in: i64,
    grants: Arc<Mutex<Vec<String>>>,
}

impl OpenId {
    /// Gives tokens for the code `good` and for `refresh`, to the client `me`.
    async fn serve(&self, net: u8) -> anyhow::Result<()> {
        let provider = self.clone();
        target::serve_tls(net, PROVIDER, move |request| {
            let provider = provider.clone();
            async move { provider.answer(net, request).await }
        })
        .await
    }

    async fn answer(&self, net: u8, request: Request<Incoming>) -> target::Answer {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        let authorization = head.headers.get("authorization").and_then(|value| value.to_str().ok());
        let basic = format!("Basic {}", BASE64.encode(b"me:s%26cret"));
        match (head.uri.path(), authorization) {
            ("/token", Some(client)) if client == basic => self.tokens(net, &String::from_utf8_lossy(&body)),
            ("/userinfo", Some("Bearer access")) => answer(200, &json!({ "sub": "u1", "email": "u1@example.com" })),
            _ => answer(401, &json!({ "error": "invalid_client" })),
        }
    }

    fn tokens(&self, net: u8, form: &str) -> target::Answer {
        self.grants.lock().push(form.to_owned());
        let callback = "https%3A%2F%2Fwww.example.com%2Foauth2%2Fidpresponse";
        let good = format!("grant_type=authorization_code&code=good&redirect_uri={callback}");
        let again = "grant_type=refresh_token&refresh_token=refresh&scope=openid";
        if form != good && form != again {
            return answer(400, &json!({ "error": "invalid_grant" }));
        }
        let claims = json!({ "iss": url(net, ""), "aud": "me", "sub": "u1", "exp": 4_000_000_000_u32 });
        let id_token = format!("e30.{}.x", BASE64URL_NOPAD.encode(claims.to_string().as_bytes()));
        let tokens = json!({
            "access_token": "access", "token_type": "Bearer", "expires_in": self.expires_in,
            "refresh_token": "refresh", "id_token": id_token,
        });
        answer(200, &tokens)
    }
}

fn answer(status: u16, json: &Value) -> target::Answer {
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = status.try_into().unwrap_or_default();
    response
}

fn url(net: u8, path: &str) -> String {
    format!("https://{}:{TARGET_PORT}{path}", address(net, PROVIDER))
}

fn action(net: u8, on_unauthenticated: OnUnauthenticated) -> Action {
    Action::Authenticate(Authenticate {
        authorization_endpoint: url(net, "/authorize"),
        client_id: "me".to_owned(),
        scope: "openid".to_owned(),
        extra_parameters: Vec::new(),
        on_unauthenticated,
        provider: Some(Provider {
            issuer: url(net, ""),
            token_endpoint: url(net, "/token"),
            user_info_endpoint: url(net, "/userinfo"),
            client_secret: "s&cret".to_owned(),
        }),
        session_cookie: "AWSELBAuthSessionCookie".to_owned(),
        session_timeout: Duration::from_secs(3600),
    })
}

/// A load balancer whose every request goes to an echo, for users who are logged in.
async fn start(net: u8) -> anyhow::Result<Fixture> {
    let mut lb = Fixture::start(net)?;
    target::echo(net, 11).await?;
    lb.add_group("tg", &[11]);
    lb.listener(0).default_actions = vec![action(net, OnUnauthenticated::Authenticate), forward(&[("tg", 1)])];
    lb.serve().await?;
    Ok(lb)
}

/// What a client sends that was given these cookies.
fn cookies(reply: &Reply) -> String {
    let set = reply.headers.get_all("set-cookie").iter();
    let pairs = set.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

/// The way to the provider: the state that it is given, and the client's cookies.
async fn leave(lb: &Fixture) -> anyhow::Result<(String, String)> {
    let reply = once(lb.front(80), "/private?x=1", &[]).await?;
    assert_eq!(reply.status, 302);
    let location = reply.header("location").unwrap_or_default();
    assert!(
        location.starts_with(&url(lb.net, "/authorize?client_id=me&")),
        "{location}"
    );
    let state = location.split_once("&state=").map(|(_, state)| state.to_owned());
    Ok((state.unwrap_or_default(), cookies(&reply)))
}

async fn come_back(lb: &Fixture, query: &str, cookies: &str) -> anyhow::Result<Reply> {
    once(
        lb.front(80),
        &format!("/oauth2/idpresponse?{query}"),
        &[("cookie", cookies)],
    )
    .await
}

/// The cookies of a session.
async fn log_in(lb: &Fixture) -> anyhow::Result<String> {
    let (state, nonce) = leave(lb).await?;
    let reply = come_back(lb, &format!("code=good&state={state}"), &nonce).await?;
    assert_eq!(reply.status, 302, "{}", reply.text);
    assert_eq!(reply.header("location"), Some("https://www.example.com/private?x=1"));
    let session = cookies(&reply);
    assert!(session.starts_with("AWSELBAuthSessionCookie-0=1."), "{session}");
    assert!(session.ends_with("AWSALBAuthNonce="), "{session}");
    Ok(session)
}

#[tokio::test]
async fn a_user_logs_in_and_targets_are_told_who_it_is() -> anyhow::Result<()> {
    let provider = OpenId {
        expires_in: 3600,
        ..OpenId::default()
    };
    provider.serve(80).await?;
    let lb = start(80).await?;
    let session = log_in(&lb).await?;
    let headers = [("cookie", session.as_str()), ("x-amzn-oidc-identity", "somebody else")];
    let reply = once(lb.front(80), "/private", &headers).await?;
    assert_eq!(reply.status, 200);
    assert!(reply.text.contains("\nx-amzn-oidc-identity: u1\n"), "{}", reply.text);
    assert!(
        reply.text.contains("\nx-amzn-oidc-accesstoken: access\n"),
        "{}",
        reply.text
    );
    let data = reply
        .text
        .lines()
        .find_map(|line| line.strip_prefix("x-amzn-oidc-data: "));
    let parts: Vec<_> = data.unwrap_or_default().split('.').collect();
    let header: Value = serde_json::from_slice(&BASE64URL.decode(parts[0].as_bytes())?)?;
    assert_eq!(header["kid"], lb.plane.user_claims_key().id);
    let claims: Value = serde_json::from_slice(&BASE64URL.decode(parts[1].as_bytes())?)?;
    assert_eq!(
        (&claims["sub"], &claims["email"]),
        (&json!("u1"), &json!("u1@example.com"))
    );
    // The provider was asked once, for the code.
    assert_eq!(provider.grants.lock().len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_expired_access_token_is_refreshed() -> anyhow::Result<()> {
    let provider = OpenId::default();
    provider.serve(81).await?;
    let lb = start(81).await?;
    let session = log_in(&lb).await?;
    let reply = once(lb.front(80), "/private", &[("cookie", &session)]).await?;
    assert_eq!(reply.status, 200);
    assert!(cookies(&reply).starts_with("AWSELBAuthSessionCookie-0="));
    let grants = provider.grants.lock();
    assert!(
        grants.len() == 2 && grants[1].starts_with("grant_type=refresh_token"),
        "{grants:?}"
    );
    Ok(())
}

#[tokio::test]
async fn who_cannot_be_authenticated() -> anyhow::Result<()> {
    OpenId::default().serve(82).await?;
    let lb = start(82).await?;
    let (state, nonce) = leave(&lb).await?;
    for (query, cookies, status) in [
        (format!("code=good&state={state}"), "AWSALBAuthNonce=other", 401),
        ("code=good&state=other".to_owned(), nonce.as_str(), 401),
        (format!("error=access_denied&state={state}"), nonce.as_str(), 561),
        (format!("code=bad&state={state}"), nonce.as_str(), 561),
    ] {
        assert_eq!(come_back(&lb, &query, cookies).await?.status, status, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached() -> anyhow::Result<()> {
    let lb = start(83).await?;
    let (state, nonce) = leave(&lb).await?;
    assert_eq!(
        come_back(&lb, &format!("code=good&state={state}"), &nonce)
            .await?
            .status,
        500
    );
    Ok(())
}

#[tokio::test]
async fn users_that_are_not_known() -> anyhow::Result<()> {
    let mut lb = Fixture::start(84)?;
    for (path, on_unauthenticated) in [("/deny", OnUnauthenticated::Deny), ("/allow", OnUnauthenticated::Allow)] {
        lb.add_rule(path, fixed(200, "in"));
        let rules = &mut lb.listener(0).rules;
        let last = rules.len() - 1;
        rules[last].actions.insert(0, action(84, on_unauthenticated));
    }
    lb.serve().await?;
    for (path, status) in [("/deny", 401), ("/allow", 200)] {
        assert_eq!(once(lb.front(80), path, &[]).await?.status, status, "{path}");
    }
    Ok(())
}
