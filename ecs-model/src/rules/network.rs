use ecs_taskdef::{Rule, Source};

use super::{Each, Row};
use crate::AwsVpcConfiguration;
use crate::quota::Quota;

const SERVICE_QUOTAS: Source = Source::Guide("service-quotas");

pub(super) const RULES: &[Row] = &[
    Row::each(
        Rule::new(
            "subnets-quota",
            "a task has as many subnets to choose from as its quota allows",
            SERVICE_QUOTAS,
        ),
        &Each(|vpc: &AwsVpcConfiguration, at, report| {
            let count = vpc.subnets().len();
            report.quota(at.member("subnets"), Quota::SubnetsPerTask, count);
        }),
    ),
    Row::each(
        Rule::new(
            "security-groups-quota",
            "a task has as many security groups as its quota allows",
            SERVICE_QUOTAS,
        ),
        &Each(|vpc: &AwsVpcConfiguration, at, report| {
            let count = vpc.security_groups().len();
            report.quota(
                at.member("securityGroups"),
                Quota::SecurityGroupsPerTask,
                count,
            );
        }),
    ),
];
