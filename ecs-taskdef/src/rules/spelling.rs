/// The name that is meant, when only case or two letters differ.
pub(super) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const MAX_LENGTH: usize = 48;
    if wrong.len() > MAX_LENGTH {
        return None;
    }
    let ranked = names.map(|name| (edits(&wrong.to_lowercase(), &name.to_lowercase()), name));
    ranked
        .min()
        .filter(|(distance, name)| *distance <= 2 && *distance * 3 < name.len())
        .map(|(_, name)| name)
}

/// How many characters must be put in, taken out or changed.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (b, cell) in to.chars().zip(row.iter_mut().skip(1)) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = changed.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let names = ["containerPort", "hostPort", "protocol"];
        assert_eq!(
            nearest("ContainerPort", names.into_iter()),
            Some("containerPort")
        );
        assert_eq!(nearest("hostport", names.into_iter()), Some("hostPort"));
        assert_eq!(nearest("protocl", names.into_iter()), Some("protocol"));
        assert_eq!(nearest("x", names.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(1_000), names.into_iter()), None);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
    }
}
