//! A client's connection: TLS, HTTP/1.1 or HTTP/2, and its end.

use std::{
    future::poll_fn,
    net::SocketAddrV4,
    pin::{Pin, pin},
    rc::Rc,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    header::{HeaderName, HeaderValue},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::{ProtocolVersion, ServerConnection};
use tokio::{net::TcpStream, time::timeout};

use super::{
    Server, admission::LONGEST_HEADERS, exchange::respond, headers::Forwarded, progress::Progress, streams::Streams,
};
use crate::{
    config::application::{ListenerAttributes, RequestHeader},
    routes::{Endpoint, Route, Service, Transport},
    selection::Flow,
    stream::Stream,
    tls::{HTTP2, ListenerTls, cipher_name, client_certificate},
};

/// Time for a TLS handshake with a client.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Requests at once on one HTTP/2 connection ("Listeners for your Application Load Balancers": protocols).
const MOST_STREAMS: u32 = 128;

/// What all requests of a connection share.
#[derive(Debug)]
pub(crate) struct ClientConnection {
    pub(crate) server: Rc<Server>,
    pub(crate) load_balancer: Arc<str>,
    pub(crate) client: SocketAddrV4,
    pub(crate) listener: SocketAddrV4,
    pub(crate) tls: Option<TlsFacts>,
    pub(crate) forwarded: Forwarded,
    /// Its number in access logs.
    pub(crate) id: u64,
}

/// What access logs and targets are told of TLS.
#[derive(Debug)]
pub(crate) struct TlsFacts {
    pub(crate) protocol: &'static str,
    pub(crate) cipher: &'static str,
    pub(crate) server_name: Option<String>,
    /// ARN of the certificate that the client got.
    pub(crate) certificate: String,
    http2: bool,
}

impl ClientConnection {
    /// What happens to requests at this moment; none when the listener, or its load balancer, is gone.
    pub(crate) fn route(&self) -> Option<Arc<Route>> {
        let routes = self.server.routes.load();
        let endpoint = Endpoint {
            transport: Transport::Tcp,
            address: self.listener,
        };
        let route = routes.listeners.get(&endpoint)?;
        (route.load_balancer == self.load_balancer).then(|| route.clone())
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Whether the connection is to be closed: its load balancer is gone. Asked only after something was cut.
    fn is_cut(&self, known: &mut u32) -> bool {
        let cuts = self.server.cuts.get();
        std::mem::replace(known, cuts) != cuts && self.route().is_none()
    }
}

/// Serves a connection from its acceptance to its end.
pub(crate) async fn serve(server: Rc<Server>, tcp: TcpStream, flow: Flow, route: Arc<Route>) {
    let Service::Requests(requests) = &route.service else {
        return;
    };
    route.counters.new.fetch_add(1, Relaxed);
    // Only fails on a socket that is gone already.
    let _ = tcp.set_nodelay(true);
    let attributes = &requests.attributes;
    let forwarded = Forwarded::new(flow.client, flow.listener, route.tls.is_some());
    let (stream, tls, own) = match &route.tls {
        None => (Stream::Plain(tcp), None, Vec::new()),
        Some(tls) => match timeout(HANDSHAKE_TIMEOUT, Box::pin(tls.accept(tcp))).await {
            Ok(Ok(stream)) => {
                let session = stream.get_ref().1;
                let facts = TlsFacts::of(session, tls);
                let own = own_headers(session, tls, &facts, attributes.tls_headers, &requests.listener);
                (Stream::Tls(Box::new(stream.into())), Some(facts), own)
            }
            Ok(Err(error)) => return tracing::debug!(client = %flow.client, %error, "no TLS handshake"),
            Err(_) => return tracing::debug!(client = %flow.client, "no TLS handshake in time"),
        },
    };
    let http2 = tls.as_ref().is_some_and(|tls| tls.http2);
    let progress = server
        .clock
        .watch(attributes.idle_timeout, attributes.client_keep_alive);
    let connection = Rc::new(ClientConnection {
        id: server.random(),
        server,
        load_balancer: route.load_balancer.clone(),
        client: flow.client,
        listener: flow.listener,
        tls,
        forwarded: forwarded.with(own),
    });
    drop(route);
    if http2 {
        serve_http2(stream, connection, progress).await;
    } else {
        serve_http1(stream, connection, progress).await;
    }
}

async fn serve_http1(stream: Stream, connection: Rc<ClientConnection>, progress: Rc<Progress>) {
    let service = service_fn(|request| respond(connection.clone(), progress.clone(), request));
    let http = http1::Builder::new()
        .max_buf_size(4 * LONGEST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let http = pin!(http);
    let retire = |http: Pin<&mut http1::UpgradeableConnection<_, _>>| http.graceful_shutdown();
    until_end(http, retire, &connection, &progress).await;
}

async fn serve_http2(stream: Stream, connection: Rc<ClientConnection>, progress: Rc<Progress>) {
    let streams = Streams::default();
    let service = service_fn(|request| {
        progress.touch();
        let exchange = progress.exchange();
        streams.begin(exchange.clone());
        respond(connection.clone(), exchange, request)
    });
    let http = http2::Builder::new(streams.clone())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(LONGEST_HEADERS).unwrap_or(u32::MAX))
        .serve_connection(TokioIo::new(stream), service);
    let http = pin!(http);
    let retire = |http: Pin<&mut http2::Connection<_, _, _>>| http.graceful_shutdown();
    until_end(http, retire, &connection, &progress).await;
}

/// Drives a connection until it ends by itself, stands still for too long, or its load balancer is gone. One that has lived long enough
/// is told to end with what is under way.
async fn until_end<H: Future>(
    mut http: Pin<&mut H>,
    retire: impl Fn(Pin<&mut H>),
    connection: &ClientConnection,
    progress: &Progress,
) {
    let mut retiring = false;
    let mut cuts = connection.server.cuts.get();
    poll_fn(|cx: &mut Context<'_>| {
        progress.listen(cx);
        if !retiring && progress.is_retired() {
            retiring = true;
            retire(http.as_mut());
        }
        if http.as_mut().poll(cx).is_ready() || progress.is_stalled() || connection.is_cut(&mut cuts) {
            return Poll::Ready(());
        }
        Poll::Pending
    })
    .await;
}

impl TlsFacts {
    fn of(session: &ServerConnection, tls: &ListenerTls) -> Self {
        let server_name = session.server_name().map(str::to_owned);
        Self {
            protocol: match session.protocol_version() {
                Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
                _ => "TLSv1.2",
            },
            cipher: session
                .negotiated_cipher_suite()
                .map_or("-", |suite| cipher_name(suite.suite())),
            certificate: tls.certificate_for(server_name.as_deref()).to_owned(),
            server_name,
            http2: session.alpn_protocol() == Some(HTTP2),
        }
    }
}

/// Headers that the load balancer adds for TLS and for the client's certificate, by the names that the listener gives them.
fn own_headers(
    session: &ServerConnection,
    tls: &ListenerTls,
    facts: &TlsFacts,
    wanted: bool,
    listener: &ListenerAttributes,
) -> Vec<(HeaderName, HeaderValue)> {
    let chain = session.peer_certificates().unwrap_or_default();
    let mut headers = client_certificate::headers(&tls.client_authentication, chain);
    if wanted {
        headers.push((RequestHeader::TlsVersion, facts.protocol.to_owned()));
        headers.push((RequestHeader::TlsCipherSuite, facts.cipher.to_owned()));
    }
    let named = |(header, value): (RequestHeader, String)| {
        let renamed = listener.request_header_names.iter().find(|(of, _)| *of == header);
        let name = renamed.map_or(header.name(), |(_, name)| name);
        Some((name.parse().ok()?, HeaderValue::try_from(value).ok()?))
    };
    headers.into_iter().filter_map(named).collect()
}
