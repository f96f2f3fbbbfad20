//! The ValidatingWebhookConfiguration, as far as it points at us.

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{ValidatingWebhookConfiguration, WebhookClientConfig};
use std::collections::BTreeSet;

/// The names and addresses by which the API server reaches webhooks with these paths.
pub(super) fn names(configuration: &ValidatingWebhookConfiguration, paths: &[&str]) -> BTreeSet<String> {
    let ours = configuration.webhooks.iter().flatten();
    let places = ours.filter_map(|webhook| place(&webhook.client_config));
    places
        .filter(|(_, path)| paths.contains(&path.as_str()))
        .map(|(name, _)| name)
        .collect()
}

/// The configuration that lets the API server trust these authorities for webhooks with these paths; nothing if it does.
pub(super) fn trusting(
    configuration: &ValidatingWebhookConfiguration,
    paths: &[&str],
    authorities: &str,
) -> Option<ValidatingWebhookConfiguration> {
    let bundle = Some(ByteString(authorities.as_bytes().to_vec()));
    let mut changed = configuration.clone();
    for webhook in changed.webhooks.iter_mut().flatten() {
        let config = &mut webhook.client_config;
        if place(config).is_some_and(|(_, path)| paths.contains(&path.as_str())) {
            config.ca_bundle.clone_from(&bundle);
        }
    }
    (changed != *configuration).then_some(changed)
}

/// Name and path of a webhook. A Service is called by its name within the cluster.
fn place(config: &WebhookClientConfig) -> Option<(String, String)> {
    if let Some(service) = &config.service {
        let name = format!("{}.{}.svc", service.name, service.namespace);
        return Some((name, service.path.clone().unwrap_or_else(|| "/".to_owned())));
    }
    let uri: http::Uri = config.url.as_ref()?.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    Some((host.to_owned(), uri.path().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn configuration(clients: &[Value]) -> ValidatingWebhookConfiguration {
        let webhook = |(index, client): (usize, &Value)| {
            json!({
                "name": format!("w{index}.elbv2.k8s.aws"),
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "clientConfig": client,
            })
        };
        let webhooks: Vec<_> = clients.iter().enumerate().map(webhook).collect();
        serde_json::from_value(json!({ "metadata": { "name": "c" }, "webhooks": webhooks })).unwrap()
    }

    fn service(path: &str) -> Value {
        json!({ "service": { "name": "hook", "namespace": "kube-system", "path": path }, "caBundle": "b2xk" })
    }

    #[test]
    fn named_as_the_api_server_calls_them() {
        let clients = [
            service("/ours"),
            service("/others"),
            json!({ "url": "https://10.0.0.1:9443/ours" }),
            json!({ "url": "https://[2001:db8::1]:9443/ours?timeout=1s" }),
            json!({ "url": "https://elsewhere/" }),
            json!({}),
        ];
        let names = names(&configuration(&clients), &["/ours"]);
        let expected = ["10.0.0.1", "2001:db8::1", "hook.kube-system.svc"];
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_ours_are_told_whom_to_trust() {
        let before = configuration(&[service("/ours"), service("/others")]);
        let after = trusting(&before, &["/ours"], "new").unwrap();
        let bundle = |place: usize| {
            let webhook = &after.webhooks.as_ref().unwrap()[place];
            webhook.client_config.ca_bundle.clone().unwrap().0
        };
        assert_eq!((bundle(0), bundle(1)), (b"new".to_vec(), b"old".to_vec()));
        assert_eq!(trusting(&after, &["/ours"], "new"), None);
    }
}
