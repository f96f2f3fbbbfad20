//! The actions as a client sees them: JSON in, JSON out, a clock that the test turns.

mod actions;
mod any_sequence;
mod application;
mod application_targets;
mod listeners;
mod load_balancers;
mod rules;
mod tags;
mod target_groups;
mod targets;
mod trust_stores;

use super::state::State;
use super::target_group::Observation;
use super::target_health::HealthState;
use crate::{Access, ApiError, Cloud, Exchange, Service, Timestamp, Timing, World};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const REGION: &str = "us-west-2";
const VPC: &str = "vpc-0a000000000000001";
const SUBNET_A: &str = "subnet-0a00000000000000a";
const SUBNET_B: &str = "subnet-0a00000000000000b";
const GROUP: &str = "sg-0a000000000000001";
const NODE_A: &str = "i-0a00000000000000a";
const NODE_B: &str = "i-0a00000000000000b";
/// The certificate of the default world.
const CERTIFICATE: &str = "arn:aws:acm:us-west-2:123456789012:certificate/0a000000-0000-4000-8000-00000000000a";

struct Json(Value);

impl Exchange for Json {
    type Answer = Value;

    fn input<I: DeserializeOwned>(&self) -> Result<I, ApiError> {
        serde_json::from_value(self.0.clone()).map_err(|error| ApiError::new("ValidationError", error.to_string()))
    }

    fn answer<O: Serialize>(&self, output: &O) -> Result<Value, ApiError> {
        serde_json::to_value(output).map_err(|error| ApiError::new("InternalFailure", error.to_string()))
    }
}

