//! What only Application Load Balancers have: attributes, rules, actions.

use std::time::Duration;

use ipnet::IpNet;

use super::{Forward, ProtocolVersion};

mod attributes;

pub use attributes::{
    Algorithm, Attributes, DesyncMitigation, ForwardedFor, ListenerAttributes, RequestHeader, ResponseHeader,
    Stickiness, TargetGroupAttributes, TargetProtocol,
};

/// What an Application Load Balancer's listener does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationListener {
    /// Its attributes.
    pub attributes: ListenerAttributes,
    /// The rules beside the default one, in any order.
    pub rules: Vec<Rule>,
    /// Actions of the default rule.
    pub default_actions: Vec<Action>,
}

impl ApplicationListener {
    /// The target groups that any rule forwards to.
    pub fn forwards(&self) -> impl Iterator<Item = &Forward> {
        let actions = self.rules.iter().flat_map(|rule| &rule.actions);
        actions
            .chain(&self.default_actions)
            .filter_map(|action| match action {
                Action::Forward(forward) => Some(&forward.target_groups),
                _ => None,
            })
            .flatten()
    }
}

/// A rule ("Listener rules for your Application Load Balancer").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// 1 to 50000; the lowest that matches is followed.
    pub priority: u32,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Authentication first, if any; the last one answers.
    pub actions: Vec<Action>,
    /// What is rewritten before the request goes to a target.
    pub transforms: Vec<Transform>,
}

/// "Condition types for listener rules". It holds when one of its values does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `host-header`
    Host(Values),
    /// `path-pattern`
    Path(Values),
    /// `http-header`
    Header {
        /// Name of the header, in any case.
        name: String,
        /// What its value can be.
        values: Values,
    },
    /// `http-request-method`: exact, as they are written.
    Method(Vec<String>),
    /// `query-string`
    Query(Vec<QueryValue>),
    /// `source-ip`: the address of the connection, not of a header.
    SourceIp(Vec<IpNet>),
}

/// What a text can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// `Values`: with the wildcards `*` (any characters) and `?` (exactly one).
    Patterns(Vec<String>),
    /// `RegexValues`: regular expressions, searched for in the text.
    Regexes(Vec<String>),
}

/// A pair of the query string. `*` and `?` are wildcards unless after a backslash; case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryValue {
    /// Pattern of the key; any key if absent.
    pub key: Option<String>,
    /// Pattern of the value.
    pub value: String,
}

/// "Transforms for listener rules". A text that does not match stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transform {
    /// `host-header-rewrite`
    Host(Rewrite),
    /// `url-rewrite`: of path and query together.
    Url(Rewrite),
}

/// What is found and what is put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// A regular expression.
    pub regex: String,
    /// Text in which `$1` is what the first group found.
    pub replace: String,
}

/// "Action types for listener rules".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `forward`
    Forward(ForwardAction),
    /// `redirect`
    Redirect(Redirect),
    /// `fixed-response`
    FixedResponse(FixedResponse),
    /// `authenticate-oidc`, `authenticate-cognito`
    Authenticate(Authenticate),
    /// `jwt-validation`
    ValidateToken(TokenValidation),
}

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardAction {
    /// Target groups and their weights (0 to 999).
    pub target_groups: Vec<Forward>,
    /// `TargetGroupStickinessConfig`: for how long a client stays with the group that was chosen; `None` if disabled.
    pub stickiness: Option<Duration>,
}

/// Parts of the URL that the client is sent to, with the placeholders `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: String,
    /// Host.
    pub host: String,
    /// Port.
    pub port: String,
    /// Path, from its slash on.
    pub path: String,
    /// Query, without its question mark.
    pub query: String,
    /// `HTTP_301` rather than `HTTP_302`.
    pub permanent: bool,
}

impl Default for Redirect {
    /// AWS's defaults: the URL of the request, permanently.
    fn default() -> Self {
        Self {
            protocol: "#{protocol}".to_owned(),
            host: "#{host}".to_owned(),
            port: "#{port}".to_owned(),
            path: "/#{path}".to_owned(),
            query: "#{query}".to_owned(),
            permanent: true,
        }
    }
}

/// An answer without a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedResponse {
    /// 2XX, 4XX or 5XX.
    pub status: u16,
    /// `text/plain`, `text/css`, `text/html`, `application/javascript` or `application/json`.
    pub content_type: Option<String>,
    /// The body.
    pub body: Option<String>,
}

/// "Authenticate users using an Application Load Balancer".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// The provider's page where users log in.
    pub authorization_endpoint: String,
    /// OAuth 2.0 client.
    pub client_id: String,
    /// What is asked for, `openid` by default.
    pub scope: String,
    /// Further parameters of the provider's page.
    pub extra_parameters: Vec<(String, String)>,
    /// What happens to a request whose user is not known.
    pub on_unauthenticated: OnUnauthenticated,
    /// Who tells who the user is. Without one, as with Cognito, nobody is ever authenticated.
    pub provider: Option<Provider>,
    /// `SessionCookieName`: what the names of the session's cookies begin with.
    pub session_cookie: String,
    /// `SessionTimeout`: after this the user has to log in again.
    pub session_timeout: Duration,
}

/// An OpenID provider. Its certificates are not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// What its ID tokens call it, a URL.
    pub issuer: String,
    /// Where codes become tokens.
    pub token_endpoint: String,
    /// Where it tells who the user is.
    pub user_info_endpoint: String,
    /// The client's secret.
    pub client_secret: String,
}

/// "Verify JWTs using an Application Load Balancer".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenValidation {
    /// Where the issuer's keys are.
    pub jwks_endpoint: String,
    /// Who must have issued the token.
    pub issuer: String,
    /// What else must be in it.
    pub claims: Vec<Claim>,
}

/// A claim that a token must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// How it holds its values.
    pub format: ClaimFormat,
    /// One of them must be there.
    pub values: Vec<String>,
}

/// How a claim holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimFormat {
    /// `single-string`: one text.
    SingleString,
    /// `string-array`: a list of texts.
    StringArray,
    /// `space-separated-values`: one text with spaces between values.
    SpaceSeparatedValues,
}

/// `OnUnauthenticatedRequest`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnUnauthenticated {
    /// `deny`: 401.
    Deny,
    /// `allow`: the next action follows.
    Allow,
    /// `authenticate`: the client is sent to the provider.
    #[default]
    Authenticate,
}
