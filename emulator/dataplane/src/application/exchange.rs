//! One request from its head to the head of its answer.

use std::{
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Instant,
};

use hyper::{
    Request, Response, StatusCode, Version,
    body::{Body, Incoming},
    header::{AUTHORIZATION, CONNECTION, HeaderValue, LOCATION, SET_COOKIE},
    http::uri::PathAndQuery,
};
use jiff::Timestamp;

use super::{
    access_log::{Record, resource_id},
    admission::{self, Classification, Refused},
    authenticate::{Authentication, Decision},
    body::ResponseBody,
    condition::Subject,
    connection::ClientConnection,
    headers,
    progress::Progress,
    redirect::{self, Location},
    respond::{self, Whole},
    router::{Answer, Rule},
};
use crate::{
    config::application::{Authenticate, DesyncMitigation, TokenValidation},
    counters::Counters,
    routes::{Destination, RequestRoute, Route, Service},
};

/// The listener is not there any more: the connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the listener is gone")]
pub(crate) struct ListenerGone;

/// A request that is being answered.
pub(crate) struct Exchange<'a> {
    pub(crate) connection: &'a ClientConnection,
    pub(crate) progress: Rc<Progress>,
    pub(crate) route: &'a RequestRoute,
    pub(crate) counters: &'a Arc<Counters>,
    pub(crate) record: Option<Box<Record>>,
}

/// Answers a request. Never fails for the request's sake: whatever goes wrong has a status.
pub(crate) async fn respond(
    connection: Rc<ClientConnection>,
    progress: Rc<Progress>,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, ListenerGone> {
    let route = connection.route().ok_or(ListenerGone)?;
    let Service::Requests(requests) = &route.service else {
        return Err(ListenerGone);
    };
    progress.begin(requests.attributes.idle_timeout, request.body().is_end_stream());
    route.counters.requests.fetch_add(1, Relaxed);
    let version = request.version();
    let exchange = Exchange {
        record: record(&connection, &route, requests, &request),
        connection: &connection,
        progress: progress.clone(),
        route: requests,
        counters: &route.counters,
    };
    let mut closes = false;
    let mut response = exchange.answer(request, &mut closes).await;
    progress.wait_for(None);
    headers::to_client(response.headers_mut(), &requests.listener);
    if version < Version::HTTP_2 && (closes || progress.is_retired()) {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

impl<'a> Exchange<'a> {
    async fn answer(mut self, mut request: Request<Incoming>, closes: &mut bool) -> Response<ResponseBody> {
        if let Err(Refused(code)) = self.admit(&request, closes) {
            return self.own(respond::status(code));
        }
        let rule = self.rule_for(&request);
        if let Some(record) = &mut self.record {
            record.priority = Some(rule.priority);
            record.actions = rule.actions();
        }
        // In boxes, since they are large and rare.
        let mut cookies = Vec::new();
        if let Some(action) = &rule.authenticate {
            match Box::pin(self.authenticate(action, &mut request)).await {
                Decision::Pass(set) => cookies = set,
                Decision::Refuse(code) => return self.own(respond::status(code)),
                Decision::Send { location, cookies } => return self.send_away(location, cookies),
            }
        }
        if let Some(validation) = &rule.validation
            && let Err(Refused(code)) = Box::pin(self.validate(validation, &request)).await
        {
            return self.own(respond::status(code));
        }
        let mut response = self.act(rule, request).await;
        set_cookies(&mut response, cookies);
        response
    }

    fn admit(&mut self, request: &Request<Incoming>, closes: &mut bool) -> Result<(), Refused> {
        let attributes = &self.route.attributes;
        let admitted = admission::admit(request, attributes);
        *closes = match admitted {
            Ok(Classification::Ambiguous(_)) => attributes.desync_mitigation == DesyncMitigation::Defensive,
            Ok(_) => false,
            Err(_) => true,
        };
        if let Some(record) = &mut self.record {
            record.classification = admitted.ok();
        }
        admitted.map(drop)
    }

    async fn act(self, rule: &Rule, request: Request<Incoming>) -> Response<ResponseBody> {
        match &rule.answer {
            Answer::Forward(forward) => self.forward(rule, forward, request).await,
            Answer::Redirect(action) => {
                let answer = self.redirect(action, &request);
                self.own(answer)
            }
            Answer::Fixed(action) => self.own(respond::fixed(action)),
            Answer::Nothing => self.own(respond::status(500)),
        }
    }

    async fn authenticate(&self, action: &Authenticate, request: &mut Request<Incoming>) -> Decision {
        let server = &self.connection.server;
        let authentication = Authentication {
            action,
            keys: &server.keys,
            calls: &server.calls,
            load_balancer: &self.connection.load_balancer,
            now: Timestamp::now(),
        };
        let uri = request.uri().clone();
        authentication.decide(&uri, request.headers_mut()).await
    }

    fn send_away(self, location: HeaderValue, cookies: Vec<HeaderValue>) -> Response<ResponseBody> {
        let mut response = self.own(respond::redirect(StatusCode::FOUND, location));
        set_cookies(&mut response, cookies);
        response
    }

    async fn validate(&self, validation: &TokenValidation, request: &Request<Incoming>) -> Result<(), Refused> {
        let server = &self.connection.server;
        let authorization = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        match server
            .issuer_keys
            .verify(&server.calls, authorization, validation)
            .await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(rejected)) => {
                tracing::debug!(issuer = validation.issuer, %rejected, "a token is not taken");
                Err(Refused(401))
            }
            Err(error) => {
                let cause = std::error::Error::source(&error);
                tracing::warn!(endpoint = validation.jwks_endpoint, %error, cause, "tokens cannot be validated");
                Err(Refused(500))
            }
        }
    }

    fn rule_for(&self, request: &Request<Incoming>) -> &'a Rule {
        let uri = request.uri();
        self.route.router.rule_for(&Subject {
            method: request.method(),
            host: headers::without_port(headers::host_of(uri, request.headers())),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: request.headers(),
            client: (*self.connection.client.ip()).into(),
        })
    }

    fn redirect(&self, action: &crate::config::application::Redirect, request: &Request<Incoming>) -> Whole {
        let uri = request.uri();
        let location = Location {
            protocol: self.connection.scheme(),
            host: headers::without_port(headers::host_of(uri, request.headers())),
            port: self.connection.listener.port(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
        };
        match redirect::redirect(action, &location) {
            Some((status, location)) => respond::redirect(status, location),
            None => respond::status(500),
        }
    }

    /// An answer of the load balancer's own.
    pub(crate) fn own(mut self, answer: Whole) -> Response<ResponseBody> {
        let status = answer.status().as_u16();
        self.counters.count_own(status);
        if let Some(record) = &mut self.record {
            record.status = status;
            record.sent = answer.body().size_hint().exact().unwrap_or(0);
            let location = answer
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok());
            record.redirect_url = location.map(str::to_owned);
            record.received += self.progress.received.get();
        }
        answer.map(ResponseBody::Own)
    }
}

