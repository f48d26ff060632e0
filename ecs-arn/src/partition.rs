//! Partitions: groups of Regions with their own accounts and endpoints.

use alloc::boxed::Box;
use core::convert::Infallible;
use core::fmt;
use core::str::FromStr;

/// A partition of AWS.
///
/// ```
/// use ecs_arn::Partition;
///
/// assert_eq!(Partition::of_region("us-gov-west-1"), Partition::AwsUsGov);
/// assert_eq!(Partition::from_name("aws-eusc").dns_suffix(), Some("amazonaws.eu"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Partition {
    /// `aws`: the commercial Regions.
    Aws,
    /// `aws-cn`: China.
    AwsCn,
    /// `aws-us-gov`: AWS GovCloud (US).
    AwsUsGov,
    /// `aws-eusc`: the AWS European Sovereign Cloud.
    AwsEusc,
    /// `aws-iso`: US, top secret.
    AwsIso,
    /// `aws-iso-b`: US, secret.
    AwsIsoB,
    /// `aws-iso-e`: Europe.
    AwsIsoE,
    /// `aws-iso-f`: US.
    AwsIsoF,
    /// A partition this crate does not know, by its name.
    Other(Box<str>),
}

impl Partition {
    /// The partition of that name; names compare by case.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::known(name.as_bytes()).unwrap_or_else(|| Self::Other(name.into()))
    }

    /// The partition that a Region belongs to, by the start of its name. Regions are added all
    /// the time, so a start that is not known means [`Partition::Aws`].
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        Self::home_of(region.as_bytes())
    }

    fn known(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"aws" => Self::Aws,
            b"aws-cn" => Self::AwsCn,
            b"aws-us-gov" => Self::AwsUsGov,
            b"aws-eusc" => Self::AwsEusc,
            b"aws-iso" => Self::AwsIso,
            b"aws-iso-b" => Self::AwsIsoB,
            b"aws-iso-e" => Self::AwsIsoE,
            b"aws-iso-f" => Self::AwsIsoF,
            _ => return None,
        })
    }

    /// Comparisons with constants compile to a few instructions; a table of starts does not.
    fn home_of(region: &[u8]) -> Self {
        match region {
            [b'u', b's', b'-', rest @ ..] => match rest {
                [b'g', b'o', b'v', b'-', ..] => Self::AwsUsGov,
                [b'i', b's', b'o', b'-', ..] => Self::AwsIso,
                [b'i', b's', b'o', b'b', b'-', ..] => Self::AwsIsoB,
                [b'i', b's', b'o', b'f', b'-', ..] => Self::AwsIsoF,
                _ => Self::Aws,
            },
            [b'e', b'u', b'-', b'i', b's', b'o', b'e', b'-', ..] => Self::AwsIsoE,
            [b'c', b'n', b'-', ..] => Self::AwsCn,
            [b'e', b'u', b's', b'c', b'-', ..] => Self::AwsEusc,
            _ => Self::Aws,
        }
    }

    /// The name as ARNs have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
            Self::Other(name) => name,
        }
    }

    /// The end of its endpoints' host names; `None` for a partition that is not known.
    #[must_use]
    pub fn dns_suffix(&self) -> Option<&'static str> {
        match self {
            Self::Aws | Self::AwsUsGov => Some("amazonaws.com"),
            Self::AwsCn => Some("amazonaws.com.cn"),
            Self::AwsEusc => Some("amazonaws.eu"),
            Self::AwsIso => Some("c2s.ic.gov"),
            Self::AwsIsoB => Some("sc2s.sgov.gov"),
            Self::AwsIsoE => Some("cloud.adc-e.uk"),
            Self::AwsIsoF => Some("csp.hci.ic.gov"),
            Self::Other(_) => None,
        }
    }

    /// Whether a Region may stand in an ARN of the partition with this name. Nothing is known
    /// of the Regions of a partition that is not known.
    pub(crate) fn holds(name: &[u8], region: &[u8]) -> bool {
        Self::known(name).is_none_or(|known| known == Self::home_of(region))
    }
}

impl FromStr for Partition {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from_name(name))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
