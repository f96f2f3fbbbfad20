//! What a load balancer should be: plain data, names, tags.
