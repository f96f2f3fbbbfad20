//! The tags by which AWS objects are found again. They are the Go controller's, to the byte.

use aws_api::Tags;

/// The cluster that an object belongs to.
pub const CLUSTER_KEY: &str = "elbv2.k8s.aws/cluster";
/// Marks objects that belong to the cluster as a whole.
pub const RESOURCE_KEY: &str = "elbv2.k8s.aws/resource";
/// Value of [`RESOURCE_KEY`] on the shared backend security group.
pub const BACKEND_SECURITY_GROUP_RESOURCE: &str = "backend-sg";
/// The Service that an object belongs to: `namespace/name`.
pub const STACK_KEY: &str = "service.k8s.aws/stack";
/// Which of the Service's objects it is.
pub const STACK_RESOURCE_KEY: &str = "service.k8s.aws/resource";
/// Resource id of the load balancer.
pub const LOAD_BALANCER_ID: &str = "LoadBalancer";
/// Resource id of the managed security group.
pub const MANAGED_SECURITY_GROUP_ID: &str = "ManagedLBSecurityGroup";

/// Keys that users may neither set nor have managed elsewhere.
pub const TRACKING_KEYS: [&str; 10] = [
    CLUSTER_KEY,
    RESOURCE_KEY,
    STACK_KEY,
    STACK_RESOURCE_KEY,
    "ingress.k8s.aws/stack",
    "ingress.k8s.aws/resource",
    "gateway.k8s.aws.alb/stack",
    "gateway.k8s.aws.alb/resource",
    "gateway.k8s.aws.nlb/stack",
    "gateway.k8s.aws.nlb/resource",
];

/// The tags that every object of a stack carries.
#[must_use]
pub fn stack_tags(cluster: &str, stack: &str) -> Tags {
    Tags::from([
        (CLUSTER_KEY.to_owned(), cluster.to_owned()),
        (STACK_KEY.to_owned(), stack.to_owned()),
    ])
}

/// All tags of one object: the user's, then the tracking tags, which always win.
#[must_use]
pub fn resource_tags(cluster: &str, stack: &str, resource: &str, user: &Tags) -> Tags {
    let mut tags = user.clone();
    tags.extend(stack_tags(cluster, stack));
    tags.insert(STACK_RESOURCE_KEY.to_owned(), resource.to_owned());
    tags
}
