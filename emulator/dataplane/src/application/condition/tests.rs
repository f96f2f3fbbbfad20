use hyper::header::HeaderValue;

use super::*;
use crate::config::application::Values as Wanted;

struct Request {
    method: Method,
    host: &'static str,
    path: &'static str,
    query: &'static str,
    headers: HeaderMap,
    client: IpAddr,
}

impl Request {
    fn new() -> Self {
        Self {
            method: Method::GET,
            host: "www.example.com",
            path: "/api/v1",
            query: "",
            headers: HeaderMap::new(),
            client: [10, 0, 1, 7].into(),
        }
    }

    fn satisfies(&self, condition: &config::Condition) -> bool {
        Condition::compile(condition).unwrap().holds(&Subject {
            method: &self.method,
            host: self.host,
            path: self.path,
            query: self.query,
            headers: &self.headers,
            client: self.client,
        })
    }
}

fn patterns(texts: &[&str]) -> Wanted {
    Wanted::Patterns(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn regexes(texts: &[&str]) -> Wanted {
    Wanted::Regexes(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn hosts_ignore_case_and_any_value_suffices() {
    for (host, values, expected) in [
        ("WWW.Example.com", patterns(&["www.example.com"]), true),
        ("www.example.com", patterns(&["*.Example.com"]), true),
        ("example.com", patterns(&["*.example.com"]), false),
        ("a.b.example.com", patterns(&["*.example.com"]), true),
        ("b.com", patterns(&["a.com", "b.com"]), true),
        ("www7.example.com", regexes(&["^www[0-9]\\.EXAMPLE\\."]), true),
    ] {
        let request = Request { host, ..Request::new() };
        assert_eq!(
            request.satisfies(&config::Condition::Host(values.clone())),
            expected,
            "{host} {values:?}"
        );
    }
}

#[test]
fn paths_mind_case() {
    for (path, values, expected) in [
        ("/api/v1", patterns(&["/api/*"]), true),
        ("/API/v1", patterns(&["/api/*"]), false),
        ("/x/42", regexes(&["^/x/[0-9]+$"]), true),
        ("/x/y", regexes(&["^/x/[0-9]+$"]), false),
    ] {
        let request = Request { path, ..Request::new() };
        assert_eq!(
            request.satisfies(&config::Condition::Path(values.clone())),
            expected,
            "{path} {values:?}"
        );
    }
}

#[test]
fn any_of_several_headers_suffices() {
    let mut request = Request::new();
    request.headers.append("user-agent", HeaderValue::from_static("curl/8"));
    request
        .headers
        .append("user-agent", HeaderValue::from_static("Mozilla/5.0 Chrome"));
    let header = |name: &str, values| config::Condition::Header {
        name: name.to_owned(),
        values,
    };
    assert!(request.satisfies(&header("User-Agent", patterns(&["*chrome*", "*safari*"]))));
    assert!(!request.satisfies(&header("User-Agent", patterns(&["chrome"]))));
    assert!(!request.satisfies(&header("X-Other", patterns(&["*"]))));
}

#[test]
fn methods_are_exact() {
    let methods = config::Condition::Method(vec!["GET".to_owned(), "CUSTOM".to_owned()]);
    for (method, expected) in [("GET", true), ("CUSTOM", true), ("get", false), ("POST", false)] {
        let request = Request {
            method: method.parse().unwrap(),
            ..Request::new()
        };
        assert_eq!(request.satisfies(&methods), expected, "{method}");
    }
}

#[test]
fn query_pairs() {
    for (key, value, query, expected) in [
        (Some("version"), "v1", "version=v1", true),
        (Some("version"), "v1", "a=b&VERSION=V1", true),
        (Some("version"), "v1", "version=v2", false),
        (None, "*example*", "q=an-Example-x", true),
        (None, "v1", "v1=x", false),
        (Some("q"), r"a\*", "q=a*", true),
        (Some("q"), r"a\*", "q=ab", false),
        (Some("flag"), "", "flag", true),
        (Some("q"), "*", "", false),
    ] {
        let wanted = QueryValue {
            key: key.map(str::to_owned),
            value: value.to_owned(),
        };
        let request = Request {
            query,
            ..Request::new()
        };
        assert_eq!(
            request.satisfies(&config::Condition::Query(vec![wanted])),
            expected,
            "{key:?}={value} {query}"
        );
    }
}

#[test]
fn source_addresses() {
    let networks = ["192.0.2.0/24", "10.0.1.7/32"].map(|network| network.parse().unwrap());
    assert!(Request::new().satisfies(&config::Condition::SourceIp(networks.into())));
    assert!(!Request::new().satisfies(&config::Condition::SourceIp(networks[..1].into())));
}

#[test]
fn what_cannot_be_compiled_is_named() {
    let error = Condition::compile(&config::Condition::Path(regexes(&["(?=x)"]))).unwrap_err();
    assert_eq!(error, InvalidRule::Regex("(?=x)".to_owned()));
}
