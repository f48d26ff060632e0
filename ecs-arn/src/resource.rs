//! The resource types of Amazon ECS, in the old and the new ARN format.

use core::fmt;

use crate::error::{ArnError, ArnErrorKind};

/// The longest name or id.
const MAX_NAME: usize = 255;

/// What the resource part of an Amazon ECS ARN names.
///
/// Services, tasks and container instances have two formats. The old, short one leaves the
/// cluster out (`task/ID`), the new, long one names it (`task/CLUSTER/ID`).
///
/// ```
/// use ecs_arn::EcsResource;
///
/// let old = EcsResource::parse("service/web")?;
/// assert_eq!(old, EcsResource::Service { cluster: None, name: "web" });
/// assert_eq!(old.in_cluster("default").to_string(), "service/default/web");
/// # Ok::<(), ecs_arn::ArnError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EcsResource<'a> {
    /// `cluster/NAME`
    Cluster {
        /// The cluster's name.
        name: &'a str,
    },
    /// `container-instance/ID` or `container-instance/CLUSTER/ID`
    ContainerInstance {
        /// The cluster's name, in the long format.
        cluster: Option<&'a str>,
        /// A UUID, 32 hexadecimal digits, or any other id.
        id: &'a str,
    },
    /// `service/NAME` or `service/CLUSTER/NAME`
    Service {
        /// The cluster's name, in the long format.
        cluster: Option<&'a str>,
        /// The service's name.
        name: &'a str,
    },
    /// `task/ID` or `task/CLUSTER/ID`
    Task {
        /// The cluster's name, in the long format.
        cluster: Option<&'a str>,
        /// A UUID, 32 hexadecimal digits, or any other id.
        id: &'a str,
    },
    /// `task-definition/FAMILY:REVISION`
    TaskDefinition {
        /// The family's name.
        family: &'a str,
        /// 1 to 2,147,483,647.
        revision: u32,
    },
    /// `container/ID`; today's API also prints `container/CLUSTER/TASK/ID`
    Container {
        /// The names of the cluster and of the task, in the long format.
        task: Option<(&'a str, &'a str)>,
        /// A UUID or any other id.
        id: &'a str,
    },
    /// `capacity-provider/NAME`
    CapacityProvider {
        /// The capacity provider's name, `FARGATE` and `FARGATE_SPOT` included.
        name: &'a str,
    },
    /// `task-set/CLUSTER/SERVICE/ID`
    TaskSet {
        /// The cluster's name.
        cluster: &'a str,
        /// The service's name.
        service: &'a str,
        /// The id, which may hold a slash as in `ecs-svc/5203344432720176530`.
        id: &'a str,
    },
    /// `service-deployment/CLUSTER/SERVICE/ID`
    ServiceDeployment {
        /// The cluster's name.
        cluster: &'a str,
        /// The service's name.
        service: &'a str,
        /// The deployment's id.
        id: &'a str,
    },
    /// `service-revision/CLUSTER/SERVICE/ID`
    ServiceRevision {
        /// The cluster's name.
        cluster: &'a str,
        /// The service's name.
        service: &'a str,
        /// The revision's id.
        id: &'a str,
    },
    /// A resource type that has no variant of its own, such as `daemon`.
    Other {
        /// What stands before the first `/`.
        resource_type: &'a str,
        /// What follows it.
        path: &'a str,
    },
}

/// How an id is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// 36 characters, as ids of the old format have: `1abf0f6d-a411-4033-b8eb-a4eed3ad252a`.
    Uuid,
    /// 32 hexadecimal digits, as ids of the new format have.
    Hex32,
    /// Anything else. Documents shorten ids for reading; they are opaque all the same.
    Other,
}

impl IdKind {
    /// Looks at an id.
    #[must_use]
    pub fn of(id: &str) -> Self {
        let is_hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_uuid = |text: &str| {
            text.bytes()
                .enumerate()
                .all(|(at, byte)| match is_hyphen(at) {
                    true => byte == b'-',
                    false => byte.is_ascii_hexdigit(),
                })
        };
        match id.len() {
            32 if is_hex(id) => Self::Hex32,
            36 if is_uuid(id) => Self::Uuid,
            _ => Self::Other,
        }
    }
}

