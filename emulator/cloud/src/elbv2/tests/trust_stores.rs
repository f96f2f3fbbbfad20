use super::*;
use crate::world::ObjectSpec;

/// A lab whose world has a bundle and a revocation list among its objects.
fn lab() -> Lab {
    let mut world = World::default();
    let object = |key: &str, content: &str| ObjectSpec {
        bucket: "trust".to_owned(),
        key: key.to_owned(),
        content: content.to_owned(),
    };
    let certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    world.objects = vec![
        object("two.pem", &certificate.repeat(2)),
        object("one.pem", certificate),
        object("empty.pem", ""),
        object("list.pem", "-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n"),
    ];
    Lab::of(world, Timing::Instant)
}

fn store(name: &str, key: &str) -> Value {
    json!({"Name": name, "CaCertificatesBundleS3Bucket": "trust", "CaCertificatesBundleS3Key": key})
}

impl Lab {
    fn trust_store(&mut self, name: &str) -> String {
        text(&self.call("CreateTrustStore", store(name, "two.pem")).unwrap()["TrustStores"][0]["TrustStoreArn"])
    }
}

#[test]
fn one_is_made_of_a_bundle_that_is_there() {
    for (key, code) in [
        ("two.pem", "ok"),
        ("none.pem", "CaCertificatesBundleNotFound"),
        ("empty.pem", "InvalidCaCertificatesBundle"),
    ] {
        assert_eq!(lab().code("CreateTrustStore", store("t", key)), code, "{key}");
    }
    let mut lab = lab();
    let arn = lab.trust_store("t");
    assert_eq!(
        lab.code("CreateTrustStore", store("t", "one.pem")),
        "DuplicateTrustStoreName"
    );
    let shown = lab.call("DescribeTrustStores", json!({"Names": ["t"]})).unwrap();
    assert_eq!(
        shown["TrustStores"],
        json!([{"Name": "t", "TrustStoreArn": arn, "Status": "ACTIVE", "NumberOfCaCertificates": 2, "TotalRevokedEntries": 0}])
    );
    let change = with(&store("t", "one.pem"), json!({"Name": null, "TrustStoreArn": arn}));
    assert_eq!(
        lab.call("ModifyTrustStore", change).unwrap()["TrustStores"][0]["NumberOfCaCertificates"],
        1
    );
    assert_eq!(
        lab.code("DescribeTrustStores", json!({"Names": ["other"]})),
        "TrustStoreNotFound"
    );
}

#[test]
fn revocation_lists_are_records() {
    let mut lab = lab();
    let arn = lab.trust_store("t");
    let add = |key: &str| json!({"TrustStoreArn": arn, "RevocationContents": [{"S3Bucket": "trust", "S3Key": key}]});
    assert_eq!(
        lab.code("AddTrustStoreRevocations", add("none.pem")),
        "RevocationContentNotFound"
    );
    assert_eq!(
        lab.code("AddTrustStoreRevocations", add("one.pem")),
        "InvalidRevocationContent"
    );
    for id in 1..=2 {
        let added = lab.call("AddTrustStoreRevocations", add("list.pem")).unwrap();
        assert_eq!(added["TrustStoreRevocations"][0]["RevocationId"], id);
    }
    let remove = |id: u64| json!({"TrustStoreArn": arn, "RevocationIds": [id]});
    assert_eq!(lab.code("RemoveTrustStoreRevocations", remove(1)), "ok");
    assert_eq!(
        lab.code("RemoveTrustStoreRevocations", remove(1)),
        "RevocationIdNotFound"
    );
    let shown = lab
        .call("DescribeTrustStoreRevocations", json!({"TrustStoreArn": arn}))
        .unwrap();
    assert_eq!(shown["TrustStoreRevocations"].as_array().unwrap().len(), 1);
    assert_eq!(shown["TrustStoreRevocations"][0]["RevocationId"], 2);
}

#[test]
fn a_listener_that_verifies_holds_its_trust_store() {
    let mut lab = lab();
    let arn = lab.trust_store("t");
    let load_balancer = lab.application("web");
    let listener = lab.https_listener(&load_balancer, 443);
    let set = |mode: Value| json!({"ListenerArn": listener, "MutualAuthentication": mode});
    for (mode, code) in [
        (json!({"Mode": "verify"}), "ValidationError"),
        (
            json!({"Mode": "verify", "TrustStoreArn": format!("{arn}0")}),
            "TrustStoreNotFound",
        ),
        (json!({"Mode": "passthrough", "TrustStoreArn": arn}), "ValidationError"),
        (
            json!({"Mode": "off", "IgnoreClientCertificateExpiry": true}),
            "ValidationError",
        ),
        (json!({"Mode": "sometimes"}), "ValidationError"),
        (json!({"Mode": "passthrough", "TrustStoreArn": ""}), "ok"),
        (json!({"Mode": "verify", "TrustStoreArn": arn}), "ok"),
    ] {
        assert_eq!(lab.code("ModifyListener", set(mode.clone())), code, "{mode}");
    }
    let shown = lab
        .call("DescribeListeners", json!({"ListenerArns": [listener]}))
        .unwrap();
    assert_eq!(
        shown["Listeners"][0]["MutualAuthentication"],
        json!({"Mode": "verify", "TrustStoreArn": arn, "IgnoreClientCertificateExpiry": false,
            "AdvertiseTrustStoreCaNames": "off"})
    );
    let uses = lab
        .call("DescribeTrustStoreAssociations", json!({"TrustStoreArn": arn}))
        .unwrap();
    assert_eq!(uses["TrustStoreAssociations"], json!([{"ResourceArn": listener}]));
    let delete = json!({"TrustStoreArn": arn});
    assert_eq!(lab.code("DeleteTrustStore", delete.clone()), "TrustStoreInUse");
    lab.call("ModifyListener", set(json!({"Mode": "off"}))).unwrap();
    assert_eq!(lab.code("DeleteTrustStore", delete), "ok");
    let plain = lab.http_listener(&load_balancer, 80);
    let on_http = json!({"ListenerArn": plain, "MutualAuthentication": {"Mode": "passthrough"}});
    assert_eq!(lab.code("ModifyListener", on_http), "InvalidConfigurationRequest");
}
