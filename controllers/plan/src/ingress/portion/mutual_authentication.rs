//! Certificates of clients: the annotation `mutual-authentication`.

use crate::PlanError;
use aws_api::elbv2::MutualAuthentication;
use controllers_api::annotation::Annotations;
use controllers_api::json;
use serde::Deserialize;
use std::collections::BTreeMap;

const KEY: &str = "mutual-authentication";

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw {
    port: i64,
    mode: String,
    truststore: Option<String>,
    ignoreclientcertificateexpiry: Option<bool>,
    advertisetruststorecanames: Option<String>,
}

/// Names of the trust stores that the annotation means. An annotation that cannot be read names none; planning tells what is wrong with it.
pub(crate) fn trust_stores(annotations: Annotations<'_>) -> Vec<String> {
    let raw: Vec<Raw> = annotations
        .text(KEY)
        .and_then(|text| json::folded(text).ok())
        .unwrap_or_default();
    let stores = raw.into_iter().filter_map(|raw| raw.truststore);
    stores
        .filter(|store| !store.is_empty() && !store.starts_with("arn:"))
        .collect()
}

/// What is wished for each port. `stores` are the ARNs of trust stores by name.
pub(crate) fn read(
    annotations: Annotations<'_>,
    stores: &BTreeMap<String, String>,
) -> Result<BTreeMap<i32, MutualAuthentication>, PlanError> {
    let Some(text) = annotations.text(KEY) else {
        return Ok(BTreeMap::new());
    };
    let wrong = |expected: String, remedy: &str| annotations.error(KEY, expected, remedy);
    let raw: Vec<Raw> = json::folded(text).map_err(|error| {
        let remedy = "write [{\"port\":443,\"mode\":\"verify\",\"trustStore\":\"...\"}]";
        wrong(format!("a list in JSON: {error}"), remedy)
    })?;
    if raw.is_empty() {
        return Err(wrong(
            "a list with an entry per port".to_owned(),
            "add one, or remove the annotation",
        )
        .into());
    }
    let mut ports = BTreeMap::new();
    for raw in raw {
        let port = i32::try_from(raw.port).ok().filter(|port| (1..=65535).contains(port));
        let port = port.ok_or_else(|| wrong(format!("right: {} is no port", raw.port), "use 1 to 65535"))?;
        check(&raw).map_err(|(problem, remedy)| wrong(format!("right: port {port}: {problem}"), remedy))?;
        let verify = raw.mode == "verify";
        let trust_store_arn = match raw.truststore.as_deref().filter(|store| !store.is_empty()) {
            None => None,
            Some(arn) if arn.starts_with("arn:") => Some(arn.to_owned()),
            Some(name) => Some(stores.get(name).cloned().ok_or_else(|| {
                let remedy = "make it, or name one that exists, by name or ARN";
                wrong(format!("right: there is no trust store {name}"), remedy)
            })?),
        };
        let wish = MutualAuthentication {
            mode: raw.mode,
            trust_store_arn,
            ignore_client_certificate_expiry: verify.then(|| raw.ignoreclientcertificateexpiry.unwrap_or(false)),
            advertise_trust_store_ca_names: raw.advertisetruststorecanames,
        };
        ports.insert(port, wish);
    }
    Ok(ports)
}

fn check(raw: &Raw) -> Result<(), (&'static str, &'static str)> {
    let store = raw.truststore.as_deref().is_some_and(|store| !store.is_empty());
    let verify = raw.mode == "verify";
    if !matches!(raw.mode.as_str(), "off" | "passthrough" | "verify") {
        return Err((
            "it has no mode, or one that there is not",
            "use off, passthrough or verify",
        ));
    }
    if verify && !store {
        return Err(("verify needs a trust store", "add trustStore, by name or ARN"));
    }
    if !verify && (store || raw.ignoreclientcertificateexpiry.is_some()) {
        let problem = "trustStore and ignoreClientCertificateExpiry are for verify only";
        return Err((problem, "remove them, or use mode verify"));
    }
    match raw.advertisetruststorecanames.as_deref() {
        Some(_) if !verify => Err((
            "advertiseTrustStoreCaNames is for verify only",
            "remove it, or use mode verify",
        )),
        Some("on" | "off") | None => Ok(()),
        Some(_) => Err(("advertiseTrustStoreCaNames is neither on nor off", "use on or off")),
    }
}
