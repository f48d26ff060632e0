use ecs_taskdef::shape::At;
use ecs_taskdef::{Rule, Source};

use super::{Each, Report, Row};
use crate::LoadBalancer;
use crate::deployment::{DeploymentControllerType, DeploymentStrategy};
use crate::operation::CreateServiceRequest;
use crate::quota::Quota;

const LOAD_BALANCER: Source = Source::Api("LoadBalancer");
const CREATE_SERVICE: Source = Source::Api("CreateService");
const SERVICE_QUOTAS: Source = Source::Guide("service-quotas");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "role-load-balancer",
            "a role is given only together with a load balancer",
            CREATE_SERVICE,
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            if request.role.is_some() && request.load_balancers().is_empty() {
                report.fault(at.member("role"), "it needs a load balancer");
            }
        }),
    ),
    Row::each(
        Rule::new(
            "load-balancer-kind",
            "a load balancer is given by its name or by a target group",
            LOAD_BALANCER,
        ),
        &Each(kind),
    ),
    Row::each(
        Rule::new(
            "load-balancer-name",
            "a load balancer is named by at most 32 letters, digits and hyphens",
            LOAD_BALANCER,
        ),
        &Each(name),
    ),
    Row::each(
        Rule::new(
            "load-balancer-port",
            "a container port is 0 to 65,535",
            LOAD_BALANCER,
        ),
        &Each(|balancer: &LoadBalancer, at, report| {
            let port = balancer.container_port;
            if let Some(port) = port.filter(|port| u16::try_from(*port).is_err()) {
                report.fault(
                    at.member("containerPort"),
                    format!("{port}, not 0 to 65535"),
                );
            }
        }),
    ),
    Row::each(
        Rule::new(
            "classic-load-balancers-quota",
            "a service has as many Classic Load Balancers as its quota allows",
            SERVICE_QUOTAS,
        ),
        &Each(|balancers: &Vec<LoadBalancer>, at, report| {
            let is_classic = |one: &&LoadBalancer| one.load_balancer_name.is_some();
            let count = balancers.iter().filter(is_classic).count();
            report.quota(at, Quota::ClassicLoadBalancersPerService, count);
        }),
    ),
    Row::each(
        Rule::new(
            "target-groups-quota",
            "a service has as many target groups as its quota allows",
            SERVICE_QUOTAS,
        )
        .quoted("load balancers can have at most {} items."),
        &Each(|balancers: &Vec<LoadBalancer>, at, report| {
            let has_group = |one: &&LoadBalancer| one.target_group_arn.is_some();
            let count = balancers.iter().filter(has_group).count();
            report.quota(at, Quota::TargetGroupsPerService, count);
        }),
    ),
    Row::each(
        Rule::new(
            "load-balancer-generations",
            "the load balancers of a service are all Classic ones, or all have target groups",
            LOAD_BALANCER,
        )
        .copied(
            "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 \
             (defining targetGroupArn)",
        ),
        &Each(|balancers: &Vec<LoadBalancer>, at, report| {
            // One that is both has a rule of its own.
            let generation = |one: &LoadBalancer| {
                let is_classic = one.load_balancer_name.is_some();
                (is_classic != one.target_group_arn.is_some()).then_some(is_classic)
            };
            let has = |is_classic| {
                balancers
                    .iter()
                    .any(|one| generation(one) == Some(is_classic))
            };
            if has(true) && has(false) {
                report.fault(at, "some have `loadBalancerName`, some `targetGroupArn`");
            }
        }),
    ),
    Row::each(
        Rule::new(
            "advanced-configuration-classic",
            "a Classic Load Balancer has no advanced configuration",
            LOAD_BALANCER,
        )
        .copied("advancedConfiguration field is not allowed with ELBv1 loadBalancers"),
        &Each(|balancer: &LoadBalancer, at, report| {
            if balancer.load_balancer_name.is_some() && balancer.advanced_configuration.is_some() {
                let message = "it cannot be combined with `loadBalancerName`";
                report.fault(at.member("advancedConfiguration"), message);
            }
        }),
    ),
    Row::each(
        Rule::new(
            "advanced-configuration-all",
            "all load balancers of a service have an advanced configuration, or none has",
            LOAD_BALANCER,
        )
        .copied(
            "Either all or none of the provided loadBalancers must have advancedConfiguration \
             defined",
        ),
        &Each(|balancers: &Vec<LoadBalancer>, at, report| {
            let count = balancers.iter().filter(|one| has_advanced(one)).count();
            if count > 0 && count < balancers.len() {
                let message = format!(
                    "{count} of {} have `advancedConfiguration`",
                    balancers.len()
                );
                report.fault(at, message);
            }
        }),
    ),
    Row::each(
        Rule::new(
            "advanced-configuration-strategy",
            "load balancers whose traffic is shifted have an advanced configuration",
            CREATE_SERVICE,
        )
        .quoted(
            "advancedConfiguration field is required for all loadBalancers when using the {} \
             deployment strategy",
        )
        .answered_by(Rule::CLIENT),
        &Each(|request: &CreateServiceRequest, at, report| {
            let strategy = request.deployment_configuration().strategy();
            let shifting = strategy.filter(|given| **given != DeploymentStrategy::Rolling);
            let balancers = request.load_balancers();
            if let Some(strategy) = shifting
                && !balancers.is_empty()
                && !balancers.iter().any(has_advanced)
            {
                let message = format!("strategy `{strategy}` needs `advancedConfiguration`");
                let in_words = strategy.as_str().to_lowercase();
                report.fault_about(at.member("loadBalancers"), &[&in_words], message);
            }
        }),
    ),
    Row::each(
        Rule::new(
            "listener-rules-differ",
            "production and test traffic have listener rules of their own",
            LOAD_BALANCER,
        )
        .copied(
            "The following rules cannot be used as both production and test listener rules: {}",
        ),
        &Each(|balancers: &Vec<LoadBalancer>, at, report| {
            let advanced = || balancers.iter().map(|one| one.advanced_configuration());
            let production =
                |rule: &str| advanced().any(|one| one.production_listener_rule() == Some(rule));
            for (position, one) in advanced().enumerate() {
                if let Some(rule) = one.test_listener_rule().filter(|rule| production(rule)) {
                    let message = format!("`{rule}` is already used as `productionListenerRule`");
                    let at = at.item(position);
                    let at = at.member("advancedConfiguration");
                    report.fault_about(at.member("testListenerRule"), &[rule], message);
                }
            }
        }),
    ),
    Row::each(
        Rule::new(
            "code-deploy-load-balancer",
            "a service that CodeDeploy deploys has a load balancer",
            CREATE_SERVICE,
        ),
        &Each(|request: &CreateServiceRequest, at, report| {
            let deploys = *request.controller() == DeploymentControllerType::CodeDeploy;
            if deploys && request.load_balancers().is_empty() {
                let message = "deployment controller `CODE_DEPLOY` needs a load balancer";
                report.fault(at.member("loadBalancers"), message);
            }
        }),
    ),
];

fn has_advanced(balancer: &LoadBalancer) -> bool {
    balancer.advanced_configuration.is_some()
}

fn kind(balancer: &LoadBalancer, at: &At<'_>, report: &mut Report<'_>) {
    match (&balancer.load_balancer_name, &balancer.target_group_arn) {
        (Some(_), Some(_)) => {
            let message = "`loadBalancerName` cannot be combined with `targetGroupArn`";
            report.fault(at, message);
        }
        (None, None) if balancer.advanced_configuration.is_none() => {
            report.fault(at, "it needs `loadBalancerName` or `targetGroupArn`");
        }
        _ => {}
    }
}

fn name(balancer: &LoadBalancer, at: &At<'_>, report: &mut Report<'_>) {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let Some(name) = &balancer.load_balancer_name else {
        return;
    };
    if !(1..=32).contains(&name.len()) || !name.bytes().all(fits) {
        let message = format!("`{name}` is not 1 to 32 letters, digits and hyphens");
        report.fault(at.member("loadBalancerName"), message);
    }
}
