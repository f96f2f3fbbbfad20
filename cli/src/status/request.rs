//! Requests that a listener answers, for people to try.

use aws_api::elbv2::{Condition, Patterns, Rule};
use e2e::client::{Ask, Trust, Via};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A GET by name that works without the cluster's name server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Request {
    host: String,
    path: String,
    socket: SocketAddr,
    encryption: Encryption,
}

/// Whether the listener speaks TLS, and what its certificate can be checked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encryption {
    /// It does not.
    None,
    /// The certificate is by the authority in this file.
    By(PathBuf),
    /// Its authority is not known.
    Unknown,
}

impl Request {
    /// One for each host that rules ask for; for the load balancer's own name where there are none.
    pub(crate) fn all(rules: &[Rule], dns_name: &str, socket: SocketAddr, encryption: &Encryption) -> Vec<Self> {
        let mut paths: BTreeMap<String, String> = BTreeMap::new();
        for rule in rules.iter().filter(|rule| !rule.is_default) {
            let Some((host, path)) = example(&rule.spec.conditions) else {
                continue;
            };
            let known = paths
                .entry(host.unwrap_or_else(|| dns_name.to_owned()))
                .or_insert_with(|| path.clone());
            if path.len() < known.len() {
                *known = path;
            }
        }
        if rules.iter().all(|rule| rule.is_default) {
            paths.insert(dns_name.to_owned(), "/".to_owned());
        }
        let request = |(host, path)| Self {
            host,
            path,
            socket,
            encryption: encryption.clone(),
        };
        paths.into_iter().map(request).collect()
    }

    /// What is to be sent; none where nobody knows whom to trust.
    pub(crate) fn ask(&self, trust: &Trust) -> Option<Ask> {
        let ask = Ask::get(self.socket, &self.host, &self.path);
        match self.encryption {
            Encryption::None => Some(ask),
            Encryption::By(_) => Some(ask.via(Via::Https(trust.clone()))),
            Encryption::Unknown => None,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, path, socket, .. } = self;
        let (port, address) = (socket.port(), socket.ip());
        let (scheme, usual) = match &self.encryption {
            Encryption::None => ("http", 80),
            Encryption::By(_) | Encryption::Unknown => ("https", 443),
        };
        f.write_str("curl ")?;
        match &self.encryption {
            Encryption::None => {}
            Encryption::By(authority) => write!(f, "--cacert {} ", authority.display())?,
            Encryption::Unknown => f.write_str("-k ")?,
        }
        write!(f, "--resolve {host}:{port}:{address} {scheme}://{host}")?;
        match port == usual {
            true => write!(f, "{path}"),
            false => write!(f, ":{port}{path}"),
        }
    }
}

/// A host, if one is asked for, and a path with which a request meets these conditions; none if it takes more than those.
fn example(conditions: &[Condition]) -> Option<(Option<String>, String)> {
    let (mut host, mut path) = (None, "/".to_owned());
    for condition in conditions {
        match condition {
            Condition::HostHeader(Patterns::Globs(globs)) => host = Some(filled(globs.first()?, "www")),
            Condition::PathPattern(Patterns::Globs(globs)) => path = filled(globs.first()?, ""),
            _ => return None,
        }
    }
    Some((host, path))
}

/// A text that a glob matches.
fn filled(glob: &str, star: &str) -> String {
    glob.replace('*', star).replace('?', "x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_api::elbv2::RuleSpec;

    fn rule(conditions: Vec<Condition>, is_default: bool) -> Rule {
        let spec = RuleSpec {
            conditions,
            ..RuleSpec::default()
        };
        Rule {
            spec,
            is_default,
            ..Rule::default()
        }
    }

    fn globs(glob: &str) -> Patterns {
        Patterns::Globs(vec![glob.to_owned()])
    }

    fn lines(rules: &[Rule], port: u16, encryption: &Encryption) -> Vec<String> {
        let socket = SocketAddr::from(([192, 0, 2, 1], port));
        let requests = Request::all(rules, "lb.test", socket, encryption);
        requests.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_line_per_host_with_its_shortest_path() {
        let (host, path) = (Condition::HostHeader(globs("*.a.test")), |glob| {
            Condition::PathPattern(globs(glob))
        });
        let rules = [
            rule(vec![host.clone(), path("/img/*")], false),
            rule(vec![host.clone(), path("/*")], false),
            rule(vec![path("/x?")], false),
            rule(vec![Condition::HttpRequestMethod(vec!["PUT".to_owned()])], false),
            rule(Vec::new(), true),
        ];
        let expected = [
            "curl --resolve lb.test:80:192.0.2.1 http://lb.test/xx",
            "curl --resolve www.a.test:80:192.0.2.1 http://www.a.test/",
        ];
        assert_eq!(lines(&rules, 80, &Encryption::None), expected);
    }

    #[test]
    fn without_rules_by_the_name_of_the_load_balancer() {
        let authority = Encryption::By(PathBuf::from("/ca.pem"));
        let expected = ["curl --cacert /ca.pem --resolve lb.test:8443:192.0.2.1 https://lb.test:8443/"];
        assert_eq!(lines(&[], 8443, &authority), expected);
        let expected = ["curl -k --resolve lb.test:443:192.0.2.1 https://lb.test/"];
        assert_eq!(lines(&[rule(Vec::new(), true)], 443, &Encryption::Unknown), expected);
    }
}
