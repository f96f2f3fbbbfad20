//! Instance metadata, version 2, as far as the driver asks.

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server of one instance's metadata, as long as the test runs.
pub(crate) struct Metadata {
    /// Where it serves.
    pub(crate) endpoint: String,
}

impl Metadata {
    /// Serves.
    pub(crate) async fn serve(instance: &str, region: &str, zone: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let document = format!(
            r#"{{"instanceId":"{instance}","instanceType":"m5.large","region":"{region}","availabilityZone":"{zone}"}}"#
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _hung_up = answer(stream, &document).await;
            }
        });
        Ok(Self { endpoint })
    }
}

async fn answer(mut stream: TcpStream, document: &str) -> Result<()> {
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, text) = match path {
        "/latest/api/token" => ("200 OK", "token"),
        _ if !request.contains("x-aws-ec2-metadata-token: token") => ("401 Unauthorized", ""),
        "/latest/dynamic/instance-identity/document" => ("200 OK", document),
        "/latest/meta-data/network/interfaces/macs/" => ("200 OK", "02:00:00:00:00:01/"),
        "/latest/meta-data/block-device-mapping/" => ("200 OK", "ami\nroot"),
        _ => ("404 Not Found", ""),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(())
}
