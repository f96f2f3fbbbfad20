//! WAF, WAF Classic and Shield as a client sees them.

use crate::elbv2::tests::{Lab, text};
use crate::{ApiError, Service, Timing, World};
use serde_json::{Value, json};

impl Lab {
    fn waf(&mut self, action: &str, input: Value) -> Result<Value, ApiError> {
        self.ask(Service::Wafv2, action, input)
    }

    fn code_of(&mut self, service: Service, action: &str, input: Value) -> String {
        self.ask(service, action, input)
            .map_or_else(|error| error.code.into_owned(), |_| "ok".to_owned())
    }
}

fn acl(name: &str, scope: &str) -> Value {
    json!({"Name": name, "Scope": scope, "DefaultAction": {"Allow": {}}, "VisibilityConfig": {"MetricName": "m"}})
}

#[test]
fn web_acls_are_created_listed_and_deleted() {
    let mut lab = Lab::new();
    let made = lab.waf("CreateWebACL", acl("a", "REGIONAL")).unwrap()["Summary"].clone();
    for (wanted, code) in [
        (acl("a", "REGIONAL"), "WAFDuplicateItemException"),
        (acl("a", "CLOUDFRONT"), "ok"),
        (acl("a", "GALACTIC"), "WAFInvalidParameterException"),
        (acl("a b", "REGIONAL"), "WAFInvalidParameterException"),
    ] {
        assert_eq!(
            lab.code_of(Service::Wafv2, "CreateWebACL", wanted.clone()),
            code,
            "{wanted}"
        );
    }
    let listed = lab
        .waf("ListWebACLs", json!({"Scope": "REGIONAL", "Limit": 1}))
        .unwrap();
    assert_eq!(listed["WebACLs"].as_array().unwrap().len(), 1);
    let rest = lab
        .waf(
            "ListWebACLs",
            json!({"Scope": "REGIONAL", "NextMarker": listed["NextMarker"]}),
        )
        .unwrap();
    let names: Vec<String> = [&listed, &rest]
        .iter()
        .flat_map(|page| page["WebACLs"].as_array().unwrap())
        .map(|acl| text(&acl["Name"]))
        .collect();
    assert_eq!(names.len(), 2);
    assert!(
        names.contains(&"a".to_owned()) && names.contains(&"seatrial".to_owned()),
        "{names:?}"
    );
    let one = json!({"Name": "a", "Scope": "REGIONAL", "Id": made["Id"]});
    let got = lab.waf("GetWebACL", one.clone()).unwrap();
    assert_eq!(
        (&got["WebACL"]["ARN"], &got["LockToken"]),
        (&made["ARN"], &made["LockToken"])
    );
    let delete = |token: &Value| {
        let mut delete = one.clone();
        delete["LockToken"] = token.clone();
        delete
    };
    assert_eq!(
        lab.code_of(Service::Wafv2, "DeleteWebACL", delete(&json!("old"))),
        "WAFOptimisticLockException"
    );
    assert_eq!(
        lab.code_of(Service::Wafv2, "DeleteWebACL", delete(&made["LockToken"])),
        "ok"
    );
    assert_eq!(
        lab.code_of(Service::Wafv2, "GetWebACL", one),
        "WAFNonexistentItemException"
    );
}

#[test]
fn a_load_balancer_has_one_web_acl_until_it_goes() {
    let mut lab = Lab::new();
    let made = lab.waf("CreateWebACL", acl("a", "REGIONAL")).unwrap()["Summary"].clone();
    let (arn, other) = (
        lab.application("web"),
        lab.waf("CreateWebACL", acl("b", "CLOUDFRONT")).unwrap(),
    );
    let associate = |acl: &Value, arn: &str| json!({"WebACLArn": acl, "ResourceArn": arn});
    let here = associate(&made["ARN"], &arn);
    assert_eq!(
        lab.code_of(Service::Wafv2, "AssociateWebACL", here.clone()),
        "WAFUnavailableEntityException"
    );
    lab.wait(20);
    for (wanted, code) in [
        (associate(&json!("arn:none"), &arn), "WAFNonexistentItemException"),
        (
            associate(&other["Summary"]["ARN"], &arn),
            "WAFInvalidParameterException",
        ),
        (
            associate(&made["ARN"], &format!("{arn}0")),
            "WAFNonexistentItemException",
        ),
        (
            associate(&made["ARN"], &arn.replace("/app/", "/net/")),
            "WAFInvalidParameterException",
        ),
        (here, "ok"),
    ] {
        assert_eq!(
            lab.code_of(Service::Wafv2, "AssociateWebACL", wanted.clone()),
            code,
            "{wanted}"
        );
    }
    let resource = json!({"ResourceArn": arn});
    let got = lab.waf("GetWebACLForResource", resource.clone()).unwrap();
    assert_eq!(got["WebACL"]["ARN"], made["ARN"]);
    let resources = lab
        .waf("ListResourcesForWebACL", json!({"WebACLArn": made["ARN"]}))
        .unwrap();
    assert_eq!(resources["ResourceArns"], json!([arn]));
    let delete = json!({"Name": "a", "Scope": "REGIONAL", "Id": made["Id"], "LockToken": made["LockToken"]});
    assert_eq!(
        lab.code_of(Service::Wafv2, "DeleteWebACL", delete.clone()),
        "WAFAssociatedItemException"
    );
    lab.waf("DisassociateWebACL", resource.clone()).unwrap();
    assert_eq!(lab.waf("GetWebACLForResource", resource.clone()).unwrap(), json!({}));
    lab.waf("AssociateWebACL", associate(&made["ARN"], &arn)).unwrap();
    lab.call("DeleteLoadBalancer", json!({"LoadBalancerArn": arn})).unwrap();
    assert_eq!(
        lab.code_of(Service::Wafv2, "GetWebACLForResource", resource),
        "WAFNonexistentItemException"
    );
    assert_eq!(lab.code_of(Service::Wafv2, "DeleteWebACL", delete), "ok");
}

