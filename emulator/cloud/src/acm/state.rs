//! What ACM holds in one region.

use super::authority::{ALWAYS, Authority, Order};
use super::certificate::Certificate;
use super::request;
use crate::world::{CertificateSpec, World};
use crate::{ApiError, Timestamp};
use std::collections::BTreeMap;

/// The certificates of a region.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Certificates by ARN.
    pub certificates: BTreeMap<String, Certificate>,
}

impl State {
    /// A certificate by ARN.
    ///
    /// # Errors
    /// `InvalidArnException` when it is no ARN of one, `ResourceNotFoundException`.
    pub fn certificate(&self, arn: &str) -> Result<&Certificate, ApiError> {
        request::check_arn(arn)?;
        self.certificates.get(arn).ok_or_else(|| request::not_found(arn))
    }

    /// A certificate by ARN, to change it.
    ///
    /// # Errors
    /// As [`Self::certificate`].
    pub fn certificate_mut(&mut self, arn: &str) -> Result<&mut Certificate, ApiError> {
        request::check_arn(arn)?;
        self.certificates.get_mut(arn).ok_or_else(|| request::not_found(arn))
    }

    /// The certificates that the world declares.
    ///
    /// # Errors
    /// That of the first one that cannot be, with its id.
    pub(crate) fn from_world(world: &World) -> Result<Self, (String, ApiError)> {
        let mut certificates = BTreeMap::new();
        for spec in &world.certificates {
            let certificate = declared(spec, world.seed).map_err(|error| (spec.id.clone(), error))?;
            certificates.insert(request::arn(&world.region, &world.account, &spec.id), certificate);
        }
        Ok(Self { certificates })
    }
}

/// A certificate of the world: its own PEM, or issued for its names.
fn declared(spec: &CertificateSpec, seed: u64) -> Result<Certificate, ApiError> {
    let mut certificate = match (&spec.certificate, &spec.private_key) {
        (Some(body), Some(key)) => {
            // Valid at any time: what the world declares is there before the first call.
            let begins = super::pem::Facts::read(body)?.not_before;
            Certificate::imported(body.clone(), spec.chain.clone(), key.clone(), begins)?
        }
        (None, None) => {
            request::check_names(&spec.names)?;
            let authority = Authority::of(seed);
            let key = format!("{seed}/{}", spec.id);
            let order = Order {
                names: &spec.names,
                seed: &key,
                not_before: ALWAYS.0,
                not_after: ALWAYS.1,
            };
            let issued = authority.issue(&order)?;
            Certificate::issued(spec.names.clone(), issued, authority.certificate()?, Timestamp(0))?
        }
        _ => {
            let message = "certificate and privateKey must be given together, or neither";
            return Err(ApiError::new("ValidationException", message));
        }
    };
    certificate.tags = spec.tags.clone();
    Ok(certificate)
}
