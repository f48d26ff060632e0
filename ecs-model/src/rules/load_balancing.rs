use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::LoadBalancer;
use crate::deployment::DeploymentControllerType;
use crate::quota::Quota;

const LOAD_BALANCER: Source = Source::Api("LoadBalancer");

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "role-load-balancer",
            "a role is given only beside a load balancer",
            Source::Api("CreateService"),
        ),
        |subject, report| {
            if subject.role.is_some() && list(subject.load_balancers).is_empty() {
                report.fault("/role", "it needs a load balancer");
            }
        },
    ),
    Row::new(
        Rule::new(
            "load-balancer-kind",
            "a load balancer is given by its name or by a target group",
            LOAD_BALANCER,
        ),
        kind,
    ),
    Row::new(
        Rule::new(
            "load-balancer-name",
            "a load balancer is named by at most 32 letters, digits and hyphens",
            LOAD_BALANCER,
        ),
        name,
    ),
    Row::new(
        Rule::new(
            "load-balancer-port",
            "a container port is 0 to 65,535",
            LOAD_BALANCER,
        ),
        port,
    ),
    Row::new(
        Rule::new(
            "classic-load-balancers-quota",
            "a service has as many Classic Load Balancers as its quota allows",
            Source::Guide("service-quotas"),
        ),
        |subject, report| {
            let count = count(subject, |one| one.load_balancer_name.is_some());
            let quota = Quota::ClassicLoadBalancersPerService;
            report.quota("/loadBalancers", quota, count);
        },
    ),
    Row::new(
        Rule::new(
            "target-groups-quota",
            "a service has as many target groups as its quota allows",
            Source::Guide("service-quotas"),
        )
        .quoted("load balancers can have at most {} items."),
        |subject, report| {
            let count = count(subject, |one| one.target_group_arn.is_some());
            report.quota("/loadBalancers", Quota::TargetGroupsPerService, count);
        },
    ),
    Row::new(
        Rule::new(
            "code-deploy-load-balancer",
            "a service that CodeDeploy deploys has a load balancer",
            Source::Api("CreateService"),
        ),
        |subject, report| {
            let deploys = *subject.controller() == DeploymentControllerType::CodeDeploy;
            let balanced = !list(subject.load_balancers).is_empty();
            if subject.creates_service() && deploys && !balanced {
                let message = "deployment controller `CODE_DEPLOY` needs a load balancer";
                report.fault("/loadBalancers", message);
            }
        },
    ),
];

fn count(subject: &Subject<'_>, is_counted: impl Fn(&LoadBalancer) -> bool) -> usize {
    let balancers = list(subject.load_balancers).iter();
    balancers.filter(|one| is_counted(one)).count()
}

fn kind(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, balancer) in list(subject.load_balancers).iter().enumerate() {
        let message = match (&balancer.load_balancer_name, &balancer.target_group_arn) {
            (Some(_), Some(_)) => "`loadBalancerName` does not stand beside `targetGroupArn`",
            (None, None) if balancer.advanced_configuration.is_none() => {
                "it needs `loadBalancerName` or `targetGroupArn`"
            }
            _ => continue,
        };
        report.fault(&format!("/loadBalancers/{position}"), message);
    }
}

fn name(subject: &Subject<'_>, report: &mut Report<'_>) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    for (position, balancer) in list(subject.load_balancers).iter().enumerate() {
        let Some(name) = &balancer.load_balancer_name else {
            continue;
        };
        if !(1..=32).contains(&name.len()) || !name.bytes().all(fits) {
            let pointer = format!("/loadBalancers/{position}/loadBalancerName");
            let message = format!("`{name}` is not 1 to 32 letters, digits and hyphens");
            report.fault(&pointer, message);
        }
    }
}

fn port(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (position, balancer) in list(subject.load_balancers).iter().enumerate() {
        let port = balancer.container_port;
        if let Some(port) = port.filter(|port| u16::try_from(*port).is_err()) {
            let pointer = format!("/loadBalancers/{position}/containerPort");
            report.fault(&pointer, format!("{port}, not 0 to 65535"));
        }
    }
}
