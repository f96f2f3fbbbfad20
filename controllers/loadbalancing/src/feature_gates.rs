//! `--feature-gates`: what can be switched on and off, with the names and defaults of the Go controller.

use std::collections::BTreeMap;
use std::str::FromStr;

macro_rules! gates {
    ($($name:ident = $default:literal),* $(,)?) => {
        /// A feature. Those of ingresses and gateways are known so that one set of flags serves all controllers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(clippy::upper_case_acronyms)]
        #[allow(missing_docs, reason = "each is documented by the Go controller under its name")]
        pub enum Gate { $($name),* }

        const DEFAULTS: &[(Gate, &str, bool)] = &[$((Gate::$name, stringify!($name), $default)),*];
    };
}

gates! {
    ListenerRulesTagging = true,
    WeightedTargetGroups = true,
    EndpointsFailOpen = true,
    EnableServiceController = true,
    EnableIPTargetType = true,
    SubnetsClusterTagCheck = true,
    NLBHealthCheckAdvancedConfig = true,
    NLBSecurityGroup = true,
    SubnetDiscoveryByReachability = true,
    LBCapacityReservation = true,
    NLBGatewayAPI = true,
    ALBGatewayAPI = true,
    GatewayListenerSet = true,
    ServiceTypeLoadBalancerOnly = false,
    EnableRGTAPI = false,
    ALBSingleSubnet = false,
    GlobalAcceleratorController = false,
    EnableTCPUDPListener = false,
    EnhancedDefaultBehavior = false,
    EnableDefaultTagsLowPriority = false,
    ALBTargetControlAgent = false,
    EnableCertificateManagement = false,
    IngressPlanAnnotation = false,
}

/// Which features are on: the defaults, and what was said otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeatureGates(BTreeMap<Gate, bool>);

impl FeatureGates {
    /// Whether a feature is on.
    #[must_use]
    pub fn enabled(&self, gate: Gate) -> bool {
        let default = || DEFAULTS.iter().any(|&(other, _, default)| other == gate && default);
        self.0.get(&gate).copied().unwrap_or_else(default)
    }
}

impl FromStr for FeatureGates {
    type Err = String;

    /// Reads `Name=true,Other=false`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let settings = text.split(',').map(str::trim).filter(|setting| !setting.is_empty());
        let gates = settings.map(|setting| {
            let (name, value) = setting
                .split_once('=')
                .ok_or_else(|| format!("{setting:?} is not of the form Name=true or Name=false"))?;
            let known = DEFAULTS.iter().find(|(_, other, _)| *other == name);
            let &(gate, _, _) = known.ok_or_else(|| format!("there is no feature gate {name:?}"))?;
            let value = value
                .parse()
                .map_err(|_| format!("{name} must be true or false, not {value:?}"))?;
            Ok((gate, value))
        });
        gates.collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_settings() {
        let gates: FeatureGates = "NLBSecurityGroup=false, ServiceTypeLoadBalancerOnly=true"
            .parse()
            .unwrap();
        let table = [
            (Gate::NLBSecurityGroup, false),
            (Gate::ServiceTypeLoadBalancerOnly, true),
            (Gate::EnableIPTargetType, true),
            (Gate::EnableRGTAPI, false),
        ];
        for (gate, expected) in table {
            assert_eq!(gates.enabled(gate), expected, "{gate:?}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let table = [
            ("NoSuchGate=true", "there is no feature gate \"NoSuchGate\""),
            (
                "NLBSecurityGroup",
                "\"NLBSecurityGroup\" is not of the form Name=true or Name=false",
            ),
            (
                "NLBSecurityGroup=on",
                "NLBSecurityGroup must be true or false, not \"on\"",
            ),
        ];
        for (text, message) in table {
            assert_eq!(text.parse::<FeatureGates>().unwrap_err(), message);
        }
    }
}
