//! The strict level, part by part: what each may hold, and what is wrong with it.

use crate::account::{Account, is_hyphenated};
use crate::arn::ArnRef;
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::partition::Partition;
use crate::region::is_region;
use crate::scan::is_identifier;

const LOWER_CASE: &str = "comparison is case-sensitive: write it in lower case";

/// Reads a text that the scan did not accept.
#[cold]
pub(crate) fn read(text: &str) -> Result<ArnRef<'_>, ArnError> {
    let arn = ArnRef::parse(text)?;
    parts(arn)?;
    Ok(arn)
}

/// Checks what is the same in every service: the first four parts, and that nothing in the
/// resource is left to fill in.
#[cold]
pub(crate) fn parts(arn: ArnRef<'_>) -> Result<(), ArnError> {
    identifier(arn, Part::Partition, arn.partition())?;
    identifier(arn, Part::Service, arn.service())?;
    region(arn)?;
    account(arn)?;
    match has_variable(arn.resource()) {
        true => Err(error(
            arn,
            ArnErrorKind::Placeholder(Part::Resource),
            Part::Resource,
            arn.resource(),
        )),
        false => Ok(()),
    }
}

/// A part given to a builder must not spill into the next one.
pub(crate) fn no_colons(
    arn: ArnRef<'_>,
    partition: &str,
    service: &str,
    region: &str,
    account: &str,
) -> Result<(), ArnError> {
    let parts = [
        (Part::Partition, partition),
        (Part::Service, service),
        (Part::Region, region),
        (Part::Account, account),
    ];
    match parts.into_iter().find(|(_, text)| text.contains(':')) {
        Some((part, text)) => Err(error(arn, ArnErrorKind::Character(part), part, text)),
        None => Ok(()),
    }
}

fn identifier(arn: ArnRef<'_>, part: Part, text: &str) -> Result<(), ArnError> {
    if text.bytes().all(is_identifier) {
        return Ok(());
    }
    let kind =
        not_literal(part, text).unwrap_or(match text.bytes().any(|b| b.is_ascii_uppercase()) {
            true => ArnErrorKind::Case(part),
            false => ArnErrorKind::Character(part),
        });
    Err(error(arn, kind, part, text).hint_if(kind == ArnErrorKind::Case(part), LOWER_CASE))
}

fn region(arn: ArnRef<'_>) -> Result<(), ArnError> {
    let Some(text) = arn.region() else {
        return Ok(());
    };
    if is_region(text) {
        return match Partition::holds(arn.partition().as_bytes(), text.as_bytes()) {
            true => Ok(()),
            false => Err(error(
                arn,
                ArnErrorKind::PartitionMismatch,
                Part::Region,
                text,
            )),
        };
    }
    let kind = not_literal(Part::Region, text).unwrap_or(
        match text.bytes().any(|b| b.is_ascii_uppercase()) {
            true => ArnErrorKind::Case(Part::Region),
            false => ArnErrorKind::Region,
        },
    );
    Err(error(arn, kind, Part::Region, text)
        .hint_if(kind == ArnErrorKind::Case(Part::Region), LOWER_CASE))
}

fn account(arn: ArnRef<'_>) -> Result<(), ArnError> {
    let other = match arn.owner() {
        None | Some(Account::Id(_) | Account::Aws) => return Ok(()),
        Some(Account::Other(text)) => text,
    };
    // CloudFront's origin access identities are principals of IAM without an account.
    if other == "cloudfront" && arn.service() == "iam" {
        return Ok(());
    }
    let kind = not_literal(Part::Account, other).unwrap_or(ArnErrorKind::Account);
    let is_misplaced_region =
        arn.region().is_none() && (is_region(other) || other.contains("egion"));
    Err(error(arn, kind, Part::Account, other)
        .hint_if(is_misplaced_region, "one `:` too many before the Region")
        .hint_if(is_hyphenated(other), "remove the hyphens"))
}

/// What kind of text stands in place of a value, if it does.
fn not_literal(part: Part, text: &str) -> Option<ArnErrorKind> {
    if has_variable(text) || (text.starts_with('<') && text.ends_with('>')) {
        Some(ArnErrorKind::Placeholder(part))
    } else if text.contains(['*', '?']) {
        Some(ArnErrorKind::Wildcard(part))
    } else {
        None
    }
}

fn has_variable(text: &str) -> bool {
    text.contains("${")
}

fn error(arn: ArnRef<'_>, kind: ArnErrorKind, part: Part, text: &str) -> ArnError {
    ArnError::new(kind, arn.offset_of(part), text)
}
