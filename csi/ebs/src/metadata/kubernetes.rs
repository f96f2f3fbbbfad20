//! What the Node in the cluster says of its instance.

use super::{Metadata, MetadataError};
use k8s_openapi::api::core::v1::Node;
use kube::{Api, Client};

const LABEL_TYPE: &str = "node.kubernetes.io/instance-type";
const LABEL_REGION: &str = "topology.kubernetes.io/region";
const LABEL_ZONE: &str = "topology.kubernetes.io/zone";
/// Network interfaces, as the metadata labeler counts them.
pub const LABEL_INTERFACES: &str = "ebs.csi.aws.com/enis-count";
/// Volumes that are not the driver's, as the metadata labeler counts them; the root is not among them.
pub const LABEL_BLOCK_DEVICES: &str = "ebs.csi.aws.com/non-csi-ebs-volumes-count";
const LABEL_INTERFACES_SAGEMAKER: &str = "sagemaker.amazonaws.com/num-eni-attachments";
const LABEL_BLOCK_DEVICES_SAGEMAKER: &str = "sagemaker.amazonaws.com/num-block-device-mappings";

/// Reads one Node.
#[derive(Clone)]
pub struct NodeReader {
    /// The cluster.
    pub client: Client,
    /// The Node's name.
    pub name: String,
}

impl NodeReader {
    /// What the Node says; with the counts of the labeler, which must be there then.
    pub(super) async fn read(&self, labeler: bool) -> Result<Metadata, MetadataError> {
        let got = Api::<Node>::all(self.client.clone()).get(&self.name).await;
        let node = got.map_err(|source| MetadataError::Node {
            node: self.name.clone(),
            source: Box::new(source),
        })?;
        metadata(&self.name, &node, labeler)
    }
}

fn metadata(name: &str, node: &Node, labeler: bool) -> Result<Metadata, MetadataError> {
    let missing = |what| MetadataError::Unlabelled {
        node: name.to_owned(),
        what,
    };
    let label = |key: &str| {
        node.metadata
            .labels
            .as_ref()
            .and_then(|labels| labels.get(key))
            .cloned()
    };
    let count = |key: &'static str| label(key).and_then(|value| value.parse::<i64>().ok());
    let provider_id = node
        .spec
        .as_ref()
        .and_then(|spec| spec.provider_id.as_deref())
        .unwrap_or_default();
    let instance_type = label(LABEL_TYPE).ok_or_else(|| missing(LABEL_TYPE))?;
    let (interfaces, block_devices) = if labeler {
        (
            count(LABEL_INTERFACES).ok_or_else(|| missing(LABEL_INTERFACES))?,
            count(LABEL_BLOCK_DEVICES).ok_or_else(|| missing(LABEL_BLOCK_DEVICES))?,
        )
    } else {
        (
            count(LABEL_INTERFACES_SAGEMAKER).unwrap_or(1),
            count(LABEL_BLOCK_DEVICES_SAGEMAKER).unwrap_or(0),
        )
    };
    Ok(Metadata {
        instance_id: instance_id(provider_id)
            .ok_or_else(|| missing("spec.providerID of the form aws:///zone/i-..."))?,
        instance_type: instance_type.trim_start_matches("ml.").to_owned(),
        region: label(LABEL_REGION).ok_or_else(|| missing(LABEL_REGION))?,
        zone: label(LABEL_ZONE).ok_or_else(|| missing(LABEL_ZONE))?,
        outpost_arn: None,
        interfaces,
        block_devices,
    })
}

/// The instance of `aws:///us-west-2a/i-0123` or of `aws:///zone/hyperpod-cluster-i-0123`.
fn instance_id(provider_id: &str) -> Option<String> {
    let last = provider_id.strip_prefix("aws://")?.rsplit('/').next()?;
    (last.starts_with("i-") || last.starts_with("hyperpod-")).then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(labels: &[(&str, &str)]) -> Node {
        let mut node = Node::default();
        node.spec.get_or_insert_default().provider_id = Some("aws:///us-west-2a/i-0123".into());
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        node.metadata.labels = Some(labels.collect());
        node
    }

    const LABELS: [(&str, &str); 3] = [
        (LABEL_TYPE, "ml.m5.large"),
        (LABEL_REGION, "us-west-2"),
        (LABEL_ZONE, "us-west-2a"),
    ];

    #[test]
    fn a_node_says_where_its_instance_is() {
        let read = metadata("n1", &node(&LABELS), false).unwrap();
        assert_eq!(
            (read.instance_id.as_str(), read.instance_type.as_str()),
            ("i-0123", "m5.large")
        );
        assert_eq!((read.interfaces, read.block_devices), (1, 0));
        assert!(metadata("n1", &node(&LABELS[1..]), false).is_err());
    }

    #[test]
    fn the_labeler_counts() {
        assert!(metadata("n1", &node(&LABELS), true).is_err());
        let counted = [(LABEL_INTERFACES, "3"), (LABEL_BLOCK_DEVICES, "2")];
        let read = metadata("n1", &node(&[&LABELS[..], &counted].concat()), true).unwrap();
        assert_eq!((read.interfaces, read.block_devices), (3, 2));
    }
}
