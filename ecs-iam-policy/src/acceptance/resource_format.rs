//! The form of resources.

use ecs_arn::Partition;

use super::{LEGACY, Rejection, entry_pointer, lists};
use crate::document::{Policy, TextList};

/// The kinds of IAM's own resources.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Kinds of IAM's resources that AWS takes and does not name when it refuses another one.
const UNNAMED_IAM_PATHS: [&str; 1] = ["role-template/"];

/// The kinds of resources of Amazon S3 that lie in a Region.
///
/// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for
/// Amazon S3".
const REGIONAL_S3_PATHS: [&str; 6] = [
    "accesspoint/",
    "job/",
    "access-grants/",
    "storage-lens/",
    "storage-lens-group/",
    "async-request/",
];

/// Looks at the resources of all statements, `Resource` first, then `NotResource`. The result
/// is the rejection that stands until other checks are made; of several it is the last found.
///
/// # Errors
///
/// The rejection that comes at once: a resource which AWS cannot take apart, as long as none
/// before it had another error.
pub(super) fn check(policy: &Policy) -> Result<Option<Rejection>, Rejection> {
    let mut pending = None;
    for negated in [false, true] {
        let name = if negated { "NotResource" } else { "Resource" };
        for (index, list) in lists(policy, negated, |statement| statement.resource.as_ref()) {
            for (at, resource) in from_last(list) {
                if let Err(message) = check_form(resource) {
                    let pointer = entry_pointer(policy, index, name, list, at);
                    pending = Some(Rejection::at(message, pointer));
                }
            }
            if pending.is_some() {
                continue;
            }
            if let Some((at, _)) = list.positions().find(|(_, text)| !is_parsable(text)) {
                return Err(Rejection::at(
                    LEGACY,
                    entry_pointer(policy, index, name, list, at),
                ));
            }
        }
    }
    Ok(pending)
}

/// The texts of a list as AWS looks at them: sorted, the last one first.
fn from_last(list: &TextList) -> Vec<(usize, &str)> {
    let mut texts: Vec<_> = list.positions().collect();
    texts.sort_by(|(_, left), (_, right)| right.cmp(left));
    texts
}

fn check_form(resource: &str) -> Result<(), String> {
    if resource == "*" {
        return Ok(());
    }
    let (_, rest) = resource
        .split_once(':')
        .ok_or_else(|| format!("Resource {resource} must be in ARN format or \"*\"."))?;
    let (partition, rest) = match rest.split_once(':') {
        Some((partition, rest)) => (partition, Some(rest)),
        None => (rest, None),
    };
    if partition != "*" && matches!(Partition::from_name(partition), Partition::Other(_)) {
        return Err(unknown_partition(partition, rest.unwrap_or_default()));
    }
    let (service, rest) = rest.map_or(("*", ""), |rest| rest.split_once(':').unwrap_or((rest, "")));
    if service.contains(['*', '?']) {
        return Err(
            "Resource vendor must be fully qualified and cannot contain regexes.".to_owned(),
        );
    }
    let path = rest.splitn(3, ':').nth(2).unwrap_or_default();
    match service {
        "iam" if !rest.starts_with(':') => Err(format!(
            "IAM resource {resource} cannot contain region information."
        )),
        "s3" if !rest.starts_with(':') && !starts_with_any(path, &REGIONAL_S3_PATHS) => Err(
            format!("Resource {resource} can not contain region information."),
        ),
        "iam"
            if !["*", "root"].contains(&path)
                && !starts_with_any(path, &IAM_PATHS)
                && !starts_with_any(path, &UNNAMED_IAM_PATHS) =>
        {
            Err(format!(
                "IAM resource path must either be \"*\" or start with {}.",
                IAM_PATHS.join(", ")
            ))
        }
        _ => Ok(()),
    }
}

fn starts_with_any(path: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| path.starts_with(start))
}

/// AWS shows the resource as it completed it, with a star for each part that is not there.
fn unknown_partition(partition: &str, rest: &str) -> String {
    let mut parts = rest.splitn(4, ':');
    let first = parts
        .next()
        .filter(|first| !first.is_empty() || rest.contains(':'))
        .unwrap_or("*");
    let mut part = || parts.next().unwrap_or("*");
    let (second, third, fourth) = (part(), part(), part());
    format!(
        "Partition \"{partition}\" is not valid for resource \
         \"arn:{partition}:{first}:{second}:{third}:{fourth}\"."
    )
}

/// Six parts, or no empty one among fewer; and a service.
fn is_parsable(resource: &str) -> bool {
    let colons = resource.bytes().filter(|byte| *byte == b':').count();
    resource == "*"
        || ((colons >= 5 || !resource.contains("::"))
            && resource
                .split(':')
                .nth(2)
                .is_some_and(|service| !service.is_empty()))
}
