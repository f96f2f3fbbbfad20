//! Groups of Ingresses and what is planned for them.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod admission;
mod backends;
mod class_params;
mod classes;
mod conflicts;
mod echoserver;
mod frontend;
mod golden;
mod groups;
mod listeners;
mod load_balancer;
mod properties;
mod quotas;
mod refusals;
mod resilience;
mod rules;
mod worked_example;
mod world;
