//! Command-line arguments of every binary that talks to AWS.

use crate::service::Endpoints;
use crate::throttle::Throttles;
use std::collections::BTreeMap;
use std::str::FromStr;

/// How to reach AWS. Flatten it into a binary's arguments with `#[command(flatten)]`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Region; from the environment, the profile or instance metadata when absent
    #[arg(long, env = "AWS_REGION")]
    pub aws_region: Option<String>,
    /// VPC of the cluster; by --aws-vpc-tags or from instance metadata when absent
    #[arg(long, env = "AWS_VPC_ID")]
    pub aws_vpc_id: Option<String>,
    /// Tags of the VPC, as key=value,...; used when --aws-vpc-id is absent
    #[arg(long, env = "AWS_VPC_TAGS")]
    pub aws_vpc_tags: Option<VpcTags>,
    /// How often a failed call is repeated
    #[arg(long, env = "AWS_MAX_RETRIES", default_value_t = 10)]
    pub aws_max_retries: u32,
    /// Client-side rates as service:operation-regex=rate:burst,...; "none" lifts all
    #[arg(long, env = "AWS_API_THROTTLE", default_value = "")]
    pub aws_api_throttle: Throttles,
    /// Endpoints as service=url,...
    #[arg(long, env = "AWS_API_ENDPOINTS", default_value = "")]
    pub aws_api_endpoints: Endpoints,
}

/// Tags that identify the VPC: `key=value,...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcTags(pub BTreeMap<String, String>);

impl FromStr for VpcTags {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        let tags = pairs.map(|pair| {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| format!("{pair:?} is not of the form key=value"))?;
            Ok((key.to_owned(), value.to_owned()))
        });
        tags.collect::<Result<_, _>>().map(Self)
    }
}
