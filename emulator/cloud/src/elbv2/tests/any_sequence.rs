//! Whatever is called in whatever order: what belongs together stays together, and a call that fails leaves no trace.

use super::*;
use proptest::prelude::*;

/// A call with its arguments as small numbers: the third load balancer, the second target group.
#[derive(Debug, Clone)]
enum Step {
    CreateLoadBalancer(usize, bool),
    CreateApplication(usize),
    SetSubnets(usize, u8),
    DeleteLoadBalancer(usize),
    CreateTargetGroup(usize, bool),
    CreateHttpGroup(usize),
    DeleteTargetGroup(usize),
    CreateListener(usize, usize, u16),
    ModifyListener(usize, usize),
    DeleteListener(usize),
    CreateHttpListener(usize, usize, u16),
    CreateRule(usize, usize, u32),
    ModifyRule(usize, usize),
    DeleteRule(usize),
    SetPriorities(usize, usize, u32, u32),
    Register(usize, u8),
    Deregister(usize, u8),
    Observe(usize, u8),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        (0..3_usize, any::<bool>()).prop_map(|(n, both)| CreateLoadBalancer(n, both)),
        (0..3_usize).prop_map(CreateApplication),
        (0..3_usize, 0..4_u8).prop_map(|(n, subnets)| SetSubnets(n, subnets)),
        (0..3_usize).prop_map(DeleteLoadBalancer),
        (0..4_usize, any::<bool>()).prop_map(|(n, ip)| CreateTargetGroup(n, ip)),
        (0..4_usize).prop_map(CreateHttpGroup),
        (0..4_usize).prop_map(DeleteTargetGroup),
        (0..3_usize, 0..4_usize, 80..83_u16).prop_map(|(n, group, port)| CreateListener(n, group, port)),
        (0..6_usize, 0..4_usize).prop_map(|(n, group)| ModifyListener(n, group)),
        (0..6_usize).prop_map(DeleteListener),
        (0..3_usize, 0..6_usize, 80..83_u16).prop_map(|(n, group, port)| CreateHttpListener(n, group, port)),
        (0..4_usize, 0..6_usize, 1..6_u32).prop_map(|(n, group, priority)| CreateRule(n, group, priority)),
        (0..6_usize, 0..6_usize).prop_map(|(n, group)| ModifyRule(n, group)),
        (0..6_usize).prop_map(DeleteRule),
        (0..6_usize, 0..6_usize, 1..6_u32, 1..6_u32).prop_map(|(n, m, one, other)| SetPriorities(n, m, one, other)),
        (0..4_usize, any::<u8>()).prop_map(|(n, host)| Register(n, host)),
        (0..4_usize, any::<u8>()).prop_map(|(n, host)| Deregister(n, host)),
        (0..4_usize, any::<u8>()).prop_map(|(n, host)| Observe(n, host)),
        (0..400_000_u64).prop_map(Wait),
    ]
}

/// The nth ARN that there is, or one of nothing.
fn nth<T>(all: &std::collections::BTreeMap<String, T>, n: usize, nothing: &str) -> String {
    all.keys().nth(n).map_or_else(
        || format!("arn:aws:elasticloadbalancing:{REGION}:123456789012:{nothing}"),
        Clone::clone,
    )
}

