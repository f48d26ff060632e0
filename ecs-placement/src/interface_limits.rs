//! How many tasks with a network interface of their own an instance takes, by its type.
//!
//! The interfaces of an instance type are those of all its network cards together; the
//! instance's own one counts. With ENI trunking the limits are those of the Developer Guide,
//! "Supported instances for increased Amazon ECS container network interfaces"; a type that it
//! does not list has the same limit with trunking as without.

/// A family of instance types on each line: sizes with the limit without trunking and, where
/// trunking changes it, with trunking.
const TYPES: &str = include_str!("interface_limits/types.txt");

/// The limit of an instance type; `None` if the type is not known.
pub(crate) fn of(instance_type: Option<&str>, trunking: bool) -> Option<i16> {
    let (family, size) = instance_type?.split_once('.')?;
    let line = TYPES.lines().find_map(|line| {
        let (name, sizes) = line.split_once(' ')?;
        (name == family).then_some(sizes)
    })?;
    let limits = line.split(' ').find_map(|one| {
        let (name, limits) = one.split_once('=')?;
        (name == size).then_some(limits)
    })?;
    let (plain, trunked) = limits.split_once('/').unwrap_or((limits, limits));
    let limit = if trunking { trunked } else { plain };
    limit.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_by_type() {
        assert_eq!(of(Some("t2.micro"), false), Some(1));
        assert_eq!(of(Some("t2.micro"), true), Some(1));
        assert_eq!(of(Some("c5.large"), false), Some(2));
        assert_eq!(of(Some("c5.large"), true), Some(10));
        assert_eq!(of(Some("c5.huge"), true), None);
        assert_eq!(of(Some("x"), true), None);
        assert_eq!(of(None, true), None);
    }

    #[test]
    fn every_type_has_its_limits() {
        let types = TYPES.lines().flat_map(|line| {
            let (family, sizes) = line.split_once(' ').unwrap();
            let size = |one: &'static str| one.split_once('=').unwrap().0;
            sizes
                .split(' ')
                .map(move |one| format!("{family}.{}", size(one)))
        });
        let mut count = 0;
        for name in types {
            let (plain, trunked) = (of(Some(&name), false), of(Some(&name), true));
            assert!(plain.is_some_and(|limit| limit >= 0), "{name}");
            // Of two types that the guide lists, trunking lowers the limit.
            assert!(trunked >= plain || name.starts_with("u-"), "{name}");
            count += 1;
        }
        assert_eq!(count, 1_397);
    }
}
