//! seatrial: the emulated AWS, a Kubernetes and the controllers, by one command.
fn main() {}
