//! Listeners and their TLS.

use super::{attributes, rule};
use cloud::elbv2::load_balancer::{self, Switch};
use cloud::elbv2::mutual_authentication::{Mode, MutualAuthentication};
use cloud::elbv2::target_group::Protocol as CloudProtocol;
use cloud::elbv2::{listener, rule_action};
use cloud::{Region, Timestamp};
use dataplane::config::{
    ApplicationListener, Certificate, ClientAuthentication, DEFAULT_IDLE_TIMEOUT, Forward, Listener, ListenerKind,
    NetworkListener, Protocol, Tls, TrustStore,
};

pub(super) fn listener(
    arn: &str,
    found: &listener::Listener,
    load_balancer: &load_balancer::LoadBalancer,
    region: &Region,
    now: Timestamp,
) -> Listener {
    let kind = match found.protocol {
        CloudProtocol::Http | CloudProtocol::Https => ListenerKind::Application(application(arn, found, region)),
        CloudProtocol::Tcp => ListenerKind::Network(network(found, Protocol::Tcp)),
        CloudProtocol::Udp => ListenerKind::Network(network(found, Protocol::Udp)),
        CloudProtocol::TcpUdp => ListenerKind::Network(network(found, Protocol::TcpUdp)),
        CloudProtocol::Tls => ListenerKind::Network(network(found, Protocol::Tls)),
    };
    let http2 = match found.protocol {
        CloudProtocol::Https => attributes::is_on(&load_balancer.attributes, "routing.http2.enabled"),
        _ => found.tls.alpn_policy.iter().any(|policy| policy.starts_with("HTTP2")),
    };
    Listener {
        arn: arn.to_owned(),
        port: found.port,
        tls: found.protocol.is_secure().then(|| tls(found, http2, region, now)),
        kind,
    }
}

fn network(found: &listener::Listener, protocol: Protocol) -> NetworkListener {
    let idle_timeout = attributes::seconds(&found.attributes, "tcp.idle_timeout.seconds");
    NetworkListener {
        protocol,
        idle_timeout: idle_timeout.unwrap_or(DEFAULT_IDLE_TIMEOUT),
        forward: found.targets().iter().map(forward).collect(),
    }
}

pub(super) fn forward(target: &rule_action::ForwardTarget) -> Forward {
    Forward {
        target_group_arn: target.target_group_arn.clone(),
        weight: target.weight,
    }
}

fn application(arn: &str, found: &listener::Listener, region: &Region) -> ApplicationListener {
    let rules = region.elbv2.rules_of(arn);
    ApplicationListener {
        attributes: attributes::of_listener(&found.attributes),
        rules: rules.into_iter().map(|(_, rule)| rule::rule(rule)).collect(),
        default_actions: found.actions.iter().map(rule::action).collect(),
    }
}

/// Certificates that are not issued yet, or not in ACM, are left out.
fn tls(found: &listener::Listener, http2: bool, region: &Region, now: Timestamp) -> Tls {
    let certificate = |arn: &String| {
        let certificate = region.acm.certificates.get(arn)?;
        certificate.is_issued(now).then(|| Certificate {
            arn: arn.clone(),
            chain: format!(
                "{}\n{}",
                certificate.body,
                certificate.chain.as_deref().unwrap_or_default()
            ),
            private_key: certificate.private_key.clone(),
        })
    };
    let default_first = found.tls.certificate.iter().chain(&found.certificates);
    Tls {
        policy: found.tls.ssl_policy.clone().unwrap_or_default(),
        certificates: default_first.filter_map(certificate).collect(),
        client_authentication: client_authentication(&found.tls.mutual_authentication, region),
        http2,
    }
}

fn client_authentication(found: &MutualAuthentication, region: &Region) -> ClientAuthentication {
    match found.mode {
        Mode::Off => ClientAuthentication::Off,
        Mode::Passthrough => ClientAuthentication::Passthrough,
        Mode::Verify => {
            let arn = found.trust_store_arn.as_deref().unwrap_or_default();
            let store = region.elbv2.trust_stores.get(arn);
            let revocations = store.iter().flat_map(|store| store.revocations.values());
            ClientAuthentication::Verify(TrustStore {
                authorities: store.map(|store| store.bundle.clone()).unwrap_or_default(),
                revocations: revocations.map(|revocation| revocation.content.clone()).collect(),
                ignore_expiry: found.ignore_client_certificate_expiry == Some(true),
                advertise_names: found.advertise_trust_store_ca_names == Some(Switch::On),
            })
        }
    }
}
