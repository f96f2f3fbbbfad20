//! Details that only further calls tell. They are read when a wish depends on them, and kept.

use crate::observed::{LiveListener, LiveLoadBalancer, LiveRule, LiveTargetGroup, Observed, Role};
use crate::resolve::target_groups;
use aws_api::{Aws, AwsError};
use model::{AddOns, Listener, Stack};

/// Reads the details that are not known yet, of the objects that stay, if the stack has a wish about them. Whether anything was read.
pub(crate) async fn learn(aws: &Aws, observed: &mut Observed, stack: &Stack) -> Result<bool, AwsError> {
    let mut learned = learn_target_groups(aws, observed, stack).await?;
    for role in [Role::Main, Role::Frontend] {
        let kept = role.of(stack).and_then(|wanted| observed.load_balancer(wanted));
        let Some(arn) = kept.map(|live| live.load_balancer.arn.clone()) else {
            continue;
        };
        let mut balancers = observed.load_balancers.iter_mut();
        if let Some(live) = balancers.find(|live| live.load_balancer.arn == arn) {
            learned |= learn_load_balancer(aws, live, role, stack).await?;
        }
    }
    Ok(learned)
}

async fn learn_target_groups(aws: &Aws, observed: &mut Observed, stack: &Stack) -> Result<bool, AwsError> {
    let wish = |wanted: &&model::TargetGroup| !wanted.attributes.is_empty();
    let wished: Vec<String> = target_groups(stack)
        .filter(wish)
        .filter_map(|wanted| observed.target_group(wanted))
        .map(|live| live.group.arn.clone())
        .collect();
    let mut learned = false;
    for live in &mut observed.target_groups {
        let LiveTargetGroup {
            group,
            attributes,
            targets,
            ..
        } = live;
        if attributes.is_none() && wished.contains(&group.arn) {
            *attributes = Some(aws.elbv2.describe_target_group_attributes(&group.arn).await?);
            learned = true;
        }
        if targets.is_none() && group.target_type == "alb" {
            let health = aws.elbv2.describe_target_health(&group.arn, &[]).await?;
            let there = health.into_iter().filter(|target| target.state != "draining");
            *targets = Some(there.map(|target| target.target).collect());
            learned = true;
        }
    }
    Ok(learned)
}

async fn learn_load_balancer(
    aws: &Aws,
    live: &mut LiveLoadBalancer,
    role: Role,
    stack: &Stack,
) -> Result<bool, AwsError> {
    let Some(wanted) = role.of(stack) else {
        return Ok(false);
    };
    let arn = live.load_balancer.arn.clone();
    let mut learned = false;
    if live.attributes.is_none() && !wanted.attributes.is_empty() {
        live.attributes = Some(aws.elbv2.describe_load_balancer_attributes(&arn).await?);
        learned = true;
    }
    if live.capacity.is_none() && wanted.minimum_capacity.is_some() {
        live.capacity = Some(aws.elbv2.describe_capacity_reservation(&arn).await?);
        learned = true;
    }
    if live.listeners.is_none() {
        live.listeners = Some(listeners(aws, &arn).await?);
        learned = true;
    }
    for listener in live.listeners.iter_mut().flatten() {
        let mut wanted = role.listeners(stack).iter();
        if let Some(wanted) = wanted.find(|wanted| wanted.port == listener.listener.spec.port) {
            learned |= learn_listener(aws, listener, wanted, role).await?;
        }
    }
    if role == Role::Main {
        learned |= learn_add_ons(aws, live, &stack.add_ons).await?;
    }
    Ok(learned)
}

async fn listeners(aws: &Aws, load_balancer_arn: &str) -> Result<Vec<LiveListener>, AwsError> {
    let listeners = aws.elbv2.describe_listeners(load_balancer_arn).await?;
    let arns: Vec<_> = listeners.iter().map(|listener| listener.arn.clone()).collect();
    let mut tags = aws.elbv2.describe_tags(&arns).await?;
    let found = listeners.into_iter().map(|listener| {
        let tags = tags.remove(&listener.arn).unwrap_or_default();
        LiveListener::found(listener, tags)
    });
    Ok(found.collect())
}

async fn learn_listener(aws: &Aws, live: &mut LiveListener, wanted: &Listener, role: Role) -> Result<bool, AwsError> {
    let arn = live.listener.arn.clone();
    let mut learned = false;
    if live.attributes.is_none() && !wanted.attributes.is_empty() {
        live.attributes = Some(aws.elbv2.describe_listener_attributes(&arn).await?);
        learned = true;
    }
    if live.certificates.is_none() && matches!(live.listener.spec.protocol.as_str(), "TLS" | "HTTPS") {
        live.certificates = Some(aws.elbv2.describe_listener_certificates(&arn).await?);
        learned = true;
    }
    let has_rules = matches!(live.listener.spec.protocol.as_str(), "HTTP" | "HTTPS");
    if live.rules.is_none() && has_rules && role == Role::Main {
        live.rules = Some(rules(aws, &arn).await?);
        learned = true;
    }
    Ok(learned)
}

async fn rules(aws: &Aws, listener_arn: &str) -> Result<Vec<LiveRule>, AwsError> {
    let mut rules = aws.elbv2.describe_rules(listener_arn).await?;
    rules.retain(|rule| !rule.is_default);
    let arns: Vec<_> = rules.iter().map(|rule| rule.arn.clone()).collect();
    let mut tags = aws.elbv2.describe_tags(&arns).await?;
    let found = rules.into_iter().map(|rule| LiveRule {
        tags: tags.remove(&rule.arn).unwrap_or_default(),
        rule,
    });
    Ok(found.collect())
}

async fn learn_add_ons(aws: &Aws, live: &mut LiveLoadBalancer, wishes: &AddOns) -> Result<bool, AwsError> {
    let arn = live.load_balancer.arn.clone();
    let mut learned = false;
    if live.web_acl.is_none() && wishes.wafv2.is_some() {
        live.web_acl = Some(aws.wafv2.get_web_acl_for_resource(&arn).await?);
        learned = true;
    }
    if live.classic_web_acl.is_none() && wishes.waf_regional.is_some() {
        live.classic_web_acl = Some(aws.waf_regional.get_web_acl_for_resource(&arn).await?);
        learned = true;
    }
    if live.protection.is_none() && wishes.shield.is_some() {
        live.protection = Some(aws.shield.describe_protection(&arn).await?);
        learned = true;
    }
    Ok(learned)
}
