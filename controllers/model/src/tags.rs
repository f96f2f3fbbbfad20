//! The tags by which AWS objects are found again. They are the Go controller's, to the byte.

use aws_api::Tags;
use serde::Serialize;

/// The cluster that an object belongs to.
pub const CLUSTER_KEY: &str = "elbv2.k8s.aws/cluster";
/// Marks objects that belong to the cluster as a whole.
pub const RESOURCE_KEY: &str = "elbv2.k8s.aws/resource";
/// Value of [`RESOURCE_KEY`] on the shared backend security group.
pub const BACKEND_SECURITY_GROUP_RESOURCE: &str = "backend-sg";
/// Resource id of the load balancer.
pub const LOAD_BALANCER_ID: &str = "LoadBalancer";
/// Resource id of the network load balancer in front of it.
pub const FRONTEND_NLB_ID: &str = "FrontendNlb";
/// Resource id of the managed security group.
pub const MANAGED_SECURITY_GROUP_ID: &str = "ManagedLBSecurityGroup";

/// Keys that users may neither set nor have managed elsewhere.
pub const TRACKING_KEYS: [&str; 10] = [
    CLUSTER_KEY,
    RESOURCE_KEY,
    Owner::Service.stack_key(),
    Owner::Service.resource_key(),
    Owner::Ingress.stack_key(),
    Owner::Ingress.resource_key(),
    "gateway.k8s.aws.alb/stack",
    "gateway.k8s.aws.alb/resource",
    "gateway.k8s.aws.nlb/stack",
    "gateway.k8s.aws.nlb/resource",
];

/// What a stack belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Owner {
    /// A Service.
    #[default]
    Service,
    /// A group of Ingresses.
    Ingress,
}

impl Owner {
    /// Key of the tag that names the stack.
    #[must_use]
    pub const fn stack_key(self) -> &'static str {
        match self {
            Owner::Service => "service.k8s.aws/stack",
            Owner::Ingress => "ingress.k8s.aws/stack",
        }
    }

    /// Key of the tag that tells which of the stack's objects it is.
    #[must_use]
    pub const fn resource_key(self) -> &'static str {
        match self {
            Owner::Service => "service.k8s.aws/resource",
            Owner::Ingress => "ingress.k8s.aws/resource",
        }
    }

    /// The tags that every object of a stack carries.
    #[must_use]
    pub fn stack_tags(self, cluster: &str, stack: &str) -> Tags {
        Tags::from([
            (CLUSTER_KEY.to_owned(), cluster.to_owned()),
            (self.stack_key().to_owned(), stack.to_owned()),
        ])
    }

    /// All tags of one object: the user's, then the tracking tags, which always win.
    #[must_use]
    pub fn resource_tags(self, cluster: &str, stack: &str, resource: &str, user: &Tags) -> Tags {
        let mut tags = user.clone();
        tags.extend(self.stack_tags(cluster, stack));
        tags.insert(self.resource_key().to_owned(), resource.to_owned());
        tags
    }
}

/// The resource id that the tags of an object name, whatever its stack belongs to.
#[must_use]
pub fn resource_of(tags: &Tags) -> Option<&str> {
    let keys = [Owner::Service.resource_key(), Owner::Ingress.resource_key()];
    keys.into_iter().find_map(|key| tags.get(key)).map(String::as_str)
}

/// The tags without those by which objects are found again.
#[must_use]
pub fn without_tracking(tags: &Tags) -> Tags {
    let user = tags.iter().filter(|(key, _)| !TRACKING_KEYS.contains(&key.as_str()));
    user.map(|(key, value)| (key.clone(), value.clone())).collect()
}
