//! The state machines of EC2, Elastic Load Balancing and STS: deterministic, clock and ids are arguments.
