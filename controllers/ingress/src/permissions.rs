//! Wishes of stacks, as far as flags and the account allow them.

use aws_api::Shield;
use loadbalancing::Fresh;
use model::Stack;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long it is believed whether the account is subscribed to AWS Shield Advanced.
const SUBSCRIPTION_LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// What is allowed.
pub(crate) struct Permissions {
    pub(crate) waf: bool,
    pub(crate) wafv2: bool,
    pub(crate) shield: Option<Arc<dyn Shield>>,
    /// `ListenerRulesTagging`: whether tags of listeners and rules are ours.
    pub(crate) tags_of_listeners: bool,
    pub(crate) subscribed: Fresh<bool>,
}

impl Permissions {
    /// Not known yet.
    pub(crate) fn unknown() -> Fresh<bool> {
        Fresh::new(SUBSCRIPTION_LIFETIME)
    }

    /// The stack without wishes that are not allowed.
    pub(crate) async fn permitted(&self, mut stack: Stack) -> Stack {
        let wishes = &mut stack.add_ons;
        if !self.waf {
            wishes.waf_regional = None;
        }
        if !self.wafv2 {
            wishes.wafv2 = None;
        }
        if wishes.shield.is_some() && !self.is_subscribed().await {
            wishes.shield = None;
        }
        if !self.tags_of_listeners {
            let frontend = stack.frontend.iter_mut().flat_map(|frontend| &mut frontend.listeners);
            for listener in stack.listeners.iter_mut().chain(frontend) {
                listener.tags.clear();
                listener.rules.iter_mut().for_each(|rule| rule.tags.clear());
            }
        }
        stack
    }

    async fn is_subscribed(&self) -> bool {
        let Some(shield) = &self.shield else { return false };
        match self.subscribed.get(Instant::now(), shield.is_subscribed()).await {
            Ok(subscribed) => *subscribed,
            Err(error) => {
                tracing::warn!(%error, "cannot see whether the account is subscribed to AWS Shield Advanced");
                false
            }
        }
    }
}
