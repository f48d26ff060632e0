//! The ARN, borrowed and owned.

use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use crate::account::Account;
use crate::ecs::EcsArn;
use crate::error::ArnError;
use crate::parse::{self, Colons, PREFIX};
use crate::scan;
use crate::validate;

/// The most bytes an ARN may have, as most AWS services bound it.
pub const MAX_LEN: usize = 2048;

/// A borrowed ARN of any service, split into its parts without allocation.
///
/// ```text
/// arn:partition:service:region:account:resource
/// ```
///
/// Region and account may be empty. The resource may hold colons and slashes; how it is built
/// is the service's affair ([`EcsArn`] knows it for Amazon ECS).
///
/// Two ARNs are equal, ordered and hashed as their texts are.
///
/// ```
/// use ecs_arn::ArnRef;
///
/// let arn = ArnRef::parse("arn:aws:s3:::my_corporate_bucket/exampleobject.png")?;
/// assert_eq!(arn.service(), "s3");
/// assert_eq!(arn.region(), None);
/// assert_eq!(arn.account(), None);
/// assert_eq!(arn.resource(), "my_corporate_bucket/exampleobject.png");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Clone, Copy)]
pub struct ArnRef<'a> {
    text: &'a str,
    colons: Colons,
}

impl<'a> ArnRef<'a> {
    /// Splits a text into the parts of an ARN and checks the structure only; see
    /// [`ArnRef::validate`] for the values of the parts.
    ///
    /// # Errors
    ///
    /// An empty text, more than [`MAX_LEN`] bytes, a control character, another prefix than
    /// `arn:`, fewer than six parts, an empty partition, service or resource.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        Ok(Self {
            text,
            colons: parse::structure(text)?,
        })
    }

    /// Splits a text and checks its parts in one pass: [`ArnRef::parse`] and then
    /// [`ArnRef::validate`], at about the price of the former.
    ///
    /// ```
    /// use ecs_arn::{ArnErrorKind, ArnRef};
    ///
    /// let arn = ArnRef::parse_strict("arn:aws:ecs:us-east-1:123456789012:cluster/default")?;
    /// assert_eq!(arn.resource(), "cluster/default");
    ///
    /// let placeholder = "arn:aws:ecs:us-east-1:<account>:cluster/default";
    /// assert!(ArnRef::parse(placeholder).is_ok());
    /// assert!(ArnRef::parse_strict(placeholder).is_err());
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ArnRef::parse`], and then as [`ArnRef::validate`].
    pub fn parse_strict(text: &'a str) -> Result<Self, ArnError> {
        match scan::strict_colons(text) {
            Some(colons) => Ok(Self { text, colons }),
            None => validate::read(text),
        }
    }

    /// Checks what means the same in every service: a well-formed partition and service, a
    /// Region of that partition or none, an account of twelve digits, `aws` or none, and no
    /// `${...}` left to fill in. [`EcsArn::validate`] also checks the resource.
    ///
    /// ```
    /// use ecs_arn::ArnRef;
    ///
    /// let arn = ArnRef::parse("arn:aws:ecs::us-east-1:123456789012:task-definition/web:*")?;
    /// assert_eq!(
    ///     arn.validate().unwrap_err().to_string(),
    ///     "`us-east-1` is not an account id of 12 digits at byte 13: \
    ///      one `:` too many before the Region",
    /// );
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first part that does not hold what it should.
    pub fn validate(self) -> Result<(), ArnError> {
        match scan::is_strict(self.text, self.colons) {
            true => Ok(()),
            false => validate::parts(self),
        }
    }

    /// The partition, such as `aws`; [`Partition::from_name`](crate::Partition::from_name)
    /// tells which one.
    #[must_use]
    pub fn partition(self) -> &'a str {
        let [second, ..] = self.colons;
        self.text
            .get(PREFIX.len()..second.into())
            .unwrap_or_default()
    }

    /// The service, such as `ecs`.
    #[must_use]
    pub fn service(self) -> &'a str {
        let [second, third, ..] = self.colons;
        self.between(second, third)
    }

    /// The Region, such as `us-east-1`, if the ARN names one.
    #[must_use]
    pub fn region(self) -> Option<&'a str> {
        let [_, third, fourth, _] = self.colons;
        Some(self.between(third, fourth)).filter(|region| !region.is_empty())
    }

    /// The text of the account part, if it is not empty.
    #[must_use]
    pub fn account(self) -> Option<&'a str> {
        let [_, _, fourth, fifth] = self.colons;
        Some(self.between(fourth, fifth)).filter(|account| !account.is_empty())
    }

    /// Who owns the resource: an account id, `aws`, or something else.
    #[must_use]
    pub fn owner(self) -> Option<Account<'a>> {
        self.account().map(Account::of)
    }

    /// Everything after the fifth colon.
    #[must_use]
    pub fn resource(self) -> &'a str {
        let [.., fifth] = self.colons;
        self.text.get(usize::from(fifth) + 1..).unwrap_or_default()
    }

    /// The resource up to its first `/` or `:`, if it has one: `task` in `task/default/1abf`,
    /// `log-group` in `log-group:/ecs/web`.
    #[must_use]
    pub fn resource_type(self) -> Option<&'a str> {
        self.resource().split_once(['/', ':']).map(|(kind, _)| kind)
    }

    /// What follows the last `/` of the resource, or the whole resource without one: the task id
    /// of both `task/1abf` and `task/default/1abf`.
    #[must_use]
    pub fn resource_id(self) -> &'a str {
        self.resource()
            .rsplit_once('/')
            .map_or(self.resource(), |(_, id)| id)
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// Where a part starts, in bytes; what errors point at.
    pub(crate) fn offset_of(self, part: crate::Part) -> usize {
        let [second, third, fourth, fifth] = self.colons;
        match part {
            crate::Part::Partition => PREFIX.len(),
            crate::Part::Service => usize::from(second) + 1,
            crate::Part::Region => usize::from(third) + 1,
            crate::Part::Account => usize::from(fourth) + 1,
            crate::Part::Resource => usize::from(fifth) + 1,
        }
    }

    fn between(self, colon: u16, next: u16) -> &'a str {
        self.text
            .get(usize::from(colon) + 1..next.into())
            .unwrap_or_default()
    }
}

