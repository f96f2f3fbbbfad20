//! Answers: the envelope of each protocol around an output or an error.

use crate::protocol::Protocol;
use crate::{json, xml};
use cloud::{ApiError, Service};
use serde::Serialize;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Type of the body.
    pub content_type: &'static str,
    /// XML or JSON.
    pub body: String,
}

impl Answer {
    pub(crate) fn new(protocol: Protocol, status: u16, body: String) -> Self {
        Self {
            status,
            content_type: protocol.content_type(),
            body,
        }
    }
}

/// The answer of an action that succeeded.
///
/// # Errors
/// `InternalFailure` when the output has a type that the protocol cannot carry.
pub(crate) fn success<O: Serialize>(
    service: Service,
    action: &str,
    request_id: &str,
    output: &O,
) -> Result<Answer, ApiError> {
    let protocol = Protocol::of(service);
    let body = match protocol {
        Protocol::Json11 => json::output(output)?,
        Protocol::Ec2Query => {
            let content = content("item", output)?;
            let namespace = namespace(service);
            format!(
                "<{action}Response xmlns=\"{namespace}\"><requestId>{request_id}</requestId>{content}</{action}Response>"
            )
        }
        Protocol::Query => {
            let content = content("member", output)?;
            let namespace = namespace(service);
            format!(
                "<{action}Response xmlns=\"{namespace}\"><{action}Result>{content}</{action}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            )
        }
    };
    Ok(Answer::new(protocol, 200, body))
}

/// The answer of a call that failed. Without a service, the shape that all SDKs understand.
pub fn failure(service: Option<Service>, request_id: &str, error: &ApiError) -> Answer {
    let protocol = service.map_or(Protocol::Query, Protocol::of);
    let mut code = String::new();
    xml::escape(&mut code, &error.code);
    let mut message = String::new();
    xml::escape(&mut message, &error.message);
    let body = match protocol {
        Protocol::Json11 => json::error(error),
        Protocol::Ec2Query => format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>{request_id}</RequestID></Response>"
        ),
        Protocol::Query => {
            let namespace = namespace(service.unwrap_or(Service::Sts));
            let fault = if error.status < 500 { "Sender" } else { "Receiver" };
            format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        }
    };
    Answer::new(protocol, error.status, body)
}

/// An output as XML; `entry` is the element of a list's entry.
fn content<O: Serialize>(entry: &'static str, output: &O) -> Result<String, ApiError> {
    let mut content = String::with_capacity(512);
    xml::write(&mut content, entry, output).map_err(|error| ApiError::new("InternalFailure", error.to_string()))?;
    Ok(content)
}

/// The namespace of a service that speaks XML.
fn namespace(service: Service) -> &'static str {
    match service {
        Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
        Service::Elbv2 => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    }
}
