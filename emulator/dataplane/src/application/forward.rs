//! Forward actions: which group, which target, what is sent there and what comes back.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Uri, Version,
    body::{Body, Incoming},
    header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, SET_COOKIE, UPGRADE},
    http::{request, uri::PathAndQuery},
    upgrade::OnUpgrade,
};
use jiff::Timestamp;

use super::{
    body::{RequestBody, ResponseBody, TargetBody},
    exchange::{Exchange, Outstanding},
    headers,
    respond::{self, INCOMPATIBLE_PROTOCOL},
    rewrite::{InvalidResult, Rewrites},
    router::{Forward, Rule},
    stickiness,
    trace::TraceId,
    tunnel,
    upstream::{Lease, Peer, SendError},
};
use crate::{
    config::{
        ProtocolVersion,
        application::{Stickiness, TargetProtocol},
    },
    routes::{Destination, TargetSet},
};

/// A request that is ready to be sent, and what its answer needs.
struct Prepared {
    request: Request<RequestBody>,
    upgrade: Option<OnUpgrade>,
}

impl<'a> Exchange<'a> {
    pub(crate) async fn forward(
        mut self,
        rule: &Rule,
        forward: &Forward,
        request: Request<Incoming>,
    ) -> Response<ResponseBody> {
        let Some((group, destination)) = self.choose(forward, request.headers()) else {
            return self.own(respond::status(503));
        };
        if let Some(record) = &mut self.record {
            record.target_group = Some(group.arn.clone());
        }
        if !speaks(group.version, &request) {
            return self.own(respond::status(INCOMPATIBLE_PROTOCOL));
        }
        let prepared = match self.prepare(&rule.rewrites, group, destination, request) {
            Ok(prepared) => prepared,
            Err(InvalidResult(_)) => {
                if let Some(record) = &mut self.record {
                    record.transform_failed = true;
                }
                return self.own(respond::status(500));
            }
        };
        self.progress.wait_for(Some(destination.load.clone()));
        let outstanding = Outstanding::begin(destination.clone());
        if let Some(record) = &mut self.record {
            record.target = Some(destination.address);
            record.forwarded = Some(Instant::now());
        }
        match self.send(group, destination, prepared.request).await {
            Ok((mut response, lease)) => {
                self.stick(group, forward, destination, response.headers_mut());
                match prepared.upgrade {
                    Some(upgrade) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                        self.switch(response, lease, upgrade, outstanding)
                    }
                    _ => self.pass(response, lease, outstanding),
                }
            }
            Err(error) => self.failed(&error, &outstanding),
        }
    }

    /// The group by cookie or weight, and one of its targets by cookie or algorithm.
    fn choose(&self, forward: &Forward, headers: &HeaderMap) -> Option<(&'a TargetSet, &'a Arc<Destination>)> {
        let route = self.route;
        let groups = &route.groups;
        let server = &self.connection.server;
        let had = forward
            .stickiness
            .and_then(|_| stickiness::GROUP.read(headers))
            .and_then(|cookie| {
                let mut places = forward.places();
                places.find(|place| groups.get(*place).is_some_and(|group| group.cookie == cookie))
            });
        let place = had.or_else(|| forward.choose(server.random()))?;
        let group = groups.get(place)?;
        let target = match &group.stickiness {
            None => None,
            Some(Stickiness::LoadBalancerCookie(_)) => stickiness::TARGET.read(headers),
            Some(Stickiness::ApplicationCookie(name)) => {
                stickiness::cookie(headers, name).and_then(|_| stickiness::read(headers, stickiness::APPLICATION))
            }
        };
        let destination = group.choose(target, server.random(), Instant::now)?;
        Some((group, destination))
    }

    /// The request as the target is to see it.
    fn prepare(
        &mut self,
        rewrites: &Rewrites,
        group: &TargetSet,
        destination: &Destination,
        mut request: Request<Incoming>,
    ) -> Result<Prepared, InvalidResult> {
        let wanted = headers::wanted_upgrade(request.headers()).filter(|_| group.version == ProtocolVersion::Http1);
        let upgrade = wanted.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let attributes = &self.route.attributes;
        let host = headers::host_of(&parts.uri, &parts.headers);
        let rewritten = rewrites.host(headers::without_port(host))?;
        let url = rewrites.url(&parts.uri)?;
        if let Some(record) = &mut self.record {
            let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            record.transformed = (rewritten.as_ref().map(text), url.as_ref().map(ToString::to_string));
        }
        let host = rewritten.or_else(|| self.host(&parts, host));
        headers::to_target(
            &mut parts.headers,
            &self.connection.forwarded,
            attributes,
            self.trace_id(),
        );
        if let Some(host) = host {
            parts.headers.insert(HOST, host);
        }
        if let Some(protocol) = wanted {
            parts.headers.insert(UPGRADE, protocol);
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        }
        if let Some(record) = &mut self.record {
            let trace = parts
                .headers
                .get(headers::TRACE_ID)
                .and_then(|trace| trace.to_str().ok());
            record.trace = trace.unwrap_or_default().to_owned();
        }
        parts.extensions.clear();
        match group.version {
            ProtocolVersion::Http1 => over_http1(&mut parts, url),
            ProtocolVersion::Http2 | ProtocolVersion::Grpc => over_http2(&mut parts, url, group.protocol, destination),
        }
        let body = RequestBody::new(body, self.progress.clone());
        Ok(Prepared {
            request: Request::from_parts(parts, body),
            upgrade,
        })
    }

    /// The host that the target is told, if it is not in the headers as it is to be. A client of HTTP/1.0 may have named none.
    fn host(&self, parts: &request::Parts, named: &str) -> Option<HeaderValue> {
        let listener = self.connection.listener;
        if named.is_empty() {
            return HeaderValue::try_from(listener.ip().to_string()).ok();
        }
        let authority = || HeaderValue::from_str(parts.uri.authority()?.as_str()).ok();
        headers::host_for_target(named, listener.port(), &self.route.attributes).or_else(authority)
    }

    async fn send(
        &self,
        group: &TargetSet,
        destination: &Destination,
        request: Request<RequestBody>,
    ) -> Result<(Response<Incoming>, Option<Lease>), SendError> {
        let pool = &self.connection.server.pool;
        let peer = Peer {
            address: destination.address,
            protocol: group.protocol,
        };
        match group.version {
            ProtocolVersion::Http1 => {
                let (response, lease) = pool.send(peer, request, &self.progress).await?;
                Ok((response, Some(lease)))
            }
            ProtocolVersion::Http2 | ProtocolVersion::Grpc => {
                Ok((pool.send_http2(peer, request, &self.progress).await?, None))
            }
        }
    }

    /// Sets the cookies by which the client comes back here.
    fn stick(&self, group: &TargetSet, forward: &Forward, destination: &Destination, headers: &mut HeaderMap) {
        if forward.stickiness.is_none() && group.stickiness.is_none() {
            return;
        }
        let (now, secure) = (Timestamp::now(), self.connection.tls.is_some());
        let mut cookies = Vec::new();
        if let Some(life) = forward.stickiness {
            cookies.extend(stickiness::GROUP.set(group.cookie, life, now, secure));
        }
        match &group.stickiness {
            Some(Stickiness::LoadBalancerCookie(life)) => {
                cookies.extend(stickiness::TARGET.set(destination.cookie, *life, now, secure));
            }
            Some(Stickiness::ApplicationCookie(name)) if stickiness::sets(headers, name) => {
                let (own, life) = (stickiness::APPLICATION, stickiness::APPLICATION_LIFE);
                cookies.push(stickiness::set(own, destination.cookie, life, now, ""));
            }
            Some(Stickiness::ApplicationCookie(_)) | None => {}
        }
        for cookie in cookies.into_iter().flatten() {
            headers.append(SET_COOKIE, cookie);
        }
    }

    /// The target's answer as the client is to see it.
    fn pass(
        mut self,
        response: Response<Incoming>,
        lease: Option<Lease>,
        outstanding: Outstanding,
    ) -> Response<ResponseBody> {
        let (mut parts, body) = response.into_parts();
        self.note_answer(parts.status, &parts.headers);
        headers::end_to_end(&mut parts.headers);
        parts.extensions.clear();
        parts.version = Version::HTTP_11;
        self.progress.touch();
        let (mut lease, mut outstanding) = (lease, Some(outstanding));
        if body.is_end_stream() {
            outstanding = None;
            if let Some(lease) = lease.take() {
                lease.give_back();
            }
        }
        let body = TargetBody::new(body, self.progress.clone(), lease, outstanding, self.record.take());
        Response::from_parts(parts, ResponseBody::Target(body))
    }

    /// The target agreed to speak another protocol: from here on bytes are carried both ways.
    fn switch(
        mut self,
        mut response: Response<Incoming>,
        lease: Option<Lease>,
        upgrade: OnUpgrade,
        outstanding: Outstanding,
    ) -> Response<ResponseBody> {
        let protocol = response.headers().get(UPGRADE).cloned();
        self.note_answer(response.status(), response.headers());
        headers::end_to_end(response.headers_mut());
        if let Some(protocol) = protocol {
            response.headers_mut().insert(UPGRADE, protocol);
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("upgrade"));
        }
        if let Some(lease) = lease {
            let tunnel = tunnel::Tunnel {
                server: self.connection.server.clone(),
                load_balancer: self.connection.load_balancer.clone(),
                idle_timeout: self.route.attributes.idle_timeout,
                counters: self.counters.clone(),
                outstanding,
                record: self.record.take(),
            };
            tokio::task::spawn_local(tunnel.carry(upgrade, lease));
        }
        response.map(|_| ResponseBody::Own(http_body_util::Full::default()))
    }

    fn note_answer(&mut self, status: StatusCode, headers: &HeaderMap) {
        self.counters.count_target(status.as_u16());
        if let Some(record) = &mut self.record {
            record.status = status.as_u16();
            record.target_status = Some(status.as_u16());
            record.answered = Some(Instant::now());
            let header_bytes: usize = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 4)
                .sum();
            record.sent = (header_bytes + 17) as u64;
        }
    }

    /// "HTTP 5XX errors": 502 when the connection could not be made or broke, 504 when time ran out; 408 when it was the client who was slow.
    fn failed(self, error: &SendError, outstanding: &Outstanding) -> Response<ResponseBody> {
        tracing::debug!(target = %outstanding.destination().address, %error, "no answer from a target");
        self.counters.target_connection_errors.fetch_add(1, Relaxed);
        let status = match error {
            SendError::Connect(_) | SendError::Broken(_) => 502,
            SendError::ConnectTimeout => 504,
            SendError::Stalled if self.progress.request_done.get() => 504,
            SendError::Stalled => 408,
        };
        let idle_timeout = self.route.attributes.idle_timeout;
        self.progress.begin(idle_timeout, true);
        self.own(respond::status(status))
    }

    fn trace_id(&self) -> TraceId {
        let server = &self.connection.server;
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        TraceId {
            time: u32::try_from(time.as_secs()).unwrap_or(u32::MAX),
            unique: (u32::try_from(server.random() >> 32).unwrap_or(0), server.random()),
        }
    }
}

