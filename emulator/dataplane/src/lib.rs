//! The data plane of Network Load Balancers: listeners, flows, target health, DNS.
