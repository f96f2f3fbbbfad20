use super::*;
use crate::ec2::{Group, Instance, Interface, InterfaceAttachment, List, Placement};
use http_body_util::BodyExt;

fn instance() -> Instance {
    let interface = Interface {
        network_interface_id: "eni-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        subnet_id: "subnet-1".to_owned(),
        mac_address: None,
        private_ip_address: "192.168.0.4".to_owned(),
        group_set: List {
            items: vec![Group {
                group_id: "sg-1".to_owned(),
                group_name: "nodes".to_owned(),
            }],
        },
        attachment: Some(InterfaceAttachment { device_index: 0 }),
    };
    Instance {
        instance_id: "i-1".to_owned(),
        instance_type: "m5.large".to_owned(),
        launch_time: "2026-01-01T00:00:00Z".to_owned(),
        placement: Placement {
            availability_zone: "us-west-2a".to_owned(),
            availability_zone_id: Some("usw2-az1".to_owned()),
        },
        private_ip_address: "192.168.0.4".to_owned(),
        root_device_name: "/dev/xvda".to_owned(),
        network_interface_set: List { items: vec![interface] },
        account: "123456789012".to_owned(),
    }
}

fn service(allow_v1: bool) -> Imds {
    Imds::new(Metadata::new(&instance(), "us-west-2"), allow_v1)
}

async fn ask(imds: &Imds, method: Method, path: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let response = imds.answer(&method, path, &map);
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn token(imds: &Imds, seconds: &str) -> String {
    let (status, token) = ask(imds, Method::PUT, "/latest/api/token", &[(TTL, seconds)]).await;
    assert_eq!(status, 200);
    token
}

#[tokio::test]
async fn the_tree_is_told_to_who_has_a_token() {
    let imds = service(false);
    let token = token(&imds, "60").await;
    for (path, expected) in [
        ("/latest/meta-data/instance-id", "i-1"),
        (
            "/latest/meta-data/placement/",
            "availability-zone\navailability-zone-id\nregion",
        ),
        ("/latest/meta-data/placement/region", "us-west-2"),
        ("/latest/meta-data/mac", "0a:00:c0:a8:00:04"),
        ("/latest/meta-data/network/interfaces/macs/", "0a:00:c0:a8:00:04/"),
        (
            "/latest/meta-data/network/interfaces/macs/0a:00:c0:a8:00:04/vpc-id",
            "vpc-1",
        ),
        (
            "/latest/meta-data/network/interfaces/macs/0a:00:c0:a8:00:04/security-group-ids",
            "sg-1",
        ),
        ("/latest/meta-data/block-device-mapping/", "ami\nroot"),
    ] {
        assert_eq!(
            ask(&imds, Method::GET, path, &[(TOKEN, &token)]).await,
            (200, expected.to_owned()),
            "{path}"
        );
    }
    let path = "/latest/dynamic/instance-identity/document";
    let (_, document) = ask(&imds, Method::GET, path, &[(TOKEN, &token)]).await;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["availabilityZone"], "us-west-2a");
    let (status, _) = ask(&imds, Method::GET, "/latest/meta-data/outpost-arn", &[(TOKEN, &token)]).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn without_a_token_nothing_is_told_unless_that_is_allowed() {
    let path = "/latest/meta-data/instance-id";
    assert_eq!(ask(&service(false), Method::GET, path, &[]).await.0, 401);
    assert_eq!(
        ask(&service(false), Method::GET, path, &[(TOKEN, "guess")]).await.0,
        401
    );
    assert_eq!(
        ask(&service(true), Method::GET, path, &[]).await,
        (200, "i-1".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_ends() {
    let imds = service(false);
    let token = token(&imds, "60").await;
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(
        ask(&imds, Method::GET, "/latest/meta-data/", &[(TOKEN, &token)])
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn tokens_are_asked_for_properly() {
    let imds = service(false);
    let path = "/latest/api/token";
    for headers in [&[][..], &[(TTL, "0")], &[(TTL, "21601")], &[(TTL, "soon")]] {
        assert_eq!(ask(&imds, Method::PUT, path, headers).await.0, 400, "{headers:?}");
    }
    let proxied = [(TTL, "60"), ("x-forwarded-for", "10.0.0.1")];
    assert_eq!(ask(&imds, Method::PUT, path, &proxied).await.0, 403);
    assert_eq!(ask(&imds, Method::POST, path, &[(TTL, "60")]).await.0, 405);
}