/// "HTTP 464": what a group's protocol version can be asked in.
fn speaks(version: ProtocolVersion, request: &Request<Incoming>) -> bool {
    let http2 = request.version() == Version::HTTP_2;
    match version {
        ProtocolVersion::Http1 => !is_grpc(request.headers()),
        ProtocolVersion::Http2 => http2,
        ProtocolVersion::Grpc => http2 && request.method() == Method::POST,
    }
}

pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/grpc"))
}

fn over_http1(parts: &mut request::Parts, url: Option<PathAndQuery>) {
    if parts.version == Version::HTTP_2 {
        headers::join_cookies(&mut parts.headers);
    }
    parts.version = Version::HTTP_11;
    let url = url.or_else(|| parts.uri.authority().and(parts.uri.path_and_query().cloned()));
    if let Some(url) = url {
        parts.uri = Uri::from(url);
    }
}

fn over_http2(parts: &mut request::Parts, url: Option<PathAndQuery>, protocol: TargetProtocol, to: &Destination) {
    parts.version = Version::HTTP_2;
    let host = parts.headers.remove(HOST);
    let authority = host.and_then(|host| host.to_str().map(str::to_owned).ok());
    let scheme = match protocol {
        TargetProtocol::Http => "http",
        TargetProtocol::Https => "https",
    };
    let path = url.or_else(|| parts.uri.path_and_query().cloned());
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority.unwrap_or_else(|| to.address.to_string()))
        .path_and_query(path.unwrap_or(PathAndQuery::from_static("/")))
        .build();
    if let Ok(uri) = uri {
        parts.uri = uri;
    }
}
