//! nginx as the targets and as the other proxy.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    load::{HTTP_PORT, HTTPS_PORT},
    process::Process,
};

/// Where the proxy listens.
pub(crate) const ADDRESS: &str = "127.66.0.1";
pub(crate) const TARGETS: [&str; 2] = ["127.66.0.11", "127.66.0.12"];
pub(crate) const TARGET_PORT: u16 = 9000;

/// Two targets that answer with 80 bytes.
pub(crate) fn targets(directory: &Path) -> anyhow::Result<Process> {
    let body = "x".repeat(80);
    let mut http = String::from("keepalive_requests 1000000000;\n");
    for address in TARGETS {
        let _ = writeln!(
            http,
            "server {{ listen {address}:{TARGET_PORT} backlog=4096; location / {{ return 200 '{body}'; }} }}"
        );
    }
    start(directory, "targets", &http)
}

/// Ten rules, as an Application Load Balancer would have them, and the headers that it adds.
pub(crate) fn proxy(directory: &Path) -> anyhow::Result<Process> {
    let mut http = String::from(
        "keepalive_requests 1000000000;\nupstream targets { keepalive 256; keepalive_requests 1000000000;\n",
    );
    for address in TARGETS {
        let _ = writeln!(http, "server {address}:{TARGET_PORT};");
    }
    let folder = directory.display();
    let _ = write!(
        http,
        "}}\nserver {{\nlisten {ADDRESS}:{HTTP_PORT} backlog=4096;\nlisten {ADDRESS}:{HTTPS_PORT} ssl http2 backlog=4096;\n\
         ssl_certificate {folder}/cert.pem;\nssl_certificate_key {folder}/key.pem;\nssl_protocols TLSv1.2 TLSv1.3;\n\
         location / {{ return 404; }}\n"
    );
    for rule in 1..=10 {
        let _ = writeln!(
            http,
            "location /service{rule}/ {{\nproxy_pass http://targets;\nproxy_http_version 1.1;\nproxy_set_header Connection '';\n\
             proxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n\
             proxy_set_header X-Forwarded-Proto $scheme;\nproxy_set_header X-Forwarded-Port $server_port;\n\
             proxy_set_header X-Amzn-Trace-Id Root=$request_id;\n}}"
        );
    }
    http.push_str("}\n");
    start(directory, "proxy", &http)
}

fn start(directory: &Path, name: &str, http: &str) -> anyhow::Result<Process> {
    let folder = directory.join(name);
    std::fs::create_dir_all(&folder)?;
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
        .concat();
    let path = folder.join("nginx.conf");
    let config = format!(
        "daemon off;\nworker_processes 1;\npid {0}/pid;\nerror_log {0}/error.log;\nevents {{ worker_connections 20000; }}\n\
         http {{\naccess_log off;\ntcp_nodelay on;\n{temporary}{http}}}\n",
        folder.display()
    );
    std::fs::write(&path, config)?;
    let mut nginx = Command::new("/usr/sbin/nginx");
    nginx.arg("-c").arg(&path).stdin(Stdio::null());
    Process::new(nginx.spawn()?).with_worker()
}
