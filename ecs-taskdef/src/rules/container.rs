use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{check_name, quote};
use crate::{LaunchTypes, Rule, Source, open};

const CONTAINER_DEFINITION: Source = Source::Api("ContainerDefinition");

pub(super) const RULES: &[Row] = &[
    Row::container(
        Rule::new(
            "container-name-required",
            "a container has a name",
            CONTAINER_DEFINITION,
        )
        .quoted("Container.name should not be null or empty.")
        .in_2015(),
        name_required,
    ),
    Row::container(
        Rule::new(
            "container-name-characters",
            "a container name is 1 to 255 letters, digits, `-` and `_`",
            CONTAINER_DEFINITION,
        )
        .quoted("Container.name contains invalid characters.")
        .in_2015(),
        name_characters,
    ),
    Row::container(
        Rule::new(
            "container-image-required",
            "a container has an image",
            CONTAINER_DEFINITION,
        )
        .quoted("Container.image should not be null or empty.")
        .in_2015(),
        image_required,
    ),
    Row::container(
        Rule::new(
            "image-length",
            "an image name is at most 255 characters",
            CONTAINER_DEFINITION,
        ),
        image_length,
    ),
    Row::container(
        Rule::new(
            "container-image-characters",
            "an image is `repository:tag` or `repository@digest`, without a scheme or spaces",
            CONTAINER_DEFINITION,
        )
        .quoted("Container.image contains invalid characters.")
        .in_2015(),
        image_characters,
    ),
    Row::container(
        Rule::new(
            "image-digest",
            "a digest is `sha256:` and 64 hexadecimal digits",
            CONTAINER_DEFINITION,
        ),
        image_digest,
    ),
    Row::member(
        "dockerSecurityOptions",
        Rule::new(
            "docker-security-option",
            "security options have one of four forms",
            CONTAINER_DEFINITION,
        ),
        security_option,
    ),
    Row::member(
        "credentialSpecs",
        Rule::new(
            "credential-specs-maximum",
            "there is at most one credential specification",
            CONTAINER_DEFINITION,
        ),
        credential_specs_maximum,
    ),
    Row::member(
        "credentialSpecs",
        Rule::new(
            "credential-spec-format",
            "a credential specification is its kind and an ARN of S3 or SSM",
            CONTAINER_DEFINITION,
        )
        .on(LaunchTypes::EC2.union(LaunchTypes::FARGATE)),
        credential_spec,
    ),
    Row::member(
        "repositoryCredentials",
        Rule::new(
            "repository-credentials",
            "credentials are a secret of Secrets Manager",
            Source::Api("RepositoryCredentials"),
        ),
        repository_credentials,
    ),
    Row::member(
        "user",
        Rule::new(
            "user-format",
            "a user is `user`, `uid`, `user:group` or `uid:gid`, with ids from 0 on",
            CONTAINER_DEFINITION,
        ),
        user_format,
    ),
    Row::member(
        "restartPolicy",
        Rule::new(
            "restart-exit-codes-maximum",
            "at most 50 exit codes are ignored",
            Source::Api("ContainerRestartPolicy"),
        ),
        restart_exit_codes,
    ),
    Row::member(
        "restartPolicy",
        Rule::new(
            "restart-attempt-period",
            "a restart is attempted after 60 to 1,800 seconds",
            Source::Api("ContainerRestartPolicy"),
        )
        .copied(
            "the 'restartAttemptPeriod' setting for container '{}' must be between 60 and 1800",
        ),
        restart_period,
    ),
];

fn name_required(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if container.name().is_none_or(str::is_empty) {
        report.fault(&container.at.member("name"), "the container has no name");
    }
}

fn name_characters(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if let Some(name) = container.name().filter(|name| !name.is_empty()) {
        check_name(subject, name, &container.at.member("name"), report);
    }
}

fn image_required(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if container.image().is_none_or(str::is_empty) {
        report.fault(&container.at.member("image"), "the container has no image");
    }
}

fn image_length(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    const MAX: usize = 255;
    let image = container.image().unwrap_or_default();
    let name = image.split('@').next().unwrap_or_default();
    // Bytes are at least as many as characters and cheaper to count.
    if name.len() > MAX && name.chars().count() > MAX {
        let message = format!("{} characters, at most {MAX}", name.chars().count());
        report.fault(&container.at.member("image"), message);
    }
}

