//! Services in, stacks or errors out.

use aws_api::Tags;
use aws_api::ec2::{Peer, Subnet};
use k8s_openapi::api::core::v1::Service;
use model::{SecurityGroupRef, Stack, TargetGroupRef};
use seatrial_plan::{Config, Facts, LiveLoadBalancer, PlanError, plan};
use serde_json::{Value, json};

fn config() -> Config {
    Config {
        cluster: "lab".into(),
        vpc_id: "vpc-1".into(),
        ..Config::default()
    }
}

fn subnet(id: &str, zone: &str, cidr: &str) -> Subnet {
    let role = |kind: &str| (format!("kubernetes.io/role/{kind}"), "1".to_owned());
    let name = ("Name".to_owned(), format!("name-{id}"));
    Subnet {
        id: id.into(),
        zone: zone.into(),
        cidr: cidr.into(),
        available_addresses: 100,
        tags: Tags::from([role("elb"), role("internal-elb"), name]),
        ..Subnet::default()
    }
}

fn facts() -> Facts {
    let subnets = vec![
        subnet("subnet-b", "us-west-2b", "192.168.32.0/19"),
        subnet("subnet-a", "us-west-2a", "192.168.0.0/19"),
    ];
    Facts {
        subnets,
        ..Facts::default()
    }
}

fn service(annotations: &[(&str, &str)], spec: Value) -> Service {
    let prefix = controllers_api::annotation::PREFIX;
    let mut all = json!({});
    for (key, value) in [
        ("aws-load-balancer-type", "external"),
        ("aws-load-balancer-nlb-target-type", "instance"),
    ]
    .iter()
    .chain(annotations)
    {
        all[format!("{prefix}{key}")] = json!(value);
    }
    let mut whole = json!({
        "type": "LoadBalancer",
        "ports": [{ "name": "p0", "port": 80, "targetPort": 8080, "nodePort": 31058, "protocol": "TCP" }],
    });
    whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    let metadata = json!({ "namespace": "golden", "name": "a", "uid": "u", "annotations": all });
    serde_json::from_value(json!({ "metadata": metadata, "spec": whole })).unwrap()
}

fn planned(annotations: &[(&str, &str)]) -> Stack {
    plan(&service(annotations, json!({})), &facts(), &config()).unwrap()
}

fn refused(annotations: &[(&str, &str)]) -> String {
    plan(&service(annotations, json!({})), &facts(), &config())
        .unwrap_err()
        .to_string()
}

#[test]
fn an_internet_facing_load_balancer_for_instances() {
    let stack = planned(&[("aws-load-balancer-scheme", "internet-facing")]);
    let balancer = stack.load_balancer.unwrap();
    assert_eq!(
        (balancer.scheme.as_str(), balancer.ip_address_type.as_str()),
        ("internet-facing", "ipv4")
    );
    let subnets: Vec<&str> = balancer
        .subnets
        .iter()
        .map(|mapping| mapping.subnet_id.as_str())
        .collect();
    assert_eq!(subnets, ["subnet-a", "subnet-b"]);
    assert_eq!(
        balancer.security_groups,
        [SecurityGroupRef::Managed, SecurityGroupRef::Backend]
    );
    assert_eq!(balancer.tags["service.k8s.aws/stack"], "golden/a");
    assert_eq!(balancer.tags["elbv2.k8s.aws/cluster"], "lab");

    let group = stack.managed_security_group.unwrap();
    assert_eq!(group.description, "[k8s] Managed SecurityGroup for LoadBalancer");
    assert_eq!(group.ingress.len(), 1);
    assert_eq!(group.ingress[0].peer, Peer::Ipv4("0.0.0.0/0".into()));
    assert_eq!(
        (group.ingress[0].from_port, group.ingress[0].to_port),
        (Some(80), Some(80))
    );

    let target_group = &stack.target_groups[0];
    assert_eq!((target_group.id.as_str(), target_group.port), ("golden/a:80", 31058));
    assert_eq!(target_group.attributes["proxy_protocol_v2.enabled"], "false");
    let check = &target_group.health_check;
    assert_eq!((check.protocol.as_str(), check.port.as_str()), ("TCP", "traffic-port"));
    assert_eq!(
        (
            check.interval,
            check.timeout,
            check.healthy_threshold,
            check.unhealthy_threshold
        ),
        (10, 10, 3, 3)
    );
    assert_eq!(
        stack.listeners[0].targets,
        [(TargetGroupRef::Id("golden/a:80".into()), None)]
    );

    let binding = &stack.bindings[0];
    assert_eq!(binding.name, target_group.name);
    let expected = json!({ "ingress": [{
        "from": [{ "securityGroup": { "groupID": model::Binding::BACKEND_GROUP } }],
        "ports": [{ "protocol": "TCP", "port": 31058 }],
    }] });
    assert_eq!(binding.spec["networking"], expected);
}

#[test]
fn local_traffic_policy_probes_the_node() {
    let spec = json!({ "externalTrafficPolicy": "Local", "healthCheckNodePort": 32000 });
    let stack = plan(&service(&[], spec), &facts(), &config()).unwrap();
    let check = &stack.target_groups[0].health_check;
    assert_eq!(
        (check.protocol.as_str(), check.port.as_str(), check.path.as_deref()),
        ("HTTP", "32000", Some("/healthz"))
    );
    assert_eq!(
        (check.timeout, check.healthy_threshold, check.unhealthy_threshold),
        (6, 2, 2)
    );
    let ports = &stack.bindings[0].spec["networking"]["ingress"][0]["ports"];
    assert_eq!(ports[1], json!({ "protocol": "TCP", "port": 32000 }));
}

