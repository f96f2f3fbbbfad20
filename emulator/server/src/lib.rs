//! seatrial-aws: the AWS endpoint with its data plane.
