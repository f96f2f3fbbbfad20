//! The DNS of load balancers: authority for one suffix, with the addresses of the zones that have healthy targets.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    rc::Rc,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use hickory_proto::{
    ProtoError,
    op::{Message, MessageType, OpCode, ResponseCode},
    rr::{Name, RData, Record, RecordType, rdata::SOA},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::spawn_local,
    time::{sleep, timeout},
};

use crate::routes::Routes;

/// How long a TCP client may take over a query.
const PATIENCE: Duration = Duration::from_secs(5);
/// Wait before receiving again after the system failed to: nothing tells when it would not.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a resolver may believe that a name is not there (SOA minimum): a load balancer that is created next must be found soon.
const NEGATIVE_TTL: u32 = 1;

type Names = HashMap<String, Vec<Ipv4Addr>>;

/// What the server is the authority for.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    suffix: Name,
    ttl: u32,
}

impl Zone {
    pub(crate) fn new(suffix: &str, ttl: u32) -> Result<Self, ProtoError> {
        let mut suffix = Name::from_str(suffix)?.to_lowercase();
        suffix.set_fqdn(true);
        Ok(Self { suffix, ttl })
    }

    /// The response to a query; `None` when it is not one that can be answered.
    fn respond(&self, names: &Names, query: &[u8]) -> Option<Vec<u8>> {
        let request = Message::from_vec(query).ok()?;
        if request.message_type() != MessageType::Query {
            return None;
        }
        let mut response = Message::new();
        response
            .set_id(request.id())
            .set_message_type(MessageType::Response)
            .set_op_code(request.op_code())
            .set_recursion_desired(request.recursion_desired())
            .add_queries(request.queries().iter().cloned());
        match request.query() {
            Some(_) if request.op_code() != OpCode::Query => {
                response.set_response_code(ResponseCode::NotImp);
            }
            Some(query) => self.answer(names, query.name(), query.query_type(), &mut response),
            None => {
                response.set_response_code(ResponseCode::FormErr);
            }
        }
        response.to_vec().ok()
    }

    fn answer(&self, names: &Names, name: &Name, kind: RecordType, response: &mut Message) {
        if !self.suffix.zone_of(name) {
            response.set_response_code(ResponseCode::Refused);
            return;
        }
        response.set_authoritative(true);
        let known = names.get(name.to_ascii().trim_end_matches('.').to_ascii_lowercase().as_str());
        match known {
            Some(addresses) if matches!(kind, RecordType::A | RecordType::ANY) => {
                // Clients take the first: so each address is first in turn.
                let first = usize::from(response.id()).checked_rem(addresses.len()).unwrap_or(0);
                for address in addresses[first..].iter().chain(&addresses[..first]) {
                    response.add_answer(Record::from_rdata(name.clone(), self.ttl, RData::A((*address).into())));
                }
            }
            Some(_) => self.add_authority(response),
            None => {
                // The suffix itself, and names between it and those of load balancers, exist without records.
                let nothing_below = !has_name_below(names, name);
                if nothing_below && *name != self.suffix {
                    response.set_response_code(ResponseCode::NXDomain);
                }
                self.add_authority(response);
            }
        }
    }

    fn add_authority(&self, response: &mut Message) {
        let soa = SOA::new(self.suffix.clone(), self.suffix.clone(), 1, 60, 60, 3600, NEGATIVE_TTL);
        response.add_name_server(Record::from_rdata(self.suffix.clone(), NEGATIVE_TTL, RData::SOA(soa)));
    }
}

fn has_name_below(names: &Names, name: &Name) -> bool {
    let ending = format!(".{}", name.to_ascii().trim_end_matches('.').to_ascii_lowercase());
    names.keys().any(|known| known.ends_with(&ending))
}

/// A server that is bound and not yet answering.
pub(crate) struct Server {
    udp: UdpSocket,
    tcp: TcpListener,
    zone: Zone,
    routes: Arc<ArcSwap<Routes>>,
}

impl Server {
    pub(crate) async fn bind(address: SocketAddr, zone: Zone, routes: Arc<ArcSwap<Routes>>) -> io::Result<Self> {
        let tcp = TcpListener::bind(address).await?;
        let udp = UdpSocket::bind(tcp.local_addr()?).await?;
        Ok(Self { udp, tcp, zone, routes })
    }

    /// Where it answers.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Answers for as long as it is polled.
    pub(crate) async fn serve(self) {
        let Self { udp, tcp, zone, routes } = self;
        let zone = Rc::new(zone);
        tokio::join!(
            serve_udp(udp, zone.clone(), routes.clone()),
            serve_tcp(tcp, zone, routes)
        );
    }
}

async fn serve_udp(socket: UdpSocket, zone: Rc<Zone>, routes: Arc<ArcSwap<Routes>>) {
    let mut query = [0; 4096];
    loop {
        let Ok((length, peer)) = socket.recv_from(&mut query).await else {
            sleep(PAUSE).await;
            continue;
        };
        let response = zone.respond(&routes.load().names, &query[..length]);
        if let Some(response) = response {
            // A client that is gone does not miss its answer.
            let _ = socket.send_to(&response, peer).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, zone: Rc<Zone>, routes: Arc<ArcSwap<Routes>>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let (zone, routes) = (zone.clone(), routes.clone());
        spawn_local(async move {
            if let Err(error) = converse(stream, &zone, &routes).await {
                tracing::debug!(%error, "a DNS connection ended");
            }
        });
    }
}

/// Queries and responses over TCP, each after its length (RFC 1035, section 4.2.2).
async fn converse(mut stream: TcpStream, zone: &Zone, routes: &ArcSwap<Routes>) -> io::Result<()> {
    loop {
        let mut query = vec![0; usize::from(timeout(PATIENCE, stream.read_u16()).await??)];
        timeout(PATIENCE, stream.read_exact(&mut query)).await??;
        let response = zone.respond(&routes.load().names, &query);
        let Some(response) = response else { return Ok(()) };
        let length = u16::try_from(response.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[&length.to_be_bytes(), response.as_slice()].concat())
            .await?;
    }
}

#[cfg(test)]
mod tests;