#[test]
fn waf_classic_knows_web_acls_by_id() {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    lab.wait(20);
    let classic = Service::WafRegional;
    let token = lab.ask(classic, "GetChangeToken", json!({})).unwrap()["ChangeToken"].clone();
    let wanted = json!({"Name": "a", "MetricName": "a", "DefaultAction": {"Type": "ALLOW"}, "ChangeToken": token});
    let made = lab.ask(classic, "CreateWebACL", wanted).unwrap();
    assert_eq!(made["ChangeToken"], token);
    let id = made["WebACL"]["WebACLId"].clone();
    let resource = json!({"ResourceArn": arn});
    let associate = |id: &Value| json!({"WebACLId": id, "ResourceArn": arn});
    assert_eq!(
        lab.code_of(classic, "AssociateWebACL", associate(&json!("none"))),
        "WAFNonexistentItemException"
    );
    lab.ask(classic, "AssociateWebACL", associate(&id)).unwrap();
    let got = lab.ask(classic, "GetWebACLForResource", resource.clone()).unwrap();
    assert_eq!(got, json!({"WebACLSummary": {"WebACLId": id, "Name": "a"}}));
    lab.ask(classic, "DisassociateWebACL", resource.clone()).unwrap();
    assert_eq!(lab.ask(classic, "GetWebACLForResource", resource).unwrap(), json!({}));
    let listed = lab.ask(classic, "ListWebACLs", json!({})).unwrap();
    assert_eq!(listed["WebACLs"], json!([{"WebACLId": id, "Name": "a"}]));
    lab.ask(classic, "DeleteWebACL", json!({"WebACLId": id, "ChangeToken": token}))
        .unwrap();
    assert_eq!(
        lab.code_of(classic, "DeleteWebACL", json!({"WebACLId": id})),
        "WAFNonexistentItemException"
    );
}

#[test]
fn shield_protects_once_it_is_subscribed() {
    let mut lab = Lab::new();
    let shield = Service::Shield;
    let protect = json!({"Name": "p", "ResourceArn": "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/a/b"});
    assert_eq!(
        lab.ask(shield, "GetSubscriptionState", json!({})).unwrap()["SubscriptionState"],
        "INACTIVE"
    );
    assert_eq!(
        lab.code_of(shield, "CreateProtection", protect.clone()),
        "InvalidOperationException"
    );
    assert_eq!(lab.code_of(shield, "CreateSubscription", json!({})), "ok");
    assert_eq!(
        lab.code_of(shield, "CreateSubscription", json!({})),
        "ResourceAlreadyExistsException"
    );
    let id = lab.ask(shield, "CreateProtection", protect.clone()).unwrap()["ProtectionId"].clone();
    assert_eq!(
        lab.code_of(shield, "CreateProtection", protect.clone()),
        "ResourceAlreadyExistsException"
    );
    let by_resource = lab
        .ask(
            shield,
            "DescribeProtection",
            json!({"ResourceArn": protect["ResourceArn"]}),
        )
        .unwrap();
    assert_eq!(
        (&by_resource["Protection"]["Id"], &by_resource["Protection"]["Name"]),
        (&id, &json!("p"))
    );
    let by_id = lab
        .ask(shield, "DescribeProtection", json!({"ProtectionId": id}))
        .unwrap();
    assert_eq!(by_id, by_resource);
    let listed = lab.ask(shield, "ListProtections", json!({})).unwrap();
    assert_eq!(listed["Protections"], json!([by_id["Protection"]]));
    assert_eq!(
        lab.code_of(shield, "DescribeProtection", json!({})),
        "InvalidParameterException"
    );
    assert_eq!(
        lab.code_of(shield, "DeleteProtection", json!({"ProtectionId": id})),
        "ok"
    );
    assert_eq!(
        lab.code_of(shield, "DeleteProtection", json!({"ProtectionId": id})),
        "ResourceNotFoundException"
    );
}

#[test]
fn the_world_can_be_subscribed() {
    let world = World {
        shield_subscription: true,
        ..World::default()
    };
    let mut lab = Lab::of(world, Timing::Instant);
    assert_eq!(
        lab.ask(Service::Shield, "GetSubscriptionState", json!({})).unwrap()["SubscriptionState"],
        "ACTIVE"
    );
    assert!(lab.cloud.region("us-east-1").shield.subscribed);
}
