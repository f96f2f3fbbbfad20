//! The actions as a client sees them.

use super::authority::Authority;
use crate::elbv2::tests::{Lab, text};
use crate::world::{CertificateSpec, WorldError};
use crate::{ApiError, Service, Tags, Timestamp, Timing, World};
use data_encoding::BASE64;
use serde_json::{Value, json};

const RSA: (&str, &str) = (include_str!("tests/rsa.crt"), include_str!("tests/rsa.key"));
/// The key of [`RSA`] in its older form.
const RSA_PKCS1: &str = include_str!("tests/rsa-pkcs1.key");
const P384: (&str, &str) = (include_str!("tests/p384.crt"), include_str!("tests/p384.key"));
/// When those certificates are valid: 2027-01-15.
const VALID: Timestamp = Timestamp(1_800_000_000_000);
const OF_WORLD: &str = "arn:aws:acm:us-west-2:123456789012:certificate/0a000000-0000-4000-8000-00000000000a";

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.now = VALID;
    lab
}

impl Lab {
    fn acm(&mut self, action: &str, input: Value) -> Result<Value, ApiError> {
        self.ask(Service::Acm, action, input)
    }

    fn acm_code(&mut self, action: &str, input: Value) -> String {
        self.acm(action, input)
            .map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
    }

    fn describe(&mut self, arn: &str) -> Value {
        self.acm("DescribeCertificate", json!({"CertificateArn": arn})).unwrap()["Certificate"].clone()
    }
}

fn import(certificate: &str, key: &str) -> Value {
    json!({"Certificate": BASE64.encode(certificate.as_bytes()), "PrivateKey": BASE64.encode(key.as_bytes())})
}

#[test]
fn one_is_imported_with_its_own_key() {
    let (rsa, rsa_key) = RSA;
    let (p384, p384_key) = P384;
    for (certificate, key, code) in [
        (rsa, rsa_key, "ok"),
        (rsa, RSA_PKCS1, "ok"),
        (p384, p384_key, "ok"),
        (rsa, p384_key, "ValidationException"),
        (p384, rsa_key, "ValidationException"),
        (rsa, rsa, "ValidationException"),
        (rsa_key, rsa_key, "ValidationException"),
        (&rsa.repeat(2), rsa_key, "ValidationException"),
        ("", rsa_key, "ValidationException"),
    ] {
        assert_eq!(
            lab().acm_code("ImportCertificate", import(certificate, key)),
            code,
            "{certificate}{key}"
        );
    }
    let mut early = Lab::new();
    assert_eq!(
        early.acm_code("ImportCertificate", import(rsa, rsa_key)),
        "ValidationException"
    );
    let not_base64 = json!({"Certificate": "?", "PrivateKey": "?"});
    assert_eq!(lab().acm_code("ImportCertificate", not_base64), "ValidationError");
}

