use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};
use crate::AwsVpcConfiguration;
use crate::quota::Quota;

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "subnets-quota",
            "a task has as many subnets to choose from as its quota allows",
            Source::Guide("service-quotas"),
        ),
        |subject, report| {
            let subnets = vpc(subject).and_then(|vpc| vpc.subnets.as_ref());
            let pointer = "/networkConfiguration/awsvpcConfiguration/subnets";
            report.quota(pointer, Quota::SubnetsPerTask, list(subnets).len());
        },
    ),
    Row::new(
        Rule::new(
            "security-groups-quota",
            "a task has as many security groups as its quota allows",
            Source::Guide("service-quotas"),
        ),
        |subject, report| {
            let groups = vpc(subject).and_then(|vpc| vpc.security_groups.as_ref());
            let pointer = "/networkConfiguration/awsvpcConfiguration/securityGroups";
            report.quota(pointer, Quota::SecurityGroupsPerTask, list(groups).len());
        },
    ),
    Row::new(
        Rule::new(
            "external-awsvpc",
            "tasks on external instances have no network interface of their own",
            Source::Guide("ecs-anywhere"),
        ),
        external_awsvpc,
    ),
];

fn vpc<'a>(subject: &Subject<'a>) -> Option<&'a AwsVpcConfiguration> {
    let network = subject.network_configuration?;
    network.awsvpc_configuration.as_ref()
}

fn external_awsvpc(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.is_external() && vpc(subject).is_some() {
        report.fault(
            "/networkConfiguration/awsvpcConfiguration",
            "launch type `EXTERNAL` does not support it",
        );
    }
}
