//! What of a listener can be compiled from its configuration alone: its rules and its TLS. Done once per configuration, not at every
//! change of health. Pure.

use std::{collections::HashMap, sync::Arc};

use crate::{
    application::Router,
    config::{self, Config, Listener, ListenerKind, application::ListenerAttributes},
    report::Problem,
    tls::{HTTP1, HTTP2, ListenerTls},
};

/// A compiled listener.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// `Err` when its connections cannot be served.
    pub(crate) tls: Result<Option<Arc<ListenerTls>>, ()>,
    /// Of Application Load Balancers.
    pub(crate) requests: Option<(Arc<Router>, Arc<ListenerAttributes>)>,
    pub(crate) problems: Vec<Problem>,
}

impl Prepared {
    fn new(listener: &Listener) -> Self {
        let mut problems = Vec::new();
        let tls = listener
            .tls
            .as_ref()
            .map(|tls| ListenerTls::new(tls, protocols(listener, tls)));
        let tls = tls.transpose().map(|tls| tls.map(Arc::new)).map_err(|error| {
            problems.push(Problem::Tls {
                listener_arn: listener.arn.clone(),
                reason: error.to_string(),
            });
        });
        let requests = match &listener.kind {
            ListenerKind::Network(_) => None,
            ListenerKind::Application(application) => {
                let (router, invalid) = Router::compile(application);
                problems.extend(invalid.into_iter().map(|(priority, error)| Problem::Rule {
                    listener_arn: listener.arn.clone(),
                    priority,
                    reason: error.to_string(),
                }));
                Some((Arc::new(router), Arc::new(application.attributes.clone())))
            }
        };
        Self {
            tls,
            requests,
            problems,
        }
    }
}

/// Application protocols that a client can choose among.
fn protocols(listener: &Listener, tls: &config::Tls) -> &'static [&'static [u8]] {
    match (&listener.kind, tls.http2) {
        (_, true) => &[HTTP2, HTTP1],
        (ListenerKind::Application(_), false) => &[HTTP1],
        (ListenerKind::Network(_), false) => &[],
    }
}

/// Compiled listeners by ARN, kept while their configuration stays the same.
#[derive(Debug, Default)]
pub(crate) struct PreparedListeners(HashMap<String, (Listener, Arc<Prepared>)>);

impl PreparedListeners {
    pub(crate) fn follow(&mut self, config: &Config) {
        let mut before = std::mem::take(&mut self.0);
        let listeners = config.load_balancers.iter().flat_map(|balancer| &balancer.listeners);
        let kept = listeners.map(|listener| {
            let entry = match before.remove(&listener.arn) {
                Some((unchanged, prepared)) if unchanged == *listener => (unchanged, prepared),
                _ => (listener.clone(), Arc::new(Prepared::new(listener))),
            };
            (listener.arn.clone(), entry)
        });
        self.0 = kept.collect();
    }

    pub(crate) fn get(&self, listener_arn: &str) -> Option<&Arc<Prepared>> {
        self.0.get(listener_arn).map(|(_, prepared)| prepared)
    }
}
