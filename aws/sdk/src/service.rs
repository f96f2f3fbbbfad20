//! The AWS services that flags can name.

use std::collections::BTreeMap;
use std::str::FromStr;

/// A service that this crate calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Elastic Load Balancing v2.
    Elbv2,
    /// EC2.
    Ec2,
    /// AWS Certificate Manager.
    Acm,
    /// AWS WAF.
    Wafv2,
    /// AWS WAF Classic Regional.
    WafRegional,
    /// AWS Shield Advanced.
    Shield,
}

impl Service {
    /// The label of metrics: the SDK's service id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Service::Elbv2 => "Elastic Load Balancing v2",
            Service::Ec2 => "EC2",
            Service::Acm => "ACM",
            Service::Wafv2 => "WAFV2",
            Service::WafRegional => "WAF Regional",
            Service::Shield => "Shield",
        }
    }

    /// A service by its id (`Elastic Load Balancing v2`) or its endpoint prefix (`elasticloadbalancing`).
    /// `None` for a service that is not called here.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        match name.to_ascii_lowercase().as_str() {
            "elasticloadbalancing" | "elasticloadbalancingv2" | "elbv2" => Some(Service::Elbv2),
            "ec2" => Some(Service::Ec2),
            "acm" => Some(Service::Acm),
            "wafv2" => Some(Service::Wafv2),
            "wafregional" | "waf-regional" => Some(Service::WafRegional),
            "shield" => Some(Service::Shield),
            _ => None,
        }
    }
}

/// Endpoint URLs by service: `ec2=https://..,elasticloadbalancing=https://..`. Services not called here are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints(BTreeMap<Service, String>);

impl Endpoints {
    /// The URL for a service, if one was given.
    #[must_use]
    pub fn get(&self, service: Service) -> Option<&str> {
        self.0.get(&service).map(String::as_str)
    }
}

impl FromStr for Endpoints {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut endpoints = BTreeMap::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, url) = item
                .split_once('=')
                .ok_or_else(|| format!("{item:?} is not of the form service=url"))?;
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(format!("{url:?} is not an http or https URL"));
            }
            if let Some(service) = Service::named(name) {
                endpoints.insert(service, url.to_owned());
            }
        }
        Ok(Self(endpoints))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_by_service() {
        let endpoints: Endpoints =
            "ec2=https://a.test, Elastic Load Balancing v2=http://b.test:1,WAF Regional=https://c.test,Route 53=https://d.test"
                .parse()
                .unwrap();
        assert_eq!(endpoints.get(Service::Ec2), Some("https://a.test"));
        assert_eq!(endpoints.get(Service::Elbv2), Some("http://b.test:1"));
        assert_eq!(endpoints.get(Service::WafRegional), Some("https://c.test"));
        assert_eq!(endpoints.get(Service::Wafv2), None);
    }

    #[test]
    fn a_malformed_endpoint_is_named() {
        let error = "ec2".parse::<Endpoints>().unwrap_err();
        assert!(error.contains("\"ec2\""), "{error}");
        assert!("ec2=ftp://x".parse::<Endpoints>().is_err());
    }
}
