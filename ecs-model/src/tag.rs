//! The tags of a resource, as they are added and taken away.
//!
//! Source: API operations `TagResource` and `UntagResource`.

use crate::quota::{Quota, QuotaExceeded};
use crate::{Quotas, Tag};

/// The tags of a resource once these are added: of two with one key the new one counts.
///
/// ```
/// use ecs_model::{Quotas, Tag, tag};
///
/// let tag = |key: &str, value: &str| Tag::default().with_key(key).with_value(value);
/// let known = [tag("team", "a"), tag("stage", "test")];
/// let tags = tag::with_tags(&known, &[tag("team", "b")], &Quotas::current())?;
/// assert_eq!(tags, [tag("team", "b"), tag("stage", "test")]);
/// assert_eq!(tag::without_keys(&tags, &["team".to_owned()]), [tag("stage", "test")]);
/// # Ok::<(), ecs_model::quota::QuotaExceeded>(())
/// ```
///
/// # Errors
///
/// More tags than a resource may have.
pub fn with_tags(known: &[Tag], given: &[Tag], quotas: &Quotas) -> Result<Vec<Tag>, QuotaExceeded> {
    let mut tags = known.to_vec();
    for tag in given {
        match tags.iter_mut().find(|known| known.key == tag.key) {
            Some(known) => known.clone_from(tag),
            None => tags.push(tag.clone()),
        }
    }
    let count = u64::try_from(tags.len()).unwrap_or(u64::MAX);
    quotas.check(Quota::TagsPerResource, count)?;
    Ok(tags)
}

/// The tags of a resource once those with these keys are taken away.
#[must_use]
pub fn without_keys(known: &[Tag], keys: &[String]) -> Vec<Tag> {
    let is_left = |tag: &&Tag| !keys.iter().any(|key| tag.key() == Some(key));
    known.iter().filter(is_left).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifty_at_most() {
        let tag = |key: i32| Tag::default().with_key(key.to_string()).with_value("");
        let fifty: Vec<Tag> = (0..50).map(tag).collect();
        let add = |key| with_tags(&fifty, &[tag(key)], &Quotas::current());
        assert_eq!(add(7).unwrap(), fifty);
        assert_eq!(
            add(50).unwrap_err().to_string(),
            "51 is above the quota `Tags per resource` of 50"
        );
        assert_eq!(without_keys(&fifty, &["x".to_owned()]), fifty);
    }
}
