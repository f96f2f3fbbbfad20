//! The header of PROXY protocol version 2, which tells a target who the client is ("Proxy protocol" in the target group attributes;
//! the format is HAProxy's "The PROXY protocol", section 2.2).

use std::net::SocketAddrV4;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const VERSION_2_PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const UDP_OVER_IPV4: u8 = 0x12;
/// Two addresses of four bytes and two ports of two.
const ADDRESSES: u16 = 12;

/// Length of a header, in bytes.
pub(crate) const LENGTH: usize = 16 + ADDRESSES as usize;

/// The header of a TCP flow from `client` to the load balancer's address `listener`. Carries no TLV.
pub(crate) fn header(client: SocketAddrV4, listener: SocketAddrV4) -> [u8; LENGTH] {
    header_over(TCP_OVER_IPV4, client, listener)
}

/// The same of a datagram, each of which has one.
pub(crate) fn datagram_header(client: SocketAddrV4, listener: SocketAddrV4) -> [u8; LENGTH] {
    header_over(UDP_OVER_IPV4, client, listener)
}

fn header_over(transport: u8, client: SocketAddrV4, listener: SocketAddrV4) -> [u8; LENGTH] {
    let mut header = [0; LENGTH];
    header[..12].copy_from_slice(&SIGNATURE);
    header[12] = VERSION_2_PROXY;
    header[13] = transport;
    header[14..16].copy_from_slice(&ADDRESSES.to_be_bytes());
    header[16..20].copy_from_slice(&client.ip().octets());
    header[20..24].copy_from_slice(&listener.ip().octets());
    header[24..26].copy_from_slice(&client.port().to_be_bytes());
    header[26..28].copy_from_slice(&listener.port().to_be_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_specification() {
        let header = header(
            SocketAddrV4::new([10, 0, 1, 2].into(), 0x1234),
            SocketAddrV4::new([10, 0, 0, 9].into(), 443),
        );
        assert_eq!(
            header[..12],
            [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
        );
        assert_eq!(header[12..16], [0x21, 0x11, 0, 12]);
        assert_eq!(header[16..], [10, 0, 1, 2, 10, 0, 0, 9, 0x12, 0x34, 0x01, 0xbb]);
    }
}
