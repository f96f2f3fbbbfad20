//! HTTPS listeners: certificates, versions, HTTP/2, clients' certificates.

use http_body_util::Full;
use hyper::{Request, body::Bytes};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use seatrial_dataplane::{
    Problem,
    config::{Certificate, ClientAuthentication, Tls, TrustStore},
};

use crate::{
    client::{Client, TlsClient, get},
    fixture::{Fixture, fixed, forward},
    target,
};

/// An authority and what it has signed.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            pem,
            issuer: Issuer::new(params, key),
        })
    }

    pub(crate) fn sign(&self, arn: &str, names: &[&str]) -> anyhow::Result<Certificate> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, arn);
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Certificate {
            arn: arn.to_owned(),
            chain: certificate.pem(),
            private_key: key.serialize_pem(),
        })
    }
}

pub(crate) fn tls(certificates: Vec<Certificate>) -> Tls {
    Tls {
        policy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06".to_owned(),
        certificates,
        client_authentication: ClientAuthentication::Off,
        http2: true,
    }
}

fn anonymous(authority: &Authority) -> TlsClient<'_> {
    TlsClient {
        authority: &authority.pem,
        protocols: &[b"h2", b"http/1.1"],
        identity: None,
    }
}

#[tokio::test]
async fn certificates_by_server_name() -> anyhow::Result<()> {
    let mut lb = Fixture::start(60)?;
    let authority = Authority::new()?;
    let certificates = vec![
        authority.sign("default", &["www.example.com"])?,
        authority.sign("other", &["*.example.org"])?,
    ];
    let expected: Vec<_> = certificates
        .iter()
        .map(|certificate| certificate.chain.clone())
        .collect();
    lb.add_https(tls(certificates));
    lb.serve().await?;
    for (name, chain) in [("www.example.com", &expected[0]), ("a.example.org", &expected[1])] {
        use rustls::pki_types::pem::PemObject;
        let stream = anonymous(&authority).connect(lb.front(443), name).await?;
        let got = stream
            .get_ref()
            .1
            .peer_certificates()
            .and_then(|chain| chain.first())
            .cloned();
        assert_eq!(got, Some(CertificateDer::from_pem_slice(chain.as_bytes())?), "{name}");
    }
    // Who names nobody that is known gets the default one, which is not for that name.
    assert!(
        anonymous(&authority)
            .connect(lb.front(443), "nobody.test")
            .await
            .is_err()
    );
    Ok(())
}

#[tokio::test]
async fn http2_in_http1_out() -> anyhow::Result<()> {
    let mut lb = Fixture::start(61)?;
    let authority = Authority::new()?;
    target::echo(61, 11).await?;
    lb.add_https(tls(vec![authority.sign("default", &["www.example.com"])?]));
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.attributes().tls_headers = true;
    lb.serve().await?;
    let stream = anonymous(&authority).connect(lb.front(443), "www.example.com").await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut client = Client::http2(stream).await?;
    let request = Request::post("https://www.example.com/p?q")
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .body(Full::new(Bytes::from_static(b"body")))?;
    let reply = client.send(request).await?;
    for line in [
        "POST /p?q HTTP/1.1",
        "host: www.example.com",
        "cookie: a=1; b=2",
        "x-forwarded-proto: https",
        "x-forwarded-port: 443",
        "x-amzn-tls-version: TLSv1.3",
    ] {
        assert!(
            reply.text.lines().any(|found| found == line),
            "{line} in {}",
            reply.text
        );
    }
    assert!(reply.text.ends_with("\nbody"));
    Ok(())
}

#[tokio::test]
async fn http2_is_offered_only_if_enabled() -> anyhow::Result<()> {
    let mut lb = Fixture::start(62)?;
    let authority = Authority::new()?;
    let tls = tls(vec![authority.sign("default", &["www.example.com"])?]);
    lb.add_https(Tls { http2: false, ..tls });
    lb.by_default(&fixed(200, "fine"));
    lb.serve().await?;
    let stream = anonymous(&authority).connect(lb.front(443), "www.example.com").await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let reply = Client::http1(stream)
        .await?
        .send(get("www.example.com", "/", &[])?)
        .await?;
    assert_eq!(reply.text, "fine");
    Ok(())
}

#[tokio::test]
async fn clients_with_certificates() -> anyhow::Result<()> {
    let mut lb = Fixture::start(63)?;
    let (authority, clients, strangers) = (Authority::new()?, Authority::new()?, Authority::new()?);
    target::echo(63, 11).await?;
    let plain = tls(vec![authority.sign("default", &["www.example.com"])?]);
    lb.add_https(Tls {
        client_authentication: ClientAuthentication::Verify(TrustStore {
            authorities: clients.pem.clone(),
            revocations: Vec::new(),
            ignore_expiry: true,
            advertise_names: true,
        }),
        ..plain
    });
    lb.add_group("tg", &[11]);
    lb.by_default(&forward(&[("tg", 1)]));
    lb.serve().await?;
    let ask = async |identity: Option<&Certificate>| {
        let client = TlsClient {
            identity: identity.map(|identity| (identity.chain.as_str(), identity.private_key.as_str())),
            protocols: &[b"http/1.1"],
            ..anonymous(&authority)
        };
        let stream = client.connect(lb.front(443), "www.example.com").await?;
        Client::http1(stream)
            .await?
            .send(get("www.example.com", "/", &[])?)
            .await
    };
    let reply = ask(Some(&clients.sign("known", &["client"])?)).await?;
    assert!(
        reply.text.contains("x-amzn-mtls-clientcert-issuer: CN=authority"),
        "{}",
        reply.text
    );
    assert!(
        reply.text.contains("x-amzn-mtls-clientcert-subject: CN=known"),
        "{}",
        reply.text
    );
    assert!(ask(None).await.is_err());
    assert!(ask(Some(&strangers.sign("stranger", &["client"])?)).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_listener_whose_certificate_is_unusable_is_told() -> anyhow::Result<()> {
    let mut lb = Fixture::start(64)?;
    lb.add_https(tls(vec![Certificate {
        arn: "arn:broken".to_owned(),
        chain: "nonsense".to_owned(),
        private_key: String::new(),
    }]));
    lb.plane.apply(std::sync::Arc::new(lb.config.clone()));
    crate::fixture::eventually("the problem is told", async || {
        matches!(&lb.plane.problems()[..], [Problem::Tls { listener_arn, reason }]
            if listener_arn == "listener-443" && reason.contains("arn:broken"))
    })
    .await
}
