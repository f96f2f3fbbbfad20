//! The data plane with real sockets, each test on addresses of its own in 127.64.0.0/16.

mod fixture;

mod datagrams;
mod flows;
