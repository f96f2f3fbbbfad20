//! Where a driver listens: `unix:///csi/csi.sock`, `unix:/csi/csi.sock`, `tcp://127.0.0.1:10000`.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use tokio::net::{TcpListener, UnixListener};

/// Only the owner may call: the kubelet and the sidecars run as the same user or as root.
const OWNER_ONLY: u32 = 0o600;

/// An address in the form that the kubelet and the sidecars use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A socket file.
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

/// A text that is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an endpoint: give unix:///path/of/socket or tcp://host:port")]
pub struct EndpointError(String);

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// What follows the scheme may have two slashes that mean nothing; the path of a socket always starts at the root, so that
    /// `unix://tmp/csi.sock` is `/tmp/csi.sock`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || EndpointError(text.to_owned());
        let (scheme, rest) = text.split_once(':').ok_or_else(malformed)?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let path = rest.trim_start_matches('/');
        match scheme.to_ascii_lowercase().as_str() {
            "unix" if !path.is_empty() => Ok(Self::Unix(Path::new("/").join(path))),
            "tcp"
                if rest
                    .rsplit_once(':')
                    .is_some_and(|(_, port)| port.parse::<u16>().is_ok()) =>
            {
                Ok(Self::Tcp(rest.to_owned()))
            }
            _ => Err(malformed()),
        }
    }
}

/// What accepts connections.
#[derive(Debug)]
pub(crate) enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Endpoint {
    /// Listens. A socket file that nobody has removed is replaced; any other file is not.
    pub(crate) async fn bind(&self) -> io::Result<Listener> {
        match self {
            Self::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
            Self::Unix(path) => {
                remove_stale(path)?;
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(OWNER_ONLY))?;
                Ok(Listener::Unix(listener))
            }
        }
    }
}

fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.file_type().is_socket() => std::fs::remove_file(path),
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "a file that is no socket is in the way",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_as_the_sidecars_write_them() {
        let unix = |path: &str| Some(Endpoint::Unix(path.into()));
        let table = [
            ("unix:///csi/csi.sock", unix("/csi/csi.sock")),
            ("unix://tmp/csi.sock", unix("/tmp/csi.sock")),
            ("unix:/csi/csi.sock", unix("/csi/csi.sock")),
            ("UNIX:///csi.sock", unix("/csi.sock")),
            ("tcp://127.0.0.1:10000", Some(Endpoint::Tcp("127.0.0.1:10000".into()))),
            ("tcp:[::1]:1", Some(Endpoint::Tcp("[::1]:1".into()))),
            ("tcp://nowhere", None),
            ("unix://", None),
            ("/csi/csi.sock", None),
            ("http://x:1", None),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<Endpoint>().ok(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_another_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("csi.sock");
        let endpoint = Endpoint::Unix(path.clone());
        drop(endpoint.bind().await.unwrap());
        let _listening = endpoint.bind().await.unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            OWNER_ONLY
        );

        let file = folder.path().join("file");
        std::fs::write(&file, "data").unwrap();
        assert!(Endpoint::Unix(file.clone()).bind().await.is_err());
        assert_eq!(std::fs::read_to_string(file).unwrap(), "data");
    }
}