fn run(lab: &mut Lab, step: &Step) -> Result<Value, ApiError> {
    let state = lab.state();
    let balancer = |n| nth(&state.load_balancers, n, "loadbalancer/net/none/0");
    let group = |n| nth(&state.target_groups, n, "targetgroup/none/0");
    let listener = |n| nth(&state.listeners, n, "listener/net/none/0/0");
    let rule = |n| nth(&state.rules, n, "listener-rule/app/none/0/0/0");
    let host = |host: u8| json!([{"Id": format!("192.168.{}.1", if host.is_multiple_of(2) { 4 } else { 36 }), "Port": 8000 + u16::from(host % 5)}]);
    let subnets = |mask: u8| {
        [SUBNET_A, SUBNET_B]
            .iter()
            .zip([1, 2])
            .filter(|(_, bit)| mask & bit != 0)
            .map(|(id, _)| *id)
            .collect::<Vec<_>>()
    };
    let (action, input) = match step {
        Step::CreateLoadBalancer(n, both) => {
            let subnets = subnets(if *both { 3 } else { 1 });
            (
                "CreateLoadBalancer",
                json!({"Name": format!("web{n}"), "Type": "network", "Subnets": subnets}),
            )
        }
        Step::CreateApplication(n) => {
            let input = json!({"Name": format!("app{n}"), "Subnets": [SUBNET_A, SUBNET_B]});
            ("CreateLoadBalancer", input)
        }
        Step::SetSubnets(n, mask) => (
            "SetSubnets",
            json!({"LoadBalancerArn": balancer(*n), "Subnets": subnets(*mask)}),
        ),
        Step::DeleteLoadBalancer(n) => ("DeleteLoadBalancer", json!({"LoadBalancerArn": balancer(*n)})),
        Step::CreateTargetGroup(n, ip) => {
            let kind = if *ip { "ip" } else { "instance" };
            let input =
                json!({"Name": format!("t{n}"), "Protocol": "TCP", "Port": 80, "VpcId": VPC, "TargetType": kind});
            ("CreateTargetGroup", input)
        }
        Step::CreateHttpGroup(n) => {
            let input =
                json!({"Name": format!("h{n}"), "Protocol": "HTTP", "Port": 80, "VpcId": VPC, "TargetType": "ip"});
            ("CreateTargetGroup", input)
        }
        Step::DeleteTargetGroup(n) => ("DeleteTargetGroup", json!({"TargetGroupArn": group(*n)})),
        Step::CreateListener(n, to, port) => ("CreateListener", super::listener(&balancer(*n), *port, &group(*to))),
        Step::ModifyListener(n, to) => {
            let actions = json!([{"Type": "forward", "TargetGroupArn": group(*to)}]);
            (
                "ModifyListener",
                json!({"ListenerArn": listener(*n), "DefaultActions": actions}),
            )
        }
        Step::DeleteListener(n) => ("DeleteListener", json!({"ListenerArn": listener(*n)})),
        Step::CreateHttpListener(n, to, port) => (
            "CreateListener",
            json!({"LoadBalancerArn": balancer(*n), "Protocol": "HTTP", "Port": port, "DefaultActions": [forward(&group(*to))]}),
        ),
        Step::CreateRule(n, to, priority) => (
            "CreateRule",
            json!({"ListenerArn": listener(*n), "Priority": priority, "Actions": [forward(&group(*to))],
                "Conditions": [{"Field": "path-pattern", "Values": ["/a"]}]}),
        ),
        Step::ModifyRule(n, to) => (
            "ModifyRule",
            json!({"RuleArn": rule(*n), "Actions": [forward(&group(*to))]}),
        ),
        Step::DeleteRule(n) => ("DeleteRule", json!({"RuleArn": rule(*n)})),
        Step::SetPriorities(n, m, one, other) => (
            "SetRulePriorities",
            json!({"RulePriorities": [{"RuleArn": rule(*n), "Priority": one}, {"RuleArn": rule(*m), "Priority": other}]}),
        ),
        Step::Register(n, id) => (
            "RegisterTargets",
            json!({"TargetGroupArn": group(*n), "Targets": host(*id)}),
        ),
        Step::Deregister(n, id) => (
            "DeregisterTargets",
            json!({"TargetGroupArn": group(*n), "Targets": host(*id)}),
        ),
        Step::Observe(n, id) => {
            let (group, host) = (group(*n), host(*id));
            let port = u16::try_from(host[0]["Port"].as_u64().unwrap()).unwrap();
            lab.observe(&group, &text(&host[0]["Id"]), port, HealthState::Healthy, None);
            return Ok(Value::Null);
        }
        Step::Wait(milliseconds) => {
            lab.wait(*milliseconds);
            return Ok(Value::Null);
        }
    };
    lab.call(action, input)
}

fn check(lab: &mut Lab) {
    let region = lab.cloud.region(REGION);
    let state = &region.elbv2;
    for (arn, listener) in &state.listeners {
        assert!(
            state.load_balancers.contains_key(&listener.load_balancer_arn),
            "{arn} has no load balancer"
        );
        let mut priorities: Vec<u32> = state.rules_of(arn).iter().map(|(_, rule)| rule.priority).collect();
        priorities.dedup();
        assert_eq!(
            priorities.len(),
            state.rules_of(arn).len(),
            "two rules of {arn} have one priority"
        );
    }
    for (arn, rule) in &state.rules {
        assert!(
            state.listeners.contains_key(&rule.listener_arn),
            "{arn} has no listener"
        );
    }
    for (group, users) in state.routes() {
        assert!(
            state.target_groups.contains_key(group),
            "{users:?} forward to {group}, which is gone"
        );
    }
    let zones: Vec<_> = state.load_balancers.values().flat_map(|found| &found.zones).collect();
    assert_eq!(zones.len(), lab.interfaces().len(), "an interface per subnet");
    for zone in zones {
        assert_eq!(region.ec2.interfaces[&zone.interface_id].subnet_id, zone.subnet_id);
    }
    let groups: Vec<String> = state.target_groups.keys().cloned().collect();
    for group in groups {
        let used = lab.state().load_balancers_of(&group).len();
        assert!(used <= 1, "{group} belongs to {used} load balancers");
        for (id, port, state, _) in lab.health(&group) {
            assert!(
                used > 0 || state == "unused" || state == "draining",
                "{id}:{port} is {state} in a group without use"
            );
        }
    }
}

proptest! {
    #[test]
    fn keeps_everything_together(steps in prop::collection::vec(step(), 1..60)) {
        let mut lab = Lab::new();
        // Where most calls about rules have something to be about.
        let application = lab.application("app0");
        lab.http_group("h0");
        lab.http_listener(&application, 80);
        for step in steps {
            let before = format!("{:?}", lab.cloud);
            if run(&mut lab, &step).is_err() {
                assert_eq!(format!("{:?}", lab.cloud), before, "{step:?} failed and left a trace");
            }
            check(&mut lab);
        }
    }
}