impl<'a> EcsResource<'a> {
    /// Reads the resource part of an ARN.
    ///
    /// # Errors
    ///
    /// A resource type that is missing or not in lower case, another number of parts than the
    /// type has, a name or id that is empty, longer than 255 characters or holds anything but
    /// letters, digits, `-` and `_`, a task definition without a revision or with one that is
    /// no positive 32-bit integer.
    pub fn parse(resource: &'a str) -> Result<Self, ArnError> {
        let (resource_type, path) = split_type(resource)?;
        let reader = Reader { resource, path };
        match resource_type {
            "cluster" => Ok(Self::Cluster {
                name: reader.one()?,
            }),
            "container-instance" => reader
                .one_or_two()
                .map(|(cluster, id)| Self::ContainerInstance { cluster, id }),
            "service" => reader
                .one_or_two()
                .map(|(cluster, name)| Self::Service { cluster, name }),
            "task" => reader
                .one_or_two()
                .map(|(cluster, id)| Self::Task { cluster, id }),
            "task-definition" => reader.family_revision(),
            "container" => reader.container(),
            "capacity-provider" => Ok(Self::CapacityProvider {
                name: reader.one()?,
            }),
            "task-set" => {
                let (cluster, service, id) = reader.task_set()?;
                Ok(Self::TaskSet {
                    cluster,
                    service,
                    id,
                })
            }
            "service-deployment" => {
                let (cluster, service, id) = reader.three()?;
                Ok(Self::ServiceDeployment {
                    cluster,
                    service,
                    id,
                })
            }
            "service-revision" => {
                let (cluster, service, id) = reader.three()?;
                Ok(Self::ServiceRevision {
                    cluster,
                    service,
                    id,
                })
            }
            _ => Ok(Self::Other {
                resource_type,
                path,
            }),
        }
    }

    /// The resource type as it stands in the ARN.
    #[must_use]
    pub fn resource_type(self) -> &'a str {
        match self {
            Self::Cluster { .. } => "cluster",
            Self::ContainerInstance { .. } => "container-instance",
            Self::Service { .. } => "service",
            Self::Task { .. } => "task",
            Self::TaskDefinition { .. } => "task-definition",
            Self::Container { .. } => "container",
            Self::CapacityProvider { .. } => "capacity-provider",
            Self::TaskSet { .. } => "task-set",
            Self::ServiceDeployment { .. } => "service-deployment",
            Self::ServiceRevision { .. } => "service-revision",
            Self::Other { resource_type, .. } => resource_type,
        }
    }

    /// The name of the cluster that it is or belongs to, as far as the ARN tells.
    #[must_use]
    pub fn cluster(self) -> Option<&'a str> {
        match self {
            Self::Cluster { name } => Some(name),
            Self::ContainerInstance { cluster, .. }
            | Self::Service { cluster, .. }
            | Self::Task { cluster, .. } => cluster,
            Self::Container { task, .. } => task.map(|(cluster, _)| cluster),
            Self::TaskSet { cluster, .. }
            | Self::ServiceDeployment { cluster, .. }
            | Self::ServiceRevision { cluster, .. } => Some(cluster),
            Self::TaskDefinition { .. } | Self::CapacityProvider { .. } | Self::Other { .. } => {
                None
            }
        }
    }

    /// Its own name, id or family, without cluster and revision.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Self::Cluster { name }
            | Self::Service { name, .. }
            | Self::CapacityProvider { name } => name,
            Self::ContainerInstance { id, .. }
            | Self::Task { id, .. }
            | Self::Container { id, .. }
            | Self::TaskSet { id, .. }
            | Self::ServiceDeployment { id, .. }
            | Self::ServiceRevision { id, .. } => id,
            Self::TaskDefinition { family, .. } => family,
            Self::Other { path, .. } => path,
        }
    }

    /// How its id is written, for the types that have a generated one: container instances,
    /// tasks and containers.
    #[must_use]
    pub fn id_kind(self) -> Option<IdKind> {
        match self {
            Self::ContainerInstance { id, .. }
            | Self::Task { id, .. }
            | Self::Container { id, .. } => Some(IdKind::of(id)),
            _ => None,
        }
    }

    /// The long format of a service, task or container instance, given its cluster. Whatever
    /// has a cluster already, or has one format only, stays as it is.
    #[must_use]
    pub fn in_cluster(self, cluster: &'a str) -> Self {
        match self {
            Self::ContainerInstance { cluster: None, id } => Self::ContainerInstance {
                cluster: Some(cluster),
                id,
            },
            Self::Service {
                cluster: None,
                name,
            } => Self::Service {
                cluster: Some(cluster),
                name,
            },
            Self::Task { cluster: None, id } => Self::Task {
                cluster: Some(cluster),
                id,
            },
            other => other,
        }
    }

    /// The short format of a service, task, container instance or container; everything else
    /// stays as it is.
    #[must_use]
    pub fn without_cluster(self) -> Self {
        match self {
            Self::ContainerInstance { id, .. } => Self::ContainerInstance { cluster: None, id },
            Self::Service { name, .. } => Self::Service {
                cluster: None,
                name,
            },
            Self::Task { id, .. } => Self::Task { cluster: None, id },
            Self::Container { id, .. } => Self::Container { task: None, id },
            other => other,
        }
    }
}

