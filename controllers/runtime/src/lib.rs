//! What the controllers share: cache, work queue, finalizers, events, metrics, leader lease, health.