#[test]
fn tls_on_the_ports_that_are_named() {
    let certificate = "arn:aws:acm:us-west-2:123456789012:certificate/1";
    let annotations = [
        ("aws-load-balancer-ssl-cert", certificate),
        ("aws-load-balancer-ssl-ports", "p0"),
        ("aws-load-balancer-backend-protocol", "ssl"),
    ];
    let stack = planned(&annotations);
    assert_eq!(stack.listeners[0].protocol, "TLS");
    assert_eq!(stack.listeners[0].certificates, [certificate]);
    assert_eq!(
        stack.listeners[0].ssl_policy.as_deref(),
        Some("ELBSecurityPolicy-2016-08")
    );
    assert_eq!(stack.target_groups[0].protocol, "TLS");
}

#[test]
fn a_live_load_balancer_keeps_its_scheme_and_subnets() {
    let live = LiveLoadBalancer {
        scheme: "internet-facing".into(),
        subnet_ids: vec!["subnet-b".into()],
        security_groups: vec!["sg-1".into()],
    };
    let facts = Facts {
        live: Some(live),
        ..facts()
    };
    let balancer = plan(&service(&[], json!({})), &facts, &config())
        .unwrap()
        .load_balancer
        .unwrap();
    assert_eq!(
        (balancer.scheme.as_str(), balancer.subnets.len()),
        ("internet-facing", 1)
    );
}

#[test]
fn a_load_balancer_without_security_groups_never_gets_any() {
    let live = LiveLoadBalancer {
        scheme: "internal".into(),
        subnet_ids: vec!["subnet-a".into()],
        security_groups: vec![],
    };
    let stack = plan(
        &service(&[], json!({})),
        &Facts {
            live: Some(live),
            ..facts()
        },
        &config(),
    )
    .unwrap();
    assert!(stack.load_balancer.unwrap().security_groups.is_empty() && stack.managed_security_group.is_none());
}

#[test]
fn bad_input_names_annotation_value_and_remedy() {
    for (annotations, words) in [
        (
            &[("aws-load-balancer-scheme", "public")][..],
            &["-scheme", "\"public\"", "internal, internet-facing"][..],
        ),
        (
            &[("aws-load-balancer-subnets", "subnet-x")],
            &["-subnets", "no subnet subnet-x", "by id or Name tag"],
        ),
        (
            &[("aws-load-balancer-private-ipv4-addresses", "192.168.0.9")],
            &["1 given for 2 subnets", "give 2"],
        ),
        (
            &[("aws-load-balancer-attributes", "oops")],
            &["-attributes", "oops", "key1=value1"],
        ),
        (
            &[("aws-load-balancer-name", "a-name-of-more-than-thirty-two-characters")],
            &["-name", "shorten"],
        ),
        (
            &[("aws-load-balancer-healthcheck-protocol", "icmp")],
            &["-healthcheck-protocol", "tcp, http, https"],
        ),
        (
            &[("aws-load-balancer-healthcheck-interval", "often")],
            &["-interval", "a number"],
        ),
        (
            &[("aws-load-balancer-proxy-protocol", "yes")],
            &["-proxy-protocol", "\"*\""],
        ),
        (
            &[("aws-load-balancer-ssl-ports", "https")],
            &["-ssl-ports", "no port https"],
        ),
        (
            &[("aws-load-balancer-eip-allocations", "eipalloc-1,eipalloc-2")],
            &["-eip-allocations", "internet-facing"],
        ),
        (
            &[("aws-load-balancer-security-groups", "sg-9")],
            &["-security-groups", "no sg-9"],
        ),
        (
            &[("load-balancer-source-ranges", "everywhere")],
            &["everywhere", "CIDR"],
        ),
        (
            &[("actions.TCP-80", r#"{"type":"forward"}"#)],
            &["actions.TCP-80", "forwardConfig is missing"],
        ),
        (
            &[("aws-load-balancer-ip-address-type", "ipv6")],
            &["-ip-address-type", "ipv4, dualstack"],
        ),
    ] {
        let error = refused(annotations);
        for word in words {
            assert!(error.contains(word), "{annotations:?}: {error:?} lacks {word:?}");
        }
    }
}

#[test]
fn no_fit_subnet_says_why_each_was_left_out() {
    let mut facts = facts();
    facts.subnets[0]
        .tags
        .insert("kubernetes.io/cluster/other".into(), "owned".into());
    facts.subnets[1].available_addresses = 3;
    let error = plan(&service(&[], json!({})), &facts, &config()).unwrap_err();
    assert!(
        matches!(
            error,
            PlanError::NoSubnets {
                tagged: 2,
                other_cluster: 1,
                full: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn what_is_not_ours_is_an_empty_stack_unless_it_is_protected() {
    let mut gone = service(&[], json!({ "loadBalancerClass": "other/class" }));
    assert_eq!(
        plan(&gone, &facts(), &config()).unwrap(),
        Stack {
            id: "golden/a".into(),
            ..Stack::default()
        }
    );
    let key = "service.beta.kubernetes.io/aws-load-balancer-attributes".to_owned();
    gone.metadata
        .annotations
        .as_mut()
        .unwrap()
        .insert(key, "deletion_protection.enabled=true".into());
    assert!(
        plan(&gone, &facts(), &config())
            .unwrap_err()
            .to_string()
            .contains("deletion_protection")
    );
}
