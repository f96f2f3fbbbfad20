//! The HTTP side: AWS calls on `/`, and what Seatrial adds under `/_seatrial/`.

use crate::account::Account;
use crate::fault;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wire::Message;

/// Largest request body: AWS's query APIs take no more than this.
const MOST_BODY: usize = 1 << 20;
/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait before accepting again when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves connections until `stop`, then finishes the requests that are running.
pub(crate) async fn serve(listener: TcpListener, account: Arc<Account>, stop: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, Arc::clone(&account), stop.clone()));
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn connection(stream: TcpStream, account: Arc<Account>, stop: CancellationToken) {
    // Answers are small and awaited: no reason to hold them back.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(Arc::clone(&account), request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = &error as &dyn std::error::Error, "connection ended");
    }
}

async fn respond(account: Arc<Account>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let response = match (request.method(), request.uri().path()) {
        (&Method::GET, "/_seatrial/health") => plain(StatusCode::OK, "application/json", r#"{"status":"ready"}"#),
        (&Method::GET, "/_seatrial/counters") => plain(StatusCode::OK, "application/json", account.counters().json()),
        (&Method::GET, "/metrics") => plain(
            StatusCode::OK,
            "text/plain; version=0.0.4",
            account.counters().prometheus(),
        ),
        (&Method::GET, "/_seatrial/changes") => changes(&account, request.uri().query().unwrap_or_default()).await,
        (_, "/_seatrial/faults") => faults(&account, request).await,
        (_, path) if path.starts_with("/_seatrial/") => plain(StatusCode::NOT_FOUND, "text/plain", "no such page\n"),
        _ => call(&account, request).await,
    };
    Ok(response)
}

/// An AWS call: its parameters are the body of a POST or the query of a GET. In JSON, a header names the action.
async fn call(account: &Account, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let form = if head.method == Method::GET {
        Bytes::copy_from_slice(head.uri.query().unwrap_or_default().as_bytes())
    } else {
        match whole(body).await {
            Ok(body) => body,
            Err(too_large) => return too_large,
        }
    };
    let authorization = head
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let target = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let answer = account.answer(authorization, Message { target, body: &form }).await;
    plain(
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST),
        answer.content_type,
        answer.body,
    )
}

/// Answers when something about volumes changes after a moment, which the last answer told.
async fn changes(account: &Account, query: &str) -> Response<Full<Bytes>> {
    let query = wire::form::parse(query.as_bytes());
    let Some(region) = query.text("region") else {
        return plain(StatusCode::BAD_REQUEST, "text/plain", "the region is missing\n");
    };
    let after = query.text("after").unwrap_or_default();
    plain(
        StatusCode::OK,
        "text/plain",
        account.changes().after(account, region, after).await,
    )
}

/// The list of faults: PUT replaces it, GET shows it, DELETE clears it.
async fn faults(account: &Account, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let faults = account.faults();
    match *request.method() {
        Method::GET => {}
        Method::DELETE => faults.clear(),
        Method::PUT => {
            let body = match whole(request.into_body()).await {
                Ok(body) => body,
                Err(too_large) => return too_large,
            };
            if let Err(error) = fault::parse(&body).and_then(|list| faults.replace(list)) {
                return plain(StatusCode::BAD_REQUEST, "text/plain", format!("{error}\n"));
            }
        }
        _ => return plain(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "use GET, PUT or DELETE\n"),
    }
    // A list of plain fields is always JSON.
    let list = serde_json::to_vec(&faults.list()).unwrap_or_default();
    plain(StatusCode::OK, "application/json", list)
}

/// The whole body of a request, or the answer to one that is too large.
async fn whole(body: Incoming) -> Result<Bytes, Response<Full<Bytes>>> {
    let refused = |_| {
        plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            "text/plain",
            "the request is larger than 1 MiB\n",
        )
    };
    Limited::new(body, MOST_BODY)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .map_err(refused)
}

fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}
