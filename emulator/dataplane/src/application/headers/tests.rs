use super::*;
use crate::config::application::ResponseHeader;

const ID: TraceId = TraceId {
    time: 1,
    unique: (2, 3),
};

fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let header =
        |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    lines.iter().map(header).collect()
}

fn sent(lines: &[(&'static str, &'static str)], attributes: &Attributes) -> HeaderMap {
    let client = SocketAddrV4::new([203, 0, 113, 9].into(), 4711);
    let listener = SocketAddrV4::new([10, 0, 0, 1].into(), 443);
    let mut headers = map(lines);
    to_target(&mut headers, &Forwarded::new(client, listener, true), attributes, ID);
    headers
}

#[test]
fn the_client_is_told_to_the_target() {
    let headers = sent(&[], &Attributes::default());
    insta::assert_debug_snapshot!(headers, @r#"
    {
        "x-forwarded-for": "203.0.113.9",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "443",
        "x-amzn-trace-id": "Root=1-00000001-000000020000000000000003",
    }
    "#);
}

#[test]
fn modes_of_forwarded_for() {
    let earlier = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "198.51.100.2")];
    for (mode, port, expected) in [
        (
            ForwardedFor::Append,
            false,
            Some("198.51.100.1, 198.51.100.2, 203.0.113.9"),
        ),
        (
            ForwardedFor::Append,
            true,
            Some("198.51.100.1, 198.51.100.2, 203.0.113.9:4711"),
        ),
        (ForwardedFor::Preserve, true, Some("198.51.100.1")),
        (ForwardedFor::Remove, false, None),
    ] {
        let attributes = Attributes {
            forwarded_for: mode,
            forwarded_for_port: port,
            ..Attributes::default()
        };
        let headers = sent(&earlier, &attributes);
        assert_eq!(
            headers.get(FORWARDED_FOR).map(|value| value.to_str().unwrap()),
            expected,
            "{mode:?}"
        );
        let lines = usize::from(expected.is_some()) + usize::from(mode == ForwardedFor::Preserve);
        assert_eq!(headers.get_all(FORWARDED_FOR).iter().count(), lines);
    }
}

#[test]
fn what_concerns_one_connection_stays_there() {
    let headers = sent(
        &[
            ("connection", "keep-alive, X-Private, te"),
            ("keep-alive", "timeout=5"),
            ("x-private", "1"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("expect", "100-continue"),
            ("accept", "*/*"),
        ],
        &Attributes::default(),
    );
    let mut names: Vec<_> = headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| !name.starts_with("x-"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "te"]);
}

#[test]
fn invalid_names_are_dropped_if_wanted() {
    let lines = [("x_under", "1"), ("x-fine", "1")];
    let attributes = Attributes {
        drop_invalid_header_fields: true,
        ..Attributes::default()
    };
    let kept = |attributes: &Attributes| {
        let headers = sent(&lines, attributes);
        (headers.contains_key("x_under"), headers.contains_key("x-fine"))
    };
    assert_eq!(kept(&attributes), (false, true));
    assert_eq!(kept(&Attributes::default()), (true, true));
}

#[test]
fn thirty_addresses_are_enough() {
    let header = |count: usize| {
        let value = HeaderValue::try_from(vec!["192.0.2.1"; count].join(", ")).unwrap();
        HeaderMap::from_iter([(FORWARDED_FOR, value)])
    };
    assert!(!is_forwarded_too_often(&header(30)));
    assert!(is_forwarded_too_often(&header(31)));
    assert!(!is_forwarded_too_often(&HeaderMap::new()));
}

#[test]
fn ports_of_the_host_header() {
    let preserve = Attributes {
        preserve_host_header: true,
        ..Attributes::default()
    };
    let default = Attributes::default();
    for (host, port, attributes, expected) in [
        ("www.example.com", 80, &default, "www.example.com"),
        ("www.example.com:80", 80, &default, "www.example.com"),
        ("www.example.com", 8080, &default, "www.example.com:8080"),
        ("www.example.com:9", 8080, &default, "www.example.com:9"),
        ("www.example.com:80", 80, &preserve, "www.example.com:80"),
        ("www.example.com", 8080, &preserve, "www.example.com"),
    ] {
        let changed = host_for_target(host, port, attributes);
        let sent = changed.as_ref().map_or(host, |value| value.to_str().unwrap());
        assert_eq!(sent, expected, "{host} at {port}");
    }
}

#[test]
fn responses_get_what_the_listener_says() {
    let attributes = ListenerAttributes {
        hide_server: true,
        response_headers: vec![(
            ResponseHeader::of_attribute("routing.http.response.x_frame_options.header_value").unwrap(),
            "DENY".to_owned(),
        )],
        ..ListenerAttributes::default()
    };
    let mut headers = map(&[("server", "nginx"), ("x-frame-options", "SAMEORIGIN"), ("etag", "x")]);
    to_client(&mut headers, &attributes);
    assert_eq!(headers, map(&[("x-frame-options", "DENY"), ("etag", "x")]));
}

#[test]
fn cookies_become_one_line() {
    let mut headers = map(&[("cookie", "a=1"), ("cookie", "b=2")]);
    join_cookies(&mut headers);
    assert_eq!(headers, map(&[("cookie", "a=1; b=2")]));
}

#[test]
fn an_upgrade_is_asked_for_twice() {
    let asks = map(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")]);
    assert_eq!(wanted_upgrade(&asks).unwrap(), "websocket");
    assert_eq!(wanted_upgrade(&map(&[("upgrade", "websocket")])), None);
}
