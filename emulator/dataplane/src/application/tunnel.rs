//! Connections that have changed their protocol, WebSockets above all: bytes both ways until one side ends.

use std::{rc::Rc, sync::Arc, time::Duration};

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;

use super::{Server, access_log::Record, exchange::Outstanding, upstream::Lease};
use crate::{counters::Counters, flow::relay};

/// What a tunnel needs beside its two ends.
pub(crate) struct Tunnel {
    pub(crate) server: Rc<Server>,
    pub(crate) load_balancer: Arc<str>,
    pub(crate) idle_timeout: Duration,
    pub(crate) counters: Arc<Counters>,
    pub(crate) outstanding: Outstanding,
    pub(crate) record: Option<Box<Record>>,
}

impl Tunnel {
    /// Carries bytes once the client has been told.
    pub(crate) async fn carry(self, client: OnUpgrade, lease: Lease) {
        let (mut target, said) = lease.into_stream().await;
        let mut client = match client.await {
            Ok(client) => TokioIo::new(client),
            Err(error) => return tracing::debug!(%error, "a client did not change its protocol"),
        };
        if client.write_all(&said).await.is_err() {
            return;
        }
        let destination = self.outstanding.destination().clone();
        let (cut, _registered) = self.server.flows.register(self.load_balancer, destination);
        let (idle_timeout, scratch) = (self.idle_timeout, self.server.flows.scratch());
        let end = relay(
            &mut client,
            &mut target,
            Vec::new(),
            idle_timeout,
            scratch,
            cut,
            &self.counters,
        )
        .await;
        tracing::debug!(?end, "a tunnel ended");
        drop(self.record);
    }
}
