//! What the Go controller 3.5.0 made of the same manifests, as far as the plan decides it.

use crate::world::{classes, config, facts, read};
use aws_api::ec2::{Peer, Permission};
use aws_api::elbv2::{Action, Condition, Matcher, Patterns, QueryPair, RuleSpec};
use k8s_openapi::api::networking::v1::Ingress;
use model::{CertificateRef, Listener, Rule, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef};
use seatrial_plan::ingress::{load, membership, plan};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const RESOURCE: &str = "ingress.k8s.aws/resource";

/// The stacks of all groups of a case.
fn stacks(manifests: &[Value]) -> Vec<Stack> {
    let (mut classes, mut ingresses) = (classes(), Vec::new());
    for manifest in manifests {
        let name = || manifest["metadata"]["name"].as_str().unwrap().to_owned();
        match manifest["kind"].as_str().unwrap() {
            "IngressClassParams" => drop(classes.params.insert(name(), read(manifest.clone()))),
            "IngressClass" => drop(classes.classes.insert(name(), read(manifest.clone()))),
            "Ingress" => ingresses.push(Arc::new(read::<Ingress>(manifest.clone()))),
            other => panic!("a golden case has a {other}"),
        }
    }
    let group = |ingress: &Arc<Ingress>| membership(ingress, &classes, &config()).unwrap().unwrap().group;
    let mut groups: Vec<_> = ingresses.iter().map(group).collect();
    groups.sort();
    groups.dedup();
    let planned = groups.iter().map(|id| {
        let group = load(id, &ingresses, &classes, &config());
        let plan = plan(&group, &facts(), &BTreeMap::new(), &config()).unwrap();
        assert_eq!(plan.refused, []);
        plan.stack
    });
    planned.collect()
}

/// The fields of a recorded object that these fields stand against.
fn same_fields(recorded: &Value, ours: &Value) {
    let ours = ours.as_object().unwrap();
    let recorded: Map<_, _> = ours.keys().map(|key| (key.clone(), recorded[key].clone())).collect();
    assert_eq!(&recorded, ours);
}

fn by_name<'v>(list: &'v Value, key: &str, value: &str) -> &'v Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|one| one[key] == value)
        .unwrap_or_else(|| panic!("nothing has {key} {value}"))
}

/// The recorded target group's resource id, by the name that stands for its ARN.
fn resource_id(aws: &Value, arn: &Value) -> Value {
    let name = arn.as_str().unwrap().strip_prefix("tg:").unwrap();
    by_name(&aws["targetGroups"], "TargetGroupName", name)["tags"][RESOURCE].clone()
}

fn action(of: &Action<TargetGroupRef>) -> Value {
    match of {
        Action::Forward(to) => {
            let id = |group: &TargetGroupRef| match group {
                TargetGroupRef::Id(id) => id.clone(),
                TargetGroupRef::Arn(arn) => arn.clone(),
            };
            let targets = to
                .targets
                .iter()
                .map(|target| json!([id(&target.target_group), target.weight.unwrap_or(1)]));
            let stickiness = to.stickiness.unwrap_or_default();
            json!({
                "targets": targets.collect::<Vec<_>>(),
                "sticky": stickiness.enabled.unwrap_or(false),
                "seconds": stickiness.duration,
            })
        }
        Action::Redirect(to) => json!({ "Port": to.port, "Protocol": to.protocol, "StatusCode": to.status_code }),
        Action::FixedResponse(with) => json!({ "ContentType": with.content_type, "StatusCode": with.status_code }),
        other => panic!("no golden case has {other:?}"),
    }
}

fn recorded_action(aws: &Value, of: &Value) -> Value {
    match of["Type"].as_str().unwrap() {
        "forward" => {
            let config = &of["ForwardConfig"];
            let target = |one: &Value| json!([resource_id(aws, &one["TargetGroupArn"]), one["Weight"]]);
            let targets = config["TargetGroups"].as_array().unwrap().iter().map(target);
            json!({
                "targets": targets.collect::<Vec<_>>(),
                "sticky": config["TargetGroupStickinessConfig"]["Enabled"],
                "seconds": config["TargetGroupStickinessConfig"]["DurationSeconds"],
            })
        }
        "redirect" => of["RedirectConfig"].clone(),
        _ => of["FixedResponseConfig"].clone(),
    }
}

