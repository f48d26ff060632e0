//! The name that was probably meant.

use strsim::levenshtein;

/// The candidate that takes the fewest changes to reach, if those are few, whatever the case.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let most = (name.chars().count() / 4).max(2);
    let lower = name.to_ascii_lowercase();
    let distances = candidates.map(|candidate| {
        let distance = levenshtein(&lower, &candidate.to_ascii_lowercase());
        (distance, candidate)
    });
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= most).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["RunTask", "StopTask", "ListTasks"];
        assert_eq!(nearest("RunTsk", names.into_iter()), Some("RunTask"));
        assert_eq!(nearest("runtaks", names.into_iter()), Some("RunTask"));
        assert_eq!(nearest("LaunchTask", names.into_iter()), None);
    }
}
