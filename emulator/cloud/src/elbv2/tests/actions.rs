use super::*;

fn lab() -> (Lab, String, String) {
    let mut lab = Lab::new();
    let arn = lab.application("web");
    let group = lab.http_group("t");
    (lab, arn, group)
}

fn listener(arn: &str, protocol: &str, actions: Value) -> Value {
    let certificates = if protocol == "HTTPS" {
        json!([{"CertificateArn": CERTIFICATE}])
    } else {
        json!([])
    };
    json!({"LoadBalancerArn": arn, "Protocol": protocol, "Port": 80, "Certificates": certificates, "DefaultActions": actions})
}

fn redirect(changes: Value) -> Value {
    let config = with(
        &json!({"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}),
        changes,
    );
    json!([{"Type": "redirect", "RedirectConfig": config}])
}

fn fixed(changes: Value) -> Value {
    json!([{"Type": "fixed-response", "FixedResponseConfig": with(&json!({"StatusCode": "200"}), changes)}])
}

fn oidc(changes: Value) -> Value {
    let config = json!({"Issuer": "https://id.example.com", "AuthorizationEndpoint": "https://id.example.com/auth",
        "TokenEndpoint": "https://id.example.com/token", "UserInfoEndpoint": "https://id.example.com/me",
        "ClientId": "client", "ClientSecret": "secret"});
    json!({"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": with(&config, changes)})
}

#[test]
fn redirects_and_fixed_responses_are_what_aws_allows() {
    for (actions, code) in [
        (redirect(json!({})), "ok"),
        (redirect(json!({"StatusCode": "HTTP_308"})), "ValidationError"),
        (redirect(json!({"StatusCode": null})), "ValidationError"),
        (redirect(json!({"Protocol": "GOPHER"})), "InvalidLoadBalancerAction"),
        (redirect(json!({"Port": "0"})), "InvalidLoadBalancerAction"),
        (redirect(json!({"Path": "relative"})), "InvalidLoadBalancerAction"),
        (redirect(json!({"Path": "/new/#{path}"})), "ok"),
        (redirect(json!({"Host": "#{hots}"})), "InvalidLoadBalancerAction"),
        (redirect(json!({"Host": ""})), "InvalidLoadBalancerAction"),
        (redirect(json!({"Query": ""})), "ok"),
        (
            redirect(json!({"Protocol": null, "Port": null})),
            "InvalidLoadBalancerAction",
        ),
        (fixed(json!({})), "ok"),
        (fixed(json!({"StatusCode": "301"})), "InvalidLoadBalancerAction"),
        (fixed(json!({"StatusCode": "ok"})), "InvalidLoadBalancerAction"),
        (fixed(json!({"ContentType": "text/plain", "MessageBody": "gone"})), "ok"),
        (fixed(json!({"ContentType": "image/png"})), "InvalidLoadBalancerAction"),
        (
            fixed(json!({"MessageBody": "a".repeat(1025)})),
            "InvalidLoadBalancerAction",
        ),
        (json!([{"Type": "redirect"}]), "InvalidLoadBalancerAction"),
        (json!([{"Type": "shrug"}]), "InvalidLoadBalancerAction"),
        (
            json!([{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}, "TargetGroupArn": "a"}]),
            "InvalidLoadBalancerAction",
        ),
    ] {
        let (mut lab, arn, _) = lab();
        assert_eq!(
            lab.code("CreateListener", listener(&arn, "HTTP", actions.clone())),
            code,
            "{actions}"
        );
    }
}

#[test]
fn a_redirect_is_shown_with_the_parts_that_it_keeps() {
    let (mut lab, arn, _) = lab();
    let made = lab
        .call("CreateListener", listener(&arn, "HTTP", redirect(json!({}))))
        .unwrap();
    assert_eq!(
        made["Listeners"][0]["DefaultActions"],
        json!([{"Type": "redirect", "Order": 1, "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "Host": "#{host}",
            "Path": "/#{path}", "Query": "#{query}", "StatusCode": "HTTP_301"}}])
    );
}

#[test]
fn forwards_have_weights_and_stickiness() {
    let (_, _, group) = lab();
    let forward = |groups: Value, stickiness: Value| json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}}]);
    let one = json!([{"TargetGroupArn": group}]);
    let other = group.replace("/t/", "/u/");
    for (actions, code) in [
        (
            forward(one.clone(), json!({"Enabled": true, "DurationSeconds": 604_800})),
            "ok",
        ),
        (
            forward(one.clone(), json!({"Enabled": true})),
            "InvalidLoadBalancerAction",
        ),
        (
            forward(one.clone(), json!({"Enabled": true, "DurationSeconds": 604_801})),
            "InvalidLoadBalancerAction",
        ),
        (
            forward(json!([{"TargetGroupArn": group}, {"TargetGroupArn": group}]), json!({})),
            "InvalidLoadBalancerAction",
        ),
        (forward(json!([]), json!({})), "InvalidLoadBalancerAction"),
        (
            json!([{"Type": "forward", "TargetGroupArn": other, "ForwardConfig": {"TargetGroups": one}}]),
            "InvalidLoadBalancerAction",
        ),
        (
            json!([{"Type": "forward", "TargetGroupArn": group, "ForwardConfig": {"TargetGroups": one}}]),
            "ok",
        ),
    ] {
        let (mut lab, arn, _) = lab();
        assert_eq!(
            lab.code("CreateListener", listener(&arn, "HTTP", actions.clone())),
            code,
            "{actions}"
        );
    }
}

