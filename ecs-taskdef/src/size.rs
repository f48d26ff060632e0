/// Reads the CPU of a task: units (`256`) or vCPUs (`.25 vCPU`, `1 vcpu`).
///
/// 1,024 units are one vCPU. `None` for any other text, and for a fraction of
/// a vCPU that is no whole number of units.
///
/// ```
/// assert_eq!(ecs_taskdef::cpu_units("256"), Some(256));
/// assert_eq!(ecs_taskdef::cpu_units(".25 vCPU"), Some(256));
/// assert_eq!(ecs_taskdef::cpu_units("99 bananas"), None);
/// ```
#[must_use]
pub fn cpu_units(text: &str) -> Option<u32> {
    read(text, "vcpu")
}

/// Reads the memory of a task: MiB (`512`) or GB (`.5 GB`, `2gb`).
///
/// 1,024 MiB are what AWS calls one GB. `None` for any other text, and for a
/// fraction of a GB that is no whole number of MiB.
///
/// ```
/// assert_eq!(ecs_taskdef::memory_mib("512"), Some(512));
/// assert_eq!(ecs_taskdef::memory_mib("0.5GB"), Some(512));
/// assert_eq!(ecs_taskdef::memory_mib("512 MB"), None);
/// ```
#[must_use]
pub fn memory_mib(text: &str) -> Option<u32> {
    read(text, "gb")
}

fn read(text: &str, unit: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let number_length = text.len().checked_sub(unit.len())?;
    let (number, suffix) = text.split_at_checked(number_length)?;
    if !suffix.eq_ignore_ascii_case(unit) {
        return None;
    }
    thousandths_of_1024(number.trim_end_matches(' '))
}

/// A decimal number times 1,024, where that is whole.
fn thousandths_of_1024(number: &str) -> Option<u32> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let places = u32::try_from(fraction.len()).ok()?;
    let scale = 10_u128.checked_pow(places)?;
    let number: u128 = [whole, fraction].concat().parse().ok()?;
    let scaled = number.checked_mul(1_024)?;
    (scaled % scale == 0).then_some(())?;
    u32::try_from(scaled / scale).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_vcpus() {
        for (text, units) in [
            ("256", Some(256)),
            ("0", Some(0)),
            ("1 vCPU", Some(1_024)),
            ("1 vcpu", Some(1_024)),
            ("1vCPU", Some(1_024)),
            (".25 vcpu", Some(256)),
            ("0.25 VCPU", Some(256)),
            ("16 vCPU", Some(16_384)),
            ("1.", None),
            ("1. vCPU", Some(1_024)),
            (". vCPU", None),
            ("0.1 vCPU", None),
            ("", None),
            (" 256", None),
            ("-1", None),
            ("1e3", None),
            ("vCPU", None),
            ("1,5 vCPU", None),
            ("99 bananas", None),
            ("4294967296", None),
            ("99999999999999999999999999999999999999999 vCPU", None),
            ("1 vCPé", None),
        ] {
            assert_eq!(cpu_units(text), units, "{text}");
        }
    }

    #[test]
    fn mib_and_gb() {
        for (text, mib) in [
            ("512", Some(512)),
            (".5 GB", Some(512)),
            ("0.5GB", Some(512)),
            ("2 gb", Some(2_048)),
            ("30 GB", Some(30_720)),
            ("1 GiB", None),
            ("512MB", None),
        ] {
            assert_eq!(memory_mib(text), mib, "{text}");
        }
    }
}
