//! Attributes of objects that were just created.
//!
//! Knowing them saves a read and often a write per new object. The ELBv2 API reference documents them; whether the
//! endpoint keeps to that is read from the first object of each kind. A key that is not listed here is written if
//! wanted: an unknown default costs a call, never a wrong setting.

use aws_api::AwsError;
use aws_api::elbv2::Attributes;
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// Objects that begin with the same attributes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    LoadBalancer { kind: String },
    TargetGroup { protocol: String, target_type: String },
    Listener { protocol: String },
}

impl Kind {
    fn documented(&self) -> Attributes {
        match self {
            Kind::LoadBalancer { kind } => load_balancer_attributes(kind),
            Kind::TargetGroup { protocol, target_type } => target_group_attributes(protocol, target_type),
            Kind::Listener { protocol } => listener_attributes(protocol),
        }
    }
}

/// What new objects begin with at the endpoint, as far as it was read.
#[derive(Debug, Default)]
pub struct Defaults(Mutex<BTreeMap<Kind, Attributes>>);

impl Defaults {
    /// The attributes of an object that was just created; `read` asks for them if none of its kind was read yet.
    /// What cannot be read is taken to be as documented.
    pub(crate) async fn of(&self, kind: Kind, read: impl Future<Output = Result<Attributes, AwsError>>) -> Attributes {
        if let Some(known) = self.0.lock().get(&kind) {
            return known.clone();
        }
        match read.await {
            Ok(attributes) => {
                self.0.lock().insert(kind, attributes.clone());
                attributes
            }
            Err(error) => {
                tracing::warn!(?kind, %error, "cannot read the attributes of a new object");
                kind.documented()
            }
        }
    }
}

fn attributes<const N: usize>(pairs: [(&str, &str); N]) -> Attributes {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Of a new load balancer.
#[must_use]
pub(crate) fn load_balancer_attributes(kind: &str) -> Attributes {
    match kind {
        "application" => attributes([
            ("access_logs.s3.enabled", "false"),
            ("client_keep_alive.seconds", "3600"),
            ("connection_logs.s3.enabled", "false"),
            ("deletion_protection.enabled", "false"),
            ("idle_timeout.timeout_seconds", "60"),
            ("load_balancing.cross_zone.enabled", "true"),
            ("routing.http.desync_mitigation_mode", "defensive"),
            ("routing.http.drop_invalid_header_fields.enabled", "false"),
            ("routing.http.preserve_host_header.enabled", "false"),
            ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
            ("routing.http.xff_client_port.enabled", "false"),
            ("routing.http.xff_header_processing.mode", "append"),
            ("routing.http2.enabled", "true"),
            ("waf.fail_open.enabled", "false"),
            ("zonal_shift.config.enabled", "false"),
        ]),
        _ => attributes([
            ("access_logs.s3.enabled", "false"),
            ("deletion_protection.enabled", "false"),
            ("dns_record.client_routing_policy", "any_availability_zone"),
            ("load_balancing.cross_zone.enabled", "false"),
            ("zonal_shift.config.enabled", "false"),
        ]),
    }
}

/// Of a new target group. Network load balancers preserve client addresses by default for instances, and always for UDP; not for TCP and TLS to
/// addresses.
#[must_use]
pub(crate) fn target_group_attributes(protocol: &str, target_type: &str) -> Attributes {
    match (protocol, target_type) {
        (_, "alb") => Attributes::new(),
        ("HTTP" | "HTTPS", _) => attributes([
            ("deregistration_delay.timeout_seconds", "300"),
            ("load_balancing.algorithm.type", "round_robin"),
            ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
            ("slow_start.duration_seconds", "0"),
            ("stickiness.enabled", "false"),
            ("stickiness.lb_cookie.duration_seconds", "86400"),
            ("stickiness.type", "lb_cookie"),
        ]),
        _ => {
            let connection_oriented = matches!(protocol, "TCP" | "TLS");
            let preserve = !(target_type == "ip" && connection_oriented);
            attributes([
                ("deregistration_delay.connection_termination.enabled", "false"),
                ("deregistration_delay.timeout_seconds", "300"),
                ("preserve_client_ip.enabled", if preserve { "true" } else { "false" }),
                ("proxy_protocol_v2.enabled", "false"),
                ("stickiness.enabled", "false"),
            ])
        }
    }
}

/// Of a new listener.
#[must_use]
pub(crate) fn listener_attributes(protocol: &str) -> Attributes {
    match protocol {
        "TCP" => attributes([("tcp.idle_timeout.seconds", "350")]),
        "HTTP" | "HTTPS" => attributes([("routing.http.response.server.enabled", "true")]),
        _ => Attributes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_balancer() -> Kind {
        Kind::LoadBalancer {
            kind: "network".to_owned(),
        }
    }

    fn target_group(target_type: &str) -> Kind {
        Kind::TargetGroup {
            protocol: "TCP".to_owned(),
            target_type: target_type.to_owned(),
        }
    }

    #[tokio::test]
    async fn the_first_of_each_kind_is_read() {
        let defaults = Defaults::default();
        let first = attributes([("stickiness.enabled", "true")]);
        assert_eq!(
            defaults.of(target_group("ip"), async { Ok(first.clone()) }).await,
            first
        );
        let never = async { panic!("read again") };
        assert_eq!(defaults.of(target_group("ip"), never).await, first);
        let other = attributes([("stickiness.enabled", "false")]);
        assert_eq!(
            defaults.of(target_group("instance"), async { Ok(other.clone()) }).await,
            other
        );
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_as_documented_until_it_can() {
        let defaults = Defaults::default();
        let refused = async {
            Err(AwsError {
                operation: "DescribeLoadBalancerAttributes",
                code: "AccessDenied".to_owned(),
                message: String::new(),
                request_id: None,
            })
        };
        assert_eq!(
            defaults.of(load_balancer(), refused).await,
            load_balancer_attributes("network")
        );
        let read = attributes([("deletion_protection.enabled", "true")]);
        assert_eq!(defaults.of(load_balancer(), async { Ok(read.clone()) }).await, read);
    }
}