#[test]
fn what_comes_before_the_last_action_needs_https_and_an_order() {
    let (_, _, group) = lab();
    let last = |order: Value| with(&forward(&group), json!({"Order": order}));
    let cognito = json!({"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": {
        "UserPoolArn": "arn:aws:cognito-idp:us-west-2:123456789012:userpool/us-west-2_a", "UserPoolClientId": "c",
        "UserPoolDomain": "d", "OnUnauthenticatedRequest": "deny"}});
    let jwt = |changes: Value| {
        let config = json!({"JwksEndpoint": "https://id.example.com/keys", "Issuer": "https://id.example.com"});
        json!({"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": with(&config, changes)})
    };
    let claim = |name: &str| json!([{"Format": "string-array", "Name": name, "Values": ["a"]}]);
    for (protocol, actions, code) in [
        ("HTTPS", json!([oidc(json!({})), last(json!(2))]), "ok"),
        ("HTTPS", json!([last(json!(2)), oidc(json!({}))]), "ok"),
        (
            "HTTP",
            json!([oidc(json!({})), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({})), last(json!(null))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({})), last(json!(1))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({})), last(json!(50_001))]),
            "ValidationError",
        ),
        ("HTTPS", json!([oidc(json!({}))]), "InvalidLoadBalancerAction"),
        (
            "HTTPS",
            json!([last(json!(1)), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({"ClientSecret": null})), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({"TokenEndpoint": "http://a"})), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([oidc(json!({"SessionTimeout": 604_801})), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        ("HTTPS", json!([cognito, last(json!(2))]), "ok"),
        ("HTTPS", json!([jwt(json!({})), last(json!(2))]), "ok"),
        (
            "HTTPS",
            json!([jwt(json!({"AdditionalClaims": claim("groups")})), last(json!(2))]),
            "ok",
        ),
        (
            "HTTPS",
            json!([jwt(json!({"AdditionalClaims": claim("iss")})), last(json!(2))]),
            "InvalidLoadBalancerAction",
        ),
        (
            "HTTPS",
            json!([
                oidc(json!({})),
                with(&jwt(json!({})), json!({"Order": 2})),
                last(json!(3))
            ]),
            "InvalidLoadBalancerAction",
        ),
    ] {
        let (mut lab, arn, _) = lab();
        assert_eq!(
            lab.code("CreateListener", listener(&arn, protocol, actions.clone())),
            code,
            "{protocol} {actions}"
        );
    }
}

#[test]
fn no_answer_shows_a_secret_and_a_change_can_keep_it() {
    let (mut lab, arn, group) = lab();
    let last = with(&forward(&group), json!({"Order": 2}));
    let made = lab
        .call(
            "CreateListener",
            listener(&arn, "HTTPS", json!([oidc(json!({})), last])),
        )
        .unwrap();
    assert_eq!(
        made["Listeners"][0]["DefaultActions"][0]["AuthenticateOidcConfig"],
        json!({"Issuer": "https://id.example.com", "AuthorizationEndpoint": "https://id.example.com/auth",
            "TokenEndpoint": "https://id.example.com/token", "UserInfoEndpoint": "https://id.example.com/me",
            "ClientId": "client", "SessionCookieName": "AWSELBAuthSessionCookie", "Scope": "openid",
            "SessionTimeout": 604_800, "OnUnauthenticatedRequest": "authenticate"})
    );
    let listener = text(&made["Listeners"][0]["ListenerArn"]);
    let keep = |changes: Value| {
        let kept = oidc(with(
            &json!({"ClientSecret": null, "UseExistingClientSecret": true}),
            changes,
        ));
        json!({"ListenerArn": listener, "DefaultActions": [kept, last]})
    };
    assert_eq!(lab.code("ModifyListener", keep(json!({"Scope": "openid email"}))), "ok");
    assert_eq!(
        lab.code("ModifyListener", keep(json!({"ClientSecret": "b"}))),
        "InvalidLoadBalancerAction"
    );
    let actions = format!("{:?}", lab.state().listeners[&listener].actions);
    assert!(
        actions.contains("\"secret\"") && actions.contains("openid email"),
        "{actions}"
    );
}

#[test]
fn protocols_of_listener_and_targets_must_agree() {
    let mut lab = Lab::new();
    let (application, network) = (lab.application("app"), lab.load_balancer("net"));
    let group = |lab: &mut Lab, name: &str, changes: Value| {
        let base = json!({"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": VPC, "TargetType": "ip"});
        text(&lab.call("CreateTargetGroup", with(&base, changes)).unwrap()["TargetGroups"][0]["TargetGroupArn"])
    };
    let http = group(&mut lab, "http", json!({}));
    let grpc = group(&mut lab, "grpc", json!({"ProtocolVersion": "GRPC"}));
    let tcp = group(&mut lab, "tcp", json!({"Protocol": "TCP"}));
    let function = group(
        &mut lab,
        "f",
        json!({"TargetType": "lambda", "Protocol": null, "Port": null, "VpcId": null}),
    );
    for (arn, protocol, group, code) in [
        (&application, "HTTP", &http, "ok"),
        (&application, "HTTP", &function, "ok"),
        (&application, "HTTP", &tcp, "IncompatibleProtocols"),
        (&application, "HTTP", &grpc, "IncompatibleProtocols"),
        (&application, "HTTPS", &grpc, "ok"),
        (&application, "TCP", &tcp, "ValidationError"),
        (&network, "TCP", &http, "IncompatibleProtocols"),
        (&network, "TCP", &function, "IncompatibleProtocols"),
    ] {
        let mut lab = Lab {
            cloud: lab.cloud.clone(),
            now: lab.now,
        };
        let wanted = listener(arn, protocol, json!([forward(group)]));
        assert_eq!(lab.code("CreateListener", wanted), code, "{protocol} {group}");
    }
}
