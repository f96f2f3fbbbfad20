//! AWS Certificate Manager, API version 2015-12-08. Certificates are imported, or issued by the emulator's own authority.
// An action consumes its input, whether or not it keeps any of it.
#![allow(clippy::needless_pass_by_value)]

pub mod authority;
pub mod blob;
pub mod certificate;
mod key;
pub mod pem;
pub mod request;
mod state;
pub mod summary;
pub mod tags;

#[cfg(test)]
mod tests;

pub use state::State;

crate::action::actions! {
    read {
        "DescribeCertificate" => describe_certificate,
        "GetCertificate" => get_certificate,
        "ListCertificates" => list_certificates,
        "ListTagsForCertificate" => list_tags_for_certificate,
    }
    write {
        "AddTagsToCertificate" => add_tags_to_certificate,
        "DeleteCertificate" => delete_certificate,
        "ImportCertificate" => import_certificate,
        "RemoveTagsFromCertificate" => remove_tags_from_certificate,
        "RequestCertificate" => request_certificate,
    }
}
