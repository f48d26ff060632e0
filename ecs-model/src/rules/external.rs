use super::{Report, RequestRule, Subject, list};

pub(super) const RULES: &[RequestRule] = &[
    RequestRule::new(
        "external-load-balancers",
        "a service on external instances has no load balancer",
        |subject, report| {
            refuse(
                subject,
                report,
                "/loadBalancers",
                list(subject.load_balancers),
            );
        },
    ),
    RequestRule::new(
        "external-service-discovery",
        "a service on external instances has no service discovery",
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