fn condition(of: &Condition) -> Value {
    let values = |patterns: &Patterns| match patterns {
        Patterns::Globs(values) => json!(values),
        Patterns::Regexes(values) => panic!("no golden case has {values:?}"),
    };
    let (name, config) = match of {
        Condition::HostHeader(patterns) => ("HostHeaderConfig", json!({ "Values": values(patterns) })),
        Condition::PathPattern(patterns) => ("PathPatternConfig", json!({ "Values": values(patterns) })),
        Condition::HttpHeader { name, patterns } => (
            "HttpHeaderConfig",
            json!({ "HttpHeaderName": name, "Values": values(patterns) }),
        ),
        Condition::HttpRequestMethod(methods) => ("HttpRequestMethodConfig", json!({ "Values": methods })),
        Condition::QueryString(pairs) => {
            let pair = |pair: &QueryPair| match &pair.key {
                Some(key) => json!({ "Key": key, "Value": pair.value }),
                None => json!({ "Value": pair.value }),
            };
            (
                "QueryStringConfig",
                json!({ "Values": pairs.iter().map(pair).collect::<Vec<_>>() }),
            )
        }
        Condition::SourceIp(ranges) => ("SourceIpConfig", json!({ "Values": ranges })),
    };
    json!({ "Field": of.field(), name: config })
}

