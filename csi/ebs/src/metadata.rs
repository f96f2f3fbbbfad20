//! What an instance knows of itself: from instance metadata (IMDSv2), or from its Node in the cluster.

mod imds;
mod kubernetes;

pub use imds::Imds;
pub use kubernetes::{LABEL_BLOCK_DEVICES, LABEL_INTERFACES, NodeReader};

use std::str::FromStr;
use std::sync::Arc;

/// What an instance knows of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its id.
    pub instance_id: String,
    /// Its type.
    pub instance_type: String,
    /// Region.
    pub region: String,
    /// Zone name.
    pub zone: String,
    /// ARN of its outpost.
    pub outpost_arn: Option<String>,
    /// Network interfaces.
    pub interfaces: i64,
    /// EBS volumes that are not the root.
    pub block_devices: i64,
}

/// Where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Instance metadata.
    Imds,
    /// Provider id and labels of the Node.
    Kubernetes,
    /// As `Kubernetes`, with the counts that the metadata labeler wrote.
    MetadataLabeler,
}

impl FromStr for SourceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "imds" => Ok(Self::Imds),
            "kubernetes" => Ok(Self::Kubernetes),
            "metadata-labeler" => Ok(Self::MetadataLabeler),
            _ => Err(format!(
                "{text:?} is no source of metadata: give imds, kubernetes or metadata-labeler"
            )),
        }
    }
}

/// Why an instance does not know itself.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A request to instance metadata.
    #[error("cannot read instance metadata {path} at {endpoint}: {reason}")]
    Imds {
        /// Where.
        endpoint: String,
        /// What.
        path: String,
        /// Why.
        reason: String,
    },
    /// The Node cannot be read.
    #[error("cannot read Node {node}")]
    Node {
        /// Its name.
        node: String,
        /// Why.
        source: Box<kube::Error>,
    },
    /// The Node does not say it.
    #[error("Node {node} has no {what}")]
    Unlabelled {
        /// Its name.
        node: String,
        /// The label or field.
        what: &'static str,
    },
    /// The source cannot be used here.
    #[error("source of metadata {kind:?} needs {needs}")]
    Unusable {
        /// The source.
        kind: SourceKind,
        /// What is missing.
        needs: &'static str,
    },
    /// No source knows.
    #[error("no source of metadata (--metadata-sources) knows this instance: {0}")]
    None(String),
}

/// The sources, in the order in which they are asked. Clones share them.
#[derive(Clone)]
pub struct MetadataSources(Arc<Sources>);

struct Sources {
    order: Vec<SourceKind>,
    imds: Option<Imds>,
    node: Option<NodeReader>,
    region: Option<String>,
}

impl MetadataSources {
    /// Asks the sources of `order`, as far as they can be used here: instance metadata unless it is switched off, the Node if its name and
    /// the cluster are known. `region` overrides what they say.
    #[must_use]
    pub fn new(order: Vec<SourceKind>, imds: Option<Imds>, node: Option<NodeReader>, region: Option<String>) -> Self {
        Self(Arc::new(Sources {
            order,
            imds,
            node,
            region,
        }))
    }

    /// What the first source says that answers.
    ///
    /// # Errors
    /// What each of them said, when none does.
    pub async fn read(&self) -> Result<Metadata, MetadataError> {
        let mut failures = Vec::new();
        for kind in &self.0.order {
            match self.ask(*kind).await {
                Ok(mut metadata) => {
                    if let Some(region) = &self.0.region {
                        metadata.region.clone_from(region);
                    }
                    return Ok(metadata);
                }
                Err(error) => {
                    tracing::debug!(?kind, %error, "the next source of metadata is asked");
                    failures.push(described(&error));
                }
            }
        }
        Err(MetadataError::None(failures.join("; ")))
    }

    async fn ask(&self, kind: SourceKind) -> Result<Metadata, MetadataError> {
        let unusable = |needs| MetadataError::Unusable { kind, needs };
        match kind {
            SourceKind::Imds => {
                let imds = self
                    .0
                    .imds
                    .as_ref()
                    .ok_or_else(|| unusable("that AWS_EC2_METADATA_DISABLED is not true"))?;
                imds.read().await
            }
            SourceKind::Kubernetes | SourceKind::MetadataLabeler => {
                let node = self
                    .0
                    .node
                    .as_ref()
                    .ok_or_else(|| unusable("CSI_NODE_NAME and a cluster"))?;
                node.read(kind == SourceKind::MetadataLabeler).await
            }
        }
    }
}

/// An error with its cause.
fn described(error: &dyn std::error::Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