fn set_cookies(response: &mut Response<ResponseBody>, cookies: Vec<HeaderValue>) {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// What the access log will say, if there is one.
fn record(
    connection: &ClientConnection,
    route: &Route,
    requests: &RequestRoute,
    request: &Request<Incoming>,
) -> Option<Box<Record>> {
    let log = &connection.server.logs;
    if !requests.attributes.access_log || !log.is_on() {
        return None;
    }
    let text = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (uri, listener) = (request.uri(), connection.listener.port());
    let host = headers::without_port(headers::host_of(uri, request.headers()));
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let line = format!(
        "{} {}://{host}:{listener}{path} {:?}",
        request.method(),
        connection.scheme(),
        request.version()
    );
    let header_bytes: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let kind = match (request.version(), &connection.tls) {
        (Version::HTTP_2, _) if super::forward::is_grpc(request.headers()) => "grpcs",
        (Version::HTTP_2, _) => "h2",
        (_, Some(_)) if headers::wanted_upgrade(request.headers()).is_some() => "wss",
        (_, None) if headers::wanted_upgrade(request.headers()).is_some() => "ws",
        (_, Some(_)) => "https",
        (_, None) => "http",
    };
    Some(Box::new(Record {
        log: log.clone(),
        kind,
        load_balancer: resource_id(&route.load_balancer).to_owned(),
        client: connection.client,
        target: None,
        created: (Timestamp::now(), Instant::now()),
        forwarded: None,
        answered: None,
        // Until there is an answer, the client may go away.
        status: respond::CLIENT_CLOSED,
        target_status: None,
        received: (request.method().as_str().len() + path.len() + header_bytes + 14) as u64,
        sent: 0,
        request: line,
        user_agent: text("user-agent"),
        tls: connection.tls.as_ref().map(|tls| (tls.cipher, tls.protocol)),
        target_group: None,
        trace: text(headers::TRACE_ID.as_str()),
        server_name: connection.tls.as_ref().and_then(|tls| tls.server_name.clone()),
        certificate: connection.tls.as_ref().map(|tls| tls.certificate.clone()),
        priority: None,
        actions: "-",
        redirect_url: None,
        classification: None,
        connection: connection.id,
        transformed: (None, None),
        transform_failed: false,
    }))
}

/// A request that a target has not answered to the end, until dropped.
#[derive(Debug)]
pub(crate) struct Outstanding(Arc<Destination>);

impl Outstanding {
    pub(crate) fn begin(destination: Arc<Destination>) -> Self {
        destination.load.outstanding.fetch_add(1, Relaxed);
        Self(destination)
    }

    pub(crate) fn destination(&self) -> &Arc<Destination> {
        &self.0
    }
}

impl Drop for Outstanding {
    fn drop(&mut self) {
        self.0.load.outstanding.fetch_sub(1, Relaxed);
    }
}