impl fmt::Display for EcsResource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.resource_type())?;
        match *self {
            Self::Container {
                task: Some((cluster, task)),
                id,
            } => {
                write!(f, "/{cluster}/{task}/{id}")
            }
            Self::TaskDefinition { family, revision } => write!(f, "/{family}:{revision}"),
            Self::TaskSet {
                cluster,
                service,
                id,
            }
            | Self::ServiceDeployment {
                cluster,
                service,
                id,
            }
            | Self::ServiceRevision {
                cluster,
                service,
                id,
            } => {
                write!(f, "/{cluster}/{service}/{id}")
            }
            Self::ContainerInstance {
                cluster: Some(cluster),
                id: name,
            }
            | Self::Service {
                cluster: Some(cluster),
                name,
            }
            | Self::Task {
                cluster: Some(cluster),
                id: name,
            } => write!(f, "/{cluster}/{name}"),
            _ => write!(f, "/{}", self.name()),
        }
    }
}

/// Splits `FAMILY:REVISION`; the revision may be missing.
pub(crate) fn split_revision(text: &str) -> Result<(&str, Option<u32>), ArnError> {
    let (family, revision) = match text.split_once(':') {
        Some((family, revision)) => (family, Some(revision)),
        None => (text, None),
    };
    check_name(family)?;
    let Some(digits) = revision else {
        return Ok((family, None));
    };
    let is_canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    match digits.parse::<i32>() {
        Ok(number) if is_canonical => Ok((family, Some(number.unsigned_abs()))),
        _ => Err(
            ArnError::new(ArnErrorKind::Revision, family.len() + 1, digits)
                .hint_if(digits.contains('*'), "this is a pattern"),
        ),
    }
}

/// Whether a text can name a cluster, a service, a family of task definitions, a container or
/// whatever else Amazon ECS lets users name: 1 to 255 letters, digits, hyphens and underscores.
///
/// ```
/// assert!(ecs_arn::is_name("web-1_a"));
/// assert!(!ecs_arn::is_name("my service"));
/// ```
///
/// Source: API shape `CreateServiceRequest`, member `serviceName`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(is_name_byte)
}

