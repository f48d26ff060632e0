use serde_json::Value;

use super::spelling::nearest;
use super::{Report, Row, Subject, registering};
use crate::shape::{self, At, Kind, Limits, Measure, Shape, ShapeFault, Structure};
use crate::{Finding, Findings, Rule, Source, TaskDefinition, Unknowns};

const REGISTER_TASK_DEFINITION: Source = Source::Api("RegisterTaskDefinition");

macro_rules! shape_rule {
    ($($name:ident = $rule:expr;)*) => {
        $( pub(crate) const $name: Rule = registering($rule); )*
        /// Found while the document is compared with the shapes of the API.
        pub(super) const FOUND: &[Rule] = &[$($name),*];
    };
}

pub(super) const RULES: &[Row] = &[Row::task(DESCRIBE_ONLY, describe_only_member)];

/// The exception of the protocol AWS JSON 1.1 for a value that does not fit its member.
const SERIALIZATION: &str = "SerializationException";

shape_rule! {
    MISSING = Rule::new("member-required", "a member the API requires is there", REGISTER_TASK_DEFINITION).in_2015();
    UNKNOWN = Rule::new("member-unknown", "each member is one the API knows", REGISTER_TASK_DEFINITION).warning().in_2015();
    NULL = Rule::new("null-member", "an absent member is omitted, not written as null", REGISTER_TASK_DEFINITION).note().in_2015();
    WRONG_TYPE = Rule::new("wrong-type", "each value has the type of its member", REGISTER_TASK_DEFINITION).answered_by(SERIALIZATION).in_2015();
    TOO_LARGE = Rule::new("number-too-large", "integers have 32 bits", REGISTER_TASK_DEFINITION).answered_by(SERIALIZATION).in_2015();
    CONVERTED = Rule::new("value-converted", "numbers are not written as strings, nor strings as numbers", REGISTER_TASK_DEFINITION).warning().in_2015();
    BOUNDS = Rule::new("out-of-bounds", "values, lengths and counts keep their bounds", REGISTER_TASK_DEFINITION);
    ENUM = Rule::new("value-unknown", "a value is one of its list", REGISTER_TASK_DEFINITION);
    NETWORK_MODE = Rule::new("network-mode-value", "the network mode is one the API knows", REGISTER_TASK_DEFINITION);
    COMPATIBILITY = Rule::new("compatibility-value", "a compatibility is one the API knows", REGISTER_TASK_DEFINITION);
    PID_MODE = Rule::new("pid-mode-value", "the process namespace is `host` or `task`", REGISTER_TASK_DEFINITION).quoted("{} is not a valid value for pidMode. The value must be one of [task,host]");
    IPC_MODE = Rule::new("ipc-mode-value", "the IPC namespace is `host`, `task` or `none`", REGISTER_TASK_DEFINITION);
    CONSTRAINT = Rule::new("placement-constraint-type", "a placement constraint is `memberOf`", Source::Api("TaskDefinitionPlacementConstraint"));
    PROXY = Rule::new("proxy-type", "a proxy is `APPMESH`", Source::Api("ProxyConfiguration"));
    CPU_ARCHITECTURE = Rule::new("cpu-architecture-value", "the processor is one AWS offers", Source::Api("RuntimePlatform"));
    OS_FAMILY = Rule::new("operating-system-value", "the operating system is one AWS offers", Source::Api("RuntimePlatform"));
    PROTOCOL = Rule::new("protocol-value", "a protocol is `tcp` or `udp`, in lower case", Source::Api("PortMapping")).warning().in_2015().hint("AWS takes every other value for `tcp`");
    APP_PROTOCOL = Rule::new("app-protocol-value", "an application protocol is one of three", Source::Api("PortMapping"));
    CONDITION = Rule::new("depends-on-condition", "a condition is one of four, in upper case", Source::Api("ContainerDependency"));
    LOG_DRIVER = Rule::new("log-driver-value", "the log driver is one Amazon ECS supports", Source::Api("LogConfiguration"));
    FIRELENS = Rule::new("firelens-type", "a log router is `fluentd` or `fluentbit`", Source::Api("FirelensConfiguration"));
    ENVIRONMENT_FILE = Rule::new("environment-file-type", "an environment file is of type `s3`", Source::Api("EnvironmentFile")).hint("the only type is `s3`");
    ULIMIT = Rule::new("ulimit-name", "a limit is one that `setrlimit` has", Source::Api("Ulimit"));
    PERMISSION = Rule::new("device-permission", "a permission is `read`, `write` or `mknod`", Source::Api("Device"));
    RESOURCE = Rule::new("resource-type", "a resource is one AWS offers", Source::Api("ResourceRequirement"));
    SCOPE = Rule::new("docker-volume-scope", "a Docker volume has the scope `task` or `shared`", Source::Api("DockerVolumeConfiguration"));
    EFS_SETTING = Rule::new("efs-setting-value", "a setting of EFS is ENABLED or DISABLED", Source::Api("EFSVolumeConfiguration"));
    ISOLATION = Rule::new("isolation-mode-value", "an isolation mode is one of three", Source::Api("TrustedExecutionConfiguration"));
    VERSION = Rule::new("version-consistency-value", "it is `enabled` or `disabled`", Source::Api("ContainerDefinition"));
}

