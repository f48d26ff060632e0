//! ARNs of Amazon ECS.

use alloc::string::ToString;
use core::fmt;

use crate::arn::{Arn, ArnRef};
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::resource::{EcsResource, IdKind};

/// Resource types that the service authorization reference lists and that have no variant in
/// [`EcsResource`].
const OTHER_TYPES: [&str; 4] = [
    "daemon",
    "daemon-deployment",
    "daemon-revision",
    "daemon-task-definition",
];

/// An ARN of Amazon ECS and what it names, without allocation.
///
/// ```
/// use ecs_arn::{ArnFormat, EcsArn};
///
/// let old = EcsArn::parse(
///     "arn:aws:ecs:us-east-1:123456789012:task/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
/// )?;
/// assert_eq!(old.format(), Some(ArnFormat::Short));
/// assert_eq!(
///     old.to_long("default")?.as_str(),
///     "arn:aws:ecs:us-east-1:123456789012:task/default/1abf0f6d-a411-4033-b8eb-a4eed3ad252a",
/// );
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EcsArn<'a> {
    arn: ArnRef<'a>,
    resource: EcsResource<'a>,
}

/// Whether an ARN names the cluster of a service, task, container instance or container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ArnFormat {
    /// Without the cluster, as all were until 2018.
    Short,
    /// With the cluster.
    Long,
}

impl<'a> EcsArn<'a> {
    /// Reads an ARN of service `ecs`. The account and the Region are not looked at; see
    /// [`EcsArn::validate`].
    ///
    /// # Errors
    ///
    /// As [`ArnRef::parse`] and [`EcsResource::parse`], and [`ArnErrorKind::WrongService`].
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        Self::try_from(ArnRef::parse(text)?)
    }

    /// Checks everything that can be known without asking AWS: the parts as
    /// [`ArnRef::validate`] does, that Region and account are there, that the resource type is
    /// one of Amazon ECS, and that generated ids have a generated form.
    ///
    /// # Errors
    ///
    /// The first part that does not hold what it should.
    pub fn validate(self) -> Result<(), ArnError> {
        self.arn.validate()?;
        for (part, text) in [
            (Part::Region, self.arn.region()),
            (Part::Account, self.arn.account()),
        ] {
            if text.is_none() {
                return Err(ArnError::new(
                    ArnErrorKind::EmptyPart(part),
                    self.arn.offset_of(part),
                    "",
                ));
            }
        }
        let start = self.arn.offset_of(Part::Resource);
        match self.resource {
            EcsResource::Other { resource_type, .. } if !OTHER_TYPES.contains(&resource_type) => {
                Err(ArnError::new(
                    ArnErrorKind::ResourceType,
                    start,
                    resource_type,
                ))
            }
            resource if resource.id_kind() == Some(IdKind::Other) => {
                let id = resource.name();
                let at = self.arn.as_str().len().saturating_sub(id.len());
                Err(ArnError::new(ArnErrorKind::Id, at, id))
            }
            _ => Ok(()),
        }
    }

    /// The ARN itself, with partition, Region and account.
    #[must_use]
    pub fn arn(self) -> ArnRef<'a> {
        self.arn
    }

    /// What it names.
    #[must_use]
    pub fn resource(self) -> EcsResource<'a> {
        self.resource
    }

    /// The format, for the resource types that have two.
    #[must_use]
    pub fn format(self) -> Option<ArnFormat> {
        match self.resource {
            EcsResource::ContainerInstance { .. }
            | EcsResource::Service { .. }
            | EcsResource::Task { .. }
            | EcsResource::Container { .. } => match self.resource.cluster() {
                Some(_) => Some(ArnFormat::Long),
                None => Some(ArnFormat::Short),
            },
            _ => None,
        }
    }

    /// The long format, given the cluster's name. An ARN that is long already, or has one
    /// format only, comes back as it is.
    ///
    /// # Errors
    ///
    /// A name that is no cluster's, or a result of more than [`MAX_LEN`](crate::MAX_LEN) bytes.
    pub fn to_long(self, cluster: &str) -> Result<Arn, ArnError> {
        self.with(self.resource.in_cluster(cluster))
    }

    /// The short format, as the API wrote it before account settings allowed the long one.
    #[must_use]
    pub fn to_short(self) -> Arn {
        self.with(self.resource.without_cluster())
            .unwrap_or_else(|_| self.arn.into())
    }

    /// The ARN of the cluster that it is or belongs to, as far as the ARN tells.
    #[must_use]
    pub fn cluster_arn(self) -> Option<Arn> {
        self.with(EcsResource::Cluster {
            name: self.resource.cluster()?,
        })
        .ok()
    }

    /// Whether both name the same resource, however they are written: a short ARN equals the
    /// long one of the same id.
    #[must_use]
    pub fn is_same_resource(self, other: Self) -> bool {
        let (a, b) = (self.arn, other.arn);
        let same_scope =
            (a.partition(), a.region(), a.account()) == (b.partition(), b.region(), b.account());
        let resource = match (self.resource.cluster(), other.resource.cluster()) {
            (Some(_), Some(_)) => self.resource == other.resource,
            _ => self.resource.without_cluster() == other.resource.without_cluster(),
        };
        same_scope && resource
    }

    fn with(self, resource: EcsResource<'_>) -> Result<Arn, ArnError> {
        let arn = Arn::from_parts(
            self.arn.partition(),
            self.arn.service(),
            self.arn.region().unwrap_or_default(),
            self.arn.account().unwrap_or_default(),
            &resource.to_string(),
        )?;
        arn.ecs()?;
        Ok(arn)
    }
}

impl<'a> TryFrom<ArnRef<'a>> for EcsArn<'a> {
    type Error = ArnError;

    fn try_from(arn: ArnRef<'a>) -> Result<Self, ArnError> {
        let service = arn.service();
        if service != "ecs" {
            let printed_by_the_guide =
                service == "ec2" && EcsResource::parse(arn.resource()).is_ok();
            return Err(ArnError::new(
                ArnErrorKind::WrongService,
                arn.offset_of(Part::Service),
                service,
            )
            .hint_if(printed_by_the_guide, "the guide of 2015 printed `ec2` here"));
        }
        match EcsResource::parse(arn.resource()) {
            Ok(resource) => Ok(Self { arn, resource }),
            Err(error) => Err(error.shifted(arn.offset_of(Part::Resource))),
        }
    }
}

impl<'a> TryFrom<&'a str> for EcsArn<'a> {
    type Error = ArnError;

    fn try_from(text: &'a str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl fmt::Display for EcsArn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.arn, f)
    }
}
