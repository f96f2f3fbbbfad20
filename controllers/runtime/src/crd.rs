//! Waiting for a custom resource to be served.

use crate::chain::Chain;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::runtime::wait::{await_condition, conditions};
use kube::runtime::watcher;
use kube::{Api, Client};
use std::time::Duration;

/// Delay before a watch that failed is begun again.
const AGAIN: Duration = Duration::from_secs(1);

/// Waits until the definition called `name` (`<plural>.<group>`) is established. Whoever may not read definitions does not
/// wait: the watch of the resource itself is then repeated until it is served.
pub async fn wait_until_served(client: &Client, name: &str) {
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    tracing::debug!(name, "waiting for the custom resource definition");
    loop {
        match await_condition(definitions.clone(), name, conditions::is_crd_established()).await {
            Ok(_) => return,
            Err(kube::runtime::wait::Error::ProbeFailed(error)) if forbidden(&error) => {
                tracing::debug!(name, "custom resource definitions may not be read");
                return;
            }
            Err(error) => tracing::warn!(name, error = %Chain(&error), "cannot see whether the resource is defined"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn forbidden(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status)) => status.code == 403,
        watcher::Error::WatchError(status) => status.code == 403,
        _ => false,
    }
}
