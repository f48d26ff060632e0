use strsim::levenshtein;

/// The name that is meant, when only case or two letters differ.
pub(crate) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const MAX_LENGTH: usize = 48;
    if wrong.len() > MAX_LENGTH {
        return None;
    }
    let wrong = wrong.to_lowercase();
    let letters = letters_of(&wrong);
    let ranked = names
        .filter(|name| may_be_near(letters, letters_of(name)))
        .map(|name| (levenshtein(&wrong, &name.to_lowercase()), name));
    ranked
        .min()
        .filter(|(distance, name)| *distance <= MAX_DISTANCE && *distance * 3 < name.len())
        .map(|(_, name)| name)
}

const MAX_DISTANCE: usize = 2;

/// Which characters a text has, whatever their case: each is one of 32 bits, which it shares with
/// others.
fn letters_of(text: &str) -> u32 {
    text.chars().fold(0, |letters, letter| {
        letters | 1 << (u32::from(letter) & 0b1_1111)
    })
}

/// Whether two texts may be as near as [`MAX_DISTANCE`], which is slow to find out: each change
/// gives a text one letter at most that the other lacks.
fn may_be_near(one: u32, other: u32) -> bool {
    let only = (one & !other).count_ones().max((other & !one).count_ones());
    usize::try_from(only).is_ok_and(|only| only <= MAX_DISTANCE)
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

    #[test]
    fn what_is_near_is_measured() {
        for (one, other, distance) in [
            ("containerport", "containerPort", 0),
            ("hostprot", "hostPort", 2),
            ("hstPorté", "hostPort", 2),
            ("日本hostPort", "hostPort", 2),
            ("ostPor", "hostPort", 2),
        ] {
            let measured = levenshtein(&one.to_lowercase(), &other.to_lowercase());
            assert_eq!(measured, distance, "{one}");
            assert!(may_be_near(letters_of(one), letters_of(other)), "{one}");
        }
        assert!(!may_be_near(letters_of("volumes"), letters_of("family")));
    }
}
