//! A call: a parsed request for one action, which runs on a cloud.

use crate::protocol::Protocol;
use crate::{Answer, answer, form, json, scope::Scope};
use cloud::{Access, ApiError, Cloud, Exchange, Service, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// A request as it came: what HTTP carries of it, beside the signature.
#[derive(Debug, Clone, Copy, Default)]
pub struct Message<'a> {
    /// The header `X-Amz-Target`, if there is one.
    pub target: Option<&'a str>,
    /// The body of a POST, or the query of a GET.
    pub body: &'a [u8],
}

impl Message<'_> {
    /// The action that it names, whether or not there is one of that name; empty when it names none.
    pub fn action(&self, service: Service) -> String {
        match Protocol::of(service) {
            Protocol::Json11 => self
                .target
                .and_then(|target| target.rsplit('.').next())
                .unwrap_or_default()
                .to_owned(),
            Protocol::Query | Protocol::Ec2Query => {
                form::parse(self.body).text("Action").unwrap_or_default().to_owned()
            }
        }
    }
}

/// A request whose service has its action.
#[derive(Debug)]
pub struct Call<'a> {
    scope: &'a Scope,
    action: String,
    access: Access,
    parameters: Parameters<'a>,
    request_id: &'a str,
}

/// The parameters of a call, in the protocol of its service.
#[derive(Debug)]
enum Parameters<'a> {
    Form(form::Node<'a>),
    Json(&'a [u8]),
}

impl<'a> Call<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// `MissingAction`, or `InvalidAction` (in JSON `UnknownOperationException`) when the service has none of that name.
    pub fn parse(scope: &'a Scope, message: Message<'a>, request_id: &'a str) -> Result<Self, ApiError> {
        let (action, parameters) = match Protocol::of(scope.service) {
            Protocol::Json11 => {
                let action = json::action(scope.service, message.target)?;
                (action.to_owned(), Parameters::Json(message.body))
            }
            Protocol::Query | Protocol::Ec2Query => {
                let form = form::parse(message.body);
                let missing = || ApiError::new("MissingAction", "The request must contain the parameter Action");
                (
                    form.text("Action").ok_or_else(missing)?.to_owned(),
                    Parameters::Form(form),
                )
            }
        };
        let access = scope
            .service
            .access(&action)
            .ok_or_else(|| unknown(scope.service, &action))?;
        Ok(Self {
            scope,
            action,
            access,
            parameters,
            request_id,
        })
    }

    /// The action.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Whether it changes state.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Runs an action that reads.
    ///
    /// # Errors
    /// Those of the action.
    pub fn read(&self, cloud: &Cloud, now: Timestamp) -> Result<Answer, ApiError> {
        let Scope { region, service } = self.scope;
        cloud
            .read(*service, &self.action, self, region, now)
            .unwrap_or_else(|| Err(self.misplaced()))
    }

    /// Runs an action that writes.
    ///
    /// # Errors
    /// Those of the action; the cloud is unchanged then.
    pub fn write(&self, cloud: &mut Cloud, now: Timestamp) -> Result<Answer, ApiError> {
        let Scope { region, service } = self.scope;
        cloud
            .write(*service, &self.action, self, region, now)
            .unwrap_or_else(|| Err(self.misplaced()))
    }

    fn misplaced(&self) -> ApiError {
        ApiError::new(
            "InvalidAction",
            format!("{} cannot run as {:?}", self.action, self.access),
        )
    }
}

fn unknown(service: Service, action: &str) -> ApiError {
    match Protocol::of(service) {
        Protocol::Json11 => json::unknown(service, action),
        Protocol::Query | Protocol::Ec2Query => {
            let service = service.signing_name();
            ApiError::new(
                "InvalidAction",
                format!("The action {action} is not valid for the service {service}"),
            )
        }
    }
}

impl Exchange for Call<'_> {
    type Answer = Answer;

    fn input<I: DeserializeOwned>(&self) -> Result<I, ApiError> {
        match &self.parameters {
            Parameters::Form(form) => form::input(form),
            Parameters::Json(body) => json::input(body),
        }
    }

    fn answer<O: Serialize>(&self, output: &O) -> Result<Answer, ApiError> {
        answer::success(self.scope.service, &self.action, self.request_id, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloud::{Timing, World};

    fn ask(service: Service, form: &str) -> Result<Answer, ApiError> {
        send(
            service,
            Message {
                target: None,
                body: form.as_bytes(),
            },
        )
    }

    fn send(service: Service, message: Message<'_>) -> Result<Answer, ApiError> {
        let cloud = Cloud::new(World::default(), Timing::Instant);
        let scope = Scope {
            region: "us-west-2".to_owned(),
            service,
        };
        Call::parse(&scope, message, "request-1")?.read(&cloud, Timestamp(0))
    }

    #[test]
    fn a_query_answer_is_wrapped_in_result_and_metadata() {
        let answer = ask(Service::Sts, "Action=GetCallerIdentity").unwrap();
        assert_eq!(
            answer.body,
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>\
             </GetCallerIdentityResponse>"
        );
    }

    #[test]
    fn an_ec2_answer_lists_items() {
        let answer = ask(Service::Ec2, "Action=DescribeVpcs").unwrap();
        assert!(
            answer
                .body
                .contains("<vpcSet><item><vpcId>vpc-0a000000000000001</vpcId>"),
            "{}",
            answer.body
        );
    }

    #[test]
    fn an_unknown_action_is_invalid_and_its_name_cannot_inject_xml() {
        let error = ask(Service::Ec2, "Action=<b>").unwrap_err();
        assert_eq!((error.code.as_ref(), error.status), ("InvalidAction", 400));
        let answer = answer::failure(Some(Service::Ec2), "r", &error);
        assert!(answer.body.contains("&lt;b&gt;"), "{}", answer.body);
    }

    #[test]
    fn a_json_answer_is_the_output_alone() {
        let target = Some("AWSShield_20160616.GetSubscriptionState");
        let answer = send(Service::Shield, Message { target, body: b"{}" }).unwrap();
        assert_eq!(answer.content_type, "application/x-amz-json-1.1");
        assert_eq!(answer.body, r#"{"SubscriptionState":"INACTIVE"}"#);
        let empty = send(Service::Shield, Message { target, body: b"" }).unwrap();
        assert_eq!(empty, answer);
    }

    #[test]
    fn json_that_cannot_be_taken_says_why() {
        for (target, body, code) in [
            (None, "{}", "MissingAction"),
            (Some("CertificateManager.Nothing"), "{}", "UnknownOperationException"),
            (
                Some("AWSShield_20160616.ListCertificates"),
                "{}",
                "UnknownOperationException",
            ),
            (
                Some("CertificateManager.DescribeCertificate"),
                "{",
                "SerializationException",
            ),
            (
                Some("CertificateManager.DescribeCertificate"),
                "{}",
                "ValidationException",
            ),
            (
                Some("CertificateManager.DescribeCertificate"),
                r#"{"CertificateArn":1}"#,
                "ValidationException",
            ),
        ] {
            let error = send(
                Service::Acm,
                Message {
                    target,
                    body: body.as_bytes(),
                },
            )
            .unwrap_err();
            assert_eq!(error.code, code, "{target:?} {body}");
            let answer = answer::failure(Some(Service::Acm), "r", &error);
            assert!(
                answer.body.starts_with(&format!(r#"{{"__type":"{code}","message":"#)),
                "{}",
                answer.body
            );
        }
    }
}