/// An owned ARN of any service: one allocation, as large as `Option<Arn>`.
///
/// ```
/// use ecs_arn::Arn;
///
/// let arn: Arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore".parse()?;
/// assert_eq!(arn.service(), "iam");
/// assert_eq!(arn.to_string(), "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Clone)]
pub struct Arn {
    text: Box<str>,
    colons: Colons,
}

impl Arn {
    /// Puts an ARN together from its parts; empty text stands for no Region and no account.
    ///
    /// ```
    /// use ecs_arn::Arn;
    ///
    /// let arn = Arn::from_parts("aws", "iam", "", "123456789012", "role/ecsInstanceRole")?;
    /// assert_eq!(arn.as_str(), "arn:aws:iam::123456789012:role/ecsInstanceRole");
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ArnRef::parse`], and a part other than the resource that holds a colon.
    pub fn from_parts(
        partition: &str,
        service: &str,
        region: &str,
        account: &str,
        resource: &str,
    ) -> Result<Self, ArnError> {
        let arn = Self::try_from(alloc::format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))?;
        validate::no_colons(arn.borrowed(), partition, service, region, account)?;
        Ok(arn)
    }

    /// The borrowed form, which has all the other methods.
    #[must_use]
    pub fn borrowed(&self) -> ArnRef<'_> {
        ArnRef {
            text: &self.text,
            colons: self.colons,
        }
    }

    /// The partition; see [`ArnRef::partition`].
    #[must_use]
    pub fn partition(&self) -> &str {
        self.borrowed().partition()
    }

    /// The service; see [`ArnRef::service`].
    #[must_use]
    pub fn service(&self) -> &str {
        self.borrowed().service()
    }

    /// The Region; see [`ArnRef::region`].
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.borrowed().region()
    }

    /// The account; see [`ArnRef::account`].
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.borrowed().account()
    }

    /// The resource; see [`ArnRef::resource`].
    #[must_use]
    pub fn resource(&self) -> &str {
        self.borrowed().resource()
    }

    /// What follows the last `/`; see [`ArnRef::resource_id`].
    #[must_use]
    pub fn resource_id(&self) -> &str {
        self.borrowed().resource_id()
    }

    /// What it names in Amazon ECS.
    ///
    /// # Errors
    ///
    /// As [`EcsArn::try_from`].
    pub fn ecs(&self) -> Result<EcsArn<'_>, ArnError> {
        EcsArn::try_from(self.borrowed())
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'a> TryFrom<&'a str> for ArnRef<'a> {
    type Error = ArnError;

    fn try_from(text: &'a str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        ArnRef::parse(text).map(Self::from)
    }
}

impl TryFrom<&str> for Arn {
    type Error = ArnError;

    fn try_from(text: &str) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl TryFrom<String> for Arn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        let colons = parse::structure(&text)?;
        Ok(Self {
            text: text.into_boxed_str(),
            colons,
        })
    }
}

impl From<ArnRef<'_>> for Arn {
    fn from(arn: ArnRef<'_>) -> Self {
        Self {
            text: arn.text.into(),
            colons: arn.colons,
        }
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.text.into_string()
    }
}

impl Borrow<str> for Arn {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

macro_rules! compares_as_text {
    ($($arn:ty: $name:literal),*) => {$(
        impl AsRef<str> for $arn {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq for $arn {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $arn {}

        impl PartialEq<str> for $arn {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $arn {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl PartialOrd for $arn {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $arn {
            fn cmp(&self, other: &Self) -> Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl Hash for $arn {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl fmt::Display for $arn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $arn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple($name).field(&self.as_str()).finish()
            }
        }
    )*};
}

compares_as_text!(ArnRef<'_>: "ArnRef", Arn: "Arn");
