//! Answers: the envelope of each protocol around an output or an error.

use crate::xml;
use cloud::{ApiError, Service};
use serde::Serialize;

/// An HTTP answer; the body is XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// XML.
    pub body: String,
}

/// How a protocol wraps what it carries.
struct Envelope {
    namespace: &'static str,
    /// Element of a list's entry.
    entry: &'static str,
}

fn envelope(service: Service) -> Envelope {
    match service {
        Service::Ec2 => Envelope {
            namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
            entry: "item",
        },
        Service::Elbv2 => Envelope {
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            entry: "member",
        },
        Service::Sts => Envelope {
            namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
            entry: "member",
        },
    }
}

/// The answer of an action that succeeded.
///
/// # Errors
/// `InternalFailure` when the output has a type that XML cannot carry.
pub(crate) fn success<O: Serialize>(
    service: Service,
    action: &str,
    request_id: &str,
    output: &O,
) -> Result<Answer, ApiError> {
    let Envelope { namespace, entry } = envelope(service);
    let mut content = String::with_capacity(512);
    xml::write(&mut content, entry, output).map_err(|error| ApiError::new("InternalFailure", error.to_string()))?;
    let body = if service == Service::Ec2 {
        format!(
            "<{action}Response xmlns=\"{namespace}\"><requestId>{request_id}</requestId>{content}</{action}Response>"
        )
    } else {
        format!(
            "<{action}Response xmlns=\"{namespace}\"><{action}Result>{content}</{action}Result>\
             <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
        )
    };
    Ok(Answer { status: 200, body })
}

/// The answer of a call that failed. Without a service, the shape that all SDKs understand.
pub fn failure(service: Option<Service>, request_id: &str, error: &ApiError) -> Answer {
    let mut code = String::new();
    xml::escape(&mut code, &error.code);
    let mut message = String::new();
    xml::escape(&mut message, &error.message);
    let body = match service {
        Some(Service::Ec2) => format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>{request_id}</RequestID></Response>"
        ),
        _ => {
            let namespace = envelope(service.unwrap_or(Service::Sts)).namespace;
            let fault = if error.status < 500 { "Sender" } else { "Receiver" };
            format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{fault}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        }
    };
    Answer {
        status: error.status,
        body,
    }
}