/// The default world, and what time it is there.
pub(crate) struct Lab {
    pub(crate) cloud: Cloud,
    pub(crate) now: Timestamp,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with(Timing::Instant)
    }

    pub(crate) fn with(timing: Timing) -> Self {
        Self::of(World::default(), timing)
    }

    pub(crate) fn of(world: World, timing: Timing) -> Self {
        Self {
            cloud: Cloud::new(world, timing),
            now: Timestamp(1_767_225_600_000),
        }
    }

    pub(crate) fn ask(&mut self, service: Service, action: &str, input: Value) -> Result<Value, ApiError> {
        let input = Json(input);
        let answer = match service.access(action).unwrap() {
            Access::Read => self.cloud.read(service, action, &input, REGION, self.now),
            Access::Write => self.cloud.write(service, action, &input, REGION, self.now),
        };
        answer.unwrap()
    }

    pub(crate) fn call(&mut self, action: &str, input: Value) -> Result<Value, ApiError> {
        self.ask(Service::Elbv2, action, input)
    }

    /// `ok`, or the code of the error.
    pub(crate) fn code(&mut self, action: &str, input: Value) -> String {
        self.call(action, input)
            .map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
    }

    pub(crate) fn wait(&mut self, milliseconds: u64) {
        self.now = self.now.after(milliseconds);
    }

    fn state(&self) -> &State {
        &self.cloud.region(REGION).elbv2
    }

    fn load_balancer(&mut self, name: &str) -> String {
        let input =
            json!({"Name": name, "Type": "network", "Subnets": [SUBNET_A, SUBNET_B], "SecurityGroups": [GROUP]});
        let made = self.call("CreateLoadBalancer", input).unwrap();
        text(&made["LoadBalancers"][0]["LoadBalancerArn"])
    }

    /// An application load balancer.
    pub(crate) fn application(&mut self, name: &str) -> String {
        let input = json!({"Name": name, "Subnets": [SUBNET_A, SUBNET_B], "SecurityGroups": [GROUP]});
        let made = self.call("CreateLoadBalancer", input).unwrap();
        text(&made["LoadBalancers"][0]["LoadBalancerArn"])
    }

    /// A target group of addresses that speak HTTP.
    pub(crate) fn http_group(&mut self, name: &str) -> String {
        let input = json!({"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": VPC, "TargetType": "ip"});
        text(&self.call("CreateTargetGroup", input).unwrap()["TargetGroups"][0]["TargetGroupArn"])
    }

    /// An HTTP listener that answers 404.
    pub(crate) fn http_listener(&mut self, load_balancer: &str, port: u16) -> String {
        let wanted = json!({"LoadBalancerArn": load_balancer, "Protocol": "HTTP", "Port": port,
            "DefaultActions": [not_found()]});
        text(&self.call("CreateListener", wanted).unwrap()["Listeners"][0]["ListenerArn"])
    }

    /// An HTTPS listener with the certificate of the world that answers 404.
    pub(crate) fn https_listener(&mut self, load_balancer: &str, port: u16) -> String {
        let wanted = json!({"LoadBalancerArn": load_balancer, "Protocol": "HTTPS", "Port": port,
            "Certificates": [{"CertificateArn": CERTIFICATE}], "DefaultActions": [not_found()]});
        text(&self.call("CreateListener", wanted).unwrap()["Listeners"][0]["ListenerArn"])
    }

    /// A certificate that is issued.
    pub(crate) fn certificate(&mut self, name: &str) -> String {
        let made = self
            .ask(Service::Acm, "RequestCertificate", json!({"DomainName": name}))
            .unwrap();
        self.wait(20);
        text(&made["CertificateArn"])
    }

    fn target_group(&mut self, name: &str, target_type: &str) -> String {
        let input = json!({"Name": name, "Protocol": "TCP", "Port": 80, "VpcId": VPC, "TargetType": target_type});
        text(&self.call("CreateTargetGroup", input).unwrap()["TargetGroups"][0]["TargetGroupArn"])
    }

    fn listener(&mut self, load_balancer: &str, port: u16, target_group: &str) -> String {
        let made = self
            .call("CreateListener", listener(load_balancer, port, target_group))
            .unwrap();
        text(&made["Listeners"][0]["ListenerArn"])
    }

    /// State and reason of each target by id and port.
    fn health(&mut self, target_group: &str) -> Vec<(String, u64, String, String)> {
        let shown = self
            .call("DescribeTargetHealth", json!({"TargetGroupArn": target_group}))
            .unwrap();
        let line = |found: &Value| {
            let (target, health) = (&found["Target"], &found["TargetHealth"]);
            let reason = health["Reason"].as_str().unwrap_or_default().to_owned();
            (
                text(&target["Id"]),
                target["Port"].as_u64().unwrap(),
                text(&health["State"]),
                reason,
            )
        };
        shown["TargetHealthDescriptions"]
            .as_array()
            .unwrap()
            .iter()
            .map(line)
            .collect()
    }

    fn observe(&mut self, target_group: &str, id: &str, port: u16, state: HealthState, reason: Option<&str>) {
        let observation = Observation {
            state,
            reason: reason.map(str::to_owned),
            description: None,
        };
        self.cloud
            .region_mut(REGION)
            .elbv2
            .observe_health(target_group, id, port, observation);
    }

    /// Descriptions of the interfaces that load balancers have.
    fn interfaces(&self) -> Vec<&str> {
        let interfaces = self.cloud.region(REGION).ec2.interfaces.values();
        let theirs = interfaces.filter(|interface| interface.requester.as_deref() == Some("amazon-elb"));
        theirs.map(|interface| interface.description.as_str()).collect()
    }
}

fn listener(load_balancer: &str, port: u16, target_group: &str) -> Value {
    json!({
        "LoadBalancerArn": load_balancer,
        "Protocol": "TCP",
        "Port": port,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": target_group}],
    })
}

fn not_found() -> Value {
    json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}})
}

fn forward(target_group: &str) -> Value {
    json!({"Type": "forward", "TargetGroupArn": target_group})
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// `base` with the members of `changes` put over it; null takes one away.
fn with(base: &Value, changes: Value) -> Value {
    let mut changed = base.as_object().unwrap().clone();
    for (key, value) in changes.as_object().unwrap().clone() {
        if value.is_null() {
            changed.remove(&key)
        } else {
            changed.insert(key, value)
        };
    }
    Value::Object(changed)
}

/// The attributes in an answer as `key=value`.
fn attributes(answer: &Value) -> Vec<String> {
    let line = |found: &Value| format!("{}={}", text(&found["Key"]), text(&found["Value"]));
    answer["Attributes"].as_array().unwrap().iter().map(line).collect()
}
