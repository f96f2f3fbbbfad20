//! Where a redirect action sends the client ("Redirect actions"). Pure.

use hyper::{StatusCode, header::HeaderValue};

use crate::config::application as config;

/// The URL of a request as a redirect's placeholders name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location<'a> {
    pub(crate) protocol: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

/// Status and `Location`; none when the result is no header value. As AWS does, the port is always told.
pub(crate) fn redirect(action: &config::Redirect, request: &Location<'_>) -> Option<(StatusCode, HeaderValue)> {
    let part = |template: &str| fill(template, request);
    let protocol = part(&action.protocol).to_ascii_lowercase();
    let (host, port, path, query) = (
        part(&action.host),
        part(&action.port),
        part(&action.path),
        part(&action.query),
    );
    let mark = if query.is_empty() { "" } else { "?" };
    let location = HeaderValue::try_from(format!("{protocol}://{host}:{port}{path}{mark}{query}")).ok()?;
    let status = if action.permanent {
        StatusCode::MOVED_PERMANENTLY
    } else {
        StatusCode::FOUND
    };
    Some((status, location))
}

fn fill(template: &str, request: &Location<'_>) -> String {
    let mut result = String::with_capacity(template.len() + request.path.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("#{") {
        result.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            result.push_str("#{");
            rest = after;
            continue;
        };
        match name {
            "protocol" => result.push_str(request.protocol),
            "host" => result.push_str(request.host),
            "port" => result.push_str(&request.port.to_string()),
            "path" => result.push_str(request.path.strip_prefix('/').unwrap_or(request.path)),
            "query" => result.push_str(request.query),
            unknown => {
                result.push_str("#{");
                result.push_str(unknown);
                result.push('}');
            }
        }
        rest = after;
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Location<'_> = Location {
        protocol: "http",
        host: "example.com",
        port: 80,
        path: "/a/b",
        query: "x=1",
    };

    fn location(change: impl FnOnce(&mut config::Redirect)) -> String {
        let mut action = config::Redirect::default();
        change(&mut action);
        let (_, location) = redirect(&action, &REQUEST).unwrap();
        location.to_str().unwrap().to_owned()
    }

    #[test]
    fn parts_that_are_not_given_are_those_of_the_request() {
        assert_eq!(location(|_| {}), "http://example.com:80/a/b?x=1");
        let to_https = |action: &mut config::Redirect| {
            action.protocol = "HTTPS".to_owned();
            action.port = "443".to_owned();
        };
        assert_eq!(location(to_https), "https://example.com:443/a/b?x=1");
    }

    #[test]
    fn placeholders() {
        for (path, query, expected) in [
            ("/#{path}", "", "/a/b"),
            ("/new/#{path}", "#{query}&v=2", "/new/a/b?x=1&v=2"),
            ("/#{host}/#{port}/#{protocol}", "", "/example.com/80/http"),
            ("/#{nothing}/#{", "#{query}", "/#{nothing}/#{?x=1"),
        ] {
            let set = |action: &mut config::Redirect| {
                action.path = path.to_owned();
                action.query = query.to_owned();
            };
            assert_eq!(location(set), format!("http://example.com:80{expected}"), "{path}");
        }
    }

    #[test]
    fn status() {
        let found = config::Redirect {
            permanent: false,
            ..config::Redirect::default()
        };
        assert_eq!(redirect(&found, &REQUEST).unwrap().0, 302);
        assert_eq!(redirect(&config::Redirect::default(), &REQUEST).unwrap().0, 301);
    }
}