fn image_characters(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let image = container.image().unwrap_or_default();
    let name = image.split('@').next().unwrap_or_default();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:./#".contains(&byte);
    let is_legal = name.bytes().all(legal);
    let is_address =
        name.contains("://") || (!name.is_empty() && name.split('/').any(str::is_empty));
    if is_legal && !is_address && !name.ends_with(':') {
        return;
    }
    let at = container.at.member("image");
    if subject.is_unknown(&at) {
        // What is known decides.
        if open::known_parts(name).any(|part| !part.bytes().all(legal)) {
            let message = format!("{} has characters that no image has", quote(image));
            report.decided_fault(&at, message);
        }
    } else if !is_legal {
        let message = format!(
            "{} has other characters than letters, digits and `-_:./#`",
            quote(image)
        );
        report.fault(&at, message);
    } else if is_address {
        let message = format!("{} is an address, not the name of an image", quote(image));
        report.fault(&at, message);
    } else {
        report.fault_in_our_words(&at, &format!("{} has an empty tag", quote(image)));
    }
}

fn image_digest(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let image = container.image().unwrap_or_default();
    let Some((_, digest)) = image.split_once('@') else {
        return;
    };
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let hex = digest.strip_prefix("sha256:");
    if !hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(is_hex)) {
        let message = format!(
            "{} is not `sha256:` and 64 hexadecimal digits",
            quote(digest)
        );
        report.fault(&container.at.member("image"), message);
    }
}

fn security_option(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("dockerSecurityOptions");
    for (index, option) in container.docker_security_options().iter().enumerate() {
        let with_value = ["apparmor:", "label:", "credentialspec:"];
        let legal = option == "no-new-privileges"
            || with_value.iter().any(|prefix| {
                option
                    .strip_prefix(prefix)
                    .is_some_and(|value| !value.is_empty())
            });
        if !legal {
            let message = format!(
                "{} is not one of `no-new-privileges`, `apparmor:...`, `label:...`, `credentialspec:...`",
                quote(option)
            );
            report.fault(&at.item(index), message);
        }
    }
}

fn credential_specs_maximum(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let count = container.credential_specs().len();
    if count > 1 {
        let message = format!("{count} credential specifications, at most 1");
        report.fault(&container.at.member("credentialSpecs"), message);
    }
}

fn credential_spec(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("credentialSpecs");
    for (index, spec) in container.credential_specs().iter().enumerate() {
        let target = spec
            .strip_prefix("credentialspec:")
            .or_else(|| spec.strip_prefix("credentialspecdomainless:"));
        let is_place = |arn: &str| {
            ecs_arn::ArnRef::parse(arn).is_ok_and(|arn| matches!(arn.service(), "s3" | "ssm"))
        };
        let fault = match target {
            None => "begins with neither `credentialspec:` nor `credentialspecdomainless:`",
            Some(target) if !is_place(target) => "names no ARN of Amazon S3 or SSM",
            Some(_) => continue,
        };
        report.fault(&at.item(index), format!("{} {fault}", quote(spec)));
    }
}

fn repository_credentials(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(parameter) = container.repository_credentials().credentials_parameter() else {
        return;
    };
    let legal = match ecs_arn::ArnRef::parse(parameter) {
        Ok(arn) => arn.service() == "secretsmanager",
        Err(_) => !parameter.starts_with("arn:"),
    };
    if !legal {
        let at = container.at.member("repositoryCredentials");
        let message = format!("{} is no secret of Secrets Manager", quote(parameter));
        report.fault(&at.member("credentialsParameter"), message);
    }
}

fn user_format(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let wrong = |user: &&str| {
        let mut parts = user.split(':');
        let empty = user.split(':').any(str::is_empty);
        !user.is_empty() && (empty || parts.nth(2).is_some() || user.contains(char::is_whitespace))
    };
    let is_negative = |id: &str| {
        let digits = id.strip_prefix('-').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let Some(user) = container.user() else {
        return;
    };
    let message = if wrong(&user) {
        format!("{} is neither a user nor `user:group`", quote(user))
    } else if user.split(':').any(is_negative) {
        format!("{} has a negative id", quote(user))
    } else {
        return;
    };
    report.fault(&container.at.member("user"), message);
}

fn restart_exit_codes(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    const MAX: usize = 50;
    let count = container.restart_policy().ignored_exit_codes().len();
    if count > MAX {
        let at = container.at.member("restartPolicy");
        let message = format!("{count} exit codes, at most {MAX}");
        report.fault(&at.member("ignoredExitCodes"), message);
    }
}

fn restart_period(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let period = container.restart_policy().restart_attempt_period;
    if let Some(period) = period.filter(|period| !(60..=1_800).contains(period)) {
        let at = container.at.member("restartPolicy");
        let name = container.name().unwrap_or_default();
        let message = format!("{period} seconds, not 60 to 1800");
        report.fault_about(&at.member("restartAttemptPeriod"), &[name], message);
    }
}
