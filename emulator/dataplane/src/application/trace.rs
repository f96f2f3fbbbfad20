//! `X-Amzn-Trace-Id` ("Request tracing for your Application Load Balancer"). Pure.

use data_encoding::HEXLOWER;

/// AWS writes the header anew when it is longer.
const LONGEST: usize = 7 * 1024;

/// The number of a request: when it came (seconds since 1970), and 96 bits that no other has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TraceId {
    pub(crate) time: u32,
    pub(crate) unique: (u32, u64),
}

/// What the header is when a request with this one has passed: a `Root` is kept and gets a `Self` before it; without one there is one now.
pub(crate) fn updated(header: Option<&str>, id: TraceId) -> String {
    let header = header.filter(|header| header.len() <= LONGEST).unwrap_or_default();
    let fields = header.split(';').map(str::trim).filter(|field| !field.is_empty());
    let kept = fields.filter(|field| !field.starts_with("Self="));
    let has_root = header.split(';').any(|field| field.trim().starts_with("Root="));
    let name = if has_root { "Self" } else { "Root" };
    let mut result = String::with_capacity(40 + header.len());
    result.push_str(name);
    result.push_str("=1-");
    HEXLOWER.encode_append(&id.time.to_be_bytes(), &mut result);
    result.push('-');
    HEXLOWER.encode_append(&id.unique.0.to_be_bytes(), &mut result);
    HEXLOWER.encode_append(&id.unique.1.to_be_bytes(), &mut result);
    for field in kept {
        result.push(';');
        result.push_str(field);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: TraceId = TraceId {
        time: 0x6789_1233,
        unique: (0xabcd_ef01, 0x2345_6789_1234_5678),
    };

    #[test]
    fn root_and_self() {
        let own = "1-67891233-abcdef012345678912345678";
        for (header, expected) in [
            (None, format!("Root={own}")),
            (Some("Root=1-1-1"), format!("Self={own};Root=1-1-1")),
            (
                Some("Root=1-1-1;CalledFrom=app"),
                format!("Self={own};Root=1-1-1;CalledFrom=app"),
            ),
            (Some("Self=1-2-2;Root=1-1-1"), format!("Self={own};Root=1-1-1")),
            (Some("CalledFrom=app"), format!("Root={own};CalledFrom=app")),
        ] {
            assert_eq!(updated(header, ID), expected, "{header:?}");
        }
        assert_eq!(
            updated(Some(&format!("Root={}", "x".repeat(8000))), ID),
            format!("Root={own}")
        );
    }
}
