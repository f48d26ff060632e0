//! Parameters that take a short name or a full ARN.

use core::fmt;

use crate::arn::{Arn, ArnRef};
use crate::ecs::EcsArn;
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::parse::PREFIX;
use crate::resource::{EcsResource, check_name, split_revision};
use crate::scope::Scope;

/// Declares a reference that is a short name or an ARN of one resource type.
macro_rules! name_or_arn {
    ($(#[$doc:meta])* $reference:ident, $short:ident, $resource:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(clippy::exhaustive_enums, reason = "the API knows these two ways to refer")]
        pub enum $reference<'a> {
            /// The short form; which cluster, Region and account are meant, the request tells.
            $short(&'a str),
            /// The full ARN.
            Arn(EcsArn<'a>),
        }

        impl<'a> $reference<'a> {
            /// Reads the short form or an ARN of this resource type.
            ///
            /// # Errors
            ///
            /// A short form with illegal characters, or an ARN of something else.
            pub fn parse(text: &'a str) -> Result<Self, ArnError> {
                if !text.starts_with(PREFIX) {
                    check_name(text)?;
                    return Ok(Self::$short(text));
                }
                let arn = EcsArn::parse(text)?;
                match arn.resource() {
                    EcsResource::$resource { .. } => Ok(Self::Arn(arn)),
                    other => Err(other_type(arn, other)),
                }
            }

            /// The short form, whichever was given.
            #[must_use]
            pub fn name(self) -> &'a str {
                match self {
                    Self::$short(name) => name,
                    Self::Arn(arn) => arn.resource().name(),
                }
            }

            /// The cluster that the ARN names, if there is an ARN and it does.
            #[must_use]
            pub fn cluster(self) -> Option<&'a str> {
                match self {
                    Self::$short(_) => None,
                    Self::Arn(arn) => arn.resource().cluster(),
                }
            }

            /// Whether it means the resource with that ARN. A short form is compared by name
            /// only, and a short ARN equals the long one of the same id.
            #[must_use]
            pub fn is(self, arn: EcsArn<'_>) -> bool {
                match (self, arn.resource()) {
                    (Self::$short(name), EcsResource::$resource { .. }) => name == arn.resource().name(),
                    (Self::Arn(own), _) => own.is_same_resource(arn),
                    _ => false,
                }
            }
        }

        impl<'a> TryFrom<&'a str> for $reference<'a> {
            type Error = ArnError;

            fn try_from(text: &'a str) -> Result<Self, ArnError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $reference<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::$short(name) => f.pad(name),
                    Self::Arn(arn) => fmt::Display::fmt(arn, f),
                }
            }
        }
    };
}

/// Declares how a reference becomes the ARN of a resource inside a cluster.
macro_rules! resolves_in_cluster {
    ($reference:ident, $short:ident, $resource:ident, $field:ident) => {
        impl<'a> $reference<'a> {
            /// The ARN in the long format, given where the request goes and to which cluster.
            ///
            /// # Errors
            ///
            /// A name that is no cluster's.
            pub fn to_arn(self, scope: &Scope<'_>, cluster: &str) -> Result<Arn, ArnError> {
                match self {
                    Self::$short($field) => scope.arn(EcsResource::$resource {
                        cluster: Some(cluster),
                        $field,
                    }),
                    Self::Arn(arn) => arn.to_long(cluster),
                }
            }
        }
    };
}

name_or_arn! {
    /// A cluster as requests name it: short name or full ARN; absent means `default`.
    ///
    /// ```
    /// use ecs_arn::ClusterRef;
    ///
    /// assert_eq!(ClusterRef::or_default(None)?.name(), "default");
    /// let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
    /// assert_eq!(ClusterRef::or_default(Some(arn))?.name(), "prod");
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ClusterRef, Name, Cluster
}

name_or_arn! {
    /// A service as requests name it: short name or full ARN.
    ///
    /// ```
    /// use ecs_arn::{Scope, ServiceRef};
    ///
    /// let scope = Scope::new("us-east-1", "123456789012")?;
    /// let arn = ServiceRef::parse("web")?.to_arn(&scope, "default")?;
    /// assert_eq!(arn.resource(), "service/default/web");
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ServiceRef, Name, Service
}

name_or_arn! {
    /// A task as requests name it: id or full ARN.
    ///
    /// ```
    /// use ecs_arn::{EcsArn, TaskRef};
    ///
    /// let task = EcsArn::parse("arn:aws:ecs:us-east-1:123456789012:task/default/1abf")?;
    /// assert!(TaskRef::parse("1abf")?.is(task));
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    TaskRef, Id, Task
}