#[test]
fn what_was_imported_is_described_as_it_is() {
    let mut lab = lab();
    let made = lab.acm("ImportCertificate", import(RSA.0, RSA.1)).unwrap();
    let arn = text(&made["CertificateArn"]);
    let shown = lab.describe(&arn);
    for (field, value) in [
        ("CertificateArn", json!(arn)),
        ("DomainName", json!("rsa.example.net")),
        (
            "SubjectAlternativeNames",
            json!(["rsa.example.net", "*.rsa.example.net"]),
        ),
        ("Status", json!("ISSUED")),
        ("Type", json!("IMPORTED")),
        ("KeyAlgorithm", json!("RSA_2048")),
        ("SignatureAlgorithm", json!("SHA256WITHRSA")),
        ("Issuer", json!("Example")),
        (
            "Serial",
            json!("11:35:22:34:89:07:f6:53:84:f9:77:7a:ce:7e:bf:d2:58:9e:5a:81"),
        ),
        ("ImportedAt", json!(1_800_000_000.0)),
        ("InUseBy", json!([])),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert!(
        shown.get("IssuedAt").is_none() && shown.get("DomainValidationOptions").is_none(),
        "{shown}"
    );
    let got = lab.acm("GetCertificate", json!({"CertificateArn": arn})).unwrap();
    assert_eq!(got, json!({"Certificate": RSA.0}));
    let made = lab.acm("ImportCertificate", import(P384.0, P384.1)).unwrap();
    let shown = lab.describe(&text(&made["CertificateArn"]));
    assert_eq!(
        (&shown["KeyAlgorithm"], &shown["SubjectAlternativeNames"]),
        (&json!("EC_secp384r1"), &json!(["p384.example.net"]))
    );
}

#[test]
fn importing_again_keeps_arn_and_tags() {
    let mut lab = lab();
    let tagged = |base: Value| {
        let mut base = base;
        base["Tags"] = json!([{"Key": "a", "Value": "b"}]);
        base
    };
    let made = lab.acm("ImportCertificate", tagged(import(RSA.0, RSA.1))).unwrap();
    let arn = text(&made["CertificateArn"]);
    let again = |arn: &str, base: Value| {
        let mut base = base;
        base["CertificateArn"] = json!(arn);
        base
    };
    lab.wait(1000);
    assert_eq!(
        lab.acm("ImportCertificate", again(&arn, import(P384.0, P384.1)))
            .unwrap(),
        made
    );
    let shown = lab.describe(&arn);
    assert_eq!(
        (&shown["DomainName"], &shown["ImportedAt"]),
        (&json!("p384.example.net"), &json!(1_800_000_001.0))
    );
    assert_eq!(shown["CreatedAt"], json!(1_800_000_000.0));
    let tags = lab
        .acm("ListTagsForCertificate", json!({"CertificateArn": arn}))
        .unwrap();
    assert_eq!(tags["Tags"], json!([{"Key": "a", "Value": "b"}]));
    for (wanted, code) in [
        (again(&arn, tagged(import(RSA.0, RSA.1))), "ValidationException"),
        (again(OF_WORLD, import(RSA.0, RSA.1)), "ValidationException"),
        (
            again(&format!("{arn}0"), import(RSA.0, RSA.1)),
            "ResourceNotFoundException",
        ),
        (again("certificate", import(RSA.0, RSA.1)), "InvalidArnException"),
    ] {
        assert_eq!(lab.acm_code("ImportCertificate", wanted), code);
    }
}

#[test]
fn one_is_requested_validated_and_issued() {
    for (timing, takes) in [(Timing::Instant, 20), (Timing::Realistic, 180_000)] {
        let mut lab = Lab::with(timing);
        let wanted = json!({"DomainName": "*.example.org", "SubjectAlternativeNames": ["example.org", "*.example.org"],
            "ValidationMethod": "DNS"});
        let arn = text(&lab.acm("RequestCertificate", wanted).unwrap()["CertificateArn"]);
        let shown = lab.describe(&arn);
        assert_eq!(shown["Status"], "PENDING_VALIDATION");
        assert_eq!(
            shown["SubjectAlternativeNames"],
            json!(["*.example.org", "example.org"])
        );
        assert!(shown.get("NotAfter").is_none());
        let validations = shown["DomainValidationOptions"].as_array().unwrap();
        assert_eq!(validations.len(), 2);
        assert_eq!(
            validations[0]["ResourceRecord"], validations[1]["ResourceRecord"],
            "one record serves both names"
        );
        assert!(text(&validations[0]["ResourceRecord"]["Name"]).ends_with(".example.org."));
        assert_eq!(validations[0]["ValidationStatus"], "PENDING_VALIDATION");
        let get = json!({"CertificateArn": arn});
        assert_eq!(
            lab.acm_code("GetCertificate", get.clone()),
            "RequestInProgressException"
        );
        lab.wait(takes);
        let shown = lab.describe(&arn);
        assert_eq!(
            (&shown["Status"], &shown["Type"]),
            (&json!("ISSUED"), &json!("AMAZON_ISSUED"))
        );
        assert_eq!(shown["DomainValidationOptions"][0]["ValidationStatus"], "SUCCESS");
        assert_eq!(
            (&shown["KeyAlgorithm"], &shown["Issuer"]),
            (&json!("EC_prime256v1"), &json!("Seatrial"))
        );
        // 2026-01-01 and 395 days later.
        assert_eq!(
            (&shown["NotBefore"], &shown["NotAfter"]),
            (&json!(1_767_225_600.0), &json!(1_801_353_600.0))
        );
        let got = lab.acm("GetCertificate", get).unwrap();
        assert_eq!(got["CertificateChain"], json!(Authority::of(1).certificate().unwrap()));
        let kept = &lab.cloud.region("us-west-2").acm.certificates[&arn];
        kept.facts.check_key(&kept.private_key).unwrap();
        assert_eq!(kept.facts.names, ["*.example.org", "example.org"]);
    }
}

#[test]
fn requests_are_checked_and_repeated_by_token() {
    let mut lab = Lab::new();
    let many: Vec<String> = (0..101).map(|number| format!("n{number}.example.org")).collect();
    for (wanted, code) in [
        (json!({"DomainName": "example"}), "ValidationException"),
        (json!({"DomainName": "-a.example"}), "ValidationException"),
        (json!({"DomainName": "a.*.example"}), "ValidationException"),
        (
            json!({"DomainName": format!("{}.example", "a.".repeat(30) + "aaaa")}),
            "ValidationException",
        ),
        (
            json!({"DomainName": "a.example", "SubjectAlternativeNames": many}),
            "LimitExceededException",
        ),
        (
            json!({"DomainName": "a.example", "ValidationMethod": "PIGEON"}),
            "ValidationException",
        ),
        (
            json!({"DomainName": "a.example", "Tags": [{"Key": "aws:a", "Value": ""}]}),
            "InvalidTagException",
        ),
    ] {
        assert_eq!(lab.acm_code("RequestCertificate", wanted.clone()), code, "{wanted}");
    }
    let wanted = json!({"DomainName": "a.example", "IdempotencyToken": "t"});
    let first = lab.acm("RequestCertificate", wanted.clone()).unwrap();
    assert_eq!(lab.acm("RequestCertificate", wanted.clone()).unwrap(), first);
    let other = json!({"DomainName": "b.example", "IdempotencyToken": "t"});
    assert_ne!(lab.acm("RequestCertificate", other).unwrap(), first);
    lab.wait(3_600_000);
    assert_ne!(lab.acm("RequestCertificate", wanted).unwrap(), first);
}

#[test]
fn the_same_calls_make_the_same_certificates() {
    let make = || {
        let mut lab = Lab::new();
        let arn = lab.certificate("a.example");
        let found = lab.cloud.region("us-west-2").acm.certificates[&arn].clone();
        (arn, found.body, found.private_key)
    };
    assert_eq!(make(), make());
    assert_ne!(
        Authority::of(1).certificate().unwrap(),
        Authority::of(2).certificate().unwrap()
    );
}

#[test]
fn a_private_authority_is_shown_as_such() {
    let mut lab = Lab::new();
    let authority = "arn:aws:acm-pca:us-west-2:123456789012:certificate-authority/a";
    let wanted = json!({"DomainName": "a.example", "CertificateAuthorityArn": authority});
    let arn = text(&lab.acm("RequestCertificate", wanted).unwrap()["CertificateArn"]);
    lab.wait(20);
    let shown = lab.describe(&arn);
    assert_eq!(
        (&shown["Type"], &shown["CertificateAuthorityArn"]),
        (&json!("PRIVATE"), &json!(authority))
    );
}

#[test]
fn lists_have_filters_and_pages() {
    let mut lab = lab();
    lab.acm("ImportCertificate", import(RSA.0, RSA.1)).unwrap();
    lab.certificate("a.example");
    lab.acm("RequestCertificate", json!({"DomainName": "pending.example"}))
        .unwrap();
    let names = |lab: &mut Lab, filters: Value| {
        let listed = lab.acm("ListCertificates", filters).unwrap();
        let listed = listed["CertificateSummaryList"].as_array().unwrap();
        let mut names: Vec<String> = listed.iter().map(|found| text(&found["DomainName"])).collect();
        names.sort();
        names
    };
    for (filters, expected) in [
        (
            json!({}),
            &["a.example", "example.com", "pending.example", "rsa.example.net"][..],
        ),
        (
            json!({"CertificateStatuses": ["ISSUED"]}),
            &["a.example", "example.com", "rsa.example.net"],
        ),
        (
            json!({"CertificateStatuses": ["PENDING_VALIDATION"]}),
            &["pending.example"],
        ),
        (json!({"Includes": {"keyTypes": ["RSA_2048"]}}), &["rsa.example.net"]),
        (
            json!({"CertificateStatuses": ["ISSUED"], "Includes": {"keyTypes": ["EC_prime256v1"]}}),
            &["a.example", "example.com"],
        ),
    ] {
        assert_eq!(names(&mut lab, filters.clone()), expected, "{filters}");
    }
    let (mut token, mut listed) = (Value::Null, 0);
    loop {
        let page = lab
            .acm("ListCertificates", json!({"MaxItems": 3, "NextToken": token}))
            .unwrap();
        listed += page["CertificateSummaryList"].as_array().unwrap().len();
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(listed, 4);
    assert_eq!(
        lab.acm_code("ListCertificates", json!({"MaxItems": 0})),
        "ValidationException"
    );
}

#[test]
fn a_listener_holds_its_certificates() {
    let mut lab = Lab::new();
    let second = lab.certificate("second.example");
    let load_balancer = lab.application("web");
    let listener = lab.https_listener(&load_balancer, 443);
    let add = json!({"ListenerArn": listener, "Certificates": [{"CertificateArn": second}]});
    lab.call("AddListenerCertificates", add).unwrap();
    for arn in [OF_WORLD, &second] {
        assert_eq!(lab.describe(arn)["InUseBy"], json!([load_balancer]));
        assert_eq!(
            lab.acm_code("DeleteCertificate", json!({"CertificateArn": arn})),
            "ResourceInUseException"
        );
    }
    lab.call("DeleteListener", json!({"ListenerArn": listener})).unwrap();
    for (arn, code) in [
        (OF_WORLD, "ok"),
        (OF_WORLD, "ResourceNotFoundException"),
        ("certificate", "InvalidArnException"),
    ] {
        assert_eq!(lab.acm_code("DeleteCertificate", json!({"CertificateArn": arn})), code);
    }
}

#[test]
fn tags_come_and_go() {
    let mut lab = Lab::new();
    let tags = |tags: Value| json!({"CertificateArn": OF_WORLD, "Tags": tags});
    for (action, wanted, code) in [
        (
            "AddTagsToCertificate",
            tags(json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])),
            "ok",
        ),
        (
            "AddTagsToCertificate",
            tags(json!([{"Key": "b", "Value": "3"}, {"Key": "c"}])),
            "ok",
        ),
        (
            "AddTagsToCertificate",
            tags(json!([{"Key": "", "Value": ""}])),
            "InvalidTagException",
        ),
        (
            "RemoveTagsFromCertificate",
            tags(json!([{"Key": "a"}, {"Key": "b", "Value": "2"}, {"Key": "d"}])),
            "ok",
        ),
    ] {
        assert_eq!(lab.acm_code(action, wanted.clone()), code, "{action} {wanted}");
    }
    let shown = lab
        .acm("ListTagsForCertificate", json!({"CertificateArn": OF_WORLD}))
        .unwrap();
    assert_eq!(
        shown["Tags"],
        json!([{"Key": "b", "Value": "3"}, {"Key": "c", "Value": ""}])
    );
}

