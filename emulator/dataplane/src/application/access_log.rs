//! Access logs ("Access logs for your Application Load Balancer"): one line per request, in AWS's format, to a file per load balancer.

use std::{fmt::Write as _, net::SocketAddrV4, sync::Arc, time::Instant};

use jiff::Timestamp;

use super::admission::Classification;

mod writer;

pub(crate) use writer::AccessLogs;

/// What is known of a request; it is written when dropped.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) log: AccessLogs,
    /// `http`, `https`, `h2`, `grpcs`, `ws` or `wss`.
    pub(crate) kind: &'static str,
    /// `app/<name>/<id>`
    pub(crate) load_balancer: String,
    pub(crate) client: SocketAddrV4,
    pub(crate) target: Option<SocketAddrV4>,
    pub(crate) created: (Timestamp, Instant),
    /// When the request went to the target, and when its answer came.
    pub(crate) forwarded: Option<Instant>,
    pub(crate) answered: Option<Instant>,
    pub(crate) status: u16,
    pub(crate) target_status: Option<u16>,
    pub(crate) received: u64,
    pub(crate) sent: u64,
    /// Method, URL and version.
    pub(crate) request: String,
    pub(crate) user_agent: String,
    /// Cipher and protocol of TLS.
    pub(crate) tls: Option<(&'static str, &'static str)>,
    pub(crate) target_group: Option<Arc<str>>,
    pub(crate) trace: String,
    pub(crate) server_name: Option<String>,
    pub(crate) certificate: Option<String>,
    /// None when no rule was asked.
    pub(crate) priority: Option<u32>,
    pub(crate) actions: &'static str,
    pub(crate) redirect_url: Option<String>,
    pub(crate) classification: Option<Classification>,
    pub(crate) connection: u64,
    /// Host and URL that a transform made.
    pub(crate) transformed: (Option<String>, Option<String>),
    pub(crate) transform_failed: bool,
}

impl Drop for Record {
    fn drop(&mut self) {
        let line = self.line(Timestamp::now(), Instant::now());
        self.log.write(&self.load_balancer, line);
    }
}

impl Record {
    fn line(&self, now: Timestamp, instant: Instant) -> String {
        let mut line = String::with_capacity(512);
        let (created, began) = self.created;
        let seconds = |from: Option<Instant>, to: Option<Instant>| match (from, to) {
            (Some(from), Some(to)) => format!("{:.3}", to.saturating_duration_since(from).as_secs_f64()),
            _ => "-1".to_owned(),
        };
        let target = self.target.as_ref().map_or("-".to_owned(), ToString::to_string);
        let target_status = self.target_status.as_ref().map_or("-".to_owned(), ToString::to_string);
        let (cipher, protocol) = self.tls.unwrap_or(("-", "-"));
        let priority = self.priority.map_or(-1, i64::from);
        let (class, reason) = self.class();
        // Writing to a string does not fail.
        let _ = write!(
            line,
            "{} {} {} {} {target} {} {} {} {} {target_status} {} {} {} {} {cipher} {protocol} {} {} {} {} {priority} {} {} {} \"-\" {} {} \"{class}\" \"{reason}\" TID_{:016x} {} {} \"{}\"",
            self.kind,
            time(now),
            self.load_balancer,
            self.client,
            seconds(Some(began), self.forwarded),
            seconds(self.forwarded, self.answered),
            seconds(self.answered, self.answered.and(Some(instant))),
            self.status,
            self.received,
            self.sent,
            quoted(Some(&self.request)),
            quoted(Some(&self.user_agent)),
            self.target_group.as_deref().unwrap_or("-"),
            quoted(Some(&self.trace)),
            quoted(self.server_name.as_deref()),
            quoted(self.certificate.as_deref()),
            time(created),
            quoted(Some(self.actions)),
            quoted(self.redirect_url.as_deref()),
            quoted(Some(&target)),
            quoted(Some(&target_status)),
            self.connection,
            quoted(self.transformed.0.as_deref()),
            quoted(self.transformed.1.as_deref()),
            self.transform_status(),
        );
        line
    }

    fn class(&self) -> (&'static str, &'static str) {
        match self.classification {
            Some(Classification::Acceptable(reason)) => ("Acceptable", reason),
            Some(Classification::Ambiguous(reason)) => ("Ambiguous", reason),
            Some(Classification::Compliant) | None => ("-", "-"),
        }
    }

    fn transform_status(&self) -> &'static str {
        match &self.transformed {
            _ if self.transform_failed => "TransformError",
            (None, None) => "-",
            _ => "TransformSuccess",
        }
    }
}

fn time(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ")
}

/// In quotes; what would end them, and what is no printable character, as `\xHH`.
fn quoted(text: Option<&str>) -> String {
    let text = text.filter(|text| !text.is_empty()).unwrap_or("-");
    let mut result = String::with_capacity(text.len() + 2);
    result.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => drop(write!(result, "\\x{:02X}", u32::from(character))),
            control if control.is_control() => drop(write!(result, "\\x{:02X}", u32::from(control))),
            character => result.push(character),
        }
    }
    result.push('"');
    result
}

/// The load balancer's resource id: what follows `loadbalancer/` in its ARN.
pub(crate) fn resource_id(load_balancer_arn: &str) -> &str {
    load_balancer_arn
        .split_once(":loadbalancer/")
        .map_or(load_balancer_arn, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_is_as_aws_writes_it() {
        let began = Instant::now();
        let created: Timestamp = "2018-07-02T22:22:48.364Z".parse().unwrap();
        let record = Record {
            log: AccessLogs::none(),
            kind: "http",
            load_balancer: "app/my-loadbalancer/50dc6c495c0c9188".to_owned(),
            client: "192.168.131.39:2817".parse().unwrap(),
            target: Some("10.0.0.1:80".parse().unwrap()),
            created: (created, began),
            forwarded: Some(began + Duration::from_millis(1)),
            answered: Some(began + Duration::from_millis(4)),
            status: 200,
            target_status: Some(200),
            received: 34,
            sent: 366,
            request: "GET http://www.example.com:80/\"x HTTP/1.1".to_owned(),
            user_agent: "curl/7.46.0".to_owned(),
            tls: None,
            target_group: Some(
                "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067".into(),
            ),
            trace: "Root=1-58337262-36d228ad5d99923122bbe354".to_owned(),
            server_name: None,
            certificate: None,
            priority: Some(0),
            actions: "forward",
            redirect_url: None,
            classification: Some(Classification::Compliant),
            connection: 0x1234_abcd_5678_ef90,
            transformed: (None, None),
            transform_failed: false,
        };
        let line = record.line(
            "2018-07-02T22:23:00.186641Z".parse().unwrap(),
            began + Duration::from_millis(4),
        );
        insta::assert_snapshot!(line, @r#"http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.001 0.003 0.000 200 200 34 366 "GET http://www.example.com:80/\x22x HTTP/1.1" "curl/7.46.0" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90 "-" "-" "-""#);
    }

    #[test]
    fn resource_ids() {
        let arn = "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/web/50dc";
        assert_eq!(resource_id(arn), "app/web/50dc");
    }
}