name_or_arn! {
    /// A container instance as requests name it: id or full ARN.
    ///
    /// ```
    /// use ecs_arn::ContainerInstanceRef;
    ///
    /// let text = "arn:aws:ecs:us-east-1:123456789012:container-instance/hybrid-cluster/abc123";
    /// let instance = ContainerInstanceRef::parse(text)?;
    /// assert_eq!((instance.name(), instance.cluster()), ("abc123", Some("hybrid-cluster")));
    /// # Ok::<(), ecs_arn::ArnError>(())
    /// ```
    ContainerInstanceRef, Id, ContainerInstance
}

resolves_in_cluster!(ServiceRef, Name, Service, name);
resolves_in_cluster!(TaskRef, Id, Task, id);
resolves_in_cluster!(ContainerInstanceRef, Id, ContainerInstance, id);

impl<'a> ClusterRef<'a> {
    /// The cluster that is meant when a request names none.
    pub const DEFAULT: Self = Self::Name("default");

    /// Reads the optional `cluster` parameter of a request.
    ///
    /// # Errors
    ///
    /// As [`ClusterRef::parse`].
    pub fn or_default(cluster: Option<&'a str>) -> Result<Self, ArnError> {
        cluster.map_or(Ok(Self::DEFAULT), Self::parse)
    }

    /// The full ARN, given where the request goes.
    ///
    /// # Errors
    ///
    /// None for a reference that was parsed; one made by hand may hold an illegal name.
    pub fn to_arn(self, scope: &Scope<'_>) -> Result<Arn, ArnError> {
        match self {
            Self::Name(name) => scope.arn(EcsResource::Cluster { name }),
            Self::Arn(arn) => Ok(arn.arn().into()),
        }
    }
}

/// A task definition as requests name it: `family` (its latest ACTIVE revision),
/// `family:revision`, or a full ARN, whose revision may be left out too.
///
/// ```
/// use ecs_arn::TaskDefinitionRef;
///
/// let latest = TaskDefinitionRef::parse("web")?;
/// assert_eq!((latest.family(), latest.revision()), ("web", None));
///
/// let third = TaskDefinitionRef::parse("arn:aws:ecs:us-east-1:123456789012:task-definition/web:3")?;
/// assert_eq!((third.family(), third.revision()), ("web", Some(3)));
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskDefinitionRef<'a> {
    arn: Option<ArnRef<'a>>,
    family: &'a str,
    revision: Option<u32>,
}

impl<'a> TaskDefinitionRef<'a> {
    /// Reads one of the three forms.
    ///
    /// # Errors
    ///
    /// An illegal family, a revision that is no positive 32-bit integer, or an ARN of
    /// something else.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        if !text.starts_with(PREFIX) {
            let (family, revision) = split_revision(text)?;
            return Ok(Self {
                arn: None,
                family,
                revision,
            });
        }
        let arn = ArnRef::parse(text)?;
        let start = arn.offset_of(Part::Resource);
        let family_in_ecs = arn
            .resource()
            .strip_prefix("task-definition/")
            .filter(|_| arn.service() == "ecs");
        let Some(path) = family_in_ecs else {
            let ecs = EcsArn::try_from(arn)?;
            return Err(other_type(ecs, ecs.resource()));
        };
        let shift = |error: ArnError| error.shifted(start + "task-definition/".len());
        let (family, revision) = split_revision(path).map_err(shift)?;
        Ok(Self {
            arn: Some(arn),
            family,
            revision,
        })
    }

    /// The family's name.
    #[must_use]
    pub fn family(self) -> &'a str {
        self.family
    }

    /// The revision; `None` means the latest ACTIVE one.
    #[must_use]
    pub fn revision(self) -> Option<u32> {
        self.revision
    }

    /// The ARN, if one was given.
    #[must_use]
    pub fn arn(self) -> Option<ArnRef<'a>> {
        self.arn
    }
}

impl<'a> TryFrom<&'a str> for TaskDefinitionRef<'a> {
    type Error = ArnError;

    fn try_from(text: &'a str) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

impl fmt::Display for TaskDefinitionRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.arn, self.revision) {
            (Some(arn), _) => fmt::Display::fmt(&arn, f),
            (None, Some(revision)) => write!(f, "{}:{revision}", self.family),
            (None, None) => f.pad(self.family),
        }
    }
}

fn other_type(arn: EcsArn<'_>, resource: EcsResource<'_>) -> ArnError {
    ArnError::new(
        ArnErrorKind::ResourceType,
        arn.arn().offset_of(Part::Resource),
        resource.resource_type(),
    )
}