#[test]
fn the_world_declares_certificates() {
    let mut world = World::default();
    let spec = |id: &str| CertificateSpec {
        id: id.to_owned(),
        names: Vec::new(),
        certificate: None,
        private_key: None,
        chain: None,
        tags: Tags::new(),
    };
    let own = CertificateSpec {
        certificate: Some(RSA.0.to_owned()),
        private_key: Some(RSA.1.to_owned()),
        ..spec("own")
    };
    world.certificates.push(own);
    let yaml = serde_saphyr::to_string(&world).unwrap();
    let mut lab = Lab::of(World::parse(&yaml).unwrap(), Timing::Instant);
    assert_eq!(
        lab.describe("arn:aws:acm:us-west-2:123456789012:certificate/own")["DomainName"],
        "rsa.example.net"
    );
    assert_eq!(
        lab.describe(OF_WORLD)["SubjectAlternativeNames"],
        json!(["example.com", "*.example.com"])
    );
    for wrong in [
        spec("no-names"),
        CertificateSpec {
            names: vec!["not a name".to_owned()],
            ..spec("bad-name")
        },
        CertificateSpec {
            certificate: Some(RSA.0.to_owned()),
            ..spec("no-key")
        },
        CertificateSpec {
            certificate: Some(RSA.0.to_owned()),
            private_key: Some(P384.1.to_owned()),
            ..spec("other-key")
        },
    ] {
        let id = wrong.id.clone();
        let world = World {
            certificates: vec![wrong],
            ..World::default()
        };
        let error = World::parse(&serde_saphyr::to_string(&world).unwrap()).unwrap_err();
        assert!(
            matches!(&error, WorldError::Certificate { id: found, .. } if *found == id),
            "{error:?}"
        );
    }
}
