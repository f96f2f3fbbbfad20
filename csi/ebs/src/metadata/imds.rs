//! Instance metadata, version 2, as the EC2 user guide describes it: a token first, then paths.

use super::{Metadata, MetadataError};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::time::Duration;
use tokio::net::TcpStream;

/// Where AWS serves it.
const ENDPOINT: &str = "http://169.254.169.254";

/// One request.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a token is good for, in seconds; one reading takes far less.
const TOKEN_SECONDS: &str = "60";

/// A client of instance metadata.
#[derive(Debug, Clone)]
pub struct Imds {
    endpoint: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdentityDocument {
    instance_id: String,
    instance_type: String,
    region: String,
    availability_zone: String,
}

impl Imds {
    /// A client of `endpoint` (`AWS_EC2_METADATA_SERVICE_ENDPOINT`), or of AWS's own.
    #[must_use]
    pub fn new(endpoint: Option<String>) -> Self {
        let endpoint = endpoint
            .filter(|endpoint| !endpoint.is_empty())
            .unwrap_or_else(|| ENDPOINT.to_owned());
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
        }
    }

    /// What the instance knows of itself.
    pub(super) async fn read(&self) -> Result<Metadata, MetadataError> {
        let token = self.token().await?;
        let path = "/latest/dynamic/instance-identity/document";
        let document = self
            .get(path, &token)
            .await?
            .ok_or_else(|| self.error(path, "it is not there"))?;
        let document: IdentityDocument = serde_json::from_str(&document).map_err(|error| self.error(path, error))?;
        let interfaces = self
            .get("/latest/meta-data/network/interfaces/macs/", &token)
            .await?
            .unwrap_or_default();
        let devices = self
            .get("/latest/meta-data/block-device-mapping/", &token)
            .await?
            .unwrap_or_default();
        let outpost_arn = self.get("/latest/meta-data/outpost-arn", &token).await?;
        Ok(Metadata {
            instance_id: document.instance_id,
            instance_type: document.instance_type,
            region: document.region,
            zone: document.availability_zone,
            outpost_arn: outpost_arn
                .map(|arn| arn.trim().to_owned())
                .filter(|arn| !arn.is_empty()),
            interfaces: count(&interfaces, |_| true),
            block_devices: count(&devices, |name| name.contains("ebs")),
        })
    }

    async fn token(&self) -> Result<String, MetadataError> {
        let path = "/latest/api/token";
        let header = ("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS);
        let (status, token) = self.send(Method::PUT, path, header).await?;
        if status.is_success() {
            Ok(token)
        } else {
            Err(self.error(path, status))
        }
    }

    /// What a path says; `None` when it is not there.
    async fn get(&self, path: &str, token: &str) -> Result<Option<String>, MetadataError> {
        let (status, text) = self
            .send(Method::GET, path, ("x-aws-ec2-metadata-token", token))
            .await?;
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(text)),
            status => Err(self.error(path, status)),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        header: (&str, &str),
    ) -> Result<(StatusCode, String), MetadataError> {
        let answered = tokio::time::timeout(TIMEOUT, self.exchange(method, path, header)).await;
        let answered = answered.map_err(|_| self.error(path, "no answer within two seconds"))?;
        answered.map_err(|error| self.error(path, error))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        (name, value): (&str, &str),
    ) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
        let uri: Uri = self.endpoint.parse()?;
        let authority = uri.authority().ok_or("the endpoint names no host")?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", authority.as_str())
            .header(name, value)
            .body(Empty::<Bytes>::new())?;
        // The connection works only as long as it is looked after, and no longer than the answer.
        let answer = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            Ok::<_, hyper::Error>((status, body))
        };
        let mut connection = std::pin::pin!(connection);
        let mut answer = std::pin::pin!(answer);
        let (status, body) = tokio::select! {
            answer = &mut answer => answer?,
            closed = &mut connection => {
                closed?;
                answer.await?
            }
        };
        Ok((status, String::from_utf8(body.to_vec())?))
    }

    fn error(&self, path: &str, reason: impl std::fmt::Display) -> MetadataError {
        MetadataError::Imds {
            endpoint: self.endpoint.clone(),
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

fn count(lines: &str, counts: impl Fn(&str) -> bool) -> i64 {
    let lines = lines.lines().filter(|line| !line.trim().is_empty() && counts(line));
    i64::try_from(lines.count()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;
    use http_body_util::Full;
    use hyper::server::conn::http1 as server;
    use hyper::service::service_fn;
    use tokio::net::TcpListener;

    const DOCUMENT: &str =
        r#"{"instanceId":"i-1","instanceType":"m5.large","region":"us-west-2","availabilityZone":"us-west-2a"}"#;

    fn page(path: &str, has_token: bool) -> (u16, &'static str) {
        match path {
            "/latest/api/token" => (200, "secret"),
            _ if !has_token => (401, ""),
            "/latest/dynamic/instance-identity/document" => (200, DOCUMENT),
            "/latest/meta-data/network/interfaces/macs/" => (200, "02:00:00:00:00:01/\n02:00:00:00:00:02/"),
            "/latest/meta-data/block-device-mapping/" => (200, "ami\nebs1\nroot"),
            _ => (404, "not found"),
        }
    }

    async fn serve(listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = service_fn(|request: Request<hyper::body::Incoming>| async move {
                let has_token = request
                    .headers()
                    .get("x-aws-ec2-metadata-token")
                    .is_some_and(|token| token == "secret");
                let (status, text) = page(request.uri().path(), has_token);
                Response::builder().status(status).body(Full::<Bytes>::from(text))
            });
            tokio::spawn(async move {
                server::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer)
                    .await
            });
        }
    }

    #[tokio::test]
    async fn an_instance_knows_itself() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let imds = Imds::new(Some(format!("http://{}/", listener.local_addr().unwrap())));
        tokio::spawn(serve(listener));
        let expected = Metadata {
            instance_id: "i-1".into(),
            instance_type: "m5.large".into(),
            region: "us-west-2".into(),
            zone: "us-west-2a".into(),
            outpost_arn: None,
            interfaces: 2,
            block_devices: 1,
        };
        assert_eq!(imds.read().await.unwrap(), expected);
    }

    #[tokio::test]
    async fn where_nobody_answers_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = Imds::new(Some(endpoint.clone())).read().await.unwrap_err();
        assert!(
            error.to_string().contains(&format!("/latest/api/token at {endpoint}")),
            "{error}"
        );
    }
}
