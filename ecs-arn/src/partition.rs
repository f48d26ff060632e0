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

/// Name, start of its Region names, DNS suffix. Longer starts stand before the shorter ones
/// that they contain; `aws` holds every Region that no other partition claims.
const KNOWN: [(Partition, &str, &str, &str); 8] = [
    (
        Partition::AwsUsGov,
        "aws-us-gov",
        "us-gov-",
        "amazonaws.com",
    ),
    (Partition::AwsIso, "aws-iso", "us-iso-", "c2s.ic.gov"),
    (Partition::AwsIsoB, "aws-iso-b", "us-isob-", "sc2s.sgov.gov"),
    (
        Partition::AwsIsoF,
        "aws-iso-f",
        "us-isof-",
        "csp.hci.ic.gov",
    ),
    (
        Partition::AwsIsoE,
        "aws-iso-e",
        "eu-isoe-",
        "cloud.adc-e.uk",
    ),
    (Partition::AwsCn, "aws-cn", "cn-", "amazonaws.com.cn"),
    (Partition::AwsEusc, "aws-eusc", "eusc-", "amazonaws.eu"),
    (Partition::Aws, "aws", "", "amazonaws.com"),
];

impl Partition {
    /// The partition of that name; names compare by case.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        KNOWN
            .iter()
            .find(|(_, known, _, _)| *known == name)
            .map_or_else(
                || Self::Other(name.into()),
                |(partition, ..)| partition.clone(),
            )
    }

    /// The partition that a Region belongs to, by the start of its name. Regions are added all
    /// the time, so a start that is not known means [`Partition::Aws`].
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        KNOWN
            .iter()
            .find(|(_, _, start, _)| region.starts_with(start))
            .map_or(Self::Aws, |(partition, ..)| partition.clone())
    }

    /// The name as ARNs have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => known.row().map_or("", |(_, name, _, _)| name),
        }
    }

    /// The end of its endpoints' host names; `None` for a partition that is not known.
    #[must_use]
    pub fn dns_suffix(&self) -> Option<&'static str> {
        self.row().map(|(_, _, _, suffix)| *suffix)
    }

    fn row(&self) -> Option<&'static (Self, &'static str, &'static str, &'static str)> {
        static ROWS: [(Partition, &str, &str, &str); 8] = KNOWN;
        ROWS.iter().find(|(partition, ..)| partition == self)
    }

    /// Whether a Region may stand in an ARN of the partition with this name. Nothing is known
    /// of the Regions of a partition that is not known.
    pub(crate) fn holds(name: &str, region: &str) -> bool {
        let home = KNOWN
            .iter()
            .find(|(_, _, start, _)| region.starts_with(start));
        home.is_some_and(|(_, home, _, _)| *home == name)
            || !KNOWN.iter().any(|(_, known, _, _)| *known == name)
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
