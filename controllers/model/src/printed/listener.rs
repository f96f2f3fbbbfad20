//! Listeners and rules.

use super::action::action;
use super::{CERTIFICATE, LISTENER, list, load_balancer_arn, reference, tags, without_nulls};
use crate::{CertificateRef, Listener, Rule};
use aws_api::elbv2::{Condition, MutualAuthentication, Patterns, QueryPair, Rewrite, Transform};
use serde_json::{Value, json};

pub(super) fn listener(of: &Listener, balancer: &str) -> Value {
    let certificate = |certificate: &CertificateRef| match certificate {
        CertificateRef::Arn(arn) => json!({ "certificateARN": arn }),
        CertificateRef::Id(id) => json!({ "certificateARN": reference(CERTIFICATE, id, "certificateARN") }),
    };
    let attributes: Vec<_> = of.attributes.iter().collect();
    json!({
        "loadBalancerARN": load_balancer_arn(balancer),
        "port": of.port,
        "protocol": of.protocol,
        "defaultActions": of.default_actions.iter().map(action).collect::<Vec<_>>(),
        "certificates": list(&of.certificates, certificate),
        "sslPolicy": of.ssl_policy,
        "alpnPolicy": of.alpn_policy.as_ref().map(|policy| [policy]),
        "mutualAuthentication": of.mutual_authentication.as_ref().map(mutual_authentication),
        "listenerAttributes": list(&attributes, |(key, value)| json!({ "Key": key, "Value": value })),
        "tags": tags(&of.tags),
    })
}

fn mutual_authentication(of: &MutualAuthentication) -> Value {
    without_nulls(json!({
        "mode": of.mode,
        "trustStoreArn": of.trust_store_arn,
        "ignoreClientCertificateExpiry": of.ignore_client_certificate_expiry,
        "advertiseTrustStoreCaNames": of.advertise_trust_store_ca_names,
    }))
}

pub(super) fn rule(of: &Rule, listener: &str) -> Value {
    json!({
        "listenerARN": reference(LISTENER, listener, "listenerARN"),
        "priority": of.spec.priority,
        "conditions": of.spec.conditions.iter().map(condition).collect::<Vec<_>>(),
        "actions": of.spec.actions.iter().map(action).collect::<Vec<_>>(),
        "transforms": list(&of.spec.transforms, transform),
        "tags": tags(&of.tags),
    })
}

fn patterns(of: &Patterns) -> Value {
    match of {
        Patterns::Globs(values) => json!({ "values": values }),
        Patterns::Regexes(values) => json!({ "regexValues": values }),
    }
}

fn condition(of: &Condition) -> Value {
    let (config, value) = match of {
        Condition::HostHeader(values) => ("hostHeaderConfig", patterns(values)),
        Condition::PathPattern(values) => ("pathPatternConfig", patterns(values)),
        Condition::HttpHeader { name, patterns: values } => {
            let mut config = patterns(values);
            config["httpHeaderName"] = json!(name);
            ("httpHeaderConfig", config)
        }
        Condition::HttpRequestMethod(values) => ("httpRequestMethodConfig", json!({ "values": values })),
        Condition::QueryString(pairs) => {
            let pair = |pair: &QueryPair| without_nulls(json!({ "key": pair.key, "value": pair.value }));
            (
                "queryStringConfig",
                json!({ "values": pairs.iter().map(pair).collect::<Vec<_>>() }),
            )
        }
        Condition::SourceIp(values) => ("sourceIPConfig", json!({ "values": values })),
    };
    json!({ "field": of.field(), config: value })
}

fn transform(of: &Transform) -> Value {
    let (kind, config, rewrites) = match of {
        Transform::UrlRewrite(rewrites) => ("url-rewrite", "urlRewriteConfig", rewrites),
        Transform::HostHeaderRewrite(rewrites) => ("host-header-rewrite", "hostHeaderRewriteConfig", rewrites),
    };
    let rewrite = |rewrite: &Rewrite| json!({ "regex": rewrite.regex, "replace": rewrite.replace });
    json!({ "type": kind, config: { "rewrites": rewrites.iter().map(rewrite).collect::<Vec<_>>() } })
}