fn check_rules(aws: &Value, recorded: &Value, listener: &Listener) {
    let recorded: Vec<_> = recorded["rules"].as_array().unwrap().iter().collect();
    let numbered: Vec<_> = recorded.iter().filter(|rule| rule["priority"] != "default").collect();
    assert_eq!(numbered.len(), listener.rules.len());
    for Rule { spec, tags } in &listener.rules {
        let RuleSpec {
            priority,
            conditions,
            actions,
            ..
        } = spec;
        let rule = numbered
            .iter()
            .find(|rule| rule["priority"].as_str().and_then(|text| text.parse().ok()) == Some(*priority))
            .unwrap();
        assert_eq!(rule["tags"], json!(tags));
        let theirs: Vec<_> = rule["actions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| recorded_action(aws, one))
            .collect();
        assert_eq!(theirs, actions.iter().map(action).collect::<Vec<_>>());
        let mut ours: Vec<_> = conditions.iter().map(condition).collect();
        ours.sort_by_key(|one| one["Field"].to_string());
        assert_eq!(rule["conditions"], json!(ours));
    }
}

fn check_listeners(aws: &Value, recorded: &Value, stack: &Stack) {
    assert_eq!(recorded.as_array().unwrap().len(), stack.listeners.len());
    for listener in &stack.listeners {
        let mut all = recorded.as_array().unwrap().iter();
        let theirs = all.find(|one| one["Port"] == listener.port).unwrap();
        same_fields(theirs, &json!({ "Protocol": listener.protocol, "tags": listener.tags }));
        let actions: Vec<_> = listener.default_actions.iter().map(action).collect();
        let default = theirs["DefaultActions"].as_array().unwrap().iter();
        assert_eq!(
            default.map(|one| recorded_action(aws, one)).collect::<Vec<_>>(),
            actions
        );
        if let Some(policy) = &listener.ssl_policy {
            assert_eq!(theirs["SslPolicy"], json!(policy));
        }
        let ours: Vec<_> = listener.certificates.iter().collect();
        let mut certificates: Vec<_> = theirs["certificates"].as_array().unwrap().clone();
        certificates.dedup();
        let arn = |arn: &Value| CertificateRef::Arn(arn.as_str().unwrap().to_owned());
        assert_eq!(
            certificates
                .iter()
                .map(arn)
                .collect::<Vec<_>>()
                .iter()
                .collect::<Vec<_>>(),
            ours
        );
        check_rules(aws, theirs, listener);
    }
}

fn check_target_group(aws: &Value, group: &TargetGroup) {
    let mut all = aws["targetGroups"].as_array().unwrap().iter();
    let recorded = all.find(|one| one["tags"][RESOURCE] == group.id).unwrap();
    let check = &group.health_check;
    let matcher = match check.matcher.as_ref().unwrap() {
        Matcher::Http(codes) => json!({ "HttpCode": codes }),
        Matcher::Grpc(codes) => json!({ "GrpcCode": codes }),
    };
    let ours = json!({
        "TargetType": group.target_type,
        "Protocol": group.protocol,
        "ProtocolVersion": group.protocol_version,
        "IpAddressType": group.ip_address_type,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": check.port,
        "HealthCheckPath": check.path,
        "HealthCheckIntervalSeconds": check.interval,
        "HealthCheckTimeoutSeconds": check.timeout,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
        "Matcher": matcher,
        "tags": group.tags,
    });
    same_fields(recorded, &ours);
    if group.target_type == "ip" {
        assert_eq!(recorded["Port"], group.port);
    }
    for (key, value) in &group.attributes {
        assert_eq!(recorded["attributes"][key], json!(value));
    }
    // The digits hold the Service's UID, which differs from run to run.
    let readable = |name: &str| name.rsplit_once('-').unwrap().0.to_owned();
    assert_eq!(
        readable(recorded["TargetGroupName"].as_str().unwrap()),
        readable(&group.name)
    );
}

fn check_security_group(aws: &Value, stack: &Stack) {
    let Some(group) = &stack.managed_security_group else {
        return;
    };
    let recorded = by_name(&aws["securityGroups"], "name", &group.name);
    same_fields(
        recorded,
        &json!({ "description": group.description, "tags": group.tags }),
    );
    let mut theirs = Vec::new();
    for rule in recorded["ingress"].as_array().unwrap() {
        for (list, key) in [
            ("IpRanges", "CidrIp"),
            ("Ipv6Ranges", "CidrIpv6"),
            ("PrefixListIds", "PrefixListId"),
        ] {
            let peers = rule[list].as_array().unwrap().iter().map(|peer| peer[key].clone());
            theirs.extend(peers.map(|peer| json!([rule["IpProtocol"], rule["FromPort"], rule["ToPort"], peer])));
        }
    }
    let rule = |rule: &Permission| {
        let (Peer::Ipv4(peer) | Peer::Ipv6(peer) | Peer::SecurityGroup(peer) | Peer::PrefixList(peer)) = &rule.peer;
        json!([rule.protocol, rule.from_port, rule.to_port, peer])
    };
    let mut ours: Vec<_> = group.ingress.iter().map(rule).collect();
    for rules in [&mut ours, &mut theirs] {
        rules.sort_by_key(ToString::to_string);
    }
    assert_eq!(theirs, ours);
}

fn check(aws: &Value, stack: &Stack) {
    let balancer = stack.load_balancer.as_ref().unwrap();
    let recorded = by_name(&aws["loadBalancers"], "LoadBalancerName", &balancer.name);
    let ours = json!({
        "Type": balancer.kind.as_str(),
        "Scheme": balancer.scheme,
        "IpAddressType": balancer.ip_address_type,
        "tags": balancer.tags,
    });
    same_fields(recorded, &ours);
    for (key, value) in &balancer.attributes {
        assert_eq!(recorded["attributes"][key], json!(value));
    }
    let subnets = recorded["AvailabilityZones"].as_array().unwrap().iter();
    let subnets: Vec<_> = subnets
        .map(|zone| zone["SubnetId"].as_str().unwrap().replace("subnet", "subnet-"))
        .collect();
    let ours: Vec<_> = balancer
        .subnets
        .iter()
        .map(|mapping| mapping.subnet_id.clone())
        .collect();
    assert_eq!(subnets, ours);
    let managed = stack.managed_security_group.as_ref();
    let group = |group: &SecurityGroupRef| match group {
        SecurityGroupRef::Id(id) => format!("sg:{}", id.trim_start_matches("sg-")),
        SecurityGroupRef::Managed => format!("sg:{}", managed.unwrap().name),
        SecurityGroupRef::Backend => format!("sg:{}", model::names::backend_security_group("lab")),
    };
    let mut groups: Vec<_> = balancer.security_groups.iter().map(group).collect();
    groups.sort();
    assert_eq!(recorded["SecurityGroups"], json!(groups));
    check_listeners(aws, &recorded["listeners"], stack);
    check_security_group(aws, stack);
    stack
        .target_groups
        .iter()
        .for_each(|group| check_target_group(aws, group));
}

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = files
        .filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with("ing-"))
        .collect();
    assert!(cases.len() >= 9, "only {} cases", cases.len());
    for file in cases {
        println!("{}", file.display());
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let stacks = stacks(case["manifests"].as_array().unwrap());
        assert_eq!(case["aws"]["loadBalancers"].as_array().unwrap().len(), stacks.len());
        let groups: usize = stacks.iter().map(|stack| stack.target_groups.len()).sum();
        assert_eq!(case["aws"]["targetGroups"].as_array().unwrap().len(), groups);
        stacks.iter().for_each(|stack| check(&case["aws"], stack));
    }
}
