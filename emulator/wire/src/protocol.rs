//! Which protocol a service speaks, and how each of them writes an answer.

use cloud::Service;

/// A protocol of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// A form in, XML out.
    Query,
    /// The same in EC2's dialect.
    Ec2Query,
    /// JSON both ways; the header `X-Amz-Target` names the action.
    Json11,
}

impl Protocol {
    /// What a service speaks.
    pub fn of(service: Service) -> Self {
        match service {
            Service::Ec2 => Self::Ec2Query,
            Service::Elbv2 | Service::Sts => Self::Query,
            Service::Acm | Service::Shield | Service::WafRegional | Service::Wafv2 => Self::Json11,
        }
    }

    /// Content type of answers.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Query | Self::Ec2Query => "text/xml",
            Self::Json11 => "application/x-amz-json-1.1",
        }
    }
}

/// What stands before the action's name in the header of a service that speaks JSON.
pub(crate) fn target_prefix(service: Service) -> Option<&'static str> {
    match service {
        Service::Acm => Some("CertificateManager"),
        Service::Shield => Some("AWSShield_20160616"),
        Service::WafRegional => Some("AWSWAF_Regional_20161128"),
        Service::Wafv2 => Some("AWSWAF_20190729"),
        Service::Ec2 | Service::Elbv2 | Service::Sts => None,
    }
}
