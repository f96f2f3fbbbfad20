//! A call: a parsed request for one action, which runs on a cloud.

use crate::{Answer, answer, form, scope::Scope};
use cloud::{Access, ApiError, Cloud, Exchange, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// A request whose service has its action.
#[derive(Debug)]
pub struct Call<'a> {
    scope: &'a Scope,
    action: String,
    access: Access,
    form: form::Node<'a>,
    request_id: &'a str,
}

impl<'a> Call<'a> {
    /// Reads the form of a request.
    ///
    /// # Errors
    /// `MissingAction`, or `InvalidAction` when the service has none of that name.
    pub fn parse(scope: &'a Scope, form: &'a [u8], request_id: &'a str) -> Result<Self, ApiError> {
        let form = form::parse(form);
        let action = form
            .text("Action")
            .ok_or_else(|| ApiError::new("MissingAction", "The request must contain the parameter Action"))?
            .to_owned();
        let access = scope.service.access(&action).ok_or_else(|| {
            let service = scope.service.signing_name();
            ApiError::new(
                "InvalidAction",
                format!("The action {action} is not valid for the service {service}"),
            )
        })?;
        Ok(Self {
            scope,
            action,
            access,
            form,
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

impl Exchange for Call<'_> {
    type Answer = Answer;

    fn input<I: DeserializeOwned>(&self) -> Result<I, ApiError> {
        form::input(&self.form)
    }

    fn answer<O: Serialize>(&self, output: &O) -> Result<Answer, ApiError> {
        answer::success(self.scope.service, &self.action, self.request_id, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloud::{Service, Timing, World};

    fn ask(service: Service, form: &str) -> Result<Answer, ApiError> {
        let cloud = Cloud::new(World::default(), Timing::Instant);
        let scope = Scope {
            region: "us-west-2".to_owned(),
            service,
        };
        Call::parse(&scope, form.as_bytes(), "request-1")?.read(&cloud, Timestamp(0))
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
}
