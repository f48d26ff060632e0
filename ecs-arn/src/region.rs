//! Regions.

use core::fmt;

use crate::Partition;
use crate::error::{ArnError, ArnErrorKind, Part};

/// The Regions in which Amazon ECS was available in 2015, with their names (Developer Guide of
/// 2015, "Setting Up with Amazon ECS").
pub const REGIONS_2015: [(&str, &str); 6] = [
    ("us-east-1", "US East (N. Virginia)"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
    ("eu-west-1", "EU (Ireland)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
];

/// A Region's code, such as `us-east-1`: words and a number joined by hyphens, in lower case.
///
/// The set is open. A pseudo-Region such as `aws-global` is no Region of an ARN.
///
/// ```
/// use ecs_arn::{Partition, Region};
///
/// let region = Region::parse("eusc-de-east-1")?;
/// assert_eq!(region.partition(), Partition::AwsEusc);
/// assert!(Region::parse("region").is_err());
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region<'a>(&'a str);

impl<'a> Region<'a> {
    /// Reads a Region's code.
    ///
    /// # Errors
    ///
    /// [`ArnErrorKind::Case`] for upper case, [`ArnErrorKind::Region`] for another shape.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        if is_region(text) {
            return Ok(Self(text));
        }
        let kind = match is_region(&text.to_ascii_lowercase()) {
            true => ArnErrorKind::Case(Part::Region),
            false => ArnErrorKind::Region,
        };
        Err(ArnError::new(kind, 0, text))
    }

    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The partition it belongs to.
    #[must_use]
    pub fn partition(self) -> Partition {
        Partition::of_region(self.0)
    }
}

/// At least two lower-case words and then a number: `us-east-1`, `us-isob-east-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = bytes
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let words = bytes.get(..bytes.len() - digits).unwrap_or_default();
    let mut hyphens = 0;
    let mut previous = b'-';
    for &byte in words {
        match byte {
            b'a'..=b'z' => {}
            b'-' if previous != b'-' => hyphens += 1,
            _ => return false,
        }
        previous = byte;
    }
    digits > 0 && hyphens >= 2 && previous == b'-'
}

impl<'a> TryFrom<&'a str> for Region<'a> {
    type Error = ArnError;

    fn try_from(text: &'a str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl fmt::Display for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
