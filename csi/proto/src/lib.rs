//! The Container Storage Interface 1.12 and the kubelet's plugin registration: messages, service traits, clients.
//!
//! The code is generated from `proto/`. Requests that carry secrets print themselves without them.

mod redacted;

macro_rules! generated {
    ($package:literal) => {
        #[allow(
            missing_docs,
            unreachable_pub,
            unused_qualifications,
            clippy::all,
            clippy::pedantic
        )]
        mod messages {
            tonic::include_proto!($package);
        }
        pub use messages::*;
    };
}

/// `csi.v1`: the Container Storage Interface.
pub mod csi {
    generated!("csi.v1");
}

/// `modify.v1`: what the volume-modifier sidecar calls.
pub mod modify {
    generated!("modify.v1");
}

/// `pluginregistration`: what the kubelet calls when it finds a plugin's socket.
pub mod registration {
    generated!("pluginregistration");
}

pub use prost_types::Timestamp;
