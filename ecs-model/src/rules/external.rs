use ecs_taskdef::{Rule, Source};

use super::{Report, Row, Subject, list};

pub(super) const RULES: &[Row] = &[
    Row::new(
        Rule::new(
            "external-load-balancers",
            "a service on external instances has no load balancer",
            Source::Guide("ecs-anywhere"),
        ),
        |subject, report| {
            refuse(
                subject,
                report,
                "/loadBalancers",
                list(subject.load_balancers),
            );
        },
    ),
    Row::new(
        Rule::new(
            "external-service-discovery",
            "a service on external instances has no service discovery",
            Source::Guide("ecs-anywhere"),
        ),
        |subject, report| {
            let registries = list(subject.service_registries);
            refuse(subject, report, "/serviceRegistries", registries);
        },
    ),
];

fn refuse<T>(subject: &Subject<'_>, report: &mut Report<'_>, pointer: &str, items: &[T]) {
    if subject.is_external() && !items.is_empty() {
        report.fault(pointer, "launch type `EXTERNAL` does not support it");
    }
}
