use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::shape::At;
use crate::{ImageRef, LaunchTypes, LogDriver, Rule, Source};

const TASK_EXECUTION_IAM_ROLE: Source = Source::Guide("task_execution_IAM_role");

pub(super) const RULES: &[Row] = &[
    Row::container(
        Rule::new(
            "fargate-ecr-execution-role",
            "Fargate needs an execution role to pull from Amazon ECR",
            TASK_EXECUTION_IAM_ROLE,
        )
        .on(LaunchTypes::FARGATE)
        .quoted(
            "Fargate requires task definition to have execution role ARN to support ECR images.",
        )
        .hint("set `executionRoleArn`"),
        ecr,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "fargate-awslogs-execution-role",
            "Fargate needs an execution role to write logs",
            TASK_EXECUTION_IAM_ROLE,
        )
        .on(LaunchTypes::FARGATE)
        .quoted(
            "Fargate requires task definition to have execution role ARN to support log driver \
             awslogs.",
        )
        .hint("set `executionRoleArn`"),
        awslogs,
    ),
    Row::container(
        Rule::new(
            "external-ecr-execution-role",
            "external instances need an execution role to pull from Amazon ECR",
            TASK_EXECUTION_IAM_ROLE,
        )
        .on(LaunchTypes::EXTERNAL)
        .advice()
        .hint("set `executionRoleArn`, or give the role of the instance the rights"),
        ecr,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "external-awslogs-execution-role",
            "external instances need an execution role to write logs",
            TASK_EXECUTION_IAM_ROLE,
        )
        .on(LaunchTypes::EXTERNAL)
        .advice()
        .hint("set `executionRoleArn`; external instances have no EC2 instance profile"),
        awslogs,
    ),
    Row::container(
        Rule::new(
            "secrets-execution-role",
            "secrets need an execution role",
            Source::Api("Secret"),
        )
        .copied(
            "When you are specifying container secrets, you must also specify a value for \
             'executionRoleArn'.",
        )
        .hint("set `executionRoleArn`"),
        secrets,
    ),
    Row::member(
        "repositoryCredentials",
        Rule::new(
            "repository-credentials-execution-role",
            "credentials of a registry need an execution role",
            TASK_EXECUTION_IAM_ROLE,
        )
        .hint("set `executionRoleArn`"),
        repository_credentials,
    ),
    Row::member(
        "environmentFiles",
        Rule::new(
            "environment-files-execution-role",
            "environment files need an execution role",
            TASK_EXECUTION_IAM_ROLE,
        )
        .hint("set `executionRoleArn`"),
        environment_files,
    ),
    Row::container(
        Rule::new(
            "managed-instances-execution-role",
            "Managed Instances need an execution role to pull from Amazon ECR and to write logs",
            TASK_EXECUTION_IAM_ROLE,
        )
        .on(LaunchTypes::MANAGED_INSTANCES)
        .warning()
        .hint("set `executionRoleArn`"),
        ecr_and_awslogs,
    ),
    Row::task(
        Rule::new(
            "task-role-format",
            "a role is a name or the ARN of a role",
            Source::Api("RegisterTaskDefinition"),
        ),
        roles,
    ),
    Row::task(
        Rule::new(
            "role-empty",
            "a role that is given has a name",
            Source::Api("RegisterTaskDefinition"),
        )
        .warning()
        .hint("omit the role"),
        empty_roles,
    ),
];

/// Whether there is an execution role, as far as is known.
fn has_execution_role(subject: &Subject<'_>) -> bool {
    let role = subject.task.execution_role_arn();
    role.is_some_and(|role| !role.is_empty()) || subject.is_open("executionRoleArn")
}

fn ecr(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let image = container
        .image()
        .filter(|image| ImageRef::parse(image).is_private_ecr());
    if let Some(image) = image.filter(|_| !has_execution_role(subject)) {
        // The registry tells, whatever the rest of the name is.
        let message = format!("no execution role to pull {} from Amazon ECR", quote(image));
        report.decided_fault(&container.at.member("image"), message);
    }
}

fn awslogs(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let awslogs = container.log_configuration().log_driver == Some(LogDriver::Awslogs);
    if awslogs && !has_execution_role(subject) {
        let at = container.at.member("logConfiguration");
        report.fault(
            &at.member("logDriver"),
            "no execution role to write to CloudWatch Logs",
        );
    }
}

fn ecr_and_awslogs(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    ecr(subject, container, report);
    awslogs(subject, container, report);
}

fn repository_credentials(
    subject: &Subject<'_>,
    container: Container<'_>,
    report: &mut Report<'_>,
) {
    if container.repository_credentials.is_some() && !has_execution_role(subject) {
        let at = container.at.member("repositoryCredentials");
        report.fault(&at, "no execution role to fetch the credentials");
    }
}

fn environment_files(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if !container.environment_files().is_empty() && !has_execution_role(subject) {
        let at = container.at.member("environmentFiles");
        report.fault(&at, "no execution role to fetch the files");
    }
}

fn secrets(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let in_log = !container.log_configuration().secret_options().is_empty();
    let in_container = !container.secrets().is_empty();
    if (in_log || in_container) && !has_execution_role(subject) {
        let member = if in_container {
            "secrets"
        } else {
            "logConfiguration"
        };
        report.fault(
            &container.at.member(member),
            "no execution role to fetch secrets",
        );
    }
}

fn roles_of<'a>(subject: &'a Subject<'_>) -> [(&'static str, Option<&'a str>); 2] {
    [
        ("taskRoleArn", subject.task.task_role_arn()),
        ("executionRoleArn", subject.task.execution_role_arn()),
    ]
}

fn empty_roles(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (member, role) in roles_of(subject) {
        if role.is_some_and(str::is_empty) {
            report.fault(&At::ROOT.member(member), "the role has no name");
        }
    }
}

fn roles(subject: &Subject<'_>, report: &mut Report<'_>) {
    for (member, role) in roles_of(subject) {
        if let Some(role) = role.filter(|role| !role.is_empty() && !is_role(role)) {
            let message = format!("{} is neither the name nor the ARN of a role", quote(role));
            report.fault(&At::ROOT.member(member), message);
        }
    }
}

/// Whether it is a role name of IAM or looks like the ARN of a role.
fn is_role(role: &str) -> bool {
    if let Ok(arn) = ecs_arn::ArnRef::parse(role) {
        return arn.service() == "iam" && arn.resource().starts_with("role/");
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    role.len() <= 64 && role.bytes().all(legal)
}
