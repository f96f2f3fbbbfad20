//! Application Load Balancers with real sockets: clients and targets are those of the test, each on addresses of its own in 127.65.0.0/16.

mod client;
mod fixture;
mod target;

mod authenticate;
mod failures;
mod forwarding;
mod grpc;
mod health;
mod http2;
mod logs;
mod rules;
mod stickiness;
mod tls;
mod tokens;
mod websocket;