/// Checks a name or id: 1 to 255 letters, digits, hyphens and underscores.
pub(crate) fn check_name(name: &str) -> Result<(), ArnError> {
    if name.is_empty() {
        return Err(ArnError::new(ArnErrorKind::EmptyName, 0, ""));
    }
    if !name.bytes().all(is_name_byte) {
        return Err(ArnError::new(ArnErrorKind::Name, 0, name)
            .hint_if(name.trim_end() != name, "remove the trailing white space")
            .hint_if(
                name.contains(['*', '?']) || name.contains("${"),
                "this is a pattern",
            ));
    }
    match name.len() > MAX_NAME {
        true => Err(ArnError::new(ArnErrorKind::NameTooLong, 0, name)),
        false => Ok(()),
    }
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// What stands before and after the first slash; texts are too short for a clever search.
fn cut(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == b'/')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The resource type and what follows its slash.
fn split_type(resource: &str) -> Result<(&str, &str), ArnError> {
    let (resource_type, path) = cut(resource).unwrap_or((resource, ""));
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    if resource_type.is_empty() {
        return Err(ArnError::new(ArnErrorKind::EmptyResourceType, 0, ""));
    }
    if resource_type.len() == resource.len() || !resource_type.bytes().all(legal) {
        let has_upper_case = resource_type.bytes().any(|byte| byte.is_ascii_uppercase());
        return Err(ArnError::new(ArnErrorKind::ResourceType, 0, resource_type)
            .hint_if(resource_type == "*", "this is a pattern")
            .hint_if(has_upper_case, "resource types are in lower case")
            .hint_if(
                resource.starts_with("task-definition"),
                "write `task-definition/FAMILY:REVISION`",
            ));
    }
    match path.is_empty() {
        true => Err(ArnError::new(ArnErrorKind::EmptyName, resource.len(), "")),
        false => Ok((resource_type, path)),
    }
}

/// Takes apart what follows the resource type.
#[derive(Clone, Copy)]
struct Reader<'a> {
    resource: &'a str,
    path: &'a str,
}

impl<'a> Reader<'a> {
    fn one(self) -> Result<&'a str, ArnError> {
        match cut(self.path).is_some() {
            true => Err(self.wrong_count()),
            false => self.name(self.path),
        }
    }

    fn one_or_two(self) -> Result<(Option<&'a str>, &'a str), ArnError> {
        match cut(self.path) {
            None => Ok((None, self.name(self.path)?)),
            Some((_, id)) if cut(id).is_some() => Err(self.wrong_count()),
            Some((cluster, id)) => Ok((Some(self.name(cluster)?), self.name(id)?)),
        }
    }

    fn three(self) -> Result<(&'a str, &'a str, &'a str), ArnError> {
        let (cluster, service, id) = self.split_three()?;
        Ok((cluster, service, self.name(id)?))
    }

    /// The id of a task set may be two names joined by a slash.
    fn task_set(self) -> Result<(&'a str, &'a str, &'a str), ArnError> {
        let (cluster, service, id) = self.split_three()?;
        let (prefix, number) = cut(id).unwrap_or(("ecs-svc", id));
        self.name(prefix)?;
        self.name(number)?;
        Ok((cluster, service, id))
    }

    fn split_three(self) -> Result<(&'a str, &'a str, &'a str), ArnError> {
        let (cluster, rest) = self
            .path
            .split_once('/')
            .ok_or_else(|| self.wrong_count())?;
        let (service, id) = cut(rest).ok_or_else(|| self.wrong_count())?;
        Ok((self.name(cluster)?, self.name(service)?, id))
    }

    fn container(self) -> Result<EcsResource<'a>, ArnError> {
        if cut(self.path).is_none() {
            return Ok(EcsResource::Container {
                task: None,
                id: self.name(self.path)?,
            });
        }
        let (cluster, task, id) = self.three()?;
        Ok(EcsResource::Container {
            task: Some((cluster, task)),
            id,
        })
    }

    fn family_revision(self) -> Result<EcsResource<'a>, ArnError> {
        let shift = |error: ArnError| error.shifted(self.offset_of(self.path));
        match split_revision(self.path).map_err(shift)? {
            (family, Some(revision)) => Ok(EcsResource::TaskDefinition { family, revision }),
            (family, None) => Err(ArnError::new(
                ArnErrorKind::MissingRevision,
                self.offset_of(family),
                family,
            )),
        }
    }

    fn name(self, name: &'a str) -> Result<&'a str, ArnError> {
        match check_name(name) {
            Ok(()) => Ok(name),
            Err(error) => Err(error.shifted(self.offset_of(name))),
        }
    }

    /// Both are slices of one text, so their addresses tell the distance.
    fn offset_of(self, part: &str) -> usize {
        part.as_ptr()
            .addr()
            .saturating_sub(self.resource.as_ptr().addr())
    }

    fn wrong_count(self) -> ArnError {
        let found = self.path.split('/').count();
        ArnError::new(ArnErrorKind::ResourceParts { found }, 0, self.resource)
    }
}
