//! The name that was probably meant.

/// The candidate that takes the fewest changes to reach, if those are few.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let most = (name.chars().count() / 4).max(2);
    let distances = candidates.map(|candidate| (distance(name, candidate), candidate));
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= most).then_some(candidate)
}

/// How many letters to insert, remove or replace, whatever their case.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_ascii_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.to_ascii_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&right) {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = *cell;
            previous = replaced.min(diagonal + 1).min(previous + 1);
            *cell = previous;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "abc", 3),
            ("abc", "", 3),
            ("RunTask", "runtask", 0),
            ("DescribeTask", "DescribeTasks", 1),
            ("kitten", "sitting", 3),
            ("abc", "acb", 2),
        ] {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["RunTask", "StopTask", "ListTasks"];
        assert_eq!(nearest("RunTsk", names.into_iter()), Some("RunTask"));
        assert_eq!(nearest("LaunchTask", names.into_iter()), None);
    }
}
