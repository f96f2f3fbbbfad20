//! AdmissionReview of `admission.k8s.io/v1`: the question of the API server, and the answer.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::error::Error;

/// Who may judge what is to be stored.
#[async_trait]
pub trait Admission: Send + Sync + 'static {
    /// The paths that are answered, as webhook configurations name them.
    fn paths(&self) -> &'static [&'static str];

    /// The verdict on a request to one of the paths.
    ///
    /// # Errors
    /// When there can be none; then the failure policy of the webhook decides.
    async fn review(&self, path: &str, request: &Request) -> Result<Verdict, ReviewError>;
}

/// Whether an object may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not, and why.
    Denied(String),
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The request cannot be read.
    #[error("cannot read the review")]
    Read(#[source] serde_json::Error),
    /// Something that the verdict depends on cannot be seen.
    #[error("cannot see what the verdict depends on")]
    Look(#[source] Box<dyn Error + Send + Sync>),
}

/// What is to be judged.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    uid: String,
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: String,
    #[serde(default)]
    object: Value,
    #[serde(default)]
    old_object: Value,
}

impl Request {
    /// The object as it is to be.
    ///
    /// # Errors
    /// When it is of another kind.
    pub fn object<K: DeserializeOwned>(&self) -> Result<K, ReviewError> {
        K::deserialize(&self.object).map_err(ReviewError::Read)
    }

    /// The object as it is; none when it is created.
    ///
    /// # Errors
    /// When it is of another kind.
    pub fn old_object<K: DeserializeOwned>(&self) -> Result<Option<K>, ReviewError> {
        Option::deserialize(&self.old_object).map_err(ReviewError::Read)
    }
}

/// The envelope, either way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    api_version: String,
    kind: String,
    #[serde(skip_serializing)]
    request: Option<Request>,
    #[serde(skip_deserializing)]
    response: Option<Response>,
}

#[derive(Debug, Serialize)]
struct Response {
    uid: String,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

#[derive(Debug, Serialize)]
struct Status {
    code: u16,
    message: String,
}

/// The answer to a review that was sent to `path`, as JSON.
pub(super) async fn answer(admission: &dyn Admission, path: &str, body: &[u8]) -> Result<Vec<u8>, ReviewError> {
    let review: Review = serde_json::from_slice(body).map_err(ReviewError::Read)?;
    let missing = || ReviewError::Read(serde::de::Error::missing_field("request"));
    let request = review.request.ok_or_else(missing)?;
    let status = match admission.review(path, &request).await? {
        Verdict::Allowed => None,
        Verdict::Denied(message) => Some(Status { code: 403, message }),
    };
    let response = Response {
        uid: request.uid,
        allowed: status.is_none(),
        status,
    };
    let review = Review {
        request: None,
        response: Some(response),
        ..review
    };
    serde_json::to_vec(&review).map_err(ReviewError::Read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::ConfigMap;
    use serde_json::json;

    /// Lets nothing be created, and everything else.
    struct NothingNew;

    #[async_trait]
    impl Admission for NothingNew {
        fn paths(&self) -> &'static [&'static str] {
            &["/"]
        }

        async fn review(&self, _path: &str, request: &Request) -> Result<Verdict, ReviewError> {
            let new: ConfigMap = request.object()?;
            Ok(match request.old_object::<ConfigMap>()? {
                Some(_) => Verdict::Allowed,
                None => Verdict::Denied(format!("{} is new", new.metadata.name.unwrap_or_default())),
            })
        }
    }

    async fn answered(request: Value) -> Result<Value, ReviewError> {
        let review = json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request });
        let answer = answer(&NothingNew, "/", review.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    #[tokio::test]
    async fn answers_carry_the_uid_and_the_reason() {
        let object = json!({ "metadata": { "name": "a" } });
        let create = json!({ "uid": "1", "operation": "CREATE", "object": object, "oldObject": null });
        let expected = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "response": { "uid": "1", "allowed": false, "status": { "code": 403, "message": "a is new" } },
        });
        assert_eq!(answered(create).await.unwrap(), expected);
        let update = json!({ "uid": "2", "operation": "UPDATE", "object": object, "oldObject": object });
        let answer = answered(update).await.unwrap();
        assert_eq!(answer["response"], json!({ "uid": "2", "allowed": true }));
    }

    #[tokio::test]
    async fn what_cannot_be_read_has_no_verdict() {
        for request in [
            json!(null),
            json!({ "uid": "1", "operation": "CREATE", "object": "text" }),
        ] {
            assert!(matches!(answered(request).await, Err(ReviewError::Read(_))));
        }
        assert!(answer(&NothingNew, "/", b"{").await.is_err());
    }
}
