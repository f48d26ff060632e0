use strsim::levenshtein;

/// The name that is meant, when only case or two letters differ.
pub(super) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const MAX_LENGTH: usize = 48;
    if wrong.len() > MAX_LENGTH {
        return None;
    }
    let wrong = wrong.to_lowercase();
    let ranked = names.map(|name| (levenshtein(&wrong, &name.to_lowercase()), name));
    ranked
        .min()
        .filter(|(distance, name)| *distance <= 2 && *distance * 3 < name.len())
        .map(|(_, name)| name)
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
    }
}
