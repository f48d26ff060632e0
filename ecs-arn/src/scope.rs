//! Building ARNs.

use alloc::string::ToString;

use crate::account::AccountId;
use crate::arn::{Arn, ArnRef};
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::partition::Partition;
use crate::region::Region;
use crate::resource::EcsResource;

/// Where resources live: a Region, its partition, and an account. It builds ARNs.
///
/// ```
/// use ecs_arn::{EcsResource, Scope};
///
/// let scope = Scope::new("us-east-1", "123456789012")?;
/// let arn = scope.arn(EcsResource::Service { cluster: Some("default"), name: "web" })?;
/// assert_eq!(arn.as_str(), "arn:aws:ecs:us-east-1:123456789012:service/default/web");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope<'a> {
    partition: Partition,
    region: Region<'a>,
    account: AccountId,
}

impl<'a> Scope<'a> {
    /// A scope of the partition to which the Region belongs.
    ///
    /// # Errors
    ///
    /// As [`Region::parse`] and [`AccountId::parse`].
    pub fn new(region: &'a str, account: &str) -> Result<Self, ArnError> {
        let region = Region::parse(region)?;
        let account = AccountId::parse(account)?;
        Ok(Self {
            partition: region.partition(),
            region,
            account,
        })
    }

    /// The scope in which an ARN lies.
    ///
    /// # Errors
    ///
    /// An ARN without Region or account, or with anything but those in their places.
    pub fn of(arn: ArnRef<'a>) -> Result<Self, ArnError> {
        let needed = |part: Part, text: Option<&'a str>| {
            text.ok_or_else(|| {
                ArnError::new(ArnErrorKind::EmptyPart(part), arn.offset_of(part), "")
            })
        };
        let at = |part: Part| move |error: ArnError| error.shifted(arn.offset_of(part));
        let region = needed(Part::Region, arn.region())?;
        let account = needed(Part::Account, arn.account())?;
        Ok(Self {
            partition: Partition::from_name(arn.partition()),
            region: Region::parse(region).map_err(at(Part::Region))?,
            account: AccountId::parse(account).map_err(at(Part::Account))?,
        })
    }

    /// The ARN of an Amazon ECS resource in this scope.
    ///
    /// # Errors
    ///
    /// A name, id or revision that the resource type cannot have.
    pub fn arn(&self, resource: EcsResource<'_>) -> Result<Arn, ArnError> {
        let arn = Arn::from_parts(
            self.partition.as_str(),
            "ecs",
            self.region.as_str(),
            self.account.as_str(),
            &resource.to_string(),
        )?;
        arn.ecs()?;
        Ok(arn)
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The Region.
    #[must_use]
    pub fn region(&self) -> Region<'a> {
        self.region
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }
}