const DESCRIBE_ONLY: Rule = Rule::new(
    "describe-only-member",
    "members that AWS fills in itself are not registered",
    Source::Api("TaskDefinition"),
)
.note()
.hint("convert the described definition to a register input");

/// What AWS's tools refuse and its service would ignore.
pub(crate) const REFUSED_WHEN_STRICT: [&str; 6] = [
    "byte-order-mark",
    "duplicate-member",
    "member-unknown",
    "describe-only-member",
    "null-member",
    "value-converted",
];

/// Compares the definition with the shapes of the API.
pub(super) fn check(task: &TaskDefinition, findings: &mut Findings) {
    shape::check(task, &mut |at, fault| report(at, fault, findings));
}

fn describe_only_member(subject: &Subject<'_>, report: &mut Report<'_>) {
    subject.task.values(&mut |values| {
        for (member, value) in TaskDefinition::SHAPE.members.iter().zip(values) {
            if member.describe_only && value.is_some() {
                let name = member.name;
                let message = format!("`{name}` is filled in by AWS and cannot be registered");
                report.fault(&At::ROOT.member(name), message);
            }
        }
    });
}

/// Turns a difference of a task definition from its shape into a finding.
pub(crate) fn report(at: &At<'_>, fault: ShapeFault<'_>, findings: &mut Findings) {
    let enum_rule = match fault {
        // Rules of their own know AWS's words for these two.
        ShapeFault::Missing {
            member: "family" | "containerDefinitions",
        } => return,
        ShapeFault::NotInEnum { enumeration, .. } => enumeration.rule.unwrap_or(&ENUM),
        _ => &ENUM,
    };
    report_by(enum_rule, at, fault, findings);
}

/// Turns a difference of any other request from its shape into a finding.
pub(crate) fn report_any(at: &At<'_>, fault: ShapeFault<'_>, findings: &mut Findings) {
    let mut found = Findings::default();
    report_by(&ENUM, at, fault, &mut found);
    findings.extend(found.into_iter().map(Finding::of_other_request));
}

fn report_by(
    enum_rule: &'static Rule,
    at: &At<'_>,
    fault: ShapeFault<'_>,
    findings: &mut Findings,
) {
    let (rule, message) = breach(enum_rule, fault);
    let mut report = Report {
        rule,
        findings,
        unknowns: Unknowns::NONE,
    };
    match fault {
        ShapeFault::Missing { member } => report.fault(&at.member(member), message),
        ShapeFault::NotInEnum { value, .. } => report.fault_about(at, &[value], message),
        _ => report.fault(at, message),
    }
}

/// The rule that is broken, and what to say about it.
fn breach(enum_rule: &'static Rule, fault: ShapeFault<'_>) -> (&'static Rule, String) {
    match fault {
        ShapeFault::Missing { member } => (&MISSING, format!("`{member}` is missing")),
        ShapeFault::Unknown { member, shape } => (&UNKNOWN, unknown_message(member, shape)),
        ShapeFault::Null { member } => (
            &NULL,
            format!("`{member}` is null, which AWS takes for absent"),
        ),
        ShapeFault::WrongType { expected, found } => (&WRONG_TYPE, type_message(expected, found)),
        ShapeFault::Converted { expected, found } => (&CONVERTED, type_message(expected, found)),
        ShapeFault::TooLarge { found } => {
            (&TOO_LARGE, format!("`{found}` does not fit into 32 bits"))
        }
        ShapeFault::NotInEnum { value, enumeration } => {
            let message = format!("`{value}` is not one of {}", list_of(enumeration.values));
            (enum_rule, message)
        }
        ShapeFault::OutOfBounds {
            measure,
            actual,
            limits,
        } => (&BOUNDS, bounds_message(measure, actual, limits)),
    }
}

fn unknown_message(member: &str, shape: &Shape) -> String {
    match nearest(member, shape.members.iter().map(|known| known.name)) {
        Some(name) => format!("`{member}` is not a member of the API, perhaps `{name}` is meant"),
        None => format!("`{member}` is not a member of the API"),
    }
}

fn type_message(expected: Kind, found: &Value) -> String {
    format!("{} where {} belongs", describe(found), expected.describe())
}

fn bounds_message(measure: Measure, actual: i64, limits: Limits) -> String {
    let what = match measure {
        Measure::Value => "",
        Measure::Characters => " characters",
        Measure::Items => " elements",
    };
    match (limits.min, limits.max) {
        (Some(min), Some(max)) => format!("{actual}{what}, not {min} to {max}"),
        (Some(min), None) => format!("{actual}{what}, at least {min}"),
        (_, max) => format!("{actual}{what}, at most {}", max.unwrap_or_default()),
    }
}

/// A value in words: short ones as they stand, long ones by their type.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) if text.chars().count() <= 40 => format!("the string `{text}`"),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn list_of(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}
